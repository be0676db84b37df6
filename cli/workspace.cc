#include "cli/workspace.h"

#include <fmt/format.h>
#include <termios.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace drydock::cli {

Result<Workspace> Workspace::open(const App& app) {
  auto project = engine::load_project(app.directory);
  if (!project) return pass(project);
  const char* url = std::getenv("PULUMI_BACKEND_URL");
  std::string where = url && *url ? url : !project->backend_url.empty() ? project->backend_url : project->directory;
  auto backend = engine::Backend::open(where);
  if (!backend) return pass(backend);
  return Workspace{std::move(*project), std::move(*backend)};
}

std::string Workspace::selection_file() const {
  return join_path(backend.root(),
                   fmt::format(".pulumi/workspaces/{}-{}-workspace.json", project.name, hex(sha1(project.file))));
}

std::string Workspace::selected() const {
  auto text = read_file(selection_file());
  auto json = text ? Json::parse(*text) : Result<Json>(Json());
  return json ? json->at("stack").string_or() : "";
}

Result<void> Workspace::select(const std::string& stack) const {
  std::string file = selection_file();
  if (auto made = make_directories(parent_directory(file)); !made) return made;
  return write_file(file, Json::object({{"stack", stack}}).dump() + "\n");
}

Result<std::string> Workspace::stack(const std::string& flag) const {
  if (!flag.empty()) {
    auto parts = split(flag, '/');
    if (parts.size() >= 2 && parts[parts.size() - 2] != project.name) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("'{}' names another project than {} ({})", flag, project.name, project.file));
    }
    if (auto good = engine::check_stack_name(parts.back()); !good) return pass(good);
    return parts.back();
  }
  if (std::string chosen = selected(); !chosen.empty()) return chosen;
  auto known = backend.list(project.name);
  return fail(ErrorCode::invalid_input,
              known.empty()
                  ? fmt::format("project '{}' has no stack yet; 'drydock stack init dev' makes one", project.name)
                  : fmt::format("no stack is selected; name one with -s, or select it with 'drydock stack select {}' "
                                "(there are: {})",
                                known.front(), join(known, ", ")));
}

Result<std::unique_ptr<engine::StackFile>> Workspace::open_stack(const App& app, const std::string& flag,
                                                                 engine::StackFile::Access access) const {
  auto name = stack(flag);
  if (!name) return pass(name);
  auto file = engine::StackFile::open(backend, project, *name, access, engine::passphrase_from_environment);
  if (file && (*file)->folded_changes() > 0)
    app.say(fmt::format("Stack '{}' was left in the middle of a run; {} recorded changes are folded in now.\n", *name,
                        (*file)->folded_changes()));
  return file;
}

std::string ask(const App& app, const std::string& question, bool hidden) {
  if (!app.interactive()) return {};
  app.out(question);
  termios before{};
  hidden = hidden && ::tcgetattr(STDIN_FILENO, &before) == 0;
  if (hidden) {
    termios quiet = before;
    quiet.c_lflag &= static_cast<tcflag_t>(~ECHO);
    ::tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
  }
  std::string line;
  std::getline(std::cin, line);
  if (hidden) {
    ::tcsetattr(STDIN_FILENO, TCSANOW, &before);
    app.out("\n");
  }
  return line;
}

bool ask_yes(const App& app, const std::string& question) {
  std::string answer = to_lower(trim(ask(app, question)));
  return answer == "y" || answer == "yes";
}

}  // namespace drydock::cli
