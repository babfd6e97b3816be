// The blocks of a terminal report: one for each prediction, with the finding that explains it, and what follows.
#pragma once

#include <set>
#include <string>

#include "model/report.h"
#include "render/terminal/blame.h"
#include "render/terminal/sheet.h"
#include "render/text/words.h"

namespace gpuwhy::render {

class Blocks {
 public:
  // Appends to `sheet`. At most `detail_limit` lines of proof for one finding, unless -v.
  Blocks(const Report& report, const TerminalOptions& options, std::size_t detail_limit, Sheet& sheet)
      : report_(report), options_(options), marks_(marks(options.unicode)), detail_limit_(detail_limit), sheet_(sheet) {}

  void predictions();
  void text_answer();         // of a pasted text, which has no predictions
  void no_framework();        // instead of predictions, when there are none
  void remaining_findings();  // what no prediction's line has told
  void unexplained_gates();   // what the engine could not explain and no prediction's line has said
  std::size_t full_blocks() const { return full_blocks_; }

 private:
  static std::string slug_words(const RankedFinding& finding);  // "   [cudnn-missing] likely"
  void prediction(const Prediction& prediction);
  void stopped(const Prediction& prediction, Standing standing);
  void unexplained(const Prediction& prediction, Standing standing);
  void first_line(Style style, std::string_view mark, const std::string& who, const std::string& what, const RankedFinding* reason);
  void body(const RankedFinding& finding);
  void proof(const Finding& finding);
  void remedies(const Finding& finding);
  void remedy(const Remedy& remedy, std::string_view label);
  void also(const RankedFinding& finding);
  void also_after(const Prediction& prediction);
  void candidates(const Prediction* prediction);
  void next_check();
  void gates(const Prediction& prediction);
  void gate_evidence(const Gate& gate);
  void labelled(std::string_view label, const std::string& text, Style style = Style::plain, std::size_t column = 2);
  void labelled_command(std::string_view label, const Command& command, std::size_t column = 2);

  const Report& report_;
  const TerminalOptions& options_;
  const Marks& marks_;
  std::size_t detail_limit_;
  Sheet& sheet_;
  std::set<std::size_t> told_;         // indices into report.findings
  std::set<std::string> unexplained_;  // gates said to be unexplained
  bool next_check_told_ = false;
  std::size_t full_blocks_ = 0;
};

}  // namespace gpuwhy::render
