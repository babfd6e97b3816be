#include "loader/forest.h"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "loader/real_loader.h"
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
  for (std::size_t at = bytes.find(needle); at != std::string::npos; at = bytes.find(needle, at + 1), ++count)
    bytes.replace(at, to.size(), to);
  return count;
}

// Where the entry DT_RUNPATH lies in the file: in the dynamic section, tag 29.
std::size_t find_runpath_entry(const std::string& bytes) {
  auto number = [&](std::size_t at, int length) {
    std::uint64_t value = 0;
    for (int i = length; i-- > 0;) value = value << 8 | static_cast<unsigned char>(bytes.at(at + static_cast<std::size_t>(i)));
    return value;
  };
  for (std::size_t i = 0; i < number(56, 2); ++i) {
    std::size_t header = number(32, 8) + 56 * i;
    if (number(header, 4) != 2) continue;
    for (std::size_t at = number(header + 8, 8); number(at, 8) != 0; at += 16)
      if (number(at, 8) == 29) return at;
  }
  return std::string::npos;
}

class Planter {
 public:
  Planter(const PrivateLoader& loader, std::uint64_t seed, int index, const std::string& interpreter)
      : loader_(loader),
        interpreter_(interpreter.empty() ? loader.program() : interpreter),
        random_(seed * 1'000'003 + static_cast<std::uint64_t>(index)) {
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
      case 0:
        fs::create_symlink("nowhere", path);
        return;
      case 1:
        fs::create_symlink(name, path);
        return;
      case 2:
        write_file(path, make_elf({.bits = 32}));
        return;
      case 3:
        write_file(path, make_elf({.machine = 183}));
        return;
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
      default:
        break;
    }
    if (random_.chance(3)) return plant_fatal_file(path, name);
    write_file(path, library(name));
    good_files_.push_back(path);
  }

  void plant_fatal_file(const std::string& path, const std::string& name) {
    switch (random_.below(6)) {
      case 0:
        write_file(path, "");
        return;
      case 1:
        write_file(path, std::string(80, 't'));
        return;
      case 2:
        fs::create_directory(path);
        return;
      case 3:
        write_file(path, library(name).substr(0, 100));
        return;  // program headers cut
      case 4:
        write_file(path, library(name).substr(0, 0x1000));
        return;  // the page of the dynamic section is missing
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
    // The table cannot tell an empty RUNPATH from none at all.
    if (spec.runpath && spec.runpath->empty()) spec.runpath.reset();
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
      case 0:
        return "$ORIGIN";
      case 1:
        return "${ORIGIN}/../" + d + "/";
      case 2:
        return "$ORIGIN/../" + d;
      case 3:
        return f + "/none";
      case 4:
        return f + "/link";
      case 5:
        return f + "/link/../" + d;  // through a link: not the folder that its name says
      case 6:
        return "";
      case 7:
        return f + "/$LIB";
      case 8:
        return f + "/${PLATFORM}//";
      case 9:
        return f + "/" + d + "/$ORIGINAL";
      case 10:
        return f + "/d1/sub";
      case 11:
        return f + "//" + d + "/./";
      case 12:
        return f + "/none/../" + d;
      default:
        return f + "/" + d;
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
      line.path =
          forest_.folder + "/d" + std::to_string(random_.below(4)) + "/" + (random_.chance(70) ? line.name : random_.one_of(forest_.names));
      if (random_.chance(8)) line.path = "/lib/x86_64-linux-gnu/libdl.so.2";  // in a default folder
      if (random_.chance(15)) line.flags = random_.chance(50) ? 0x0003 : 0x0a03;
      if (random_.chance(25)) line.hwcap = "x86-64-v" + std::to_string(2 + random_.below(4));
      // ldconfig never writes two entries of one name and kind
      if (plain.insert(line.name + line.hwcap + std::to_string(line.flags)).second) lines.push_back(std::move(line));
    }
    write_file(loader_.cache(),
               make_ld_so_cache(sorted_for_loader(std::move(lines)), random_.chance(80) ? CacheLayout::modern : CacheLayout::both));
  }

  void plant_program() {
    ElfSpec spec;
    spec.interpreter = interpreter_;
    for (std::size_t count = 1 + random_.below(3); count > 0; --count) spec.needed.push_back(needed());
    forest_.program_list = list(':');
    forest_.program_has_rpath = random_.chance(35);
    forest_.program_has_runpath = random_.chance(30);
    if (forest_.program_has_rpath) spec.rpath = forest_.program_list;
    if (forest_.program_list.empty()) forest_.program_has_runpath = false;
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
  std::string interpreter_;
  Random random_;
  Forest forest_;
  std::vector<std::string> good_files_;
};

}  // namespace

bool PrivateLoader::move_into(const std::string& folder) {
  std::error_code failed;
  if (!fs::create_directory(folder, failed)) return false;
  folder_ = folder;
  std::string bytes = read_file(system_loader);
  bool replaced = replace_string(bytes, "/etc/ld.so.cache", cache()) > 0 &&
                  replace_string(bytes, "/usr/lib/x86_64-linux-gnu/", default_folder() + "/") > 0;
  write_file(program(), bytes);
  fs::permissions(program(), fs::perms::owner_all | fs::perms::others_read | fs::perms::others_exec);
  // A file system without the right to execute will not do.
  if (replaced && run_child({program(), "--version"}, {}, "/").exit_code == 0) return true;
  fs::remove_all(folder);
  folder_.clear();
  return false;
}

// Memory first: thousands of small files are written and removed.
PrivateLoader::PrivateLoader() {
  for (unsigned i = 0; i < 100 && !usable_; ++i) {
    std::string number = std::to_string(10'000 + (static_cast<unsigned>(::getpid()) * 7 + i) % 90'000);
    std::error_code ignored;
    for (const std::string& folder : {"/dev/shm/" + number, "/tmp/gw-0" + number}) {
      if (usable_ || fs::exists(folder, ignored) || !fs::is_directory(fs::path(folder).parent_path(), ignored)) continue;
      usable_ = move_into(folder);
    }
  }
}

PrivateLoader::~PrivateLoader() {
  std::error_code ignored;
  if (!folder_.empty()) fs::remove_all(folder_, ignored);
}

// Overwrites the placeholder in a copy of the driver, and the tag of its search path.
std::string plant_driver(const Forest& forest, const std::string& driver) {
  std::string bytes = read_file(driver);
  std::size_t placeholder = bytes.find(std::string(100, 'x'));
  std::size_t tag = placeholder == std::string::npos ? std::string::npos : find_runpath_entry(bytes);
  if (tag == std::string::npos) return {};
  std::size_t end = bytes.find('\0', placeholder);
  bytes.replace(placeholder, end - placeholder, forest.program_list + std::string(end - placeholder - forest.program_list.size(), '\0'));
  if (!forest.program_has_runpath) {
    bytes[tag] = forest.program_has_rpath ? 15 : 1;
    if (!forest.program_has_rpath) bytes[tag + 3] = 0x60;  // a tag that nobody knows
  }
  std::string path = forest.folder + "/bin/driver";
  write_file(path, bytes);
  fs::permissions(path, fs::perms::owner_all);
  return path;
}

std::vector<std::string> Forest::environment() const {
  std::vector<std::string> out;
  for (const Variable& variable : variables) out.push_back(variable.name + "=" + variable.value);
  return out;
}

Forest plant_forest(const PrivateLoader& loader, std::uint64_t seed, int index, const std::string& interpreter) {
  return Planter(loader, seed, index, interpreter).plant();
}

void fell_forest(const PrivateLoader&, const Forest& forest) { fs::remove_all(forest.folder); }

}  // namespace gpuwhy::testing
