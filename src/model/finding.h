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

struct Remedy {
  std::string title;               // "Install cuDNN 9 into this environment"
  std::vector<Command> commands;   // in order; or
  std::vector<std::string> steps;  // where no command exists: a menu, the BIOS, a YAML field
  Safety safety = Safety::ask;
  std::string undo;
  Command check;  // shows that it worked
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
