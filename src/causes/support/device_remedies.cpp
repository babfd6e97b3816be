// The cures of driver_faults.h for a driver that is installed: who owns the card, whose key signed the module, who may open the nodes.
#include <fmt/format.h>

#include <algorithm>

#include "causes/support/driver_faults.h"
#include "causes/support/questions.h"
#include "causes/support/remedies.h"

namespace gpuwhy {

namespace {

constexpr std::int64_t error_access = 13;  // EACCES

Command rebuild_start_image(remedies::Family family) {
  using remedies::Family;
  if (family == Family::debian || family == Family::ubuntu) return {"update-initramfs", "-u"};
  if (family == Family::arch) return {"mkinitcpio", "-P"};
  return {"dracut", "--force"};
}

bool is_by_mode(const DeviceNode& node) { return node.open_error.is(error_access) && (node.mode & 06) != 06; }
bool has_group(const DeviceNode& node) { return node.gid != 0 && (node.mode & 060) == 060; }

}  // namespace

Remedy free_card(const Snapshot& snapshot, const std::string& rival) {
  if (rival != "nouveau" && !rival.starts_with("nova"))
    return checked(
        remedies::steps(fmt::format("give the card back from {} to the NVIDIA driver", rival),
                        {"a virtual machine may be using the card on purpose: then the GPU belongs to that machine, not to this one",
                         fmt::format("otherwise take its ids out of the options of {} (/etc/modprobe.d and the kernel's command line), "
                                     "rebuild the start image and reboot",
                                     rival)},
                        Safety::show_only, "put the ids back"));
  Remedy remedy;
  remedy.title = fmt::format("keep {} out, so that the NVIDIA driver gets the card", rival);
  std::string module = rival == "nouveau" ? "nouveau" : "nova_core", file = "/etc/modprobe.d/blacklist-nouveau.conf";
  std::string text = rival == "nouveau" ? "blacklist nouveau\\noptions nouveau modeset=0\\n" : fmt::format("blacklist {}\\n", module);
  remedy.commands = {remedies::as_root(snapshot.host, {"sh", "-c", fmt::format("printf '{}' > {}", text, file)}),
                     remedies::as_root(snapshot.host, rebuild_start_image(remedies::family_of(snapshot.host))),
                     remedies::as_root(snapshot.host, {"reboot"})};
  remedy.steps = {"close your work first: the last command reboots the machine"};
  remedy.safety = Safety::ask;
  remedy.undo = fmt::format("remove {}, rebuild the start image and reboot", file);
  remedy.effects = {remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy trust_module_key(const Snapshot& snapshot) {
  using remedies::Family;
  Family family = remedies::family_of(snapshot.host);
  std::string key = family == Family::ubuntu   ? "/var/lib/shim-signed/mok/MOK.der"
                    : family == Family::debian ? "/var/lib/dkms/mok.pub"
                    : family == Family::fedora ? "/etc/pki/akmods/certs/public_key.der"
                                               : "";
  std::vector<std::string> steps = {"reboot; in the blue MOK screen choose Enroll MOK, Continue, Yes, and type that password"};
  if (key.empty()) steps.insert(steps.begin(), "sign the module with a key of your own and enrol that key: sudo mokutil --import KEY.der");
  Remedy remedy = remedies::steps("let the firmware trust the key that signed the module", steps, Safety::ask,
                                  key.empty() ? "sudo mokutil --delete KEY.der" : fmt::format("sudo mokutil --delete {}", key));
  if (!key.empty()) remedy.commands = {remedies::as_root(snapshot.host, {"mokutil", "--import", key})};
  if (!key.empty())
    remedy.steps.insert(
        remedy.steps.begin(),
        fmt::format(
            "the command asks for a new password; if {} is not there, install the driver's DKMS or akmods package again: it makes the key",
            key));
  remedy.check = remedies::as_root(snapshot.host, {"modprobe", "nvidia"});
  remedy.effects = {remedies::working_driver()};
  return remedy;
}

Remedy install_open_module(const Snapshot& snapshot, const std::string& version) {
  Remedy remedy;
  std::string branch = version.substr(0, version.find('.'));
  if (remedies::family_of(snapshot.host) == remedies::Family::ubuntu) {
    remedy = remedies::install_system(snapshot.host, "install the open flavour of the same driver branch",
                                      {{}, {fmt::format("nvidia-driver-{}-open", branch)}, {}, {}, {}});
    remedy.undo = fmt::format("sudo apt-get install nvidia-driver-{}", branch);
  } else {
    remedy = remedies::install_driver(snapshot.host, true);
    remedy.title = "install the open flavour of the driver";
  }
  std::erase_if(remedy.steps, [](const std::string& step) { return step.starts_with("reboot"); });
  remedy.steps.push_back("reboot, so that the open module is loaded instead of the proprietary one");
  remedy.steps.push_back("with NVIDIA's own installer: run it again with --kernel-module-type=open");
  remedy.effects = {remedies::working_driver(version)};
  return checked(std::move(remedy));
}

Remedy start_fabric_manager(const Snapshot& snapshot) {
  if (in_container(snapshot))
    return checked(
        remedies::steps("on the host, outside of this container",
                        {"start the service nvidia-fabricmanager, in exactly the driver's version", "start the container again"}));
  auto driver = installed_driver(snapshot);
  std::string branch = driver ? driver->version.substr(0, driver->version.find('.')) : "";
  bool installed = false;
  if (snapshot.kernel_module.packages.is_known())
    for (const DriverPackage& package : *snapshot.kernel_module.packages)
      installed = installed || package.name.starts_with("nvidia-fabric");
  Remedy remedy;
  if (!installed && !branch.empty()) {
    std::string name = fmt::format("nvidia-fabricmanager-{}", branch);
    remedy = remedies::install_system(snapshot.host, "install and start the Fabric Manager of this driver",
                                      {{name}, {name}, {"nvidia-fabricmanager"}, {"nvidia-fabricmanager"}, {}});
  }
  remedy.title = "install and start the Fabric Manager of this driver";
  if (installed) remedy.title = "start the Fabric Manager";
  bool running = snapshot.kernel_module.fabric_manager_running.is(true);
  if (running) remedy.title = "bring the Fabric Manager to the driver's version and restart it";
  remedy.safety = Safety::ask;
  remedy.commands.push_back(remedies::as_root(snapshot.host, running ? Command{"systemctl", "restart", "nvidia-fabricmanager"}
                                                                     : Command{"systemctl", "enable", "--now", "nvidia-fabricmanager"}));
  remedy.steps.push_back(fmt::format("its version must equal the driver's{}; `journalctl -u nvidia-fabricmanager` says so when it does not",
                                     driver ? " (" + driver->version + ")" : ""));
  remedy.undo = "sudo systemctl disable --now nvidia-fabricmanager";
  remedy.effects = {remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy allow_nodes(const Snapshot& snapshot, const std::vector<const DeviceNode*>& refused) {
  const DeviceNode& first = *refused.front();
  if (!is_by_mode(first) && in_container(snapshot))
    return checked(remedies::steps("let the container's device rules admit the GPU",
                                   {"docker run --gpus all ...: a node that is merely mounted (-v) or made by mknod stays forbidden",
                                    "LXC: lxc.cgroup2.devices.allow = c 195:* rwm, and one line for the major of nvidia-uvm"}));
  if (!is_by_mode(first))
    return checked(
        remedies::steps("find out what forbids it", {"the mode of the node admits this user: a device rule of the control group (systemd's "
                                                     "DevicePolicy, a scheduler) or SELinux refuses",
                                                     "in a batch system ask for a GPU; a service needs DeviceAllow=/dev/nvidia* rw"}));
  if (has_group(first) && in_container(snapshot))
    return checked(remedies::steps("give the container the group of the node",
                                   {fmt::format("docker run --group-add {} ..., or podman run --group-add keep-groups ...", first.gid)}));
  Remedy remedy;
  remedy.safety = Safety::ask;
  if (has_group(first)) {
    std::string user = snapshot.host.user.is_known() ? snapshot.host.user->reveal() : "YOUR-USER";
    remedy.title = fmt::format("join the group {} of the node", first.gid);
    remedy.commands = {remedies::as_root(snapshot.host, {"usermod", "-aG", std::to_string(first.gid), user})};
    remedy.steps = {"log out and in again: groups are set at login"};
    remedy.undo = fmt::format("sudo gpasswd -d {} $(getent group {} | cut -d: -f1)", user, first.gid);
    remedy.effects = {{Effect::Kind::nodes_open, "", "", ""}, remedies::working_driver()};
    return checked(std::move(remedy));
  }
  remedy.title = "give the nodes their usual mode back";
  Command command = {"chmod", "0666"};
  for (const DeviceNode* node : refused) command.push_back(node->path);
  remedy.commands = {remedies::as_root(snapshot.host, command)};
  remedy.steps = {
      "to make it last, look for NVreg_DeviceFileMode, NVreg_DeviceFileUID and NVreg_DeviceFileGID in /etc/modprobe.d and for udev rules "
      "that name nvidia"};
  remedy.undo = fmt::format("sudo chmod {:04o} on the same nodes", first.mode & 07777);
  remedy.effects = {{Effect::Kind::nodes_open, "", "", ""}, remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy create_nodes(const Snapshot& snapshot) {
  Remedy remedy =
      remedies::install_system(snapshot.host, "install nvidia-modprobe, which creates the nodes whenever they are needed",
                               {{"nvidia-modprobe"}, {"nvidia-modprobe"}, {"nvidia-modprobe"}, {"nvidia-modprobe"}, {"nvidia-utils"}});
  // Any NVIDIA program that root runs creates the nodes at once; they last until the next boot.
  remedy.commands.push_back(remedies::as_root(snapshot.host, {"nvidia-smi"}));
  remedy.steps.push_back("nvidia-smi as root creates the nodes for this boot; the set-uid program does it at each later one");
  remedy.effects = {{Effect::Kind::nodes_open, "", "", ""}, remedies::working_driver()};
  return checked(std::move(remedy));
}

Remedy bring_uvm(const Snapshot& snapshot) {
  if (in_container(snapshot))
    return checked(
        remedies::steps("start the container with the whole GPU",
                        {"docker run --gpus all ..., or with single devices add --device /dev/nvidia-uvm --device /dev/nvidia-uvm-tools",
                         "if the host lacks the node too, run there: sudo nvidia-modprobe -u -c 0"}));
  Remedy remedy = remedies::load_modules("load the module nvidia_uvm and create its node", {"nvidia_uvm"});
  remedy.commands.front() = remedies::as_root(snapshot.host, {"modprobe", "nvidia_uvm"});
  remedy.commands.push_back(remedies::as_root(snapshot.host, {"nvidia-modprobe", "-u", "-c", "0"}));
  remedy.steps.push_back("to have it at every boot: put the line nvidia_uvm into /etc/modules-load.d/nvidia-uvm.conf");
  return checked(std::move(remedy));
}

}  // namespace gpuwhy
