#include "formats/dist_info/dist_info.h"

#include <gtest/gtest.h>

namespace gpuwhy::dist_info {
namespace {

TEST(EntryNames, a_dist_info_folder_gives_normalised_name_and_version) {
  struct {
    const char* folder;
    const char* name;
    const char* version;
  } cases[] = {
      {"nvidia_cudnn_cu12-9.10.2.21.dist-info", "nvidia-cudnn-cu12", "9.10.2.21"},
      {"torch-2.10.0+cu128.dist-info", "torch", "2.10.0+cu128"},
      {"PyYAML-6.0.dist-info", "pyyaml", "6.0"},
      {"torch-1.13.1-py3.10.egg-info", "torch", "1.13.1"},
      {"torch.egg-info", "torch", ""},
      {"tf-nightly-2.22.0.dev20261101.dist-info", "tf-nightly", "2.22.0.dev20261101"},
  };
  for (const auto& one : cases) {
    auto entry = parse_entry_name(one.folder);
    ASSERT_TRUE(entry) << one.folder;
    EXPECT_EQ(entry->name, one.name);
    EXPECT_EQ(entry->version, one.version);
  }
}

TEST(EntryNames, other_names_are_no_distribution) {
  for (const char* name : {"torch", "torch-2.10.0.dist-info.bak", ".dist-info", "a b-1.dist-info", "\x1b[31m-1.dist-info"})
    EXPECT_FALSE(parse_entry_name(name)) << name;
}

TEST(EntryNames, a_conda_file_gives_name_version_and_build) {
  auto entry = parse_conda_entry_name("pytorch-2.5.1-cuda126_generic_py311_200.json");
  ASSERT_TRUE(entry);
  EXPECT_EQ(*entry, (EntryName{"pytorch", "2.5.1", "cuda126_generic_py311_200", EntryKind::conda_meta}));
  EXPECT_EQ(parse_conda_entry_name("libcublas-dev-12.6.4.1-0.json")->name, "libcublas-dev");
  for (const char* name : {"history", "a.json", "a-b.json", "--.json"}) EXPECT_FALSE(parse_conda_entry_name(name)) << name;
}

TEST(CoreMetadataFile, headers_end_at_the_first_empty_line) {
  auto metadata = parse_core_metadata(
      "Metadata-Version: 2.4\nName: torch\nVersion: 2.10.0\nRequires-Python: >=3.10\nRequires-Dist: nvidia-cudnn-cu12==9.10.2.21; "
      "platform_system == \"Linux\"\n"
      "License: a\n folded\nProvides-Extra: optree\n\nRequires-Dist: not-one\n",
      true);
  EXPECT_EQ(metadata.name, "torch");
  EXPECT_EQ(metadata.version, "2.10.0");
  EXPECT_EQ(metadata.requires_python, ">=3.10");
  EXPECT_EQ(metadata.requires_dist, std::vector<std::string>{"nvidia-cudnn-cu12==9.10.2.21; platform_system == \"Linux\""});
  EXPECT_EQ(metadata.provides_extra, std::vector<std::string>{"optree"});
  EXPECT_TRUE(metadata.headers_complete);
}

TEST(CoreMetadataFile, a_line_that_may_be_cut_is_not_taken) {
  auto metadata = parse_core_metadata("Name: torch\nVersion: 2.1", false);
  EXPECT_EQ(metadata.version, "");
  EXPECT_FALSE(metadata.headers_complete);
}

TEST(CoreMetadataFile, an_empty_file_has_no_complete_headers) { EXPECT_FALSE(parse_core_metadata("", true).headers_complete); }

TEST(CoreMetadataFile, line_ends_of_windows_are_accepted) {
  auto metadata = parse_core_metadata("Name: torch\r\nVersion: 2.10.0\r\n\r\nbody", true);
  EXPECT_EQ(metadata.version, "2.10.0");
  EXPECT_TRUE(metadata.headers_complete);
}

TEST(Requirements, name_and_pin_are_found_in_both_spellings) {
  struct {
    const char* line;
    const char* name;
    const char* pin;
  } cases[] = {
      {"nvidia-cudnn-cu12 (==9.1.0.70) ; platform_system == \"Linux\"", "nvidia-cudnn-cu12", "9.1.0.70"},
      {"nvidia_cudnn.cu13==9.26.0.51; platform_system == \"Linux\"", "nvidia-cudnn-cu13", "9.26.0.51"},
      {"nvidia-cublas-cu12<13.0,>=12.5.3.2; extra == \"and-cuda\"", "nvidia-cublas-cu12", ""},
      {"cuda-toolkit[cublas,cudart]==13.2.2; platform_system == \"Linux\"", "cuda-toolkit", "13.2.2"},
      {"triton~=3.9.0", "triton", ""},
      {"a===1", "a", ""},
      {"a==1.*", "a", ""},
      {"", "", ""},
  };
  for (const auto& one : cases) {
    EXPECT_EQ(requirement_name(one.line), one.name) << one.line;
    EXPECT_EQ(requirement_pin(one.line), one.pin) << one.line;
  }
}

TEST(Installer, one_word_or_nothing) {
  EXPECT_EQ(parse_installer("uv\n"), "uv");
  EXPECT_EQ(parse_installer("pip"), "pip");
  EXPECT_EQ(parse_installer("\x1b[2J"), "");
  EXPECT_EQ(parse_installer(""), "");
}

TEST(Wheel, the_pythons_that_a_wheel_serves) {
  EXPECT_EQ(parse_wheel_pythons(
                "Wheel-Version: 1.0\nTag: cp312-cp312-manylinux_2_28_x86_64\nTag: cp39-abi3-linux_x86_64\nTag: py2.py3-none-any\n"),
            (std::vector<std::string>{"cp312", "cp39-abi3", "py2", "py3"}));
}

TEST(DirectUrls, an_editable_install_names_its_folder) {
  auto direct = parse_direct_url(R"({"dir_info": {"editable": true}, "url": "file:///src/my%20torch"})");
  EXPECT_EQ(direct, (DirectUrl{"/src/my torch", true}));
  EXPECT_FALSE(parse_direct_url(R"({"url": "https://example.org/a.whl", "archive_info": {}})").is_editable);
  EXPECT_FALSE(parse_direct_url("not json").is_editable);
}

TEST(Record, only_shared_libraries_with_a_size_are_listed) {
  constexpr std::string_view text =
      "torch/__init__.py,sha256=x,100\r\n"
      "torch/lib/libtorch_cuda.so,sha256=abc-_,995000000\r\n"
      "torch/_C.cpython-312-x86_64-linux-gnu.so,sha256=q,37824\n"
      "\"nvidia/a,b/lib/libx.so.12\",sha256=z,7\n"
      "torch/sorted.source,sha256=z,7\n"
      "torch/x.sort.py,sha256=z,7\n"
      "torch/lib/libnosize.so,,\n"
      "torch/lib/libcommaless.so\n"
      "torch-2.10.0.dist-info/RECORD,,\n"
      "triton/_C/libtriton.so,sha256=z,12";
  EXPECT_EQ(parse_record_libraries(text), (std::vector<RecordedFile>{{"torch/lib/libtorch_cuda.so", 995000000},
                                                                     {"torch/_C.cpython-312-x86_64-linux-gnu.so", 37824},
                                                                     {"nvidia/a,b/lib/libx.so.12", 7},
                                                                     {"triton/_C/libtriton.so", 12}}));
}

TEST(Record, a_path_that_leads_out_of_the_folder_is_left_out) {
  EXPECT_TRUE(parse_record_libraries("../../../etc/evil.so,sha256=z,7\n/lib/libc.so.6,sha256=z,7\na/../../b.so,sha256=z,7\n").empty());
}

TEST(Record, a_size_that_is_no_number_is_no_size) {
  EXPECT_TRUE(parse_record_libraries("a.so,sha256=z,-7\nb.so,sha256=z,99999999999999999999\nc.so,sha256=z,7x\n").empty());
}

TEST(Record, bytes_that_are_no_record_give_nothing) {
  EXPECT_TRUE(parse_record_libraries("").empty());
  EXPECT_TRUE(parse_record_libraries(std::string(100000, ',')).empty());
  std::string many;
  for (int i = 0; i < 50000; ++i) many += ".so";
  EXPECT_TRUE(parse_record_libraries(many).empty());
}

}  // namespace
}  // namespace gpuwhy::dist_info
