// What the rules about container engines, NVIDIA's toolkit and pods share. Each of them speaks either from a host, where it can read the
// settings of the engines, or from inside of a container, where it sees only what was handed in.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/finding.h"
#include "model/snapshot.h"

namespace gpuwhy {

// --- on a host ---
// Why the tools of containers are not judged here: this is a container itself, the driver does not work yet, or there is no engine.
// Nothing: they are, and `engines` is known. What stands there stops nothing on the host, so such findings are notes.
std::optional<Verdict> host_tools_are_not_judged(const Snapshot& snapshot);
// False where the engines are not known.
bool has_engine(const Snapshot& snapshot, std::string_view engine);
bool has_registered(const Snapshot& snapshot, std::string_view engine);
// Is the toolkit on this disk, whatever its version?
Fact<bool> toolkit_is_installed(const Snapshot& snapshot);
// A note with the card's driver as its first proof.
Finding host_note(const Snapshot& snapshot, std::string headline);

// --- inside of a container ---
// Somebody asked NVIDIA's runtime for cards when this container was started: NVIDIA_VISIBLE_DEVICES names some.
bool asked_for_cards(const Snapshot& snapshot);
// The variables that the images of nvidia/cuda bring: then NVIDIA_VISIBLE_DEVICES=all may be the image's own.
bool is_cuda_image(const Snapshot& snapshot);
// A container of an ordinary engine on a host with a card, and no device file of a card in it. Unknown where a fact lacks.
Fact<bool> lacks_card(const Snapshot& snapshot);
// The device files were mounted into this container, and its control group refuses them: opening gives EPERM although the mode allows it.
// Unknown where a fact lacks that would decide.
Fact<bool> is_refused_by_cgroup(const Snapshot& snapshot);
std::vector<const DeviceNode*> nodes_refused_by_cgroup(const Snapshot& snapshot);
// Lines that show the refusal, for people, with their evidence.
void prove_refusal(const Snapshot& snapshot, Finding& finding);
// --pid names a process of this container that still holds a device file open: it worked once.
bool worked_before(const Snapshot& snapshot);
// "docker", "podman", ...; "the engine" where it is not known.
std::string engine_word(const Snapshot& snapshot);

// --- cures ---
// The toolkit from NVIDIA's repository; `engines` are told of it. They are restarted for that.
Remedy install_toolkit(const Snapshot& snapshot, std::string title, const std::vector<std::string>& engines);
Remedy register_toolkit(const Snapshot& snapshot, std::string title, const std::vector<std::string>& engines);

}  // namespace gpuwhy
