#include "formats/python_source/python_source.h"

#include <gtest/gtest.h>

#include "formats/python_source/json_light.h"
#include "formats/python_source/torch_preload.h"

namespace gpuwhy::python_source {
namespace {

TEST(TorchVersions, the_plain_form_up_to_2_0) {
  auto torch = parse_torch_version("__version__ = '2.0.1+cu117'\ndebug = False\ncuda = '11.7'\ngit_version = 'e9eb'\nhip = None\n");
  EXPECT_EQ(torch.version, "2.0.1+cu117");
  EXPECT_EQ(torch.cuda, "11.7");
  EXPECT_EQ(torch.hip, "");
  EXPECT_FALSE(torch.xpu);
}

TEST(TorchVersions, the_annotated_form_since_2_1) {
  auto torch = parse_torch_version(
      "from typing import Optional\n\n__all__ = ['__version__', 'debug']\n__version__ = '2.10.0+rocm7.0'\ncuda: Optional[str] = None\nhip: "
      "Optional[str] = '7.0'\n"
      "rocm: Optional[str] = None\nxpu: Optional[str] = \"20250302\"\n");
  EXPECT_EQ(torch.version, "2.10.0+rocm7.0");
  EXPECT_EQ(torch.cuda, "");
  EXPECT_EQ(torch.hip, "7.0");
  EXPECT_EQ(torch.xpu, "20250302");
}

TEST(TorchVersions, what_is_computed_is_not_told) {
  auto torch = parse_torch_version("cuda = '12.8'\ncuda = get_cuda()\n__version__ = open('x').read()\n  hip = '7'\nxpu == '1'\n");
  EXPECT_EQ(torch, TorchVersion{});
}

TEST(BuildInfos, a_gpu_build) {
  auto info = parse_build_info(
      "import collections\n\nbuild_info = collections.OrderedDict([('cpu_compiler', '/usr/lib/llvm-18/bin/clang'), "
      "('cuda_compute_capabilities', ['sm_60', "
      "'compute_90']), ('cuda_version', '12.5.1'), ('cudnn_version', '9'), ('is_cuda_build', True), ('is_rocm_build', False), "
      "('is_tensorrt_build', False)])\n");
  EXPECT_EQ(info.is_cuda_build, true);
  EXPECT_EQ(info.is_rocm_build, false);
  EXPECT_EQ(info.cuda_version, "12.5.1");
  EXPECT_EQ(info.cudnn_version, "9");
  EXPECT_EQ(info.cuda_compute_capabilities, (std::vector<std::string>{"sm_60", "compute_90"}));
}

TEST(BuildInfos, a_dict_display_over_several_lines) {
  auto info = parse_build_info("build_info = {\n  \"is_cuda_build\": False,  # no\n  'is_rocm_build' : True,\n 'cuda_version': 12.5}\n");
  EXPECT_EQ(info.is_cuda_build, false);
  EXPECT_EQ(info.is_rocm_build, true);
  EXPECT_EQ(info.cuda_version, "12.5");
}

TEST(BuildInfos, other_text_tells_nothing) {
  for (const char* text :
       {"", "build_info", "x_build_info = {'is_cuda_build': True}", "build_info = ['is_cuda_build', tru", "\xff\xfe\x00"})
    EXPECT_EQ(parse_build_info(text), BuildInfo{}) << text;
}

TEST(HeaderVersions, both_forms_and_pre_releases) {
  EXPECT_EQ(
      parse_tensorflow_header_version(
          "#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION 20\n#define TF_PATCH_VERSION 0\n#define TF_VERSION_SUFFIX \"-rc0\"\n"),
      "2.20.0-rc0");
  EXPECT_EQ(parse_tensorflow_header_version("#define TF_MAJOR_VERSION 2\r\n#define TF_MINOR_VERSION 10\r\n#define TF_PATCH_VERSION 1\r\n"),
            "2.10.1");
  EXPECT_FALSE(parse_tensorflow_header_version("#define TF_MAJOR_VERSION 2\n#define TF_MINOR_VERSION x\n"));
}

TEST(PyvenvCfg, keys_are_lowered_and_values_trimmed) {
  auto values = parse_pyvenv_cfg("\xef\xbb\xbfhome = /usr/bin\nInclude-System-Site-Packages =  False \nno sign\nprompt = a=b\n");
  EXPECT_EQ(values["home"], "/usr/bin");
  EXPECT_EQ(values["include-system-site-packages"], "False");
  EXPECT_EQ(values["prompt"], "a=b");
  EXPECT_EQ(values.size(), 3u);
}

TEST(Pth, paths_code_and_comments) {
  auto lines = parse_pth("# comment\n\n../src  \nimport x\nimport\ty\nimportant\n   \n/abs");
  EXPECT_EQ(lines,
            (std::vector<PthLine>{{false, "../src"}, {true, "import x"}, {true, "import\ty"}, {false, "important"}, {false, "/abs"}}));
}

TEST(Kernels, argv_and_environment) {
  auto kernel = parse_kernel(
      R"({"argv": ["/opt/v/bin/python", "-m", 7, "ipykernel"], "display_name": "P\u00fcthon", "env": {"LD_LIBRARY_PATH": "/x", "N": 1}})");
  ASSERT_TRUE(kernel);
  EXPECT_EQ(kernel->argv, (std::vector<std::string>{"/opt/v/bin/python", "-m", "ipykernel"}));
  EXPECT_EQ(kernel->environment, (std::vector<std::pair<std::string, std::string>>{{"LD_LIBRARY_PATH", "/x"}}));
  EXPECT_EQ(kernel->display_name, "P\xc3\xbcthon");
}

TEST(Kernels, broken_files_are_none) {
  for (const char* text : {"", "[]", "{}", R"({"argv": "python"})", R"({"argv": ["a")", R"({"argv": ["a"]} x)"})
    EXPECT_FALSE(parse_kernel(text)) << text;
}

TEST(JsonLight, is_bounded_in_depth) { EXPECT_FALSE(json_light::parse(std::string(100'000, '['))); }

TEST(JsonLight, pairs_of_surrogates_become_one_character) {
  auto value = json_light::parse(R"("\ud83d\ude00 \ud800 \n")");
  ASSERT_TRUE(value);
  EXPECT_EQ(value->text, "\xf0\x9f\x98\x80 \xef\xbf\xbd \n");
}

constexpr const char* load_head =
    "\ndef _load_global_deps() -> None:\n    try:\n        ctypes.CDLL(global_deps_lib_path, mode=ctypes.RTLD_GLOBAL)\n";

TEST(TorchPreloads, up_to_2_5_nothing_is_opened_when_all_is_well) {
  EXPECT_EQ(parse_torch_preload(std::string(load_head) + "    except OSError as err:\n        _preload_cuda_deps(lib_folder, lib_name)\n"),
            TorchPreload{});
}

TEST(TorchPreloads, single_calls_of_2_7) {
  auto preload = parse_torch_preload(
      std::string(load_head) +
      "            if \"nvidia/cuda_runtime/lib/libcudart.so\" not in _maps:\n                return\n"
      "            _preload_cuda_deps(\"cuda_nvrtc\", \"libnvrtc.so.*[0-9]\")\n"
      "            _preload_cuda_deps(\"nvjitlink\", \"libnvJitLink.so.*[0-9]\")\n    except OSError as err:\n        pass\n");
  EXPECT_EQ(preload.libraries, (std::vector<std::pair<std::string, std::string>>{{"cuda_nvrtc", "libnvrtc.so.*[0-9]"},
                                                                                 {"nvjitlink", "libnvJitLink.so.*[0-9]"}}));
  EXPECT_EQ(preload.conditions, std::vector<std::string>{"nvidia/cuda_runtime/lib/libcudart.so"});
  EXPECT_TRUE(preload.stops_at_missing);
}

TEST(TorchPreloads, the_table_of_2_10_and_later) {
  std::string table =
      "\ndef _preload_cuda_deps(\n    err: OSError | None = None,\n) -> None:\n    cuda_libs: list[tuple[str, str]] = [\n        # order "
      "matters\n"
      "        (\"cublas\", \"libcublasLt.so.*[0-9]\"),\n        (\"cublas\", \"libcublas.so.*[0-9]\"),\n    ]\n"
      "    _preload_cuda_lib(\"nvtx\", \"libnvToolsExt.so.*[0-9]\", required=False)\n\n# next\ndef other():\n    _preload_cuda_lib(\"no\", "
      "\"no\")\n";
  auto strict = parse_torch_preload(
      table + load_head + "            if \"libcudart.so\" not in _maps:\n            _preload_cuda_deps()\n    except OSError as err:\n");
  ASSERT_EQ(strict.libraries.size(), 3u);
  EXPECT_EQ(strict.libraries[0].second, "libcublasLt.so.*[0-9]");
  EXPECT_EQ(strict.libraries[2].first, "nvtx");
  EXPECT_TRUE(strict.stops_at_missing);
  EXPECT_EQ(strict.conditions, std::vector<std::string>{"libcudart.so"});
  EXPECT_FALSE(parse_torch_preload(table + load_head + "            _preload_cuda_deps(required=False)\n").stops_at_missing);
}

TEST(Globs, the_two_wildcards_that_torch_uses) {
  EXPECT_TRUE(matches_glob("libnvrtc.so.12", "libnvrtc.so.*[0-9]"));
  EXPECT_TRUE(matches_glob("libcudart.so.11.0", "libcudart.so.*[0-9].*[0-9]"));
  EXPECT_FALSE(matches_glob("libnvrtc.so", "libnvrtc.so.*[0-9]"));
  EXPECT_FALSE(matches_glob("libnvrtc.alt.so.12", "libnvrtc.so.*[0-9]"));
  EXPECT_FALSE(matches_glob(std::string(250, 'a'), "*a*a*a*a*a*a*b"));
}

}  // namespace
}  // namespace gpuwhy::python_source
