// What the readers of the machine and of the kernel's log share: names of modules and of device files, releases of kernels, addresses.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "evidence/line.h"

namespace gpuwhy {

// No line of these kinds is longer; what stands behind is not looked at.
inline constexpr std::size_t longest_line_read = 2000;

inline std::string_view readable(const Line& line) { return std::string_view(line.text).substr(0, longest_line_read); }

// "nvidia_uvm", "nvidia-current-uvm", "nvidia-535-uvm" -> "nvidia-uvm"; "nvidia_current", "nvidia" -> "nvidia"; others with '-' for '_'.
std::string module_name(std::string_view word);

// "6.8.0-45-generic" out of a text that begins with it; "" when it is no release of a kernel.
std::string kernel_release(std::string_view text);

// "0000:01:00.0" or "01:00.0" at the start of a text, as "0000:01:00.0" in lower case; "" when there is none.
std::string pci_address(std::string_view text);

// What was typed after a prompt, when the line is a typed command that begins with `command` (or with sudo and it): all from `command` on.
// "" when the line is anything else.
std::string_view typed(std::string_view line, std::string_view command);

// Does a shell's prompt stand here: the end of what a command before it printed?
bool is_prompt(std::string_view line);

// A command was typed in line `at`, and nothing came before the next prompt. False when the text ends there: it may have been cut.
bool printed_nothing(std::span<const Line> lines, std::size_t at);

}  // namespace gpuwhy
