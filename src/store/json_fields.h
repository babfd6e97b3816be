// The two visitors that turn the field lists of model/describe.h into JSON and back. Internal to store/.
#pragma once

#include <fmt/format.h>

#include <concepts>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/describe.h"

namespace gpuwhy::json_fields {

using nlohmann::json;
using nlohmann::ordered_json;

// --- out ---------------------------------------------------------------------------------------------------------------------------------

ordered_json text_to_json(const std::string& text);
std::string key_to_json(const std::string& key);
ordered_json evidence_to_json(const Evidence& evidence);

inline ordered_json to_json(const std::string& text) { return text_to_json(text); }
inline ordered_json to_json(std::integral auto number) { return number; }
ordered_json to_json(NamedEnum auto value) { return enum_words<decltype(value)>.at(static_cast<std::size_t>(value)); }

template <class T>
ordered_json to_json(const Private<T>& value);
template <class T>
ordered_json to_json(const Fact<T>& fact);
template <class T>
ordered_json to_json(const std::vector<T>& list);
template <class T>
ordered_json to_json(const std::map<std::string, T>& map);
template <class S>
requires std::is_class_v<S> ordered_json to_json(const S& section);

struct FieldWriter {
  std::vector<std::pair<std::string_view, ordered_json>> fields;
  void operator()(Field field, const auto& member) { fields.emplace_back(field.name, to_json(member)); }
};

template <class S>
FieldWriter written_fields(const S& section) {
  FieldWriter writer;
  for_each_field(writer, section);
  return writer;
}

template <class S>
requires std::is_class_v<S> ordered_json to_json(const S& section) {
  static const FieldWriter defaults = written_fields(S{});
  ordered_json object = ordered_json::object();
  FieldWriter written = written_fields(section);
  for (std::size_t i = 0; i < written.fields.size(); ++i) {
    auto& [name, value] = written.fields[i];
    if (value != defaults.fields[i].second) object[std::string(name)] = std::move(value);
  }
  return object;
}

template <class T>
ordered_json to_json(const Private<T>& value) {
  return to_json(value.reveal());
}

template <class T>
ordered_json to_json(const Fact<T>& fact) {
  ordered_json object = ordered_json::object();
  if (fact.is_known()) object["value"] = to_json(*fact);
  else if (fact.is_absent()) object["absent"] = true;
  else if (fact.why() != Why::not_probed || !fact.detail().empty() || fact.evidence() != Evidence{})
    object["unknown"] = to_json(fact.why());
  if (!fact.detail().empty()) object["detail"] = to_json(fact.detail());
  if (fact.evidence() != Evidence{}) object["from"] = evidence_to_json(fact.evidence());
  return object;
}

template <class T>
ordered_json to_json(const std::vector<T>& list) {
  ordered_json array = ordered_json::array();
  for (const T& item : list) array.push_back(to_json(item));
  return array;
}

template <class T>
ordered_json to_json(const std::map<std::string, T>& map) {
  ordered_json object = ordered_json::object();
  for (const auto& [key, value] : map) object[key_to_json(key)] = to_json(value);
  return object;
}

// --- in ----------------------------------------------------------------------------------------------------------------------------------

// Stops at the first thing that is wrong and says where it is: "environments[0].version.value: expected text, found a number".
class FieldReader {
 public:
  bool is_good() const { return problem_.empty(); }
  const std::string& problem() const { return problem_; }

  void read(const json& from, std::string& to);
  void read(const json& from, bool& to);
  void read(const json& from, Evidence& to);
  void read_key(const std::string& key, std::string& to);

  template <std::integral T>
  requires(!std::same_as<T, bool>) void read(const json& from, T& to) {
    if (from.is_number_unsigned() && std::in_range<T>(from.get<std::uint64_t>())) to = static_cast<T>(from.get<std::uint64_t>());
    else if (from.is_number_integer() && !from.is_number_unsigned() && std::in_range<T>(from.get<std::int64_t>()))
      to = static_cast<T>(from.get<std::int64_t>());
    else if (from.is_number_integer()) refuse("the number is out of range");
    else expected("a whole number", from);
  }

  template <NamedEnum E>
  void read(const json& from, E& to) {
    std::string name;
    read(from, name);
    if (!is_good()) return;
    for (std::size_t i = 0; i < enum_words<E>.size(); ++i) {
      if (enum_words<E>[i] != name) continue;
      to = static_cast<E>(i);
      return;
    }
    refuse_word(name);
  }

  template <class T>
  void read(const json& from, Private<T>& to) {
    T value{};
    read(from, value);
    to = Private<T>(std::move(value));
  }

  template <class T>
  void read(const json& from, std::vector<T>& to) {
    if (!from.is_array()) return expected("a list", from);
    to.reserve(from.size());
    for (std::size_t i = 0; i < from.size() && is_good(); ++i) {
      Step step(*this, fmt::format("[{}]", i));
      read(from[i], to.emplace_back());
    }
  }

  template <class T>
  void read(const json& from, std::map<std::string, T>& to) {
    if (!from.is_object()) return expected("an object", from);
    for (auto item = from.begin(); item != from.end() && is_good(); ++item) {
      Step step(*this, "." + item.key());
      std::string key;
      read_key(item.key(), key);
      read(*item, to[key]);
    }
  }

  template <class T>
  void read(const json& from, Fact<T>& to) {
    if (!from.is_object()) return expected("an object", from);
    Evidence evidence;
    std::string detail;
    read_member(from, "from", evidence);
    read_member(from, "detail", detail);
    if (from.contains("value") + from.contains("absent") + from.contains("unknown") != 1)
      return refuse("expected one of \"value\", \"absent\" and \"unknown\"");
    if (from.contains("value")) {
      T value{};
      read_member(from, "value", value);
      to = Fact<T>::known(std::move(value), std::move(evidence));
    } else if (from.contains("absent")) {
      if (from["absent"] != true) return refuse("\"absent\" can only be true");
      to = Fact<T>::absent(std::move(evidence));
    } else {
      Why why = Why::not_probed;
      read_member(from, "unknown", why);
      to = Fact<T>::unknown(why, std::move(detail), std::move(evidence));
    }
  }

  template <class S>
  requires std::is_class_v<S>
  void read(const json& from, S& to) {
    if (!from.is_object()) return expected("an object", from);
    Members members{*this, from};
    for_each_field(members, to);
  }

 private:
  struct Members {
    FieldReader& reader;
    const json& object;
    void operator()(Field field, auto& member) { reader.read_member(object, field.name, member); }
  };

  // One step down the path of messages, for as long as it lives.
  class Step {
   public:
    Step(FieldReader& reader, const std::string& step) : reader_(reader), length_(reader.path_.size()) { reader.path_ += step; }
    ~Step() { reader_.path_.resize(length_); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    FieldReader& reader_;
    std::size_t length_;
  };

  void read_member(const json& object, std::string_view name, auto& to) {
    auto found = object.find(name);
    if (found == object.end() || !is_good()) return;
    Step step(*this, (path_.empty() ? "" : ".") + std::string(name));
    read(*found, to);
  }

  void refuse(std::string_view why);
  void refuse_word(std::string_view word);
  void expected(std::string_view what, const json& found);

  std::string path_, problem_;
};

}  // namespace gpuwhy::json_fields
