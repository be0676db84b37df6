// drydock up | preview | destroy | refresh
#include <CLI/CLI.hpp>
#include <memory>

#include "cli/app.h"
#include "cli/run.h"

namespace drydock::cli {
namespace {

using Flags = std::shared_ptr<RunFlags>;

/// Flags of Pulumi's that are known and not built yet: better said than ignored.
void add_unsupported(CLI::App* command, const Flags& flags) {
  for (const char* name : {"--exclude", "--config-file", "--plan", "--save-plan", "--policy-pack", "--import-file",
                           "--event-log", "--import-pending-creates"}) {
    std::string shown = std::string(name).substr(std::string(name).find("--"));
    command
        ->add_option_function<std::string>(name,
                                           [flags, shown](const std::string&) { flags->unsupported.push_back(shown); })
        ->group("");
  }
  for (const char* name : {"--run-program", "--exclude-protected", "--attach-debugger"})
    command->add_flag_function(name, [flags, name](std::int64_t) { flags->unsupported.push_back(name); })->group("");
}

CLI::App* add(CLI::App& parser, App& app, const char* name, const char* what, const char* example, engine::Command kind,
              bool preview_only, Flags& flags) {
  flags = std::make_shared<RunFlags>();
  flags->preview_only = preview_only;
  auto* command = parser.add_subcommand(name, what);
  command->fallthrough();
  command->footer(std::string("Example: ") + example);
  command->add_option("-s,--stack", flags->stack, "The stack; the selected one by default");
  command->add_option("--cloud", flags->cloud, "twin or aws; config key drydock:cloud by default, else twin");
  command->add_flag("-j,--json", flags->json, "As JSON, for programs");
  command->add_flag("--diff", flags->diff, "Show each resource's properties");
  command->add_option("-p,--parallel", flags->parallel, "Steps at a time; 16 by default");
  command->add_flag("--show-secrets", flags->show_secrets, "Secrets in clear");
  command->add_flag("--show-sames", flags->show_sames, "Show what does not change, too");
  command->add_flag("--suppress-outputs", flags->suppress_outputs, "Do not show outputs");
  command->add_flag("--show-full-output", flags->full_outputs, "Show outputs whole, however long");
  command->add_flag("--suppress-progress", flags->suppress_progress, "Lines rather than a live tree");
  command->add_flag("--expect-no-changes", flags->expect_no_changes, "Fail if anything would change, or changed");
  command->add_flag("--continue-on-error", flags->continue_on_error, "Go on with what does not depend on a failure");
  command->add_option("-t,--target", flags->target,
                      "Touch only this URN; may be given again. '*' stands for anything but ':', '**' for anything");
  command->add_flag("--target-dependents", flags->target_dependents, "And what depends on the targets");
  command->add_option("-m,--message", flags->message, "A note for the history");
  if (!preview_only) {
    command->add_flag("-y,--yes", flags->yes, "Do not ask");
    command->add_flag("-f,--skip-preview", flags->skip_preview, "Change at once");
  }
  if (kind == engine::Command::update)
    command->add_option("--readiness", flags->readiness,
                        "What to do when nodes will not become Ready: stop (default), warn, or off (do not look)");
  add_unsupported(command, flags);
  command->callback([&app, flags, kind] { app.action = [&app, flags, kind] { return run_stack(app, *flags, kind); }; });
  return command;
}

}  // namespace

void add_run_commands(CLI::App& parser, App& app) {
  Flags flags;
  auto* command = add(parser, app, "up", "Make the stack what its program says",
                      "drydock up -C examples/private-eks --yes", engine::Command::update, false, flags);
  command->alias("update");
  command->add_flag("-r,--refresh", flags->refresh, "Look at the cloud first");
  command->add_option("--replace", flags->replace, "URNs to replace");
  command->add_option("--target-replace", flags->target_replace, "URNs to replace, touching nothing else");
  command = add(parser, app, "preview", "Show what 'up' would do", "drydock preview --diff", engine::Command::update,
                true, flags);
  command->alias("pre");
  command->add_flag("-r,--refresh", flags->refresh, "Look at the cloud first");
  command->add_option("--replace", flags->replace, "URNs to replace");
  command->add_option("--target-replace", flags->target_replace, "URNs to replace, touching nothing else");
  command = add(parser, app, "destroy", "Delete all that the stack holds",
                "drydock destroy -C examples/private-eks --yes", engine::Command::destroy, false, flags);
  command->alias("down");
  command->add_flag("--remove", flags->remove, "Remove the stack afterwards");
  command->add_flag("--preview-only", flags->preview_only, "Only show what would be deleted");
  command = add(parser, app, "refresh", "Take the cloud's word for what exists", "drydock refresh --yes",
                engine::Command::refresh, false, flags);
  command->add_flag("--preview-only", flags->preview_only, "Only show what differs");
  auto* clear = command->add_flag("--clear-pending-creates", flags->clear_pending_creates,
                                  "Forget what an interrupted run was creating: it was looked after");
  command->add_flag("--skip-pending-creates", flags->skip_pending_creates, "Do not ask about them")->excludes(clear);
}

}  // namespace drydock::cli
