// An open file of the machine as the ELF reader wants it.
#pragma once

#include <optional>
#include <string>
#include <utility>

#include "formats/elf/elf.h"
#include "sys/machine.h"

namespace gpuwhy {

class ElfFileReader final : public elf::Reader {
 public:
  explicit ElfFileReader(File& file) : file_(file) {}
  std::uint64_t size() const override { return file_.size(); }
  std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    auto bytes = file_.read_at(offset, length);
    return bytes ? std::optional(std::move(*bytes)) : std::nullopt;
  }

 private:
  File& file_;
};

}  // namespace gpuwhy
