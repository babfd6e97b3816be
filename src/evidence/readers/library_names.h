// What the name of one of NVIDIA's libraries says: libcublasLt.so.11, cudart64_101.dll, libcudnn_ops_infer.so.8. The numbers in these
// names follow no single rule, so the CUDA that each belongs to stands in a table, made from the file lists of the toolkits 7.5 to 13.x.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace gpuwhy {

struct LibraryName {
  std::string file;    // as written, without its folder: "libcublasLt.so.11"
  std::string family;  // "cublaslt"; cuDNN's parts are all "cudnn"
  std::string kind;    // toolkit, cudnn, driver (libcuda), nvml, nccl, profiler (cupti), tensorrt
  std::string number;  // what the name carries: "11", "10.1", "9.1.0"; "" = none
  // CUDA releases that the name belongs to, as "11" or, where names of that time told it, "10.1"; empty = any, or not known.
  std::vector<std::string> cuda;
};

// family "" = none of NVIDIA's compute libraries.
LibraryName parse_library_name(std::string_view file);

// Do two releases ("11", "11.8", "10.1") name the same one, as far as both tell? From CUDA 11 on only the major counts.
bool is_same_cuda(std::string_view a, std::string_view b);

// A library's name as it stands in a line.
struct LibraryMention {
  std::size_t begin = 0, end = 0;  // of the name with its folder
  std::string path;                // with its folder, if one is written
  LibraryName name;
};
// At most 64 of a line, of NVIDIA's libraries only; a line is looked at over its first 16 KiB.
std::vector<LibraryMention> find_libraries(std::string_view line);

}  // namespace gpuwhy
