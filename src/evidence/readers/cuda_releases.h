// Releases of CUDA and cuDNN that a line shows to be there: nvcc's answer, folders of toolkits, names of packages, images and wheels, and
// what people write above their log ("cuda 11.8, cudnn 8.6"). What a driver can do, or what a program asks for, is no such release.
#pragma once

#include <string_view>

#include "evidence/clues.h"

namespace gpuwhy {

// Writes cuda.shown, cuda.toolkit and cudnn.shown.
void read_cuda_releases(std::string_view line, std::size_t number, Clues& clues);

}  // namespace gpuwhy
