#include "base/secret_patterns.h"

#include <gtest/gtest.h>

#include <string>

namespace gpuwhy {
namespace {

// The first thing spotted in a text, as "kind:text".
std::string spotted(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!begins_word(text, at)) continue;
    for (auto spot : {spot_secret(text, at), spot_address(text, at)})
      if (spot) return std::string(spot->kind) + ":" + std::string(text.substr(at, spot->length));
  }
  return "";
}

TEST(SecretPatterns, take_the_whole_value_and_nothing_else) {
  const std::pair<const char*, const char*> cases[] = {
      {"A_TOKEN=abcdefgh1;next", "secret:abcdefgh1"},
      {"{\"api_key\": \"abcdefgh1\", \"x\": 1}", "secret:abcdefgh1"},
      {"password: p", "secret:p"},
      {"https://me:pw@x.org/y", "secret:me:pw"},
      {"<a.b@c.example.org>", "email:a.b@c.example.org"},
      {"mail a@b.org.", "email:a@b.org"},
      {"serial: AB-1234, x", "serial:AB-1234"},
      {"from 10.0.0.7, port 1", "address:10.0.0.7"},
      {"at 192.168.0.1.", "address:192.168.0.1"},
      {"node:10.0.0.7:22", "address:10.0.0.7"},
      {"2001:db8:0:0:0:0:0:1", "address:2001:db8:0:0:0:0:0:1"},
      {"aa:bb:cc:dd:ee:ff", "mac:aa:bb:cc:dd:ee:ff"},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(spotted(text), expected) << text;
}

TEST(SecretPatterns, pass_over_what_only_looks_similar) {
  for (const char* text : {"TOKEN=",
                           "TOKEN=short",
                           "KEYBOARD=12345678",
                           "token: unexpected",
                           "serial: none",
                           "password=$PASSWORD",
                           "password=<hidden>",
                           "ghp_short1",
                           "x@y",
                           "@a.org",
                           "1.2.3.4",
                           "300.1.1.1 at 300.1.1.1",
                           "10.3.2.106-py3",
                           "==10.3.2.106",
                           "00:11:22",
                           "::1",
                           "aa:bb:cc:dd:ee:ff:00",
                           "1:2:3:4",
                           "eyJhbGciOi.x.y",
                           "TOKEN=/etc/ssl/private/key1.pem"})
    EXPECT_EQ(spotted(text), "") << text;
}

}  // namespace
}  // namespace gpuwhy
