// What the add-ons put into a cluster, reduced to what nodes and people look at. Shapes follow the published manifests:
// https://github.com/aws/amazon-vpc-cni-k8s/blob/master/config/master/aws-k8s-cni.yaml and kubectl's view of a new
// cluster.
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/eks/boot_chain.h"
#include "cloud/eks/node_config.h"
#include "cloud/eks/registries.h"
#include "twin/eks/common.h"

namespace drydock::twin::eks {
namespace {

constexpr std::string_view kVpcCni = R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: aws-node, namespace: kube-system, labels: {app.kubernetes.io/name: aws-node, k8s-app: aws-node}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata:
  name: aws-node
  namespace: kube-system
  labels: {app.kubernetes.io/instance: aws-vpc-cni, app.kubernetes.io/name: aws-node, app.kubernetes.io/version: {version}, k8s-app: aws-node}
spec:
  selector: {matchLabels: {k8s-app: aws-node}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 10%}}
  template:
    metadata: {labels: {app.kubernetes.io/instance: aws-vpc-cni, app.kubernetes.io/name: aws-node, k8s-app: aws-node}}
    spec:
      hostNetwork: true
      priorityClassName: system-node-critical
      serviceAccountName: aws-node
      tolerations: [{operator: Exists}]
      initContainers:
      - {name: aws-vpc-cni-init, image: "{host}/amazon-k8s-cni-init:{tag}", imagePullPolicy: IfNotPresent, securityContext: {privileged: true}}
      containers:
      - name: aws-node
        image: "{host}/amazon-k8s-cni:{tag}"
        imagePullPolicy: IfNotPresent
        ports: [{containerPort: 61678, name: metrics, protocol: TCP}]
        env: []
      - {name: aws-eks-nodeagent, image: "{host}/amazon/aws-network-policy-agent:v1.2.4-eksbuild.1", imagePullPolicy: IfNotPresent}
)";

constexpr std::string_view kKubeProxy = R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: kube-proxy, namespace: kube-system, labels: {k8s-app: kube-proxy}}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: kube-proxy, namespace: kube-system, labels: {eks.amazonaws.com/component: kube-proxy, k8s-app: kube-proxy}}
spec:
  selector: {matchLabels: {k8s-app: kube-proxy}}
  updateStrategy: {type: RollingUpdate, rollingUpdate: {maxUnavailable: 10%}}
  template:
    metadata: {labels: {k8s-app: kube-proxy}}
    spec:
      hostNetwork: true
      priorityClassName: system-node-critical
      serviceAccountName: kube-proxy
      tolerations: [{operator: Exists}]
      containers:
      - name: kube-proxy
        image: "{host}/eks/kube-proxy:{minimal}"
        imagePullPolicy: IfNotPresent
        command: [kube-proxy, --v=2, --config=/var/lib/kube-proxy-config/config]
        env: []
)";

constexpr std::string_view kCoreDns = R"(
apiVersion: v1
kind: ServiceAccount
metadata: {name: coredns, namespace: kube-system, labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: coredns, namespace: kube-system, labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}}
data:
  Corefile: |
    .:53 {
        errors
        health {
            lameduck 5s
          }
        ready
        kubernetes cluster.local in-addr.arpa ip6.arpa {
          pods insecure
          fallthrough in-addr.arpa ip6.arpa
        }
        prometheus :9153
        forward . /etc/resolv.conf
        cache 30
        loop
        reload
        loadbalance
    }
---
apiVersion: v1
kind: Service
metadata: {name: kube-dns, namespace: kube-system, labels: {eks.amazonaws.com/component: kube-dns, k8s-app: kube-dns, kubernetes.io/name: CoreDNS}}
spec:
  clusterIP: {dns}
  selector: {k8s-app: kube-dns}
  ports:
  - {name: dns, port: 53, protocol: UDP, targetPort: 53}
  - {name: dns-tcp, port: 53, protocol: TCP, targetPort: 53}
  - {name: metrics, port: 9153, protocol: TCP, targetPort: 9153}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: coredns, namespace: kube-system, labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns, kubernetes.io/name: CoreDNS}}
spec:
  replicas: 2
  selector: {matchLabels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}}
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 1}}
  template:
    metadata: {labels: {eks.amazonaws.com/component: coredns, k8s-app: kube-dns}}
    spec:
      priorityClassName: system-cluster-critical
      serviceAccountName: coredns
      tolerations:
      - {effect: NoSchedule, key: node-role.kubernetes.io/control-plane}
      - {key: CriticalAddonsOnly, operator: Exists}
      containers:
      - name: coredns
        image: "{host}/eks/coredns:{tag}"
        imagePullPolicy: IfNotPresent
        args: [-conf, /etc/coredns/Corefile]
        ports:
        - {containerPort: 53, name: dns, protocol: UDP}
        - {containerPort: 53, name: dns-tcp, protocol: TCP}
        - {containerPort: 9153, name: metrics, protocol: TCP}
)";

constexpr std::string_view kPodIdentity = R"(
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: eks-pod-identity-agent, namespace: kube-system, labels: {app.kubernetes.io/name: eks-pod-identity-agent}}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: eks-pod-identity-agent}}
  template:
    metadata: {labels: {app.kubernetes.io/name: eks-pod-identity-agent}}
    spec:
      hostNetwork: true
      priorityClassName: system-node-critical
      tolerations: [{operator: Exists}]
      containers:
      - {name: eks-pod-identity-agent, image: "{host}/eks/eks-pod-identity-agent:{tag}", imagePullPolicy: IfNotPresent}
)";

std::string_view manifest_of(std::string_view addon) {
  if (addon == "vpc-cni") return kVpcCni;
  if (addon == "kube-proxy") return kKubeProxy;
  if (addon == "coredns") return kCoreDns;
  if (addon == "eks-pod-identity-agent") return kPodIdentity;
  return {};
}

std::vector<Json> documents(std::string_view text, const std::map<std::string, std::string, std::less<>>& values) {
  std::vector<Json> out;
  std::string document;
  const std::string filled = drydock::eks::fill_in(text, values) + "\n---\n";
  for (const std::string& line : split(filled, '\n')) {
    if (line != "---") {
      document += line + "\n";
      continue;
    }
    if (auto parsed = parse_yaml(document); parsed && parsed->is_object()) out.push_back(*parsed);
    document.clear();
  }
  return out;
}

constexpr auto kComputeType = "eks.amazonaws.com/compute-type";

/// configurationValues: `env` for the first container, `replicaCount` for Deployments, `computeType` for CoreDNS.
void apply_values(Json& object, const Json& values) {
  Json* spec = object.find("spec");
  Json* containers = spec && spec->find("template") ? (*spec)["template"]["spec"].find("containers") : nullptr;
  if (!containers || !values.is_object()) return;
  if (values.at("env").is_object()) {
    Json env = Json::array();
    for (const auto& [name, value] : values.at("env").as_object())
      env.push_back(Json::object({{"name", name}, {"value", value.is_string() ? value : Json(value.dump())}}));
    containers->as_array()[0]["env"] = env;
  }
  if (values.at("computeType").is_string())
    (*spec)["template"]["metadata"]["annotations"][kComputeType] = to_lower(values.at("computeType").as_string());
  if (values.at("replicaCount").is_number() && spec->has("replicas")) (*spec)["replicas"] = values.at("replicaCount");
}

}  // namespace

void apply_addon(kubernetes::KubeCluster& kube, std::string_view region, std::string_view addon,
                 std::string_view version, const Json& values) {
  const std::string minimal = replace_all(std::string(version), "-eksbuild", "-minimal-eksbuild");
  const auto list = documents(manifest_of(addon), {{"host", drydock::eks::addon_registry_host(region)},
                                                   {"tag", std::string(version)},
                                                   {"version", split(version, '-').front()},
                                                   {"minimal", minimal},
                                                   {"dns", drydock::eks::cluster_dns_of(kube.record().service_cidr)}});
  for (Json object : list) {
    apply_values(object, values);
    const bool workload = object.at("kind").string_or() == "DaemonSet" || object.at("kind").string_or() == "Deployment";
    const std::string name = kube::name_of(object);
    if (!workload) {
      (void)kube.create(std::move(object));  // there already: leave people's changes alone
      continue;
    }
    const std::string resource = to_lower(object.at("kind").as_string()) + "s.apps";
    if (kube.get(resource, "kube-system", name))
      kube.edit(resource, "kube-system", name, [&](Json& live) {
        live["spec"]["template"]["spec"] = object.path("spec.template.spec");
        const Json& type = object.path("spec.template.metadata.annotations").at(kComputeType);
        if (!type.is_null()) live["spec"]["template"]["metadata"]["annotations"][kComputeType] = type;
      });
    else
      (void)kube.create(std::move(object));
  }
}

void remove_addon(kubernetes::KubeCluster& kube, std::string_view addon) {
  for (const Json& object : documents(manifest_of(addon), {})) {
    const std::string kind = object.at("kind").string_or(), name = kube::name_of(object);
    const std::string resource =
        kind == "DaemonSet" || kind == "Deployment" ? to_lower(kind) + "s.apps" : to_lower(kind) + "s";
    kube.remove(resource, "kube-system", name);
  }
}

}  // namespace drydock::twin::eks
