#include "cli/app.h"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cerrno>
#include <csignal>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"

namespace drydock::cli {
namespace {

constexpr const char* kVersion = "v3.259.0-drydock.0.1.0";

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return;  // nobody reads any more
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void add_version(CLI::App& parser, App& app) {
  auto* command = parser.add_subcommand("version", "Print the version");
  command->footer("Example: drydock version");
  command->callback([&app] {
    app.action = [&app]() -> Result<int> {
      app.out(std::string(kVersion) + "\n");
      return kOk;
    };
  });
}

/// Takes the command off `drydock node NAME [--] COMMAND...`, whose flags are not ours, and says how many words are
/// left.
int take_visit(int argc, char** argv, std::vector<std::string>& command) {
  int words = 0, at = 1;
  for (; at < argc && words < 2; ++at) {
    const std::string_view word = argv[at];
    if (word == "-C" || word == "--cwd" || word == "--color") {
      ++at;
      continue;
    }
    if (word.starts_with("-")) continue;
    if (words == 0 && word != "node") return argc;
    if (words == 1 && (word == "ls" || word == "story")) return argc;
    ++words;
  }
  if (words < 2) return argc;
  for (int i = at; i < argc; ++i)
    if (i > at || std::string_view(argv[i]) != "--") command.emplace_back(argv[i]);
  return at;
}

/// Names of the commands below `parser`, aliases too.
std::vector<std::string> command_names(const CLI::App& parser) {
  std::vector<std::string> names;
  for (const auto* command : parser.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(command->get_name());
    for (const auto& alias : command->get_aliases()) names.push_back(alias);
  }
  return names;
}

/// The first word that is no command where one was expected, with the nearest that is.
std::string unknown_command(const CLI::App& root, int argc, char** argv) {
  const CLI::App* here = &root;
  std::string path = "drydock";
  for (int i = 1; i < argc; ++i) {
    std::string_view word = argv[i];
    if (word == "-C" || word == "-s" || word == "--cwd" || word == "--stack") {
      ++i;
      continue;
    }
    if (word.starts_with("-")) continue;
    auto names = command_names(*here);
    if (names.empty()) return {};
    if (std::find(names.begin(), names.end(), word) == names.end()) {
      std::string near = nearest(word, names);
      return fmt::format("'{}' is no command of {}{}; see '{} --help'", word, path,
                         near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near), path);
    }
    here = here->get_subcommand(std::string(word));
    path += " " + std::string(word);
  }
  if (!command_names(*here).empty())
    return fmt::format("{} needs a command: {}", path, join(command_names(*here), ", "));
  return {};
}

/// The command that was typed, as far as it was understood.
const CLI::App& chosen(const CLI::App& parser) {
  const CLI::App* here = &parser;
  while (!here->get_subcommands().empty()) here = here->get_subcommands().front();
  return *here;
}

int usage_error(const App& app, const CLI::App& parser, const CLI::ParseError& e, int argc, char** argv) {
  std::string text = unknown_command(parser, argc, argv);
  if (text.empty()) text = e.what();
  (void)report(app, Error{ErrorCode::invalid_input, text, {}});
  // The codes of these are verdicts, and a mistyped flag is none.
  const std::string command = chosen(parser).get_name();
  return command == "check" || command == "path" ? kFailed : kUsage;
}

}  // namespace

void App::out(std::string_view text) const {
  captured_out ? void(captured_out->append(text)) : write_all(STDOUT_FILENO, text);
}
void App::say(std::string_view text) const {
  captured_err ? void(captured_err->append(text)) : write_all(STDERR_FILENO, text);
}

Style App::style() const {
  if (colour == "always") return {true};
  if (colour == "never" || colour == "raw") return {false};
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  bool dumb = !term || std::string_view(term) == "dumb";
  return {!captured_out && ::isatty(STDOUT_FILENO) == 1 && !(no_colour && *no_colour) && !dumb};
}

bool App::on_terminal() const {
  const char* term = std::getenv("TERM");
  return !captured_out && ::isatty(STDOUT_FILENO) == 1 && term && std::string_view(term) != "dumb";
}

bool App::interactive() const {
  return !captured_out && !non_interactive && ::isatty(STDIN_FILENO) == 1 && ::isatty(STDOUT_FILENO) == 1;
}

int report(const App& app, const Error& error) {
  bool colour = app.style().colour && ::isatty(STDERR_FILENO) == 1;
  app.say(fmt::format("{} {}\n", Style{colour}.paint(Colour::bright_red, "error:"), error.to_string()));
  switch (error.code) {
    case ErrorCode::invalid_input:
    case ErrorCode::unsupported:
      return kUsage;
    case ErrorCode::access_denied:
      return kAuthentication;
    case ErrorCode::cancelled:
      return kCancelled;
    case ErrorCode::timeout:
      return kTimeout;
    case ErrorCode::internal:
      return kInternal;
    default:
      return kFailed;
  }
}

std::string own_path() {
  char path[4096];
  ssize_t n = ::readlink("/proc/self/exe", path, sizeof path - 1);
  return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : "drydock";
}

std::string build_tree() {
  if (const char* given = std::getenv("DRYDOCK_DIR"); given && *given) return given;
  return parent_directory(parent_directory(own_path()));
}

int run_app(int argc, char** argv, App app) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App parser("Drydock deploys Pulumi programs onto AWS, or onto a twin of it on this machine.", "drydock");
  parser.require_subcommand(1);
  parser.fallthrough();
  parser.add_option("-C,--cwd", app.directory, "Run as if started in this folder");
  parser.add_option("--color", app.colour, "always, never, raw or auto")
      ->check(CLI::IsMember({"always", "never", "raw", "auto"}));
  parser.add_flag("--non-interactive", app.non_interactive, "Never ask");
  parser.footer("Example: drydock up -C examples/private-eks");
  add_run_commands(parser, app);
  add_stack_commands(parser, app);
  add_history_commands(parser, app);
  add_config_commands(parser, app);
  add_twin_commands(parser, app);
  add_node_commands(parser, app);
  add_eks_commands(parser, app);
  add_check_commands(parser, app);
  add_version(parser, app);
  argc = take_visit(argc, argv, app.visit);
  try {
    parser.parse(argc, argv);
  } catch (const CLI::Success& e) {
    app.out(chosen(parser).help());
    return kOk;
  } catch (const CLI::ParseError& e) {
    return usage_error(app, parser, e, argc, argv);
  }
  auto code = app.action();
  return code ? *code : report(app, code.error());
}

}  // namespace drydock::cli
