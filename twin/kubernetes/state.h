// The inside of a KubeCluster, shared by its .cc files only.
#pragma once

#include <deque>
#include <set>

#include "base/fields.h"
#include "cloud/kube/kinds.h"
#include "twin/kubernetes/cluster.h"

namespace drydock::twin::kubernetes {

/// A stored object: row of the World, key "cluster|resource|namespace|name". The document is shared with watchers.
struct StoredObject {
  static constexpr const char* kTable = "kube.object";
  std::shared_ptr<const Json> document;
};
inline void each_field(fields::Writer& v, StoredObject& x) {
  if (x.document) v.out = x.document->as_object();
}
inline void each_field(fields::Reader& v, StoredObject& x) { x.document = std::make_shared<const Json>(v.in); }

/// The counter of resourceVersion, and addresses given out. Key: cluster.
struct ClusterCounters {
  static constexpr const char* kTable = "kube.counters";
  std::int64_t version = 0;
  std::int64_t next_service_address = 10;
};
template <class V>
void each_field(V& v, ClusterCounters& x) {
  v("version", x.version), v("nextServiceAddress", x.next_service_address);
}

/// Pods by what controllers ask: whose, where, and which wait for a node. Values are "namespace|name".
struct PodIndex {
  using Keys = std::set<std::string, std::less<>>;
  std::map<std::string, Keys, std::less<>> by_owner, by_node;  // controller's uid; node's name
  Keys waiting;

  void take(const Json& pod);
  void drop(const Json& pod);
  static const Keys& at(const std::map<std::string, Keys, std::less<>>& map, std::string_view key);
};

/// What a DaemonSet's controller remembers, so that one pod's or node's change costs one node's work, not all nodes'.
/// Rebuilt whenever the set's generation moves.
struct DaemonView {
  struct Slot {
    bool admits = false, there = false, ready = false, fresh = false;
  };
  std::int64_t generation = -1;
  std::string hash;
  Json pod_spec;
  std::map<std::string, Slot, std::less<>> nodes;
  std::int64_t desired = 0, current = 0, ready = 0, updated = 0;
};

struct KubeCluster::State {
  State(World& world, std::string region, std::string name)
      : name(std::move(name)),
        records(world.table<ClusterRecord>(region)),
        objects(world.table<StoredObject>(region)),
        counters(world.table<ClusterCounters>(region)) {}

  std::string name;
  Table<ClusterRecord>& records;
  Table<StoredObject>& objects;
  Table<ClusterCounters>& counters;

  /// The last changes, for watches that begin in the past.
  std::deque<Change> history;
  std::uint64_t forgotten = 0;  // version of the newest change that is no longer in history
  std::vector<std::function<void(const Change&)>> listeners;

  // What the controllers have yet to look at: "deployments.apps|ns|name", and "daemon|ns|name|node" for one node.
  std::set<std::string> work;
  PodIndex pods;
  std::map<std::string, DaemonView, std::less<>> daemons;  // by uid
  bool settling = false;

  std::string key(std::string_view resource, std::string_view name_space, std::string_view object) const;
  std::shared_ptr<const Json> find(std::string_view resource, std::string_view name_space,
                                   std::string_view object) const;
};

// refusals.cc: the API server's own sentences.
tl::unexpected<ApiStatus> not_found(const kube::Kind& kind, std::string_view name);
tl::unexpected<ApiStatus> already_exists(const kube::Kind& kind, std::string_view name);
tl::unexpected<ApiStatus> conflict(const kube::Kind& kind, std::string_view name, std::string_view why);
tl::unexpected<ApiStatus> bad_request(std::string message);
struct Cause {
  std::string reason, message, field;  // FieldValueRequired, "Required value", "spec.containers"
};
tl::unexpected<ApiStatus> invalid(const kube::Kind& kind, std::string_view name, const std::vector<Cause>& causes);
Json status_document(const ApiStatus& status);
/// The object 'x' as the server names it in refusals: pods "x", deployments.apps "x".
std::string quoted(const kube::Kind& kind, std::string_view name);

// defaults.cc: what admission fills in.
void fill_defaults(const kube::Kind& kind, Json& object);

// validate.cc: what the server refuses of the common kinds. `before` is null at creation.
std::vector<Cause> validate(const kube::Kind& kind, const Json& object, const Json* before);

// bootstrap.cc: namespaces, roles and the rest that a new EKS control plane brings.
void bootstrap(KubeCluster& cluster);
void open_namespace(KubeCluster& cluster, const std::string& name);
/// default/kubernetes, the service of the API server itself; made again when somebody deletes it.
void make_api_service(KubeCluster& cluster);
/// The n-th address of the service network.
std::string service_address(const ClusterRecord& record, std::int64_t n);

// controllers.cc
void note_work(KubeCluster& cluster, KubeCluster::State& state, const Change& change);
void reconcile(KubeCluster& cluster, const std::string& item);

}  // namespace drydock::twin::kubernetes
