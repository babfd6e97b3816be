// The lines of the driver probe by kind. Private to driver_call/.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace gpuwhy {

// "0 12040" -> code 0, value "12040"
struct CallAnswer {
  std::int64_t code = 0;
  std::string_view value;
};

// Views into the text that it was made from.
class ProbeText {
 public:
  explicit ProbeText(std::string_view text);

  std::optional<std::string_view> find(std::string_view key) const;      // the value of `fact KEY VALUE`
  std::optional<CallAnswer> find_call(std::string_view function) const;  // nothing too when the code is no number
  std::optional<std::int64_t> find_open_result(std::string_view path) const;
  bool has_missing_symbol(std::string_view library, std::string_view function) const;
  bool has_step(std::string_view name) const { return steps_.contains(name); }
  std::string_view last_step() const { return last_step_; }  // "" before the first

 private:
  std::map<std::string_view, std::string_view> facts_;
  std::map<std::string_view, std::int64_t> open_results_;
  std::map<std::string_view, bool> missing_symbols_, steps_;  // missing: "libcuda.symbol-missing cuInit"
  std::string_view last_step_;
};

}  // namespace gpuwhy
