// Versions that load together and do not work together (data/facts/known_bad.tsv), compiled in by tools/gen-facts. Each row names where
// it is known from. Pure look-ups, no allocation.
#pragma once

#include <span>
#include <string_view>

namespace gpuwhy::facts {

struct KnownBad {
  std::string_view id;                                    // "cudnn-dropped-older-than-turing"
  std::string_view framework;                             // "any", "any-xla" (TensorFlow and JAX), "jax", ...
  std::string_view framework_from, framework_below;       // from <= version < below; "" = no such end. So with all that follow
  std::string_view package, package_from, package_below;  // without its -cuNN ending: "nvidia-cudnn"; "ptxas" is the program
  std::string_view second, second_from, second_below;     // another package that must be there too; "" = none
  std::string_view cc_from, cc_below;                     // compute capability of a card: "9.0"
  int gpus;                                               // at least so many cards; 0 = the pair is bad without one
  std::string_view kind;                                  // "wrong-results", "crash", "fails"
  std::string_view effect, cure, source;                  // in words; "nvidia-cudnn<9.11"; "pytorch/pytorch#162574; ..."
};
std::span<const KnownBad> known_bad();

// Is from <= version < below, with "" as an open end? False for a version that is none.
bool is_in_range(std::string_view version, std::string_view from, std::string_view below);

// "nvidia-cudnn" of "nvidia-cudnn-cu12"; any other name as it is.
std::string_view without_cuda_ending(std::string_view package);

namespace tables {
extern const std::span<const KnownBad> known_bad;
}

}  // namespace gpuwhy::facts
