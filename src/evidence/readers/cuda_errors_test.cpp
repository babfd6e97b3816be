#include <gtest/gtest.h>

#include "evidence/clean.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues clues_of(std::string_view text) {
  Clues clues;
  std::vector<Line> lines = clean_lines(text, 0);
  read_cuda_errors(lines, clues);
  return clues;
}

// All values of a clue, with blanks between them.
std::string values(std::string_view text, std::string_view name = "error") {
  std::string all;
  for (const Clue* clue : clues_of(text).all(name)) all += (all.empty() ? "" : " ") + clue->value;
  return all;
}

TEST(CudaErrors, names_of_driver_and_runtime_are_one_number) {
  EXPECT_EQ(values("failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"), "100");
  EXPECT_EQ(values("CUDARuntimeError: cudaErrorNoDevice: no CUDA-capable device is detected"), "100");
  EXPECT_EQ(values("cudaErrorInsufficientDriver"), "35");
  EXPECT_EQ(values("DriverError(CUDA_ERROR_SYSTEM_DRIVER_MISMATCH, \"system has unsupported display driver / cuda driver combination\")"),
            "803");
}

TEST(CudaErrors, numbers_are_read_in_every_spelling) {
  EXPECT_EQ(values("ollama: cudart init failure: 35"), "35");
  EXPECT_EQ(values("cuda driver library init failure: 999"), "999");
  EXPECT_EQ(values("failed call to cuInit: UNKNOWN ERROR (303)"), "303");
  EXPECT_EQ(values("cuInit returned 100"), "100");
  EXPECT_EQ(values("Unexpected error from cudaGetDeviceCount(). Did you run some cuda functions? Error 804: forward compatibility"), "804");
  EXPECT_EQ(values("CUDA: Check failed: e == cudaSuccess (803 vs. 0) : x"), "803");
  EXPECT_EQ(values("[34] Call to cuInit results in X"), "34");
  EXPECT_EQ(values("CUDA error: x (code #214, ERROR_ECC_UNCORRECTABLE)"), "214");
  EXPECT_EQ(values("CUDA error at a.cu:35 code=46(x)"), "46");
  EXPECT_EQ(values("Cuda failure 2 'out of memory'"), "2");
}

TEST(CudaErrors, old_runtime_numbers_become_those_of_today) {
  EXPECT_EQ(values("cudaGetDeviceCount returned 38\n-> no CUDA-capable device is detected"), "100");
  EXPECT_EQ(values("Check failed: error == cudaSuccess (30 vs. 0)  unknown error"), "999");
  EXPECT_EQ(values("CUDA error 77: an illegal memory access was encountered"), "700");
  EXPECT_EQ(values("cuda runtime error (48) : no kernel image is available for execution on the device"), "209");
  EXPECT_EQ(values("CUDA runtime error (4): unspecified launch failure"), "719");
  EXPECT_EQ(values("cuda runtime error (10) : invalid device ordinal"), "101");
}

TEST(CudaErrors, texts_alone_are_enough) {
  EXPECT_EQ(values("all CUDA-capable devices are busy or unavailable"), "46");
  EXPECT_EQ(values("RuntimeError: CUDA unknown error - this may be due to an incorrectly set up environment"), "999");
  EXPECT_EQ(values("RuntimeError: CUDA error: initialization error"), "3");
  EXPECT_EQ(values("CUDA driver version is insufficient for CUDA runtime version"), "35");
  EXPECT_EQ(values("ggml_cuda_init: failed to initialize CUDA: unknown error"), "999");
}

TEST(CudaErrors, a_name_in_a_condition_is_no_error) {
  EXPECT_EQ(values("Check failed: e == cudaSuccess || e == cudaErrorCudartUnloading: CUDA: no CUDA-capable device is detected"), "100");
}

TEST(CudaErrors, errors_of_another_makers_runtime_are_not_cudas) {
  EXPECT_EQ(values("RuntimeError: HIP error: invalid device ordinal"), "");
}

TEST(CudaErrors, common_words_without_cuda_say_nothing) {
  EXPECT_EQ(values("unknown error\ninvalid argument\ninitialization error\noutput error code 35\nexit status 100\nerror 404"), "");
  EXPECT_EQ(values("nvcc fatal: cuda.cu failed with error code 1"), "");
  EXPECT_EQ(values("Downloading cuda_12.run: HTTP error 400"), "");
  EXPECT_EQ(values("cuda build finished, process exited with code 100"), "");
  EXPECT_EQ(values("epoch 35: loss 0.35, cuda memory 803 MiB"), "");
  EXPECT_EQ(values("hipErrorNoDevice"), "");
}

TEST(CudaErrors, nvml_is_kept_apart) {
  EXPECT_EQ(values("Failed to initialize NVML: Driver/library version mismatch", "nvml.error"), "18");
  EXPECT_EQ(values("Failed to initialize NVML: Unknown Error", "nvml.error"), "999");
  EXPECT_EQ(values("Failed to initialize NVML: Unknown Error"), "");
  EXPECT_EQ(values("nvidia-container-cli: initialization error: nvml error: driver not loaded: unknown", "nvml.error"), "9");
  EXPECT_EQ(values("pynvml.nvml.NVMLError_LibRmVersionMismatch: RM has detected an NVML/RM version mismatch.", "nvml.error"), "18");
  EXPECT_EQ(values("failed to initialize NVML: ERROR_LIBRARY_NOT_FOUND", "nvml.error"), "12");
  EXPECT_EQ(values("Failed to initialize NVML: GPU access blocked by the operating system", "nvml.error"), "17");
  EXPECT_EQ(values("Unable to determine the device handle for GPU 0000:03:00.0: GPU is lost.  Reboot", "nvml.error"), "15");
}

TEST(CudaErrors, statuses_of_libraries_are_kept_apart) {
  EXPECT_EQ(values("Could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED", "cudnn.status"), "NOT_INITIALIZED");
  EXPECT_EQ(values("RuntimeError: CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`", "cublas.status"),
            "ALLOC_FAILED");
  EXPECT_EQ(values("plan = CUFFT_C2C", "cufft.status"), "");
  EXPECT_EQ(values("CUDNN_STATUS_SUCCESS", "cudnn.status"), "");
}

TEST(CudaErrors, hostile_lines_are_survived) {
  std::string wide = "cuda error " + std::string(1 << 20, '9');
  EXPECT_EQ(values(wide), "");
  EXPECT_EQ(values(std::string("cuda error \0 cudaError CUDA_ERROR_ (error_ \xff[12", 47)), "");
  EXPECT_EQ(values("cudnn_status_"), "");
}

}  // namespace
}  // namespace gpuwhy
