#include <gtest/gtest.h>

#include "base/text.h"
#include "evidence/derive/derive.h"
#include "evidence/readers/readers.h"

namespace gpuwhy {
namespace {

Clues read(std::string_view text) {
  std::vector<Line> numbered;
  for (std::string_view line : lines(text)) numbered.push_back({numbered.size() + 1, std::string(line), 0});
  Clues clues;
  read_libraries(numbered, clues);
  derive_library_pairs(clues);
  return clues;
}

TEST(ReadLibraries, tensorflow_names_the_missing_library_and_why) {
  Clues clues = read("Could not load dynamic library 'libcusolver.so.11'; dlerror: libnvJitLink.so.12: cannot open shared object file");
  EXPECT_TRUE(clues.has("lib.missing", "libnvJitLink.so.12"));
  EXPECT_FALSE(clues.has("lib.missing", "libcusolver.so.11"));
}

TEST(ReadLibraries, the_same_library_on_both_sides_is_missing) {
  EXPECT_TRUE(read("Could not dlopen library 'libcudart.so.10.0'; dlerror: libcudart.so.10.0: cannot open shared object file")
                  .has("missing.toolkit", "libcudart.so.10.0"));
}

TEST(ReadLibraries, a_symbol_that_another_file_should_define_is_read_in_both_forms_of_the_loader) {
  Clues clues = read(
      "Error: /opt/lib/libcudnn_ops_train.so.8: symbol _Z22op, version libcudnn_ops_infer.so.8 not defined in file "
      "libcudnn_ops_infer.so.8 with link time reference");
  EXPECT_TRUE(clues.has("lib.symbol", "_Z22op"));
  EXPECT_TRUE(clues.has("lib.symbol.version", "libcudnn_ops_infer.so.8"));
  EXPECT_FALSE(read("the symbol is not defined in file main.so.c").has("lib.symbol"));
}

class Languages : public testing::TestWithParam<const char*> {};
TEST_P(Languages, the_loaders_message_is_understood) {
  EXPECT_TRUE(read(std::string("ImportError: libcublas.so.12: ") + GetParam()).has("missing.toolkit", "libcublas.so.12"));
}
INSTANTIATE_TEST_SUITE_P(Of, Languages,
                         testing::Values("cannot open shared object file: No such file or directory",
                                         "Kann die Shared-Object-Datei nicht öffnen: Datei oder Verzeichnis nicht gefunden",
                                         "Ne peut ouvrir le fichier d'objet partagé: Aucun fichier ou dossier de ce type",
                                         "no se puede abrir el archivo del objeto compartido: No existe el archivo o el directorio",
                                         "共有オブジェクトファイルを開けません: そのようなファイルやディレクトリはありません",
                                         "无法打开共享对象文件: 没有那个文件或目录",
                                         "не удается открыть общий объектный файл: Нет такого файла или каталога"));

class Missing : public testing::TestWithParam<std::pair<const char*, const char*>> {};
TEST_P(Missing, is_found_in_the_words_of_a_program) { EXPECT_TRUE(read(GetParam().first).has("lib.missing", GetParam().second)); }
INSTANTIATE_TEST_SUITE_P(
    Of, Missing,
    testing::Values(
        std::pair{"RuntimeError: Library cublas64_12.dll is not found or cannot be loaded", "cublas64_12.dll"},
        std::pair{"Couldn't open CUDA library libcudnn.so. LD_LIBRARY_PATH: /usr/lib", "libcudnn.so"},
        std::pair{"Could not locate cudnn_ops_infer64_8.dll. Please make sure it is in your library path!", "cudnn_ops_infer64_8.dll"},
        std::pair{"Unable to load any of {libcudnn_cnn.so.9.1.0, libcudnn_cnn.so.9}", "libcudnn_cnn.so.9.1.0"},
        std::pair{"\tlibcuda.so.1 => not found", "libcuda.so.1"},
        std::pair{"which depends on \"cublasLt64_12.dll\" which is missing.", "cublasLt64_12.dll"},
        std::pair{"FileNotFoundError: Could not find module 'C:\\CUDA\\bin\\cudnn64_8.dll' (or one of its dependencies).", "cudnn64_8.dll"},
        std::pair{"The code execution cannot proceed because nvcuda.dll was not found.", "nvcuda.dll"},
        std::pair{"Error loading shared library libcudart.so.12: No such file or directory", "libcudart.so.12"}));

class NotMissing : public testing::TestWithParam<const char*> {};
TEST_P(NotMissing, says_nothing_of_a_missing_library) { EXPECT_FALSE(read(GetParam()).has("lib.missing")); }
INSTANTIATE_TEST_SUITE_P(Of, NotMissing,
                         testing::Values("Successfully opened dynamic library libcudart.so.11.0",
                                         "/usr/lib/wsl/lib/libcuda.so.1 is not a symbolic link",
                                         "\tlibcuda.so.1 => /usr/lib/libcuda.so.1 (0x00007f)", "Loading libcudnn.so.9 ...",
                                         "Could not load library libcudnn_cnn_train.so.8. Error: /usr/lib/libcudnn_cnn_train.so.8: "
                                         "undefined symbol: f, version libcudnn_cnn_infer.so.8",
                                         "Could not load library cudnn_cnn_infer64_8.dll. Error code 1455",
                                         "libfoo.so.1: cannot open shared object file"));

TEST(ReadLibraries, ldd_shows_what_is_there) {
  EXPECT_TRUE(read("\tlibnvJitLink.so.12 => /usr/local/cuda-12.1/lib64/libnvJitLink.so.12 (0x0000)")
                  .has("lib.present", "/usr/local/cuda-12.1/lib64/libnvJitLink.so.12"));
}

TEST(ReadLibraries, a_stub_counts_where_it_is_loaded) {
  EXPECT_TRUE(read("\tlibcuda.so.1 => /usr/local/cuda/lib64/stubs/libcuda.so.1 (0x0)").has("lib.stub"));
  EXPECT_FALSE(read("/usr/local/cuda/lib64/stubs/libcuda.so").has("lib.stub"));
}

TEST(ReadLibraries, a_symbol_is_taken_with_its_library) {
  Clues clues =
      read("ImportError: /v/nvidia/cusparse/lib/libcusparse.so.12: undefined symbol: __nvJitLinkAddData_12_1, version libnvJitLink.so.12");
  EXPECT_TRUE(clues.has("lib.symbol", "__nvJitLinkAddData_12_1"));
  EXPECT_TRUE(clues.has("lib.symbol.in", "/v/nvidia/cusparse/lib/libcusparse.so.12"));
  EXPECT_TRUE(clues.has("lib.symbol.version", "libnvJitLink.so.12"));
}

TEST(ReadLibraries, a_version_of_glibc_is_taken_in_any_language) {
  EXPECT_TRUE(read("libc.so.6: version `GLIBC_2.34' not found (required by /x/y.so)").has("glibc.wanted", "2.34"));
  EXPECT_TRUE(read("libc.so.6: Version »GLIBC_2.34« nicht gefunden (benötigt von y.so)").has("glibc.wanted", "2.34"));
  EXPECT_TRUE(read("libstdc++.so.6: version `GLIBCXX_3.4.30' not found").has("glibcxx.wanted", "3.4.30"));
  EXPECT_FALSE(read("GLIBC_2.34 is what this needs").has("glibc.wanted"));
}

TEST(ReadLibraries, damage_is_told_with_its_file) {
  Clues clues = read("ImportError: /v/nvidia/cublas/lib/libcublasLt.so.12: file too short");
  EXPECT_TRUE(clues.has("lib.damaged", "/v/nvidia/cublas/lib/libcublasLt.so.12"));
  EXPECT_FALSE(clues.has("lib.missing"));
}

TEST(ReadLibraries, releases_that_are_there_are_told_from_those_asked_for) {
  EXPECT_TRUE(read("Cuda compilation tools, release 12.1, V12.1.105").has("cuda.toolkit", "12.1"));
  EXPECT_TRUE(read("torch 2.2.1+cu118").has("cuda.shown", "11.8"));
  EXPECT_TRUE(read("- CUDA/cuDNN version: 10.2 / 7.6").has("cuda.shown", "10.2"));
  EXPECT_TRUE(read("/usr/local/cuda-11.8/lib64").has("cuda.shown", "11.8"));
  EXPECT_FALSE(read("| NVIDIA-SMI 550.54  Driver Version: 550.54  CUDA Version: 12.4 |").has("cuda.shown"));
  EXPECT_FALSE(read("unsatisfied condition: cuda>=12.8, requires cuda 12.8").has("cuda.shown"));
  EXPECT_FALSE(read("cupy-cuda11x==12.2.0").has("cuda.shown"));
}

TEST(ReadLibraries, an_issue_templates_answer_stands_below_its_heading) {
  EXPECT_TRUE(read("### CUDA/cuDNN version\n\n11.7").has("cuda.shown", "11.7"));
  EXPECT_FALSE(read("### Python version\n\n11.7").has("cuda.shown"));
}

TEST(ReadLibraries, bitsandbytes_looks_on_after_its_warning) {
  EXPECT_FALSE(
      read("CUDA_SETUP: WARNING! libcudart.so not found in any environmental path. Searching in backup paths...").has("lib.missing"));
}

TEST(DeriveLibraryPairs, tensorflow_opens_another_cuda_than_is_there) {
  Clues clues;
  clues.add("package.tensorflow", "2.13.0", 0);
  clues.add("cuda.shown", "12.0", 1);
  derive_library_pairs(clues);
  EXPECT_TRUE(clues.has("pair.tf-cuda"));
}

TEST(DeriveLibraryPairs, tensorflow_opens_the_cuda_that_is_there) {
  Clues clues;
  clues.add("package.tensorflow", "2.16.1", 0);
  clues.add("cuda.shown", "12.4", 1);
  derive_library_pairs(clues);
  EXPECT_FALSE(clues.has("pair.tf-cuda"));
}

TEST(DeriveLibraryPairs, another_cuda_is_there) {
  Clues clues = read("libcublasLt.so.11: cannot open shared object file\nCuda compilation tools, release 12.1, V12.1.66");
  EXPECT_TRUE(clues.has("pair.cuda-major-differs", "12.1"));
  EXPECT_TRUE(clues.has("lib.asked", "libcublasLt.so.11"));
}

TEST(DeriveLibraryPairs, the_same_cuda_is_there) {
  EXPECT_FALSE(read("libcublas.so.11: cannot open shared object file\nCUDA 11.2 and torch+cu121").has("pair.cuda-major-differs"));
}

TEST(DeriveLibraryPairs, libraries_that_were_opened_tell_the_release) {
  EXPECT_FALSE(read("Successfully opened dynamic library libcublas.so.11\nlibcufft.so.10: cannot open shared object file\ncuda 12.1")
                   .has("pair.cuda-major-differs"));
  EXPECT_TRUE(read("Successfully opened dynamic library libcublas.so.11\nlibcusolver.so.10: cannot open shared object file")
                  .has("pair.cuda-major-differs"));
}

TEST(DeriveLibraryPairs, the_missing_file_lies_elsewhere) {
  Clues clues =
      read("libcudart.so.11.0: cannot open shared object file\n/opt/cuda/lib64/libcudart.so.11.0.221\n/opt/cuda/lib64/libcudart.so.11.0");
  EXPECT_TRUE(clues.has("pair.library-elsewhere", "/opt/cuda/lib64/libcudart.so.11.0"));
  EXPECT_TRUE(clues.has("library.folder", "/opt/cuda/lib64"));
}

TEST(ReadLibraries, survives_hostile_lines) {
  std::string hostile = std::string(1 << 20, 'a') + "libcuda.so" + std::string(1 << 20, '.') + "cuda cuda cudnn cu12";
  read(hostile);
  read(std::string("libcuda.so\0: undefined symbol:", 29));
  read("\xff\xfe libcublas.so.12: \xff\xff not found GLIBC_");
  read("version `lib");
  std::string many;
  for (int i = 0; i < 20000; ++i) many += "cuda 11.8 +cu118 ";
  EXPECT_TRUE(read(many).has("cuda.shown", "11.8"));
}

}  // namespace
}  // namespace gpuwhy
