#include <map>
#include <string>

#include "cloud/kube/schema.h"

namespace drydock::kube {
namespace {

// One sentence each, for what people look up most; the rest shows its type only.
const std::map<std::string_view, const char*> kDescriptions = {
    {"core/v1.Pod", "A group of containers that run together on one node."},
    {"core/v1.Pod.spec", "What the pod should be."},
    {"core/v1.Pod.status", "What was last seen of the pod."},
    {"core/v1.PodSpec", "The wanted containers, volumes and placement of a pod."},
    {"core/v1.PodSpec.containers", "The containers that run side by side; at least one."},
    {"core/v1.PodSpec.initContainers", "Containers that run one after the other before the others start."},
    {"core/v1.PodSpec.nodeName", "The node the pod was given to; set by the scheduler."},
    {"core/v1.PodSpec.tolerations", "Taints the pod puts up with."},
    {"core/v1.PodSpec.volumes", "Volumes that containers may mount."},
    {"core/v1.PodSpec.restartPolicy", "Always, OnFailure or Never."},
    {"core/v1.PodSpec.serviceAccountName", "The identity of the pod towards the API server."},
    {"core/v1.Container", "One container of a pod."},
    {"core/v1.Container.image", "Registry, repository and tag or digest to run."},
    {"core/v1.Container.name", "Name of the container, unique in its pod."},
    {"core/v1.Container.env", "Environment variables."},
    {"core/v1.Container.ports", "Ports the container listens on; for people and for named references."},
    {"core/v1.Container.resources", "CPU and memory it asks for, and may use at most."},
    {"core/v1.Container.command", "Replaces the image's entry point."},
    {"core/v1.Container.args", "Replaces the image's arguments."},
    {"core/v1.ConfigMap", "Configuration as keys and texts."},
    {"core/v1.ConfigMap.data", "Texts by key."},
    {"core/v1.ConfigMap.binaryData", "Bytes by key, in base64."},
    {"core/v1.Secret", "Keys and values that should be seen by few."},
    {"core/v1.Secret.data", "Values in base64."},
    {"core/v1.Secret.stringData", "Values as plain text; write only."},
    {"core/v1.Namespace", "A room for names."},
    {"core/v1.Node", "A machine that runs pods."},
    {"core/v1.NodeSpec.taints", "What keeps pods away unless they tolerate it."},
    {"core/v1.NodeSpec.unschedulable", "True while the node is cordoned."},
    {"core/v1.NodeStatus.conditions", "Ready, MemoryPressure, DiskPressure, PIDPressure."},
    {"core/v1.Service", "A stable name and address for a set of pods."},
    {"core/v1.ServiceSpec.selector", "Labels of the pods behind the service."},
    {"core/v1.ServiceSpec.ports", "Ports the service answers on."},
    {"core/v1.ServiceAccount", "An identity for pods."},
    {"core/v1.Event", "Something that happened to an object."},
    {"apps/v1.Deployment",
     "Keeps a number of equal pods running, and replaces them gradually when the template changes."},
    {"apps/v1.DeploymentSpec.replicas", "How many pods; 1 if not given."},
    {"apps/v1.DeploymentSpec.selector", "Which pods belong to it; must match the template's labels and cannot change."},
    {"apps/v1.DeploymentSpec.template", "The pods to make."},
    {"apps/v1.DeploymentSpec.strategy", "How old pods give way to new ones."},
    {"apps/v1.DaemonSet", "Runs one pod on every node that admits it."},
    {"apps/v1.ReplicaSet", "Keeps a number of equal pods running."},
    {"apps/v1.StatefulSet", "Runs numbered pods with stable names."},
    {"storage/v1.StorageClass", "A way to make volumes."},
    {"storage/v1.StorageClass.provisioner", "Who makes the volumes."},
    {"coordination/v1.Lease", "Who holds something, and since when; nodes renew one as a sign of life."},
    {"rbac/v1.Role", "Permissions inside one namespace."},
    {"rbac/v1.ClusterRole", "Permissions everywhere, or on things without a namespace."},
    {"rbac/v1.RoleBinding", "Gives a role to users, groups or service accounts in one namespace."},
    {"rbac/v1.ClusterRoleBinding", "Gives a cluster role to users, groups or service accounts everywhere."},
    {"meta/v1.ObjectMeta", "What every object has: name, labels, annotations, owners."},
    {"meta/v1.ObjectMeta.name", "Unique among objects of the kind in the namespace."},
    {"meta/v1.ObjectMeta.namespace", "The room the name lives in."},
    {"meta/v1.ObjectMeta.labels", "Keys and values to select by."},
    {"meta/v1.ObjectMeta.annotations", "Keys and values for tools; not selected by."},
};

}  // namespace

std::string description_of(std::string_view what) {
  auto found = kDescriptions.find(what);
  return found == kDescriptions.end() ? "" : found->second;
}

}  // namespace drydock::kube
