#include "formats/fatbin/fatbin.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "base/text.h"

namespace gpuwhy::fatbin {
namespace {

std::string corpus(const std::string& name) {
  std::ifstream file(std::string(GPUWHY_CORPUS "/fatbin/") + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Content read(const std::string& bytes, Depth depth = Depth::sections) {
  elf::BytesReader reader(bytes);
  return read_device_code(reader, depth);
}

// "1: sm_70 sm_80; 1: sm_90a", in the order of the content.
std::string words(const Content& content) {
  std::vector<std::string> groups;
  for (const Group& group : content.groups) {
    std::vector<std::string> images;
    for (const Image& image : group.images) images.push_back(name_of(image));
    groups.push_back(std::to_string(group.containers) + ": " + join(images, " "));
  }
  return join(groups, "; ");
}

TEST(Fatbin, containers_with_the_same_images_are_counted_together) {
  Content content = read(corpus("good"));
  EXPECT_EQ(content.state, State::whole);
  EXPECT_EQ(content.containers, 5u);
  EXPECT_EQ(content.images, 9u);
  Content many = read(corpus("many-tiny-entries"));
  ASSERT_EQ(many.groups.size(), 1u);
  EXPECT_EQ(many.images, 600u);
}

TEST(Fatbin, suffixes_kinds_and_the_isa_of_ptx_are_read) {
  Content content = read(corpus("good"));
  EXPECT_EQ(words(content), "1: compute_90 sm_70 sm_80; 1: sm_70 sm_80; 1: sm_80; 1: sm_90a; 1: sm_100f lto_75");
  EXPECT_EQ(content.groups[0].images[0], (Image{kind_ptx, 90, 0, 8, 5}));
}

TEST(Fatbin, constants_are_searched_only_when_asked) {
  EXPECT_EQ(read(corpus("good"), Depth::constants).containers, 6u);
  EXPECT_EQ(read(corpus("good"), Depth::constants).images_in_code_sections, 9u);
  EXPECT_EQ(read(corpus("good"), Depth::data).containers, 6u);
}

TEST(Fatbin, header_sizes_of_new_architectures_are_believed) { EXPECT_EQ(read(corpus("large-headers")).images, 8u); }

TEST(Fatbin, zeros_between_containers_are_padding) {
  Content content = read(corpus("padding-between"));
  EXPECT_EQ(content.state, State::whole);
  EXPECT_EQ(content.containers, 2u);
}

TEST(Fatbin, cask_resources_are_searched_among_other_data) {
  Content content = read(corpus("cask-resource"));
  EXPECT_EQ(content.state, State::whole);
  EXPECT_EQ(content.containers, 4u);
}

TEST(Fatbin, a_library_without_section_headers_is_searched_in_its_segments) {
  Content content = read(corpus("no-section-headers"));
  EXPECT_EQ(content.state, State::whole);
  EXPECT_EQ(content.containers, 4u);
}

TEST(Fatbin, a_wrong_container_size_is_damage_and_the_next_container_is_found) {
  for (const char* name : {"container-size-5", "container-size-huge", "entry-size-wraps", "entry-header-0"}) {
    Content content = read(corpus(name));
    EXPECT_EQ(content.state, State::damaged) << name;
    EXPECT_EQ(content.containers, 3u) << name;
    EXPECT_NE(content.problem.find(".nv_fatbin at byte 64"), std::string::npos) << content.problem;
  }
}

TEST(Fatbin, a_chain_that_does_not_end_with_its_container_is_damage) {
  Content content = read(corpus("chain-too-short"));
  EXPECT_EQ(content.state, State::damaged);
  EXPECT_EQ(content.containers, 0u);
}

TEST(Fatbin, a_cut_file_is_damaged_and_never_without_code) {
  std::string whole = corpus("good");
  for (std::size_t length = 64; length < whole.size(); ++length) EXPECT_EQ(read(whole.substr(0, length)).state, State::damaged) << length;
}

TEST(Fatbin, other_files_are_told_apart_from_libraries_without_code) {
  EXPECT_EQ(read("").state, State::not_elf);
  EXPECT_EQ(read("#!/bin/sh\n" + std::string(100, ' ')).problem, "no ELF file");
  EXPECT_EQ(read(corpus("big-endian")).problem, "no little-endian 64-bit ELF file");
  EXPECT_EQ(read(corpus("header-only")).state, State::whole);
  EXPECT_TRUE(read(corpus("header-only")).groups.empty());
}

TEST(Fatbin, overlapping_sections_are_counted_once) { EXPECT_EQ(read(corpus("overlapping-sections")).containers, 4u); }

// A file of 5 GiB that is in memory only where something stands.
class SparseReader final : public elf::Reader {
 public:
  SparseReader(std::string head, std::uint64_t tail_at, std::string tail)
      : head_(std::move(head)), tail_at_(tail_at), tail_(std::move(tail)) {}
  std::uint64_t size() const override { return tail_at_ + tail_.size(); }
  std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    ++reads;
    if (offset >= size()) return std::string();
    std::string bytes(std::min<std::uint64_t>(length, size() - offset), '\0');
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      std::uint64_t at = offset + i;
      if (at < head_.size()) bytes[i] = head_[at];
      if (at >= tail_at_) bytes[i] = tail_[at - tail_at_];
    }
    return bytes;
  }
  std::size_t reads = 0;

 private:
  std::string head_;
  std::uint64_t tail_at_;
  std::string tail_;
};

std::string number(std::uint64_t value, std::size_t bytes) {
  std::string text;
  for (std::size_t i = 0; i < bytes; ++i) text += static_cast<char>(value >> (8 * i));
  return text;
}

// The sections of `bytes` moved apart: one container whose payload is larger than 32 bits can count.
TEST(Fatbin, sizes_beyond_4_gib_are_hopped_over) {
  constexpr std::uint64_t payload = 5ull << 30, fatbin_at = 64;
  std::string entry = number(kind_sass, 2) + number(0x101, 2) + number(64, 4) + number(payload, 8) + number(0, 8) + number(0x10007, 4) +
                      number(90, 4) + number(0, 8) + number(0x11, 8) + number(0, 16);
  std::string head = number(0xBA55ED50, 4) + number(0x100001, 4) + number(64 + payload, 8) + entry;
  std::uint64_t end = fatbin_at + 16 + 64 + payload;
  std::string names = std::string("\0.nv_fatbin\0", 12) + std::string(4, '\0');
  auto section = [](std::uint64_t name, std::uint64_t type, std::uint64_t at, std::uint64_t size) {
    return number(name, 4) + number(type, 4) + number(2, 8) + number(0, 8) + number(at, 8) + number(size, 8) + std::string(24, '\0');
  };
  std::string tail = names + std::string(64, '\0') + section(1, 1, fatbin_at, end - fatbin_at) + section(0, 3, end, 12);
  std::string elf = std::string(
                        "\x7f"
                        "ELF\x02\x01\x01",
                        7) +
                    std::string(9, '\0') + number(3, 2) + number(62, 2) + number(1, 4) + std::string(16, '\0') + number(end + 16, 8) +
                    number(0, 4) + number(64, 2) + number(56, 2) + number(0, 2) + number(64, 2) + number(3, 2) + number(2, 2);
  SparseReader reader(elf + head, end, tail);
  Content content = read_device_code(reader, Depth::sections);
  EXPECT_EQ(content.state, State::whole) << content.problem;
  EXPECT_EQ(words(content), "1: sm_90");
  EXPECT_LT(reader.reads, 12u);
}

class FailingReader final : public elf::Reader {
 public:
  FailingReader(std::string bytes, std::size_t good) : bytes_(std::move(bytes)), good_(good) {}
  std::uint64_t size() const override { return bytes_.size(); }
  std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    if (good_ == 0) return std::nullopt;
    --good_;
    return offset >= bytes_.size() ? std::string() : bytes_.substr(offset, length);
  }

 private:
  std::string bytes_;
  std::size_t good_;
};

TEST(Fatbin, a_read_that_fails_is_neither_damage_nor_absence) {
  std::size_t good = 0;
  for (;; ++good) {
    FailingReader reader(corpus("good"), good);
    Content content = read_device_code(reader, Depth::constants);
    if (content.state == State::whole) break;
    EXPECT_EQ(content.state, State::unread) << good;
    EXPECT_TRUE(content.groups.empty()) << good;
  }
  EXPECT_GT(good, 4u);
}

TEST(Fatbin, a_section_full_of_container_heads_is_given_up_in_time) {
  std::string heads;
  for (int i = 0; i < 200'000; ++i) heads += number(0xBA55ED50, 4) + number(0x100001, 4) + number(1ull << 40, 8);
  std::string bare = corpus("no-section-headers").substr(0, 64 + 56);
  std::string size = number(bare.size() + heads.size(), 8);
  bare.replace(64 + 32, 8, size);
  EXPECT_EQ(read(bare + heads).containers, 0u);
}

}  // namespace
}  // namespace gpuwhy::fatbin
