#include "evidence/readers/library_names.h"

#include <gtest/gtest.h>

namespace gpuwhy {
namespace {

using Releases = std::vector<std::string>;

TEST(ParseLibraryName, cublaslt_carries_its_cuda) {
  LibraryName name = parse_library_name("libcublasLt.so.11");
  EXPECT_EQ(name.family, "cublaslt");
  EXPECT_EQ(name.kind, "toolkit");
  EXPECT_EQ(name.cuda, Releases{"11"});
}

TEST(ParseLibraryName, cusolver_11_belongs_to_two_releases) {
  EXPECT_EQ(parse_library_name("libcusolver.so.11").cuda, (Releases{"11", "12"}));
}

TEST(ParseLibraryName, cufft_counts_for_itself) {
  EXPECT_EQ(parse_library_name("libcufft.so.10").cuda, (Releases{"10", "11"}));
  EXPECT_EQ(parse_library_name("libcufft.so.11").cuda, Releases{"12"});
  EXPECT_EQ(parse_library_name("libcufft.so.10.9.0.58").cuda, (Releases{"10", "11"}));
}

TEST(ParseLibraryName, curand_does_not_tell) { EXPECT_TRUE(parse_library_name("libcurand.so.10").cuda.empty()); }

TEST(ParseLibraryName, cudart_before_cuda_11_names_the_minor_release) {
  EXPECT_EQ(parse_library_name("libcudart.so.10.1").cuda, Releases{"10.1"});
  EXPECT_EQ(parse_library_name("libcudart.so.11.0").cuda, Releases{"11"});
}

TEST(ParseLibraryName, dlls_write_the_release_without_a_point) {
  EXPECT_EQ(parse_library_name("cudart64_101.dll").cuda, Releases{"10.1"});
  EXPECT_EQ(parse_library_name("cudart64_80.dll").cuda, Releases{"8.0"});
  EXPECT_EQ(parse_library_name("cublas64_12.dll").cuda, Releases{"12"});
  EXPECT_EQ(parse_library_name("nvrtc64_112_0.dll").cuda, Releases{"11"});
}

TEST(ParseLibraryName, parts_of_cudnn_are_cudnn) {
  EXPECT_EQ(parse_library_name("libcudnn_ops_infer.so.8").kind, "cudnn");
  EXPECT_EQ(parse_library_name("libcudnn_ops.so.9.1.0").number, "9.1.0");
  EXPECT_EQ(parse_library_name("cudnn_ops64_9.dll").number, "9");
}

TEST(ParseLibraryName, others_are_none_of_ours) {
  EXPECT_EQ(parse_library_name("libcudnnfoo.so").family, "");
  EXPECT_EQ(parse_library_name("libicudata.so.57").family, "");
  EXPECT_EQ(parse_library_name("libonnxruntime_providers_cuda.so").family, "");
  EXPECT_EQ(parse_library_name("msvcp140.dll").family, "");
  EXPECT_EQ(parse_library_name("").family, "");
}

TEST(IsSameCuda, only_the_major_counts_from_11_on) {
  EXPECT_TRUE(is_same_cuda("11", "11.8"));
  EXPECT_TRUE(is_same_cuda("12.1", "12.4"));
  EXPECT_FALSE(is_same_cuda("12", "11.8"));
}

TEST(IsSameCuda, the_minor_counts_before_11) {
  EXPECT_FALSE(is_same_cuda("10.1", "10.2"));
  EXPECT_TRUE(is_same_cuda("10", "10.2"));
}

TEST(IsSameCuda, the_first_cuda_11_is_apart) { EXPECT_FALSE(is_same_cuda("11.0", "11.2")); }

TEST(FindLibraries, takes_names_with_their_folders) {
  auto found = find_libraries("libcuda.so.1 => /usr/lib64/libcuda.so.1 (0x7f), C:\\cuda\\bin\\cublas64_11.dll");
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].path, "libcuda.so.1");
  EXPECT_EQ(found[1].path, "/usr/lib64/libcuda.so.1");
  EXPECT_EQ(found[2].path, "C:\\cuda\\bin\\cublas64_11.dll");
}

TEST(FindLibraries, a_name_behind_other_letters_is_found) {
  auto found = find_libraries("由于找不到cudart64_12.dll，无法继续执行代码");
  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].path, "cudart64_12.dll");
}

TEST(FindLibraries, survives_a_hostile_line) {
  EXPECT_TRUE(find_libraries(std::string(1 << 20, '.')).empty());
  EXPECT_LE(find_libraries(std::string(4000, 'x') + "libcuda.so" + std::string(1 << 20, '1')).size(), 1u);
  std::string many;
  for (int i = 0; i < 10000; ++i) many += "libcuda.so ";
  EXPECT_EQ(find_libraries(many).size(), 64u);
  EXPECT_TRUE(find_libraries(std::string("\0\xff\xfe.so\0", 7)).empty());
}

}  // namespace
}  // namespace gpuwhy
