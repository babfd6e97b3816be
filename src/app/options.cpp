#include "app/options.h"

#include <unistd.h>
#include <CLI/CLI.hpp>

#include <algorithm>

#include "app/output.h"
#include "base/text.h"
#include "causes/registry.h"
#include "frameworks/architecture.h"

namespace gpuwhy::app {

namespace {

const std::vector<std::string> framework_names = {"tensorflow", "torch", "jax", "onnxruntime", "cupy"};

struct Raw {
  std::string format = "text", colour = "auto";
  std::vector<std::string> ignored;
  bool version = false;
};

void add_source_options(CLI::App& app, Options& options) {
  app.add_option("--snapshot", options.snapshot, "judge a saved snapshot: a file, or example:NAME");
  app.add_option("--root", options.root, "judge another root folder (an unpacked image); nothing is executed there");
  app.add_option("--target", options.target, "judge a place by what is published of it: colab:t4, kaggle:p100, gpu=T4,python=3.11");
  app.add_option("--requirements", options.requirements, "with --target: lay this requirements file over it");
  app.add_option("--lock", options.lock, "with --target: lay this uv.lock over it");
  app.add_option("--notebook", options.notebook, "with --target: lay what this notebook installs and sets over it");
  app.add_option("--env", options.environment_file, "with --root: the process's environment, a file of NAME=VALUE lines");
  app.add_option("--python", options.python, "an interpreter or environment folder to judge (repeatable)")->allow_extra_args(false);
  app.add_option("--framework", options.frameworks, "only this framework (repeatable)")
      ->allow_extra_args(false)
      ->check(CLI::IsMember(framework_names));
  app.add_option("--import-order", options.import_order, "frameworks that one process imports, in this order: torch,tensorflow")
      ->delimiter(',')
      ->allow_extra_args(false)
      ->check(CLI::IsMember(framework_names));
  app.add_option("--pid", options.pid, "a running process: what it has really mapped, and its environment at its start")
      ->check(CLI::PositiveNumber);
  app.add_flag("--deep", options.deep, "also read the device code of NVIDIA's libraries, whole files where needed");
  app.add_flag("--no-probe", options.no_probe, "read files only; do not ask the driver");
  app.add_option("--timeout", options.timeout_s, "seconds that a call into the driver may take")->check(CLI::PositiveNumber);
}

void add_answer_options(CLI::App& app, Options& options, Raw& raw) {
  app.add_option("--format", raw.format, "text, json, markdown, html (one page, with -o) or github (annotations)")
      ->check(CLI::IsMember({"text", "json", "markdown", "html", "github"}));
  app.add_option("-o,--output", options.output, "write the answer to this file");
  app.add_option("--color,--colour", raw.colour, "auto, always or never")->check(CLI::IsMember({"auto", "always", "never"}));
  app.add_flag("-v,--verbose", options.verbose, "every gate, every place tried, evidence, undo, timings");
  app.add_flag("--no-redact", options.no_redact, "keep user names, hosts and serials in saved output");
  app.add_option("--fail-on", options.fail_on, "lowest severity that makes the exit status 1")
      ->check(CLI::IsMember({"note", "degraded", "blocked"}));
  app.add_flag("--require-gpu", options.require_gpu, "a machine where no GPU can be used, or where gpuwhy cannot tell, exits 1");
  app.add_option("--ignore", raw.ignored, "SLUG:REASON, a cause to leave out (repeatable)")->allow_extra_args(false);
  app.add_flag("--version", raw.version, "print the version");
}

struct Subcommand {
  std::string_view name, help, argument;
};

constexpr Subcommand subcommands[] = {
    {"check", "will each framework here see the GPU; if not, why, and what cures it", ""},
    {"diff", "why there and not here: two machines (snapshot files, example:NAME, root folders, here), down to the cause", "MACHINE"},
    {"explain", "the cause behind a pasted log, traceback, nvidia-smi or pip output; standard input when no file is given", "TEXT"},
    {"arch", "which GPUs the device code of libraries is for; folders are searched for *.so*", "FILE"},
    {"causes", "the catalogue of causes; with a slug, that cause's page", "SLUG"},
    {"snapshot", "everything the rules may know, as one JSON file; secrets redacted", ""},
    {"schema", "the JSON Schema of a document (report, diff, arch)", "NAME"},
    {"targets", "the places that --target and diff know (Colab, Kaggle), with their dates and sources", ""},
    {"version", "print the version", ""},
    {"completion", "a completion script for bash, zsh or fish", "SHELL"},
};

void add_arch_options(CLI::App& command, Options& options) {
  command.add_option("FILE", options.files, "libraries, or folders of them")->required();
  command.add_option("--cc", options.compute_capability, "judge a GPU of this compute capability: 12.0")
      ->check([](const std::string& text) {
        return parse_compute_capability(text) ? "" : "--cc takes a compute capability such as 8.9 or 12.0, not '" + printable(text) + "'";
      });
}

void add_explain_options(CLI::App& command, Options& options) {
  command.add_option("TEXT", options.files, "files to read; - is standard input. Two of which one shows a working GPU are compared");
  command.add_flag("--here", options.here, "the text comes from this machine: its own facts settle what the text leaves open");
}

void add_causes_options(CLI::App& command, Options& options) {
  command.add_option("SLUG", options.argument, "the cause whose page is shown");
  command.add_option("--search", options.search, "causes that a message points to: \"libcudnn.so.9: cannot open\"");
}

// "did you mean" for a word that is no command.
std::string nearest_command(std::string_view word) {
  std::string_view best;
  std::size_t distance = 4;
  for (const Subcommand& command : subcommands)
    if (std::size_t d = edit_distance(word, command.name); d < distance) distance = d, best = command.name;
  return std::string(best);
}

void configure(CLI::App& app, Options& options, Raw& raw) {
  app.fallthrough();
  app.require_subcommand(0, 1);
  app.footer("exit status: 0 every framework can use the GPU, 1 a finding at or above --fail-on, 2 gpuwhy could not run");
  add_source_options(app, options);
  add_answer_options(app, options, raw);
  for (const Subcommand& command : subcommands) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.help));
    if (command.name == "arch") add_arch_options(*sub, options);
    else if (command.name == "explain") add_explain_options(*sub, options);
    else if (command.name == "diff") sub->add_option("MACHINE", options.files, "the two machines")->expected(2);
    else if (command.name == "causes") add_causes_options(*sub, options);
    else if (command.name == "check")
      sub->add_option("PROJECT", options.projects,
                      "with --target: pyproject.toml, environment.yml, Dockerfile, requirements.txt, uv.lock, *.ipynb");
    else if (command.name == "targets") sub->add_flag("--examples", options.examples, "the machines that are embedded in gpuwhy");
    else if (!command.argument.empty()) sub->add_option(std::string(command.argument), options.argument);
    sub->callback([&options, &command] { options.command = command.name; });
  }
}

// A page is a file to look at and to pass on; why it cannot be made as it was asked for, "" when it can.
std::string refused_page(const Options& options) {
  if (options.format != Format::html) return "";
  if (options.command != "check" && options.command != "diff" && options.command != "explain")
    return "--format html is a form of check, diff and explain";
  if (options.no_redact) return "--no-redact cannot be used with --format html: a page is made to be passed on";
  bool to_terminal = (options.output.empty() || options.output == "-") && ::isatty(STDOUT_FILENO);
  return to_terminal ? "--format html is a page, not for a terminal: add -o report.html, or pipe it" : "";
}

bool take_ignored(const std::vector<std::string>& raw, Options& options) {
  for (const std::string& entry : raw) {
    std::size_t colon = entry.find(':');
    std::string slug = entry.substr(0, colon);
    if (colon == std::string::npos || trim(std::string_view(entry).substr(colon + 1)).empty()) {
      print_usage_error(fmt::format("--ignore takes SLUG:REASON; '{}' has no reason", entry));
      return false;
    }
    if (!find_cause(slug)) {
      print_usage_error(unknown_cause(slug));
      return false;
    }
    options.ignored.push_back({slug, entry.substr(colon + 1)});
  }
  return true;
}

}  // namespace

std::string nearest_cause(std::string_view slug) {
  std::string_view best;
  std::size_t distance = std::max<std::size_t>(slug.size() / 2, 3);
  for (const Cause& cause : all_causes())
    if (std::size_t d = edit_distance(slug, cause.slug); d < distance) distance = d, best = cause.slug;
  return std::string(best);
}

std::string unknown_cause(std::string_view slug) {
  std::string nearest = nearest_cause(slug);
  return fmt::format("no cause is called '{}'{}", printable(slug),
                     nearest.empty() ? "; `gpuwhy causes` lists them" : fmt::format("; did you mean {}?", nearest));
}

ParsedCommandLine parse_command_line(int argc, char** argv) {
  ParsedCommandLine parsed;
  Raw raw;
  CLI::App app("why a framework does or does not see the NVIDIA GPU here", "gpuwhy");
  configure(app, parsed.options, raw);
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp& help) {
    print(app.help());
    parsed.exit_status = 0;
    return parsed;
  } catch (const CLI::ParseError& error) {
    std::string message = error.what();
    if (argc > 1 && argv[1][0] != '-') {
      std::string nearest = nearest_command(argv[1]);
      bool known = std::ranges::any_of(subcommands, [&](const Subcommand& c) { return c.name == argv[1]; });
      if (!known)
        message = fmt::format("no command is called '{}'{}", printable(argv[1]),
                              nearest.empty() ? "" : fmt::format("; did you mean {}?", nearest));
    }
    print_usage_error(message);
    parsed.exit_status = 2;
    return parsed;
  }
  parsed.options.format = raw.format == "json"       ? Format::json
                          : raw.format == "markdown" ? Format::markdown
                          : raw.format == "github"   ? Format::github
                          : raw.format == "html"     ? Format::html
                                                     : Format::text;
  parsed.options.colour = raw.colour == "always"  ? ColourChoice::always
                          : raw.colour == "never" ? ColourChoice::never
                                                  : ColourChoice::automatic;
  if (raw.version) parsed.options.command = "version";
  if (!take_ignored(raw.ignored, parsed.options)) parsed.exit_status = 2;
  if (std::string refused = refused_page(parsed.options); !refused.empty()) {
    print_usage_error(refused);
    parsed.exit_status = 2;
  }
  return parsed;
}

CommandLineShape command_line_shape() {
  Options options;
  Raw raw;
  CLI::App app;
  configure(app, options, raw);
  CommandLineShape shape;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames())
      shape.flags.push_back({"--" + name, option->get_description(), option->get_expected_max() > 0, {}});
    for (const std::string& name : option->get_snames())
      shape.flags.push_back({"-" + name, option->get_description(), option->get_expected_max() > 0, {}});
  }
  for (FlagShape& flag : shape.flags) {
    if (flag.name == "--format") flag.values = {"text", "json", "markdown", "html", "github"};
    if (flag.name == "--color" || flag.name == "--colour") flag.values = {"auto", "always", "never"};
    if (flag.name == "--fail-on") flag.values = {"note", "degraded", "blocked"};
    if (flag.name == "--framework" || flag.name == "--import-order") flag.values = framework_names;
  }
  for (const Subcommand& command : subcommands) {
    CommandShape command_shape{std::string(command.name), std::string(command.help), {}, {}};
    if (command.name == "completion") command_shape.arguments = {"bash", "zsh", "fish"};
    if (command.name == "schema") command_shape.arguments = {"report", "diff", "arch"};
    if (command.name == "arch") command_shape.flags.push_back({"--cc", "judge a GPU of this compute capability: 12.0", true, {}});
    if (command.name == "explain")
      command_shape.flags.push_back({"--here", "the text comes from this machine: its own facts settle what it leaves open", false, {}});
    if (command.name == "causes") command_shape.flags.push_back({"--search", "causes that a message points to", true, {}});
    if (command.name == "causes")
      for (const Cause& cause : all_causes()) command_shape.arguments.emplace_back(cause.slug);
    shape.commands.push_back(command_shape);
  }
  return shape;
}

}  // namespace gpuwhy::app
