// drydock stack history, drydock cancel: the runs that were, and the end of one that is in the way.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "cli/view/style.h"
#include "cli/workspace.h"

namespace drydock::cli {
namespace {

struct HistoryFlags {
  std::string stack;
  bool json = false, yes = false;
  int page = 1, page_size = 10;
};

std::chrono::sys_seconds time_of(const Json& seconds) {
  return std::chrono::sys_seconds(std::chrono::seconds(seconds.int_or(0)));
}
std::string stamp(const Json& seconds) { return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", time_of(seconds)); }

/// As `pulumi stack history --json` has it.
Json entry_json(const Json& entry, std::size_t version) {
  Json out = entry;
  out["version"] = version;
  for (const char* time : {"startTime", "endTime"}) out[time] = stamp(entry.at(time));
  return out;
}

/// "+2 ~1 5" : created, changed, deleted, the same.
std::string changes_text(const Json& changes) {
  const auto count = [&](std::initializer_list<const char*> ops) {
    std::int64_t n = 0;
    for (const char* op : ops) n += changes.at(op).int_or(0);
    return n;
  };
  return fmt::format("+{} -{} ~{} +-{}, {} unchanged", count({"create", "import"}), count({"delete", "discard"}),
                     count({"update"}), count({"replace"}), count({"same"}));
}

std::string entry_text(const Json& entry, std::size_t version) {
  std::string out = fmt::format("Version: {}\nUpdateKind: {}\nStatus: {}\n", version, entry.at("kind").string_or("?"),
                                entry.at("result").string_or("?"));
  if (std::string message = entry.at("message").string_or(); !message.empty())
    out += fmt::format("Message: {}\n", message);
  const auto took = time_of(entry.at("endTime")) - time_of(entry.at("startTime"));
  return out + fmt::format("   {}, {} took {}\n", changes_text(entry.at("resourceChanges")),
                           stamp(entry.at("startTime")), duration_text(took));
}

Result<int> history(const App& app, const HistoryFlags& flags) {
  if (flags.page < 1 || flags.page_size < 1)
    return fail(ErrorCode::invalid_input, "--page and --page-size are numbers from 1 on");
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto name = workspace->stack(flags.stack);
  if (!name) return pass(name);
  const auto id = workspace->id(*name);
  if (!workspace->backend.exists(id)) {
    report(app, workspace->backend.read(id).error());
    return kStackNotFound;
  }
  const auto all = workspace->backend.history(id);
  const auto size = static_cast<std::size_t>(flags.page_size), first = size * static_cast<std::size_t>(flags.page - 1);
  Json shown = Json::Array{};
  std::string text;
  for (std::size_t i = first; i < all.size() && i < first + size; ++i) {
    const std::size_t version = all.size() - i;
    shown.push_back(entry_json(all[i], version));
    text += (text.empty() ? "" : "\n") + entry_text(all[i], version);
  }
  if (flags.json)
    app.out(shown.dump_pretty(2) + "\n");
  else
    app.out(text.empty() ? fmt::format("Stack '{}' has never been updated\n", *name) : text);
  return kOk;
}

/// A drydock that is at work here is asked to stop, as by Ctrl-C. Other locks are removed: whoever wrote them is gone.
Result<int> cancel(const App& app, const HistoryFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto name = workspace->stack(flags.stack);
  if (!name) return pass(name);
  const auto id = workspace->id(*name);
  if (!workspace->backend.exists(id)) {
    report(app, workspace->backend.read(id).error());
    return kStackNotFound;
  }
  const auto locks = workspace->backend.locks(id);
  const bool journal_left = file_exists(workspace->backend.journal_path(id));
  if (locks.empty() && !journal_left) {
    app.out(fmt::format("Nothing is at work on stack '{}'.\n", *name));
    return kOk;
  }
  if (!flags.yes) {
    if (!app.interactive())
      return fail(ErrorCode::invalid_input, "without a terminal, --yes must be given to cancel a run");
    if (!ask_yes(app, fmt::format("Stop what is at work on stack '{}'? [y/N] ", *name)))
      return fail(ErrorCode::cancelled, "nothing was stopped");
  }
  bool at_work = false;
  for (const auto& lock : locks) {
    const auto pid = static_cast<pid_t>(lock.holder.at("pid").int_or(0));
    if (lock.alive && pid > 1) {
      at_work = true;
      if (::kill(pid, SIGINT) != 0)
        return fail(ErrorCode::access_denied, fmt::format("the command with pid {} is another user's", pid));
      app.out(fmt::format("The command with pid {} was asked to stop; it finishes what is under way.\n", pid));
    } else if (auto gone = remove_file(lock.path); !gone) {
      return pass(gone);
    }
  }
  if (at_work) return kOk;
  if (journal_left)  // opening the stack folds it in
    if (auto stack = workspace->open_stack(app, *name, engine::StackFile::Access::write); !stack) return pass(stack);
  app.out(fmt::format("The currently running update for '{}' has been canceled!\n", *name));
  return kOk;
}

using Flags = std::shared_ptr<HistoryFlags>;

CLI::App* add(CLI::App& parser, App& app, const Flags& flags, const char* name, const char* what, const char* example,
              Result<int> (*run)(const App&, const HistoryFlags&)) {
  auto* command = parser.add_subcommand(name, what);
  command->fallthrough();
  command->footer(std::string("Example: ") + example);
  command->callback([&app, flags, run] { app.action = [&app, flags, run] { return run(app, *flags); }; });
  return command;
}

}  // namespace

void add_history_commands(CLI::App& parser, App& app) {
  auto flags = std::make_shared<HistoryFlags>();
  auto* command = add(*parser.get_subcommand("stack"), app, flags, "history", "Show the stack's runs, newest first",
                      "drydock stack history --json", history);
  command->add_option("-s,--stack", flags->stack, "The stack; the selected one by default");
  command->add_flag("-j,--json", flags->json, "As JSON");
  command->add_option("--page-size", flags->page_size, "Runs a page; 10 by default");
  command->add_option("--page", flags->page, "Which page; 1 by default");

  command = add(parser, app, flags, "cancel", "Stop the command that is at work on a stack, or remove its lock",
                "drydock cancel --yes", cancel);
  command->add_option("stack,-s,--stack", flags->stack, "The stack; the selected one by default");
  command->add_flag("-y,--yes", flags->yes, "Do not ask");
}

}  // namespace drydock::cli
