// Every parser of procfs gets the same bytes.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "formats/procfs/procfs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace gpuwhy;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto mounts = procfs::parse_mountinfo(bytes);
  for (const procfs::Mount& mount : mounts) {
    const procfs::Mount* found = procfs::find_mount_of(mounts, mount.mount_point);
    GW_CHECK(!found || found->mount_point.size() <= mount.mount_point.size());
    procfs::has_option(mount.options, "nosuid");
  }
  for (const std::string& name : procfs::parse_modules(bytes)) GW_CHECK(!name.empty());
  if (auto majors = procfs::parse_character_majors(bytes))
    for (const auto& [name, major] : *majors) GW_CHECK(!name.empty());
  procfs::find_status_field(bytes, "NoNewPrivs");
  procfs::parse_cgroup_paths(bytes);
  for (const std::string& parameter : procfs::parse_command_line(bytes)) GW_CHECK(!parameter.empty());
  if (auto version = procfs::parse_nvidia_version(bytes)) GW_CHECK(version->version.find_first_not_of("0123456789.") == std::string::npos);
  return 0;
}
