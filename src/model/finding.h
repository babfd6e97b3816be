// What a rule says.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "model/evidence.h"
#include "model/layer.h"

namespace gpuwhy {

enum class Severity { note, degraded, blocked };      // in ascending order
enum class Confidence { possible, likely, certain };  // consistent with it / its mechanism is present / the failure itself was seen
enum class Safety {
  safe,       // undone by one command, touches nothing but this environment
  ask,        // changes the system or other environments
  show_only,  // may lose work or needs judgement: shown, never to be run blindly
};

using Command = std::vector<std::string>;  // argv; quoting is the renderer's job

// What a cure changes, as far as a snapshot can express it, so that the gates can be played again on a copy. The engine applies these
// (engine/cures.h); a remedy without effects is "not proven".
struct Effect {
  enum class Kind {
    set_variable,        // `name` becomes `value` in the process's environment
    unset_variable,      // `name` is not set
    provide_library,     // a good file of the soname `name` stands in the folder `value`
    remove_path,         // the file or folder `name` is gone
    install_package,     // the package `name` of the environment `environment` has the version `value`, with the libraries that its wheel
                         // holds
    remove_package,      // the package `name` of `environment` is gone, with the files that its wheel holds
    replace_build,       // the framework `name` (slug) of `environment` has the release `value` ("2.10.0", "2.10.0+cu126"; "" = as it is),
                         // complete and a CUDA build, as its own wheel has it
    complete_libraries,  // every CUDA library that the framework `name` of `environment` opens is installed there from wheels
    driver_works,        // the driver answers for every card; `value`: its version ("580.65.06"), "" = the one that is here
    nvml_works,          // libnvidia-ml.so.1 loads and initialises
    nodes_open,          // device files are there and open for this user
    refresh_cache,       // ldconfig has run, with the folder `value` in its configuration where that is not empty
    default_compute,     // compute mode is Default, memory is free
    startup_removed,     // the startup code in the file `name` is gone
  };
  Kind kind = Kind::set_variable;
  std::string name, value;
  std::string environment;  // interpreter; "" = the machine
};

struct Remedy {
  std::string title;               // "Install cuDNN 9 into this environment"
  std::vector<Command> commands;   // in order; or
  std::vector<std::string> steps;  // where no command exists: a menu, the BIOS, a YAML field
  Safety safety = Safety::ask;
  std::string undo;
  Command check;                    // shows that it worked
  std::vector<Effect> effects;      // what it changes, played through by the engine before the remedy is shown
  bool proven = false;              // set by the engine: played on a copy, the cause was gone and the prediction moved on
  std::string then;                 // set by the engine: "TensorFlow will then see 1 GPU"
  std::vector<std::string> leaves;  // set by the engine: causes that still stop a framework after it
};

struct Finding {
  std::string cause;                 // slug; filled in by the engine
  std::string subject;               // "TensorFlow 2.20.0 in ~/venv", "0000:01:00.0", "" = the machine
  std::string headline;              // the fault in one clause: "cuDNN 9 is not installed in this environment"
  std::vector<std::string> details;  // lines that prove it, for people, in reading order
  std::vector<Evidence> because;     // the same for machines
  Severity severity = Severity::blocked;
  Confidence confidence = Confidence::certain;
  std::vector<Remedy> remedies;
  std::vector<std::string> also_explains;  // gates ("open-cudnn") of this subject that this finding accounts for, beside the page's list
};

struct Passes {};
struct NotApplicable {
  std::string why;
};
struct CannotTell {
  std::string missing;  // the fact, in words
  std::string why;      // "no permission to read /dev/nvidia0"
};
struct Fires {
  std::vector<Finding> findings;
};
struct Crashed {
  std::string what;  // only the engine makes this one
};

using Verdict = std::variant<Passes, NotApplicable, CannotTell, Fires, Crashed>;

inline Verdict passes() { return Passes{}; }
inline Verdict not_applicable(std::string why) { return NotApplicable{std::move(why)}; }
inline Verdict cannot_tell(std::string missing, std::string why) { return CannotTell{std::move(missing), std::move(why)}; }
inline Verdict fires(Finding finding) { return Fires{{std::move(finding)}}; }

}  // namespace gpuwhy
