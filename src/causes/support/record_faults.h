// What is installed against what pip wrote down about it: files that are shorter than their wheel's or gone, two records of one package.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "causes/support/cause.h"

namespace gpuwhy {

struct DamagedRecord {
  const Package* package = nullptr;
  std::vector<const RecordFault*> faults;  // at least one
};

// Of the framework's own packages and the NVIDIA wheels that it requires, the first whose files were cut or are gone. A file that is merely
// another one (stripped, or of a package that shares its folder) is none.
std::optional<DamagedRecord> find_damaged_record(const FrameworkContext& context);
// The fault of this very file in any package of the environment; nullptr when it agrees with its RECORD or has none.
const RecordFault* find_record_fault(const PythonEnvironment& environment, const std::string& file);
// A package of this framework whose RECORD could not be read; nullptr when there is none.
const Package* find_unread_record(const FrameworkContext& context);

// "libtorch_cuda.so has 12 MB of the 995 MB that its wheel has: a broken download or a full disk"
std::string words_of(const RecordFault& fault);
Finding finding_of(const FrameworkContext& context, const DamagedRecord& damaged);

// Two dist-info folders of the framework's distribution lie in one folder; nothing when there is one. A note: Python imports the files that
// are there, whatever pip reports.
std::optional<Finding> two_records(const FrameworkContext& context);

}  // namespace gpuwhy
