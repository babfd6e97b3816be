#include "formats/fatbin/fatbin.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <optional>

#include "base/bytes.h"
#include "formats/fatbin/sections.h"

namespace gpuwhy::fatbin {
namespace {

constexpr std::uint64_t container_header = 16, entry_header = 48, step = 8;
constexpr std::uint64_t container_start = 0x00100001BA55ED50;  // magic, version 1 and header size 16 as one number
constexpr std::uint64_t flag_a = 0x100000, flag_f = 0x200000;
constexpr std::size_t hop_window = 1024, scan_window = 64 << 10;
constexpr std::size_t images_at_most = 1 << 16;     // of one container; the largest seen holds some dozens
constexpr std::uint64_t entries_at_most = 4 << 20;  // of one file; the largest seen holds 25,000

// Small reads that remember the last two windows: one for hopping, one for a scan.
class Windows {
 public:
  explicit Windows(elf::Reader& reader) : reader_(reader) {}

  // Exactly `length` bytes at `offset`, at most hop_window; nothing past the end of the file or when the read fails.
  std::optional<Bytes> at(std::uint64_t offset, std::size_t length) {
    for (const Window* window : {&scan_, &hop_})
      if (offset >= window->offset && offset - window->offset <= window->bytes.size() &&
          window->bytes.size() - (offset - window->offset) >= length)
        return Bytes(window->bytes).substr(offset - window->offset, length);
    return load(hop_, offset, hop_window) ? slice(hop_.bytes, 0, length) : std::nullopt;
  }

  // Bytes of [offset, end): what the last scan left over, else as many as one window holds; empty when the read fails.
  Bytes scan(std::uint64_t offset, std::uint64_t end) {
    if (offset < scan_.offset || offset - scan_.offset + step > scan_.bytes.size()) {
      std::size_t length = static_cast<std::size_t>(std::min<std::uint64_t>(end - offset, scan_window));
      if (!load(scan_, offset, length)) return {};
    }
    std::uint64_t used = offset - scan_.offset;
    return used < scan_.bytes.size() ? Bytes(scan_.bytes).substr(used, end - offset) : Bytes();
  }

  bool failed() const { return failed_; }

 private:
  struct Window {
    std::uint64_t offset = 0;
    std::string bytes;
  };

  bool load(Window& window, std::uint64_t offset, std::size_t length) {
    auto bytes = reader_.read_at(offset, length);
    failed_ |= !bytes;
    window.offset = offset;
    window.bytes = bytes ? std::move(*bytes) : std::string();
    return bytes.has_value();
  }

  elf::Reader& reader_;
  Window hop_, scan_;
  bool failed_ = false;
};

struct Entry {
  Image image;
  std::uint64_t size = 0;  // header and payload
};

std::optional<Entry> parse_entry(Bytes bytes, std::uint64_t left) {
  Cursor cursor(bytes);
  Entry entry;
  auto kind = cursor.u16();
  cursor.skip(2);
  auto header = cursor.u32();
  auto payload = cursor.u64();
  cursor.skip(8);  // compressed size, options
  auto minor = cursor.u16(), major = cursor.u16();
  auto target = cursor.u32();
  cursor.skip(8);  // source name
  auto flags = cursor.u64();
  if (!flags || *header < entry_header || *header > left || *payload > left - *header) return std::nullopt;
  entry.size = *header + *payload;
  entry.image = {*kind, *target, static_cast<char>(*flags & flag_a ? 'a' : *flags & flag_f ? 'f' : 0), 0, 0};
  if (*kind == kind_ptx) entry.image.major = *major, entry.image.minor = *minor;
  return entry;
}

class Search {
 public:
  explicit Search(elf::Reader& reader) : windows_(reader) {}

  void search(const Part& part) {
    if (part.is_cut && part.is_code_section) report(part, part.offset + part.size, "the file ends inside of it");
    std::uint64_t end = part.offset + part.size;
    if (!part.is_code_section) return scan((part.offset + step - 1) / step * step, end);
    std::uint64_t before = images_;
    hop(part, part.offset, end);
    images_in_code_sections_ += images_ - before;
  }

  Content take_content(State state, std::string problem);

 private:
  struct Container {
    std::vector<Image> images;
    std::uint64_t end = 0;
  };

  // The container at `offset`, when it lies before `end` and its chain of entries ends exactly with it.
  std::optional<Container> read_container(std::uint64_t offset, std::uint64_t end) {
    if (end - offset < container_header) return std::nullopt;
    auto head = windows_.at(offset, container_header);
    if (!head || *Cursor(*head).u64() != container_start) return std::nullopt;
    std::uint64_t size = *Cursor(*head, 8).u64(), at = offset + container_header;
    if (size > end - at) return std::nullopt;
    Container container;
    container.end = at + size;
    while (at < container.end) {
      std::uint64_t left = container.end - at;
      if (left < entry_header || container.images.size() == images_at_most || ++entries_ > entries_at_most) return std::nullopt;
      auto bytes = windows_.at(at, entry_header);
      auto entry = bytes ? parse_entry(*bytes, left) : std::nullopt;
      if (!entry) return std::nullopt;
      container.images.push_back(entry->image);
      at += entry->size;
    }
    return container;
  }

  void count(Container container) {
    std::ranges::sort(container.images);
    images_ += container.images.size();
    ++containers_;
    ++groups_[std::move(container.images)];
  }

  // A section of containers: one after the other, zeros between. Anything else is damage; the next container is found by small steps.
  void hop(const Part& part, std::uint64_t offset, std::uint64_t end) {
    bool in_damage = false;
    while (offset < end && !is_over()) {
      if (auto container = read_container(offset, end)) {
        offset = (container->end + step - 1) / step * step;
        count(std::move(*container));
        in_damage = false;
        continue;
      }
      auto bytes = windows_.at(offset, static_cast<std::size_t>(std::min(step, end - offset)));
      bool is_padding = bytes && std::ranges::all_of(*bytes, [](char byte) { return byte == 0; });
      if (!is_padding && !in_damage) report(part, offset, "no whole container begins there"), in_damage = true;
      offset += step;
    }
  }

  // Containers among other data.
  void scan(std::uint64_t offset, std::uint64_t end) {
    while (offset < end && end - offset >= container_header && !is_over()) {
      Bytes bytes = windows_.scan(offset, end);
      if (bytes.size() < step) return;
      std::size_t at = find_start(bytes);
      if (at == Bytes::npos) {
        offset += bytes.size() / step * step;
        continue;
      }
      offset += at;
      if (auto container = read_container(offset, end); container && container->end > offset + container_header) {
        offset = (container->end + step - 1) / step * step;
        count(std::move(*container));
      } else {
        offset += step;
      }
    }
  }

  // Half of the number in vectors first, without a branch; few places hold it by chance.
  static std::size_t find_start(Bytes bytes) {
    using Words = std::uint32_t __attribute__((vector_size(16)));
    constexpr std::uint32_t low = container_start & 0xffffffff;
    constexpr Words wanted = {low, low, low, low};
    constexpr std::size_t block = 8 * sizeof(Words);
    std::size_t at = 0;
    for (; at + block <= bytes.size(); at += block) {
      Words found = {};
      for (std::size_t i = 0; i < block; i += sizeof(Words)) {
        Words some;
        std::memcpy(&some, bytes.data() + at + i, sizeof some);
        found |= some == wanted;
      }
      if ((found[0] | found[2]) == 0) continue;  // the low half of a number at a step
      if (std::size_t start = find_number(bytes, at, at + block); start != Bytes::npos) return start;
    }
    return find_number(bytes, at, bytes.size());
  }

  static std::size_t find_number(Bytes bytes, std::size_t at, std::size_t end) {
    for (; at + step <= end; at += step) {
      std::uint64_t value;
      std::memcpy(&value, bytes.data() + at, sizeof value);
      if (value == container_start) return at;
    }
    return Bytes::npos;
  }

  void report(const Part& part, std::uint64_t offset, std::string_view what) {
    if (damaged_places_++ > 0) return;
    problem_ = part.name + " at byte " + std::to_string(offset) + ": " + std::string(what);
  }

  bool is_over() const { return entries_ > entries_at_most || windows_.failed(); }

  Windows windows_;
  std::map<std::vector<Image>, std::uint64_t> groups_;
  std::uint64_t containers_ = 0, images_ = 0, images_in_code_sections_ = 0, entries_ = 0, damaged_places_ = 0;
  std::string problem_;
};

Content Search::take_content(State state, std::string problem) {
  Content content;
  if (state == State::whole && windows_.failed()) state = State::unread;
  if (state == State::whole && entries_ > entries_at_most) state = State::damaged, problem = "more entries than any library holds";
  if (state == State::whole && damaged_places_ > 0) state = State::damaged, problem = problem_;
  content.state = state;
  content.problem = std::move(problem);
  if (state == State::unread) return content;
  for (auto& [images, containers] : groups_) content.groups.push_back({images, containers});
  std::ranges::stable_sort(content.groups, std::ranges::greater(), &Group::containers);
  content.containers = containers_;
  content.images = images_;
  content.images_in_code_sections = images_in_code_sections_;
  content.damaged_places = damaged_places_;
  return content;
}

}  // namespace

std::string name_of(const Image& image) {
  std::string name = image.kind == kind_sass   ? "sm_"
                     : image.kind == kind_ptx  ? "compute_"
                     : image.kind == kind_nvvm ? "lto_"
                                               : "kind" + std::to_string(image.kind) + "_";
  name += std::to_string(image.target);
  if (image.suffix) name += image.suffix;
  return name;
}

Content read_device_code(elf::Reader& reader, Depth depth) {
  Parts found = find_parts(reader, depth);
  Search search(reader);
  if (found.state == State::whole)
    for (const Part& part : found.parts) search.search(part);
  return search.take_content(found.state, std::move(found.problem));
}

}  // namespace gpuwhy::fatbin
