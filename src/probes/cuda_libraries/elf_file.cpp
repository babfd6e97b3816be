#include "probes/cuda_libraries/elf_file.h"

#include "base/text.h"

namespace gpuwhy::probes {
namespace {

class FileReader final : public elf::Reader {
 public:
  explicit FileReader(File& file) : file_(file) {}
  std::uint64_t size() const override { return file_.size(); }
  std::optional<std::string> read_at(std::uint64_t offset, std::size_t length) override {
    auto bytes = file_.read_at(offset, length);
    if (!bytes) return std::nullopt;
    return std::move(*bytes);
  }

 private:
  File& file_;
};

void take_image(Candidate& candidate, const elf::Image& image, std::uint16_t elf_machine, Role role) {
  candidate.soname = image.soname;
  candidate.needed = image.needed;
  // An empty RUNPATH disables RPATH like any other.
  candidate.rpath = image.runpath && image.runpath->empty() ? "" : image.rpath.value_or("");
  candidate.runpath = image.runpath.value_or("");
  candidate.no_default_folders = image.no_default_folders;
  candidate.required_glibc = image.required_glibc;
  candidate.required_glibcxx = image.required_glibcxx;
  candidate.required_cxxabi = image.required_cxxabi;
  candidate.provided_glibcxx = image.provided_glibcxx;
  candidate.provided_cxxabi = image.provided_cxxabi;
  auto becomes = [&](CandidateState state, std::string detail) {
    candidate.state = state;
    candidate.detail = std::move(detail);
  };
  switch (image.shape) {
    case elf::Shape::whole:
      if (image.machine != elf_machine) becomes(CandidateState::wrong_machine, image.machine == 183 ? "for AArch64" : "for x86-64");
      else if (image.is_program && role == Role::library)
        becomes(CandidateState::not_elf,
                image.is_dynamic ? "cannot dynamically load position-independent executable" : "cannot dynamically load executable");
      break;
    case elf::Shape::other_class:
      becomes(CandidateState::wrong_class, "");
      break;
    case elf::Shape::other_machine:
      becomes(CandidateState::wrong_machine, "e_machine " + std::to_string(image.machine));
      break;
    case elf::Shape::too_short:
      becomes(CandidateState::too_short, "");
      break;
    case elf::Shape::not_elf:
      becomes(CandidateState::not_elf, image.problem);
      break;
    case elf::Shape::header_cut:
      // Program headers outside of the file: the loader says so. Anything behind them: it trips over it once it is mapped.
      becomes(image.problem == "cannot read file data" ? CandidateState::header_cut : CandidateState::segments_cut, image.problem);
      break;
    case elf::Shape::segments_cut:
      becomes(CandidateState::segments_cut,
              "the file has " + std::to_string(candidate.size) + " bytes, its headers promise " + std::to_string(image.bytes_expected));
      break;
    case elf::Shape::unread:
      break;
  }
  // A static program has no dynamic section and needs none.
  if (role == Role::program && image.problem == "object file has no dynamic section") becomes(CandidateState::loadable, "");
}

CandidateRead failed_open(Candidate candidate, const AccessError& error, bool is_link) {
  switch (error.problem) {
    case AccessProblem::not_found:
    case AccessProblem::not_a_directory:
      if (!is_link) return {};
      candidate.state = CandidateState::dangling;
      break;
    case AccessProblem::link_loop:
      candidate.state = CandidateState::dangling;
      candidate.detail = "Too many levels of symbolic links";
      break;
    case AccessProblem::denied:
      candidate.state = CandidateState::unreadable;
      candidate.detail = "this user may not read it";
      break;
    case AccessProblem::too_large:
    case AccessProblem::io_error:
      return {std::nullopt, true};
  }
  return {std::move(candidate), true};
}

}  // namespace

std::optional<elf::Image> read_elf_file(Machine& machine, const std::string& path) {
  auto file = machine.open(path);
  if (!file) return std::nullopt;
  FileReader reader(**file);
  return elf::read_image(reader);
}

CandidateRead read_candidate(Machine& machine, const std::string& path, std::uint16_t elf_machine, Role role) {
  auto link = machine.lstat(path);
  if (!link) return failed_open({.path = path}, link.error(), false);
  Candidate candidate{.path = path};
  bool is_link = link->kind == FileKind::symlink;
  FileKind kind = link->kind;
  if (is_link) {
    auto target = machine.stat(path);
    if (!target) return failed_open(std::move(candidate), target.error(), true);
    kind = target->kind;
    candidate.real_path = machine.real_path(path).value_or("");
  }
  if (kind == FileKind::directory) {
    candidate.state = CandidateState::folder;
    return {std::move(candidate), true};
  }
  if (kind != FileKind::regular) {
    candidate.state = CandidateState::not_elf;
    candidate.detail = "not a regular file";
    return {std::move(candidate), true};
  }
  auto file = machine.open(path);
  if (!file) return failed_open(std::move(candidate), file.error(), is_link);
  candidate.size = (*file)->size();
  FileReader reader(**file);
  elf::Image image = elf::read_image(reader);
  if (image.shape == elf::Shape::unread) return {std::nullopt, true};
  take_image(candidate, image, elf_machine, role);
  return {std::move(candidate), true};
}

}  // namespace gpuwhy::probes
