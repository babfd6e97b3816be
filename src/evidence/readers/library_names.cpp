#include "evidence/readers/library_names.h"

#include <algorithm>
#include <array>

#include "base/text.h"

namespace gpuwhy {

namespace {

constexpr std::size_t longest_line = 16 * 1024;
constexpr std::size_t most_mentions = 64;
constexpr std::size_t longest_path = 512;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_name_byte(char c) { return is_digit(c) || is_letter(c) || c == '_' || c == '-' || c == '.' || c == '+'; }
bool is_path_byte(char c) { return is_name_byte(c) || c == '/' || c == '\\' || c == '~' || c == '@' || c == '$' || (c & 0x80); }

struct Family {
  std::string_view stem, family, kind;
};
// Longest stems first: "cublaslt" before "cublas".
constexpr Family families[] = {
    {"nvidia-ptxjitcompiler", "ptxjitcompiler", "driver"},
    {"nvrtc-builtins", "nvrtc-builtins", "toolkit"},
    {"nvshmem_host", "nvshmem", "nccl"},
    {"nvtoolsext", "nvtx", "toolkit"},
    {"nvinfer_plugin", "tensorrt", "tensorrt"},
    {"nvonnxparser", "tensorrt", "tensorrt"},
    {"cusolvermg", "cusolvermg", "toolkit"},
    {"cusparselt", "cusparselt", "toolkit"},
    {"nvidia-ml", "nvml", "nvml"},
    {"nvjitlink", "nvjitlink", "toolkit"},
    {"cublaslt", "cublaslt", "toolkit"},
    {"cusolver", "cusolver", "toolkit"},
    {"cusparse", "cusparse", "toolkit"},
    {"cudadevrt", "cudadevrt", "toolkit"},
    {"nvinfer", "tensorrt", "tensorrt"},
    {"cutensor", "cutensor", "toolkit"},
    {"nvparsers", "tensorrt", "tensorrt"},
    {"cudart", "cudart", "toolkit"},
    {"cublas", "cublas", "toolkit"},
    {"cufftw", "cufft", "toolkit"},
    {"cufile", "cufile", "toolkit"},
    {"curand", "curand", "toolkit"},
    {"nvcuda", "cuda", "driver"},
    {"nvjpeg", "nvjpeg", "toolkit"},
    {"cudnn", "cudnn", "cudnn"},
    {"cufft", "cufft", "toolkit"},
    {"cupti", "cupti", "profiler"},
    {"nvrtc", "nvrtc", "toolkit"},
    {"nvvm", "nvvm", "toolkit"},
    {"nvml", "nvml", "nvml"},
    {"nccl", "nccl", "nccl"},
    {"cuda", "cuda", "driver"},
    {"npp", "npp", "toolkit"},
};

// Names that carry the number of another CUDA than their own. Without a row the first number is the CUDA major itself.
struct Numbering {
  std::string_view family;
  int number;
  std::string_view cuda;
};
constexpr Numbering numberings[] = {
    {"cufft", 10, "10 11"},      {"cufft", 11, "12"},      {"cufft", 12, "13"},           {"cusolver", 10, "10 11.0"},
    {"cusolver", 11, "11 12"},   {"cusolver", 12, "13"},   {"cusparse", 12, "12 13"},     {"curand", 10, ""},
    {"cusolvermg", 11, "11 12"}, {"cusolvermg", 12, "13"}, {"cusolvermg", 10, "10 11.0"},
};
// Their numbers are their own.
constexpr std::string_view unnumbered[] = {"nvtx", "cutensor", "cusparselt", "cufile", "nvvm",           "nvml",     "cuda",
                                           "nccl", "nvshmem",  "tensorrt",   "cudnn",  "ptxjitcompiler", "cudadevrt"};

// "101" -> "10.1", "112_0" -> "11.2", "12" -> "12", "75" -> "7.5": how Windows' names write a release.
std::string release_of_dll(std::string_view digits) {
  std::string_view head = digits.substr(0, digits.find_first_not_of("0123456789"));
  if (head.empty()) return "";
  if (head.size() == 3) return std::string(head.substr(0, 2)) + "." + std::string(head.substr(2));
  if (head.size() == 2 && head[0] >= '5') return std::string(head.substr(0, 1)) + "." + std::string(head.substr(1));
  return std::string(head);
}

std::vector<std::string> cuda_of(const LibraryName& name) {
  if (name.number.empty() || std::ranges::find(unnumbered, name.family) != std::end(unnumbered)) return {};
  std::string_view first = std::string_view(name.number).substr(0, name.number.find('.'));
  auto major = parse_int(first);
  if (!major || *major < 5 || *major > 20) return {};  // cupti64_2020.1.1.dll
  // "10.2.1.243" is a file's own version (this one is CUDA 10.1's cuBLAS); only cudart's is the toolkit's.
  bool is_file_version = std::ranges::count(name.number, '.') > 1 && name.family != "cudart";
  if (!name.number.contains('.') || is_file_version)
    for (const Numbering& row : numberings)
      if (row.family == name.family && row.number == *major) {
        std::vector<std::string> cuda;
        for (std::string_view part : split(row.cuda, ' '))
          if (!part.empty()) cuda.emplace_back(part);
        return cuda;
      }
  if (*major >= 11 || !name.number.contains('.') || is_file_version) return {std::string(first)};
  std::size_t second = name.number.find('.', first.size() + 1);
  return {name.number.substr(0, second)};
}

// The digits behind the stem of a DLL: "cublas64_11" -> "11", "nvrtc64_112_0" -> "112_0", "nvJitLink_120_0" -> "120_0".
std::string_view dll_number(std::string_view stem) {
  std::size_t at = stem.find("64_");
  if (at != std::string_view::npos) return stem.substr(at + 3);
  while ((at = stem.find('_', at == std::string_view::npos ? 0 : at + 1)) != std::string_view::npos)
    if (at + 1 < stem.size() && is_digit(stem[at + 1])) return stem.substr(at + 1);
  return {};
}

const Family* find_family(std::string_view stem) {
  for (const Family& family : families) {
    if (!stem.starts_with(family.stem)) continue;
    std::string_view rest = stem.substr(family.stem.size());
    bool ends = rest.empty() || rest[0] == '_' || rest[0] == '.' || rest.starts_with("64") || rest.starts_with("32");
    bool is_part = family.family == "npp" && !rest.empty() && is_letter(rest[0]);
    bool is_part_of_cuda = family.family == "cuda" && !rest.empty() && rest[0] == '_';  // libcuda_runtime and the like are not the driver
    if ((ends && !is_part_of_cuda) || is_part) return &family;
  }
  return nullptr;
}

}  // namespace

LibraryName parse_library_name(std::string_view file) {
  LibraryName name;
  if (std::size_t slash = file.find_last_of("/\\"); slash != std::string_view::npos) file.remove_prefix(slash + 1);
  std::string lower = to_lower(file);
  std::string_view stem = lower, number;
  bool is_dll = lower.ends_with(".dll");
  if (is_dll) {
    stem = std::string_view(lower).substr(0, lower.size() - 4);
    if (stem.starts_with("lib")) stem.remove_prefix(3);
  } else {
    if (!stem.starts_with("lib")) return name;
    stem.remove_prefix(3);
    if (std::size_t so = stem.find(".so"); so != std::string_view::npos) {
      number = stem.substr(so + 3);
      stem = stem.substr(0, so);
    } else if (stem.ends_with(".dylib")) {
      stem.remove_suffix(6);
      if (std::size_t dot = stem.find('.'); dot != std::string_view::npos) number = stem.substr(dot), stem = stem.substr(0, dot);
    } else {
      return name;
    }
    if (number.starts_with('.')) number.remove_prefix(1);
  }
  const Family* family = find_family(stem);
  if (!family) return name;
  name.file = file;
  name.family = family->family;
  name.kind = family->kind;
  if (!is_dll) name.number = number;
  else if (name.kind == "cudnn") name.number = dll_number(stem);
  else name.number = release_of_dll(dll_number(stem));
  name.cuda = cuda_of(name);
  return name;
}

bool is_same_cuda(std::string_view a, std::string_view b) {
  auto major = [](std::string_view release) { return release.substr(0, release.find('.')); };
  if (major(a) != major(b)) return false;
  bool exact = a == "11.0" || b == "11.0";  // the first release of CUDA 11 had a cuSOLVER of its own
  auto value = parse_int(major(a));
  if (!value || (*value >= 11 && !exact) || !a.contains('.') || !b.contains('.')) return true;
  auto two = [](std::string_view release) { return release.substr(0, release.find('.', release.find('.') + 1)); };
  return two(a) == two(b);
}

std::vector<LibraryMention> find_libraries(std::string_view line) {
  line = line.substr(0, longest_line);
  std::vector<LibraryMention> found;
  std::size_t from = 0;
  for (std::size_t at = line.find('.'); at != std::string_view::npos && found.size() < most_mentions; at = line.find('.', at + 1)) {
    if (at < from) continue;
    std::string tail = to_lower(line.substr(at, 6));
    std::size_t length = tail.starts_with(".dylib") ? 6 : tail.starts_with(".dll") ? 4 : tail.starts_with(".so") ? 3 : 0;
    std::size_t end = at + length;
    if (length == 0 || (end < line.size() && (is_letter(line[end]) || line[end] == '_'))) continue;
    if (length == 3)
      while (end + 1 < line.size() && line[end] == '.' && is_digit(line[end + 1])) {
        ++end;
        while (end < line.size() && is_digit(line[end])) ++end;
      }
    std::size_t begin = at;
    while (begin > from && at - begin < longest_path && is_path_byte(line[begin - 1])) --begin;
    // A drive's letter, or a quotation mark in UTF-8 that the run of bytes has taken in.
    if (begin >= 2 && line[begin - 1] == ':' && (line[begin] == '\\' || line[begin] == '/') && is_letter(line[begin - 2])) begin -= 2;
    while (begin < at && (line[begin] & 0x80)) ++begin;
    LibraryMention mention{begin, end, std::string(line.substr(begin, end - begin)), {}};
    mention.name = parse_library_name(mention.path);
    from = end;
    if (!mention.name.family.empty()) found.push_back(std::move(mention));
  }
  return found;
}

}  // namespace gpuwhy
