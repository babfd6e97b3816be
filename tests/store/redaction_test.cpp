#include "store/redaction.h"

#include <gtest/gtest.h>

#include "filled_snapshot.h"
#include "loader/link_map.h"
#include "store/snapshot_json.h"
#include "store/text_walker.h"

namespace gpuwhy {
namespace {

Snapshot machine_of(const std::string& user, const std::string& home, const std::string& host_name = "zeta7.lab.example.org") {
  Snapshot snapshot;
  snapshot.host.user = Fact<Private<std::string>>::known(Private(user), {Source::env, "USER", "USER=" + user});
  snapshot.host.home = Fact<Private<std::string>>::known(Private(home), {Source::env, "HOME", "HOME=" + home});
  snapshot.host.host_name = Fact<Private<std::string>>::known(Private(host_name));
  return snapshot;
}

std::string rewritten(const Snapshot& snapshot, const std::string& text) {
  Redactor redactor(snapshot);
  redactor.learn(text);
  return redactor.rewrite(text);
}

TEST(Redaction, takes_out_every_kind_of_secret) {
  Snapshot snapshot = machine_of("mariaz", "/home/mariaz");
  snapshot.host.sudo_user = Fact<Private<std::string>>::known(Private<std::string>("bobby"));
  const std::pair<std::string, std::string> cases[] = {
      {"/home/mariaz/venv/bin/python", "/home/user-1/venv/bin/python"},
      {"/scratch/mariaz/data", "/scratch/user-1/data"},
      {"run by mariaz, called by bobby", "run by user-1, called by user-2"},
      {"/home/carol/x:/home/dave/y", "/home/user-3/x:/home/user-4/y"},
      {"/mnt/c/Users/Erika/AppData", "/mnt/c/Users/user-3/AppData"},
      {"C:\\Users\\Erika\\x", "C:\\Users\\user-3\\x"},
      {"mariaz@zeta7:~$ nvidia-smi", "user-1@host-1:~$ nvidia-smi"},
      {"zeta7.lab.example.org is zeta7", "host-1 is host-1"},
      {"other.lab.example.org", "other.domain-1"},
      {"UUID: GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "UUID: GPU-aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"},
      {"MIG-GPU-8932f937-d72c-4106-c12f-20bd9faed9f6/7/0", "MIG-GPU-aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa/7/0"},
      {"boot 8932f937-d72c-4106-c12f-20bd9faed9f6.", "boot aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa."},
      {"Serial Number                         : 1323021012345", "Serial Number                         : serial-1"},
      {"board_serial=PC21A-77", "board_serial=serial-1"},
      {"inet 10.1.2.3/24", "inet address-1/24"},
      {"tcp://192.168.178.20:29500", "tcp://address-1:29500"},
      {"MASTER_ADDR=10.1.2.3", "MASTER_ADDR=address-1"},
      {"inet6 fe80::1c2d:3eff:fe4f:1 scope link", "inet6 address-1 scope link"},
      {"ether 0a:1b:2c:3d:4e:5f txq", "ether mac-1 txq"},
      {"index https://deploy:s3cr3t@wheels.example.org/index", "index https://secret-1@wheels.example.org/index"},
      {"token ghp_abcdefghijklmnop1234567890ABCDEFGHIJ", "token secret-1"},
      {"hf_AbCdEfGhIjKlMnOp12345", "secret-1"},
      {"key sk-proj-abcd1234efgh5678ijkl", "key secret-1"},
      {"AKIAIOSFODNN7EXAMPLE", "secret-1"},
      {"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-DEF_123", "secret-1"},
      {"HF_TOKEN=0123456789abcdef", "HF_TOKEN=secret-1"},
      {"WANDB_API_KEY: \"0123456789abcdef\"", "WANDB_API_KEY: \"secret-1\""},
      {"DB_PASSWORD=hunter2", "DB_PASSWORD=secret-1"},
      {"--password hunter2 x", "--password secret-1 x"},
      {"Authorization: Bearer abcdef0123456789", "Authorization: Bearer secret-1"},
      {"mail maria.z+gpu@example.org now", "mail email-1 now"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(rewritten(snapshot, text), expected);
}

TEST(Redaction, leaves_what_is_no_secret) {
  Snapshot snapshot = machine_of("mariaz", "/home/mariaz");
  for (const char* text : {"HOME=/root",
                           "nvidia-curand-cu12==10.3.5.147",
                           "nvidia-cudnn-cu12<10,>=9.3.0.75",
                           "driver 570.124.06",
                           "0000:01:00.0",
                           "/usr/lib/libcublas.so.12.5.3.2",
                           "cuRAND 10.3.2.106 is there",
                           "nvidia_cudnn_cu12-9.3.0.75.dist-info",
                           "127.0.0.1:8888",
                           "0.0.0.0",
                           "c10::Error at::cuda torch::dead::beef",
                           "12:37:32.123456",
                           "GPU-accelerated",
                           "GPU-0",
                           "disk-based-thing-number-1234567890",
                           "git@github.com:org/repo",
                           "TOKENIZERS_PARALLELISM=false",
                           "HF_TOKEN=$SECRET_FROM_CI",
                           "keras_key_path: /etc/keys/a/b",
                           "user@1000.service",
                           "sk-learn-contrib-packages-of-all",
                           "hf_hub_download_progress_bar",
                           "mariazzz /data/mariazx",
                           "LD_LIBRARY_PATH=/usr/lib:/opt/lib",
                           "linux-headers-6.8.0-45-generic",
                           "/home/linuxbrew/.linuxbrew",
                           "libcudnn.so.9: cannot open shared object file",
                           "--extra-index-url https://download.pytorch.org/whl/cu128"})
    EXPECT_EQ(rewritten(snapshot, text), text);
}

TEST(Redaction, does_not_take_a_common_word_for_a_user) {
  for (const char* user : {"python", "user", "ubuntu", "conda", "torch", "nvidia", "dev", "lib"}) {
    Snapshot snapshot = machine_of(user, std::string("/home/") + user);
    std::string plain = std::string("the ") + user + " of /usr/lib/" + user + "/site-packages/" + user + "/x.so and my" + user;
    EXPECT_EQ(rewritten(snapshot, plain), plain);
    EXPECT_EQ(rewritten(snapshot, std::string("/home/") + user + "/venv/" + user), std::string("/home/user-1/venv/") + user);
    EXPECT_EQ(redacted(snapshot).host.user->reveal(), "user-1");
    EXPECT_EQ(redacted(snapshot).host.user.evidence().excerpt, "USER=user-1");
  }
}

TEST(Redaction, replaces_a_short_name_as_a_folder_only) {
  Snapshot snapshot = machine_of("a", "/home/a");
  EXPECT_EQ(rewritten(snapshot, "a file of /scratch/a/x and /data/a"), "a file of /scratch/user-1/x and /data/user-1");
  EXPECT_EQ(rewritten(snapshot, "/usr/lib/libx.a has a part a-b /opt/a-1"), "/usr/lib/libx.a has a part a-b /opt/a-1");
}

TEST(Redaction, does_not_take_a_package_for_a_user) {
  Snapshot snapshot = machine_of("einops", "/home/einops");
  PythonEnvironment environment;
  environment.packages = Fact<std::vector<Package>>::known({{.name = "einops", .location = "/opt/x/site-packages/einops-0.8.dist-info"}});
  snapshot.environments.push_back(environment);
  Snapshot copy = redacted(snapshot);
  EXPECT_EQ((*copy.environments[0].packages)[0].name, "einops");
  EXPECT_EQ((*copy.environments[0].packages)[0].location, "/opt/x/site-packages/einops-0.8.dist-info");
  EXPECT_EQ(copy.host.home->reveal(), "/home/user-1");
}

TEST(Redaction, never_replaces_root) {
  Snapshot snapshot = machine_of("root", "/root", "localhost");
  EXPECT_TRUE(redacted(snapshot) == snapshot);
}

TEST(Redaction, handles_homes_in_other_places) {
  EXPECT_EQ(rewritten(machine_of("x1", "/data/staff/x1"), "/data/staff/x1/venv:/data/staff/x10"),
            "/data/staff/user-1/venv:/data/staff/x10");
  EXPECT_EQ(rewritten(machine_of("python", "/srv/python"), "/srv/python/x /usr/lib/python"), "/srv/user-1/x /usr/lib/python");
  EXPECT_EQ(rewritten(machine_of("kim", "/home/acme/kim"), "/home/acme/kim/x /home/acme/y"), "/home/user-2/user-1/x /home/user-2/y");
  EXPECT_EQ(rewritten(machine_of("www-data", "/var/www"), "/var/www/x"), "/var/www/x");
}

TEST(Redaction, changes_nothing_more_the_second_time) {
  Snapshot snapshot = machine_of("mariaz", "/home/mariaz");
  snapshot.variables = {{"LD_LIBRARY_PATH", "/home/zoe/lib:/home/adam/lib"},
                        {"CUDA_VISIBLE_DEVICES", "GPU-89"},
                        {"HF_TOKEN", "0123456789abcdef"},
                        {"HTTPS_PROXY", "http://u:p@10.1.2.3:8080"}};
  snapshot.platform.markers = {"mail a.b@example.org from 192.168.1.2"};
  Snapshot once = redacted(snapshot);
  EXPECT_TRUE(redacted(once) == once) << write_snapshot(redacted(once), Redaction::off) << write_snapshot(once, Redaction::off);
  EXPECT_EQ(once.variables["LD_LIBRARY_PATH"], "/home/user-2/lib:/home/user-3/lib");
  EXPECT_EQ(once.variables["HF_TOKEN"], "secret-1");
  EXPECT_EQ(once.variables["HTTPS_PROXY"], "http://secret-2@address-2:8080");
}

TEST(Redaction, gives_new_names_other_numbers_than_those_in_the_text) {
  EXPECT_EQ(rewritten(machine_of("mariaz", "/home/mariaz"), "/home/user-1/x /home/mariaz"), "/home/user-1/x /home/user-1");
  Snapshot snapshot = machine_of("mariaz", "/home/mariaz");
  snapshot.platform.markers = {"/home/user-1/x"};
  EXPECT_EQ(rewritten(snapshot, "/home/user-1/x /home/mariaz"), "/home/user-1/x /home/user-2");
}

// Which cards a value of CUDA_VISIBLE_DEVICES selects: by prefix, and only when it fits exactly one.
std::vector<int> matches(const std::vector<std::string>& cards, const std::string& element) {
  std::vector<int> found;
  for (std::size_t i = 0; i < cards.size(); ++i)
    if (cards[i].starts_with(element)) found.push_back(static_cast<int>(i));
  return found;
}

TEST(Redaction, keeps_what_an_abbreviated_uuid_selects) {
  std::vector<std::string> cards = {"GPU-8932f937-d72c-4106-c12f-20bd9faed9f6", "GPU-89aa0000-0000-0000-0000-000000000000",
                                    "GPU-f0000000-0000-0000-0000-000000000001", "MIG-8932f937-d72c-4106-c12f-20bd9faed9f7"};
  std::vector<std::string> elements = {"GPU-8",
                                       "GPU-89",
                                       "GPU-893",
                                       "GPU-89a",
                                       "GPU-f",
                                       "GPU-e",
                                       "GPU-8932f937-",
                                       "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6",
                                       "GPU-8932f938",
                                       "GPU-8932xyz",
                                       "GPU-89A",
                                       "MIG-8932f937-d72c",
                                       "GPU-",
                                       "0",
                                       "-1",
                                       "1gpu2",
                                       "GPU-8932f937-d72c-4106-c12f-20bd9faed9f66"};
  Snapshot snapshot = machine_of("mariaz", "/home/mariaz");
  DriverAnswers driver;
  driver.nvml_uuids = Fact<std::vector<std::string>>::known(cards);
  snapshot.drivers.push_back(driver);
  for (const std::string& element : elements) {
    snapshot.variables["CUDA_VISIBLE_DEVICES"] = element;
    Snapshot copy = redacted(snapshot);
    EXPECT_EQ(matches(*copy.drivers[0].nvml_uuids, copy.variables["CUDA_VISIBLE_DEVICES"]), matches(cards, element)) << element;
    EXPECT_EQ(copy.variables["CUDA_VISIBLE_DEVICES"].find("8932"), std::string::npos) << element;
    EXPECT_EQ(copy.variables["CUDA_VISIBLE_DEVICES"].size(), element.size());
  }
  snapshot.variables["CUDA_VISIBLE_DEVICES"] = "GPU-89aa,GPU-f,0";
  Snapshot copy = redacted(snapshot);
  EXPECT_EQ(copy.variables["CUDA_VISIBLE_DEVICES"], "GPU-aaba,GPU-b,0");
  EXPECT_EQ((*copy.drivers[0].nvml_uuids)[1].substr(0, 8), "GPU-aaba");
}

TEST(Redaction, gives_the_card_the_same_name_in_both_interfaces) {
  Snapshot snapshot;
  DriverAnswers driver;
  CudaDevice device;
  device.uuid = Private<std::string>("GPU-8932f937-d72c-4106-c12f-20bd9faed9f6");
  driver.devices = Fact<std::vector<CudaDevice>>::known({device});
  driver.nvml_uuids =
      Fact<std::vector<std::string>>::known({"GPU-11111111-d72c-4106-c12f-20bd9faed9f6", "GPU-8932f937-d72c-4106-c12f-20bd9faed9f6"});
  snapshot.drivers.push_back(driver);
  Snapshot copy = redacted(snapshot);
  EXPECT_EQ((*copy.drivers[0].devices)[0].uuid.reveal(), (*copy.drivers[0].nvml_uuids)[1]);
  EXPECT_NE((*copy.drivers[0].nvml_uuids)[0], (*copy.drivers[0].nvml_uuids)[1]);
}

Snapshot machine_with_libraries(const std::string& user, const std::string& home) {
  Snapshot snapshot = machine_of(user, home);
  auto add = [&](const std::string& folder, const std::string& name, std::vector<std::string> needed, const std::string& runpath) {
    snapshot.libraries.candidates.push_back({.path = folder + "/" + name,
                                             .real_path = folder + "/" + name,
                                             .size = 1000,
                                             .soname = name,
                                             .needed = std::move(needed),
                                             .runpath = runpath});
    for (SearchedFolder& known : snapshot.libraries.folders) {
      if (known.path != folder) continue;
      known.names.edit().push_back(name);
      return;
    }
    snapshot.libraries.folders.push_back({folder, Fact<std::vector<std::string>>::known({name})});
  };
  std::string site = home + "/venv/lib/python3.12/site-packages";
  add(home + "/venv/bin", "python", {"libc.so.6"}, "");
  add(site + "/torch/lib", "libtorch.so", {"libcudnn.so.9", "libz.so.1"}, "$ORIGIN:$ORIGIN/../../nvidia/cudnn/lib");
  add(site + "/nvidia/cudnn/lib", "libcudnn.so.9", {"libc.so.6"}, "");
  add("/scratch/" + user + "/lib", "libz.so.1", {}, "");
  add("/usr/lib", "libz.so.1", {}, "");
  add("/usr/lib", "libc.so.6", {}, "");
  add("/home/zz/lib", "libcuda.so.1", {}, "");
  snapshot.loader.library_path = Fact<std::string>::known("/home/zz/lib:/scratch/" + user + "/lib");
  snapshot.loader.preload = Fact<std::string>::absent();
  snapshot.loader.cache = Fact<std::vector<CacheEntry>>::absent();
  snapshot.loader.default_folders = {"/usr/lib"};
  std::ranges::sort(snapshot.libraries.candidates, {}, &Candidate::path);
  std::ranges::sort(snapshot.libraries.folders, {}, &SearchedFolder::path);
  return snapshot;
}

TEST(Redaction, leaves_every_library_where_the_loader_finds_it) {
  const std::pair<std::string, std::string> people[] = {{"mariaz", "/home/mariaz"}, {"a", "/home/a"},          {"nvidia", "/home/nvidia"},
                                                        {"lib", "/home/lib"},       {"python", "/srv/python"}, {"z", "/"},
                                                        {"root", "/root"},          {"torch", "/data/x/torch"}};
  for (const auto& [user, home] : people) {
    Snapshot snapshot = machine_with_libraries(user, home == "/" ? "/opt" : home);
    Snapshot copy = redacted(snapshot);
    Redactor redactor(snapshot);
    ASSERT_EQ(copy.libraries.candidates.size(), snapshot.libraries.candidates.size());
    for (const Candidate& candidate : copy.libraries.candidates) EXPECT_EQ(copy.libraries.find(candidate.path), &candidate);
    std::string program = (home == "/" ? "/opt" : home) + "/venv/bin/python";
    loader::LinkMap before(snapshot.libraries, snapshot.loader), after(copy.libraries, copy.loader);
    before.load_program(program);
    after.load_program(redactor.rewrite(program));
    for (std::string name : {program.substr(0, program.size() - 10) + "lib/python3.12/site-packages/torch/lib/libtorch.so",
                             std::string("libcuda.so.1"), std::string("libnone.so")}) {
      Resolution here = before.dlopen(name), there = after.dlopen(redactor.rewrite(name));
      EXPECT_EQ(there.state, here.state) << user << " " << name;
      EXPECT_EQ(there.path, redactor.rewrite(here.path));
      EXPECT_EQ(there.rule, here.rule);
    }
    ASSERT_EQ(after.objects().size(), before.objects().size()) << user;
    for (std::size_t i = 0; i < after.objects().size(); ++i)
      EXPECT_EQ(after.objects()[i].file->path, redactor.rewrite(before.objects()[i].file->path)) << user;
  }
}

// Puts a secret into every text that is not of a vocabulary.
struct Planter {
  std::string rewrite(const std::string& text) { return text + " mariaz /home/mariaz/x zeta7"; }
  std::string rewrite_name(const std::string&) { return "mariaz"; }
  std::string rewrite_variable(const std::string&, const std::string& value) { return rewrite(value); }
  std::string replace_word(const std::string& text, const std::string&, const std::string&) { return text; }
};

TEST(Redaction, reaches_every_text_of_a_snapshot) {
  for (unsigned seed = 0; seed < 8; ++seed) {
    Snapshot snapshot = testing::filled_snapshot(seed);
    Planter planter;
    TextRewriter<Planter> everywhere(planter);
    for_each_field(everywhere, snapshot);
    snapshot.host.user = Fact<Private<std::string>>::known(Private<std::string>("mariaz"));
    snapshot.host.host_name = Fact<Private<std::string>>::known(Private<std::string>("zeta7"));
    std::string shown = write_snapshot(snapshot, Redaction::on);
    EXPECT_EQ(shown.find("mariaz"), std::string::npos) << seed << shown.substr(shown.find("mariaz") - 200, 400);
    EXPECT_EQ(shown.find("zeta7"), std::string::npos) << seed;
  }
}

Report report_about_mariaz() {
  Report report;
  report.machine.name = Private<std::string>("zeta7.lab.example.org");
  report.judged_environment = "/home/mariaz/venv/bin/python";
  report.judged_for = "mariaz (by sudo)";
  report.home = "/home/mariaz";
  Prediction prediction;
  prediction.python = "/home/mariaz/venv/bin/python";
  Gate gate;
  gate.summary = "/home/mariaz/venv/lib/libcudnn.so.9 is missing";
  gate.library = Resolution{.name = "libcudnn.so.9", .caller = "/home/mariaz/a.so", .path = "/home/carol/x.so"};
  gate.library->tried = {{.place = "/home/mariaz/lib", .outcome = "not there"}};
  gate.library->failed_dependency = {Resolution{.name = "x", .path = "/home/mariaz/dep.so"}};
  gate.evidence = {{Source::file, "/home/mariaz/e", "by mariaz"}};
  prediction.gates = {gate};
  prediction.expected_log = {"cannot open /home/mariaz/x"};
  report.predictions = {prediction};
  RankedFinding finding;
  finding.finding.cause = "cudnn-missing";
  finding.finding.headline = "mariaz has it in /home/mariaz";
  finding.finding.remedies = {
      {.title = "mariaz", .commands = {{"/home/mariaz/venv/bin/python", "-m", "pip"}}, .undo = "rm /home/mariaz/x"}};
  report.findings = {finding};
  report.next_check = NextCheck{{"ls", "/home/mariaz"}, {}};
  report.unknown = {{"x", "denied", "/home/mariaz"}};
  report.others = {{"/home/carol/bin/python", "mariaz", "mariaz"}};
  report.remarks = {"mariaz"};
  return report;
}

TEST(Redaction, reaches_every_text_of_a_report) {
  Report report = report_about_mariaz();
  redact(report, machine_of("mariaz", "/home/mariaz"));
  EXPECT_EQ(report.machine.name.reveal(), "host-1");
  EXPECT_EQ(report.judged_environment, "/home/user-1/venv/bin/python");
  EXPECT_EQ(report.judged_for, "user-1 (by sudo)");
  EXPECT_EQ(report.home, "/home/user-1");
  const Gate& gate = report.predictions[0].gates[0];
  EXPECT_EQ(gate.summary, "/home/user-1/venv/lib/libcudnn.so.9 is missing");
  EXPECT_EQ(gate.library->caller, "/home/user-1/a.so");
  EXPECT_EQ(gate.library->path, "/home/user-2/x.so");
  EXPECT_EQ(gate.library->tried[0].place, "/home/user-1/lib");
  EXPECT_EQ(gate.library->failed_dependency[0].path, "/home/user-1/dep.so");
  EXPECT_EQ(gate.evidence[0].excerpt, "by user-1");
  EXPECT_EQ(report.predictions[0].expected_log[0], "cannot open /home/user-1/x");
  const Finding& finding = report.findings[0].finding;
  EXPECT_EQ(finding.headline, "user-1 has it in /home/user-1");
  EXPECT_EQ(finding.remedies[0].commands[0][0], "/home/user-1/venv/bin/python");
  EXPECT_EQ(finding.remedies[0].undo, "rm /home/user-1/x");
  EXPECT_EQ(report.next_check->command[1], "/home/user-1");
  EXPECT_EQ(report.others[0].interpreter, "/home/user-2/bin/python");
}

TEST(Redaction, uses_the_aliases_of_the_snapshot_in_the_report) {
  Snapshot snapshot = machine_of("mariaz", "/home/mariaz");
  snapshot.variables = {{"LD_LIBRARY_PATH", "/home/zoe/lib"}};
  Report report;
  report.remarks = {"/home/adam/x and /home/zoe/lib"};
  redact(report, snapshot);
  EXPECT_EQ(redacted(snapshot).variables["LD_LIBRARY_PATH"], "/home/user-2/lib");
  EXPECT_EQ(report.remarks[0], "/home/user-3/x and /home/user-2/lib");
}

TEST(Redaction, takes_hostile_text_in_linear_time) {
  Snapshot snapshot = machine_of("mariaz", "/home/mariaz");
  for (std::string part : {"a.", "/home/", "GPU-", "eyJ", "://", "1.", "a@", "TOKEN=", "f", ":", "\xff", "\\Users\\"}) {
    std::string text;
    while (text.size() < 100'000) text += part;
    EXPECT_FALSE(rewritten(snapshot, text).empty());
  }
}

}  // namespace
}  // namespace gpuwhy
