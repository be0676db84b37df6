// One Kubernetes cluster of the twin: its objects, who may do what, and its controllers. Everything runs on the twin's
// strand; objects live in the World's tables and so survive restarts. The HTTP side (api_server.h) and the rest of the
// twin (EKS, nodes) use the same functions; only the HTTP side checks permissions, others ask authorise() where the
// real actor would be asked.
//
// What a pod goes through: a controller here (DaemonSet, ReplicaSet) makes the Pod, the scheduler here sets
// spec.nodeName or writes FailedScheduling; twin/nodes then plays kubelet: it writes status of pods whose spec.nodeName
// is one of its nodes, by patch_status(). A pod deleted by anyone is gone at once.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "cloud/kube/objects.h"
#include "twin/kernel/world.h"

namespace drydock {
class Loop;
}
namespace drydock::kube {
struct Kind;
}

namespace drydock::twin::kubernetes {

struct AccessPolicyAssociation {
  std::string policy_arn;  // arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy ...
  bool cluster_scope = true;
  std::vector<std::string> namespaces;
};
struct KubeUser {
  std::string name, uid;
  std::vector<std::string> groups;
  std::map<std::string, std::vector<std::string>> extra;  // arn, canonicalArn, sessionName, accessKeyId ...
  std::vector<AccessPolicyAssociation> policies;          // of its access entry
};

/// What somebody wants to do. Resource names are plurals: "nodes", "leases".
struct Attributes {
  std::string verb, group, resource, subresource, name_space, name;
  std::string path;  // non-resource requests: only verb and path are set
};
struct Decision {
  bool allowed = false;
  std::string reason;  // for people; why it was allowed, or empty
  /// The API server's own sentence: nodes "x" is forbidden: User "y" cannot get resource "nodes" in API group "" ...
  std::string denial;
};

/// A refusal in the API server's terms, e.g. 404 NotFound `pods "x" not found`. `details` as in meta/v1 Status.
struct ApiStatus {
  int code = 500;
  std::string reason, message;
  Json details;
};
template <class T>
using ApiReply = tl::expected<T, ApiStatus>;

/// A change to one object, in order of resourceVersion.
struct Change {
  enum class Type { added, modified, deleted };
  Type type;
  std::uint64_t version;
  std::string resource;                  // "nodes", "daemonsets.apps"
  std::shared_ptr<const Json> object;    // the new one; for deleted the last one
  std::shared_ptr<const Json> previous;  // null for added
};

/// Who was mapped to what, decided by the EKS API.
enum class AuthenticationMode { config_map, api_and_config_map, api };
struct AccessEntry {
  std::string principal_arn;  // as given, with path
  std::string principal_id;   // unique id of the role or user when the entry was made; "" matches any
  std::string type = "STANDARD", username;
  std::vector<std::string> groups;
  std::vector<AccessPolicyAssociation> policies;
};
struct AccessConfig {
  AuthenticationMode mode = AuthenticationMode::config_map;
  std::string creator_arn;  // administrator in CONFIG_MAP mode, when bootstrapped so; "" for none
  std::vector<AccessEntry> entries;
};

/// Who STS says signed a token.
struct StsIdentity {
  std::string account, user_id, arn;  // user_id "AROA...:session" or "AIDA..."
};

class KubeCluster;

/// What twin/kubernetes asks of its neighbours. Set once, at start; an empty function means "nobody there".
struct Neighbours {
  /// Checks a presigned GetCallerIdentity request as STS would (`url` whole, `headers` those the verifier adds itself).
  std::function<Result<StsIdentity>(const std::string& url, const std::map<std::string, std::string>& headers)> sts;
  /// The access entries and mode of a cluster.
  std::function<AccessConfig(const KubeCluster&)> access;
  /// PrivateDnsName of an instance, as the control plane's own DescribeInstances sees it; "" if unknown.
  std::function<std::string(const KubeCluster&, const std::string& instance_id)> private_dns_name;
  /// Mutating webhooks, on a pod about to be created.
  std::function<void(const KubeCluster&, Json& pod)> admit;
  /// Capacity that a pod waits for in vain, because nobody starts it here; "" if there is none such.
  std::function<std::string(const KubeCluster&, bool on_fargate)> not_lived;
  /// Log lines of a container, without the final newline handling; error text if kubelet cannot be reached.
  std::function<Result<std::vector<std::string>>(const KubeCluster&, const Json& pod, const std::string& container,
                                                 bool previous)>
      logs;
};

/// What is fixed when a cluster is made. A noun of the World, by region and name.
struct ClusterRecord {
  static constexpr const char* kTable = "kube.cluster";
  std::string name, region, id;  // id: 32 upper-case hex digits
  std::string version;           // "1.32"
  std::string hostname;          // <id>.<xx>.<region>.eks.amazonaws.com
  std::string service_cidr;      // 10.100.0.0/16
  std::string authority;         // PEM of whoever signed `certificate`
  std::string certificate, key;  // PEM, of the API server
  std::string issuer;            // of service accounts' tokens: https://oidc.eks.<region>.amazonaws.com/id/...
  int port = 0;                  // loopback; kept across restarts
};
template <class V>
void each_field(V& v, ClusterRecord& x) {
  v("name", x.name), v("region", x.region), v("id", x.id), v("version", x.version), v("hostname", x.hostname);
  v("serviceCidr", x.service_cidr), v("_authority", x.authority), v("_certificate", x.certificate), v("_key", x.key),
      v("port", x.port), v("issuer", x.issuer);
}

class KubeCluster {
 public:
  /// REQUIRES: a ClusterRecord of that region and name in the world.
  KubeCluster(World& world, const Neighbours& neighbours, std::string region, std::string name);
  ~KubeCluster();

  const ClusterRecord& record() const;

  // --- Objects. `resource` is "pods", or with a group "daemonsets.apps"; an empty namespace means cluster-scoped, and
  // in list() every namespace. Pointers stay valid until the object changes.
  const Json* get(std::string_view resource, std::string_view name_space, std::string_view name) const;
  std::vector<const Json*> list(std::string_view resource, std::string_view name_space = {}) const;

  /// Fills in uid, creationTimestamp, resourceVersion, defaults; 409 AlreadyExists, 422 Invalid.
  /// Dry runs return what would be stored.
  ApiReply<Json> create(Json object, bool dry_run = false);
  /// Replaces spec and metadata (status stays) or, with subresource "status", status only. Checks
  /// metadata.resourceVersion if it is set: 409 Conflict.
  ApiReply<Json> update(Json object, std::string_view subresource = {}, bool dry_run = false);
  /// Creates or replaces, status included: for actors of the control plane, which need no optimistic locking.
  ApiReply<Json> upsert(Json object);
  /// Edits status (or anything) in place; false if the object is not there. Nothing is stored when nothing changed.
  bool edit(std::string_view resource, std::string_view name_space, std::string_view name,
            const std::function<void(Json&)>& change);
  /// Removes at once what has no finalizers, and its dependents by the garbage collector's rules. False if absent.
  bool remove(std::string_view resource, std::string_view name_space, std::string_view name,
              std::string_view propagation = "Background");

  /// A core/v1 Event about `object`; repeated ones count up. `type`: Normal or Warning.
  void event(const Json& object, std::string_view type, std::string_view reason, std::string_view message,
             std::string_view component, std::string_view host = {});

  // --- Who and whether.
  /// A bearer token: `k8s-aws-v1....`, or a service account's. Error text is the authenticator's; the client sees only
  /// "Unauthorized".
  Result<KubeUser> authenticate(std::string_view bearer_token) const;
  /// The mapping alone: an STS identity to a user, by access entries and aws-auth. Fails with "access denied"-like
  /// texts.
  Result<KubeUser> map_identity(const StsIdentity& identity) const;
  Decision authorise(const KubeUser& user, const Attributes& attributes) const;

  // --- Changes.
  /// Called after each change, in order, before the call that made it returns. Listeners may change objects.
  void on_change(std::function<void(const Change&)> listener);
  std::uint64_t version() const;
  /// Runs the controllers until nothing moves. Called after every request and every commit of the world.
  void settle();

  /// Neighbours::not_lived of this cluster.
  std::string not_lived(bool on_fargate) const;

  World& world() const { return world_; }

  struct State;
  State& state() const { return *state_; }  // for the files of this folder

 private:
  friend class ApiServer;
  void store(const kube::Kind& kind, std::string_view name_space, std::string_view name,
             std::shared_ptr<const Json> previous, Json object);
  void empty_namespace(const std::string& name);
  void collect_dependents(const std::string& uid, const std::string& name_space, bool orphan);
  void assign_address(Json& service, bool dry_run);
  std::string random_suffix();
  World& world_;
  const Neighbours& neighbours_;
  std::unique_ptr<State> state_;
};

/// All clusters of the world, their TLS listeners and their certificate authority.
class Kubernetes {
 public:
  struct NewCluster {
    std::string name, region, version, service_cidr;
    std::string issuer{};  // empty: the cluster has no OIDC issuer that others know
  };
  /// Clusters already in the world are opened, their listeners started. Without a loop the HTTP side is left out (unit
  /// tests). Call reload() after the world was reset.
  Kubernetes(World& world, Neighbours neighbours, Loop* loop);
  ~Kubernetes();

  /// Makes a cluster with its namespaces, roles, certificate and listener; no add-ons.
  Result<KubeCluster*> create(const NewCluster& what);
  KubeCluster* find(std::string_view region, std::string_view name) const;
  std::vector<KubeCluster*> all() const;
  void remove(std::string_view region, std::string_view name);
  /// Forgets clusters that are no longer in the world and opens those that are.
  void reload();

  /// PEM of the authority that signed every API server of this world.
  const std::string& authority() const;
  /// "https://127.0.0.1:PORT"
  std::string url(const KubeCluster& cluster) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drydock::twin::kubernetes
