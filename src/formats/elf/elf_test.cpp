#include "formats/elf/elf.h"

#include <gtest/gtest.h>

#include "support/elf_writer.h"

namespace gpuwhy::elf {
namespace {

using testing::ElfSpec;
using testing::make_elf;

Image parse(const std::string& bytes) {
  BytesReader reader(bytes);
  return read_image(reader);
}

std::string patched(std::string bytes, std::size_t at, std::uint64_t value, int length) {
  for (int i = 0; i < length; ++i, value >>= 8) bytes[at + static_cast<std::size_t>(i)] = static_cast<char>(value & 0xff);
  return bytes;
}

// Counts reads and pretends a huge size; the bytes past the real ones are zero, as in a sparse file.
class SparseReader final : public Reader {
 public:
  SparseReader(std::string bytes, std::uint64_t size) : bytes_(std::move(bytes)), size_(size) {}
  std::uint64_t size() const override { return size_; }
  std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    ++reads;
    read_bytes += length;
    if (offset >= size_) return std::string();
    std::string part(static_cast<std::size_t>(std::min<std::uint64_t>(length, size_ - offset)), '\0');
    if (offset < bytes_.size()) bytes_.copy(part.data(), part.size(), static_cast<std::size_t>(offset));
    return part;
  }
  std::size_t reads = 0, read_bytes = 0;

 private:
  std::string bytes_;
  std::uint64_t size_;
};

TEST(Elf, names_and_paths_are_read) {
  ElfSpec spec{.soname = "libx.so.1", .needed = {"liba.so.2", "libb.so"}, .rpath = "$ORIGIN/../r", .runpath = "/opt/x:/opt/y"};
  spec.no_default_folders = true;
  Image image = parse(make_elf(spec));
  EXPECT_EQ(image.shape, Shape::whole);
  EXPECT_EQ(image.problem, "");
  EXPECT_EQ(image.soname, "libx.so.1");
  EXPECT_EQ(image.needed, (std::vector<std::string>{"liba.so.2", "libb.so"}));
  EXPECT_EQ(image.rpath, "$ORIGIN/../r");
  EXPECT_EQ(image.runpath, "/opt/x:/opt/y");
  EXPECT_TRUE(image.no_default_folders);
  EXPECT_TRUE(image.is_dynamic);
  EXPECT_FALSE(image.is_program);
  EXPECT_EQ(image.machine, 62);
}

TEST(Elf, an_empty_runpath_is_not_an_absent_one) {
  Image image = parse(make_elf({.runpath = ""}));
  EXPECT_TRUE(image.runpath.has_value());
  EXPECT_FALSE(image.rpath.has_value());
}

TEST(Elf, a_program_names_its_interpreter) {
  Image image = parse(make_elf({.interpreter = "/lib64/ld-linux-x86-64.so.2"}));
  EXPECT_EQ(image.interpreter, "/lib64/ld-linux-x86-64.so.2");
  EXPECT_TRUE(image.is_program);
}

TEST(Elf, the_highest_version_needs_are_found) {
  ElfSpec spec{.version_needs = {{"libc.so.6", {"GLIBC_2.9", "GLIBC_2.34", "GLIBC_2.4", "GLIBC_PRIVATE"}},
                                 {"libstdc++.so.6", {"GLIBCXX_3.4.9", "GLIBCXX_3.4.30", "CXXABI_1.3"}}}};
  Image image = parse(make_elf(spec));
  EXPECT_EQ(image.required_glibc, "2.34");
  EXPECT_EQ(image.required_glibcxx, "3.4.30");
}

TEST(Elf, each_fault_has_its_shape_and_the_loaders_words) {
  const std::string good = make_elf({.soname = "libx.so", .needed = {"liby.so"}});
  const std::uint64_t dynamic_offset_field = 64 + 2 * 56;  // third program header
  struct {
    const char* what;
    std::string bytes;
    Shape shape;
    const char* problem;
  } cases[] = {
      {"empty", "", Shape::too_short, "file too short"},
      {"63 bytes", good.substr(0, 63), Shape::too_short, "file too short"},
      {"text", std::string(100, 'x'), Shape::not_elf, "invalid ELF header"},
      {"32 bits", make_elf({.bits = 32}), Shape::other_class, "wrong ELF class: ELFCLASS32"},
      {"class 7", patched(good, 4, 7, 1), Shape::other_class, "unknown ELF class"},
      {"big endian", patched(good, 5, 2, 1), Shape::not_elf, "ELF file data encoding not little-endian"},
      {"ident version", patched(good, 6, 3, 1), Shape::not_elf, "ELF file version ident does not match current one"},
      {"OS", patched(good, 7, 9, 1), Shape::not_elf, "ELF file OS ABI invalid"},
      {"padding", patched(good, 12, 1, 1), Shape::not_elf, "nonzero padding in e_ident"},
      {"version", patched(good, 20, 2, 4), Shape::not_elf, "ELF file version does not match current one"},
      {"PowerPC", patched(good, 18, 21, 2), Shape::other_machine, "for another processor"},
      {"object file", patched(good, 16, 1, 2), Shape::not_elf, "only ET_DYN and ET_EXEC can be loaded"},
      {"entry size", patched(good, 54, 57, 2), Shape::not_elf, "ELF file's phentsize not the expected size"},
      {"header only", good.substr(0, 64), Shape::header_cut, "cannot read file data"},
      {"65535 headers", patched(good, 56, 65535, 2), Shape::header_cut, "cannot read file data"},
      {"headers at 2^64-8", patched(good, 32, UINT64_MAX - 7, 8), Shape::header_cut, "cannot read file data"},
      {"no headers", patched(good, 56, 0, 2), Shape::not_elf, "object file has no loadable segments"},
      {"no dynamic section", patched(good, dynamic_offset_field, 0x60000000, 4), Shape::not_elf, "object file has no dynamic section"},
      {"cut in the data", good.substr(0, 4200), Shape::segments_cut, "the segments need more bytes than the file has"},
      {"segment of 2^60", patched(good, 64 + 32, 1ull << 60, 8), Shape::segments_cut, "the segments need more bytes than the file has"},
      {"segment end beyond 2^64", patched(good, 64 + 32, UINT64_MAX, 8), Shape::segments_cut,
       "the segments need more bytes than the file has"},
      {"alignment", patched(good, 64 + 48, 8, 8), Shape::not_elf, "ELF load command alignment not page-aligned"},
      {"dynamic elsewhere", patched(good, dynamic_offset_field + 16, 1ull << 40, 8), Shape::header_cut,
       "the dynamic section lies outside of the segments"},
  };
  for (const auto& c : cases) {
    Image image = parse(c.bytes);
    EXPECT_EQ(image.shape, c.shape) << c.what << ": " << image.problem;
    EXPECT_EQ(image.problem, c.problem) << c.what;
  }
}

TEST(Elf, a_name_outside_of_the_file_is_a_fault_not_an_empty_name) {
  std::string bytes = make_elf({.needed = {"liby.so"}});
  EXPECT_EQ(parse(patched(bytes, 0x1008, 1ull << 50, 8)).shape, Shape::header_cut);
}

TEST(Elf, a_search_path_of_many_kilobytes_is_read_whole) {
  for (std::size_t length : {4095, 4096, 5119, 5120, 6144, 21'500, 200'000}) {
    std::string list(length, 'x');
    Image image = parse(make_elf({.soname = "libx.so", .needed = {"liba.so"}, .runpath = list}));
    EXPECT_EQ(image.shape, Shape::whole) << length << image.problem;
    EXPECT_EQ(image.runpath, list);
  }
}

TEST(Elf, a_failed_read_is_not_a_fault_of_the_file) {
  class Broken final : public Reader {
   public:
    std::uint64_t size() const override { return 4096; }
    std::optional<std::string> read_at(std::uint64_t, std::size_t) override { return std::nullopt; }
  } reader;
  EXPECT_EQ(read_image(reader).shape, Shape::unread);
}

TEST(Elf, a_cyclic_version_table_ends) {
  std::string bytes = make_elf({.version_needs = {{"libc.so.6", {"GLIBC_2.2.5"}}}});
  std::size_t needs = 0x240 + 24 + 16;
  bytes = patched(bytes, needs + 12, UINT32_MAX - 15, 4);  // the next table is before this one
  SparseReader reader(patched(bytes, 0x1000 + 24, 1ull << 60, 8), bytes.size());
  read_image(reader);
  EXPECT_LT(reader.reads, 5000u);
}

TEST(Elf, a_huge_sparse_library_costs_a_few_small_reads) {
  std::string bytes = make_elf({.soname = "libbig.so", .needed = {"liba.so", "libb.so"}});
  SparseReader reader(bytes, 4ull << 30);
  EXPECT_EQ(read_image(reader).soname, "libbig.so");
  EXPECT_LE(reader.reads, 3u);
  EXPECT_LE(reader.read_bytes, 16384u);
}

TEST(Elf, a_dynamic_section_without_an_end_is_a_fault) {
  std::string bytes = make_elf({.needed = {"liba.so"}});
  bytes.resize(1 << 20, '\1');
  for (std::size_t i = 0x1000; i < bytes.size(); ++i) bytes[i] = '\1';
  bytes = patched(bytes, 64 + 56 + 32, bytes.size() - 0x1000, 8);
  SparseReader reader(bytes, bytes.size());
  EXPECT_EQ(read_image(reader).shape, Shape::header_cut);
  EXPECT_LT(reader.reads, 100u);
}

// A libstdc++.so.6 that defines GLIBCXX_3.4, _3.4.9, _3.4.30, _LDBL_3.4 and CXXABI_1.3, _1.3.13, _TM_1, and needs GLIBC_2.34.
constexpr std::string_view cxx_library_hex =
    "7f454c4602010100000000000000000003003e0001000000000000000000000040000000000000000000000000000000000000004000380002004000"
    "000000000100000005000000000000000000000000000000000000000000000000000000c802000000000000c8020000000000000010000000000000"
    "020000000600000048020000000000004802000000000000480200000000000080000000000000008000000000000000080000000000000001000100"
    "010000001000000000000000b4919606000002000b000000000000000100010001000100664d5f02140000001c000000160000000000000001000000"
    "0200010074299208140000001c00000025000000000000000100000003000100897f2902140000001c00000031000000000000000100000004000100"
    "40f89702140000001c0000003f000000000000000100000005000100d3af6b05140000001c0000004e000000000000000100000006000100f317fd0a"
    "140000001c00000059000000000000000100000007000100716fbc06140000001c00000067000000000000000100000008000100c402f90e14000000"
    "000000007300000000000000006c6962632e736f2e3600474c4942435f322e3334006c6962737464632b2b2e736f2e3600474c49424358585f332e34"
    "00474c49424358585f332e342e3900474c49424358585f332e342e3330004358584142495f312e33004358584142495f312e332e3133004358584142"
    "495f544d5f3100474c49424358585f4c44424c5f332e34006c6962737464632b2b2e736f2e360000000000000e000000000000008400000000000000"
    "feffff6f00000000b000000000000000ffffff6f000000000100000000000000fcffff6f00000000d000000000000000fdffff6f0000000008000000"
    "000000000500000000000000b0010000000000000a00000000000000930000000000000000000000000000000000000000000000";

std::string cxx_library() {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < cxx_library_hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(std::string(cxx_library_hex.substr(i, 2)), nullptr, 16));
  return bytes;
}

TEST(Elf, the_highest_versions_that_a_cxx_library_defines_are_read) {
  Image image = parse(cxx_library());
  EXPECT_EQ(image.shape, Shape::whole);
  EXPECT_EQ(image.soname, "libstdc++.so.6");
  EXPECT_EQ(image.provided_glibcxx, "3.4.30");
  EXPECT_EQ(image.provided_cxxabi, "1.3.13");
  EXPECT_EQ(image.required_glibc, "2.34");
}

TEST(Elf, definitions_of_other_libraries_are_not_read) {
  std::string bytes = cxx_library();
  for (std::size_t at = bytes.find("libstdc++.so.6"); at != std::string::npos; at = bytes.find("libstdc++.so.6"))
    bytes.replace(at, 14, "libotherx.so.6");
  Image image = parse(bytes);
  EXPECT_EQ(image.soname, "libotherx.so.6");
  EXPECT_EQ(image.provided_glibcxx, "");
}

TEST(Elf, a_table_of_definitions_that_leads_nowhere_gives_nothing_wrong) {
  std::string whole = cxx_library();
  for (std::size_t at = 176; at < whole.size(); ++at) {
    Image image = parse(patched(whole, at, 0xff, 1));
    EXPECT_LE(image.provided_glibcxx.size(), whole.size()) << at;
  }
}

TEST(Elf, the_versions_of_the_abi_that_a_library_needs_are_read) {
  Image image =
      parse(make_elf({.version_needs = {{"libstdc++.so.6", {"CXXABI_1.3", "CXXABI_1.3.9", "GLIBCXX_3.4.21", "CXXABI_FLOAT128"}}}}));
  EXPECT_EQ(image.required_cxxabi, "1.3.9");
  EXPECT_EQ(image.required_glibcxx, "3.4.21");
  EXPECT_EQ(image.provided_cxxabi, "");
}

}  // namespace
}  // namespace gpuwhy::elf
