// drydock node ls | story | NAME COMMAND...
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

tl::unexpected<Error> no_node(TwinClient& twin, const std::string& name) {
  std::vector<std::string> names;
  if (auto nodes = twin.get("nodes"))
    if (const Json& list = nodes->at("nodes"); list.is_array())
      for (const auto& node : list.as_array())
        for (const char* key : {"name", "nodeName", "instanceId"})
          if (node.at(key).is_string()) names.push_back(node.at(key).as_string());
  std::string near = nearest(name, names);
  return fail(ErrorCode::not_found, fmt::format("the twin has no node '{}'{}; 'drydock node ls' lists them", name,
                                                near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)));
}

Result<int> story(const App& app, const NodeFlags& flags) {
  TwinClient twin = client(app);
  auto story = twin.get("nodes/" + uri_encode(flags.name) + "/story");
  if (!story && story.error().code == ErrorCode::not_found) return no_node(twin, flags.name);
  if (!story) return pass(story);
  app.out(flags.json ? story->dump_pretty(2) + "\n" : story_text(*story));
  return kOk;
}

/// Runs a command on a node, as if one were there. Its output and exit code are the command's.
Result<int> visit(const App& app, const NodeFlags& flags) {
  if (app.visit.empty()) {
    const std::string near = nearest(flags.name, {"ls", "story"});
    return fail(ErrorCode::invalid_input,
                fmt::format("'drydock node {}' needs a command to run there, as 'journalctl -u kubelet'{}", flags.name,
                            near.empty() ? "" : fmt::format(" (or did you mean 'drydock node {}'?)", near)));
  }
  Json command = Json::array();
  for (const std::string& word : app.visit) command.push_back(word);
  TwinClient twin = client(app);
  auto reply = twin.post("nodes/" + uri_encode(flags.name) + "/run", Json::object({{"command", command}}));
  if (!reply && reply.error().code == ErrorCode::not_found) return no_node(twin, flags.name);
  if (!reply) return pass(reply);
  app.out(reply->at("stdout").string_or());
  app.say(reply->at("stderr").string_or());
  return static_cast<int>(reply->at("exitCode").int_or(kInternal));
}

}  // namespace

void add_node_commands(CLI::App& parser, App& app) {
  auto flags = std::make_shared<NodeFlags>();
  auto* node = parser.add_subcommand("node", "The twin's nodes: what they lived through, and commands run on one");
  node->require_subcommand(0, 1);
  node->fallthrough();
  node->footer(
      "Example: drydock node ls\n         drydock node ip-10-0-1-17.ec2.internal journalctl -u kubelet -n 20\nA node "
      "answers "
      "journalctl, systemctl, curl, dig, nslookup, host, getent, nc, ip, ctr, crictl, aws,\nnodeadm, cat, ls, tail, "
      "head, grep, "
      "as if you were there; what uses the network or AWS goes the\nnode's own way, with its own role.");
  auto* place = node->add_option("name", flags->name, "A node, to run the COMMAND that follows on it");
  node->callback([&app, flags, node, place] {
    if (!node->get_subcommands().empty()) return;
    if (place->count() == 0) throw CLI::RequiredError("a command");
    app.action = [&app, flags] { return visit(app, *flags); };
  });
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
