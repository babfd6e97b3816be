// Can a build that holds these code images run kernels on a GPU of this compute capability? Pure judging, no driver asked: code that is
// there as PTX only needs a driver that can compile it, which is another question.
//
// The rule, checked against torch's and TensorFlow's own answers: an image for X.y runs on a GPU M.m
//   sm_XY    when X == M and y <= m          compute_XY   when X.y <= M.m (the driver compiles it)
//   sm_XYa   when X.y == M.m                 compute_XYa  when X.y == M.m
//   sm_XYf   when X == M and y <= m          compute_XYf  when X == M and y <= m
// NVIDIA promises the first line for cards in a PC only; modules of the Jetson kind (5.3, 6.2, 7.2, 8.7) are judged by it too.
//
// A kernel lives in one container, so a library serves a GPU when its containers do, and not when some image in it does: libtorch_cuda
// 2.10 has sm_89 in one container of 456. Containers that a library has for single chips only (every image with a suffix) are kernels
// for those chips; they are left out, and so is a minority that lacks the GPU (ONNX Runtime's flash attention needs 8.0).
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/snapshot.h"

namespace gpuwhy {

struct ComputeCapability {
  int major = 0, minor = 0;
  auto operator<=>(const ComputeCapability&) const = default;
};
// "8.9", "12.0"; nothing for anything else.
std::optional<ComputeCapability> parse_compute_capability(std::string_view text);

enum class CodeKind { sass, ptx };
enum class CodeScope { forward, exact, family };  // no suffix, 'a', 'f'

struct CodeImage {
  CodeKind kind = CodeKind::sass;
  ComputeCapability target;
  CodeScope scope = CodeScope::forward;
  bool operator==(const CodeImage&) const = default;
};
// "sm_80", "sm_90a", "compute_90", "sm_100f", "sm_120"; nothing for anything else ("lto_80", "gfx90a").
std::optional<CodeImage> parse_code_image(std::string_view text);

bool can_run(const CodeImage& image, ComputeCapability gpu);

enum class CodeSupport { native, jit_from_ptx, none, unknown };
enum class CodeGap {
  no,           // support is not `none`
  gpu_too_old,  // every image needs a newer GPU
  gpu_too_new,  // every image is for older GPUs
  between,      // images for older and for newer GPUs, or for chips of the same number with other features
  ptx_too_new,  // only PTX could serve it, and the driver cannot compile PTX of that ISA version
};

struct CodeVerdict {
  CodeSupport support = CodeSupport::unknown;
  CodeGap gap = CodeGap::no;
  std::string image;    // the one that would run, "sm_80"; "" when none
  std::string ptx_isa;  // of the PTX that is, or could not be, compiled: "8.5"; "" when no PTX matters or nobody read its version
  std::string library;  // the library that decides; "" when the verdict is not from binaries
  // Of that library's containers: all that count, and those that need PTX compiled or lack the GPU.
  std::uint64_t containers = 0, compiled = 0, lacking = 0;
  bool operator==(const CodeVerdict&) const = default;
};

// An empty list, a capability that is none, or an image that cannot be read (unless another one runs) make `unknown`.
CodeVerdict judge_code(const std::vector<std::string>& images, std::string_view capability);

// From the binaries. `driver_cuda` as cuDriverGetVersion gives it, 12040; 0 = not known, then any PTX can be compiled.
CodeVerdict judge_library(const CodeLibrary& library, std::string_view capability, int driver_cuda);

// Every library of the build that was read, the worst one deciding; those judged by union are left out. Falls back to `images` (the
// build's own words or the facts) where no library could be read; a damaged one makes `unknown`.
CodeVerdict judge_build(const FrameworkBuild& build, const std::vector<std::string>& images, std::string_view capability, int driver_cuda);

// The architectures that at least half of the library's general containers hold, oldest first, PTX last: what its makers built it for.
std::vector<std::string> base_set(const std::vector<CodeGroup>& groups);
// Of the build's own libraries together; empty when none was read.
std::vector<std::string> base_set(const FrameworkBuild& build);
// The first library that is there and could not be read; nullptr when there is none.
const CodeLibrary* find_unread_library(const FrameworkBuild& build);

// The first CUDA whose driver compiles PTX of this ISA version: 12080 for "8.7"; 0 when every driver does or the text is no version.
int cuda_of_ptx(std::string_view isa);

// The list from two cells of the facts: ("60,70,80a", "90") gives sm_60, sm_70, sm_80a, compute_90. "-" gives nothing of that kind; PTX
// that nobody read ("") gives "compute_?", which judge_code knows. Empty when nobody read the SASS.
std::vector<std::string> code_images_from_facts(std::string_view sass, std::string_view ptx);

}  // namespace gpuwhy
