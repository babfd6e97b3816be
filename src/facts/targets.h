// Places that hand out whole machines, by date: every image of Colab and Kaggle that the tables know, what Colab announced of its drivers,
// and its accelerators (data/facts/colab.tsv and kaggle.tsv, data/targets), compiled in by tools/gen-targets. As in facts.h, a cell that
// nobody read is empty and "-" means that there is none. All tables are in the order of their dates. Pure look-ups, no allocation.
#pragma once

#include <span>
#include <string_view>

namespace gpuwhy::facts {

struct ColabRelease {
  std::string_view date, commit;  // "2026-08-19", "a724079": the commit that names it; production may differ by a day or two
  std::string_view image;         // "gpu", "cpu", "tpu"; "shared" = one list for GPU and CPU, before 2026
  std::string_view ubuntu, glibc, python;
  std::string_view tensorflow, torch, jax, jaxlib;
  std::string_view jax_plugin;           // "jax-cuda12-plugin=0.7.2"
  std::string_view cuda_apt, cudnn_apt;  // versions of its Debian packages, several with commas
  std::string_view cudnn_pip, nccl_apt;  // of the wheel nvidia-cudnn-cuNN
  std::string_view cuda_compat;          // "cuda-compat-12-8=570.124.06-0ubuntu1"
  std::string_view libtpu, torch_xla;    //
  std::string_view driver;               // in words: "550.54.15 (last announced 2025-01-27)", "none"
  std::string_view pinned;               // runtime versions that users can choose: "2026.07,2026.04"
  std::string_view source, as_of;
};
std::span<const ColabRelease> colab_table();

struct KaggleRelease {
  std::string_view date, commit, image;   // "gpu", "cpu"
  std::string_view base_image, base_tag;  // "colab-images/public/runtime", "release-colab-external-images_20260514-060047_RC00"
  std::string_view tensorflow, torch, jax, cuda;
  std::string_view colab_image;  // "colab:20260514": the image of Colab that it is built from
  std::string_view release;      // "v170"
  std::string_view source, as_of;
};
std::span<const KaggleRelease> kaggle_table();

struct ColabDriver {
  std::string_view date, driver;  // "2025-01-27", "550.54.15"
  std::string_view kind;          // "announced" by Colab, or "user report"
  std::string_view note, source, as_of;
};
std::span<const ColabDriver> colab_drivers_table();

struct ColabAccelerator {
  std::string_view name;                // "T4", "v5e-1", "CPU"
  std::string_view gpu_type;            // metadata.colab.gpuType of a notebook
  std::string_view kind;                // "gpu", "tpu", "cpu"
  std::string_view compute_capability;  // "7.5"; "" where no source of Colab says it
  std::string_view first_seen, note, source, as_of;
};
std::span<const ColabAccelerator> colab_accelerators_table();

// The type of runtime whose list a row is: that of a shared row is "gpu" where its builds are for CUDA, else "cpu".
bool serves(const ColabRelease& row, std::string_view type);
// The row in force for a type ("gpu", "cpu", "tpu") at a date; at its newest for "". nullptr before the first one.
const ColabRelease* find_colab_release(std::string_view type, std::string_view date);
// The row of a runtime version that users can choose, "2026.07"; nullptr when none is called so.
const ColabRelease* find_pinned_colab(std::string_view type, std::string_view pinned);
const KaggleRelease* find_kaggle_release(std::string_view type, std::string_view date);
// In any letter case: "t4"; nullptr for a name that is none.
const ColabAccelerator* find_colab_accelerator(std::string_view name);
// What Colab announced last at that date ("" = ever); nullptr before the first announcement.
const ColabDriver* find_announced_driver(std::string_view date);

// The newest date that any row bears.
std::string_view newest_target_date();

}  // namespace gpuwhy::facts
