// pyproject.toml, as far as it says what a project needs: [project] (PEP 621) and [tool.poetry.dependencies]. Source: PEP 621; Poetry's
// documentation of version constraints.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "formats/requirements/requirements.h"

namespace gpuwhy::pyproject {

struct Document {
  std::string requires_python;  // ">=3.11"; Poetry's key python likewise, "^3.11" as it is written
  std::vector<requirements::Requirement> requirements;
  std::vector<requirements::Unresolved> unresolved;  // links, optional groups, sources of uv
};

Document parse(Bytes bytes);

}  // namespace gpuwhy::pyproject
