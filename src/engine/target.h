// A place as a machine to judge: Colab, Kaggle or one described by hand, made of package facts. The snapshot has the basis "packages": what
// nobody published (the driver of Colab, the card behind a name) is unknown in it, with that reason. Pure.
//
//   colab[:gpu|cpu|tpu|ACCELERATOR][:DATE|:RUNTIME]   colab:t4, colab:2026.07, colab:cpu:2025-12-10; T4 where only "gpu" is said
//   kaggle[:gpu|p100|cpu][:DATE|:RELEASE]             kaggle:gpu has two T4; kaggle:p100:v170
//   gpu=T4,driver=535.104.05,cuda=12.2,cudnn=8.9,python=3.11,os=ubuntu22.04,glibc=2.35,torch=2.10.0+cu128,...
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/snapshot.h"

namespace gpuwhy {

// Is the word meant as a target (and not as the name of a file)? "colab", "kaggle:p100", "gpu=T4,python=3.11".
bool is_target_name(std::string_view name);

// Fails with a suggestion where the name is none, and where no table reaches its date.
Result<Snapshot> make_target(std::string_view name);

struct TargetLine {
  std::string name;    // as make_target takes it
  std::string date;    // of its row
  std::string words;   // "Python 3.13.15, TensorFlow 2.20.0, torch 2.11.0+cu128, jax 0.7.2, CUDA 12.8; 1 x NVIDIA T4"
  std::string driver;  // "not published; last announced: 550.54.15 (2025-01-27)"
  std::string source;
  int age_days = 0;  // from the row to the newest date of the tables; never by the clock
};
// The newest image of every type and accelerator, then the runtime versions that users can choose.
std::vector<TargetLine> list_targets();

}  // namespace gpuwhy
