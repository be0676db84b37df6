// Deployments, ReplicaSets, StatefulSets and Jobs.
// https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#rolling-update-deployment
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "twin/kubernetes/controllers.h"

namespace drydock::twin::kubernetes::controllers {
namespace {

using kube::name_of;
using kube::namespace_of;

constexpr const char* kRevision = "deployment.kubernetes.io/revision";

std::int64_t replicas_of(const Json& object) { return object.at("spec").at("replicas").int_or(1); }

void write_status(KubeCluster& cluster, const char* resource, const Json& object, Json status) {
  cluster.edit(resource, namespace_of(object), name_of(object), [&](Json& stored) {
    status["observedGeneration"] = stored.at("metadata").at("generation");
    stored["status"] = status;
  });
}

struct Counts {
  std::int64_t all = 0, ready = 0, available = 0;
};
Counts count(const std::vector<const Json*>& pods) {
  Counts out;
  for (const Json* pod : pods) {
    if (!is_active(*pod)) continue;
    out.all++;
    if (is_ready(*pod)) out.ready++;
  }
  out.available = out.ready;
  return out;
}

/// Not ready ones first, then the youngest.
std::vector<std::string> victims(std::vector<const Json*> pods, std::int64_t how_many) {
  std::erase_if(pods, [](const Json* pod) { return !is_active(*pod); });
  std::stable_sort(pods.begin(), pods.end(), [](const Json* a, const Json* b) {
    if (is_ready(*a) != is_ready(*b)) return !is_ready(*a);
    return a->at("metadata").at("creationTimestamp").string_or() >
           b->at("metadata").at("creationTimestamp").string_or();
  });
  std::vector<std::string> names;
  for (std::size_t i = 0; i < pods.size() && static_cast<std::int64_t>(i) < how_many; i++)
    names.push_back(name_of(*pods[i]));
  return names;
}

/// "25%" of the replicas, or a plain number.
std::int64_t share(const Json& value, std::int64_t replicas, bool up) {
  if (value.is_number()) return value.as_int();
  double part = std::atof(value.string_or("25%").c_str()) / 100.0 * static_cast<double>(replicas);
  return static_cast<std::int64_t>(up ? std::ceil(part) : std::floor(part));
}

struct Rollout {
  KubeCluster& cluster;
  const Json& deployment;
  std::vector<Json> sets;  // owned ReplicaSets
  std::string hash;
  int current = -1;  // index of the one with the wanted template

  std::int64_t total() const {
    std::int64_t sum = 0;
    for (const Json& set : sets) sum += replicas_of(set);
    return sum;
  }
  std::int64_t available() const {
    std::int64_t sum = 0;
    for (const Json& set : sets) sum += set.at("status").at("availableReplicas").int_or(0);
    return sum;
  }
  void scale(Json& set, std::int64_t to) {
    std::int64_t from = replicas_of(set);
    if (from == to) return;
    cluster.edit("replicasets.apps", namespace_of(set), name_of(set), [&](Json& stored) {
      stored["spec"]["replicas"] = to;
      stored["metadata"]["annotations"]["deployment.kubernetes.io/desired-replicas"] =
          std::to_string(replicas_of(deployment));
    });
    cluster.event(
        deployment, "Normal", "ScalingReplicaSet",
        fmt::format("Scaled {} replica set {} from {} to {}", to > from ? "up" : "down", name_of(set), from, to),
        "deployment-controller");
    set["spec"]["replicas"] = to;
  }
};

int highest_revision(const Rollout& rollout) {
  int highest = 0;
  for (const Json& set : rollout.sets)
    highest = std::max(highest, std::atoi(kube::annotation(set, kRevision).string_or("0").c_str()));
  return highest;
}

Json new_set(const Rollout& rollout, std::int64_t replicas, int revision) {
  const Json& d = rollout.deployment;
  Json set = kube::make_object("apps/v1", "ReplicaSet", namespace_of(d), name_of(d) + "-" + rollout.hash);
  Json labels = d.at("spec").at("template").at("metadata").at("labels");
  labels["pod-template-hash"] = rollout.hash;
  set["metadata"]["labels"] = labels;
  set["metadata"]["annotations"] =
      Json::object({{kRevision, std::to_string(revision)},
                    {"deployment.kubernetes.io/desired-replicas", std::to_string(replicas_of(d))},
                    {"deployment.kubernetes.io/max-replicas", std::to_string(replicas_of(d) + 1)}});
  set["metadata"]["ownerReferences"] = Json::array({kube::controller_reference(d)});
  set["spec"]["replicas"] = replicas;
  set["spec"]["selector"] = d.at("spec").at("selector");
  set["spec"]["selector"]["matchLabels"]["pod-template-hash"] = rollout.hash;
  set["spec"]["template"] = d.at("spec").at("template");
  set["spec"]["template"]["metadata"]["labels"] = labels;
  return set;
}

void find_or_make_current(Rollout& rollout, std::int64_t start) {
  const Json& d = rollout.deployment;
  for (std::size_t i = 0; i < rollout.sets.size(); i++) {
    if (kube::label(rollout.sets[i], "pod-template-hash").string_or() == rollout.hash)
      rollout.current = static_cast<int>(i);
  }
  int highest = highest_revision(rollout), revision = highest;
  if (rollout.current < 0) {
    revision = highest + 1;
    auto made = rollout.cluster.create(new_set(rollout, start, revision));
    if (!made) return;
    rollout.cluster.event(d, "Normal", "ScalingReplicaSet",
                          fmt::format("Scaled up replica set {} from 0 to {}", name_of(*made), start),
                          "deployment-controller");
    rollout.sets.push_back(*made);
    rollout.current = static_cast<int>(rollout.sets.size()) - 1;
  } else {
    const Json& set = rollout.sets[static_cast<std::size_t>(rollout.current)];
    if (std::atoi(kube::annotation(set, kRevision).string_or("0").c_str()) < highest) {
      revision = highest + 1;  // a roll-back: the old set becomes the newest
      rollout.cluster.edit("replicasets.apps", namespace_of(set), name_of(set), [&](Json& stored) {
        stored["metadata"]["annotations"][kRevision] = std::to_string(revision);
      });
    }
  }
  rollout.cluster.edit("deployments.apps", namespace_of(d), name_of(d),
                       [&](Json& stored) { stored["metadata"]["annotations"][kRevision] = std::to_string(revision); });
}

void roll(Rollout& rollout) {
  const Json& spec = rollout.deployment.at("spec");
  std::int64_t wanted = replicas_of(rollout.deployment);
  bool recreate = spec.at("strategy").at("type").string_or() == "Recreate";
  const Json& how = spec.at("strategy").at("rollingUpdate");
  std::int64_t surge = recreate ? 0 : share(how.at("maxSurge"), wanted, true);
  std::int64_t unavailable = recreate ? wanted : share(how.at("maxUnavailable"), wanted, false);
  if (surge == 0 && unavailable == 0) unavailable = 1;
  find_or_make_current(rollout, std::max<std::int64_t>(0, std::min(wanted, wanted + surge - rollout.total())));
  if (rollout.current < 0) return;
  Json& current = rollout.sets[static_cast<std::size_t>(rollout.current)];
  if (spec.at("paused").bool_or(false)) return;
  std::int64_t room = std::max<std::int64_t>(0, wanted + surge - rollout.total());
  rollout.scale(current, std::min(wanted, replicas_of(current) + room));
  // Old pods go as long as enough stay available; those that never became available go first.
  std::int64_t spare = rollout.available() - (wanted - unavailable);
  for (std::size_t i = 0; i < rollout.sets.size(); i++) {
    if (static_cast<int>(i) == rollout.current) continue;
    Json& old = rollout.sets[i];
    std::int64_t have = replicas_of(old), good = old.at("status").at("availableReplicas").int_or(0);
    std::int64_t bad = std::max<std::int64_t>(0, have - good);
    std::int64_t go = std::min(have, bad + std::clamp<std::int64_t>(spare, 0, good));
    spare -= std::max<std::int64_t>(0, go - bad);
    rollout.scale(old, have - go);
  }
}

void forget_old_sets(Rollout& rollout) {
  std::vector<const Json*> old;
  for (std::size_t i = 0; i < rollout.sets.size(); i++) {
    const Json& set = rollout.sets[i];
    if (static_cast<int>(i) != rollout.current && replicas_of(set) == 0 &&
        set.at("status").at("replicas").int_or(0) == 0)
      old.push_back(&set);
  }
  std::sort(old.begin(), old.end(), [](const Json* a, const Json* b) {
    return std::atoi(kube::annotation(*a, kRevision).string_or().c_str()) <
           std::atoi(kube::annotation(*b, kRevision).string_or().c_str());
  });
  auto keep = static_cast<std::size_t>(rollout.deployment.at("spec").at("revisionHistoryLimit").int_or(10));
  for (std::size_t i = 0; i + keep < old.size(); i++)
    rollout.cluster.remove("replicasets.apps", namespace_of(*old[i]), name_of(*old[i]));
}

void deployment_status(Rollout& rollout) {
  const Json& d = rollout.deployment;
  std::int64_t wanted = replicas_of(d), all = 0, ready = 0, available = 0, updated = 0;
  for (std::size_t i = 0; i < rollout.sets.size(); i++) {
    const Json& status = rollout.sets[i].at("status");
    all += status.at("replicas").int_or(0);
    ready += status.at("readyReplicas").int_or(0);
    available += status.at("availableReplicas").int_or(0);
    if (static_cast<int>(i) == rollout.current) updated = status.at("replicas").int_or(0);
  }
  std::int64_t unavailable_ok =
      share(d.at("spec").at("strategy").at("rollingUpdate").at("maxUnavailable"), wanted, false);
  bool enough = available >= wanted - unavailable_ok,
       complete = updated == wanted && all == wanted && available == wanted;
  std::string set = rollout.current < 0 ? "" : name_of(rollout.sets[static_cast<std::size_t>(rollout.current)]);
  kube::Time now = rollout.cluster.world().now();
  rollout.cluster.edit("deployments.apps", namespace_of(d), name_of(d), [&](Json& stored) {
    Json status = Json::object({{"observedGeneration", stored.at("metadata").at("generation")}});
    if (stored.at("status").has("conditions")) status["conditions"] = stored.at("status").at("conditions");
    if (all > 0) status["replicas"] = all;
    if (updated > 0) status["updatedReplicas"] = updated;
    if (ready > 0) status["readyReplicas"] = ready;
    if (available > 0) status["availableReplicas"] = available;
    if (wanted > available)
      status["unavailableReplicas"] = std::max<std::int64_t>(0, std::max(wanted, all) - available);
    stored["status"] = status;
    kube::set_condition(
        stored, "Available", enough ? "True" : "False",
        enough ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        enough ? "Deployment has minimum availability." : "Deployment does not have minimum availability.", now);
    kube::set_condition(stored, "Progressing", "True", complete ? "NewReplicaSetAvailable" : "ReplicaSetUpdated",
                        complete ? fmt::format("ReplicaSet \"{}\" has successfully progressed.", set)
                                 : fmt::format("ReplicaSet \"{}\" is progressing.", set),
                        now);
    for (Json& condition : stored["status"]["conditions"].as_array()) {
      if (!condition.has("lastUpdateTime")) condition["lastUpdateTime"] = condition.at("lastTransitionTime");
    }
  });
}

}  // namespace

void deployment(KubeCluster& cluster, const Json& object) {
  Rollout rollout{cluster, object, {}, template_hash(object.at("spec").at("template")), -1};
  for (const Json* set : cluster.list("replicasets.apps", namespace_of(object))) {
    if (kube::controller_uid(*set) == kube::uid_of(object)) rollout.sets.push_back(*set);
  }
  roll(rollout);
  deployment_status(rollout);
  forget_old_sets(rollout);
}

void replica_set(KubeCluster& cluster, const Json& object) {
  std::int64_t wanted = replicas_of(object);
  Counts have = count(pods_of(cluster, object));
  for (std::int64_t i = have.all; i < wanted; i++)
    create_pod(cluster, object, pod_of(object, object.at("spec").at("template")), "replicaset-controller");
  if (have.all > wanted) {
    for (const std::string& name : victims(pods_of(cluster, object), have.all - wanted))
      delete_pod(cluster, object, namespace_of(object), name, "replicaset-controller");
  }
  Counts now = count(pods_of(cluster, object));
  Json status = Json::object({{"replicas", now.all}});
  if (now.all > 0) status["fullyLabeledReplicas"] = now.all;
  if (now.ready > 0) status["readyReplicas"] = now.ready;
  if (now.available > 0) status["availableReplicas"] = now.available;
  write_status(cluster, "replicasets.apps", object, std::move(status));
}

/// Ordered: pod N is made when those before it are ready. Volumes from templates are not made.
void stateful_set(KubeCluster& cluster, const Json& object) {
  std::int64_t wanted = replicas_of(object);
  std::string hash = template_hash(object.at("spec").at("template"));
  for (std::int64_t i = 0; i < wanted; i++) {
    std::string name = fmt::format("{}-{}", name_of(object), i);
    const Json* pod = cluster.get("pods", namespace_of(object), name);
    if (pod == nullptr) {
      Json fresh = pod_of(object, object.at("spec").at("template"));
      fresh["metadata"]["name"] = name;
      fresh["metadata"]["labels"]["statefulset.kubernetes.io/pod-name"] = name;
      fresh["metadata"]["labels"]["apps.kubernetes.io/pod-index"] = std::to_string(i);
      fresh["metadata"]["labels"]["controller-revision-hash"] = name_of(object) + "-" + hash;
      fresh["spec"]["hostname"] = name;
      create_pod(cluster, object, std::move(fresh), "statefulset-controller");
      break;
    }
    if (!is_ready(*pod)) break;
  }
  for (const Json* pod : pods_of(cluster, object)) {
    std::string name = name_of(*pod);
    if (std::atoll(name.substr(name.rfind('-') + 1).c_str()) >= wanted) {
      delete_pod(cluster, object, namespace_of(object), name, "statefulset-controller");
      break;
    }
  }
  Counts now = count(pods_of(cluster, object));
  write_status(cluster, "statefulsets.apps", object,
               Json::object({{"replicas", now.all},
                             {"readyReplicas", now.ready},
                             {"availableReplicas", now.available},
                             {"currentReplicas", now.all},
                             {"updatedReplicas", now.all},
                             {"currentRevision", name_of(object) + "-" + hash},
                             {"updateRevision", name_of(object) + "-" + hash},
                             {"collisionCount", 0}}));
}

void job(KubeCluster& cluster, const Json& object) {
  if (kube::condition(object, "Complete").at("status").string_or() == "True") return;
  std::int64_t done = 0, active = 0, failed = 0, ready = 0;
  for (const Json* pod : pods_of(cluster, object)) {
    std::string phase = pod->at("status").at("phase").string_or();
    if (phase == "Succeeded") done++;
    if (phase == "Failed") failed++;
    if (is_active(*pod)) active++;
    if (is_ready(*pod)) ready++;
  }
  std::int64_t wanted = object.at("spec").at("completions").int_or(1),
               parallel = object.at("spec").at("parallelism").int_or(1);
  for (; active < parallel && done + active < wanted && failed <= object.at("spec").at("backoffLimit").int_or(6);
       active++) {
    Json pod = pod_of(object, object.at("spec").at("template"));
    for (const char* prefix : {"", "batch.kubernetes.io/"})
      pod["metadata"]["labels"][std::string(prefix) + "job-name"] = name_of(object);
    create_pod(cluster, object, std::move(pod), "job-controller");
  }
  kube::Time now = cluster.world().now();
  cluster.edit("jobs.batch", namespace_of(object), name_of(object), [&](Json& stored) {
    Json& status = stored["status"];
    if (!status.has("startTime")) status["startTime"] = kube::rfc3339(now);
    status["active"] = active;
    status["ready"] = ready;
    status["succeeded"] = done;
    status["failed"] = failed;
    if (done < wanted) return;
    status["completionTime"] = kube::rfc3339(now);
    kube::set_condition(stored, "Complete", "True", "CompletionsReached", "Reached expected number of succeeded pods",
                        now);
  });
}

}  // namespace drydock::twin::kubernetes::controllers
