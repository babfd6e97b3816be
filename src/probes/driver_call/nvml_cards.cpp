#include "probes/driver_call/nvml_cards.h"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <optional>

#include "base/text.h"

namespace gpuwhy {
namespace {

// nvmlReturn_t
constexpr std::int64_t not_supported = 3, no_permission = 4, function_not_found = 13;
constexpr std::int64_t entries_at_most = 256;

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  std::uint64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// The word of a list "TOTAL USED" at that place.
std::string_view word_at(std::string_view text, std::size_t place) {
  std::vector<std::string_view> words = split(text, ' ');
  return place < words.size() ? words[place] : std::string_view();
}

class CardReader {
 public:
  CardReader(const ProbeText& text, std::int64_t index, const ProbeEnd& end) : text_(text), index_(index), end_(end) {}

  bool was_reached() const { return end_.finished || find("error") || find("uuid") || find("pci"); }
  NvmlDevice read() const;

 private:
  std::optional<std::string_view> find(std::string_view field) const { return text_.find(fmt::format("nvml.{}.{}", index_, field)); }

  template <class T>
  Fact<T> without_answer(std::string_view field) const {
    Evidence evidence{Source::call, fmt::format("NVML, card {}: {}", index_, field), {}};
    if (auto error = find(fmt::format("{}.error", field))) {
      evidence.excerpt = printable(*error, 20);
      auto code = parse_int(*error);
      if (code == not_supported || code == function_not_found) return Fact<T>::absent(evidence);
      return Fact<T>::unknown(code == no_permission ? Why::denied : Why::malformed,
                              fmt::format("NVML answered {} when asked for {} of card {}", evidence.excerpt, field, index_), evidence);
    }
    if (handle_error_ != 0)
      return Fact<T>::unknown(Why::malformed, fmt::format("NVML gave no handle of card {}: it answered {}", index_, handle_error_),
                              evidence);
    return end_.finished ? Fact<T>::absent(evidence) : Fact<T>::unknown(end_.why, end_.detail, evidence);
  }

  // The value that `parse` makes of the field's text; nothing from it means that the text makes no sense.
  template <class T>
  Fact<T> fact(std::string_view field, const std::function<std::optional<T>(std::string_view)>& parse) const {
    auto text = find(field);
    if (!text) return without_answer<T>(field);
    Evidence evidence{Source::call, fmt::format("NVML, card {}: {}", index_, field), printable(*text, 100)};
    std::optional<T> value = parse(*text);
    if (value) return Fact<T>::known(std::move(*value), std::move(evidence));
    return Fact<T>::unknown(Why::malformed, fmt::format("{} of card {} reads \"{}\"", field, index_, evidence.excerpt), evidence);
  }

  Fact<std::int64_t> number(std::string_view field) const {
    return fact<std::int64_t>(field, [](std::string_view text) { return parse_int(text); });
  }
  Fact<bool> flag(std::string_view field, std::size_t place) const {
    return fact<bool>(field, [place](std::string_view text) {
      auto value = parse_unsigned(word_at(text, place));
      return value ? std::optional(*value != 0) : std::nullopt;
    });
  }
  Fact<std::uint64_t> amount(std::string_view field, std::size_t place) const {
    return fact<std::uint64_t>(field, [place](std::string_view text) { return parse_unsigned(word_at(text, place)); });
  }
  // A list whose entries stand in lines of their own: "mig.0", "mig.1" with "mig-count 2".
  template <class T>
  Fact<std::vector<T>> list(std::string_view name, const std::function<std::optional<T>(std::string_view)>& parse) const {
    return fact<std::vector<T>>(fmt::format("{}-count", name), [&](std::string_view text) -> std::optional<std::vector<T>> {
      auto count = parse_int(text);
      if (!count || *count < 0 || *count > entries_at_most) return std::nullopt;
      std::vector<T> entries;
      for (std::int64_t i = 0; i < *count; ++i) {
        auto line = find(fmt::format("{}.{}", name, i));
        std::optional<T> entry = line ? parse(*line) : std::nullopt;
        if (!entry) return std::nullopt;
        entries.push_back(std::move(*entry));
      }
      return entries;
    });
  }

  // Retired pages (before Ampere) or remapped rows (since): either can wait for a reset.
  Fact<bool> pending() const {
    Fact<bool> rows = flag("remapped", 2), pages = flag("retirement-pending", 0);
    if (rows.is(true) || !pages.is_known()) return rows;
    return pages.is(true) || !rows.is_known() ? pages : rows;
  }

  const ProbeText& text_;
  std::int64_t index_;
  const ProbeEnd& end_;
  std::int64_t handle_error_ = handle_error();

  std::int64_t handle_error() const {
    auto error = find("error");
    if (!error || !error->starts_with("nvmlDeviceGetHandleByIndex")) return 0;
    return parse_int(error->substr(error->rfind(' ') + 1)).value_or(999);  // NVML_ERROR_UNKNOWN
  }
};

NvmlDevice CardReader::read() const {
  NvmlDevice card;
  card.handle = handle_error_;
  if (auto name = find("name")) card.name = printable(*name, 100);
  if (auto address = find("pci")) card.pci_address = normalised_pci_address(printable(*address, 40));
  if (auto uuid = find("uuid")) card.uuid = Private<std::string>(printable(*uuid, 100));
  card.compute_capability = fact<std::string>(
      "capability", [](std::string_view text) { return is_capability(text) ? std::optional(std::string(text)) : std::nullopt; });
  card.memory_total = amount("memory", 0);
  card.memory_used = amount("memory", 1);
  card.compute_mode = number("compute-mode");
  card.mig_mode = number("mig-mode");
  card.mig_devices = list<MigDevice>("mig", [](std::string_view text) {
    std::size_t space = text.find(' ');
    std::string_view name = space == std::string_view::npos ? "" : text.substr(space + 1);
    return std::optional(MigDevice{Private<std::string>(printable(text.substr(0, space), 100)), printable(name, 100)});
  });
  card.processes = list<NvmlProcess>("process", [](std::string_view text) -> std::optional<NvmlProcess> {
    auto pid = parse_unsigned(word_at(text, 0)), memory = parse_unsigned(word_at(text, 1));
    constexpr std::uint64_t largest_pid = 0xffffffff;
    if (!pid || *pid > largest_pid || !memory) return std::nullopt;
    return NvmlProcess{static_cast<std::int64_t>(*pid), {}, *memory};
  });
  card.uncorrected_errors = amount("uncorrected", 0);
  card.retirement_pending = pending();
  card.remapping_failed = flag("remapped", 3);
  card.virtualization = number("virtualization");
  card.vgpu_licensed = flag("licensed", 0);
  return card;
}

}  // namespace

std::string normalised_pci_address(std::string_view text) {
  std::string address = to_lower(text);
  while (address.find(':') != std::string::npos && address.find(':') > 4 && address.front() == '0') address.erase(0, 1);
  return address;
}

bool is_capability(std::string_view text) {
  std::size_t dot = text.find('.');
  return dot != std::string_view::npos && text.size() <= 8 && is_digits(text.substr(0, dot)) && is_digits(text.substr(dot + 1));
}

Fact<std::vector<NvmlDevice>> parse_nvml_cards(const ProbeText& text, std::int64_t count, const ProbeEnd& end) {
  using Cards = Fact<std::vector<NvmlDevice>>;
  std::vector<NvmlDevice> cards;
  for (std::int64_t index = 0; index < count; ++index) {
    CardReader reader(text, index, end);
    if (!reader.was_reached()) return Cards::unknown(end.why, end.detail, {Source::call, "nvmlDeviceGetHandleByIndex_v2", {}});
    cards.push_back(reader.read());
  }
  Evidence evidence{Source::call, "nvmlDeviceGetHandleByIndex_v2", fmt::format("{} cards", count)};
  return Cards::known(std::move(cards), std::move(evidence));
}

}  // namespace gpuwhy
