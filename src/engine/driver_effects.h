// Effects on the driver, its device files and what it offers to this process. Internal to engine/.
#pragma once

#include <string>

#include "model/snapshot.h"

namespace gpuwhy::effects {

// Module, device files, libraries and answers as on a machine whose driver works. `version` "" = the one that is installed, else the newest
// branch of the facts.
void make_driver_work(Snapshot& snapshot, const std::string& version);
// What the driver shows to this process after its variables have changed: CUDA_VISIBLE_DEVICES chooses among the cards.
void apply_visible_devices(Snapshot& snapshot);
void make_nvml_work(Snapshot& snapshot);
void open_nodes(Snapshot& snapshot);
void free_cards(Snapshot& snapshot);

}  // namespace gpuwhy::effects
