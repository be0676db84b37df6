// Where a command works: the project, the folder of its stacks, and the stack that is selected.
#pragma once

#include <memory>
#include <string>

#include "cli/app.h"
#include "engine/state/stack_file.h"

namespace drydock::cli {

struct Workspace {
  engine::Project project;
  engine::Backend backend;

  /// The project of app.directory; state in PULUMI_BACKEND_URL, else where Pulumi.yaml says, else beside it.
  static Result<Workspace> open(const App& app);

  engine::StackId id(const std::string& stack) const { return {project.name, stack}; }
  /// `flag` ("dev", "<project>/dev" or "organization/<project>/dev"), else the selected stack. Error not_found.
  Result<std::string> stack(const std::string& flag) const;
  std::string selected() const;  // empty: none
  Result<void> select(const std::string& stack) const;

  Result<std::unique_ptr<engine::StackFile>> open_stack(const App& app, const std::string& flag,
                                                        engine::StackFile::Access access) const;

 private:
  std::string selection_file() const;
};

/// Asks for a line; empty if there is no terminal. With `hidden`, what is typed is not shown.
std::string ask(const App& app, const std::string& question, bool hidden = false);
/// True for "y" or "yes".
bool ask_yes(const App& app, const std::string& question);

}  // namespace drydock::cli
