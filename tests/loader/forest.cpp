#include "loader/forest.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "support/elf_writer.h"
#include "support/ldcache_writer.h"

namespace gpuwhy::testing {
namespace {

namespace fs = std::filesystem;

constexpr char system_loader[] = "/lib64/ld-linux-x86-64.so.2";

std::string read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write_file(const std::string& path, const std::string& bytes) { std::ofstream(path, std::ios::binary) << bytes; }

// How often `from`, zero-terminated, was replaced by `to` of the same length.
int replace_string(std::string& bytes, const std::string& from, const std::string& to) {
  int count = 0;
  const std::string needle = from + '\0';
  for (std::size_t at = bytes.find(needle); at != std::string::npos; at = bytes.find(needle, at + 1), ++count) bytes.replace(at, to.size(), to);
  return count;
}

class Planter {
 public:
  Planter(const PrivateLoader& loader, std::uint64_t seed, int index)
      : loader_(loader), random_(seed * 1'000'003 + static_cast<std::uint64_t>(index)) {
    forest_.folder = loader.folder() + "/f" + std::to_string(index);
  }

  Forest plant() {
    for (const char* folder : {"", "/bin", "/cwd", "/def", "/d0", "/d1", "/d2", "/d3", "/d1/sub", "/x86_64", "/lib/x86_64-linux-gnu"})
      fs::create_directories(forest_.folder + folder);
    fs::create_directory_symlink(random_.chance(50) ? "d2" : "d1/sub", forest_.folder + "/link");
    fs::remove(loader_.default_folder());
    fs::create_directory_symlink(forest_.folder + "/def", loader_.default_folder());
    forest_.working_folder = forest_.folder + "/cwd";
    for (int i = 0; i < 8; ++i) forest_.names.push_back("libn" + std::to_string(i) + ".so." + std::to_string(random_.below(3)));
    plant_folders();
    plant_cache();
    plant_program();
    plant_variables();
    return std::move(forest_);
  }

 private:
  void plant_folders() {
    for (const char* folder : {"/d0", "/d1", "/d2", "/d3", "/d1/sub", "/x86_64", "/lib/x86_64-linux-gnu", "/def"}) {
      std::string path = forest_.folder + folder;
      int density = folder == std::string("/def") ? 30 : 35;
      for (const std::string& name : forest_.names)
        if (random_.chance(density)) plant_file(path, name);
      for (const char* level : {"glibc-hwcaps/x86-64-v2", "glibc-hwcaps/x86-64-v3", "glibc-hwcaps/x86-64-v4", "glibc-hwcaps/power9", "tls",
                                "x86_64", "tls/x86_64", "haswell", "avx512_1"}) {
        if (!random_.chance(4)) continue;
        fs::create_directories(path + "/" + level);
        plant_file(path + "/" + level, random_.one_of(forest_.names));
      }
    }
  }

  void plant_file(const std::string& folder, const std::string& name) {
    const std::string path = folder + "/" + name;
    switch (random_.below(40)) {
      case 0: fs::create_symlink("nowhere", path); return;
      case 1: fs::create_symlink(name, path); return;
      case 2: write_file(path, make_elf({.bits = 32})); return;
      case 3: write_file(path, make_elf({.machine = 183})); return;
      case 4:
      case 5:
      case 6:
        if (!good_files_.empty()) {
          fs::create_symlink(random_.one_of(good_files_), path);
          return;
        }
        break;
      case 7: {
        write_file(path, library(name));
        fs::permissions(path, fs::perms::none);
        return;
      }
      default: break;
    }
    if (random_.chance(3)) return plant_fatal_file(path, name);
    write_file(path, library(name));
    good_files_.push_back(path);
  }

  void plant_fatal_file(const std::string& path, const std::string& name) {
    switch (random_.below(6)) {
      case 0: write_file(path, ""); return;
      case 1: write_file(path, std::string(80, 't')); return;
      case 2: fs::create_directory(path); return;
      case 3: write_file(path, library(name).substr(0, 100)); return;     // program headers cut
      case 4: write_file(path, library(name).substr(0, 0x1000)); return;  // the page of the dynamic section is missing
      default: {
        std::string bytes = library(name);
        bytes[16] = 1;  // an object file
        write_file(path, bytes);
      }
    }
  }

  std::string library(const std::string& name) {
    ElfSpec spec;
    std::size_t kind = random_.below(20);
    if (kind < 14) spec.soname = name;
    else if (kind < 17) spec.soname = random_.one_of(forest_.names);
    for (std::size_t count = random_.below(3); count > 0; --count) spec.needed.push_back(needed());
    if (random_.chance(25)) spec.rpath = list(':');
    if (random_.chance(25)) spec.runpath = list(':');
    spec.no_default_folders = random_.chance(8);
    return make_elf(spec);
  }

  std::string needed() {
    if (random_.chance(4) && !good_files_.empty()) return random_.one_of(good_files_);
    if (random_.chance(3)) return "$ORIGIN/../d" + std::to_string(random_.below(4)) + "/" + random_.one_of(forest_.names);
    return random_.one_of(forest_.names);
  }

  std::string element() {
    const std::string& f = forest_.folder;
    std::string d = "d" + std::to_string(random_.below(4));
    switch (random_.below(16)) {
      case 0: return "$ORIGIN";
      case 1: return "${ORIGIN}/../" + d + "/";
      case 2: return "$ORIGIN/../" + d;
      case 3: return f + "/none";
      case 4: return f + "/link";
      case 5: return f + "/link/../" + d;  // through a link: not the folder that its name says
      case 6: return "";
      case 7: return f + "/$LIB";
      case 8: return f + "/${PLATFORM}//";
      case 9: return f + "/" + d + "/$ORIGINAL";
      case 10: return f + "/d1/sub";
      case 11: return f + "//" + d + "/./";
      case 12: return f + "/none/../" + d;
      default: return f + "/" + d;
    }
  }

  std::string list(char separator) {
    std::string out = element();
    for (std::size_t more = random_.below(4); more > 0; --more) {
      out += separator;
      out += element();
    }
    return out;
  }

  void plant_cache() {
    fs::remove(loader_.cache());
    if (random_.chance(30)) return;
    std::vector<CacheLine> lines;
    std::set<std::string> plain;
    for (std::size_t count = random_.below(10); count > 0; --count) {
      CacheLine line{random_.one_of(forest_.names), "", 0x0303, ""};
      line.path = forest_.folder + "/d" + std::to_string(random_.below(4)) + "/" + (random_.chance(70) ? line.name : random_.one_of(forest_.names));
      if (random_.chance(8)) line.path = "/lib/x86_64-linux-gnu/libdl.so.2";  // in a default folder
      if (random_.chance(15)) line.flags = random_.chance(50) ? 0x0003 : 0x0a03;
      if (random_.chance(25)) line.hwcap = "x86-64-v" + std::to_string(2 + random_.below(4));
      // ldconfig never writes two entries of one name and kind
      if (plain.insert(line.name + line.hwcap + std::to_string(line.flags)).second) lines.push_back(std::move(line));
    }
    write_file(loader_.cache(), make_ld_so_cache(sorted_for_loader(std::move(lines)), random_.chance(80) ? CacheLayout::modern : CacheLayout::both));
  }

  void plant_program() {
    ElfSpec spec;
    spec.interpreter = loader_.program();
    for (std::size_t count = 1 + random_.below(3); count > 0; --count) spec.needed.push_back(needed());
    forest_.program_list = list(':');
    forest_.program_has_rpath = random_.chance(35);
    forest_.program_has_runpath = random_.chance(30);
    if (forest_.program_has_rpath) spec.rpath = forest_.program_list;
    if (forest_.program_has_runpath) spec.runpath = forest_.program_list;
    spec.no_default_folders = random_.chance(8);
    forest_.program = forest_.folder + "/bin/program";
    write_file(forest_.program, make_elf(spec));
  }

  void plant_variables() {
    if (random_.chance(60)) forest_.variables.push_back({"LD_LIBRARY_PATH", random_.chance(5) ? "" : list(random_.chance(20) ? ';' : ':')});
    if (!random_.chance(20)) return;
    std::string preload;
    for (std::size_t count = 1 + random_.below(2); count > 0; --count) {
      if (!preload.empty()) preload += random_.chance(50) ? ':' : ' ';
      preload += random_.chance(40) && !good_files_.empty() ? random_.one_of(good_files_) : random_.one_of(forest_.names);
    }
    forest_.variables.push_back({"LD_PRELOAD", preload});
  }

  const PrivateLoader& loader_;
  Random random_;
  Forest forest_;
  std::vector<std::string> good_files_;
};

}  // namespace

PrivateLoader::PrivateLoader() {
  char name[] = "/tmp/gw-XXXXXX";
  if (!::mkdtemp(name)) return;
  folder_ = name;
  std::string bytes = read_file(system_loader);
  usable_ = replace_string(bytes, "/etc/ld.so.cache", cache()) > 0 &&
            replace_string(bytes, "/usr/lib/x86_64-linux-gnu/", default_folder() + "/") > 0;
  write_file(program(), bytes);
  fs::permissions(program(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
}

PrivateLoader::~PrivateLoader() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

std::vector<std::string> Forest::environment() const {
  std::vector<std::string> out;
  for (const Variable& variable : variables) out.push_back(variable.name + "=" + variable.value);
  return out;
}

Forest plant_forest(const PrivateLoader& loader, std::uint64_t seed, int index) { return Planter(loader, seed, index).plant(); }

void fell_forest(const PrivateLoader&, const Forest& forest) { fs::remove_all(forest.folder); }

}  // namespace gpuwhy::testing
