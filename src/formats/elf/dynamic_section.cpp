#include "formats/elf/dynamic_section.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/version.h"

namespace gpuwhy::elf {
namespace {

constexpr std::size_t entry_size = 16, chunk = 4096;
constexpr std::size_t most_entries = 8192;                               // the largest real one seen has about 150
constexpr std::size_t most_version_needs = 4096;                         // over all libraries; a cyclic table ends here
constexpr std::size_t longest_name = 4096, longest_path_list = 1 << 20;  // TensorFlow's RUNPATH has 21 kB
constexpr std::uint64_t flag_no_default_folders = 0x800, flag_position_independent_program = 0x08000000;

enum Tag : std::uint64_t {
  tag_end = 0,
  tag_needed = 1,
  tag_string_table = 5,
  tag_soname = 14,
  tag_rpath = 15,
  tag_runpath = 29,
  tag_flags_1 = 0x6ffffffb,
  tag_version_definitions = 0x6ffffffc,
  tag_version_definition_count = 0x6ffffffd,
  tag_version_needs = 0x6ffffffe,
  tag_version_need_count = 0x6fffffff,
};

struct Entries {
  std::vector<std::uint64_t> needed;  // offsets into the string table
  std::optional<std::uint64_t> strings, soname, rpath, runpath, version_needs, version_definitions;
  std::uint64_t version_need_count = 0, version_definition_count = 0, flags_1 = 0;
};

void take_entry(Entries& entries, std::uint64_t tag, std::uint64_t value) {
  switch (tag) {
    case tag_needed:
      entries.needed.push_back(value);
      break;
    case tag_string_table:
      entries.strings = value;
      break;
    case tag_soname:
      entries.soname = value;
      break;
    case tag_rpath:
      entries.rpath = value;
      break;
    case tag_runpath:
      entries.runpath = value;
      break;
    case tag_flags_1:
      entries.flags_1 = value;
      break;
    case tag_version_definitions:
      entries.version_definitions = value;
      break;
    case tag_version_definition_count:
      entries.version_definition_count = value;
      break;
    case tag_version_needs:
      entries.version_needs = value;
      break;
    case tag_version_need_count:
      entries.version_need_count = value;
      break;
    default:
      break;
  }
}

// Like the loader, goes on until DT_NULL whatever size the program header gives, but never out of the segment.
std::optional<Entries> read_entries(MappedReader& mapped, std::uint64_t address) {
  Entries entries;
  for (std::size_t done = 0; done < most_entries;) {
    auto bytes = mapped.bytes_at(address + done * entry_size, chunk);
    if (!bytes || bytes->size() < entry_size) return std::nullopt;
    for (Cursor cursor(*bytes); cursor.left() >= entry_size; ++done) {
      std::uint64_t tag = *cursor.u64(), value = *cursor.u64();
      if (tag == tag_end) return entries;
      take_entry(entries, tag, value);
    }
  }
  return std::nullopt;
}

void keep_higher(std::string& highest, std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return;
  std::string_view number = name.substr(prefix.size());
  auto version = Version::parse(number);
  if (!version) return;  // GLIBC_PRIVATE
  auto known = Version::parse(highest);
  if (!known || *known < *version) highest = number;
}

// Small records that lie close together: one read serves many.
class Records {
 public:
  explicit Records(MappedReader& mapped) : mapped_(mapped) {}

  std::optional<Bytes> at(std::uint64_t address, std::size_t size) {
    if (address < window_at_ || !slice(window_, address - window_at_, size)) {
      auto bytes = mapped_.bytes_at(address, chunk);
      if (!bytes) return std::nullopt;
      window_ = std::move(*bytes);
      window_at_ = address;
    }
    return slice(window_, address - window_at_, size);
  }

 private:
  MappedReader& mapped_;
  std::string window_;
  std::uint64_t window_at_ = 0;
};

// Verneed (16 bytes: version, count, file, aux, next), each with a chain of Vernaux (16 bytes: hash, flags, other, name, next).
void read_version_needs(MappedReader& mapped, const Entries& entries, Image& image) {
  std::uint64_t budget = most_version_needs;
  std::uint64_t need = *entries.version_needs;
  Records records(mapped);
  for (std::uint64_t i = 0; i < entries.version_need_count && budget > 0; ++i, --budget) {
    auto head = records.at(need, 16);
    if (!head) return;
    Cursor cursor(*head, 2);
    std::uint16_t count = *cursor.u16();
    cursor.skip(4);
    std::uint64_t aux = need + *cursor.u32();
    std::uint32_t next = *cursor.u32();
    for (; count > 0 && budget > 0; --count, --budget) {
      auto entry = records.at(aux, 16);
      if (!entry) return;
      Cursor inner(*entry, 8);
      std::uint32_t name = *inner.u32(), step = *inner.u32();
      if (auto text = mapped.string_at(*entries.strings + name)) {
        keep_higher(image.required_glibc, *text, "GLIBC_");
        keep_higher(image.required_glibcxx, *text, "GLIBCXX_");
        keep_higher(image.required_cxxabi, *text, "CXXABI_");
      }
      if (step == 0) break;
      aux += step;
    }
    if (next == 0) return;
    need += next;
  }
}

// Verdef (20 bytes: version, flags, index, count, hash, aux, next); the first Verdaux (8 bytes: name, next) of each is its own name.
void read_version_definitions(MappedReader& mapped, const Entries& entries, Image& image) {
  std::uint64_t definition = *entries.version_definitions;
  Records records(mapped);
  for (std::uint64_t i = 0; i < std::min<std::uint64_t>(entries.version_definition_count, most_version_needs); ++i) {
    auto head = records.at(definition, 20);
    if (!head) return;
    Cursor cursor(*head, 12);
    std::uint64_t aux = definition + *cursor.u32();
    std::uint32_t next = *cursor.u32();
    auto entry = records.at(aux, 8);
    if (!entry) return;
    if (auto text = mapped.string_at(*entries.strings + *Cursor(*entry).u32())) {
      keep_higher(image.provided_glibcxx, *text, "GLIBCXX_");
      keep_higher(image.provided_cxxabi, *text, "CXXABI_");
    }
    if (next == 0) return;
    definition += next;
  }
}

}  // namespace

std::string read_dynamic_section(MappedReader& mapped, const Segment& dynamic, Image& image) {
  auto entries = read_entries(mapped, dynamic.address);
  if (!entries) return "the dynamic section lies outside of the segments";
  if ((entries->flags_1 & flag_position_independent_program) != 0) image.is_program = true;
  image.no_default_folders = (entries->flags_1 & flag_no_default_folders) != 0;
  bool any_name = !entries->needed.empty() || entries->soname || entries->rpath || entries->runpath;
  if (!entries->strings) return any_name ? "the dynamic section has names but no string table" : "";

  bool complete = true;
  auto text_at = [&](std::uint64_t offset, std::size_t longest) {
    auto text = mapped.string_at(*entries->strings + offset, longest);
    if (!text) complete = false;
    return text.value_or("");
  };
  if (entries->soname) image.soname = text_at(*entries->soname, longest_name);
  if (entries->runpath) image.runpath = text_at(*entries->runpath, longest_path_list);
  if (entries->rpath) image.rpath = text_at(*entries->rpath, longest_path_list);
  for (std::uint64_t offset : entries->needed) {
    if (!complete) break;
    image.needed.push_back(text_at(offset, longest_name));
  }
  if (!complete) return "a name in the dynamic section lies outside of the segments";
  if (entries->version_needs) read_version_needs(mapped, *entries, image);
  // Others define versions too, and nobody asks for them: the reads are saved.
  if (entries->version_definitions && image.soname.starts_with("libstdc++.so")) read_version_definitions(mapped, *entries, image);
  return "";
}

}  // namespace gpuwhy::elf
