// Paths as text. Nothing here touches the machine: ".." is resolved by name only, which is right for what we print and for the loader's
// $ORIGIN rules, and wrong across symbolic links (for those ask Machine::real_path).
#pragma once

#include <string>
#include <string_view>

namespace gpuwhy::path {

std::string join(std::string_view folder, std::string_view name);  // an absolute name replaces the folder
std::string_view parent(std::string_view path);                    // "/a/b" -> "/a", "/a" -> "/", "a" -> ""
std::string_view filename(std::string_view path);
std::string normalised(std::string_view path);  // drops ".", "//" and resolves ".."
bool is_inside(std::string_view path, std::string_view folder);
// "/home/ana/venv/bin" with home "/home/ana" -> "~/venv/bin"
std::string abbreviated(std::string_view path, std::string_view home);

}  // namespace gpuwhy::path
