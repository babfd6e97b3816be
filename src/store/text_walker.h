// Visits every text of a described structure, however deep: for readers walk_texts(), for writers TextRewriter. Internal to store/.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "model/describe.h"

namespace gpuwhy {

// callback(const std::string& text, bool is_word)
template <class Callback>
class TextReader {
 public:
  explicit TextReader(Callback callback) : callback_(std::move(callback)) {}

  void operator()(Field field, const auto& member) { read(member, field.is_word); }

  void read(const std::string& text, bool is_word) { callback_(text, is_word); }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void read(const T&, bool) {}
  template <class T>
  void read(const Private<T>&, bool) {}  // names are collected from the fields that hold them
  template <class T>
  void read(const Fact<T>& fact, bool is_word) {
    if (fact.is_known()) read(*fact, is_word);
    callback_(fact.detail(), false);
    callback_(fact.evidence().locator, false);
    callback_(fact.evidence().excerpt, false);
  }
  template <class T>
  void read(const std::vector<T>& list, bool is_word) {
    for (const T& item : list) read(item, is_word);
  }
  template <class T>
  void read(const std::optional<T>& value, bool is_word) {
    if (value) read(*value, is_word);
  }
  template <class T>
  void read(const std::map<std::string, T>& map, bool is_word) {
    for (const auto& [key, value] : map) read(value, is_word);
  }
  template <class S>
  requires std::is_class_v<S>
  void read(const S& section, bool) { for_each_field(*this, section); }

 private:
  Callback callback_;
};

template <class S, class Callback>
void walk_texts(const S& section, Callback callback) {
  TextReader<Callback> reader(std::move(callback));
  for_each_field(reader, section);
}

// Rewrites all texts in place with `rewriter`, which offers rewrite(text), rewrite_name(text) and rewrite_variable(name, value).
template <class Rewriter>
class TextRewriter {
 public:
  explicit TextRewriter(Rewriter& rewriter) : rewriter_(rewriter) {}

  void operator()(Field field, auto& member) { write(member, field.is_word); }

  void write(std::string& text, bool is_word) {
    if (!is_word) text = rewriter_.rewrite(text);
  }
  template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
  void write(T&, bool) {}
  void write(Private<std::string>& text, bool) { text = Private<std::string>(rewriter_.rewrite_name(text.reveal())); }
  template <class T>
  void write(Fact<T>& fact, bool is_word) {
    Evidence evidence = fact.evidence();
    evidence.locator = rewriter_.rewrite(evidence.locator);
    evidence.excerpt = rewriter_.rewrite(with_name_replaced(fact, evidence.excerpt));
    if (fact.is_known()) {
      T value = *fact;
      write(value, is_word);
      fact = Fact<T>::known(std::move(value), std::move(evidence));
    } else if (fact.is_absent()) {
      fact = Fact<T>::absent(std::move(evidence));
    } else {
      fact = Fact<T>::unknown(fact.why(), rewriter_.rewrite(fact.detail()), std::move(evidence));
    }
  }
  template <class T>
  void write(std::vector<T>& list, bool is_word) {
    for (T& item : list) write(item, is_word);
  }
  template <class T>
  void write(std::optional<T>& value, bool is_word) {
    if (value) write(*value, is_word);
  }
  template <class T>
  void write(std::map<std::string, T>& map, bool is_word) {
    for (auto& [key, value] : map) {
      if constexpr (std::is_same_v<T, std::string>) value = rewriter_.rewrite_variable(key, value);
      else write(value, is_word);
    }
  }
  template <class S>
  requires std::is_class_v<S>
  void write(S& section, bool) { for_each_field(*this, section); }

 private:
  // The excerpt of a private fact holds the name ("USER=a"), be it ever so short or common.
  template <class T>
  std::string with_name_replaced(const Fact<T>& fact, const std::string& excerpt) {
    if constexpr (std::is_same_v<T, Private<std::string>>) {
      if (fact.is_known()) return rewriter_.replace_word(excerpt, fact->reveal(), rewriter_.rewrite_name(fact->reveal()));
    }
    return excerpt;
  }

  Rewriter& rewriter_;
};

}  // namespace gpuwhy
