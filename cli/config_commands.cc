// drydock config [get | set | rm]
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <iostream>
#include <iterator>
#include <memory>

#include "base/file.h"
#include "base/text.h"
#include "cli/workspace.h"

namespace drydock::cli {
namespace {

struct ConfigFlags {
  std::string stack, key, value;
  bool json = false, show_secrets = false, secret = false, plaintext = false, path = false, has_value = false;
};
using Flags = std::shared_ptr<ConfigFlags>;
using Access = engine::StackFile::Access;

Result<std::unique_ptr<engine::StackFile>> open(const App& app, const Workspace& workspace, const std::string& flag) {
  return workspace.open_stack(app, flag, Access::read);
}

std::string shown_key(const Workspace& workspace, const std::string& key) {
  std::string own = workspace.project.name + ":";
  return key.starts_with(own) ? key.substr(own.size()) : key;
}

Result<int> list(const App& app, const ConfigFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto stack = open(app, *workspace, flags.stack);
  if (!stack) return pass(stack);
  auto keys = (*stack)->settings().keys(workspace->project);
  // Secrets that nobody asked to see need no passphrase.
  engine::Config values;
  bool any_secret = std::any_of(keys.begin(), keys.end(), [](const auto& key) { return key.second; });
  if (!any_secret || flags.show_secrets) {
    auto config = (*stack)->config();
    if (!config) return pass(config);
    values = std::move(*config);
  } else {
    for (const auto& [key, secret] : keys) values[key] = {"[secret]", secret, false};
    if (auto config = (*stack)->config()) values = std::move(*config);
  }
  Json json = Json::object();
  std::size_t width = 3;
  for (const auto& [key, value] : values) {
    Json one = Json::object({{"secret", value.secret}});
    if (!value.secret || flags.show_secrets) one["value"] = value.value;
    json[key] = std::move(one);
    width = std::max(width, shown_key(*workspace, key).size());
  }
  if (flags.json) {
    app.out(json.dump_pretty(2) + "\n");
    return kOk;
  }
  app.out(fmt::format("{}  VALUE\n", pad("KEY", width)));
  for (const auto& [key, value] : values)
    app.out(fmt::format("{}  {}\n", pad(shown_key(*workspace, key), width),
                        value.secret && !flags.show_secrets ? "[secret]" : value.value));
  return kOk;
}

Result<int> get(const App& app, const ConfigFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto stack = open(app, *workspace, flags.stack);
  if (!stack) return pass(stack);
  auto config = (*stack)->config();
  if (!config) return pass(config);
  std::string key = engine::full_config_key(workspace->project, flags.key);
  auto it = config->find(key);
  if (it == config->end()) {
    std::vector<std::string> known;
    for (const auto& [name, value] : *config) known.push_back(shown_key(*workspace, name));
    std::string near = nearest(flags.key, known);
    return fail(ErrorCode::not_found,
                fmt::format("configuration key '{}' not found for stack '{}'{}", flags.key, (*stack)->id().stack,
                            near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)));
  }
  if (flags.json)
    app.out(Json::object({{"name", key}, {"value", it->second.value}, {"secret", it->second.secret}}).dump_pretty(2) +
            "\n");
  else
    app.out(it->second.value + "\n");
  return kOk;
}

Result<int> set(const App& app, const ConfigFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto stack = open(app, *workspace, flags.stack);
  if (!stack) return pass(stack);
  std::string value = flags.value;
  if (!flags.has_value) {
    if (app.interactive()) {
      value = ask(app, "value: ", flags.secret);
    } else {
      value.assign(std::istreambuf_iterator<char>(std::cin), {});
      if (value.ends_with('\n')) value.pop_back();
    }
  }
  auto& settings = (*stack)->settings();
  auto done = settings.set(workspace->project, flags.key, value, flags.secret, flags.path, (*stack)->config_secrets());
  if (!done) return pass(done);
  if (auto saved = settings.save(); !saved) return pass(saved);
  return kOk;
}

Result<int> remove(const App& app, const ConfigFlags& flags) {
  auto workspace = Workspace::open(app);
  if (!workspace) return pass(workspace);
  auto stack = open(app, *workspace, flags.stack);
  if (!stack) return pass(stack);
  auto& settings = (*stack)->settings();
  if (auto done = settings.remove(workspace->project, flags.key, flags.path); !done) return pass(done);
  if (auto saved = settings.save(); !saved) return pass(saved);
  return kOk;
}

using Run = Result<int> (*)(const App&, const ConfigFlags&);

CLI::App* add(CLI::App& parent, App& app, const Flags& flags, const char* name, const char* what, const char* example,
              Run run) {
  auto* command = parent.add_subcommand(name, what);
  command->fallthrough();
  command->footer(std::string("Example: ") + example);
  command->add_option("key", flags->key, "[namespace:]name")->required();
  command->add_flag("--path", flags->path, "The key is a path into an object: data.list[0]");
  command->callback([&app, flags, run] { app.action = [&app, flags, run] { return run(app, *flags); }; });
  return command;
}

}  // namespace

void add_config_commands(CLI::App& parser, App& app) {
  auto flags = std::make_shared<ConfigFlags>();
  auto* config = parser.add_subcommand("config", "Show and change a stack's configuration");
  config->fallthrough();
  config->footer("Example: drydock config set aws:region eu-west-1");
  config->add_option("-s,--stack", flags->stack, "The stack; the selected one by default");
  config->add_flag("-j,--json", flags->json, "As JSON");
  config->add_flag("--show-secrets", flags->show_secrets, "Secrets in clear");
  config->callback([&app, flags, config] {
    if (config->get_subcommands().empty()) app.action = [&app, flags] { return list(app, *flags); };
  });
  add(*config, app, flags, "get", "Print one value", "drydock config get aws:region", get);
  auto* command = add(*config, app, flags, "set", "Set a value", "drydock config set --secret token", set);
  auto* value = command->add_option("value", flags->value, "The value; read from stdin, or asked for, by default");
  value->each([flags](const std::string&) { flags->has_value = true; });
  command->add_flag("--secret", flags->secret, "Encrypt it");
  command->add_flag("--plaintext", flags->plaintext, "Do not encrypt it");
  add(*config, app, flags, "rm", "Remove a value", "drydock config rm token", remove);
}

}  // namespace drydock::cli
