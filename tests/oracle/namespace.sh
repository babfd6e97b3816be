#!/bin/sh
# namespace.sh COMMAND... : runs COMMAND in a private mount namespace in which the machine has the NVIDIA hardware, driver files and
# libraries that a test wants, and none of its own. Nothing outside of the namespace changes. An ordinary user needs user namespaces.
#
#   NS_NODES="nvidia0 nvidiactl nvidia-uvm"   device nodes (each opens, as /dev/null does); "" = none
#   NS_MODULE=580.65.06                       version of the loaded kernel module; "" = none is loaded
#   NS_PCI="0000:01:00.0"                     PCI functions of GPUs; "" = none
#   NS_PCI_DEVICE=0x20b0                      their PCI device number (0x20b0: A100)
#   NS_HIDE="DIR ..."                         folders to show empty, as a toolkit that is installed on the host
#   NS_CACHE=FILE                             loader cache to show as /etc/ld.so.cache
#   NS_CACHE_DIRS="DIR ..."                   instead: make a cache that names these folders too
#   NS_OVERLAY=DIR NS_EDITS=FILE              changes below DIR, one a line (edit_file), that end with the namespace
#   NS_SCRATCH=DIR                            an empty folder to mount on; any number of runs can share it
set -eu

nodes=${NS_NODES-nvidia0 nvidiactl nvidia-uvm}
module=${NS_MODULE-580.65.06}
pci=${NS_PCI-0000:01:00.0}
pci_device=${NS_PCI_DEVICE:-0x20b0}

# ---- outside: enter a new namespace ----

enter_namespace() {
  NS_INSIDE=1
  export NS_INSIDE NS_SCRATCH
  if [ "$(id -u)" = 0 ]; then unshare -m "$0" "$@"; else unshare -Urm "$0" "$@"; fi
}

if [ -z "${NS_INSIDE:-}" ]; then
  if [ -n "${NS_SCRATCH:-}" ]; then enter_namespace "$@"; exit; fi
  NS_SCRATCH=$(mktemp -d)
  trap 'rmdir "$NS_SCRATCH"' EXIT
  enter_namespace "$@"
  exit
fi

# ---- inside ----

scratch=$NS_SCRATCH
mount -t tmpfs -o mode=755 scratch "$scratch"
empty=$scratch/empty
mkdir "$empty"

# A fresh /dev: any process of root that loads the driver can create device nodes, and they would change answers.
make_devices() {
  dev=$scratch/dev
  mkdir -p "$dev/shm" "$dev/pts"
  chmod 1777 "$dev/shm"
  for node in null zero full random urandom tty; do show_node "/dev/$node" "$dev/$node"; done
  for node in $nodes; do show_node /dev/null "$dev/$node"; done
  ln -s /proc/self/fd "$dev/fd"
  ln -s /proc/self/fd/0 "$dev/stdin"
  ln -s /proc/self/fd/1 "$dev/stdout"
  ln -s /proc/self/fd/2 "$dev/stderr"
  mount --rbind "$dev" /dev
}

show_node() {
  mkdir -p "$(dirname "$2")"
  : > "$2"
  mount --bind "$1" "$2"
}

make_proc() {
  proc=$scratch/proc
  mkdir -p "$proc"
  if [ -n "$module" ]; then make_proc_nvidia "$proc/nvidia"; fi
  mount --bind "$proc" /proc/driver
}

make_proc_nvidia() {
  mkdir -p "$1/gpus"
  printf 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  %s  Tue Jul 15 00:00:00 UTC 2025\n' "$module" > "$1/version"
  printf 'GCC version:  gcc version 12.2.0 (Debian 12.2.0-14)\n' >> "$1/version"
  printf 'ModifyDeviceFiles: 1\nDeviceFileUID: 0\nDeviceFileGID: 0\nDeviceFileMode: 438\n' > "$1/params"
  minor=0
  for function in $pci; do
    mkdir "$1/gpus/$function"
    printf 'Model: \t\t test double\nBus Location: \t %s\nDevice Minor: \t %s\n' "$function" "$minor" > "$1/gpus/$function/information"
    minor=$((minor + 1))
  done
}

# The PCI tree of the machine, less any NVIDIA function, plus the ones that the test wants.
make_pci() {
  [ -d /sys/bus/pci/devices ] || return 0
  tree=$scratch/pci
  mkdir "$tree"
  for device in /sys/bus/pci/devices/*; do
    [ -e "$device/vendor" ] || continue
    [ "$(cat "$device/vendor")" = 0x10de ] || ln -s "$(readlink -f "$device")" "$tree/${device##*/}"
  done
  for function in $pci; do
    rm -f "$tree/$function"
    make_pci_function "$tree/$function"
  done
  mount --bind "$tree" /sys/bus/pci/devices
}

make_pci_function() {
  mkdir "$1"
  printf '0x10de\n' > "$1/vendor"
  printf '%s\n' "$pci_device" > "$1/device"
  printf '0x030200\n' > "$1/class"
  printf '0x10de\n' > "$1/subsystem_vendor"
  printf '0x1463\n' > "$1/subsystem_device"
  printf '0xa1\n' > "$1/revision"
  printf '0\n' > "$1/numa_node"
  printf '1\n' > "$1/enable"
  cat > "$1/resource" << 'END'
0x00000000f4000000 0x00000000f4ffffff 0x0000000000040200
0x0000004000000000 0x0000004fffffffff 0x000000000014220c
0x0000000000000000 0x0000000000000000 0x0000000000000000
0x0000005000000000 0x0000005001ffffff 0x000000000014220c
END
  # the kernel writes 13 lines, used or not
  for line in 5 6 7 8 9 10 11 12 13; do echo '0x0000000000000000 0x0000000000000000 0x0000000000000000' >> "$1/resource"; done
  if [ -n "$module" ]; then ln -s ../../../../bus/pci/drivers/nvidia "$1/driver"; fi
}

# /sys/module/nvidia, where an overlay over sysfs is possible; without it only /proc/driver tells the version.
make_module() {
  changes=$scratch/module
  mkdir -p "$changes/up" "$changes/work"
  if [ -n "$module" ]; then
    mkdir "$changes/up/nvidia"
    printf '%s\n' "$module" > "$changes/up/nvidia/version"
    printf 'live\n' > "$changes/up/nvidia/initstate"
    printf '2\n' > "$changes/up/nvidia/refcnt"
    mkdir "$changes/up/nvidia_uvm"
    printf 'live\n' > "$changes/up/nvidia_uvm/initstate"
  fi
  mount_overlay /sys/module "$changes" 2> "$scratch/overlay-error" || true
}

mount_overlay() { mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/up,workdir=$2/work,userxattr" "$1"; }

# The set-uid helper would create device nodes and load the module.
hide_helper() {
  : > "$scratch/no-helper"
  for helper in /usr/bin/nvidia-modprobe /usr/sbin/nvidia-modprobe /usr/local/bin/nvidia-modprobe; do
    if [ -e "$helper" ]; then mount --bind "$scratch/no-helper" "$helper"; fi
  done
}

hide_folders() {
  for folder in ${NS_HIDE:-}; do mount --bind "$empty" "$(readlink -f "$folder")"; done
}

# Last, because it reads the folders as the test sees them.
show_cache() {
  cache=${NS_CACHE:-}
  if [ -n "${NS_CACHE_DIRS:-}" ]; then
    cache=$scratch/ld.so.cache
    # shellcheck disable=SC2086 # a list of folders
    PATH=$PATH:/usr/sbin:/sbin ldconfig -X -C "$cache" $NS_CACHE_DIRS 2> "$scratch/ldconfig-error"
  fi
  if [ -n "$cache" ]; then mount --bind "$cache" /etc/ld.so.cache; fi
}

edit_files() {
  [ -n "${NS_OVERLAY:-}" ] || return 0
  mkdir -p "$scratch/files/up" "$scratch/files/work"
  mount_overlay "$NS_OVERLAY" "$scratch/files"
  while read -r action path argument; do
    [ -z "$action" ] || edit_file "$action" "$NS_OVERLAY/$path" "$argument"
  done < "$NS_EDITS"
}

# edit_file ACTION PATH [ARGUMENT]
edit_file() {
  [ "$1" = copy ] || [ -e "$2" ] || { echo "namespace.sh: no such file to edit: $2" >&2; exit 70; }
  case $1 in
    remove) rm -rf "$2" ;;
    empty) rm "$2" && : > "$2" ;;
    text) rm "$2" && printf 'not a library, but a text that is longer than the header of an ELF file is\n' > "$2" ;;
    # keep the first ARGUMENT bytes
    truncate) head -c "$3" "$2" > "$scratch/part" && rm "$2" && cp "$scratch/part" "$2" ;;
    # the fifth byte of an ELF file is its class: 1 = 32 bits
    32-bit) printf '\001' | dd of="$2" bs=1 seek=4 conv=notrunc status=none ;;
    dangling) rm "$2" && ln -s missing-file "$2" ;;
    directory) rm "$2" && mkdir "$2" ;;
    # a new or changed file with the contents of ARGUMENT
    copy) mkdir -p "$(dirname "$2")" && rm -f "$2" && cp "$3" "$2" ;;
    *) echo "namespace.sh: unknown action: $1" >&2; exit 70 ;;
  esac
}

make_devices
make_proc
make_pci
make_module
hide_helper
hide_folders
edit_files
show_cache
unset NS_INSIDE NS_SCRATCH NS_NODES NS_MODULE NS_PCI NS_PCI_DEVICE NS_HIDE NS_CACHE NS_CACHE_DIRS NS_OVERLAY NS_EDITS
exec "$@"
