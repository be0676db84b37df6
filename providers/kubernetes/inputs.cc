#include "providers/kubernetes/inputs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/kube/kinds.h"

namespace drydock::kubernetes {
namespace {

constexpr const char* kAutonamed = "pulumi.com/autonamed";

const PropertyValue& nested(const PropertyMap& map, std::string_view a, std::string_view b) {
  static const PropertyValue none;
  const PropertyValue& outer = at(map, a);
  return outer.is_map() ? at(outer.as_map(), b) : none;
}

PropertyMap metadata_of(const PropertyMap& inputs) {
  const PropertyValue metadata = at(inputs, "metadata").plain();
  return metadata.is_map() ? metadata.as_map() : PropertyMap();
}

bool autonamed(const PropertyMap& inputs) {
  const PropertyValue annotations = nested(inputs, "metadata", "annotations").plain();
  return annotations.is_map() && at(annotations.as_map(), kAutonamed).string_or() == "true";
}

std::string hex_suffix(const std::string& seed) {
  return seed.empty() ? random_hex(8) : hex(sha256(seed)).substr(0, 8);
}

void name_it(const CheckRequest& request, PropertyMap& metadata) {
  if (!at(metadata, "name").is_null() || at(metadata, "generateName").string_or() != "") return;
  const PropertyValue old = nested(request.olds, "metadata", "name").plain();
  bool keep = old.is_string() && autonamed(request.olds);
  metadata["name"] =
      keep ? old : PropertyValue(fmt::format("{}-{}", request.urn.name(), hex_suffix(request.random_seed)));
  PropertyValue annotations = at(metadata, "annotations").plain();
  if (!annotations.is_map()) annotations = PropertyMap();
  annotations.as_map()[kAutonamed] = "true";
  metadata["annotations"] = std::move(annotations);
}

/// a.b[0]["c.d"]
std::string member(const std::string& path, const std::string& key) {
  bool plain = key.find_first_of(".[\"/") == std::string::npos;
  if (!plain) return path + "[" + json_quote(key) + "]";
  return path.empty() ? key : path + "." + key;
}

bool replaces_by_type(const std::string& kind, const std::string& path, const PropertyMap& news,
                      const Mutability& may) {
  auto below = [&](std::string_view prefix) {
    return path == prefix || path.starts_with(std::string(prefix) + ".") || path.starts_with(std::string(prefix) + "[");
  };
  if (path == "metadata.name" || path == "metadata.namespace" || path == "apiVersion" || path == "kind") return true;
  static const std::map<std::string_view, std::vector<std::string_view>> kFixed = {
      {"Deployment", {"spec.selector"}},
      {"DaemonSet", {"spec.selector"}},
      {"ReplicaSet", {"spec.selector"}},
      {"StatefulSet", {"spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates"}},
      {"Job", {"spec.selector", "spec.template", "spec.completions", "spec.completionMode"}},
      {"StorageClass", {"parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"}},
      {"RoleBinding", {"roleRef"}},
      {"ClusterRoleBinding", {"roleRef"}},
      {"Service", {"spec.clusterIP", "spec.clusterIPs"}},
      {"PersistentVolumeClaim", {"spec.accessModes", "spec.selector", "spec.storageClassName", "spec.volumeName"}},
      {"Secret", {"type"}}};
  if (auto fixed = kFixed.find(kind);
      fixed != kFixed.end() && std::any_of(fixed->second.begin(), fixed->second.end(), below))
    return true;
  if (kind == "Pod" && below("spec"))
    return !path.ends_with(".image") && !below("spec.activeDeadlineSeconds") && !below("spec.tolerations");
  bool data = below("data") || below("binaryData") || below("stringData");
  // An object that says `immutable: false` itself wants to be changed in place, whatever the provider's settings:
  // aws-auth must never be away while nodes renew their tokens.
  const PropertyValue said = at(news, "immutable").plain();
  if (kind == "ConfigMap" && data) return !said.is_bool() ? !may.config_maps : said.as_bool();
  if (kind == "Secret" && data) return !said.is_bool() ? !may.secrets : said.as_bool();
  return false;
}

struct Comparison {
  const std::string& kind;
  const PropertyMap& news;
  const Mutability& may;
  DiffReply reply{};

  void note(const std::string& path, DiffKind plain, DiffKind replacing) {
    bool replace = replaces_by_type(kind, path, news, may);
    reply.detailed[path] = {replace ? replacing : plain, true};
    if (replace) reply.replaces.push_back(path);
    std::string top = path.substr(0, path.find_first_of(".["));
    if (std::find(reply.diffs.begin(), reply.diffs.end(), top) == reply.diffs.end()) reply.diffs.push_back(top);
  }
  void one(const PropertyValue& before, const PropertyValue& after, const std::string& path) {
    if (before == after) return;
    if (before.is_null()) return note(path, DiffKind::add, DiffKind::add_replace);
    if (after.is_null()) return note(path, DiffKind::delete_, DiffKind::delete_replace);
    if (before.is_map() && after.is_map()) return maps(before.as_map(), after.as_map(), path);
    if (before.is_list() && after.is_list()) return lists(before.as_list(), after.as_list(), path);
    note(path, DiffKind::update, DiffKind::update_replace);
  }
  void maps(const PropertyMap& before, const PropertyMap& after, const std::string& path) {
    for (const auto& [key, value] : after) one(at(before, key), value, member(path, key));
    for (const auto& [key, value] : before) {
      if (!after.contains(key)) one(value, {}, member(path, key));
    }
  }
  void lists(const PropertyList& before, const PropertyList& after, const std::string& path) {
    static const PropertyValue none;
    for (std::size_t i = 0; i < std::max(before.size(), after.size()); i++) {
      one(i < before.size() ? before[i] : none, i < after.size() ? after[i] : none, fmt::format("{}[{}]", path, i));
    }
  }
};

}  // namespace

bool is_patch(std::string_view token) {
  if (!token.ends_with("Patch")) return false;
  return true;
}

Result<kube::GroupVersionKind> kind_of(std::string_view token, const PropertyMap& inputs) {
  auto parts = split(token, ':');
  if (parts.size() != 3 || parts[1] == "yaml" || parts[1] == "yaml/v2" || parts[1].starts_with("helm.sh") ||
      parts[1].starts_with("kustomize")) {
    return fail(ErrorCode::unsupported,
                fmt::format("not supported yet: {}; plain kinds such as kubernetes:apps/v1:Deployment are", token));
  }
  kube::GroupVersionKind gvk;
  auto slash = parts[1].find('/');
  gvk.group = slash == std::string::npos ? "" : parts[1].substr(0, slash);
  gvk.version = slash == std::string::npos ? parts[1] : parts[1].substr(slash + 1);
  if (gvk.group == "core") gvk.group.clear();
  gvk.kind = parts[2];
  if (is_patch(gvk.kind)) gvk.kind.resize(gvk.kind.size() - 5);
  std::string version = at(inputs, "apiVersion").plain().string_or(), kind = at(inputs, "kind").plain().string_or();
  if (!version.empty() || !kind.empty()) {
    kube::GroupVersionKind given = kube::gvk_of(Json::object({{"apiVersion", version}, {"kind", kind}}));
    if (!version.empty()) gvk.group = given.group, gvk.version = given.version;
    if (!kind.empty()) gvk.kind = kind;
  }
  if (gvk.kind.ends_with("List") && gvk.kind != "List")
    return fail(ErrorCode::unsupported, fmt::format("not supported yet: {}; declare its items one by one", token));
  return gvk;
}

PropertyMap complete_inputs(const CheckRequest& request, const kube::GroupVersionKind& gvk, bool namespaced,
                            const std::string& default_namespace) {
  PropertyMap inputs = request.news;
  inputs["apiVersion"] = gvk.api_version();
  inputs["kind"] = gvk.kind;
  // A whole metadata that is not known yet cannot be completed; the next Check will.
  if (at(inputs, "metadata").contains_unknowns() && !at(inputs, "metadata").plain().is_map()) return inputs;
  PropertyMap metadata = metadata_of(inputs);
  name_it(request, metadata);
  if (namespaced && at(metadata, "namespace").is_null()) metadata["namespace"] = default_namespace;
  inputs["metadata"] = std::move(metadata);
  return inputs;
}

std::vector<CheckFailure> check_inputs(const PropertyMap& inputs, const kube::GroupVersionKind& gvk) {
  std::vector<CheckFailure> out;
  const kube::Kind* kind = kube::find_kind(gvk);
  if (kind == nullptr || kind->type == nullptr || contains_unknowns(inputs)) return out;
  kube::Mismatch mismatch = kube::check_fields(to_json(PropertyValue(inputs).plain()), *kind->type);
  for (const std::string& field : mismatch.unknown) {
    auto dot = field.rfind('.');
    std::string last = dot == std::string::npos ? field : field.substr(dot + 1), hint;
    if (dot == std::string::npos) {
      std::vector<std::string> known;
      for (const auto& f : kind->type->fields) known.push_back(f.name);
      hint = nearest(last, known);
    }
    out.push_back({field, fmt::format("{} has no such field{}", gvk.kind,
                                      hint.empty() ? "" : fmt::format("; did you mean '{}'?", hint))});
  }
  if (!mismatch.wrong_type.empty()) out.push_back({"", mismatch.wrong_type});
  return out;
}

DiffReply compare_inputs(const PropertyMap& olds, const PropertyMap& news, const kube::GroupVersionKind& gvk,
                         const Mutability& mutability) {
  PropertyMap before = plain(olds), after = plain(news);
  Comparison comparison{gvk.kind, after, mutability};
  comparison.maps(before, after, "");
  DiffReply reply = std::move(comparison.reply);
  reply.has_detailed = true;
  reply.changes = reply.detailed.empty() ? DiffReply::Changes::none : DiffReply::Changes::some;
  // Two objects of one name cannot be: the old one goes first, unless the new one is called differently.
  bool same_name = nested(before, "metadata", "name") == nested(after, "metadata", "name") &&
                   nested(before, "metadata", "namespace") == nested(after, "metadata", "namespace");
  bool renamed_kind = at(before, "kind") != at(after, "kind");
  reply.delete_before_replace = !reply.replaces.empty() && same_name && !renamed_kind;
  return reply;
}

std::string id_of(const Json& object) {
  std::string home = kube::namespace_of(object);
  return home.empty() ? kube::name_of(object) : home + "/" + kube::name_of(object);
}

Id parse_id(std::string_view id) {
  auto slash = id.find('/');
  if (slash == std::string_view::npos) return {"", std::string(id)};
  return {std::string(id.substr(0, slash)), std::string(id.substr(slash + 1))};
}

PropertyMap outputs_of(Json live, const PropertyMap& inputs, const std::string& manager,
                       const std::string& first_api_version) {
  if (live.at("metadata").is_object()) live["metadata"].erase("managedFields");
  PropertyMap out = from_json(live).as_map();
  bool secret_kind = live.at("kind").string_or() == "Secret";
  for (auto& [key, value] : out) {
    bool secret = secret_kind && (key == "data" || key == "stringData");
    if (secret || at(inputs, key).contains_secrets()) value = PropertyValue::secret(std::move(value));
  }
  out["__fieldManager"] = manager;
  out["__initialApiVersion"] = first_api_version;
  return out;
}

PropertyMap inputs_of(Json live) {
  Json metadata = Json::object();
  for (const char* member : {"name", "namespace", "labels", "annotations"}) {
    if (live.at("metadata").has(member)) metadata[member] = live.at("metadata").at(member);
  }
  live["metadata"] = std::move(metadata);
  live.erase("status");
  return from_json(live).as_map();
}

}  // namespace drydock::kubernetes
