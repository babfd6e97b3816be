#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/conda_env/conda_env.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const conda_env::Document document = conda_env::parse(bytes);
  GW_CHECK(document.problem.empty() || document.conda.empty());
  for (const conda_env::CondaSpec& spec : document.conda) GW_CHECK(spec.name.size() <= size);
  return 0;
}
