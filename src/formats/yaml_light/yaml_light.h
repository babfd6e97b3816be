// Just enough YAML (1.2) for the specifications of the Container Device Interface as nvidia-ctk and people write them: block mappings and
// sequences, plain and quoted scalars on one line, comments, and flow values on one line. Anchors, tags, block scalars, tabs as indentation
// and a second document are not read; the answer then says so and at which line. Bounded in depth and in the number of values.
#pragma once

#include <expected>
#include <string>

#include "base/bytes.h"
#include "formats/python_source/json_light.h"

namespace gpuwhy::yaml_light {

// The same tree as of JSON; every scalar is a text, whatever it looks like. On failure: "line 7: a tab is no indentation".
std::expected<json_light::Value, std::string> parse(Bytes bytes);

}  // namespace gpuwhy::yaml_light
