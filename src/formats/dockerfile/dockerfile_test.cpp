#include "formats/dockerfile/dockerfile.h"

#include <gtest/gtest.h>

namespace gpuwhy::dockerfile {
namespace {

TEST(Dockerfile, the_last_stage_counts_and_is_followed_through_its_names) {
  Document document = parse(
      "FROM python:3.11 AS tools\nRUN pip install torch==1.0\nFROM nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04 AS build\n"
      "RUN pip install torch==2.5.1\nFROM build\nRUN pip install jax\n");
  EXPECT_EQ(document.base, "nvidia/cuda:12.4.1-cudnn-devel-ubuntu22.04");
  ASSERT_EQ(document.requirements.size(), 2u);
  EXPECT_EQ(document.requirements[0].exact(), "2.5.1");
}

TEST(Dockerfile, arguments_of_pip_are_read_over_continued_lines) {
  Document document = parse(
      "FROM python:3.11\nRUN apt-get update && \\\n  # inside\n  python3 -m pip install -U \"torch==2.5.1\" --index-url "
      "https://e.org/whl/cu124\n");
  ASSERT_EQ(document.requirements.size(), 1u);
  EXPECT_EQ(document.indexes.size(), 1u);
}

TEST(Dockerfile, values_of_arg_are_put_in_and_what_has_none_is_named) {
  Document document = parse("ARG V=2.5.1\nFROM pytorch/pytorch:${V}-cuda12.4-cudnn9-runtime\nRUN pip install jax==$OTHER\n");
  EXPECT_EQ(document.base, "pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime");
  ASSERT_EQ(document.unresolved.size(), 1u);
  EXPECT_EQ(document.unresolved[0].kind, "a command with a variable");
  EXPECT_EQ(document.unresolved[0].line, 3u);
}

TEST(BaseImage, tags_tell_cuda_cudnn_and_the_framework) {
  BaseImage cuda = read_base("nvidia/cuda:12.4.1-cudnn9-runtime-ubuntu22.04");
  EXPECT_EQ(cuda.cuda, "12.4.1");
  EXPECT_EQ(cuda.cudnn, "9");
  EXPECT_EQ(cuda.os, "ubuntu22.04");
  BaseImage torch = read_base("docker.io/pytorch/pytorch:2.5.1-cuda12.4-cudnn9-runtime");
  EXPECT_EQ(torch.framework, "torch");
  EXPECT_EQ(torch.version, "2.5.1");
  EXPECT_EQ(torch.cuda, "12.4");
  EXPECT_TRUE(read_base("tensorflow/tensorflow:2.15.0-gpu").is_gpu_build);
  EXPECT_FALSE(read_base("tensorflow/tensorflow:2.15.0").is_gpu_build);
  EXPECT_EQ(read_base("python:3.11").cuda, "");
}

}  // namespace
}  // namespace gpuwhy::dockerfile
