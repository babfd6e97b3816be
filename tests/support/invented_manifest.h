// What a manifest says, read into a tree and lists. Grammar: manifest.md. Private to invented_machine.cpp.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "support/invented_machine.h"
#include "support/invented_tree.h"
#include "sys/machine.h"

namespace gpuwhy::testing {

struct ProbeBlock {
  std::string libcuda;  // the request that it answers, "" = any
  std::string text;
  ProbeRun::End end = ProbeRun::End::finished;
  std::string detail;
};

struct Manifest {
  InventedTree tree;
  Identity identity;
  std::vector<Variable> environment;
  std::vector<ProbeBlock> probes;
  std::map<std::string, int> open_results;  // errno by device node
  std::optional<std::string> kernel_log;    // nothing: this user may not read it
  Asked asked;
};

// `name` stands for the text in messages; includes are looked up in `folder`.
Result<Manifest> read_manifest(std::string_view text, const std::string& name, const std::string& folder);
Result<std::string> read_text_file(const std::string& path);

}  // namespace gpuwhy::testing
