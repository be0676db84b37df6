// drydock stack init | ls | select | rm | output | export | import
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "cli/view/values.h"
#include "cli/workspace.h"
#include "engine/state/deployment.h"

namespace drydock::cli {
namespace {

using Access = engine::StackFile::Access;

struct StackFlags {
  std::string stack, name, file, output, secrets_provider, copy_config_from;
  bool json = false, show_secrets = false, yes = false, force = false, create = false, preserve_config = false,
       shell = false;
};
using Flags = std::shared_ptr<StackFlags>;

/// Exit code 6 tells scripts that there is no such stack.
Result<int> missing(const App& app, const Error& error) {
  int code = report(app, error);
  return error.code == ErrorCode::not_found ? static_cast<int>(kStackNotFound) : code;
}

Result<int> init(const App& app, const StackFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  if (!flags.secrets_provider.empty() && flags.secrets_provider != "passphrase" && flags.secrets_provider != "default")
    return fail(ErrorCode::unsupported,
                fmt::format("not supported yet: --secrets-provider {}", flags.secrets_provider));
  std::string given = flags.name.empty() ? flags.stack : flags.name;
  if (given.empty()) return fail(ErrorCode::invalid_input, "name the stack: drydock stack init dev");
  auto name = workspace->stack(given);
  if (!name) return pass(name);
  if (auto made = workspace->backend.create(workspace->id(*name)); !made) return pass(made);
  if (auto selected = workspace->select(*name); !selected) return pass(selected);
  app.out(fmt::format("Created stack '{}'\n", *name));
  return kOk;
}

Json stack_json(const Workspace& workspace, const std::string& name) {
  Json out = Json::object({{"name", name}, {"current", name == workspace.selected()}, {"updateInProgress", false}});
  if (auto deployment = workspace.backend.read(workspace.id(name)); deployment && deployment->is_object()) {
    out["lastUpdate"] = deployment->at("manifest").at("time");
    out["resourceCount"] = deployment->at("resources").size();
  }
  return out;
}

Result<int> list(const App& app, const StackFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  Json all = Json::Array{};
  for (const auto& name : workspace->backend.list(workspace->project.name)) all.push_back(stack_json(*workspace, name));
  if (flags.json) {
    app.out(all.dump_pretty(2) + "\n");
    return kOk;
  }
  std::size_t width = 4;
  for (const auto& stack : all.as_array()) width = std::max(width, stack.at("name").as_string().size() + 1);
  app.out(fmt::format("{}  {}  {}\n", pad("NAME", width), pad("LAST UPDATE", 20), "RESOURCE COUNT"));
  for (const auto& stack : all.as_array()) {
    std::string name = stack.at("name").as_string() + (stack.at("current").as_bool() ? "*" : "");
    std::string time = stack.at("lastUpdate").string_or("n/a").substr(0, 19);
    app.out(fmt::format("{}  {}  {}\n", pad(name, width), pad(time, 20),
                        stack.has("resourceCount") ? std::to_string(stack.at("resourceCount").as_int()) : "n/a"));
  }
  return kOk;
}

Result<int> select(const App& app, const StackFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  std::string given = flags.name.empty() ? flags.stack : flags.name;
  if (given.empty()) {
    std::string now = workspace->selected();
    auto known = workspace->backend.list(workspace->project.name);
    return fail(ErrorCode::invalid_input,
                fmt::format("name the stack to select{}{}", known.empty() ? "" : "; there are: ", join(known, ", ")));
  }
  auto name = workspace->stack(given);
  if (!name) return pass(name);
  if (!workspace->backend.exists(workspace->id(*name))) {
    if (flags.create) {
      if (auto made = workspace->backend.create(workspace->id(*name)); !made) return pass(made);
      app.out(fmt::format("Created stack '{}'\n", *name));
    } else {
      return missing(app, workspace->backend.read(workspace->id(*name)).error());
    }
  }
  if (auto selected = workspace->select(*name); !selected) return pass(selected);
  return kOk;
}

Result<int> remove(const App& app, const StackFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto name = workspace->stack(flags.name.empty() ? flags.stack : flags.name);
  if (!name) return pass(name);
  engine::StackId id = workspace->id(*name);
  auto deployment = workspace->backend.read(id);
  if (!deployment) return missing(app, deployment.error());
  auto lock = workspace->backend.lock(id);
  if (!lock) return pass(lock);
  std::size_t count = deployment->at("resources").size();
  bool journal = file_exists(workspace->backend.journal_path(id));
  if ((count > 0 || journal) && !flags.force) {
    return fail(
        ErrorCode::conflict,
        fmt::format("stack '{}' still has {} resources; 'drydock destroy -s {}' deletes them, --force forgets them",
                    *name, count, *name));
  }
  if (!flags.yes) {
    std::string answer = ask(app, fmt::format("This removes stack '{0}' for good. Type its name to go on: ", *name));
    if (!app.interactive())
      return fail(ErrorCode::invalid_input, "without a terminal, --yes must be given to remove a stack");
    if (answer != *name) return fail(ErrorCode::cancelled, "the stack was not removed");
  }
  if (auto gone = workspace->backend.remove(id); !gone) return pass(gone);
  if (!flags.preserve_config)
    if (auto gone = remove_file(workspace->project.settings_file(*name)); !gone) return pass(gone);
  if (workspace->selected() == *name)
    if (auto done = workspace->select(""); !done) return pass(done);
  app.out(fmt::format("Stack '{}' has been removed!\n", *name));
  return kOk;
}

PropertyMap stack_outputs(const engine::Snapshot& snapshot) {
  for (const auto& r : snapshot.resources)
    if (r->type == kStackType && !r->delete_) return r->outputs;
  return {};
}

Result<int> output(const App& app, const StackFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto stack = workspace->open_stack(app, flags.stack, Access::read);
  if (!stack) return missing(app, stack.error());
  PropertyMap outputs = stack_outputs((*stack)->snapshot());
  engine::StateWriter writer(flags.show_secrets ? engine::SecretForm::bare : engine::SecretForm::hidden);
  if (!flags.name.empty()) {
    if (!outputs.contains(flags.name)) {
      std::vector<std::string> names;
      for (const auto& [key, value] : outputs) names.push_back(key);
      std::string near = nearest(flags.name, names);
      return fail(ErrorCode::not_found, fmt::format("stack '{}' has no output '{}'{}", (*stack)->id().stack, flags.name,
                                                    near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)));
    }
    auto json = writer.value(outputs.at(flags.name));
    if (!json) return pass(json);
    // A text by itself is for scripts: no quotes.
    app.out((json->is_string() && !flags.json ? json->as_string()
             : flags.json                     ? json->dump_pretty(2)
                                              : json->dump()) +
            "\n");
    return kOk;
  }
  if (flags.json) {
    auto json = writer.map(outputs);
    if (!json) return pass(json);
    app.out(json->dump_pretty(2) + "\n");
    return kOk;
  }
  if (outputs.empty()) {
    app.out("Current stack outputs (0):\n    No output values currently in this stack\n");
    return kOk;
  }
  std::size_t width = 6;
  for (const auto& [key, value] : outputs) width = std::max(width, key.size());
  app.out(fmt::format("Current stack outputs ({}):\n    {}  VALUE\n", outputs.size(), pad("OUTPUT", width)));
  for (const auto& [key, value] : outputs) {
    auto json = writer.value(value);
    if (!json) return pass(json);
    app.out(fmt::format("    {}  {}\n", pad(key, width), json->is_string() ? json->as_string() : json->dump()));
  }
  return kOk;
}

Result<int> export_state(const App& app, const StackFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto stack = workspace->open_stack(app, flags.stack, Access::read);
  if (!stack) return missing(app, stack.error());
  auto latest = (*stack)->backend().read((*stack)->id());
  if (!latest) return pass(latest);
  Json deployment = std::move(*latest);
  if (deployment.is_null() || flags.show_secrets) {
    engine::StateWriter writer(flags.show_secrets ? engine::SecretForm::plaintext : engine::SecretForm::encrypted,
                               &(*stack)->secrets());
    auto written = writer.deployment((*stack)->snapshot());
    if (!written) return pass(written);
    for (const char* keep : {"secrets_providers", "manifest"})
      if (deployment.has(keep)) (*written)[keep] = deployment.at(keep);
    deployment = std::move(*written);
  }
  std::string text = Json::object({{"version", 3}, {"deployment", std::move(deployment)}}).dump_pretty(4) + "\n";
  if (flags.file.empty()) {
    app.out(text);
    return kOk;
  }
  if (auto written = write_file(flags.file, text, false, 0600); !written) return pass(written);
  return kOk;
}

Result<int> import_state(const App& app, const StackFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto stack = workspace->open_stack(app, flags.stack, Access::write);
  if (!stack) return missing(app, stack.error());
  std::string source = flags.file.empty() ? "standard input" : flags.file;
  auto text = flags.file.empty() ? Result<std::string>(std::string(std::istreambuf_iterator<char>(std::cin), {}))
                                 : read_file(flags.file);
  if (!text) return pass(text);
  auto json = Json::parse(*text);
  if (!json) return pass(json, "reading " + source);
  if (json->at("version").int_or(0) != 3 || !json->at("deployment").is_object())
    return fail(ErrorCode::invalid_input,
                fmt::format("{} is no state of version 3 as 'stack export' writes it", source));
  const Json& deployment = json->at("deployment");
  auto salt = engine::deployment_salt(deployment);
  if (!salt) return pass(salt);
  engine::SecretsManager secrets(salt->empty() ? (*stack)->secrets().salt() : *salt,
                                 engine::passphrase_from_environment);
  auto snapshot = engine::read_deployment(deployment, secrets);
  if (!snapshot) return pass(snapshot, "reading " + source);
  for (const auto& r : snapshot->resources) {
    if (r->urn.stack() == (*stack)->id().stack && r->urn.project() == (*stack)->id().project) continue;
    if (!flags.force)
      return fail(ErrorCode::invalid_input,
                  fmt::format("{} holds '{}' of another stack; --force imports it all the same", source, r->urn.str()));
  }
  if (auto done = (*stack)->import(*snapshot); !done) return pass(done);
  app.out("Import complete.\n");
  return kOk;
}

using Run = Result<int> (*)(const App&, const StackFlags&);

CLI::App* add(CLI::App& parent, App& app, const Flags& flags, const char* name, const char* what, const char* example,
              Run run) {
  auto* command = parent.add_subcommand(name, what);
  command->fallthrough();
  command->footer(std::string("Example: ") + example);
  command->callback([&app, flags, run] { app.action = [&app, flags, run] { return run(app, *flags); }; });
  return command;
}

}  // namespace

void add_stack_commands(CLI::App& parser, App& app) {
  auto flags = std::make_shared<StackFlags>();
  auto* stack = parser.add_subcommand("stack", "Make, choose, show and move stacks");
  stack->require_subcommand(1);
  stack->fallthrough();
  stack->footer("Example: drydock stack ls");
  stack->add_option("-s,--stack", flags->stack, "The stack; the selected one by default");

  auto* command = add(*stack, app, flags, "init", "Make a stack and select it", "drydock stack init dev", init);
  command->alias("new");
  command->add_option("name", flags->name, "Its name");
  command->add_option("--secrets-provider", flags->secrets_provider, "passphrase");

  command = add(*stack, app, flags, "ls", "List the project's stacks", "drydock stack ls --json", list);
  command->add_flag("-j,--json", flags->json, "As JSON");

  command = add(*stack, app, flags, "select", "Choose the stack that commands work on",
                "drydock stack select --create dev", select);
  command->add_option("name", flags->name, "Its name");
  command->add_flag("-c,--create", flags->create, "Make it if it does not exist");

  command = add(*stack, app, flags, "rm", "Remove a stack and its settings", "drydock stack rm dev --yes", remove);
  command->add_option("name", flags->name, "Its name");
  command->add_flag("-y,--yes", flags->yes, "Do not ask");
  command->add_flag("-f,--force", flags->force, "Forget its resources, which go on to exist");
  command->add_flag("--preserve-config", flags->preserve_config, "Keep Pulumi.<stack>.yaml");

  command = add(*stack, app, flags, "output", "Show outputs", "drydock stack output kubeconfig --json", output);
  command->add_option("name", flags->name, "One output; all by default");
  command->add_flag("-j,--json", flags->json, "As JSON");
  command->add_flag("--show-secrets", flags->show_secrets, "Secrets in clear");

  command =
      add(*stack, app, flags, "export", "Write the state", "drydock stack export --file state.json", export_state);
  command->add_option("--file", flags->file, "To this file; stdout by default");
  command->add_flag("--show-secrets", flags->show_secrets, "Secrets in clear");

  command =
      add(*stack, app, flags, "import", "Replace the state", "drydock stack import --file state.json", import_state);
  command->add_option("--file", flags->file, "From this file; stdin by default");
  command->add_flag("-f,--force", flags->force, "Even if it is of another stack");
}

}  // namespace drydock::cli
