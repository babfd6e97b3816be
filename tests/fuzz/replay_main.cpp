// Runs a fuzz target on every file of the folders given, and on damaged forms of each: cut at every so many bytes, single bytes changed. A
// crash, a leak or undefined behaviour ends the program (it is built with sanitizers).

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

void run(const std::string& bytes) {
  // A copy of its very size, so that a read past the end is seen.
  std::string exact(bytes);
  exact.shrink_to_fit();
  LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(exact.data()), exact.size());
}

int run_damaged(const std::string& bytes) {
  int runs = 0;
  std::size_t step = bytes.size() / 24 + 1;
  for (std::size_t length = 0; length < bytes.size(); length += step, ++runs) run(bytes.substr(0, length));
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    for (unsigned char value : {0x00, 0xff, 0x80, 0x0a}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      run(changed);
      ++runs;
    }
  }
  return runs;
}

}  // namespace

int main(int argc, char** argv) {
  int files = 0, runs = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      std::ifstream in(entry.path(), std::ios::binary);
      std::string bytes((std::istreambuf_iterator<char>(in)), {});
      run(bytes);
      runs += 1 + run_damaged(bytes);
      ++files;
    }
  }
  std::printf("%d files, %d runs\n", files, runs);
  return files == 0;
}
