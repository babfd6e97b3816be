// What an installed Python distribution says about itself. Sources of the formats: PEP 376 and 627 (the .dist-info folder and its
// INSTALLER), PEP 566 and 643 (METADATA), PEP 610 (direct_url.json), setuptools (.egg-info), conda (the name of a file in conda-meta).
// Nothing is trusted: bytes that make no sense give empty fields, never a wrong value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::dist_info {

// METADATA is read no further than this: its headers come first, what follows is the project's description.
inline constexpr std::size_t metadata_limit = 256 << 10;

enum class EntryKind { dist_info, egg_info, conda_meta };

struct EntryName {
  std::string name;     // normalised (PEP 503): nvidia-cudnn-cu12
  std::string version;  // "" when the name holds none, as torch.egg-info of a development install
  std::string build;    // conda only: cuda128py311h5c2d4ab_0
  EntryKind kind = EntryKind::dist_info;

  bool operator==(const EntryName&) const = default;
};

// "nvidia_cudnn_cu12-9.10.2.21.dist-info", "PyYAML-6.0-py3.11.egg-info", "torch.egg-info"; nothing for any other name.
std::optional<EntryName> parse_entry_name(std::string_view file_name);

// "pytorch-2.5.1-cuda126py311_0.json", a file name in conda-meta.
std::optional<EntryName> parse_conda_entry_name(std::string_view file_name);

struct CoreMetadata {
  std::string name, version, requires_python;  // as written; "" when the header is not there
  std::vector<std::string> requires_dist;      // every one, in order, as written
  std::vector<std::string> provides_extra;
  bool headers_complete = false;  // an empty line ends them, or they end with the bytes and the bytes are the whole file

  bool operator==(const CoreMetadata&) const = default;
};

// `whole`: the bytes are all of the file, so that headers without an empty line behind them are complete too.
CoreMetadata parse_core_metadata(Bytes bytes, bool whole);

// "nvidia-cudnn-cu12" of "nvidia-cudnn-cu12 (==9.1.0.70) ; platform_system == 'Linux'": the normalised name; "" when there is none.
std::string requirement_name(std::string_view requirement);
// "9.1.0.70" of the same line: what is pinned with ==; "" when nothing is.
std::string requirement_pin(std::string_view requirement);

// The first word of INSTALLER: "pip", "uv", "conda"; "" when there is none.
std::string parse_installer(Bytes bytes);

// The Python tags of WHEEL: "cp312" of "Tag: cp312-cp312-manylinux_2_28_x86_64", "cp39-abi3" where the build serves later ones too, "py3".
std::vector<std::string> parse_wheel_pythons(Bytes bytes);

struct DirectUrl {
  std::string path;  // "/src/pytorch" of "file:///src/pytorch"; "" when the URL is no file
  bool is_editable = false;

  bool operator==(const DirectUrl&) const = default;
};

DirectUrl parse_direct_url(Bytes bytes);

// A shared library (*.so, *.so.N) that RECORD lists with its size. The path is relative to the folder of packages, '/' between its parts.
struct RecordedFile {
  std::string_view path;   // a view of the bytes that were parsed
  std::uint64_t size = 0;  // bytes

  bool operator==(const RecordedFile&) const = default;
};

// The shared libraries of RECORD (PEP 376 and 627: a CSV of path, hash and size), in its order. Lines without a size, and paths that lead
// out of the folder or are absolute, are left out. A framework's RECORD has thousands of lines and a dozen libraries: lines without a
// library are passed over unread.
std::vector<RecordedFile> parse_record_libraries(Bytes bytes);

}  // namespace gpuwhy::dist_info
