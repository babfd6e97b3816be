// Files that travel inside the executable: "probe", "schema/report", "example/NAME".
#pragma once

#include <string_view>
#include <vector>

namespace gpuwhy {

struct Embedded {
  std::string_view name;
  std::string_view bytes;
};

const std::vector<Embedded>& embedded_files();

}  // namespace gpuwhy
