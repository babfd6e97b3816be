#include "formats/passwd/passwd.h"

#include "base/text.h"

namespace gpuwhy::passwd {
namespace {

template <class Fits>
std::optional<Account> find_first(Bytes bytes, Fits fits) {
  for (std::string_view line : lines(bytes)) {
    std::vector<std::string_view> fields = split(line, ':');
    if (fields.size() != 7 || fields[0].empty() || !is_digits(fields[2])) continue;
    auto uid = parse_int(fields[2]);
    if (!uid || *uid > 0xffffffffll) continue;
    Account account{std::string(fields[0]), static_cast<std::uint32_t>(*uid), std::string(fields[5])};
    if (fits(account)) return account;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Account> find_account(Bytes bytes, std::uint32_t uid) {
  return find_first(bytes, [&](const Account& account) { return account.uid == uid; });
}

std::optional<Account> find_account(Bytes bytes, std::string_view name) {
  return find_first(bytes, [&](const Account& account) { return account.name == name; });
}

}  // namespace gpuwhy::passwd
