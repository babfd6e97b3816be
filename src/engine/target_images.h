// Rows of the tables of hosted places -> snapshots. Used by engine/target.cpp.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "facts/targets.h"
#include "model/snapshot.h"

namespace gpuwhy::targets {

// The card behind a name that a place gives it: "T4", "RTX 4090". Its compute capability is "" where no table tells.
struct GivenCard {
  std::string name, capability;
  int count = 1;
};

// One driver that reaches these cards, of a release that may be unknown: then `why_unknown` says why.
DriverAnswers driver_with(const GivenCard& card, const std::optional<std::string>& release, const std::string& why_unknown,
                          const Evidence& evidence);

// A package of the image's own system, or of its Python.
Package system_package(std::string name, std::string_view version, std::string_view source);
Package python_package(std::string name, std::string_view version, std::string_view source);

// "colab:t4:2026-08-19", the name under which it is asked for, goes into the evidence. `type`: "gpu", "cpu", "tpu".
Snapshot colab_snapshot(const facts::ColabRelease& row, std::string_view type, const std::string& name,
                        const std::optional<GivenCard>& card, std::string_view asked_date);
Snapshot kaggle_snapshot(const facts::KaggleRelease& row, std::string_view type, const std::string& name,
                         const std::optional<GivenCard>& card);

// An empty snapshot with the basis "packages" and one active environment.
Snapshot empty_target(const std::string& name);

// Puts the packages in, and the frameworks that they are.
void put_packages(Snapshot& snapshot, std::vector<Package> packages);

}  // namespace gpuwhy::targets
