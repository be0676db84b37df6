// The verbs on objects.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"
#include "cloud/kube/managed_fields.h"
#include "cloud/kube/patch.h"
#include "twin/kubernetes/api_server.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

using kube::Kind;
using kube::name_of;
using kube::namespace_of;

std::string warning_header(const std::string& text) { return fmt::format("299 - {}", json_quote(text)); }

bool supports_field(const Kind& kind, const std::string& field) {
  if (field == "metadata.name" || (field == "metadata.namespace" && kind.namespaced)) return true;
  static const std::map<std::string, std::vector<std::string>, std::less<>> more = {
      {"pods",
       {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "spec.hostNetwork",
        "status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"}},
      {"nodes", {"spec.unschedulable"}},
      {"namespaces", {"status.phase"}},
      {"secrets", {"type"}},
      {"replicasets.apps", {"status.replicas"}},
      {"jobs.batch", {"status.successful"}},
      {"certificatesigningrequests.certificates.k8s.io", {"spec.signerName"}},
      {"events",
       {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type"}}};
  auto found = more.find(storage_resource(kind));
  return found != more.end() && std::find(found->second.begin(), found->second.end(), field) != found->second.end();
}

struct Selection {
  kube::LabelSelector labels;
  kube::FieldSelector fields;
  bool matches(const Json& object) const {
    return (labels.empty() || labels.matches(object.at("metadata").at("labels"))) &&
           (fields.empty() || fields.matches(object));
  }
};

ApiReply<Selection> selection_of(const ApiRequest& request) {
  Selection out;
  auto labels = kube::LabelSelector::parse(request.parameter("labelSelector"));
  if (!labels) return bad_request(labels.error().message);
  auto fields = kube::FieldSelector::parse(request.parameter("fieldSelector"));
  if (!fields) return bad_request(fields.error().message);
  for (const std::string& field : fields->names()) {
    if (!supports_field(*request.kind, field)) {
      return bad_request(fmt::format(
          "Unable to find {:?} that match label selector \"\", field selector \"{}\": field label not supported: {}",
          request.kind->gvk.api_version() + ", Resource=" + request.kind->plural, request.parameter("fieldSelector"),
          field));
    }
  }
  out.labels = std::move(*labels);
  out.fields = std::move(*fields);
  return out;
}

Json scale_of(const Json& object) {
  Json scale = kube::make_object("autoscaling/v1", "Scale", namespace_of(object), name_of(object));
  for (const char* field : {"uid", "resourceVersion", "creationTimestamp"})
    scale["metadata"][field] = object.at("metadata").at(field);
  scale["spec"]["replicas"] = object.at("spec").at("replicas").int_or(0);
  scale["status"]["replicas"] = object.at("status").at("replicas").int_or(0);
  scale["status"]["selector"] = kube::LabelSelector::from(object.at("spec").at("selector")).str();
  return scale;
}

std::string media_type(const HttpRequest& http) {
  std::string type = to_lower(http.headers.get("content-type"));
  return std::string(trim(type.substr(0, type.find(';'))));
}

Json success(const Kind& kind, const Json& object) {
  Json details = Json::object({{"name", name_of(object)}, {"kind", kind.plural}, {"uid", kube::uid_of(object)}});
  if (!kind.gvk.group.empty()) details["group"] = kind.gvk.group;
  return Json::object({{"kind", "Status"},
                       {"apiVersion", "v1"},
                       {"metadata", Json::object()},
                       {"status", "Success"},
                       {"details", details}});
}

ApiReply<std::string> expected_names(const ApiRequest& request, Json& body) {
  Json& metadata = body["metadata"];
  std::string name_space = metadata.at("namespace").string_or();
  if (request.kind->namespaced) {
    if (!name_space.empty() && name_space != request.name_space)
      return bad_request(
          fmt::format("the namespace of the provided object does not match the namespace sent on the request"));
    metadata["namespace"] = request.name_space;
  }
  std::string name = metadata.at("name").string_or();
  if (!request.name.empty() && !name.empty() && name != request.name)
    return bad_request(
        fmt::format("the name of the object ({}) does not match the name on the URL ({})", name, request.name));
  if (!request.name.empty()) metadata["name"] = request.name;
  return name;
}

}  // namespace

Json served_as(const Kind& kind, const Json& stored) {
  if (kind.gvk.group != "events.k8s.io") return stored;
  Json out = stored;
  out["apiVersion"] = "events.k8s.io/v1";
  auto move = [&](const char* from, const char* to) {
    Json value = out.at(from);
    out.erase(from);
    if (!value.is_null()) out[to] = std::move(value);
  };
  move("involvedObject", "regarding");
  move("message", "note");
  move("reportingComponent", "reportingController");
  move("source", "deprecatedSource");
  move("count", "deprecatedCount");
  move("firstTimestamp", "deprecatedFirstTimestamp");
  move("lastTimestamp", "deprecatedLastTimestamp");
  return out;
}

Json stored_as(const Kind& kind, Json out) {
  if (kind.gvk.group != "events.k8s.io") return out;
  out["apiVersion"] = "v1";
  auto move = [&](const char* from, const char* to) {
    Json value = out.at(from);
    out.erase(from);
    if (!value.is_null()) out[to] = std::move(value);
  };
  move("regarding", "involvedObject");
  move("note", "message");
  move("reportingController", "reportingComponent");
  move("deprecatedSource", "source");
  move("deprecatedCount", "count");
  move("deprecatedFirstTimestamp", "firstTimestamp");
  move("deprecatedLastTimestamp", "lastTimestamp");
  return out;
}

HttpResponse ApiServer::written(const ApiRequest& request, ApiReply<Json> reply, int status,
                                const std::vector<std::string>& warnings) {
  if (!reply) return refusal(reply.error());
  Json body = served_as(*request.kind, *reply);
  bool is_object = kube::gvk_of(body) == request.kind->gvk;
  HttpResponse out = json_response(
      status, is_object && wants_table(*request.http)
                  ? table(*request.kind, {body}, cluster_.world().now(), true, request.parameter("includeObject"))
                  : body);
  for (const std::string& text : warnings) out.headers.add("Warning", warning_header(text));
  return out;
}

HttpResponse ApiServer::objects(const ApiRequest& request) {
  std::vector<std::string> warnings;
  if (request.verb == "list") return list(request);
  if (request.verb == "get" && request.subresource == "log") return logs(request);
  if (request.subresource == "scale" && request.verb != "patch") {
    auto body = read_body(*request.http);
    if (!body) return refusal(body.error());
    return written(request, scale(request, request.verb == "get" ? nullptr : &*body), 200, warnings);
  }
  if (request.verb == "get") {
    const Json* found = cluster_.get(storage_resource(*request.kind), request.name_space, request.name);
    if (found == nullptr) return refusal(not_found(*request.kind, request.name).value());
    return written(request, *found, 200, warnings);
  }
  if (request.verb == "patch") {
    bool created = false;
    auto reply = patch(request, warnings, created);
    return written(request, std::move(reply), created ? 201 : 200, warnings);
  }
  auto body = read_body(*request.http);
  if (!body) return refusal(body.error());
  if (request.verb == "create") return written(request, create(request, *body, warnings), 201, warnings);
  if (request.verb == "update") return written(request, put(request, *body, warnings), 200, warnings);
  if (request.verb == "delete") return written(request, remove(request, *body), 200, warnings);
  return written(request, remove_collection(request, *body), 200, warnings);
}

HttpResponse ApiServer::list(const ApiRequest& request) {
  auto selection = selection_of(request);
  if (!selection) return refusal(selection.error());
  std::string after = request.parameter("continue");
  auto limit = static_cast<std::size_t>(std::atoll(request.parameter("limit").c_str()));
  std::vector<Json> items;
  std::string next;
  std::int64_t remaining = 0;
  for (const Json* object : cluster_.list(storage_resource(*request.kind), request.name_space)) {
    // The token is the last key shown; keys sort as the list does.
    std::string key = namespace_of(*object) + "|" + name_of(*object);
    if (!after.empty() && key <= after) continue;
    if (!selection->matches(*object)) continue;
    if (limit > 0 && items.size() == limit) {
      remaining++;
      continue;
    }
    next = key;
    items.push_back(served_as(*request.kind, *object));
  }
  Json metadata = Json::object({{"resourceVersion", std::to_string(cluster_.version())}});
  if (remaining > 0) {
    metadata["continue"] = next;
    metadata["remainingItemCount"] = remaining;
  }
  if (wants_table(*request.http)) {
    Json out = table(*request.kind, items, cluster_.world().now(), true, request.parameter("includeObject"));
    out["metadata"] = metadata;
    return json_response(200, out);
  }
  for (Json& item : items) {
    item.erase("apiVersion");
    item.erase("kind");
  }
  return json_response(200, Json::object({{"kind", request.kind->gvk.kind + "List"},
                                          {"apiVersion", request.kind->gvk.api_version()},
                                          {"metadata", metadata},
                                          {"items", std::move(items)}}));
}

ApiReply<Json> ApiServer::create(const ApiRequest& request, const Json& body, std::vector<std::string>& warnings) {
  if (request.subresource == "eviction") {
    if (!cluster_.remove("pods", request.name_space, request.name)) return not_found(*request.kind, request.name);
    return Json::object(
        {{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", Json::object()}, {"status", "Success"}, {"code", 201}});
  }
  if (request.subresource == "token") return token(request, body);
  if (!request.subresource.empty())
    return tl::unexpected(
        ApiStatus{501,
                  "NotImplemented",
                  fmt::format("not supported yet by the twin: {}/{}", request.kind->plural, request.subresource),
                  {}});
  auto checked = check_body(request, body, warnings);
  if (!checked) return checked;
  if (request.kind->review) return review(request, *checked);
  if (auto names = expected_names(request, *checked); !names) return tl::unexpected(names.error());
  if (request.kind->has("status") && request.kind->plural != "nodes") checked->erase("status");
  Json object = stored_as(*request.kind, std::move(*checked));
  kube::track_update({}, object, *request.kind->type, request.field_manager(), "", cluster_.world().now());
  return cluster_.create(std::move(object), request.dry_run());
}

ApiReply<Json> ApiServer::put(const ApiRequest& request, Json body, std::vector<std::string>& warnings) {
  auto checked = check_body(request, std::move(body), warnings);
  if (!checked) return checked;
  if (auto names = expected_names(request, *checked); !names) return tl::unexpected(names.error());
  const Json* before = cluster_.get(storage_resource(*request.kind), request.name_space, request.name);
  if (before == nullptr) return not_found(*request.kind, request.name);
  Json object = stored_as(*request.kind, std::move(*checked));
  object["metadata"].erase("managedFields");
  kube::track_update(*before, object, *request.kind->type, request.field_manager(), request.subresource,
                     cluster_.world().now());
  return cluster_.update(std::move(object), request.subresource, request.dry_run());
}

ApiReply<Json> ApiServer::patch(const ApiRequest& request, std::vector<std::string>& warnings, bool& created) {
  std::string type = media_type(*request.http);
  const Json* live = cluster_.get(storage_resource(*request.kind), request.name_space, request.name);
  if (type == "application/apply-patch+yaml" || type == "application/apply-patch+json")
    return apply(request, live, warnings, created);
  if (live == nullptr) return not_found(*request.kind, request.name);
  auto change = Json::parse(request.http->body);
  if (!change) return bad_request("error decoding patch: " + change.error().message);
  bool on_scale = request.subresource == "scale";
  Json before = on_scale ? scale_of(*live) : served_as(*request.kind, *live);
  Result<Json> after = before;
  if (type == "application/json-patch+json") {
    after = kube::json_patch(before, *change);
    if (!after)
      return tl::unexpected(
          ApiStatus{422,
                    "Invalid",
                    "the server rejected our request due to an error in our request: " + after.error().message,
                    {}});
  } else if (type == "application/merge-patch+json" || on_scale) {
    after = kube::merge_patch(before, *change);
  } else if (type == "application/strategic-merge-patch+json") {
    after = kube::strategic_merge_patch(before, *change, *request.kind->type);
    if (!after) return bad_request(after.error().message);
  } else {
    return tl::unexpected(ApiStatus{415,
                                    "UnsupportedMediaType",
                                    "the body of the request was in an unknown format - accepted media types include: "
                                    "application/json-patch+json, application/merge-patch+json, "
                                    "application/strategic-merge-patch+json, application/apply-patch+yaml",
                                    {}});
  }
  if (on_scale) return scale(request, &*after);
  // A patch that does not speak of the version applies to whichever is there.
  if (!change->is_object() || !change->at("metadata").has("resourceVersion"))
    (*after)["metadata"].erase("resourceVersion");
  return put(request, std::move(*after), warnings);
}

ApiReply<Json> ApiServer::apply(const ApiRequest& request, const Json* live, std::vector<std::string>& warnings,
                                bool& created) {
  if (request.parameter("fieldManager").empty()) {
    return tl::unexpected(
        ApiStatus{422,
                  "Invalid",
                  "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
                  {}});
  }
  auto parsed = parse_yaml(request.http->body);
  if (!parsed) return bad_request("error decoding YAML: " + parsed.error().message);
  if (parsed->at("metadata").at("managedFields").size() > 0) return bad_request("metadata.managedFields must be nil");
  auto body = check_body(request, std::move(*parsed), warnings);
  if (!body) return body;
  if (auto names = expected_names(request, *body); !names) return tl::unexpected(names.error());
  created = live == nullptr;
  if (created && !request.subresource.empty()) return not_found(*request.kind, request.name);
  if (created) {
    Attributes may{"create", request.kind->gvk.group, request.kind->plural, "", request.name_space, request.name, {}};
    Decision decision = cluster_.authorise(request.user, may);
    if (!decision.allowed) return tl::unexpected(ApiStatus{403, "Forbidden", decision.denial, {}});
  }
  bool force = request.parameter("force") == "true";
  Json applied = stored_as(*request.kind, std::move(*body));
  std::string version = applied.at("metadata").at("resourceVersion").string_or();
  kube::ApplyResult result =
      kube::server_side_apply(live ? *live : Json(), applied, *request.kind->type, request.field_manager(),
                              request.subresource, force, cluster_.world().now());
  if (!result.conflicts.empty()) {
    Json details = Json::object({{"causes", Json::array()}});
    std::string text, manager = result.conflicts[0].manager;
    for (const auto& conflict : result.conflicts) {
      details["causes"].push_back(Json::object({{"reason", "FieldManagerConflict"},
                                                {"message", fmt::format("conflict with \"{}\"", conflict.manager)},
                                                {"field", conflict.path}}));
      text += (text.empty() ? "" : "\n- ") + conflict.path;
    }
    std::size_t n = result.conflicts.size();
    return tl::unexpected(ApiStatus{409, "Conflict",
                                    fmt::format("Apply failed with {} conflict{}: conflict{} with \"{}\": {}", n,
                                                n > 1 ? "s" : "", n > 1 ? "s" : "", manager, text),
                                    details});
  }
  if (created) return cluster_.create(std::move(result.object), request.dry_run());
  if (version.empty()) result.object["metadata"].erase("resourceVersion");
  if (!version.empty()) result.object["metadata"]["resourceVersion"] = version;
  return cluster_.update(std::move(result.object), request.subresource, request.dry_run());
}

ApiReply<Json> ApiServer::remove(const ApiRequest& request, const Json& options) {
  std::string resource = storage_resource(*request.kind);
  const Json* found = cluster_.get(resource, request.name_space, request.name);
  if (found == nullptr) return not_found(*request.kind, request.name);
  std::string uid = options.at("preconditions").at("uid").string_or(),
              version = options.at("preconditions").at("resourceVersion").string_or();
  const Json& metadata = found->at("metadata");
  if (!uid.empty() && uid != metadata.at("uid").string_or()) {
    return conflict(*request.kind, request.name,
                    fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid,
                                metadata.at("uid").string_or()));
  }
  if (!version.empty() && version != metadata.at("resourceVersion").string_or()) {
    return conflict(
        *request.kind, request.name,
        fmt::format("Precondition failed: ResourceVersion in precondition: {}, ResourceVersion in object meta: {}",
                    version, metadata.at("resourceVersion").string_or()));
  }
  static const std::vector<std::string> kPermanent = {"default", "kube-system", "kube-public", "kube-node-lease"};
  if (request.kind->plural == "namespaces" &&
      std::find(kPermanent.begin(), kPermanent.end() - 1, request.name) != kPermanent.end() - 1) {
    return tl::unexpected(
        ApiStatus{403,
                  "Forbidden",
                  fmt::format("namespaces \"{}\" is forbidden: this namespace may not be deleted", request.name),
                  {}});
  }
  Json last = *found;
  bool dry = request.dry_run() || options.at("dryRun").size() > 0;
  if (dry) return success(*request.kind, last);
  std::string propagation = options.at("propagationPolicy").string_or(request.parameter("propagationPolicy"));
  if (options.at("orphanDependents").bool_or(false)) propagation = "Orphan";
  cluster_.remove(resource, request.name_space, request.name, propagation.empty() ? "Background" : propagation);
  const Json* left = cluster_.get(resource, request.name_space, request.name);
  if (left != nullptr && kube::uid_of(*left) == kube::uid_of(last)) return *left;  // finalizers hold it
  return success(*request.kind, last);
}

ApiReply<Json> ApiServer::remove_collection(const ApiRequest& request, const Json& options) {
  auto selection = selection_of(request);
  if (!selection) return tl::unexpected(selection.error());
  std::vector<std::pair<std::string, std::string>> hit;
  for (const Json* object : cluster_.list(storage_resource(*request.kind), request.name_space)) {
    if (selection->matches(*object)) hit.emplace_back(namespace_of(*object), name_of(*object));
  }
  for (const auto& [name_space, name] : hit) {
    ApiRequest one = request;
    one.name_space = name_space;
    one.name = name;
    auto gone = remove(one, options);
    if (!gone && gone.error().code != 404) return gone;
  }
  return Json::object({{"kind", request.kind->gvk.kind + "List"},
                       {"apiVersion", request.kind->gvk.api_version()},
                       {"metadata", Json::object({{"resourceVersion", std::to_string(cluster_.version())}})},
                       {"items", Json::array()}});
}

ApiReply<Json> ApiServer::scale(const ApiRequest& request, const Json* body) {
  std::string resource = storage_resource(*request.kind);
  const Json* found = cluster_.get(resource, request.name_space, request.name);
  if (found == nullptr) return not_found(*request.kind, request.name);
  if (body == nullptr) return scale_of(*found);
  const Json& wanted = body->at("spec").at("replicas");
  if (wanted.int_or(-1) < 0)
    return invalid(
        *request.kind, request.name,
        {{"FieldValueInvalid", fmt::format("Invalid value: {}: must be greater than or equal to 0", wanted.dump()),
          "spec.replicas"}});
  Json object = *found;
  object["spec"]["replicas"] = wanted.int_or(0);
  std::string version = body->at("metadata").at("resourceVersion").string_or();
  if (version.empty()) object["metadata"].erase("resourceVersion");
  if (!version.empty()) object["metadata"]["resourceVersion"] = version;
  kube::track_update(*found, object, *request.kind->type, request.field_manager(), "scale", cluster_.world().now());
  auto done = cluster_.update(std::move(object), "", request.dry_run());
  if (!done) return done;
  return scale_of(*done);
}

HttpResponse ApiServer::logs(const ApiRequest& request) {
  const Json* pod = cluster_.get("pods", request.name_space, request.name);
  if (pod == nullptr) return refusal(not_found(*request.kind, request.name).value());
  std::vector<std::string> names;
  for (const char* list : {"containers", "initContainers"}) {
    for (std::size_t i = 0; i < pod->at("spec").at(list).size(); i++)
      names.push_back(pod->at("spec").at(list).item(i).at("name").string_or());
  }
  std::string container = request.parameter("container");
  if (container.empty() && pod->at("spec").at("containers").size() > 1) {
    return refusal(bad_request(fmt::format("a container name must be specified for pod {}, choose one of: [{}]",
                                           request.name, join(names, " ")))
                       .value());
  }
  if (container.empty() && !names.empty()) container = names[0];
  if (std::find(names.begin(), names.end(), container) == names.end())
    return refusal(bad_request(fmt::format("container {} is not valid for pod {}", container, request.name)).value());
  for (const char* list : {"containerStatuses", "initContainerStatuses"}) {
    for (std::size_t i = 0; i < pod->at("status").at(list).size(); i++) {
      const Json& status = pod->at("status").at(list).item(i);
      std::string waiting = status.at("state").at("waiting").at("reason").string_or();
      if (status.at("name").string_or() == container && !waiting.empty() && status.at("restartCount").int_or(0) == 0) {
        std::string why = waiting.find("Image") != std::string::npos ? fmt::format("trying and failing to pull image")
                                                                     : fmt::format("{}", waiting);
        return refusal(bad_request(fmt::format("container \"{}\" in pod \"{}\" is waiting to start: {}", container,
                                               request.name, why))
                           .value());
      }
    }
  }
  if (pod->at("spec").at("nodeName").string_or().empty())
    return refusal(bad_request(fmt::format("pod {} does not have a host assigned", request.name)).value());
  HttpResponse out;
  out.headers.set("Content-Type", "text/plain");
  if (!cluster_.neighbours_.logs) return out;
  auto lines = cluster_.neighbours_.logs(cluster_, *pod, container, request.parameter("previous") == "true");
  if (!lines) return refusal({500, "InternalError", lines.error().message, {}});
  auto tail = request.parameter("tailLines");
  std::size_t begin =
      tail.empty() ? 0 : lines->size() - std::min(lines->size(), static_cast<std::size_t>(std::atoll(tail.c_str())));
  for (std::size_t i = begin; i < lines->size(); i++) out.body += (*lines)[i] + "\n";
  return out;
}

}  // namespace drydock::twin::kubernetes
