#include "formats/modprobe/modprobe_conf.h"

#include <gtest/gtest.h>

namespace gpuwhy::modprobe {
namespace {

struct Case {
  const char* text;
  bool keeps_nvidia_out;
};

TEST(ModprobeConf, what_keeps_a_module_out) {
  const Case cases[] = {
      {"blacklist nvidia", true},
      {"  blacklist\tnvidia   # why\n", true},
      {"install nvidia /bin/false", true},
      {"install nvidia /usr/bin/true", true},
      {"alias nvidia off", true},
      {"blacklist \\\nnvidia\n", true},
      {"# blacklist nvidia", false},
      {"blacklist nvidiafb", false},
      {"blacklist nvidia-drm", false},
      {"blacklist nouveau", false},
      {"install nvidia modprobe -i nvidia-current $CMDLINE_OPTS", false},
      {"alias nvidia nvidia-current", false},
      {"options nvidia NVreg_DeviceFileMode=0660", false},
      {"blacklist", false},
      {"", false},
  };
  for (const Case& c : cases) {
    bool kept_out = false;
    for (const Directive& directive : parse_modprobe_conf(c.text)) kept_out = kept_out || keeps_out(directive, "nvidia");
    EXPECT_EQ(kept_out, c.keeps_nvidia_out) << c.text;
  }
}

TEST(ModprobeConf, hyphens_in_module_names_are_underscores) {
  EXPECT_EQ(parse_modprobe_conf("blacklist nvidia-uvm"), (std::vector<Directive>{{"blacklist", "nvidia_uvm", ""}}));
}

}  // namespace
}  // namespace gpuwhy::modprobe
