// What the build's device code means for each card that the driver shows, for the rules about the first kernel.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "causes/support/cause.h"
#include "frameworks/architecture.h"

namespace gpuwhy {

struct CardCode {
  std::string name, capability;  // "NVIDIA H100", "9.0"
  CodeVerdict verdict;

  std::string title() const;  // "NVIDIA H100 (compute capability 9.0)"
};

// The conversation with the driver that this build opens; nullptr when there was none.
const DriverAnswers* opened_driver(const FrameworkContext& context);
// Of that driver; empty when nobody can tell.
std::vector<CardCode> card_codes(const FrameworkContext& context);

// The verdict of a rule whose question does not arise, or cannot be answered; nothing when card_codes() is to be judged.
std::optional<Verdict> why_no_card_codes(const FrameworkContext& context);

// JAX and CuPy compile most of their kernels at run time.
bool compiles_at_run_time(FrameworkKind framework);

// "1149 of its 1397 pieces of GPU code": how much of the deciding library a count is; "its GPU code" where only the build's list is known.
std::string share_words(const CodeVerdict& verdict, std::uint64_t part);

}  // namespace gpuwhy
