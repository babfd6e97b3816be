#include "sys/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>

#include "base/text.h"
#include "sys/child_start.h"
#include "sys/program_image.h"

namespace gpuwhy {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t text_limit = 256 * 1024;  // what the probe may tell us; 256 devices need a third of it
constexpr std::size_t noise_limit = 2048;       // what is kept of stdout and stderr: only the words of a loader that gives up
constexpr milliseconds grace_after_term{50}, grace_after_kill{200}, grace_after_done{500};
constexpr milliseconds tick_without_pidfd{10};
constexpr milliseconds progress_after{2000};
constexpr long number_pidfd_open = 434;  // the same on all architectures; Linux 5.3

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { reset(); }
  void reset(int fd = -1) {
    if (fd_ >= 0) ::close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

// Our end never blocks; the child's end is an ordinary pipe.
bool open_pipe(Descriptor& ours, Descriptor& theirs) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  ours.reset(ends[0]);
  theirs.reset(ends[1]);
  return ::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0;
}

// A parent that ignores SIGCHLD gets no exit status from the kernel, and some shells and daemons hand that down.
class ChildStatusKept {
 public:
  ChildStatusKept() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    kept_ = ::sigaction(SIGCHLD, &standard, &before_) == 0;
  }
  ~ChildStatusKept() {
    if (kept_) ::sigaction(SIGCHLD, &before_, nullptr);
  }
  ChildStatusKept(const ChildStatusKept&) = delete;
  ChildStatusKept& operator=(const ChildStatusKept&) = delete;

 private:
  struct sigaction before_ {};
  bool kept_ = false;
};

struct Ending {
  bool signalled = false;
  int value = 0;      // exit status or signal
  bool lost = false;  // the kernel has no status for us
};

// What the probe has said so far: the text, the step it is in, and since when.
class Transcript {
 public:
  void take(std::string_view bytes) {
    for (char c : bytes) {
      if (text_.size() >= text_limit) return;  // and the clock is not restarted any more, so that the deadline ends it
      text_ += c;
      if (c == '\n') end_of_line();
    }
  }
  const std::string& text() const { return text_; }
  const std::string& step() const { return step_; }
  Clock::time_point since() const { return since_; }
  bool is_started() const { return started_; }
  bool is_done() const { return done_; }

 private:
  void end_of_line() {
    std::string_view line = std::string_view(text_).substr(line_start_, text_.size() - line_start_ - 1);
    line_start_ = text_.size();
    if (line == "start") started_ = true;
    if (line == "done") done_ = true;
    if (!line.starts_with("step ")) return;
    step_ = line.substr(5);
    since_ = Clock::now();
  }

  std::string text_, step_;
  std::size_t line_start_ = 0;
  Clock::time_point since_ = Clock::now();
  bool started_ = false, done_ = false;
};

class Conversation {
 public:
  Conversation(const ProbeRequest& request, const ProbeProgress& progress) : request_(request), progress_(progress) {}

  // Nothing when no child could be made; then errno says why.
  bool start(const ProgramImage& image) {
    Descriptor result_theirs, noise_theirs;
    if (!open_pipe(result_, result_theirs) || !open_pipe(noise_pipe_, noise_theirs)) return false;
    ChildStart start;
    start.loader = request_.loader;
    start.program_path = image.path();
    start.arguments = {std::to_string(child_result_fd), request_.libcuda, request_.nvml};
    start.arguments.insert(start.arguments.end(), request_.nodes.begin(), request_.nodes.end());
    start.environment = request_.environment;
    start.program_fd = image.fd();
    start.result_pipe = result_theirs.get();
    start.noise_pipe = noise_theirs.get();
    child_ = start_child(start);
    if (child_ < 0) return false;
    pidfd_.reset(static_cast<int>(::syscall(number_pidfd_open, child_, 0)));
    return true;
  }

  ProbeRun run();
  bool is_started() const { return transcript_.is_started(); }
  const std::string& noise() const { return noise_; }
  const std::optional<Ending>& ending() const { return ending_; }

 private:
  milliseconds step_limit() const {
    bool initialises = transcript_.step() == "cuInit" || transcript_.step() == "nvmlInit_v2";
    return initialises ? request_.first_init_deadline : request_.step_deadline;
  }
  // However the time is divided into steps: a library that keeps us busy for ever is stopped too.
  milliseconds whole_limit() const { return 4 * (request_.first_init_deadline + request_.step_deadline); }

  bool wait_until(Clock::time_point deadline);
  void wait_for_events(Clock::time_point until);
  void read_pipe(Descriptor& pipe, bool is_result);
  bool has_exited();
  void end_child(bool gently);
  void report_progress();

  const ProbeRequest& request_;
  const ProbeProgress& progress_;
  Descriptor result_, noise_pipe_, pidfd_;
  pid_t child_ = -1;
  Transcript transcript_;
  std::string noise_;
  std::string announced_step_ = "\n";  // no step is called that
  std::optional<Ending> ending_;
};

void Conversation::read_pipe(Descriptor& pipe, bool is_result) {
  // Bounded, so that a child that writes faster than we read cannot keep us from looking at the clock.
  std::array<char, 65536> buffer;
  for (int round = 0; round < 16 && pipe.is_open(); ++round) {
    ssize_t got = ::read(pipe.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) return pipe.reset();
    std::string_view bytes(buffer.data(), static_cast<std::size_t>(got));
    if (is_result) transcript_.take(bytes);
    else noise_.append(bytes.substr(0, noise_limit - std::min(noise_limit, noise_.size())));
  }
}

void Conversation::wait_for_events(Clock::time_point until) {
  auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
  if (!pidfd_.is_open()) left = std::min(left, tick_without_pidfd);
  left = std::clamp(left, milliseconds{0}, milliseconds{60'000});
  // A negative descriptor is ignored by poll.
  std::array<pollfd, 3> wanted = {{{pidfd_.get(), POLLIN, 0}, {result_.get(), POLLIN, 0}, {noise_pipe_.get(), POLLIN, 0}}};
  ::poll(wanted.data(), wanted.size(), static_cast<int>(left.count()));
  read_pipe(noise_pipe_, false);
  read_pipe(result_, true);
}

// Looks without collecting: while the child is not collected, neither its number nor that of its group can belong to anybody else.
bool Conversation::has_exited() {
  if (ending_) return true;
  siginfo_t info{};
  if (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) != 0) {
    if (errno != ECHILD) return false;
    ending_ = Ending{.lost = true};
    return true;
  }
  if (info.si_pid != child_) return false;
  ending_ = Ending{.signalled = info.si_code != CLD_EXITED, .value = info.si_status};
  ::kill(-child_, SIGKILL);  // what it has started and left behind
  ::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG);
  return true;
}

bool Conversation::wait_until(Clock::time_point deadline) {
  while (!has_exited()) {
    if (Clock::now() >= deadline) return false;
    wait_for_events(deadline);
  }
  return true;
}

void Conversation::end_child(bool gently) {
  if (has_exited()) return;
  if (gently) {
    ::kill(-child_, SIGTERM);
    if (wait_until(Clock::now() + grace_after_term)) return;
  }
  ::kill(-child_, SIGKILL);
  ::kill(child_, SIGKILL);
  wait_until(Clock::now() + grace_after_kill);
}

void Conversation::report_progress() {
  if (!progress_ || transcript_.step() == announced_step_ || Clock::now() < transcript_.since() + progress_after) return;
  announced_step_ = transcript_.step();
  progress_(announced_step_.empty() ? "waiting for the driver probe to start" : "waiting for " + printable(announced_step_, 200));
}

ProbeRun Conversation::run() {
  ProbeRun run;
  const Clock::time_point whole_deadline = Clock::now() + whole_limit();
  while (!transcript_.is_done() && !has_exited()) {
    Clock::time_point step_deadline = transcript_.since() + step_limit();
    Clock::time_point deadline = std::min(step_deadline, whole_deadline);
    if (Clock::now() >= deadline) {
      run.end = ProbeRun::End::timed_out;
      run.detail = std::to_string((step_deadline <= whole_deadline ? step_limit() : whole_limit()).count()) + " ms";
      break;
    }
    Clock::time_point announcement = transcript_.since() + progress_after;
    bool will_announce = progress_ && transcript_.step() != announced_step_;
    wait_for_events(will_announce ? std::min(deadline, std::max(announcement, Clock::now())) : deadline);
    report_progress();
  }
  // What was written before the end may still lie in the pipes.
  if (has_exited()) wait_for_events(Clock::now());
  std::string last_text = transcript_.text();
  if (transcript_.is_done()) {
    run.end = ProbeRun::End::finished;
    run.detail.clear();
    wait_until(Clock::now() + grace_after_done);  // leaving can take a driver a moment, or for ever
  }
  end_child(run.end == ProbeRun::End::timed_out);
  run.abandoned = !ending_;
  run.text = std::move(last_text);
  if (run.end == ProbeRun::End::not_run) {
    run.end = ProbeRun::End::crashed;
    run.detail = ending_->lost ? "no exit status" : (ending_->signalled ? "signal " : "exit status ") + std::to_string(ending_->value);
  }
  return run;
}

// --- one try, and the second one ------------------------------------------------------------------------------------------------------

ProbeRun not_run(std::string detail) {
  return {.end = ProbeRun::End::not_run, .text = {}, .detail = std::move(detail), .abandoned = false};
}

// "fact exec.error 2 FILE" -> 2
std::optional<int> exec_error_in(std::string_view text) {
  if (!text.starts_with(exec_error_key)) return std::nullopt;
  std::string_view rest = text.substr(std::strlen(exec_error_key));
  auto number = parse_int(rest.substr(0, rest.find(' ')));
  return number ? std::optional<int>(static_cast<int>(*number)) : std::nullopt;
}

std::string start_problem(const ProbeRequest& request, std::optional<int> exec_error, const std::string& noise) {
  std::string loader = request.loader.empty() ? "the dynamic loader of this system" : printable(request.loader);
  if (exec_error == ENOENT) return loader + " is not there: no glibc to start the driver probe with";
  if (exec_error) return "the driver probe could not be started with " + loader + ": " + std::strerror(*exec_error);
  std::string_view words = trim(noise);
  words = words.substr(0, words.find('\n'));
  return loader + " did not start the driver probe" + (words.empty() ? std::string() : ": " + printable(words));
}

struct Try {
  ProbeRun run;
  bool worth_another = false;  // the program was not reached, and another way of handing it over may work
};

Try try_with(ProgramImage::Kind kind, std::string_view bytes, const ProbeRequest& request, const ProbeProgress& progress) {
  auto image = ProgramImage::create(kind, bytes);
  if (!image) return {not_run(image.error().message), true};
  Conversation conversation(request, progress);
  if (!conversation.start(*image)) return {not_run(std::string("no child process: ") + std::strerror(errno)), false};
  ProbeRun run = conversation.run();
  bool exited = conversation.ending() && !conversation.ending()->signalled;
  if (conversation.is_started() || run.end != ProbeRun::End::crashed || !exited) return {std::move(run), false};
  std::optional<int> exec_error = exec_error_in(run.text);
  return {not_run(start_problem(request, exec_error, conversation.noise())), exec_error != ENOENT};
}

}  // namespace

ProbeRun run_probe_child(std::string_view probe_bytes, const ProbeRequest& request, const ProbeProgress& progress) {
  if (probe_bytes.empty()) return not_run("this build carries no driver probe");
  ChildStatusKept status_kept;
  Try first = try_with(ProgramImage::Kind::memory, probe_bytes, request, progress);
  if (!first.worth_another) return std::move(first.run);
  return std::move(try_with(ProgramImage::Kind::file, probe_bytes, request, progress).run);
}

}  // namespace gpuwhy
