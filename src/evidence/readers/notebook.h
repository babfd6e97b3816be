// A saved notebook (nbformat 3 and 4, JSON) -> the lines that its reader sees: source of the cells and text of the outputs, each with the
// number of the line in the file where it stands. Metadata becomes lines of the form "[notebook] accelerator: GPU".
#pragma once

#include <vector>

#include "evidence/line.h"

namespace gpuwhy {

// What is no notebook comes back as it is. One that ends in the middle gives what stands before.
std::vector<Line> expand_notebook(std::vector<Line> lines);

}  // namespace gpuwhy
