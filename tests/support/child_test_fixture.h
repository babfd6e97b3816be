// A real probe and a driver library that misbehaves, for the tests of the child. Needs a C compiler at test time and the built probe, whose
// path comes from the definition GPUWHY_PROBE.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "sys/child.h"

namespace gpuwhy {

using std::chrono::milliseconds;
using End = ProbeRun::End;
namespace fs = std::filesystem;

inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline bool has_line(const std::string& text, const std::string& line) {
  return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

class ProbeChild : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string name = (fs::temp_directory_path() / "gpuwhy-child-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    std::string source = (fs::path(__FILE__).parent_path() / "testdata/misbehaving_driver.c").string();
    ASSERT_EQ(std::system(("cc -w -shared -fPIC -pthread -o " + driver() + " " + source).c_str()), 0);
    probe_ = file_bytes(GPUWHY_PROBE);
    ASSERT_FALSE(probe_.empty()) << GPUWHY_PROBE;
  }
  static void TearDownTestSuite() { fs::remove_all(folder_); }

  static std::string driver() { return folder_ + "/libcuda.so.1"; }

  static ProbeRequest request(const std::string& misbehaviour, bool with_nvml = false) {
    ProbeRequest request;
    if (!misbehaviour.empty()) request.environment = {"MISBEHAVE=" + misbehaviour};
    request.libcuda = driver();
    if (with_nvml) request.nvml = driver();
    request.step_deadline = milliseconds{5000};
    request.first_init_deadline = milliseconds{300};
    return request;
  }
  static ProbeRun run(const ProbeRequest& request) { return run_probe_child(probe_, request); }
  static ProbeRun run(const std::string& misbehaviour) { return run(request(misbehaviour)); }

  static inline std::string folder_, probe_;
};

}  // namespace gpuwhy
