// The child's side of a probe run: from fork to exec. Private to sys/.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace gpuwhy {

// Descriptors that the started program finds.
inline constexpr int child_result_fd = 3;
inline constexpr int child_program_fd = 4;

struct ChildStart {
  std::string loader;                  // executed with the program as its argument; "" = the program itself is executed
  std::string program_path;            // of the program for the loader; "" = /proc/self/fd/4
  std::vector<std::string> arguments;  // after the program's name
  std::vector<std::string> environment;
  int program_fd = -1;
  int result_pipe = -1;  // write ends, in the parent's numbering
  int noise_pipe = -1;   // takes stdout and stderr
};

// What the child writes to its result pipe when it cannot start the program, followed by errno and the file: "fact exec.error 2 FILE".
inline constexpr const char* exec_error_key = "fact exec.error ";

// The process id of the child, -1 with errno set when there is none. Does not wait for exec.
pid_t start_child(const ChildStart& start);

}  // namespace gpuwhy
