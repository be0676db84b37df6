#include "engine/goal_wire.h"

#include <fmt/format.h>

#include "base/text.h"
#include "engine/assets.h"
#include "pulumi/resource.pb.h"
#include "sdk/property_wire.h"

namespace drydock::engine {
namespace {

template <class Repeated>
std::vector<std::string> texts(const Repeated& in) {
  return {in.begin(), in.end()};
}

Result<Urn> urn_of(const std::string& text, const char* as) {
  if (text.empty()) return Urn();
  if (auto urn = Urn::parse(text)) return std::move(*urn);
  return fail(ErrorCode::invalid_input, fmt::format("the {} '{}' is no URN", as, text));
}

template <class Repeated>
Result<std::vector<Urn>> urns_of(const Repeated& in, const char* as) {
  std::vector<Urn> out;
  for (const std::string& text : in) {
    auto urn = urn_of(text, as);
    if (!urn) return pass(urn);
    out.push_back(std::move(*urn));
  }
  return out;
}

template <class Map>
Result<UrnsByKey> urns_by_key(const Map& in) {
  UrnsByKey out;
  for (const auto& [key, list] : in) {
    auto urns = urns_of(list.urns(), "dependency");
    if (!urns) return pass(urns, "reading the dependencies of property '" + key + "'");
    out.emplace(key, std::move(*urns));
  }
  return out;
}

/// "project:///main.go#91,3" for what lies in the project.
std::string position(const pulumirpc::SourcePosition& p, const WireContext& context) {
  if (p.uri().empty()) return {};
  std::string path = p.uri();
  if (path.starts_with("file://")) path = path.substr(7);
  if (path.starts_with("project://")) path = uri_decode(path.substr(10));  // as Go's SDK sends it
  if (!context.root_directory.empty() && path.starts_with(context.root_directory + "/"))
    path = path.substr(context.root_directory.size());
  if (!path.starts_with('/')) path = "/" + path;
  std::string out = "project://" + path;
  if (p.line() > 0) out += "#" + std::to_string(p.line());
  if (p.line() > 0 && p.column() > 0) out += "," + std::to_string(p.column());
  return out;
}

std::vector<std::string> positions(const pulumirpc::StackTrace& trace, const WireContext& context) {
  std::vector<std::string> out;
  for (const auto& frame : trace.frames()) out.push_back(position(frame.pc(), context));
  return out;
}

Result<CustomTimeouts> timeouts(const pulumirpc::RegisterResourceRequest::CustomTimeouts& in) {
  CustomTimeouts out;
  const std::pair<const std::string*, double*> all[] = {
      {&in.create(), &out.create}, {&in.update(), &out.update}, {&in.delete_(), &out.delete_}, {&in.read(), &out.read}};
  for (const auto& [text, seconds] : all) {
    const auto parsed = parse_go_duration(*text);
    if (!parsed)
      return fail(ErrorCode::invalid_input,
                  "customTimeouts: '" + *text + "' is no duration; write it like 5m or 1h30m");
    *seconds = *parsed;
  }
  return out;
}

Result<Alias> alias_of(const pulumirpc::Alias& in, bool swapped_parents) {
  Alias out;
  if (in.has_urn()) {
    auto urn = urn_of(in.urn(), "alias");
    if (!urn) return pass(urn);
    out.urn = std::move(*urn);
    return out;
  }
  const auto& spec = in.spec();
  const auto given = [](const std::string& text) { return text.empty() ? std::nullopt : std::optional(text); };
  out.name = given(spec.name());
  out.type = given(spec.type());
  out.stack = given(spec.stack());
  out.project = given(spec.project());
  if (!spec.parenturn().empty()) {
    auto parent = urn_of(spec.parenturn(), "alias parent");
    if (!parent) return pass(parent);
    out.parent = std::move(*parent);
  } else if (spec.noparent() != swapped_parents) {
    out.parent = Urn();
  }
  return out;
}

Result<std::vector<Alias>> aliases_of(const pulumirpc::RegisterResourceRequest& request, const WireContext& context) {
  std::vector<Alias> out;
  for (const auto& alias : request.aliases()) {
    auto decoded = alias_of(alias, context.from_node && !request.aliasspecs());
    if (!decoded) return pass(decoded);
    out.push_back(std::move(*decoded));
  }
  for (const std::string& text : request.aliasurns()) {
    auto urn = urn_of(text, "alias");
    if (!urn) return pass(urn);
    out.push_back(Alias{std::move(*urn), {}, {}, {}, {}, {}});
  }
  return out;
}

Result<PropertyMap> properties_of(const google::protobuf::Struct& in, const std::string& directory) {
  auto properties = from_wire(in);
  if (!properties) return properties;
  if (auto hashed = complete_assets(*properties, directory); !hashed) return pass(hashed);
  return properties;
}

Result<void> refuse_unsupported(const pulumirpc::RegisterResourceRequest& request) {
  const auto no = [](const char* what) {
    return fail(ErrorCode::unsupported, std::string("not supported yet: ") + what);
  };
  if (request.transforms_size() > 0) return no("transforms");
  if (request.state_migrations_size() > 0) return no("state migrations");
  if (request.envvarmappings_size() > 0) return no("envVarMappings");
  const auto& hooks = request.hooks();
  if (hooks.before_create_size() + hooks.after_create_size() + hooks.before_update_size() + hooks.after_update_size() +
          hooks.before_delete_size() + hooks.after_delete_size() + hooks.on_error_size() >
      0)
    return no("resource hooks");
  return {};
}

}  // namespace

Result<Goal> goal_from(const pulumirpc::RegisterResourceRequest& request, const WireContext& context) {
  const std::string doing = "registering '" + request.name() + "' of type '" + request.type() + "'";
  if (auto ok = refuse_unsupported(request); !ok) return pass(ok, doing);
  Goal goal;
  goal.type = request.type();
  goal.name = request.name();
  goal.custom = request.custom();
  goal.remote = request.remote();
  auto parent = urn_of(request.parent(), "parent");
  if (!parent) return pass(parent, doing);
  goal.parent = std::move(*parent);
  auto inputs = properties_of(request.object(), context.program_directory);
  if (!inputs) return pass(inputs, doing);
  goal.inputs = std::move(*inputs);
  auto dependencies = urns_of(request.dependencies(), "dependency");
  if (!dependencies) return pass(dependencies, doing);
  goal.dependencies = std::move(*dependencies);
  auto by_key = urns_by_key(request.propertydependencies());
  if (!by_key) return pass(by_key, doing);
  goal.property_dependencies = std::move(*by_key);
  goal.has_property_dependencies = request.propertydependencies_size() > 0;

  goal.provider = request.provider();
  goal.providers = {request.providers().begin(), request.providers().end()};
  goal.version = request.version();
  goal.plugin_download_url = request.plugindownloadurl();
  if (request.has_protect()) goal.protect = request.protect();
  if (request.has_retainondelete()) goal.retain_on_delete = request.retainondelete();
  if (request.deletebeforereplacedefined() || request.deletebeforereplace())
    goal.delete_before_replace = request.deletebeforereplace();
  goal.ignore_changes = texts(request.ignorechanges());
  goal.replace_on_changes = texts(request.replaceonchanges());
  goal.hide_diff = texts(request.hidediffs());
  goal.additional_secret_outputs = texts(request.additionalsecretoutputs());
  auto aliases = aliases_of(request, context);
  if (!aliases) return pass(aliases, doing);
  goal.aliases = std::move(*aliases);
  goal.import_id = request.importid();
  auto seconds = timeouts(request.customtimeouts());
  if (!seconds) return pass(seconds, doing);
  goal.custom_timeouts = *seconds;
  auto deleted_with = urn_of(request.deletedwith(), "deletedWith");
  if (!deleted_with) return pass(deleted_with, doing);
  goal.deleted_with = std::move(*deleted_with);
  auto replace_with = urns_of(request.replace_with(), "replaceWith");
  if (!replace_with) return pass(replace_with, doing);
  goal.replace_with = std::move(*replace_with);
  if (request.has_replacement_trigger()) {
    auto trigger = from_wire(request.replacement_trigger());
    if (!trigger) return pass(trigger, doing);
    goal.replacement_trigger = std::move(*trigger);
  }
  goal.source_position = position(request.sourceposition(), context);
  goal.stack_trace = positions(request.stacktrace(), context);
  return goal;
}

Result<ReadGoal> goal_from(const pulumirpc::ReadResourceRequest& request, const WireContext& context) {
  const std::string doing = "reading '" + request.name() + "' of type '" + request.type() + "'";
  ReadGoal read;
  if (request.id().empty()) return fail(ErrorCode::invalid_input, doing + ": the id is missing");
  read.id_known = !wire::is_unknown(request.id());
  read.id = request.id();
  Goal& goal = read.goal;
  goal.type = request.type();
  goal.name = request.name();
  goal.custom = true;
  auto parent = urn_of(request.parent(), "parent");
  if (!parent) return pass(parent, doing);
  goal.parent = std::move(*parent);
  auto inputs = properties_of(request.properties(), context.program_directory);
  if (!inputs) return pass(inputs, doing);
  goal.inputs = std::move(*inputs);
  auto dependencies = urns_of(request.dependencies(), "dependency");
  if (!dependencies) return pass(dependencies, doing);
  goal.dependencies = std::move(*dependencies);
  goal.provider = request.provider();
  goal.version = request.version();
  goal.plugin_download_url = request.plugindownloadurl();
  goal.additional_secret_outputs = texts(request.additionalsecretoutputs());
  goal.source_position = position(request.sourceposition(), context);
  goal.stack_trace = positions(request.stacktrace(), context);
  return read;
}

Result<InvokeGoal> goal_from(const pulumirpc::ResourceInvokeRequest& request) {
  const std::string doing = "invoking '" + request.tok() + "'";
  InvokeGoal invoke;
  invoke.token = request.tok();
  auto args = from_wire(request.args());
  if (!args) return pass(args, doing);
  invoke.args = std::move(*args);
  invoke.provider = request.provider();
  invoke.version = request.version();
  invoke.plugin_download_url = request.plugindownloadurl();
  auto parent = urn_of(request.parent(), "parent");
  if (!parent) return pass(parent, doing);
  invoke.parent = std::move(*parent);
  auto depends_on = urns_of(request.dependson(), "dependency");
  if (!depends_on) return pass(depends_on, doing);
  invoke.depends_on = std::move(*depends_on);
  return invoke;
}

Result<CallGoal> goal_from(const pulumirpc::ResourceCallRequest& request) {
  const std::string doing = "calling '" + request.tok() + "'";
  CallGoal call;
  call.token = request.tok();
  auto args = from_wire(request.args());
  if (!args) return pass(args, doing);
  call.args = std::move(*args);
  auto by_key = urns_by_key(request.argdependencies());
  if (!by_key) return pass(by_key, doing);
  call.arg_dependencies = std::move(*by_key);
  call.provider = request.provider();
  call.version = request.version();
  return call;
}

}  // namespace drydock::engine
