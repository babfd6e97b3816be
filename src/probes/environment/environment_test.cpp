#include "probes/environment/environment.h"

#include <gtest/gtest.h>

#include "probes/memory_machine.h"

namespace gpuwhy {
namespace {

using testing::MemoryMachine;
using Kept = std::map<std::string, std::string>;

Snapshot probe(std::vector<Variable> variables) {
  MemoryMachine machine;
  machine.variables(std::move(variables));
  Snapshot snapshot;
  probe_environment(machine, snapshot);
  return snapshot;
}

TEST(ProbeEnvironment, what_decides_is_kept_also_when_empty) {
  EXPECT_EQ(probe({{"CUDA_VISIBLE_DEVICES", ""},
                   {"LD_LIBRARY_PATH", "/usr/lib64-nvidia"},
                   {"TF_CPP_MIN_LOG_LEVEL", "3"},
                   {"NVIDIA_VISIBLE_DEVICES", "all"}})
                .variables,
            (Kept{{"CUDA_VISIBLE_DEVICES", ""},
                  {"LD_LIBRARY_PATH", "/usr/lib64-nvidia"},
                  {"NVIDIA_VISIBLE_DEVICES", "all"},
                  {"TF_CPP_MIN_LOG_LEVEL", "3"}}));
}

TEST(ProbeEnvironment, what_is_not_on_the_list_is_never_stored) {
  EXPECT_TRUE(probe({{"AWS_SESSION", "x"},
                     {"USER", "ana"},
                     {"SLURM_JOB_NODELIST", "n[1-4]"},
                     {"SLURM_JOB_USER", "ana"},
                     {"COLAB_JUPYTER_IP", "1.2.3.4"},
                     {"KAGGLE_CONTAINER_NAME", "x"},
                     {"PATHS", "x"},
                     {"", "x"}})
                  .variables.empty());
}

TEST(ProbeEnvironment, names_of_secrets_are_never_stored) {
  EXPECT_TRUE(
      probe({{"NVIDIA_API_KEY", "nvapi-1"}, {"TORCH_HUB_TOKEN", "x"}, {"TF_SECRET", "x"}, {"JAX_password", "x"}, {"CUDA_CREDENTIALS", "x"}})
          .variables.empty());
}

struct ValueCase {
  const char *value, *kept;
};

TEST(ProbeEnvironment, user_parts_of_addresses_are_cut) {
  const ValueCase cases[] = {
      {"https://ana:secret@host/x", "https://***@host/x"},
      {"https://token@host", "https://***@host"},
      {"a=http://u:p@h,b=http://v:w@@i/", "a=http://***@h,b=http://***@i/"},
      {"https://host/path@2", "https://host/path@2"},
      {"gcr.io/x@sha256:0", "gcr.io/x@sha256:0"},
      {"://", "://"},
      {"://@", "://***@"},
  };
  for (const ValueCase& c : cases) EXPECT_EQ(probe({{"XLA_FLAGS", c.value}}).variables.at("XLA_FLAGS"), c.kept);
}

TEST(ProbeEnvironment, addresses_are_kept_as_set) {
  EXPECT_EQ(probe({{"KUBERNETES_SERVICE_HOST", "10.0.0.1"}, {"WSL_INTEROP", "/run/WSL/8_interop"}}).variables,
            (Kept{{"KUBERNETES_SERVICE_HOST", "set"}, {"WSL_INTEROP", "set"}}));
}

TEST(ProbeEnvironment, of_two_variables_with_one_name_the_first_counts) {
  EXPECT_EQ(probe({{"PATH", "/a"}, {"PATH", "/b"}}).variables.at("PATH"), "/a");
}

TEST(ProbeEnvironment, a_value_too_long_is_named_and_not_cut) {
  Snapshot snapshot = probe({{"PATH", std::string(200 << 10, 'x')}});
  EXPECT_TRUE(snapshot.variables.empty());
  ASSERT_EQ(snapshot.unread.size(), 1u);
  EXPECT_EQ(snapshot.unread[0].fact, "the environment variable PATH");
}

}  // namespace
}  // namespace gpuwhy
