// OpenAPI v3, one document per group version, generated from the tables of cloud/kube: what kubectl explain shows, what
// apply needs to merge by key, and the sign that the server validates fields itself.
// https://kubernetes.io/docs/concepts/overview/kubernetes-api/#openapi-v3
#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "twin/kubernetes/api_server.h"

namespace drydock::twin::kubernetes {
namespace {

using kube::Field;
using kube::Kind;
using kube::Scalar;
using kube::Shape;

/// core/v1.Pod -> io.k8s.api.core.v1.Pod
std::string schema_name(const kube::Type& type) {
  std::string name = replace_all(std::string(type.name), "/", ".");
  return (name.starts_with("meta.") ? "io.k8s.apimachinery.pkg.apis." : "io.k8s.api.") + name;
}

Json scalar_schema(Scalar scalar) {
  switch (scalar) {
    case Scalar::int32:
      return Json::object({{"type", "integer"}, {"format", "int32"}});
    case Scalar::int64:
      return Json::object({{"type", "integer"}, {"format", "int64"}});
    case Scalar::boolean:
      return Json::object({{"type", "boolean"}});
    case Scalar::real:
      return Json::object({{"type", "number"}, {"format", "double"}});
    case Scalar::bytes:
      return Json::object({{"type", "string"}, {"format", "byte"}});
    case Scalar::time:
    case Scalar::micro_time:
      return Json::object({{"type", "string"}, {"format", "date-time"}});
    case Scalar::int_or_string:
      return Json::object({{"type", "string"}, {"format", "int-or-string"}});
    case Scalar::any:
    case Scalar::fields:
      return Json::object({{"type", "object"}});
    default:
      return Json::object({{"type", "string"}});
  }
}

Json reference(const kube::Type& type) { return Json::object({{"$ref", "#/components/schemas/" + schema_name(type)}}); }

Json value_schema(const Field& field, bool wrapped) {
  if (field.type == nullptr) return scalar_schema(field.scalar);
  // A reference stands alone; beside a description it must be wrapped.
  return wrapped ? Json::object({{"allOf", Json::array({reference(*field.type)})}}) : reference(*field.type);
}

void add_merge_rules(const Field& field, Json& schema) {
  if (field.merge || field.retain) {
    std::string strategy = field.merge && field.retain ? "merge,retainKeys" : field.merge ? "merge" : "retainKeys";
    schema["x-kubernetes-patch-strategy"] = strategy;
  }
  if (!field.merge_key.empty()) schema["x-kubernetes-patch-merge-key"] = field.merge_key;
  if (field.shape == Shape::list && !field.keys.empty()) {
    schema["x-kubernetes-list-type"] = "map";
    for (const std::string& key : field.keys) schema["x-kubernetes-list-map-keys"].push_back(key);
  } else if (field.shape == Shape::list && field.set) {
    schema["x-kubernetes-list-type"] = "set";
  } else if (field.shape == Shape::list && field.atomic) {
    schema["x-kubernetes-list-type"] = "atomic";
  } else if (field.atomic) {
    schema["x-kubernetes-map-type"] = "atomic";
  }
}

Json field_schema(const Field& field) {
  Json schema;
  if (field.shape == Shape::list) {
    schema = Json::object({{"type", "array"}, {"items", value_schema(field, false)}});
  } else if (field.shape == Shape::map) {
    schema = Json::object({{"type", "object"}, {"additionalProperties", value_schema(field, false)}});
  } else {
    schema = value_schema(field, true);
  }
  add_merge_rules(field, schema);
  return schema;
}

Json type_schema(const kube::Type& type) {
  if (type.name.ends_with(".ExtraValue"))
    return Json::object({{"type", "array"}, {"items", Json::object({{"type", "string"}})}});
  Json schema = Json::object({{"type", "object"}, {"description", ""}, {"properties", Json::object()}});
  for (const Field& field : type.fields) {
    schema["properties"][field.name] = field_schema(field);
    if (field.required) schema["required"].push_back(field.name);
  }
  return schema;
}

void collect(const kube::Type& type, std::set<const kube::Type*>& out) {
  if (!out.insert(&type).second) return;
  for (const Field& field : type.fields) {
    if (field.type != nullptr) collect(*field.type, out);
  }
}

Json gvk_document(const Kind& kind) {
  return Json::object({{"group", kind.gvk.group}, {"version", kind.gvk.version}, {"kind", kind.gvk.kind}});
}

Json operation(const Kind& kind, const char* action, bool validates, bool patches) {
  Json op = Json::object({{"x-kubernetes-action", action}, {"x-kubernetes-group-version-kind", gvk_document(kind)}});
  op["responses"]["200"] = Json::object({{"description", "OK"}});
  if (validates) {
    for (const char* name : {"dryRun", "fieldManager", "fieldValidation"}) {
      op["parameters"].push_back(
          Json::object({{"name", name}, {"in", "query"}, {"schema", Json::object({{"type", "string"}})}}));
    }
  }
  if (patches) {
    for (const char* type : {"application/apply-patch+yaml", "application/json-patch+json",
                             "application/merge-patch+json", "application/strategic-merge-patch+json"}) {
      op["requestBody"]["content"][type]["schema"] = Json::object({{"type", "object"}});
    }
  }
  return op;
}

void add_paths(const Kind& kind, Json& paths) {
  std::string root = kind.gvk.group.empty() ? "/api/v1" : "/apis/" + kind.gvk.api_version();
  std::string list = root + (kind.namespaced ? "/namespaces/{namespace}/" : "/") + kind.plural;
  Json collection = Json::object({{"post", operation(kind, "post", true, false)}});
  if (!kind.review) collection["get"] = operation(kind, "list", false, false);
  paths[list] = collection;
  if (kind.review) return;
  paths[list + "/{name}"] = Json::object({{"get", operation(kind, "get", false, false)},
                                          {"put", operation(kind, "put", true, false)},
                                          {"patch", operation(kind, "patch", true, true)},
                                          {"delete", operation(kind, "delete", false, false)}});
}

std::string path_of(const Kind& kind) { return kind.gvk.group.empty() ? "api/v1" : "apis/" + kind.gvk.api_version(); }

Json document(const std::string& path) {
  Json out = Json::object({{"openapi", "3.0.0"},
                           {"info", Json::object({{"title", "Kubernetes"}, {"version", "v1"}})},
                           {"paths", Json::object()}});
  std::set<const kube::Type*> types;
  std::map<const kube::Type*, Json> owners;
  for (const Kind& kind : kube::kinds()) {
    if (path_of(kind) != path || kind.type == nullptr) continue;
    add_paths(kind, out["paths"]);
    collect(*kind.type, types);
    owners[kind.type].push_back(gvk_document(kind));
  }
  for (const kube::Type* type : types) {
    Json schema = type_schema(*type);
    if (auto owner = owners.find(type); owner != owners.end()) {
      schema["properties"]["apiVersion"] =
          Json::object({{"type", "string"}, {"description", "Version of the API this object is written in."}});
      schema["properties"]["kind"] = Json::object({{"type", "string"}, {"description", "Name of the kind."}});
      schema["x-kubernetes-group-version-kind"] = owner->second;
    }
    if (std::string text = kube::description_of(type->name); !text.empty()) schema["description"] = text;
    if (!schema.has("properties")) schema["properties"] = Json::object();
    for (auto& [name, property] : schema["properties"].as_object()) {
      if (std::string text = kube::description_of(type->name + "." + name); !text.empty())
        property["description"] = text;
    }
    out["components"]["schemas"][schema_name(*type)] = std::move(schema);
  }
  return out;
}

const std::string& cached(const std::string& path) {
  static std::map<std::string, std::string> texts;  // the tables never change while the process lives
  std::string& text = texts[path];
  if (text.empty()) text = document(path).dump();
  return text;
}

Json index() {
  Json paths = Json::object();
  for (const Kind& kind : kube::kinds()) {
    std::string path = path_of(kind);
    if (paths.has(path)) continue;
    paths[path]["serverRelativeURL"] =
        "/openapi/v3/" + path + "?hash=" + to_lower(hex(sha256(cached(path))).substr(0, 32));
  }
  return Json::object({{"paths", paths}});
}

}  // namespace

std::optional<HttpResponse> openapi(const HttpRequest& request) {
  constexpr std::string_view kRoot = "/openapi/v3";
  std::string_view path = request.path();
  if (!path.starts_with(kRoot) || request.method != "GET") return {};
  if (path == kRoot || path == "/openapi/v3/") return json_response(200, index());
  std::string wanted(path.substr(kRoot.size() + 1));
  for (const Kind& kind : kube::kinds()) {
    if (path_of(kind) != wanted) continue;
    HttpResponse out;
    out.headers.set("Content-Type", "application/json");
    out.body = cached(wanted);
    return out;
  }
  return {};
}

}  // namespace drydock::twin::kubernetes
