#include <algorithm>
#include <array>

#include "base/text.h"
#include "evidence/readers/exceptions.h"

namespace gpuwhy {

namespace {

template <std::size_t Count>
bool has_any(std::string_view text, const std::array<std::string_view, Count>& words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return text.contains(word); });
}

// Launchers, pools and groups tell that something below them failed.
constexpr std::array<std::string_view, 14> wrappers = {"ChildFailedError",
                                                       "ProcessRaisedException",
                                                       "ProcessExitedException",
                                                       "ExceptionGroup",
                                                       "BaseExceptionGroup",
                                                       "SimplifiedTraceback",
                                                       "CalledProcessError",
                                                       "KeyboardInterrupt",
                                                       "SystemExit",
                                                       "UnfilteredStackTrace",
                                                       "BrokenProcessPool",
                                                       "TerminatedWorkerError",
                                                       "StopIteration",
                                                       "JaxStackTraceBeforeTransformation"};

// A worker process that is gone: how it ended says why, not this message.
constexpr std::array<std::string_view, 3> worker_gone = {"is killed by signal", "exited unexpectedly", "unexpectedly terminated"};

// A program that raises what its child's status was: the signal says more.
constexpr std::array<std::string_view, 4> child_status = {"exit code -", "exitcode -", "return code -", "died with <signals"};

// A message that asks for a package beside the name of a program that installs one.
constexpr std::array<std::string_view, 3> installers = {"pip install ", "conda install ", "pip3 install "};
constexpr std::array<std::string_view, 6> package_asked = {"required", "not installed", "please install",
                                                           "missing",  "not found",     "requires"};

constexpr std::array<std::string_view, 24> communication = {"nccl",
                                                            "gloo",
                                                            "distbackenderror",
                                                            "distnetworkerror",
                                                            "diststoreerror",
                                                            "rendezvous",
                                                            "eaddrinuse",
                                                            "horovod",
                                                            "mpi_abort",
                                                            "tcpstore",
                                                            "socket timeout",
                                                            "connect() timed",
                                                            "processgroup",
                                                            "collective operation",
                                                            "allreduce",
                                                            "barrier timed",
                                                            "monitoredbarrier",
                                                            "collectives on ranks",
                                                            "coordination service",
                                                            "broken pipe",
                                                            "connection reset by peer",
                                                            "connection closed by peer",
                                                            "wait timeout after",
                                                            "runtimeerror: address already in use"};

// A loader's words: a library is at fault, not a module.
constexpr std::array<std::string_view, 14> loader = {
    ".so.",       ".so:",          "undefined symbol", "dll load",   ".dll",           "cannot open shared object",
    "glibc",      "cxxabi",        "lib64/",           "elf header", "file too short", "libcuda",
    "static tls", "dynamic module"};

// The GPU's environment or its memory is what the message is about.
constexpr std::array<std::string_view, 92> environment = {"not compiled with cuda",
                                                          "no nvidia",
                                                          "nvidia driver",
                                                          "cuda driver",
                                                          "driver version",
                                                          "cuda is not available",
                                                          "cuda not available",
                                                          "cuda unavailable",
                                                          "cuda is unavailable",
                                                          "cuda isn't available",
                                                          "gpu is not available",
                                                          "gpus are not available",
                                                          "gpu not available",
                                                          "gpu not found",
                                                          "gpu is not accessible",
                                                          "not find any gpu",
                                                          "not find a gpu",
                                                          "cuda_home",
                                                          "cuda_path",
                                                          "libcuda",
                                                          "libcudnn",
                                                          "libcublas",
                                                          "libdevice",
                                                          "libnv",
                                                          "ptxas",
                                                          "nvrtc64",
                                                          "libnvrtc",
                                                          "no kernel image",
                                                          "not compatible with the current pytorch",
                                                          "cudaexecutionprovider",
                                                          "enabled in your build",
                                                          "enabled. since ort",
                                                          "nvml",
                                                          "cuinit",
                                                          "unsupported toolchain",
                                                          "unsupported ptx",
                                                          "unsupported_ptx",
                                                          "status_not_initialized",
                                                          "cublas_status_alloc",
                                                          "cublas_status_arch",
                                                          "cudnn_status_arch",
                                                          "out of memory",
                                                          "out_of_memory",
                                                          "outofmemory",
                                                          "resource_exhausted",
                                                          "resource exhausted",
                                                          "resourceexhausted",
                                                          "not initialized, check",
                                                          "dst tensor is not initialized",
                                                          "failed to infer device type",
                                                          "initialize backend",
                                                          "unknown backend",
                                                          "from the 'cuda' backend",
                                                          "dnn library",
                                                          "convolution algorithm",
                                                          "is_available() is false",
                                                          "busy or unavailable",
                                                          "re-initialize cuda",
                                                          "cuda initialization",
                                                          "cuda unknown error",
                                                          "compiled without",
                                                          "built without",
                                                          "gpu support",
                                                          "cuda support",
                                                          "ecc error",
                                                          "num_gpus internal assert",
                                                          "no cuda-capable",
                                                          "initialization error",
                                                          "unrecognized error code",
                                                          "insufficient driver",
                                                          "cuda setup failed",
                                                          "'_cuda_",
                                                          "no gpu found",
                                                          "no gpus",
                                                          "no gpu avail",
                                                          "no gpu detect",
                                                          "no gpu device",
                                                          "no gpu was",
                                                          "no gpu is",
                                                          "no gpu visible",
                                                          "no gpu could",
                                                          "no supported gpu",
                                                          "no gpu support",
                                                          "no cuda gpu",
                                                          "no cuda device",
                                                          "no cuda runtime",
                                                          "no cuda avail",
                                                          "no cuda support",
                                                          "no cuda install",
                                                          "no cuda is",
                                                          "no devices found",
                                                          "no devices were"};

// Words of the GPU's world: with one of them in a general exception, the message alone does not tell whose fault it is.
constexpr std::array<std::string_view, 18> gpu_words = {"cuda",   "cudnn",  "cublas",   "cusolver", "cusparse", "cufft",
                                                        "curand", "nvidia", "gpu",      "driver",   "nvcc",     "nvrtc",
                                                        "ptx",    "device", "tensorrt", "provider", "hip",      "triton"};

// What only the program's own data and code can be wrong about, also where the GPU is named beside it.
constexpr std::array<std::string_view, 81> program_words = {"shape",
                                                            "size mismatch",
                                                            "sizes of tensors",
                                                            "must match the size",
                                                            "dimension",
                                                            "dtype",
                                                            "scalar type",
                                                            "require grad",
                                                            "requires grad",
                                                            "inplace",
                                                            "in-place",
                                                            "a second time",
                                                            "not implemented for",
                                                            "expected ",
                                                            "must be ",
                                                            "should be ",
                                                            "invalid argument",
                                                            "invalid_argument",
                                                            "invalid_value",
                                                            "has no attribute",
                                                            "out of range",
                                                            "mismatch",
                                                            "stride",
                                                            "state_dict",
                                                            "unexpected key",
                                                            "missing key",
                                                            "invalid configuration argument",
                                                            "invalid_configuration",
                                                            "too many resources",
                                                            "launch_out_of_resources",
                                                            "status_bad_param",
                                                            "status_invalid",
                                                            "status_not_supported",
                                                            "only supports ampere",
                                                            "only supported on",
                                                            "invalid literal",
                                                            "ambiguous",
                                                            "not contiguous",
                                                            "is_contiguous",
                                                            "non-leaf",
                                                            "tracer",
                                                            "concret",
                                                            "unused",
                                                            "no such file",
                                                            "permission denied",
                                                            "not a valid",
                                                            "invalid device string",
                                                            "no such kernel",
                                                            "compilationerror",
                                                            "compileexception",
                                                            "error: identifier",
                                                            "error building extension",
                                                            "singular",
                                                            "converge",
                                                            "positive-definite",
                                                            "positive definite",
                                                            "ill-conditioned",
                                                            "inference tensors",
                                                            "deterministic",
                                                            "broadcast",
                                                            "argument",
                                                            "key",
                                                            "indices",
                                                            "index ",
                                                            "keyword",
                                                            "named symbol",
                                                            "autograd",
                                                            "only dense cpu",
                                                            "stream is capturing",
                                                            "does not match",
                                                            "must match",
                                                            "cannot be",
                                                            "cannot take",
                                                            "unsupported operand",
                                                            "not callable",
                                                            "can only be",
                                                            "only supports",
                                                            "please call",
                                                            "not supported on",
                                                            "don't know how",
                                                            "invalid_option"};

// Where these stand, whatever else the message names: an architecture that a kernel asks for, a kernel larger than the card, a platform
// that the program asked for beside the one that is there.
constexpr std::array<std::string_view, 8> surely_program = {
    "requires .target",        "out of resource: ",   "platforms present are: cuda", "platforms present are: gpu",
    "no space left on device", "disk quota exceeded", "error: invalid argument",     "uses too much shared data"};

// Exceptions that libraries raise for whatever went wrong below them; all others name a fault of the program.
constexpr std::array<std::string_view, 31> general_types = {"RuntimeError",
                                                            "Exception",
                                                            "OSError",
                                                            "ImportError",
                                                            "InternalError",
                                                            "UnknownError",
                                                            "FailedPreconditionError",
                                                            "XlaRuntimeError",
                                                            "JaxRuntimeError",
                                                            "AcceleratorError",
                                                            "NotFoundError",
                                                            "AssertionError",
                                                            "SystemError",
                                                            "EnvironmentError",
                                                            "UnimplementedError",
                                                            "RuntimeException",
                                                            "Fail",
                                                            "EPFail",
                                                            "NotImplemented",
                                                            "MisconfigurationException",
                                                            "AttributeError",
                                                            "BackendError",
                                                            "Error",
                                                            "error",
                                                            "AbortedError",
                                                            "UnavailableError",
                                                            "CancelledError",
                                                            "DeviceError",
                                                            "CompileException",
                                                            "BackendCompilerFailed",
                                                            "InductorError"};

std::string_view last_part(std::string_view type) {
  std::size_t point = type.rfind('.');
  return point == std::string_view::npos ? type : type.substr(point + 1);
}

bool is_general(std::string_view type) {
  std::string lower = to_lower(type);
  for (std::string_view word : {"cuda", "cupy", "nvrtc", "nvml", "cublas", "cudnn", "nvvm", "triton"})
    if (lower.contains(word)) return true;
  return std::ranges::find(general_types, last_part(type)) != general_types.end();
}

}  // namespace

bool is_surely_programs(const RaisedException& raised) {
  std::string_view name = last_part(raised.type);
  // What a program does with an empty list of GPUs ends in one of these.
  bool may_follow = name == "IndexError" || name == "AttributeError" || name == "NameError" || name == "ZeroDivisionError";
  std::string said = to_lower(raised.message);
  bool raised_by_user = owner_of(raised) != "library" && raised.source_line.starts_with("raise ");
  // TensorFlow names in each message the device that ran the operation.
  bool names_gpu = has_any(said, gpu_words);
  if (raised.type.contains("errors_impl") || said.contains("{{function_node"))
    names_gpu = has_any(said, std::array<std::string_view, 6>{"cuda", "cudnn", "cublas", "assign a device", "satisfy", "driver"});
  bool no_file = name == "NotFoundError" && said.contains("no such file");
  return kind_of(raised) == "program" && (no_file || !is_general(raised.type)) && !may_follow && (raised_by_user || !names_gpu);
}

std::string_view kind_of(const RaisedException& raised) {
  std::string_view name = last_part(raised.type);
  if (std::ranges::find(wrappers, name) != wrappers.end()) return "wrapper";
  std::string said = to_lower(raised.type + ": " + raised.message);
  if ((said.contains("worker") && has_any(said, worker_gone)) || has_any(said, child_status)) return "wrapper";
  // A module that imports itself in a circle is there.
  if (said.contains("partially initialized module") && owner_of(raised) != "library" && !has_any(said, gpu_words)) return "program";
  bool imports =
      name == "ModuleNotFoundError" || name == "ImportError" || name == "PackageNotFoundError" || said.contains("no module named");
  if (imports && !has_any(said, loader)) return "module";
  if (has_any(said, surely_program)) return "program";
  bool by_user = owner_of(raised) != "library" && (raised.source_line.starts_with("raise ") || raised.source_line.starts_with("assert "));
  if (has_any(said, environment) || has_any(said, loader) || to_lower(raised.source_line).contains("is_available")) return "gpu";
  if (has_any(said, communication) && (is_general(raised.type) || said.starts_with("torch.distributed"))) return "communication";
  bool names_gpu = has_any(said, gpu_words);
  if (!names_gpu && is_general(raised.type) && has_any(said, installers) && has_any(said, package_asked)) return "module";
  if (!is_general(raised.type) || by_user) return "program";
  return !names_gpu || has_any(said, program_words) ? "program" : "open";
}

}  // namespace gpuwhy
