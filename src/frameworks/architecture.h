// Can a build that holds these code images run kernels on a GPU of this compute capability? Pure judging, no driver asked: code that is
// there as PTX only needs a driver that can compile it, which is another question.
//
// The rule, checked against torch's and TensorFlow's own answers: an image for X.y runs on a GPU M.m
//   sm_XY    when X == M and y <= m          compute_XY   when X.y <= M.m (the driver compiles it)
//   sm_XYa   when X.y == M.m                 compute_XYa  when X.y == M.m
//   sm_XYf   when X == M and y <= m          compute_XYf  when X == M and y <= m
// NVIDIA promises the first line for cards in a PC only; modules of the Jetson kind (5.3, 6.2, 7.2, 8.7) are judged by it too.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

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
};

struct CodeVerdict {
  CodeSupport support = CodeSupport::unknown;
  CodeGap gap = CodeGap::no;
  std::string image;  // the one that would run, "sm_80"; "" when none
  bool operator==(const CodeVerdict&) const = default;
};

// An empty list, a capability that is none, or an image that cannot be read (unless another one runs) make `unknown`.
CodeVerdict judge_code(const std::vector<std::string>& images, std::string_view capability);

// The list from two cells of the facts: ("60,70,80a", "90") gives sm_60, sm_70, sm_80a, compute_90. "-" gives nothing of that kind; PTX
// that nobody read ("") gives "compute_?", which judge_code knows. Empty when nobody read the SASS.
std::vector<std::string> code_images_from_facts(std::string_view sass, std::string_view ptx);

}  // namespace gpuwhy
