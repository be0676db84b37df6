#include "providers/kubernetes/await.h"

#include <fmt/format.h>

#include <thread>

#include "cloud/kube/selectors.h"
#include "providers/kubernetes/lease.h"

namespace drydock::kubernetes {
namespace {

void want(Readiness& out, bool holds, std::string otherwise) {
  if (holds) return;
  out.ready = false;
  out.reasons.push_back(std::move(otherwise));
}

Readiness deployment(const Json& o) {
  Readiness out;
  const Json& status = o.at("status");
  std::int64_t wanted = o.at("spec").at("replicas").int_or(1), updated = status.at("updatedReplicas").int_or(0),
               available = status.at("availableReplicas").int_or(0);
  want(out, status.at("observedGeneration").int_or(0) >= o.at("metadata").at("generation").int_or(0),
       "the new specification has not been looked at");
  want(out, updated >= wanted && available >= wanted,
       fmt::format("{} of {} pods are updated, {} available", updated, wanted, available));
  want(out, status.at("replicas").int_or(0) <= wanted, "old pods are still there");
  return out;
}

Readiness daemon_set(const Json& o) {
  Readiness out;
  const Json& status = o.at("status");
  std::int64_t wanted = status.at("desiredNumberScheduled").int_or(0), ready = status.at("numberReady").int_or(0);
  want(out, status.at("observedGeneration").int_or(0) >= o.at("metadata").at("generation").int_or(0),
       "the new specification has not been looked at");
  want(out, ready >= wanted && status.at("updatedNumberScheduled").int_or(0) >= wanted,
       fmt::format("{} of {} pods are ready", ready, wanted));
  return out;
}

Readiness counted(const Json& o) {
  Readiness out;
  std::int64_t wanted = o.at("spec").at("replicas").int_or(1), ready = o.at("status").at("readyReplicas").int_or(0);
  want(out, ready >= wanted, fmt::format("{} of {} pods are ready", ready, wanted));
  return out;
}

std::string pod_trouble(const Json& pod) {
  for (const char* list : {"initContainerStatuses", "containerStatuses"}) {
    for (std::size_t i = 0; i < pod.at("status").at(list).size(); i++) {
      const Json& waiting = pod.at("status").at(list).item(i).at("state").at("waiting");
      std::string reason = waiting.at("reason").string_or(), message = waiting.at("message").string_or();
      if (!reason.empty() && reason != "ContainerCreating" && reason != "PodInitializing") {
        return fmt::format("pod {}: {}{}{}", kube::name_of(pod), reason, message.empty() ? "" : ": ", message);
      }
    }
  }
  const Json& scheduled = kube::condition(pod, "PodScheduled");
  if (scheduled.at("status").string_or() == "False")
    return fmt::format("pod {}: {}", kube::name_of(pod), scheduled.at("message").string_or());
  return {};
}

Readiness pod(const Json& o) {
  Readiness out;
  if (o.at("status").at("phase").string_or() == "Succeeded") return out;
  std::string trouble = pod_trouble(o);
  want(out, kube::condition(o, "Ready").at("status").string_or() == "True",
       trouble.empty() ? "the pod is not ready" : trouble);
  return out;
}

Readiness service(const Json& o) {
  Readiness out;
  if (o.at("spec").at("type").string_or() == "LoadBalancer")
    want(out, o.at("status").at("loadBalancer").at("ingress").size() > 0, "no load balancer has been given to it");
  return out;
}

Readiness job(const Json& o) {
  Readiness out;
  want(out, kube::condition(o, "Complete").at("status").string_or() == "True", "the job has not completed");
  return out;
}

/// What the pods behind a workload complain about.
std::vector<std::string> troubles(Client& client, const Json& object, std::stop_token stop) {
  std::vector<std::string> out;
  const Json& selector = object.at("spec").at("selector");
  if (!selector.at("matchLabels").is_object()) return out;
  auto path = client.path({"", "v1", "Pod"}, kube::namespace_of(object), "", stop);
  if (!path) return out;
  auto pods = client.list(*path, kube::LabelSelector::from(selector).str(), stop);
  if (!pods) return out;
  for (std::size_t i = 0; i < pods->at("items").size() && out.size() < 5; i++) {
    std::string trouble = pod_trouble(pods->at("items").item(i));
    if (!trouble.empty()) out.push_back(std::move(trouble));
  }
  return out;
}

/// Short at first, since the twin answers at once; then as a person would look. The limit is of the cluster's time or
/// of ours, whichever is up first.
class Poll {
 public:
  Poll(Client& client, std::chrono::milliseconds timeout)
      : client_(client), lease_(client.http(), client.twin_url()), timeout_(timeout), begin_(client.now()) {}
  /// False when the time is up or somebody asked to stop.
  bool wait(std::stop_token stop) {
    auto real = std::chrono::steady_clock::now() - real_begin_;
    if (stop.stop_requested() || client_.now() - begin_ >= timeout_ || real >= timeout_) return false;
    if (pause_ >= kPatient) lease_.keep();
    std::this_thread::sleep_for(pause_);
    pause_ = std::min(pause_ * 2, std::chrono::milliseconds(2000));
    return !stop.stop_requested();
  }

 private:
  static constexpr std::chrono::milliseconds kPatient{250};  // what comes by itself on the twin is there before
  Client& client_;
  WaitLease lease_;
  std::chrono::milliseconds timeout_, pause_{4};
  kube::Time begin_;
  std::chrono::steady_clock::time_point real_begin_ = std::chrono::steady_clock::now();
};

}  // namespace

Readiness readiness_of(const Json& object) {
  std::string kind = object.at("kind").string_or();
  if (kube::annotation(object, "pulumi.com/skipAwait").string_or() == "true") return {};
  if (kind == "Deployment") return deployment(object);
  if (kind == "DaemonSet") return daemon_set(object);
  if (kind == "StatefulSet" || kind == "ReplicaSet" || kind == "ReplicationController") return counted(object);
  if (kind == "Pod") return pod(object);
  if (kind == "Service") return service(object);
  if (kind == "Job") return job(object);
  return {};
}

Result<Awaited> await_ready(Client& client, const std::string& path, Json object, std::chrono::milliseconds timeout,
                            std::stop_token stop) {
  Poll poll(client, timeout);
  for (;;) {
    Readiness state = readiness_of(object);
    if (state.ready) return Awaited{std::move(object), {}};
    if (!poll.wait(stop)) {
      auto more = troubles(client, object, stop);
      state.reasons.insert(state.reasons.end(), more.begin(), more.end());
      return Awaited{std::move(object), std::move(state.reasons)};
    }
    auto seen = client.get(path, stop);
    if (!seen) return pass(seen);
    if (!*seen) return fail(ErrorCode::not_found, "the object was deleted by somebody else while we waited for it");
    object = std::move(**seen);
  }
}

Result<void> await_gone(Client& client, const std::string& path, const std::string& uid,
                        std::chrono::milliseconds timeout, std::stop_token stop) {
  Poll poll(client, timeout);
  for (;;) {
    auto seen = client.get(path, stop);
    if (!seen) return pass(seen);
    if (!*seen || (!uid.empty() && kube::uid_of(**seen) != uid)) return {};
    if (!poll.wait(stop)) {
      const Json& finalizers = (*seen)->at("metadata").at("finalizers");
      return fail(ErrorCode::timeout, finalizers.size() == 0 ? std::string("it is still there")
                                                             : "it is held by finalizers: " + finalizers.dump());
    }
  }
}

}  // namespace drydock::kubernetes
