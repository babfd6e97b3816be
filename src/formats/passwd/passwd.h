// /etc/passwd. Format: passwd(5).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace gpuwhy::passwd {

struct Account {
  std::string name;
  std::uint32_t uid = 0;
  std::string home;
  bool operator==(const Account&) const = default;
};

// The first account that fits; damaged lines are skipped.
std::optional<Account> find_account(Bytes bytes, std::uint32_t uid);
std::optional<Account> find_account(Bytes bytes, std::string_view name);

}  // namespace gpuwhy::passwd
