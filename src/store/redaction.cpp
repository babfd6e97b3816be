#include "store/redaction.h"

#include <algorithm>

#include "store/report_fields.h"
#include "store/text_walker.h"

namespace gpuwhy {

Snapshot redacted(const Snapshot& snapshot) {
  Redactor redactor(snapshot);
  Snapshot copy = snapshot;
  TextRewriter<Redactor> rewriter(redactor);
  for_each_field(rewriter, copy);
  // Other names, another order: the look-ups need both lists sorted.
  std::ranges::sort(copy.libraries.candidates, {}, &Candidate::path);
  std::ranges::sort(copy.libraries.folders, {}, &SearchedFolder::path);
  return copy;
}

void redact(Report& report, const Snapshot& snapshot) {
  Redactor redactor(snapshot);
  walk_texts(report, [&](const std::string& text, bool is_word) { is_word ? redactor.learn_word(text) : redactor.learn(text); });
  TextRewriter<Redactor> rewriter(redactor);
  // "ana (by sudo)": the first word is a user, even where the name is a common word.
  std::string judged_for = report.judged_for;
  for_each_field(rewriter, report);
  std::string name = judged_for.substr(0, judged_for.find(' '));
  if (!name.empty()) report.judged_for = redactor.rewrite_name(name) + redactor.rewrite(judged_for.substr(name.size()));
}

}  // namespace gpuwhy
