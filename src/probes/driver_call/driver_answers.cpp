#include "probes/driver_call/driver_answers.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "probes/driver_call/nvml_cards.h"
#include "probes/driver_call/probe_text.h"

namespace gpuwhy {
namespace {

constexpr std::int64_t devices_limit = 256;  // as in the probe

struct Reason {
  Why why = Why::not_probed;
  std::string detail;
};

Evidence call_evidence(std::string_view function, std::string_view excerpt = {}) {
  return {Source::call, std::string(function), printable(excerpt)};
}

std::string_view end_words(ProbeRun::End end) {
  switch (end) {
    case ProbeRun::End::finished:
      return "finished";
    case ProbeRun::End::crashed:
      return "crashed";
    case ProbeRun::End::timed_out:
      return "timed out";
    case ProbeRun::End::not_run:
      return "not run";
  }
  return "not run";
}

std::string end_detail(const ProbeRun& run, const ProbeText& text) {
  std::string step = text.last_step().empty() ? "before the first step" : "in " + printable(text.last_step(), 200);
  switch (run.end) {
    case ProbeRun::End::finished:
      return {};
    case ProbeRun::End::crashed:
      return printable(run.detail) + " " + step;
    case ProbeRun::End::timed_out:
      return "no answer within " + printable(run.detail) + " " + step;
    case ProbeRun::End::not_run:
      return printable(run.detail);
  }
  return {};
}

class Reader {
 public:
  explicit Reader(const ProbeRun& run) : run_(run), text_(run.text), end_detail_(gpuwhy::end_detail(run, text_)) {}

  DriverAnswers read(const std::string& requested_libcuda);

 private:
  // Why a question has no answer that the probe should have asked.
  Reason unanswered(std::string_view function) const {
    switch (run_.end) {
      case ProbeRun::End::crashed:
        return {Why::crashed, end_detail_};
      case ProbeRun::End::timed_out:
        return {Why::timed_out, end_detail_};
      case ProbeRun::End::not_run:
        return {Why::not_probed, end_detail_};
      case ProbeRun::End::finished:
        break;
    }
    return {Why::malformed, fmt::format("the driver probe gave no usable answer of {}", function)};
  }

  template <class T>
  static Fact<T> unknown(const Reason& reason, std::string_view function) {
    return Fact<T>::unknown(reason.why, reason.detail, call_evidence(function));
  }

  Fact<std::string> loaded(std::string_view library, std::string_view requested) const;
  template <class T>
  Reason not_usable(const Fact<T>& library, const char* words) const;
  Fact<std::int64_t> code_of(std::string_view library, std::string_view function) const;
  Fact<std::int64_t> number_of(std::string_view library, std::string_view function, std::int64_t limit) const;
  Fact<std::vector<CudaDevice>> devices(std::int64_t count) const;
  std::optional<CudaDevice> device(std::int64_t index, Reason& problem) const;
  void read_cuda(DriverAnswers& answers) const;
  void read_nvml(DriverAnswers& answers) const;
  Fact<std::vector<std::string>> nvml_uuids(std::int64_t count) const;
  Reason item_problem(std::string_view list, std::int64_t index, std::string_view field) const;
  std::optional<std::string_view> item(std::string_view list, std::int64_t index, std::string_view field) const {
    return text_.find(fmt::format("{}.{}.{}", list, index, field));
  }

  const ProbeRun& run_;
  ProbeText text_;
  std::string end_detail_;
};

// "libcuda" or "nvml"; `requested` as given to dlopen, "" when it is not known here.
Fact<std::string> Reader::loaded(std::string_view library, std::string_view requested) const {
  std::string call = fmt::format("dlopen({})", requested.empty() ? library : requested);
  if (auto file = text_.find(fmt::format("{}.path", library)); file && !file->empty())
    return Fact<std::string>::known(std::string(*file), call_evidence(call, *file));
  if (auto error = text_.find(fmt::format("{}.error", library))) return Fact<std::string>::absent(call_evidence(call, *error));
  return unknown<std::string>(unanswered("dlopen"), call);
}

// Why nothing can be asked of a library that is not (known to be) loaded.
template <class T>
Reason Reader::not_usable(const Fact<T>& library, const char* words) const {
  if (library.is_unknown()) return {library.why(), library.detail()};
  return {Why::not_probed, fmt::format("{} was not loaded", words)};
}

Fact<std::int64_t> Reader::code_of(std::string_view library, std::string_view function) const {
  if (auto answer = text_.find_call(function))
    return Fact<std::int64_t>::known(answer->code, call_evidence(function, *text_.find(function)));
  if (text_.has_missing_symbol(library, function))
    return unknown<std::int64_t>({Why::malformed, fmt::format("{} is not in the loaded library", function)}, function);
  return unknown<std::int64_t>(unanswered(function), function);
}

// The value of a call that fills in a number: known only when the call succeeded and did so.
Fact<std::int64_t> Reader::number_of(std::string_view library, std::string_view function, std::int64_t limit) const {
  Fact<std::int64_t> code = code_of(library, function);
  if (!code.is_known()) return code;
  Evidence evidence = code.evidence();
  auto value = parse_int(text_.find_call(function)->value);
  if (*code != 0)
    return Fact<std::int64_t>::unknown(Why::malformed, fmt::format("{} answered {} and gave no number", function, *code), evidence);
  if (!value || *value < 0 || *value > limit)
    return Fact<std::int64_t>::unknown(Why::malformed, fmt::format("{} answered 0 and gave no usable number", function), evidence);
  return Fact<std::int64_t>::known(*value, evidence);
}

Reason Reader::item_problem(std::string_view list, std::int64_t index, std::string_view field) const {
  if (auto error = item(list, index, "error")) {
    std::size_t space = error->rfind(' ');
    std::string_view function = error->substr(0, space);
    std::string_view code = space == std::string_view::npos ? "an error" : error->substr(space + 1);
    return {Why::malformed, printable(fmt::format("{} answered {} for device {}", function, code, index))};
  }
  return unanswered(fmt::format("{}.{}.{}", list, index, field));
}

std::optional<CudaDevice> Reader::device(std::int64_t index, Reason& problem) const {
  CudaDevice device;
  for (std::string_view field : {"name", "pci", "capability", "memory", "compute-mode"}) {
    auto value = item("device", index, field);
    if (!value) {
      problem = item_problem("device", index, field);
      return std::nullopt;
    }
    bool usable = true;
    if (field == "name") device.name = printable(*value);
    if (field == "pci") device.pci_address = normalised_pci_address(printable(*value));
    if (field == "capability" && (usable = is_capability(*value))) device.compute_capability = *value;
    if (field == "memory") {
      auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), device.memory);
      usable = error == std::errc() && end == value->data() + value->size();
    }
    if (field == "compute-mode") {
      auto mode = parse_int(*value);
      usable = mode.has_value();
      device.compute_mode = mode.value_or(0);
    }
    if (!usable) {
      problem = {Why::malformed, printable(fmt::format("device {}: {} reads \"{}\"", index, field, *value))};
      return std::nullopt;
    }
  }
  if (auto uuid = item("device", index, "uuid")) device.uuid = Private<std::string>(printable(*uuid));
  return device;
}

Fact<std::vector<CudaDevice>> Reader::devices(std::int64_t count) const {
  std::vector<CudaDevice> all;
  for (std::int64_t index = 0; index < count; ++index) {
    Reason problem;
    auto one = device(index, problem);
    if (!one) return unknown<std::vector<CudaDevice>>(problem, "cuDeviceGet");
    all.push_back(std::move(*one));
  }
  return Fact<std::vector<CudaDevice>>::known(std::move(all), call_evidence("cuDeviceGet", fmt::format("{} devices", count)));
}

void Reader::read_cuda(DriverAnswers& answers) const {
  Reason reason{Why::not_probed, "the CUDA driver was not asked"};
  if (!answers.libcuda.empty()) {
    answers.loaded_libcuda = loaded("libcuda", answers.libcuda);
    if (auto error = text_.find("libcuda.error")) answers.dlopen_error = printable(*error, 1000);
    reason = not_usable(answers.loaded_libcuda, "libcuda");
  } else {
    answers.loaded_libcuda = unknown<std::string>(reason, "dlopen");
  }
  if (!answers.loaded_libcuda.is_known()) {
    answers.init = unknown<std::int64_t>(reason, "cuInit");
    answers.version = unknown<std::int64_t>(reason, "cuDriverGetVersion");
    answers.count = unknown<std::int64_t>(reason, "cuDeviceGetCount");
    answers.devices = unknown<std::vector<CudaDevice>>(reason, "cuDeviceGet");
    return;
  }
  answers.init = code_of("libcuda", "cuInit");
  answers.version = number_of("libcuda", "cuDriverGetVersion", 1'000'000);
  if (answers.init.is_known() && *answers.init == 0) {
    answers.count = number_of("libcuda", "cuDeviceGetCount", devices_limit);
  } else {
    reason = answers.init.is_known() ? Reason{Why::not_probed, fmt::format("not asked: cuInit answered {}", *answers.init)}
                                     : Reason{answers.init.why(), answers.init.detail()};
    answers.count = unknown<std::int64_t>(reason, "cuDeviceGetCount");
  }
  if (answers.count.is_known()) answers.devices = devices(*answers.count);
  else answers.devices = unknown<std::vector<CudaDevice>>({answers.count.why(), answers.count.detail()}, "cuDeviceGet");
}

Fact<std::vector<std::string>> Reader::nvml_uuids(std::int64_t count) const {
  std::vector<std::string> all;
  for (std::int64_t index = 0; index < count; ++index) {
    auto uuid = item("nvml", index, "uuid");
    if (!uuid) return unknown<std::vector<std::string>>(item_problem("nvml", index, "uuid"), "nvmlDeviceGetUUID");
    all.push_back(printable(*uuid));
  }
  return Fact<std::vector<std::string>>::known(std::move(all), call_evidence("nvmlDeviceGetUUID", fmt::format("{} devices", count)));
}

void Reader::read_nvml(DriverAnswers& answers) const {
  // The request is not known here. A probe that came to its end without a word about NVML was not asked for it.
  bool asked = text_.find("nvml.path") || text_.find("nvml.error") || run_.end != ProbeRun::End::finished;
  Reason reason{Why::not_probed, "NVML was not asked"};
  answers.loaded_nvml = asked ? loaded("nvml", "libnvidia-ml.so.1") : unknown<std::string>(reason, "dlopen");
  if (asked) reason = not_usable(answers.loaded_nvml, "libnvidia-ml");
  if (answers.loaded_nvml.is_known()) {
    answers.nvml_init = code_of("nvml", "nvmlInit_v2");
    if (answers.nvml_init.is_unknown()) reason = {answers.nvml_init.why(), answers.nvml_init.detail()};
    else reason.detail = fmt::format("not asked: nvmlInit_v2 answered {}", *answers.nvml_init);
  } else {
    answers.nvml_init = unknown<std::int64_t>(reason, "nvmlInit_v2");
  }
  if (!answers.nvml_init.is(0)) {
    answers.nvml_count = unknown<std::int64_t>(reason, "nvmlDeviceGetCount_v2");
    answers.nvml_driver_version = unknown<std::string>(reason, "nvmlSystemGetDriverVersion");
    answers.nvml_uuids = unknown<std::vector<std::string>>(reason, "nvmlDeviceGetUUID");
    answers.nvml_devices = unknown<std::vector<NvmlDevice>>(reason, "nvmlDeviceGetHandleByIndex_v2");
    return;
  }
  static constexpr std::string_view version_call = "nvmlSystemGetDriverVersion";
  auto version = text_.find_call(version_call);
  if (version && version->code == 0 && !version->value.empty())
    answers.nvml_driver_version = Fact<std::string>::known(printable(version->value), call_evidence(version_call, version->value));
  else if (version)
    answers.nvml_driver_version =
        unknown<std::string>({Why::malformed, fmt::format("{} answered {}", version_call, version->code)}, version_call);
  else answers.nvml_driver_version = unknown<std::string>(unanswered(version_call), version_call);
  answers.nvml_count = number_of("nvml", "nvmlDeviceGetCount_v2", devices_limit);
  if (!answers.nvml_count.is_known()) {
    reason = {answers.nvml_count.why(), answers.nvml_count.detail()};
    answers.nvml_uuids = unknown<std::vector<std::string>>(reason, "nvmlDeviceGetUUID");
    answers.nvml_devices = unknown<std::vector<NvmlDevice>>(reason, "nvmlDeviceGetHandleByIndex_v2");
    return;
  }
  answers.nvml_uuids = nvml_uuids(*answers.nvml_count);
  Reason missing = unanswered("nvmlDeviceGetHandleByIndex_v2");
  answers.nvml_devices =
      parse_nvml_cards(text_, *answers.nvml_count, {run_.end == ProbeRun::End::finished, missing.why, std::move(missing.detail)});
}

DriverAnswers Reader::read(const std::string& requested_libcuda) {
  DriverAnswers answers;
  answers.libcuda = requested_libcuda;
  read_cuda(answers);
  read_nvml(answers);
  answers.end = end_words(run_.end);
  answers.end_detail = end_detail_;
  return answers;
}

}  // namespace

DriverAnswers parse_driver_answers(const ProbeRun& run, const std::string& requested_libcuda) {
  return Reader(run).read(requested_libcuda);
}

void apply_open_results(const ProbeRun& run, std::vector<DeviceNode>& nodes) {
  ProbeText text(run.text);
  std::string detail = end_detail(run, text);
  for (DeviceNode& node : nodes) {
    Evidence evidence = call_evidence(fmt::format("open({})", node.path));
    if (auto error = text.find_open_result(node.path)) {
      evidence.excerpt = std::to_string(*error);
      node.open_error = Fact<std::int64_t>::known(*error, evidence);
      continue;
    }
    switch (run.end) {
      case ProbeRun::End::crashed:
        node.open_error = Fact<std::int64_t>::unknown(Why::crashed, detail, evidence);
        break;
      case ProbeRun::End::timed_out:
        node.open_error = Fact<std::int64_t>::unknown(Why::timed_out, detail, evidence);
        break;
      case ProbeRun::End::not_run:
        node.open_error = Fact<std::int64_t>::unknown(Why::not_probed, detail, evidence);
        break;
      case ProbeRun::End::finished:
        node.open_error = Fact<std::int64_t>::unknown(Why::not_probed, "it was not tried to open this node", evidence);
        break;
    }
  }
}

}  // namespace gpuwhy
