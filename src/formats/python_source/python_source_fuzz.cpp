// Any bytes at all: every reader of Python files and settings must end and stay in bounds.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/python_source/json_light.h"
#include "formats/python_source/python_source.h"
#include "formats/python_source/torch_preload.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  std::string_view bytes(reinterpret_cast<const char*>(data), size);
  python_source::parse_torch_version(bytes);
  auto info = python_source::parse_build_info(bytes);
  GW_CHECK(!info.cuda_compute_capabilities || info.cuda_compute_capabilities->size() <= 1000);
  python_source::parse_tensorflow_header_version(bytes);
  python_source::parse_pyvenv_cfg(bytes);
  GW_CHECK(python_source::parse_pth(bytes).size() <= 1000);
  python_source::parse_kernel(bytes);
  auto preload = python_source::parse_torch_preload(bytes);
  for (const auto& [folder, pattern] : preload.libraries) python_source::matches_glob(bytes.substr(0, 255), pattern);
  if (auto value = json_light::parse(bytes)) GW_CHECK(value->members.size() <= size);
  return 0;
}
