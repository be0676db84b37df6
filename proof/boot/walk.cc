#include "proof/boot/walk.h"

#include <fmt/format.h>

#include "cloud/eks/registries.h"
#include "proof/pods/cni.h"

namespace drydock::proof {
namespace {

constexpr std::string_view kImds = "169.254.169.254";

std::map<std::string, std::string, std::less<>> values_of(const Walk& walk, const eks::BootStep& step) {
  const cloud::World& world = walk.view.world();
  const std::string registry(eks::addon_registry(world.region));
  return {{"region", world.region},
          {"suffix", std::string(walk.view.suffix())},
          {"partition", world.partition},
          {"account", world.account},
          {"endpoint", WorldView::api_host(*walk.group.cluster)},
          {"registry", registry.empty() ? "000000000000" : registry},
          {"layers", eks::layer_bucket(world.region)},
          {"repository", std::string(step.image)},
          {"eni", "*"}};
}

bool needs_packet(const eks::BootStep& step) { return !step.host.empty() && step.host != kImds; }

void walk_step(const Walk& walk, const eks::BootStep& step) {
  if (!needs_packet(step)) return;
  if (step.id == "ec2.describe-instances" && walk.group.config.config.instanceIdNodeName) return;
  for (const std::string& subnet : walk.group.subnets)
    if (const auto way = check_contact(walk, step, subnet)) check_call(walk, step, *way);
}

}  // namespace

const Contact& Contacts::of(const Site& from, const std::string& host, int port) {
  std::string key = fmt::format("{}|{}|{}|{}", from.subnetId, host, port, from.has_public_ip);
  for (const std::string& group : from.groups) key += "|" + group;
  const auto [it, fresh] = known_.try_emplace(std::move(key));
  if (fresh) it->second = contact(network_, from, host, port);
  return it->second;
}

Site Walk::site(const std::string& subnet) const {
  const aws::Subnet* noun = view.network().subnet(subnet);
  const bool is_public = group.public_address.value_or(noun && noun->mapPublicIpOnLaunch);
  return {fmt::format("node group {} in {}", group.name, subnet), subnet, {}, group.groups, is_public};
}

std::string Walk::vpc_of(const std::string& subnet) const {
  const aws::Subnet* noun = view.network().subnet(subnet);
  return noun ? noun->vpcId : "";
}

Problem Walk::problem(std::string_view code, std::string_view step, Fault fault) const {
  Problem p;
  p.finding.code = code;
  p.finding.step = step;
  p.finding.node_groups = {group.name};
  p.finding.symptom = symptom_of(step, fault, view.world().region);
  p.need.cluster = group.cluster->name;
  p.need.groups = group.groups;
  p.need.by_instance_id = group.config.config.instanceIdNodeName;
  if (group.role) p.need.role = group.role->RoleName;
  const eks::BootStep* known = eks::boot_step(step);
  if (known && !known->for_ready) {
    p.finding.effect = Verdict::degraded;
    p.finding.severity = Severity::warning;
  }
  return p;
}

std::string Walk::host_of(const eks::BootStep& step) const { return eks::fill_in(step.host, values_of(*this, step)); }
std::string Walk::resource_of(const eks::BootStep& step) const {
  return eks::fill_in(step.resource, values_of(*this, step));
}

Place place_of(const WorldView& view, const std::string& component, const Group& group) {
  const std::string first = component.substr(0, component.find(", "));
  if (const auto* g = view.security_group(first)) return {cloud::ref_of(*g), ""};
  if (first == view.cluster_group(*group.cluster))
    return {cloud::ref_of(*group.cluster), "resourcesVpcConfig.clusterSecurityGroupId"};
  const Network& net = view.network();
  if (const auto* e = view.endpoint(first)) return {cloud::ref_of(*e), ""};
  if (const auto* nat = net.nat_gateway(first)) return {cloud::ref_of(*nat), ""};
  if (const auto* igw = net.internet_gateway(first)) return {cloud::ref_of(*igw), ""};
  if (const auto* eni = net.interface(first)) return {cloud::ref_of(*eni), ""};
  if (const auto* subnet = net.subnet(first)) return {cloud::ref_of(*subnet), ""};
  for (const auto& acl : view.world().network_acls)
    if (acl.networkAclId == first) return {cloud::ref_of(acl), "entrySet"};
  for (const auto& table : view.world().route_tables)
    if (table.routeTableId == first) return {cloud::ref_of(table), "routeSet"};
  for (const auto& vpc : view.world().vpcs)
    if (first.starts_with(vpc.vpcId + "/")) return {cloud::ref_of(vpc), first.substr(vpc.vpcId.size() + 1)};
  for (const auto& cluster : view.world().clusters)
    if (cluster.name == first) return {cloud::ref_of(cluster), "resourcesVpcConfig.publicAccessCidrs"};
  return {{}, first};
}

void walk_group(const WorldView& view, const Group& group, Contacts& contacts, Problems& out) {
  Walk walk{view, group, out, contacts};
  walk.cni_role = check_cni_identity(walk);
  check_launch(walk);
  check_volumes(walk);
  check_conflicts(walk);
  check_metadata(walk);
  check_user_data(walk);
  check_image(walk);
  for (const eks::BootStep& step : eks::boot_chain()) walk_step(walk, step);
  check_name(walk);
  check_mapping(walk);
  check_cni(walk);
  check_addons(walk);
}

}  // namespace drydock::proof
