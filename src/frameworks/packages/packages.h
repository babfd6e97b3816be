// The gates of every framework played from package facts alone, for a snapshot with the basis "packages": a place such as Colab as the
// tables know it, or a project laid over it. No file, no loader and no driver is asked; what names and versions do not tell is unknown.
#pragma once

#include <string>
#include <string_view>

#include "model/prediction.h"

namespace gpuwhy::frameworks::packages {

// Names in Snapshot::unread: nobody published which CUDA toolkit, or which cuDNN, the image of this place holds.
inline constexpr std::string_view unsaid_toolkit = "the CUDA toolkit of this image", unsaid_cudnn = "cuDNN of this image";
// Package::variant where a list does not say how a package is built: not at all, or for which CUDA.
inline constexpr std::string_view unsaid_build = "?", unsaid_cuda = "cu";
// Installer of the packages of the image's own system: "cuda-cudart-12-8", "libcudnn9".
inline constexpr std::string_view system_installer = "apt";
// Kinds of environments whose list of packages is not the whole one: what is not in it may be there.
inline constexpr std::string_view image_kind = "image", project_kind = "project";

Prediction predict(const Snapshot& snapshot, const PythonEnvironment& environment, const FrameworkBuild& build);

// "2.28": the oldest C library on which a wheel of this build's own package runs, as a lock file names its wheels; "" = not known.
std::string needed_glibc(const FrameworkBuild& build, const PythonEnvironment& environment);

// Is there a release row of this framework of the same minor release, and none of them for this Python? Then pip finds no wheel.
bool has_no_wheel_for(const FrameworkBuild& build, const PythonEnvironment& environment);

}  // namespace gpuwhy::frameworks::packages
