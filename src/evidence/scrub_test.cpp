#include "evidence/scrub.h"

#include <gtest/gtest.h>

#include "evidence/clean.h"

namespace gpuwhy {
namespace {

// Lines are learned from together, as those of one paste, and the last one is looked at.
std::string scrub(std::initializer_list<std::string_view> lines) {
  Scrubber scrubber;
  for (std::string_view line : lines) scrubber.learn(line);
  std::string last;
  for (std::string_view line : lines) last = scrubber.rewrite(line);
  return last;
}

TEST(Scrub, tokens_go) {
  EXPECT_EQ(scrub({"login with hf_AbCdEfGh1234567890xyz now"}), "login with secret-1 now");
  EXPECT_EQ(scrub({"OPENAI sk-proj1234567890abcdefgh"}), "OPENAI secret-1");
  EXPECT_EQ(scrub({"ghp_0123456789abcdefABCDEF0123456789abcd"}), "secret-1");
  EXPECT_EQ(scrub({"id AKIAIOSFODNN7EXAMPLE9"}), "id secret-1");
  EXPECT_EQ(scrub({"Authorization: Bearer abcdef0123456789"}), "Authorization: Bearer secret-1");
}

TEST(Scrub, passwords_and_credentials_go) {
  EXPECT_EQ(scrub({"mysql --password=hunter2 -h db"}), "mysql --password=secret-1 -h db");
  EXPECT_EQ(scrub({"WANDB_API_KEY=0123456789abcdef0123"}), "WANDB_API_KEY=secret-1");
  EXPECT_EQ(scrub({"pip install https://ana:s3cret@files.corp/wheels"}), "pip install https://secret-1@files.corp/wheels");
}

TEST(Scrub, what_only_looks_like_a_token_stays) {
  for (std::string_view text : {"pip install sk-learn-contrib-packages", "token: <your token>", "HF_TOKEN=$HF_TOKEN", "max_tokens=4096",
                                "git@github.com:a/b", "nvidia-cudnn-cu12==9.10.2.21", "CUDA_VISIBLE_DEVICES=0", "sha256:abcdef"})
    EXPECT_EQ(scrub({text}), text);
}

TEST(Scrub, users_of_home_folders_get_one_alias) {
  EXPECT_EQ(scrub({"/home/annika/a.py", "/home/bert/b.py and /home/annika/c.py"}), "/home/user-2/b.py and /home/user-1/c.py");
  EXPECT_EQ(scrub({"C:\\Users\\Ana Lopez\\venv\\python.exe"}), "C:\\Users\\user-1\\venv\\python.exe");
  EXPECT_EQ(scrub({"/Users/annika/x"}), "/Users/user-1/x");
}

TEST(Scrub, names_that_everybody_has_stay) {
  EXPECT_EQ(scrub({"root@localhost:/home/ubuntu# python train.py"}), "root@localhost:/home/ubuntu# python train.py");
  EXPECT_EQ(scrub({"/home/user/train.py"}), "/home/user/train.py");
}

TEST(Scrub, prompts_name_user_and_host) {
  EXPECT_EQ(scrub({"(base) annika@dgx07:~/work$ nvidia-smi"}), "(base) user-1@host-1:~/work$ nvidia-smi");
  EXPECT_EQ(scrub({"[annika@node13 ~]$ ls", "reached node13 as annika"}), "reached host-1 as user-1");
  EXPECT_EQ(scrub({"root@16c54693e7f2:/# ls"}), "root@host-1:/# ls");
}

TEST(Scrub, journals_and_programs_name_the_host) {
  EXPECT_EQ(scrub({"Mar  6 15:10:43 bigbox kernel: NVRM: x"}), "Mar  6 15:10:43 host-1 kernel: NVRM: x");
  EXPECT_EQ(scrub({"2024-03-06T15:10:43+0100 bigbox kernel: NVRM: x"}), "2024-03-06T15:10:43+0100 host-1 kernel: NVRM: x");
  EXPECT_EQ(scrub({"cuda_diagnostics.cc:160] hostname: bigbox"}), "cuda_diagnostics.cc:160] hostname: host-1");
  EXPECT_EQ(scrub({"Linux bigbox 5.15.0-91-generic #101-Ubuntu SMP x86_64"}), "Linux host-1 5.15.0-91-generic #101-Ubuntu SMP x86_64");
}

TEST(Scrub, mail_and_addresses_go) {
  EXPECT_EQ(scrub({"write to ana.lopez@example.org please"}), "write to email-1 please");
  EXPECT_EQ(scrub({"connect 192.168.1.17:29500 and 192.168.1.17"}), "connect address-1:29500 and address-1");
  EXPECT_EQ(scrub({"MASTER_ADDR=10.0.0.5"}), "MASTER_ADDR=address-1");
  EXPECT_EQ(scrub({"inet6 fe80::1a2b:3c4d:5e6f:7a8b"}), "inet6 address-1");
  EXPECT_EQ(scrub({"ether 02:42:ac:11:00:02 x"}), "ether mac-1 x");
}

TEST(Scrub, versions_and_places_of_the_bus_stay) {
  for (std::string_view text : {"libcufft 11.2.1.3", "driver 535.183.01", "cudnn 9.10.2.21, cublas 12.8.4.1", "0000:01:00.0",
                                "NVRM: Xid (PCI:0000:01:00): 79", "127.0.0.1:8888", "5.15.90.1-microsoft-standard-WSL2",
                                "at c10::cuda::CUDAError", "2024-03-06 15:10:43.123456", "Driver 31.0.15.3713"})
    EXPECT_EQ(scrub({text}), text);
}

TEST(Scrub, uuids_and_serials_go) {
  EXPECT_EQ(scrub({"GPU 0: Tesla T4 (UUID: GPU-6dc94e26-1e3a-4d83-a2cc-9d1b4dd7cbbb)"}), "GPU 0: Tesla T4 (UUID: GPU-uuid-1)");
  EXPECT_EQ(scrub({"Serial Number                 : 0324218012345"}), "Serial Number                 : serial-1");
}

TEST(Scrub, a_whole_reading_is_rewritten_with_its_values) {
  Reading reading;
  reading.lines = clean_lines("annika@dgx07:~$ env\nLD_LIBRARY_PATH=/home/annika/cuda\nnot shown\n", 0);
  reading.clues.add("env.LD_LIBRARY_PATH", "/home/annika/cuda", 1);
  Saying saying;
  saying.captures["path"] = "/home/annika/cuda";
  saying.line = 1;
  reading.sayings.push_back(saying);
  Reading clean = scrubbed(reading);
  EXPECT_EQ(clean.clues.first("env.LD_LIBRARY_PATH")->value, "/home/user-1/cuda");
  EXPECT_EQ(clean.sayings.front().captures.at("path"), "/home/user-1/cuda");
  EXPECT_EQ(clean.lines[1].text, "LD_LIBRARY_PATH=/home/user-1/cuda");
  EXPECT_EQ(clean.lines[1].number, 2U);
}

TEST(Scrub, hostile_lines_are_survived) {
  std::string ats(1 << 20, '@'), slashes, dots(1 << 20, '.');
  for (int i = 0; i < 100000; ++i) slashes += "/home/";
  scrub({ats, slashes, dots, std::string_view("\0@\0:\xff/home/\0", 11), "password=", "@", "GPU-", "://", ""});
  EXPECT_LT(scrub({std::string(1 << 20, 'a')}).size(), 10000U);
}

}  // namespace
}  // namespace gpuwhy
