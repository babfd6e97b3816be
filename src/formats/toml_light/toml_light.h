// Just enough TOML (v1.0) for the settings of container engines: config.toml of the NVIDIA container toolkit, of containerd and of CRI-O.
// Tables, dotted and quoted names, and values on one line; arrays and strings that go over several lines are passed over whole. A line that
// is none of these is named in `problem`, and reading goes on behind it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"

namespace gpuwhy::toml_light {

struct Setting {
  std::string table;  // names joined by dots, without their quotation marks; "" above the first table
  std::string key;
  std::string value;       // without quotation marks; "" of a value that goes over several lines
  bool is_string = false;  // it was written in quotation marks: "true" is no truth value then
  bool operator==(const Setting&) const = default;
};

struct Document {
  std::vector<std::string> tables;  // in their order
  std::vector<Setting> settings;
  std::string problem;  // the first line that could not be read: "line 12"; "" = all were read
  // The last value of that key in that table, or nullptr.
  const Setting* find(std::string_view table, std::string_view key) const;
};

Document parse(Bytes bytes);

}  // namespace gpuwhy::toml_light
