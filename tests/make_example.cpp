// make_example MANIFEST: the redacted snapshot of a simulated machine on standard output.

#include <cstdio>

#include "store/snapshot_json.h"
#include "support/collected.h"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto snapshot = gpuwhy::testing::collect_manifest(argv[1]);
  if (!snapshot) {
    std::fprintf(stderr, "%s\n", snapshot.error().message.c_str());
    return 1;
  }
  // What the report says of itself comes from the executable that judges it.
  snapshot->meta.tool_version.clear();
  snapshot->meta.facts_as_of.clear();
  std::string text = gpuwhy::write_snapshot(*snapshot, gpuwhy::Redaction::on);
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() ? 0 : 1;
}
