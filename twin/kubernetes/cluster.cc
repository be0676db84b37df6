#include "twin/kubernetes/cluster.h"

#include <fmt/format.h>

#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {

using kube::find_kind;
using kube::find_resource;
using kube::gvk_of;
using kube::Kind;
using kube::name_of;
using kube::namespace_of;

namespace {

constexpr std::size_t kHistory = 1000;
/// What writers may not choose.
constexpr const char* kSystemFields[] = {"uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds",
                                         "selfLink"};

std::string row_prefix(std::string_view cluster, std::string_view resource, std::string_view name_space) {
  std::string prefix = fmt::format("{}|{}|", cluster, resource);
  if (!name_space.empty()) prefix += fmt::format("{}|", name_space);
  return prefix;
}

void set_or_erase(Json& object, const char* member, const Json& value) {
  if (value.is_null()) {
    object.erase(member);
  } else {
    object[member] = value;
  }
}

bool has_finalizers(const Json& object) { return object.at("metadata").at("finalizers").size() > 0; }
bool is_terminating(const Json& object) { return object.at("metadata").has("deletionTimestamp"); }

Json without_versions(Json object) {
  if (Json* metadata = object.find("metadata")) {
    for (const char* name : {"resourceVersion", "generation", "managedFields"}) metadata->erase(name);
  }
  return object;
}

/// Generation counts what is wanted, not what is observed.
bool same_wish(const Json& a, const Json& b) {
  auto strip = [](const Json& object) {
    Json out = object;
    for (const char* name : {"metadata", "status"}) out.erase(name);
    return out;
  };
  return strip(a) == strip(b);
}

}  // namespace

const PodIndex::Keys& PodIndex::at(const std::map<std::string, Keys, std::less<>>& map, std::string_view key) {
  static const Keys none;
  auto found = map.find(key);
  return found == map.end() ? none : found->second;
}

namespace {

std::string pod_key(const Json& pod) { return namespace_of(pod) + "|" + name_of(pod); }

void drop_key(std::map<std::string, PodIndex::Keys, std::less<>>& map, const std::string& key, const std::string& pod) {
  auto found = map.find(key);
  if (found == map.end()) return;
  found->second.erase(pod);
  if (found->second.empty()) map.erase(found);
}

}  // namespace

void PodIndex::take(const Json& pod) {
  std::string key = pod_key(pod), node = pod.at("spec").at("nodeName").string_or(), owner = kube::controller_uid(pod);
  if (node.empty()) waiting.insert(key);
  if (!node.empty()) by_node[node].insert(key);
  if (!owner.empty()) by_owner[owner].insert(key);
}

void PodIndex::drop(const Json& pod) {
  std::string key = pod_key(pod);
  waiting.erase(key);
  drop_key(by_node, pod.at("spec").at("nodeName").string_or(), key);
  drop_key(by_owner, kube::controller_uid(pod), key);
}

std::string KubeCluster::State::key(std::string_view resource, std::string_view name_space,
                                    std::string_view object) const {
  return fmt::format("{}|{}|{}|{}", name, resource, name_space, object);
}

std::shared_ptr<const Json> KubeCluster::State::find(std::string_view resource, std::string_view name_space,
                                                     std::string_view object) const {
  const StoredObject* row = objects.find(key(resource, name_space, object));
  return row ? row->document : nullptr;
}

KubeCluster::KubeCluster(World& world, const Neighbours& neighbours, std::string region, std::string name)
    : world_(world),
      neighbours_(neighbours),
      state_(std::make_unique<State>(world, std::move(region), std::move(name))) {
  if (!state_->counters.contains(state_->name)) state_->counters.put(state_->name, {});
  state_->forgotten = version();
  for (const Json* pod : list("pods")) state_->pods.take(*pod);
}

KubeCluster::~KubeCluster() = default;

const ClusterRecord& KubeCluster::record() const { return *state_->records.find(state_->name); }

std::uint64_t KubeCluster::version() const {
  return static_cast<std::uint64_t>(state_->counters.find(state_->name)->version);
}

const Json* KubeCluster::get(std::string_view resource, std::string_view name_space, std::string_view name) const {
  return state_->find(resource, name_space, name).get();
}

std::vector<const Json*> KubeCluster::list(std::string_view resource, std::string_view name_space) const {
  std::vector<const Json*> out;
  std::string prefix = row_prefix(state_->name, resource, name_space);
  for (auto it = state_->objects.lower_bound(prefix); it != state_->objects.end() && it->first.starts_with(prefix);
       ++it) {
    out.push_back(it->second.document.get());
  }
  return out;
}

/// The one place where an object changes. `object` null removes.
void KubeCluster::store(const Kind& kind, std::string_view name_space, std::string_view name,
                        std::shared_ptr<const Json> previous, Json object) {
  std::string resource = kube::storage_resource(kind);
  std::string key = state_->key(resource, name_space, name);
  auto version = static_cast<std::uint64_t>(++state_->counters.edit(state_->name)->version);
  Change change{Change::Type::deleted, version, resource, nullptr, std::move(previous)};
  if (object.is_null()) {
    Json last = *change.previous;
    last["metadata"]["resourceVersion"] = std::to_string(version);
    change.object = std::make_shared<const Json>(std::move(last));
    state_->objects.erase(key);
  } else {
    object["metadata"]["resourceVersion"] = std::to_string(version);
    change.type = change.previous ? Change::Type::modified : Change::Type::added;
    change.object = std::make_shared<const Json>(std::move(object));
    state_->objects.put(key, {change.object});
  }
  state_->history.push_back(change);
  if (state_->history.size() > kHistory) {
    state_->forgotten = state_->history.front().version;
    state_->history.pop_front();
  }
  if (resource == "pods") {
    if (change.previous) state_->pods.drop(*change.previous);
    if (change.type != Change::Type::deleted) state_->pods.take(*change.object);
  }
  note_work(*this, *state_, change);
  for (std::size_t i = 0; i < state_->listeners.size(); i++) state_->listeners[i](change);
}

ApiReply<Json> KubeCluster::create(Json object, bool dry_run) {
  const Kind* kind = find_kind(gvk_of(object));
  if (kind == nullptr)
    return bad_request(fmt::format("no matches for kind \"{}\" in version \"{}\"", object.at("kind").string_or(),
                                   object.at("apiVersion").string_or()));
  Json& metadata = object["metadata"];
  for (const char* name : kSystemFields) metadata.erase(name);
  metadata.erase("resourceVersion");
  if (metadata.at("name").string_or().empty() && metadata.at("generateName").is_string()) {
    metadata["name"] = metadata.at("generateName").as_string() + random_suffix();
  }
  std::string name_space = kind->namespaced ? namespace_of(object) : "";
  if (!kind->namespaced) metadata.erase("namespace");
  std::string name = name_of(object);
  if (kind->namespaced) {
    const Json* home = get("namespaces", "", name_space);
    const Kind& namespaces = *find_resource("namespaces");
    if (home == nullptr) return not_found(namespaces, name_space);
    if (is_terminating(*home) && kind->plural != "events") {
      return tl::unexpected(ApiStatus{
          403,
          "Forbidden",
          fmt::format("{} is forbidden: unable to create new content in namespace {} because it is being terminated",
                      quoted(*kind, name), name_space),
          {}});
    }
  }
  if (kind->plural == "pods" && neighbours_.admit) neighbours_.admit(*this, object);
  fill_defaults(*kind, object);
  if (auto causes = validate(*kind, object, nullptr); !causes.empty()) return invalid(*kind, name, causes);
  if (state_->find(kube::storage_resource(*kind), name_space, name)) return already_exists(*kind, name);
  if (kind->plural == "services") assign_address(object, dry_run);
  metadata["uid"] = world_.new_uuid();
  metadata["creationTimestamp"] = kube::rfc3339(world_.now());
  if (kind->type && kind->type->find("spec") && kind->plural != "namespaces" && kind->plural != "nodes")
    metadata["generation"] = 1;
  if (dry_run) return object;
  store(*kind, name_space, name, nullptr, object);
  if (kind->plural == "namespaces") open_namespace(*this, name);
  return *state_->find(kube::storage_resource(*kind), name_space, name);
}

std::string KubeCluster::not_lived(bool on_fargate) const {
  return neighbours_.not_lived ? neighbours_.not_lived(*this, on_fargate) : "";
}

ApiReply<Json> KubeCluster::update(Json object, std::string_view subresource, bool dry_run) {
  const Kind* kind = find_kind(gvk_of(object));
  if (kind == nullptr) return bad_request("no such kind: " + object.at("kind").string_or());
  std::string resource = kube::storage_resource(*kind), name_space = kind->namespaced ? namespace_of(object) : "",
              name = name_of(object);
  auto before = state_->find(resource, name_space, name);
  if (!before) return not_found(*kind, name);
  std::string expected = object.at("metadata").at("resourceVersion").string_or();
  const Json& was = before->at("metadata");
  if (!expected.empty() && expected != was.at("resourceVersion").string_or()) {
    return conflict(*kind, name,
                    "the object has been modified; please apply your changes to the latest version and try again");
  }
  if (auto uid = object.at("metadata").at("uid").string_or(); !uid.empty() && uid != kube::uid_of(*before)) {
    return conflict(*kind, name,
                    fmt::format("Precondition failed: UID in precondition: {}, UID in object meta: {}", uid,
                                kube::uid_of(*before)));
  }
  for (const char* field : kSystemFields) set_or_erase(object["metadata"], field, was.at(field));
  set_or_erase(object["metadata"], "generation", was.at("generation"));
  bool has_status = kind->has("status");
  if (subresource == "status") {
    Json merged = *before;
    set_or_erase(merged, "status", object.at("status"));
    set_or_erase(merged["metadata"], "managedFields", object.at("metadata").at("managedFields"));
    if (kind->plural == "nodes")
      set_or_erase(merged["metadata"], "annotations", object.at("metadata").at("annotations"));
    object = std::move(merged);
  } else {
    if (has_status) set_or_erase(object, "status", before->at("status"));
    fill_defaults(*kind, object);
    if (kind->plural == "services" && object.at("spec").at("clusterIP").is_null()) {
      for (const char* field : {"clusterIP", "clusterIPs"})
        set_or_erase(object["spec"], field, before->at("spec").at(field));
    }
    if (auto causes = validate(*kind, object, before.get()); !causes.empty()) return invalid(*kind, name, causes);
  }
  if (without_versions(object) == without_versions(*before)) return *before;
  if (was.has("generation") && !same_wish(object, *before))
    object["metadata"]["generation"] = was.at("generation").int_or(0) + 1;
  if (dry_run) return object;
  if (is_terminating(*before) && !has_finalizers(object)) {
    store(*kind, name_space, name, before, {});
    return object;
  }
  store(*kind, name_space, name, before, std::move(object));
  return *state_->find(resource, name_space, name);
}

ApiReply<Json> KubeCluster::upsert(Json object) {
  const Kind* kind = find_kind(gvk_of(object));
  if (kind == nullptr) return bad_request("no such kind: " + object.at("kind").string_or());
  std::string name_space = kind->namespaced ? namespace_of(object) : "", name = name_of(object);
  if (!state_->find(kube::storage_resource(*kind), name_space, name)) return create(std::move(object));
  fill_defaults(*kind, object);
  edit(kube::storage_resource(*kind), name_space, name, [&](Json& stored) {
    for (const char* field : {"uid", "creationTimestamp", "generation", "resourceVersion"})
      set_or_erase(object["metadata"], field, stored.at("metadata").at(field));
    if (object.at("status").is_null()) set_or_erase(object, "status", stored.at("status"));
    if (kind->plural == "services" && object.at("spec").at("clusterIP").is_null()) {
      for (const char* field : {"clusterIP", "clusterIPs"})
        set_or_erase(object["spec"], field, stored.at("spec").at(field));
    }
    stored = std::move(object);
  });
  return *state_->find(kube::storage_resource(*kind), name_space, name);
}

bool KubeCluster::edit(std::string_view resource, std::string_view name_space, std::string_view name,
                       const std::function<void(Json&)>& change) {
  auto before = state_->find(resource, name_space, name);
  if (!before) return false;
  Json object = *before;
  change(object);
  if (object == *before) return true;
  if (before->at("metadata").has("generation") && !same_wish(object, *before)) {
    object["metadata"]["generation"] = before->at("metadata").at("generation").int_or(0) + 1;
  }
  const Kind& kind = *find_kind(gvk_of(object));
  if (is_terminating(object) && !has_finalizers(object)) object = {};
  store(kind, name_space, name, before, std::move(object));
  return true;
}

bool KubeCluster::remove(std::string_view resource, std::string_view name_space, std::string_view name,
                         std::string_view propagation) {
  auto before = state_->find(resource, name_space, name);
  if (!before) return false;
  const Kind& kind = *find_kind(gvk_of(*before));
  if (resource == "namespaces") empty_namespace(std::string(name));
  if (has_finalizers(*before)) {
    edit(resource, name_space, name,
         [&](Json& object) { object["metadata"]["deletionTimestamp"] = kube::rfc3339(world_.now()); });
    return true;
  }
  before = state_->find(resource, name_space, name);
  if (!before) return true;
  std::string uid = kube::uid_of(*before);
  store(kind, name_space, name, before, {});
  collect_dependents(uid, std::string(name_space), propagation == "Orphan");
  return true;
}

void KubeCluster::empty_namespace(const std::string& name) {
  for (const Kind& kind : kube::kinds()) {
    if (!kind.namespaced || kind.review) continue;
    for (const Json* object : list(kube::storage_resource(kind), name)) {
      std::string victim = name_of(*object);
      remove(kube::storage_resource(kind), name, victim);
    }
  }
}

/// The garbage collector: what only `uid` owned goes with it, or is set free. Owners live in the same namespace, or are
/// cluster-scoped.
void KubeCluster::collect_dependents(const std::string& uid, const std::string& name_space, bool orphan) {
  static constexpr const char* kOwned[] = {"pods",
                                           "replicasets.apps",
                                           "controllerrevisions.apps",
                                           "jobs.batch",
                                           "endpointslices.discovery.k8s.io",
                                           "leases.coordination.k8s.io",
                                           "csinodes.storage.k8s.io",
                                           "configmaps",
                                           "secrets",
                                           "services",
                                           "persistentvolumeclaims"};
  for (const char* resource : kOwned) {
    std::vector<std::pair<std::string, std::string>> hit;
    for (const Json* object : list(resource, name_space)) {
      const Json& owners = object->at("metadata").at("ownerReferences");
      for (std::size_t i = 0; i < owners.size(); i++) {
        if (owners.item(i).at("uid").string_or() == uid) hit.emplace_back(namespace_of(*object), name_of(*object));
      }
    }
    for (const auto& [home, name] : hit) {
      if (!orphan) {
        remove(resource, home, name);
        continue;
      }
      edit(resource, home, name, [&](Json& object) {
        auto& owners = object["metadata"]["ownerReferences"].as_array();
        std::erase_if(owners, [&](const Json& owner) { return owner.at("uid").string_or() == uid; });
        if (owners.empty()) object["metadata"].erase("ownerReferences");
      });
    }
  }
}

void KubeCluster::assign_address(Json& service, bool dry_run) {
  Json& spec = service["spec"];
  std::string type = spec.at("type").string_or("ClusterIP");
  if (type == "ExternalName" || spec.at("clusterIP").is_string()) {
    if (spec.at("clusterIP").is_string() && spec.at("clusterIPs").is_null())
      spec["clusterIPs"] = Json::array({spec.at("clusterIP")});
    return;
  }
  std::int64_t next = state_->counters.find(state_->name)->next_service_address + 1;
  if (!dry_run) state_->counters.edit(state_->name)->next_service_address = next;
  spec["clusterIP"] = service_address(record(), next);
  spec["clusterIPs"] = Json::array({spec.at("clusterIP")});
  if (type == "ClusterIP") return;
  auto& ports = spec["ports"].as_array();
  for (std::size_t i = 0; i < ports.size(); i++) {
    if (!ports[i].has("nodePort")) ports[i]["nodePort"] = 30000 + (next * 7 + static_cast<std::int64_t>(i)) % 2768;
  }
}

std::string KubeCluster::random_suffix() {
  static constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";  // no vowels: no words
  std::string out;
  std::string hex = world_.new_hex(10);
  for (std::size_t i = 0; i < 5; i++) {
    auto value = std::stoul(hex.substr(i * 2, 2), nullptr, 16);
    out += kLetters[value % kLetters.size()];
  }
  return out;
}

void KubeCluster::event(const Json& object, std::string_view type, std::string_view reason, std::string_view message,
                        std::string_view component, std::string_view host) {
  std::string home = namespace_of(object).empty() ? "default" : namespace_of(object);
  std::string now = kube::rfc3339(world_.now());
  std::string who = name_of(object), uid = kube::uid_of(object);
  // Nodes' events carry the name as uid, as kubelet writes them.
  if (object.at("kind").string_or() == "Node") uid = who;
  std::size_t fingerprint =
      std::hash<std::string>{}(fmt::format("{}|{}|{}|{}|{}", uid, type, reason, message, component));
  std::string name = fmt::format("{}.{:016x}", who, fingerprint);
  auto again = [&](Json& event) {
    event["count"] = event.at("count").int_or(1) + 1;
    event["lastTimestamp"] = now;
  };
  if (edit("events", home, name, again)) return;
  Json event = kube::make_object("v1", "Event", home, name);
  Json& involved = event["involvedObject"];
  involved =
      Json::object({{"apiVersion", object.at("apiVersion")}, {"kind", object.at("kind")}, {"name", who}, {"uid", uid}});
  if (!namespace_of(object).empty()) involved["namespace"] = namespace_of(object);
  event["type"] = type;
  event["reason"] = reason;
  event["message"] = message;
  event["count"] = 1;
  event["firstTimestamp"] = now;
  event["lastTimestamp"] = now;
  event["eventTime"] = nullptr;
  event["source"]["component"] = component;
  if (!host.empty()) event["source"]["host"] = host;
  event["reportingComponent"] = component;
  event["reportingInstance"] = host;
  auto made = create(std::move(event));
  (void)made;  // the namespace may be gone already; then so is the need for the event
}

void KubeCluster::on_change(std::function<void(const Change&)> listener) {
  state_->listeners.push_back(std::move(listener));
}

void KubeCluster::settle() {
  if (state_->settling) return;
  state_->settling = true;
  // A controller that never came to rest would be a bug of ours; the bound turns it into a stale status, not a hang.
  for (int rounds = 0; !state_->work.empty() && rounds < 200'000; rounds++) {
    std::string item = *state_->work.begin();
    state_->work.erase(state_->work.begin());
    reconcile(*this, item);
  }
  state_->settling = false;
}

}  // namespace drydock::twin::kubernetes
