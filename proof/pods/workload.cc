#include "proof/pods/workload.h"

#include <algorithm>

#include "cloud/eks/registries.h"

namespace drydock::proof {
namespace {

using cloud::KubernetesObject;
using cloud::World;

/// Text of a scalar as a chart or container would get it.
std::string scalar(const Json& value) {
  if (value.is_string()) return value.as_string();
  return value.is_bool() || value.is_number() ? value.dump() : "";
}

void take_values(const Json& values, const std::string& path, std::map<std::string, std::string, std::less<>>& out) {
  if (!values.is_object()) {
    if (const std::string text = scalar(values); !text.empty()) out[path] = text;
    return;
  }
  for (const auto& [key, value] : values.as_object()) take_values(value, path.empty() ? key : path + "." + key, out);
}

/// "--name=value", "--name value" and "--switch" alike.
void take_arguments(const Json& list, Workload& out) {
  std::string waiting;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const std::string word = scalar(list.item(i));
    const std::size_t equals = word.find('=');
    if (word.starts_with("-")) {
      waiting = equals == word.npos ? word : "";
      out.settings[word.substr(0, equals)] = equals == word.npos ? "true" : word.substr(equals + 1);
    } else if (!waiting.empty()) {
      out.settings[waiting] = word;
      waiting.clear();
    }
  }
}

void take_container(const Json& container, Workload& out) {
  if (const std::string image = container.at("image").string_or(); !image.empty()) {
    out.images.push_back(image);
    if (!out.controller) out.controller = eks::controller_of_image(eks::parse_image(image).repository);
  }
  take_arguments(container.at("command"), out);
  take_arguments(container.at("args"), out);
  const Json& variables = container.at("env");
  for (std::size_t i = 0; i < variables.size(); ++i)
    out.settings[variables.item(i).at("name").string_or()] = scalar(variables.item(i).at("value"));
}

bool is_workload(std::string_view kind) { return kind == "Deployment" || kind == "DaemonSet" || kind == "StatefulSet"; }

/// What every node or cluster has anyway, and the boot chain already tells of.
bool is_of_the_chain(const Workload& workload) {
  return workload.name_space == "kube-system" &&
         (workload.name == "aws-node" || workload.name == "kube-proxy" || workload.name == "coredns");
}

Workload of_object(const KubernetesObject& noun) {
  const Json& pod = noun.object.path("spec.template.spec");
  Workload out;
  out.cluster = noun.cluster;
  out.noun = cloud::ref_of(noun);
  out.name = noun.object.path("metadata.name").string_or();
  out.name_space = noun.object.path("metadata.namespace").string_or("default");
  out.daemon = noun.object.at("kind").string_or() == "DaemonSet";
  out.host_network = pod.at("hostNetwork").bool_or(false);
  out.service_account = pod.at("serviceAccountName").string_or("default");
  for (const char* list : {"initContainers", "containers"})
    for (std::size_t i = 0; i < pod.at(list).size(); ++i) take_container(pod.at(list).item(i), out);
  return out;
}

/// Where the chart or add-on says nothing else, it is as the controller's own page has it.
void take_controller(Workload& out, const eks::Controller& controller) {
  out.controller = &controller;
  out.host_network = controller.host_network;
  out.daemon = controller.daemon;
  if (out.name_space.empty()) out.name_space = controller.name_space;
  if (out.name.empty()) out.name = controller.workload;
  out.service_account = controller.service_account;
  for (const char* path : {"serviceAccount.name", "controller.serviceAccount.name", "rbac.serviceAccount.name"})
    if (const std::string name = out.value(path); !name.empty()) out.service_account = name;
  const auto host_network = out.settings.find("hostNetwork");
  if (host_network != out.settings.end()) out.host_network = host_network->second == "true";
}

void add_release(const KubernetesObject& noun, std::vector<Workload>& out) {
  const Json& spec = noun.object.at("spec");
  const eks::Controller* controller = eks::controller_of_chart(spec.at("chart").string_or());
  if (!controller) return;
  Workload workload;
  workload.cluster = noun.cluster;
  workload.noun = cloud::ref_of(noun);
  workload.name_space = noun.object.path("metadata.namespace").string_or();
  take_values(spec.at("values"), "", workload.settings);
  take_controller(workload, *controller);
  const std::string repository = workload.value("image.repository");
  if (const std::string image = repository.empty() ? std::string(controller->chart_image) : repository; !image.empty())
    workload.images.push_back(image);
  out.push_back(std::move(workload));
}

void add_addon(const aws::eks::Addon& noun, std::vector<Workload>& out) {
  const eks::Controller* controller = eks::controller_of_addon(noun.addonName);
  if (!controller) return;
  Workload workload;
  workload.cluster = noun.clusterName;
  workload.noun = cloud::ref_of(noun);
  if (noun.configurationValues)
    if (const auto values = Json::parse(*noun.configurationValues)) take_values(*values, "", workload.settings);
  take_controller(workload, *controller);
  out.push_back(std::move(workload));
}

bool is_set_to(const std::string& value, std::string_view wanted) { return wanted.empty() || value == wanted; }

}  // namespace

std::string Workload::value(std::string_view name) const {
  const auto it = name.empty() ? settings.end() : settings.find(name);
  return it == settings.end() ? "" : it->second;
}

bool Workload::has(const eks::Setting& setting, const World& world) const {
  for (std::string_view name : {setting.argument, setting.variable, setting.chart_value})
    if (const auto it = settings.find(name);
        !name.empty() && it != settings.end() && is_set_to(it->second, setting.text))
      return true;
  if (setting.object_kind.empty()) return false;
  return std::any_of(world.kubernetes_objects.begin(), world.kubernetes_objects.end(), [&](const auto& noun) {
    if (noun.cluster != cluster || noun.object.at("kind").string_or() != setting.object_kind) return false;
    const std::string text = scalar(noun.object.path(setting.object_path));
    return !text.empty() && is_set_to(text, setting.text);
  });
}

std::vector<Workload> workloads_of(const World& world, std::string_view cluster) {
  std::vector<Workload> out;
  for (const auto& addon : world.addons)
    if (addon.clusterName == cluster) add_addon(addon, out);
  for (const auto& noun : world.kubernetes_objects) {
    if (noun.cluster != cluster) continue;
    const std::string kind = noun.object.at("kind").string_or();
    if (kind == "HelmRelease" || kind == "Release") add_release(noun, out);
    if (!is_workload(kind)) continue;
    Workload workload = of_object(noun);
    if (!is_of_the_chain(workload)) out.push_back(std::move(workload));
  }
  return out;
}

}  // namespace drydock::proof
