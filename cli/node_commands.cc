// drydock node ls | story
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.h"
#include "cli/app.h"
#include "cli/node_table.h"
#include "cli/twin_home.h"

namespace drydock::cli {
namespace {

struct NodeFlags {
  std::string name;
  bool json = false;
};

TwinClient client(const App& app) { return TwinClient(twin_url(TwinHome::find(app.directory))); }

Result<int> list(const App& app, const NodeFlags& flags) {
  auto nodes = client(app).get("nodes");
  if (!nodes) return pass(nodes);
  app.out(flags.json ? nodes->dump_pretty(2) + "\n" : node_table(*nodes));
  return kOk;
}

Result<int> story(const App& app, const NodeFlags& flags) {
  TwinClient twin = client(app);
  auto story = twin.get("nodes/" + uri_encode(flags.name) + "/story");
  if (!story && story.error().code == ErrorCode::not_found) {
    std::vector<std::string> names;
    if (auto nodes = twin.get("nodes"))
      if (const Json& list = nodes->at("nodes"); list.is_array())
        for (const auto& node : list.as_array())
          for (const char* key : {"name", "nodeName", "instanceId"})
            if (node.at(key).is_string()) names.push_back(node.at(key).as_string());
    std::string near = nearest(flags.name, names);
    return fail(ErrorCode::not_found,
                fmt::format("the twin has no node '{}'{}; 'drydock node ls' lists them", flags.name,
                            near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)));
  }
  if (!story) return pass(story);
  app.out(flags.json ? story->dump_pretty(2) + "\n" : story_text(*story));
  return kOk;
}

}  // namespace

void add_node_commands(CLI::App& parser, App& app) {
  auto flags = std::make_shared<NodeFlags>();
  auto* node = parser.add_subcommand("node", "The twin's nodes and what they lived through");
  node->require_subcommand(1);
  node->fallthrough();
  node->footer("Example: drydock node ls");
  auto add = [&](const char* name, const char* what, const char* example,
                 Result<int> (*run)(const App&, const NodeFlags&)) {
    auto* command = node->add_subcommand(name, what);
    command->fallthrough();
    command->footer(std::string("Example: ") + example);
    command->add_flag("-j,--json", flags->json, "As JSON");
    command->callback([&app, flags, run] { app.action = [&app, flags, run] { return run(app, *flags); }; });
    return command;
  };
  add("ls", "List nodes, instances that never joined too", "drydock node ls", list);
  add("story", "Tell what a node did, call by call", "drydock node story ip-10-0-1-17.ec2.internal", story)
      ->add_option("name", flags->name, "Node name or instance id")
      ->required();
}

}  // namespace drydock::cli
