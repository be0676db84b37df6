// The program `drydock`: what every command shares. Commands are in files of their own, one a group.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/view/style.h"

namespace CLI {
class App;
}

namespace drydock::cli {

/// https://www.pulumi.com/docs/iac/cli/ : what scripts branch on.
enum ExitCode {
  kOk = 0,
  kFailed = 1,
  kUsage = 2,
  kAuthentication = 3,
  kStackNotFound = 6,
  kChangesSeen = 7,  // with --expect-no-changes
  kCancelled = 8,
  kTimeout = 9,
  kInternal = 255,
};

/// One invocation: flags that every command has, and where it writes.
struct App {
  std::string directory = ".";  // -C
  std::string colour = "auto";  // --color
  bool non_interactive = false;
  std::vector<std::string> visit;  // `drydock node NAME COMMAND...`: the command, untouched by our own flags

  /// Set by the command that was chosen; run after all flags are read.
  std::function<Result<int>()> action;

  void out(std::string_view text) const;  // stdout
  void say(std::string_view text) const;  // stderr: warnings, progress
  /// Tests read here what would go there.
  std::string* captured_out = nullptr;
  std::string* captured_err = nullptr;
  Style style() const;       // of stdout
  bool on_terminal() const;  // stdout is one that can draw
  bool interactive() const;  // stdin and stdout are terminals
};

/// Runs a command line; returns the exit code. Errors are told on stderr.
int run_app(int argc, char** argv, App app = {});

/// "error: ..." and the code that it ends the program with.
int report(const App& app, const Error& error);

// --- Command groups; each adds its commands to `parser`.
void add_run_commands(CLI::App& parser, App& app);      // up, preview, destroy, refresh
void add_stack_commands(CLI::App& parser, App& app);    // stack ...
void add_history_commands(CLI::App& parser, App& app);  // stack history, cancel; after add_stack_commands()
void add_config_commands(CLI::App& parser, App& app);   // config ...
void add_twin_commands(CLI::App& parser, App& app);     // twin ...
void add_node_commands(CLI::App& parser, App& app);     // node ...
void add_eks_commands(CLI::App& parser, App& app);      // eks get-token
void add_check_commands(CLI::App& parser, App& app);    // check, explain, path

/// Full path of this program, and the build tree that it lies in (for the C++ SDK).
std::string own_path();
std::string build_tree();

}  // namespace drydock::cli
