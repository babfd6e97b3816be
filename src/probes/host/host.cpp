#include "probes/host/host.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/path.h"
#include "formats/os_release/os_release.h"
#include "formats/passwd/passwd.h"
#include "probes/host/access.h"
#include "probes/host/libc.h"

namespace gpuwhy {
namespace {

using namespace probes;

constexpr std::string_view passwd_path = "/etc/passwd";

void probe_os_release(Machine& machine, Snapshot& snapshot) {
  Host& host = snapshot.host;
  std::string path = "/etc/os-release";
  auto text = machine.read(path);
  if (!text && is_missing(text.error())) {
    path = "/usr/lib/os-release";
    text = machine.read(path);
  }
  std::map<std::string, std::string> assignments;
  if (text) assignments = os_release::parse_os_release(*text);
  auto fact = [&](const std::string& name) {
    if (!text) return failed<std::string>(text.error(), path);
    auto found = assignments.find(name);
    if (found == assignments.end()) return Fact<std::string>::absent(evidence_at(path));
    return Fact<std::string>::known(found->second, evidence_at(path, name + "=" + found->second));
  };
  host.os_id = fact("ID");
  host.os_id_like = fact("ID_LIKE");
  host.os_version = fact("VERSION_ID");
  host.os_name = fact("PRETTY_NAME");
  note_if_unread(snapshot, "the distribution", host.os_id);
}

// The account of `key` (a uid or a name) in /etc/passwd. Accounts of a directory service are not there: that is ignorance, not absence.
template <class Key>
Fact<passwd::Account> read_account(Machine& machine, Key key, std::string_view key_text) {
  std::string path(passwd_path);
  auto text = machine.read(path, 16 << 20);
  if (!text)
    return Fact<passwd::Account>::unknown(why_of(text.error().problem), path + ": " + printable(text.error().detail), evidence_at(path));
  if (auto account = passwd::find_account(*text, key)) return Fact<passwd::Account>::known(*account, evidence_at(path));
  return not_probed<passwd::Account>(printable(key_text) + " is not in /etc/passwd", evidence_at(path));
}

template <class Field>
Fact<Private<std::string>> part_of(const Fact<passwd::Account>& account, Field field) {
  if (account.is_unknown()) return Fact<Private<std::string>>::unknown(account.why(), account.detail(), account.evidence());
  return Fact<Private<std::string>>::known(Private<std::string>((*account).*field), account.evidence());
}

// The excerpt stays empty: the value is private, and evidence is not.
Fact<Private<std::string>> from_variable(std::string_view name, std::string value) {
  return Fact<Private<std::string>>::known(Private<std::string>(std::move(value)), Evidence{Source::env, std::string(name), {}});
}

void probe_user_behind_sudo(Machine& machine, Host& host, const std::string& caller) {
  host.user = from_variable("SUDO_USER", caller);
  host.home = part_of(read_account(machine, std::string_view(caller), "the user who called sudo"), &passwd::Account::home);
}

void probe_user(Machine& machine, Host& host, std::uint32_t uid) {
  auto account = read_account(machine, uid, "uid " + std::to_string(uid));
  host.user = part_of(account, &passwd::Account::name);
  for (std::string_view name : {"USER", "LOGNAME"})
    if (host.user.is_unknown() && !machine.variable(name).empty()) host.user = from_variable(name, machine.variable(name));
  // Python and pip follow HOME where it is set, whatever the account says.
  host.home = part_of(account, &passwd::Account::home);
  if (std::string home = machine.variable("HOME"); !home.empty()) host.home = from_variable("HOME", home);
}

void probe_identity(Machine& machine, Host& host, const Identity& identity) {
  const Evidence uname{Source::call, "uname", {}};
  auto text = [&](const std::string& value) {
    return value.empty() ? not_probed<std::string>("uname gave no answer", uname)
                         : Fact<std::string>::known(value, {Source::call, "uname", printable(value, 200)});
  };
  host.kernel_release = text(identity.kernel_release);
  host.architecture = text(identity.architecture);
  host.host_name = Fact<Private<std::string>>::known(Private<std::string>(identity.host_name), uname);
  host.uid = Fact<std::uint32_t>::known(identity.uid, {Source::call, "geteuid", std::to_string(identity.uid)});
  host.groups = Fact<std::vector<std::uint32_t>>::known(identity.groups, {Source::call, "getgroups", {}});
  host.sudo_user = identity.sudo_user.empty() ? Fact<Private<std::string>>::absent({Source::env, "SUDO_USER", {}})
                                              : from_variable("SUDO_USER", identity.sudo_user);
  // `sudo -u other` asks on purpose as somebody else; only plain sudo is taken for its caller.
  if (!identity.sudo_user.empty() && identity.uid == 0) probe_user_behind_sudo(machine, host, identity.sudo_user);
  else probe_user(machine, host, identity.uid);
}

void leave_identity_unknown(Machine& machine, Host& host) {
  host.kernel_release = host.architecture = not_probed<std::string>(no_running_kernel);
  host.host_name = host.user = host.sudo_user = not_probed<Private<std::string>>("nobody runs in a root folder");
  host.uid = not_probed<std::uint32_t>("nobody runs in a root folder");
  host.groups = not_probed<std::vector<std::uint32_t>>("nobody runs in a root folder");
  std::string home = machine.variable("HOME");
  host.home = home.empty() ? not_probed<Private<std::string>>("nobody runs in a root folder") : from_variable("HOME", home);
}

}  // namespace

void probe_host(Machine& machine, Snapshot& snapshot) {
  probe_os_release(machine, snapshot);
  snapshot.host.libc = probe_libc(machine);
  if (const Identity* identity = machine.identity()) probe_identity(machine, snapshot.host, *identity);
  else leave_identity_unknown(machine, snapshot.host);
}

}  // namespace gpuwhy
