#include "app/commands/arch_report.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/path.h"
#include "base/text.h"
#include "base/version.h"

namespace gpuwhy::app {

namespace {

std::string_view kind_word(const fatbin::Image& image) {
  switch (image.kind) {
    case fatbin::kind_sass:
      return "sass";
    case fatbin::kind_ptx:
      return "ptx";
    case fatbin::kind_nvvm:
      return "lto";
    default:
      return "other";
  }
}

std::string plural(std::uint64_t count, std::string_view word) { return fmt::format("{} {}{}", count, word, count == 1 ? "" : "s"); }

std::string size_words(std::uint64_t bytes) {
  constexpr std::uint64_t mebibyte = 1 << 20;
  return bytes >= mebibyte ? fmt::format("{} MiB", (bytes + mebibyte / 2) / mebibyte) : fmt::format("{} KiB", (bytes + 1023) / 1024);
}

// "sm_80 sm_90a (4 of 456)": the containers are said where not all hold it.
std::string list_words(const std::vector<ArchCount>& counts, std::string_view kind, std::uint64_t containers, bool with_counts) {
  std::vector<std::string> words;
  for (const ArchCount& count : counts) {
    if (kind_word(count.image) != kind) continue;
    std::string word = fatbin::name_of(count.image);
    if (!count.ptx_isa.empty()) word += fmt::format(" (PTX {})", join(count.ptx_isa, ", "));
    if (with_counts && count.containers != containers) word += fmt::format(" ({} of {})", count.containers, containers);
    words.push_back(std::move(word));
  }
  return join(words, kind == "sass" || kind == "lto" ? (with_counts ? "  " : " ") : ", ");
}

std::string gap_words(CodeGap gap) {
  switch (gap) {
    case CodeGap::gpu_too_old:
      return "its code is for newer GPUs";
    case CodeGap::gpu_too_new:
      return "its code is for older GPUs";
    default:
      return "its code is for other GPUs";
  }
}

std::string verdict_words(const CodeVerdict& verdict) {
  std::string share = verdict.lacking > 0 && verdict.lacking < verdict.containers
                          ? fmt::format("; {} of {} containers lack it", verdict.lacking, verdict.containers)
                          : "";
  switch (verdict.support) {
    case CodeSupport::native:
      return fmt::format("native, by {}{}", verdict.image, share);
    case CodeSupport::jit_from_ptx: {
      int cuda = cuda_of_ptx(verdict.ptx_isa);
      std::string needs = cuda == 0 ? "" : fmt::format(", which needs a driver of CUDA {}.{} or newer", cuda / 1000, cuda % 1000 / 10);
      std::string part =
          verdict.compiled < verdict.containers ? fmt::format(" in {} of {} containers", verdict.compiled, verdict.containers) : "";
      return fmt::format("compiled by the driver from {} (PTX {}){}{}{}", verdict.image, verdict.ptx_isa, part, needs, share);
    }
    case CodeSupport::none:
      return fmt::format("none: {}{}", gap_words(verdict.gap), share);
    case CodeSupport::unknown:
      break;
  }
  return "cannot tell";
}

std::string text_of(const ArchFile& file, const std::string& compute_capability) {
  std::string text = fmt::format("{}  {}", printable(file.path, 4096), size_words(file.size));
  if (!file.has_code()) {
    std::string_view what = file.content.state == fatbin::State::damaged ? "damaged" : "no device code";
    text += fmt::format(", {}{}\n", what, file.note.empty() ? "" : ": it " + file.note);
  } else {
    text += fmt::format(", {}, {}\n", plural(file.content.containers, "container"), plural(file.content.images, "image"));
  }
  if (file.content.state == fatbin::State::damaged)
    text += fmt::format("  damaged   {}; this is what a broken download looks like\n", printable(file.content.problem));
  if (!file.has_code()) return text;
  std::vector<ArchCount> counts = count_architectures(file.content);
  // Where the library shares its architectures out over containers, a count behind each of them says nothing.
  bool with_counts = !file.library.union_only;
  for (auto [kind, title] : {std::pair("sass", "SASS"), std::pair("ptx", "PTX"), std::pair("lto", "LTO IR"), std::pair("other", "other")}) {
    std::string list = list_words(counts, kind, file.content.containers, with_counts);
    if (!list.empty()) text += fmt::format("  {:<9} {}\n", title, list);
  }
  if (file.library.groups.is_known() && !file.library.union_only) {
    std::vector<std::string> base = base_set(*file.library.groups);
    text += fmt::format("  {:<9} {}\n", "base set", base.empty() ? "none: no architecture is in most containers" : join(base, " "));
  }
  if (file.verdict) text += fmt::format("  {:<9} {}\n", "CC " + compute_capability, verdict_words(*file.verdict));
  return text;
}

// --- JSON: few fields, all of them numbers, fixed words or paths ---

std::string quoted(std::string_view text) {
  std::string result = "\"";
  for (char c : printable(text, 1 << 16)) {
    if (c == '"' || c == '\\') result += '\\';
    result += c;
  }
  return result + '"';
}

std::string quoted_or_null(std::string_view text) { return text.empty() ? "null" : quoted(text); }

std::string array_of(const std::vector<std::string>& texts) {
  std::vector<std::string> items;
  for (const std::string& text : texts) items.push_back(quoted(text));
  return "[" + join(items, ", ") + "]";
}

std::string json_of(const CodeVerdict& verdict) {
  constexpr std::string_view supports[] = {"native", "jit", "none", "unknown"};
  return fmt::format(R"({{"support": {}, "image": {}, "ptx_isa": {}, "containers": {}, "compiled": {}, "lacking": {}}})",
                     quoted(supports[static_cast<std::size_t>(verdict.support)]), quoted_or_null(verdict.image),
                     quoted_or_null(verdict.ptx_isa), verdict.containers, verdict.compiled, verdict.lacking);
}

std::string json_of(const fatbin::Group& group) {
  std::vector<std::string> images;
  for (const fatbin::Image& image : group.images) images.push_back(fatbin::name_of(image));
  return fmt::format(R"({{"containers": {}, "images": {}}})", group.containers, array_of(images));
}

std::string json_of(const ArchFile& file) {
  std::vector<std::string> architectures, groups;
  for (const ArchCount& count : count_architectures(file.content))
    architectures.push_back(fmt::format(R"({{"name": {}, "kind": {}, "images": {}, "containers": {}, "ptx_isa": {}}})",
                                        quoted(fatbin::name_of(count.image)), quoted(kind_word(count.image)), count.images,
                                        count.containers, array_of(count.ptx_isa)));
  for (const fatbin::Group& group : file.content.groups) groups.push_back(json_of(group));
  std::vector<std::string> base =
      file.library.groups.is_known() && !file.library.union_only ? base_set(*file.library.groups) : std::vector<std::string>{};
  return fmt::format(
      "    {{\"path\": {}, \"size\": {}, \"state\": {}, \"problem\": {}, \"note\": {}, \"containers\": {}, \"images\": {}, "
      "\"images_in_code_sections\": {}, \"judged_by\": {},\n     \"base_set\": {},\n     \"architectures\": [{}],\n     \"groups\": "
      "[{}],\n     \"verdict\": {}}}",
      quoted(file.path), file.size, quoted(file.content.state == fatbin::State::damaged ? "damaged" : "whole"),
      quoted_or_null(file.content.problem), quoted_or_null(file.note), file.content.containers, file.content.images,
      file.content.images_in_code_sections, quoted(file.library.union_only ? "union" : "container"), array_of(base),
      join(architectures, ",\n                       "), join(groups, ",\n                "),
      file.verdict ? json_of(*file.verdict) : "null");
}

}  // namespace

std::vector<ArchCount> count_architectures(const fatbin::Content& content) {
  std::map<fatbin::Image, ArchCount> counts;
  for (const fatbin::Group& group : content.groups) {
    const ArchCount* counted = nullptr;  // images are sorted: the same architecture of one group stands together
    for (fatbin::Image image : group.images) {
      std::string isa = image.kind == fatbin::kind_ptx ? fmt::format("{}.{}", image.major, image.minor) : "";
      image.major = image.minor = 0;
      ArchCount& count = counts[image];
      count.image = image;
      count.images += group.containers;
      if (counted != &count) count.containers += group.containers;
      counted = &count;
      if (!isa.empty() && std::ranges::find(count.ptx_isa, isa) == count.ptx_isa.end()) count.ptx_isa.push_back(isa);
    }
  }
  std::vector<ArchCount> result;
  for (auto& [image, count] : counts) {
    std::ranges::sort(count.ptx_isa, {}, [](const std::string& isa) { return version(isa); });
    result.push_back(std::move(count));
  }
  std::ranges::stable_sort(result, {}, [](const ArchCount& count) { return std::pair(count.image.target, count.image.suffix); });
  return result;
}

std::string render_arch_text(const std::vector<ArchFile>& files, const std::string& compute_capability) {
  std::string text;
  std::uint64_t silent = 0;
  for (const ArchFile& file : files) {
    bool says_something = file.named || file.has_code() || file.content.state != fatbin::State::whole || !file.note.empty();
    if (says_something) text += text_of(file, compute_capability);
    else ++silent;
  }
  if (silent > 0)
    text += fmt::format("{} without device code\n", silent == 1 ? "1 other library" : fmt::format("{} other libraries", silent));
  return text;
}

std::string render_arch_json(const std::vector<ArchFile>& files, const std::string& compute_capability) {
  std::vector<std::string> items;
  for (const ArchFile& file : files) items.push_back(json_of(file));
  return fmt::format("{{\n  \"schema\": \"gpuwhy.arch/1\",\n  \"compute_capability\": {},\n  \"files\": [\n{}\n  ]\n}}\n",
                     quoted_or_null(compute_capability), join(items, ",\n"));
}

}  // namespace gpuwhy::app
