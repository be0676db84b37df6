// What the API server is told of a pod.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "twin/nodes/pods.h"

namespace drydock::twin::nodes {

bool is_host_network(const Json& pod) { return pod.path("spec.hostNetwork").bool_or(false); }

std::vector<Json> containers_of(const Json& pod) {
  std::vector<Json> out;
  for (const char* list : {"initContainers", "containers"})
    for (std::size_t i = 0; i < pod.at("spec").at(list).size(); ++i) out.push_back(pod.at("spec").at(list).item(i));
  return out;
}
std::size_t init_count(const Json& pod) { return pod.path("spec.initContainers").size(); }

bool is_cni(const Json& container) {
  return drydock::eks::parse_image(container.at("image").string_or()).repository == "amazon-k8s-cni";
}

namespace {

using drydock::eks::boot_step;
using Kind = Outcome::Kind;

Json waiting(const std::string& reason, const std::string& message = {}) {
  Json state = Json::object({{"reason", reason}});
  if (!message.empty()) state["message"] = message;
  return Json::object({{"waiting", state}});
}
Json running(std::int64_t at) {
  return Json::object({{"running", Json::object({{"startedAt", kube::rfc3339(from_epoch_millis(at))}})}});
}
Json completed(std::int64_t at) {
  const std::string time = kube::rfc3339(from_epoch_millis(at));
  return Json::object(
      {{"terminated",
        Json::object({{"exitCode", 0}, {"reason", "Completed"}, {"startedAt", time}, {"finishedAt", time}})}});
}

Json container_status(const Json& container, Json state, bool ready, std::int64_t restarts) {
  const std::string image = container.at("image").string_or();
  const bool started = state.has("running");
  return Json::object(
      {{"name", container.at("name")},
       {"image", image},
       {"imageID", ready || started ? image.substr(0, image.rfind(':')) + "@sha256:" + hex(sha256(image)) : ""},
       {"ready", ready},
       {"started", started},
       {"restartCount", restarts},
       {"state", std::move(state)}});
}

/// Statuses of all containers. `obstacle` null: everything runs.
void write_statuses(Json& status, const Json& pod, const Obstacle* obstacle, std::int64_t at, std::int64_t restarts) {
  const auto containers = containers_of(pod);
  const std::size_t inits = init_count(pod);
  Json init = Json::array(), main = Json::array();
  for (std::size_t i = 0; i < containers.size(); ++i) {
    const bool is_init = i < inits;
    Json state;
    const bool here = obstacle && obstacle->container == i && !obstacle->network;
    const bool blocked = obstacle && (obstacle->network || (obstacle->container < inits && i > obstacle->container));
    if (here && obstacle->crash)
      state = waiting("CrashLoopBackOff", fmt::format("back-off 5m0s restarting failed container={} pod={}_{}({})",
                                                      containers[i].at("name").string_or(), kube::name_of(pod),
                                                      kube::namespace_of(pod), kube::uid_of(pod)));
    else if (here)
      state = waiting("ImagePullBackOff", fmt::format("Back-off pulling image \"{}\": ErrImagePull: {}",
                                                      containers[i].at("image").string_or(), obstacle->message));
    else if (blocked)
      state = waiting(inits ? "PodInitializing" : "ContainerCreating");
    else
      state = is_init ? completed(at) : running(at);
    const bool fine = !here && !blocked;
    (is_init ? init : main)
        .push_back(container_status(containers[i], state, fine, here && obstacle->crash ? restarts : 0));
  }
  if (inits) status["initContainerStatuses"] = init;
  status["containerStatuses"] = main;
}

}  // namespace

void write_status(Json& live, const Obstacle* obstacle, const aws::Instance& instance, const std::string& address,
                  std::int64_t started, std::int64_t at, std::int64_t restarts) {
  const Json pod = live;
  Json& status = live["status"];
  const kube::Time now = from_epoch_millis(at);
  const bool initialised = !obstacle || (!obstacle->network && obstacle->container >= init_count(pod));
  const bool any_runs = initialised && (!obstacle || pod.path("spec.containers").size() > 1);
  status["phase"] = !obstacle || (any_runs && obstacle->crash) || (initialised && obstacle && obstacle->crash)
                        ? "Running"
                        : "Pending";
  status["hostIP"] = instance.privateIpAddress;
  status["startTime"] = kube::rfc3339(from_epoch_millis(started));
  if (!address.empty()) {
    status["podIP"] = address;
    status["podIPs"] = Json::array({Json::object({{"ip", address}})});
    status["hostIPs"] = Json::array({Json::object({{"ip", instance.privateIpAddress}})});
  }
  write_statuses(status, pod, obstacle, at, restarts);
  const std::string unready = "containers with unready status: [" + [&] {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < status.at("containerStatuses").size(); ++i)
      if (!status.at("containerStatuses").item(i).at("ready").bool_or(false))
        names.push_back(status.at("containerStatuses").item(i).at("name").string_or());
    return join(names, " ");
  }() + "]";
  const char* ready = obstacle ? "False" : "True";
  kube::set_condition(live, "PodReadyToStartContainers", obstacle && obstacle->network ? "False" : "True", "", "", now);
  kube::set_condition(live, "Initialized", initialised ? "True" : "False",
                      initialised ? "" : "ContainersNotInitialized",
                      initialised ? "" : "containers with incomplete status", now);
  kube::set_condition(live, "Ready", ready, obstacle ? "ContainersNotReady" : "", obstacle ? unready : "", now);
  kube::set_condition(live, "ContainersReady", ready, obstacle ? "ContainersNotReady" : "", obstacle ? unready : "",
                      now);
}

void write_missing_permission(kubernetes::KubeCluster& kube, const Json& pod, std::string_view action,
                              const std::string& node) {
  kube.event(pod, "Warning", "MissingIAMPermissions",
             fmt::format("Unauthorized operation: failed to call {} due to missing permissions. Please refer "
                         "https://github.com/aws/amazon-vpc-cni-k8s/blob/master/docs/iam-policy.md to attach relevant "
                         "policy to IAM role",
                         action),
             "aws-node", node);
}

void write_events(kubernetes::KubeCluster& kube, const Json& pod, const Obstacle& obstacle, const std::string& node) {
  const auto containers = containers_of(pod);
  const Json& container = containers[std::min(obstacle.container, containers.size() - 1)];
  const std::string image = container.at("image").string_or();
  const auto say = [&](const char* type, const char* reason, const std::string& message) {
    kube.event(pod, type, reason, message, "kubelet", node);
  };
  if (obstacle.network)
    return say("Warning", obstacle.cause == "addresses.none" ? "FailedCreatePodSandBox" : "NetworkNotReady",
               obstacle.message);
  if (obstacle.crash) {
    say("Normal", "Started", "Started container " + container.at("name").string_or());
    if (is_cni(container))
      say("Warning", "Unhealthy",
          "Liveness probe failed: timeout: failed to connect service \"unix:///var/run/aws-node/ipamd.sock\" within "
          "5s");
    if (obstacle.outcome.kind == Kind::denied && obstacle.step.starts_with("ipamd."))
      write_missing_permission(kube, pod, boot_step(obstacle.step)->action, node);
    say("Warning", "BackOff",
        fmt::format("Back-off restarting failed container {} in pod {}_{}({})", container.at("name").string_or(),
                    kube::name_of(pod), kube::namespace_of(pod), kube::uid_of(pod)));
    return;
  }
  say("Normal", "Pulling", fmt::format("Pulling image \"{}\"", image));
  say("Warning", "Failed", fmt::format("Failed to pull image \"{}\": {}", image, obstacle.message));
  say("Warning", "Failed", "Error: ErrImagePull");
  say("Normal", "BackOff", fmt::format("Back-off pulling image \"{}\"", image));
  say("Warning", "Failed", "Error: ImagePullBackOff");
}

}  // namespace drydock::twin::nodes
