#include "evidence/derive/architecture_pairs.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "base/text.h"
#include "base/version.h"
#include "evidence/derive/card_names.h"
#include "facts/facts.h"

namespace gpuwhy {

namespace {

// "8.6" -> 86, "sm_120" -> 120, "86" -> 86, "12.0" -> 120, "750" (llama.cpp) -> 75. 0 where it is none.
int number_of(std::string_view text) {
  text = trim(text);
  for (std::string_view prefix : {"sm_", "compute_"})
    if (text.starts_with(prefix)) text.remove_prefix(prefix.size());
  std::string digits;
  for (char c : text) {
    if (c >= '0' && c <= '9') digits += c;
    else if (c != '.') break;
  }
  auto value = digits.empty() || digits.size() > 4 ? std::nullopt : parse_int(digits);
  if (!value) return 0;
  int number = static_cast<int>(*value);
  return number >= 200 && number % 10 == 0 ? number / 10 : number;
}

// Every architecture that a text lists: "sm_50 sm_60", "'sm_37', 'compute_37'", "50,60,70".
std::vector<int> architectures_in(std::string_view text) {
  std::vector<int> found;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = std::min(text.find_first_of(" ,;'\"[]()\t", at), text.size());
    std::string_view word = text.substr(at, end - at);
    bool is_arch = word.starts_with("sm_") || word.starts_with("compute_") || (!word.empty() && word[0] >= '0' && word[0] <= '9');
    if (int number = is_arch ? number_of(word) : 0; number >= 10 && number < 200) found.push_back(number);
    at = end + 1;
  }
  return found;
}

// Machine code of X.y runs on X.z from y on; nothing else of the list does.
bool runs_on(const std::vector<int>& list, int card) {
  return std::ranges::any_of(list, [&](int arch) { return arch / 10 == card / 10 && arch <= card; });
}

void compare(const std::vector<int>& list, int card, std::string_view newer, std::string_view older, std::string_view with,
             std::size_t line, Clues& clues) {
  if (list.empty() || card == 0 || runs_on(list, card)) return;
  bool is_above = card > *std::ranges::max_element(list);
  bool is_below = card < *std::ranges::min_element(list);
  std::string value = "sm_" + std::to_string(card) + " " + std::string(with);
  if (is_above) clues.add(newer, value, line);
  // A card in a gap of the list, such as 7.0 in "6.1, 7.5", was left out as an old one.
  else if (is_below || card < 90) clues.add(older, value, line);
  else clues.add(newer, value, line);
}

void fill_capability(Clues& clues) {
  // Copies: adding a clue moves the others.
  std::vector<Clue> told;
  for (const Clue* sm : clues.all("gpu.sm")) told.push_back(*sm);
  for (const Clue& sm : told)
    if (int number = number_of(sm.value); number > 0)
      clues.add("gpu.cc", std::to_string(number / 10) + "." + std::to_string(number % 10), sm.line);
  if (clues.has("gpu.cc")) return;
  // The look-up is slow for a thing that seldom matters: only where kernels did not load, or a build is told.
  bool matters = clues.has("package.torch") || clues.has("package.tensorflow") || clues.has("arch.list");
  for (std::string_view code : {"98", "200", "209", "218", "222", "8"}) matters |= clues.has("error", code);
  if (!matters) return;
  std::vector<Clue> cards;
  for (const Clue* card : clues.all("gpu")) cards.push_back(*card);
  for (std::size_t i = 0; i < cards.size() && i < 4; ++i)
    if (std::string capability = capability_of_card(cards[i].value); !capability.empty()) clues.add("gpu.cc", capability, cards[i].line);
}

std::vector<int> architectures_of_torch(const Clues& clues) {
  const Clue* torch = clues.first("package.torch");
  const Clue* cuda = clues.first("torch.cuda");
  if (!cuda) cuda = clues.first("cuda.build");
  auto version = torch ? Version::parse(torch->value) : std::nullopt;
  if (!version || (cuda && cuda->value == "None")) return {};
  auto number = cuda ? Version::parse(cuda->value) : std::nullopt;
  std::string variant = number ? "cu" + std::to_string(number->major()) + std::to_string(number->minor()) : "";
  if (variant.empty() && clues.has("place", "windows")) return {};
  const facts::TorchRelease* release = facts::find_torch(*version, variant, "x86_64");
  if (!release || release->sass.empty() || (release->ptx != "-" && !release->ptx.empty())) return {};
  return architectures_in(release->sass);
}

// The compiler of that CUDA cannot make code for the card, whoever built the program.
std::vector<int> architectures_of_toolkit(const Clues& clues) {
  const Clue* cuda = clues.first("cuda.build");
  auto number = cuda ? Version::parse(cuda->value) : std::nullopt;
  if (!number) return {};
  const facts::ToolkitTargets* targets = facts::find_toolkit_targets(facts::cuda_number(*number));
  if (!targets) return {};
  return architectures_in(replace_all(std::string(targets->sass), "sm_", ""));
}

}  // namespace

void derive_architecture_pairs(Clues& clues) {
  fill_capability(clues);
  std::vector<int> listed;
  bool list = clues.has("arch.list");
  std::size_t list_line = list ? clues.first("arch.list")->line : 0;
  for (const Clue* clue : clues.all("arch.list"))
    for (int arch : architectures_in(clue->value)) listed.push_back(arch);
  std::vector<std::pair<int, std::size_t>> cards;
  for (const Clue* card : clues.all("gpu.cc")) cards.emplace_back(number_of(card->value), card->line);
  std::vector<int> of_torch = architectures_of_torch(clues), of_toolkit = architectures_of_toolkit(clues);
  for (auto [card, line] : cards) {
    if (list) compare(listed, card, "pair.gpu-too-new", "pair.gpu-too-old", "is not in the list of the build", list_line, clues);
    if (!list && !of_torch.empty())
      compare(of_torch, card, "pair.build-older-than-gpu", "pair.build-newer-than-gpu", "is in no such build of PyTorch", line, clues);
    else if (!list) compare(of_toolkit, card, "pair.build-older-than-gpu", "pair.build-newer-than-gpu", "is beyond that CUDA", line, clues);
  }
}

}  // namespace gpuwhy
