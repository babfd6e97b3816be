#include "support/invented_manifest.h"

#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <iterator>

#include "base/path.h"
#include "base/text.h"
#include "support/elf_writer.h"
#include "support/invented_words.h"

namespace gpuwhy::testing {

namespace {

using Values = std::map<std::string, std::string, std::less<>>;
constexpr int deepest_include = 16;

bool is_name_character(char c) { return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; }

// $NAME and ${NAME} for names that have a value; "$ORIGIN" and other dollars stay.
std::string substituted(std::string_view text, const Values& values) {
  std::string out;
  while (!text.empty()) {
    std::size_t begin = text.starts_with("${") ? 2 : 1, end = begin;
    while (text[0] == '$' && end < text.size() && is_name_character(text[end])) ++end;
    auto value = text[0] == '$' ? values.find(text.substr(std::min(begin, text.size()), end - std::min(begin, end))) : values.end();
    bool is_closed = begin == 1 || (end < text.size() && text[end] == '}');
    if (value == values.end() || !is_closed) {
      out += text[0];
      text.remove_prefix(1);
      continue;
    }
    out += value->second;
    text.remove_prefix(end + (begin == 2 ? 1 : 0));
  }
  return out;
}

std::string bytes_of_hex(std::string_view hex) {
  std::string bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    auto byte = parse_int(hex.substr(i, 2), 16);
    if (!byte || hex.size() % 2 != 0 || hex[i] == '-') throw Problem{"the bytes are no pairs of hexadecimal digits"};
    bytes += static_cast<char>(*byte);
  }
  return bytes;
}

class Reader {
 public:
  explicit Reader(Manifest& manifest) : manifest_(manifest) {}

  std::optional<Error> read(std::string_view text, const std::string& name, const std::string& folder, int depth) {
    if (depth > deepest_include) return Error{fmt::format("{}: more than {} files include each other", name, deepest_include)};
    lines_ = lines(text);
    for (line_ = 0; line_ < lines_.size();) {
      std::size_t number = ++line_;
      std::string_view line = trim(lines_[number - 1]);
      if (line.empty() || line.starts_with('#')) continue;
      try {
        Words words(line);
        std::string verb = words.next("a word");
        if (verb == "include") {
          if (auto problem = include(words, folder, depth)) return problem;
        } else {
          take(verb, words);
        }
      } catch (const Problem& problem) {
        return Error{fmt::format("{}:{}: {}", name, number, problem.what)};
      }
    }
    return std::nullopt;
  }

 private:
  using Handler = void (Reader::*)(Words&);

  void take(const std::string& verb, Words& words) {
    static const std::map<std::string, Handler, std::less<>> handlers = {
        {"dir", &Reader::take_folder},          {"file", &Reader::take_file},   {"bytes", &Reader::take_bytes},
        {"link", &Reader::take_link},           {"elf", &Reader::take_elf},     {"char", &Reader::take_device},
        {"remove", &Reader::take_remove},       {"env", &Reader::take_env},     {"unset", &Reader::take_unset},
        {"identity", &Reader::take_identity},   {"deny", &Reader::take_deny},   {"probe", &Reader::take_probe},
        {"probe-end", &Reader::take_probe_end}, {"asked", &Reader::take_asked}, {"kernel-log", &Reader::take_kernel_log},
    };
    auto handler = handlers.find(verb);
    if (handler == handlers.end()) throw Problem{fmt::format("unknown word '{}'", printable(verb, 40))};
    (this->*handler->second)(words);
  }

  std::optional<Error> include(Words& words, const std::string& folder, int depth) {
    std::string path = path::join(folder, words.next("the file to include"));
    Values values;
    while (!words.is_empty()) {
      std::string word = words.next("a value");
      std::size_t equal = word.find('=');
      if (equal == std::string::npos || equal == 0) throw Problem{fmt::format("'{}' is not NAME=VALUE", word)};
      values[word.substr(0, equal)] = word.substr(equal + 1);
    }
    auto text = read_text_file(path);
    if (!text) throw Problem{text.error().message};
    std::string filled = substituted(*text, values);
    return Reader(manifest_).read(filled, path, std::string(path::parent(path)), depth + 1);
  }

  InventedNode& put(const std::string& path, FileKind kind, Attributes attributes) {
    InventedNode* node = manifest_.tree.put(path, kind, attributes);
    if (!node) throw Problem{fmt::format("'{}' lies below something that is no folder", path)};
    return *node;
  }

  std::string here_document(std::string_view mark) {
    std::string text;
    for (; line_ < lines_.size(); ++line_) {
      if (lines_[line_] == mark) {
        ++line_;
        return text;
      }
      text.append(lines_[line_]) += '\n';
    }
    throw Problem{fmt::format("the text does not end: no line '{}' follows", mark)};
  }

  // "<<END" or "= TEXT" or nothing.
  std::string content(Words& words) {
    if (words.rest().starts_with("<<")) {
      std::string mark = words.next("the end mark").substr(2);
      if (mark.empty() || !words.is_empty()) throw Problem{"expected '<<END' at the end of the line"};
      return here_document(mark);
    }
    if (!words.skip("=") || words.is_empty()) return {};
    return std::string(words.rest()) + "\n";
  }

  void take_folder(Words& words) {
    std::string path = words.next_path();
    Options options(words);
    put(path, FileKind::directory, options.take_attributes(0755));
    options.finish();
  }

  void take_file(Words& words) {
    std::string path = words.next_path();
    Options options(words);
    Attributes attributes = options.take_attributes(0644);
    auto size = options.take_number("size");
    options.finish();
    put_file(path, content(words), attributes, size);
  }

  void take_bytes(Words& words) {
    std::string path = words.next_path();
    std::string bytes = bytes_of_hex(words.next("the bytes"));
    Options options(words);
    Attributes attributes = options.take_attributes(0644);
    auto size = options.take_number("size");
    options.finish();
    put_file(path, std::move(bytes), attributes, size);
  }

  void put_file(const std::string& path, std::string bytes, Attributes attributes, std::optional<std::uint64_t> size) {
    InventedNode& node = put(path, FileKind::regular, attributes);
    node.size = size.value_or(bytes.size());
    node.content = std::move(bytes);
  }

  void take_link(Words& words) {
    std::string path = words.next_path();
    if (!words.skip("->")) throw Problem{"expected 'link PATH -> TARGET'"};
    std::string target = words.next("the target");
    if (!words.is_empty()) throw Problem{"more follows the target"};
    InventedNode& node = put(path, FileKind::symlink, {0777, 0, 0});
    node.size = target.size();
    node.content = std::move(target);
  }

  void take_elf(Words& words) {
    std::string path = words.next_path();
    Options options(words);
    Attributes attributes = options.take_attributes(0755);
    ElfSpec spec = elf_spec(options);
    auto type = options.take("type");
    if (type && *type != "exec" && *type != "dyn") throw Problem{"'type' is exec or dyn"};
    auto size = options.take_number("size"), cut = options.take_number("cut");
    if (options.take("stub") && !size) size = 16 * 1024;  // the real ones have some dozens of kB, the real driver dozens of MB
    options.finish();
    std::string bytes = make_elf(spec);
    if (type == "exec") bytes.at(16) = 2;  // ET_EXEC
    std::uint64_t whole = std::max<std::uint64_t>(size.value_or(0), bytes.size());
    if (cut) {
      whole = std::min(whole, *cut);
      bytes.resize(std::min<std::uint64_t>(bytes.size(), whole));
    }
    put_file(path, std::move(bytes), attributes, whole);
  }

  static ElfSpec elf_spec(Options& options) {
    ElfSpec spec;
    spec.soname = options.take("soname").value_or("");
    spec.needed = options.take_list("needed");
    spec.rpath = options.take("rpath");
    spec.runpath = options.take("runpath");
    spec.interpreter = options.take("interp").value_or("");
    spec.no_default_folders = options.take("nodeflib").has_value();
    spec.bits = static_cast<int>(options.take_number("class").value_or(64));
    if (spec.bits != 32 && spec.bits != 64) throw Problem{"'class' is 64 or 32"};
    std::string machine = options.take("machine").value_or("x86_64");
    if (machine != "x86_64" && machine != "aarch64") throw Problem{"'machine' is x86_64 or aarch64"};
    spec.machine = machine == "x86_64" ? 62 : 183;
    VersionNeed need{"libc.so.6", {}};
    for (const std::string& version : options.take_list("glibc")) need.versions.push_back("GLIBC_" + version);
    if (!need.versions.empty()) spec.version_needs.push_back(std::move(need));
    return spec;
  }

  void take_device(Words& words) {
    std::string path = words.next_path();
    std::string numbers = words.next("MAJOR:MINOR");
    std::size_t colon = numbers.find(':');
    auto major = parse_int(std::string_view(numbers).substr(0, colon));
    auto minor = colon == std::string::npos ? std::nullopt : parse_int(std::string_view(numbers).substr(colon + 1));
    if (!major || !minor || *major < 0 || *minor < 0) throw Problem{fmt::format("'{}' is not MAJOR:MINOR", numbers)};
    Options options(words);
    InventedNode& node = put(path, FileKind::character_device, options.take_attributes(0666));
    options.finish();
    node.major = static_cast<std::uint32_t>(*major);
    node.minor = static_cast<std::uint32_t>(*minor);
  }

  void take_remove(Words& words) {
    std::string path = words.next_path();
    if (!manifest_.tree.remove(path)) throw Problem{fmt::format("'{}' is not there, so it cannot be removed", path)};
  }

  void take_env(Words& words) {
    std::string_view text = words.rest();
    std::size_t equal = text.find('=');
    if (equal == std::string_view::npos || equal == 0) throw Problem{"expected 'env NAME=VALUE'"};
    std::string name(text.substr(0, equal));
    erase_variable(name);
    manifest_.environment.push_back({std::move(name), std::string(text.substr(equal + 1))});
  }

  void take_unset(Words& words) { erase_variable(words.next("the variable")); }

  void erase_variable(const std::string& name) {
    std::erase_if(manifest_.environment, [&](const Variable& variable) { return variable.name == name; });
  }

  void take_identity(Words& words) {
    Options options(words);
    Identity& identity = manifest_.identity;
    if (auto uid = options.take_number("uid")) identity.uid = static_cast<std::uint32_t>(*uid);
    auto groups = options.take("groups");
    if (groups) identity.groups.clear();
    const std::string group_list = groups.value_or("");
    for (std::string_view group : split(group_list, ',')) {
      if (group.empty()) continue;
      auto number = parse_int(group);
      if (!number || *number < 0) throw Problem{fmt::format("'{}' is no group number", group)};
      identity.groups.push_back(static_cast<std::uint32_t>(*number));
    }
    if (auto host = options.take("host")) identity.host_name = *host;
    if (auto kernel = options.take("kernel")) identity.kernel_release = *kernel;
    if (auto architecture = options.take("arch")) identity.architecture = *architecture;
    if (auto sudo_user = options.take("sudo_user")) identity.sudo_user = *sudo_user;
    auto user = options.take("user"), home = options.take("home");
    options.finish();
    if (user && !user->empty()) add_account(*user, home.value_or(*user == "root" ? "/root" : "/home/" + *user));
  }

  // The kernel knows no names: a user is one by /etc/passwd.
  void add_account(const std::string& user, const std::string& home) {
    std::string text = "root:x:0:0:root:/root:/bin/bash\n";
    if (user != "root") {
      std::uint32_t uid = manifest_.identity.uid;
      text += fmt::format("{}:x:{}:{}::{}:/bin/bash\n", user, uid, uid, home);
    }
    put_file("/etc/passwd", text, {0644, 0, 0}, std::nullopt);
  }

  void take_deny(Words& words) {
    std::string path = words.next_path();
    InventedNode* node = manifest_.tree.find_for_edit(path);
    if (!node) throw Problem{fmt::format("'{}' is not there, so it cannot be denied", path)};
    node->is_denied = true;
  }

  void take_probe(Words& words) {
    if (words.skip("open")) {
      std::string path = words.next_path();
      auto number = parse_int(words.next("the errno"));
      if (!number || *number < 0 || *number > 4095 || !words.is_empty()) throw Problem{"expected 'probe open PATH ERRNO'"};
      manifest_.open_results[path] = static_cast<int>(*number);
      return;
    }
    Options options(words);
    ProbeBlock block;
    block.libcuda = options.take("for").value_or("");
    options.finish();
    if (!words.rest().starts_with("<<")) throw Problem{"expected 'probe <<END' and the lines of the probe"};
    block.text = content(words);
    std::erase_if(manifest_.probes, [&](const ProbeBlock& earlier) { return earlier.libcuda == block.libcuda; });
    manifest_.probes.push_back(std::move(block));
  }

  void take_kernel_log(Words& words) {
    if (!words.rest().starts_with("<<")) throw Problem{"expected 'kernel-log <<END' and the lines of the kernel"};
    manifest_.kernel_log = content(words);
  }

  void take_asked(Words& words) {
    Options options(words);
    auto names = [](std::string_view list) {
      std::vector<std::string> all;
      for (std::string_view name : split(list, ',')) all.emplace_back(name);
      return all;
    };
    if (auto list = options.take("framework")) manifest_.asked.frameworks = names(*list);
    if (auto list = options.take("import-order")) manifest_.asked.import_order = names(*list);
    if (auto pid = options.take_number("pid")) manifest_.asked.pid = static_cast<std::int64_t>(*pid);
    manifest_.asked.deep = options.take("deep").has_value();
    options.finish();
  }

  void take_probe_end(Words& words) {
    static const std::map<std::string, ProbeRun::End, std::less<>> ends = {{"finished", ProbeRun::End::finished},
                                                                           {"crashed", ProbeRun::End::crashed},
                                                                           {"timed-out", ProbeRun::End::timed_out},
                                                                           {"not-run", ProbeRun::End::not_run}};
    auto end = ends.find(words.next("how the probe ended"));
    if (end == ends.end()) throw Problem{"a probe ends finished, crashed, timed-out or not-run"};
    if (manifest_.probes.empty()) manifest_.probes.emplace_back();
    manifest_.probes.back().end = end->second;
    manifest_.probes.back().detail = words.rest();
  }

  Manifest& manifest_;
  std::vector<std::string_view> lines_;
  std::size_t line_ = 0;
};

}  // namespace

Result<std::string> read_text_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(fmt::format("cannot open {}", path));
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<Manifest> read_manifest(std::string_view text, const std::string& name, const std::string& folder) {
  Manifest manifest;
  manifest.identity = {
      .uid = 1000, .groups = {1000}, .host_name = "host", .kernel_release = "6.8.0-45-generic", .architecture = "x86_64", .sudo_user = {}};
  if (auto problem = Reader(manifest).read(text, name, folder, 0)) return std::unexpected(*problem);
  manifest.tree.act_as(manifest.identity);
  return manifest;
}

}  // namespace gpuwhy::testing
