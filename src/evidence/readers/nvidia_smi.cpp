#include "evidence/readers/readers.h"
#include "evidence/readers/smi_parts.h"

namespace gpuwhy {

void read_nvidia_smi(std::span<const Line> lines, Clues& clues) {
  read_smi_tables(lines, clues);
  read_smi_report(lines, clues);
  read_smi_lists(lines, clues);
  read_smi_queries(lines, clues);
}

}  // namespace gpuwhy
