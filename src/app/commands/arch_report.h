// What `gpuwhy arch` found, and its two forms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "formats/fatbin/fatbin.h"
#include "frameworks/architecture.h"
#include "model/snapshot.h"

namespace gpuwhy::app {

struct ArchFile {
  std::string path;
  std::uint64_t size = 0;  // bytes
  fatbin::Content content;
  CodeLibrary library;
  std::string note;                    // "makes its code at run time"; "" for others
  std::optional<CodeVerdict> verdict;  // when --cc was given and the file was read
  bool named = false;                  // on the command line, not found in a folder

  bool has_code() const { return content.containers > 0; }
};

// One architecture of a file, over all of its containers.
struct ArchCount {
  fatbin::Image image;               // without its ISA version
  std::vector<std::string> ptx_isa;  // of PTX: the versions seen, oldest first
  std::uint64_t images = 0, containers = 0;
};
std::vector<ArchCount> count_architectures(const fatbin::Content& content);

std::string render_arch_text(const std::vector<ArchFile>& files, const std::string& compute_capability);
// Schema gpuwhy.arch/1 (docs/schema/arch.schema.json).
std::string render_arch_json(const std::vector<ArchFile>& files, const std::string& compute_capability);

}  // namespace gpuwhy::app
