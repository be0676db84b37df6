// Records and whole states <-> JSON of the state file.
#include "engine/state/deployment.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "base/hash.h"
#include "base/text.h"

namespace drydock::engine {
namespace {

constexpr std::string_view kVersion = "v3.259.0";  // of the deployment format's writer that we follow

// --- writing: what is empty is left out, as Pulumi does
// ---------------------------------------------------------------

void put(Json& out, const char* key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}
void put(Json& out, const char* key, bool value) {
  if (value) out[key] = true;
}
void put(Json& out, const char* key, const Urn& urn) { put(out, key, urn.str()); }
void put(Json& out, const char* key, const std::vector<std::string>& values) {
  if (values.empty()) return;
  Json::Array items(values.begin(), values.end());
  out[key] = std::move(items);
}
Json::Array texts(const std::vector<Urn>& urns) {
  Json::Array items;
  for (const auto& urn : urns) items.emplace_back(urn.str());
  return items;
}
void put(Json& out, const char* key, const std::vector<Urn>& urns) {
  if (!urns.empty()) out[key] = texts(urns);
}
void put(Json& out, const char* key, const CustomTimeouts& t) {
  if (!t.any()) return;
  Json& json = out[key] = Json::Object{};
  const std::pair<const char*, double> all[] = {
      {"create", t.create}, {"update", t.update}, {"delete", t.delete_}, {"read", t.read}};
  for (auto [name, seconds] : all)
    if (seconds > 0) json[name] = seconds;
}

// --- reading ---------------------------------------------------------------------------------------------------------

std::vector<std::string> strings(const Json& json) {
  std::vector<std::string> out;
  if (json.is_array())
    for (const auto& item : json.as_array())
      if (item.is_string()) out.push_back(item.as_string());
  return out;
}

/// Collects URNs; remembers the first that is none.
struct UrnReader {
  std::string wrong;
  Urn one(const Json& json) {
    std::string text = json.string_or();
    if (text.empty()) return {};
    auto urn = Urn::parse(text);
    if (!urn && wrong.empty()) wrong = text;
    return urn.value_or(Urn());
  }
  std::vector<Urn> many(const Json& json) {
    std::vector<Urn> out;
    if (json.is_array())
      for (const auto& item : json.as_array()) out.push_back(one(item));
    return out;
  }
};

CustomTimeouts timeouts(const Json& json) {
  auto seconds = [&](const char* key) { return json.at(key).is_number() ? json.at(key).as_double() : 0; };
  return {seconds("create"), seconds("update"), seconds("delete"), seconds("read")};
}

/// What kinds of record we cannot keep without losing something.
std::string unsupported_field(const Json& json) {
  for (const char* key : {"extensionRef", "snippetID"})
    if (json.has(key)) return key;
  return {};
}

}  // namespace

std::string timestamp_now() {
  auto now = std::chrono::time_point_cast<std::chrono::nanoseconds>(std::chrono::system_clock::now());
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}Z", now);
}

Result<Json> StateWriter::resource(const Resource& r) const {
  Json out = Json::object({{"urn", r.urn.str()}, {"custom", r.custom}, {"type", r.type}});
  put(out, "delete", r.delete_);
  put(out, "id", r.id);
  for (auto [key, map] : {std::pair("inputs", &r.inputs), {"outputs", &r.outputs}}) {
    if (map->empty()) continue;
    auto json = this->map(*map);
    if (!json) return pass(json, fmt::format("writing {} of {}", key, r.urn.str()));
    out[key] = std::move(*json);
  }
  put(out, "parent", r.parent);
  put(out, "protect", r.protect);
  put(out, "taint", r.taint);
  put(out, "external", r.external);
  put(out, "dependencies", r.dependencies);
  put(out, "initErrors", r.init_errors);
  put(out, "provider", r.provider);
  if (!r.property_dependencies.empty()) {
    Json& all = out["propertyDependencies"] = Json::Object{};
    for (const auto& [key, urns] : r.property_dependencies) all[key] = texts(urns);
  }
  put(out, "pendingReplacement", r.pending_replacement);
  put(out, "additionalSecretOutputs", r.additional_secret_outputs);
  put(out, "customTimeouts", r.custom_timeouts);
  put(out, "importID", r.import_id);
  put(out, "retainOnDelete", r.retain_on_delete);
  put(out, "deletedWith", r.deleted_with);
  put(out, "replaceWith", r.replace_with);
  put(out, "created", r.created);
  put(out, "modified", r.modified);
  put(out, "sourcePosition", r.source_position);
  if (!r.stack_trace.empty()) {
    Json& trace = out["stackTrace"] = Json::Array{};
    for (const auto& position : r.stack_trace) {
      Json frame = Json::object();
      put(frame, "sourcePosition", position);
      trace.push_back(std::move(frame));
    }
  }
  put(out, "ignoreChanges", r.ignore_changes);
  put(out, "hideDiff", r.hide_diff);
  put(out, "replaceOnChanges", r.replace_on_changes);
  if (!r.replacement_trigger.is_null()) {
    auto json = value(r.replacement_trigger);
    if (!json) return pass(json, fmt::format("writing replacementTrigger of {}", r.urn.str()));
    out["replacementTrigger"] = std::move(*json);
  }
  put(out, "refreshBeforeUpdate", r.refresh_before_update);
  put(out, "viewOf", r.view_of);
  for (const auto& [kind, names] : r.resource_hooks)
    if (!names.empty()) out["resourceHooks"][kind] = Json::Array(names.begin(), names.end());
  return out;
}

Result<Json> StateWriter::deployment(const Snapshot& snapshot) const {
  Json out = Json::object(
      {{"manifest", Json::object({{"time", timestamp_now()}, {"magic", hex(sha256(kVersion))}, {"version", kVersion}})},
       {"metadata", Json::object()}});
  Json::Array resources;
  resources.reserve(snapshot.resources.size());
  for (const auto& record : snapshot.resources) {
    auto json = resource(*record);
    if (!json) return json;
    resources.push_back(std::move(*json));
  }
  if (!resources.empty()) out["resources"] = std::move(resources);
  for (const auto& operation : snapshot.pending) {
    auto json = resource(*operation.resource);
    if (!json) return json;
    out["pending_operations"].push_back(
        Json::object({{"resource", std::move(*json)}, {"type", to_string(operation.kind)}}));
  }
  if (form_ == SecretForm::encrypted && !secrets_->salt().empty()) {
    out["secrets_providers"] =
        Json::object({{"type", "passphrase"}, {"state", Json::object({{"salt", secrets_->salt()}})}});
  }
  return out;
}

Result<Resource> read_resource(const Json& json, SecretsManager& secrets) {
  Resource r;
  UrnReader urns;
  r.urn = urns.one(json.at("urn"));
  if (r.urn.empty()) {
    return fail(ErrorCode::invalid_input, urns.wrong.empty()
                                              ? "a resource in the state has no URN"
                                              : fmt::format("'{}' in the state is not a URN", urns.wrong));
  }
  if (auto key = unsupported_field(json); !key.empty())
    return fail(ErrorCode::unsupported, fmt::format("not supported yet: '{}' of {} in the state", key, r.urn.str()));
  r.custom = json.at("custom").bool_or(false);
  r.delete_ = json.at("delete").bool_or(false);
  r.id = json.at("id").string_or();
  r.type = json.at("type").string_or();
  for (auto [key, map] : {std::pair("inputs", &r.inputs), {"outputs", &r.outputs}}) {
    auto read = read_map(json.at(key), secrets);
    if (!read) return pass(read, fmt::format("reading {} of {}", key, r.urn.str()));
    *map = std::move(*read);
  }
  r.parent = urns.one(json.at("parent"));
  r.protect = json.at("protect").bool_or(false);
  r.taint = json.at("taint").bool_or(false);
  r.external = json.at("external").bool_or(false);
  r.dependencies = urns.many(json.at("dependencies"));
  r.init_errors = strings(json.at("initErrors"));
  r.provider = json.at("provider").string_or();
  if (const Json& all = json.at("propertyDependencies"); all.is_object())
    for (const auto& [key, list] : all.as_object()) r.property_dependencies[key] = urns.many(list);
  r.pending_replacement = json.at("pendingReplacement").bool_or(false);
  r.additional_secret_outputs = strings(json.at("additionalSecretOutputs"));
  r.aliases = urns.many(json.at("aliases"));
  r.custom_timeouts = timeouts(json.at("customTimeouts"));
  r.import_id = json.at("importID").string_or();
  r.retain_on_delete = json.at("retainOnDelete").bool_or(false);
  r.deleted_with = urns.one(json.at("deletedWith"));
  r.replace_with = urns.many(json.at("replaceWith"));
  r.created = json.at("created").string_or();
  r.modified = json.at("modified").string_or();
  r.source_position = json.at("sourcePosition").string_or();
  if (const Json& trace = json.at("stackTrace"); trace.is_array())
    for (const auto& frame : trace.as_array()) r.stack_trace.push_back(frame.at("sourcePosition").string_or());
  r.ignore_changes = strings(json.at("ignoreChanges"));
  r.hide_diff = strings(json.at("hideDiff"));
  r.replace_on_changes = strings(json.at("replaceOnChanges"));
  auto trigger = read_value(json.at("replacementTrigger"), secrets);
  if (!trigger) return pass(trigger, fmt::format("reading replacementTrigger of {}", r.urn.str()));
  r.replacement_trigger = std::move(*trigger);
  r.refresh_before_update = json.at("refreshBeforeUpdate").bool_or(false);
  r.view_of = urns.one(json.at("viewOf"));
  if (const Json& hooks = json.at("resourceHooks"); hooks.is_object())
    for (const auto& [kind, names] : hooks.as_object()) r.resource_hooks[kind] = strings(names);
  if (!urns.wrong.empty())
    return fail(ErrorCode::invalid_input,
                fmt::format("'{}' is not a URN (in the state of {})", urns.wrong, r.urn.str()));
  return r;
}

Result<Snapshot> read_deployment(const Json& deployment, SecretsManager& secrets) {
  Snapshot snapshot;
  if (deployment.is_null()) return snapshot;
  const Json& manifest = deployment.at("manifest");
  std::string version = manifest.at("version").string_or(), magic = manifest.at("magic").string_or();
  if (!magic.empty() && magic != hex(sha256(version)))
    return fail(ErrorCode::invalid_input,
                fmt::format("the state's manifest is damaged: its magic is not that of version '{}'", version));
  if (const Json& resources = deployment.at("resources"); resources.is_array()) {
    snapshot.resources.reserve(resources.size());
    for (const auto& json : resources.as_array()) {
      auto record = read_resource(json, secrets);
      if (!record) return pass(record);
      snapshot.resources.push_back(std::make_shared<const Resource>(std::move(*record)));
    }
  }
  if (const Json& pending = deployment.at("pending_operations"); pending.is_array()) {
    for (const auto& json : pending.as_array()) {
      auto kind = parse_pending_kind(json.at("type").string_or());
      if (!kind) return pass(kind);
      auto record = read_resource(json.at("resource"), secrets);
      if (!record) return pass(record, "reading a pending operation");
      snapshot.pending.push_back({*kind, std::make_shared<const Resource>(std::move(*record))});
    }
  }
  if (auto errors = integrity_errors(snapshot); !errors.empty()) {
    return fail(
        ErrorCode::invalid_input,
        fmt::format("the stack's state is not whole, and nothing was changed: {}; 'pulumi state repair', or an earlier "
                    "version from .pulumi/backups, mends it",
                    join(errors, "; ")));
  }
  return snapshot;
}

Result<std::string> deployment_salt(const Json& deployment) {
  const Json& provider = deployment.at("secrets_providers");
  std::string type = provider.at("type").string_or();
  if (type.empty() || type == "passphrase") return provider.at("state").at("salt").string_or();
  return fail(ErrorCode::unsupported,
              fmt::format("not supported yet: the secrets provider '{}' of this stack (only 'passphrase')", type));
}

const char* to_string(PendingOperation::Kind kind) {
  switch (kind) {
    case PendingOperation::Kind::creating:
      return "creating";
    case PendingOperation::Kind::updating:
      return "updating";
    case PendingOperation::Kind::deleting:
      return "deleting";
    case PendingOperation::Kind::reading:
      return "reading";
    case PendingOperation::Kind::importing:
      return "importing";
  }
  return "?";
}

Result<PendingOperation::Kind> parse_pending_kind(std::string_view text) {
  using Kind = PendingOperation::Kind;
  for (Kind kind : {Kind::creating, Kind::updating, Kind::deleting, Kind::reading, Kind::importing})
    if (text == to_string(kind)) return kind;
  return fail(ErrorCode::invalid_input, fmt::format("'{}' is no kind of pending operation", text));
}

}  // namespace drydock::engine
