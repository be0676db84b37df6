#include "proof/world_view.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/managed_policies.h"
#include "cloud/aws/service_names.h"

namespace drydock::proof {
namespace {

/// Fallback for regions whose lists the world does not hold: a sample of the published ranges
/// (https://ip-ranges.amazonaws.com/ip-ranges.json). Only their being public and routed by the list matters here.
const std::vector<std::string> kS3 = {"3.5.0.0/19", "16.15.176.0/20", "52.216.0.0/15", "54.231.0.0/16"};
const std::vector<std::string> kDynamoDb = {"3.218.180.0/22", "52.94.0.0/22"};

// "Available" of the API, "available" of the CLI; a plan's "pending" will be.
bool will_be_available(std::string_view state) {
  const std::string lower = to_lower(state);
  return lower.empty() || lower == "available" || lower == "pending";
}

std::vector<std::vector<const cloud::OrganizationPolicy*>> by_level(const cloud::World& world, std::string_view type) {
  std::map<std::int64_t, std::vector<const cloud::OrganizationPolicy*>> levels;
  for (const auto& policy : world.organization_policies)
    if (policy.type == type) levels[policy.level].push_back(&policy);
  std::vector<std::vector<const cloud::OrganizationPolicy*>> out;
  for (auto& [level, list] : levels) out.push_back(std::move(list));
  return out;
}

template <class Map>
auto last_of(const Map& by_name, const Map& by_arn, std::string_view text) -> typename Map::mapped_type {
  if (const auto it = by_arn.find(text); it != by_arn.end()) return it->second;
  if (const auto it = by_name.find(text); it != by_name.end()) return it->second;
  // An ARN whose path differs still names the same thing: names are unique in an account.
  const auto it = text.starts_with("arn:") ? by_name.find(text.substr(text.rfind('/') + 1)) : by_name.end();
  return it == by_name.end() ? nullptr : it->second;
}

}  // namespace

WorldView::WorldView(const cloud::World& world) : world_(world), network_(world.region) {
  add_names();
  add_prefix_lists();
  add_vpcs();
  add_groups();
  add_route_tables();
  add_endpoints();
  add_clusters();
  scps_ = by_level(world_, "SERVICE_CONTROL_POLICY");
  rcps_ = by_level(world_, "RESOURCE_CONTROL_POLICY");
}

std::string_view WorldView::suffix() const { return aws::dns_suffix_of(world_.region); }

void WorldView::add_names() {
  for (const auto& x : world_.security_groups) groups_[x.groupId] = &x;
  for (const auto& x : world_.roles) roles_[x.RoleName] = &x, roles_by_arn_[x.Arn] = &x;
  for (const auto& x : world_.instance_profiles) profiles_[x.InstanceProfileName] = &x, profiles_by_arn_[x.Arn] = &x;
  for (const auto& x : world_.clusters) clusters_[x.name] = &x;
  for (const auto& x : world_.images) images_[x.imageId] = &x;
  for (const auto& x : world_.oidc_providers) oidc_[x.Arn] = &x;
  for (const auto& x : world_.policies) policies_[x.Arn] = &x;
  for (const auto& x : world_.launch_templates) {
    templates_[x.launchTemplateId].push_back(&x);
    if (x.launchTemplateName != x.launchTemplateId) templates_[x.launchTemplateName].push_back(&x);
  }
}

void WorldView::add_prefix_lists() {
  for (const auto& x : world_.prefix_lists) network_.add(x);
  for (const auto& [service, cidrs] : {std::pair("s3", &kS3), std::pair("dynamodb", &kDynamoDb)}) {
    if (network_.prefix_list_of(service)) continue;
    aws::PrefixList list{.prefixListName = "com.amazonaws." + world_.region + "." + service, .cidrSet = *cidrs};
    list.prefixListId = list.prefixListName;
    network_.add(own(own_lists_, std::move(list)));
  }
}

void WorldView::add_vpcs() {
  for (const auto& x : world_.vpcs) network_.add(x);
  for (const auto& x : world_.dhcp_options) network_.add(x);
  for (const auto& x : world_.subnets) network_.add(x);
  for (const auto& x : world_.network_acls) network_.add(x);
  for (const auto& x : world_.internet_gateways) network_.add(x);
  for (const auto& x : world_.network_interfaces) {
    network_.add(x);
    used_[x.subnetId] += 1 + static_cast<std::int64_t>(x.secondaryAddresses.size());
  }
  for (const auto& x : world_.hosted_zones) network_.add(PrivateZone{x.id, x.name, x.vpcIds, x.records});
  for (const auto& x : world_.peering_connections)
    network_.add(PeeringConnection{x.vpcPeeringConnectionId, x.requesterVpcId, x.accepterVpcId, x.status});
  for (const auto& x : world_.transit_gateways) {
    TransitGateway gateway{.id = x.transitGatewayId};
    for (const auto& a : x.attachments) {
      gateway.attachments.push_back({a.vpcId, a.routes});
      gateway.leads_out |= a.routes.contains("0.0.0.0/0");
    }
    network_.add(std::move(gateway));
  }
  for (const auto& x : world_.instances) network_.add(x);
  for (const auto& x : world_.nat_gateways) network_.add(x);
}

aws::SecurityGroupRule WorldView::rule(const std::string& group, bool egress, const std::string& peer) const {
  aws::SecurityGroupRule r{.securityGroupRuleId = group + (egress ? "/egress" : "/ingress"),
                           .groupId = group,
                           .isEgress = egress,
                           .ipProtocol = "-1"};
  if (aws::Cidr::parse(peer)) {
    (peer.find(':') == peer.npos ? r.cidrIpv4 : r.cidrIpv6) = peer;
  } else {
    r.referencedGroupInfo = aws::ReferencedGroup{peer, world_.account};
  }
  return r;
}

void WorldView::add_groups() {
  for (const auto& x : world_.security_group_rules) network_.add(x);
  for (const auto& x : world_.security_groups)
    if (x.groupName == "default") default_groups_[x.vpcId] = x.groupId;
  for (const auto& vpc : world_.vpcs) {
    if (default_groups_.contains(vpc.vpcId)) continue;
    // Every VPC has one; it admits its own members and lets everything out.
    const std::string id = default_groups_[vpc.vpcId] = cloud::default_security_group_id(vpc.vpcId);
    network_.add(own(own_rules_, rule(id, false, id)));
    network_.add(own(own_rules_, rule(id, true, "0.0.0.0/0")));
    network_.add(own(own_rules_, rule(id, true, "::/0")));
  }
}

void WorldView::add_route_tables() {
  std::map<std::string, std::vector<std::string>, std::less<>> cidrs;  // of VPCs
  for (const auto& vpc : world_.vpcs) {
    std::set<std::string> blocks = {vpc.cidrBlock};
    for (const auto& a : vpc.cidrBlockAssociationSet) blocks.insert(a.cidrBlock);
    for (const auto& a : vpc.ipv6CidrBlocks) blocks.insert(a.cidrBlock);
    cidrs[vpc.vpcId].assign(blocks.begin(), blocks.end());
  }
  std::map<std::string, std::vector<const aws::VpcEndpoint*>, std::less<>> gateways;  // by route table
  for (const auto& e : world_.vpc_endpoints)
    if (e.vpcEndpointType == "Gateway")
      for (const std::string& table : e.routeTableIdSet) gateways[table].push_back(&e);
  std::set<std::string, std::less<>> has_main;
  const auto complete = [&](aws::RouteTable table) {
    std::set<std::string> there;
    for (const aws::Route& r : table.routeSet) {
      for (const auto* d : {&r.destinationCidrBlock, &r.destinationIpv6CidrBlock})
        if (*d) there.insert(**d);
      if (r.destinationPrefixListId) there.insert(*r.destinationPrefixListId);
    }
    for (const std::string& block : cidrs[table.vpcId]) {
      if (block.empty() || there.contains(block)) continue;
      aws::Route local{.gatewayId = "local"};
      (block.find(':') == block.npos ? local.destinationCidrBlock : local.destinationIpv6CidrBlock) = block;
      table.routeSet.push_back(std::move(local));
    }
    for (const aws::VpcEndpoint* e : gateways[table.routeTableId]) {
      const aws::PrefixList* list = network_.prefix_list_of(aws::service_of(e->serviceName, world_.region));
      aws::Route route{.gatewayId = e->vpcEndpointId};
      route.destinationPrefixListId = list ? list->prefixListId : e->prefixListId;
      // A table holds one such route; AWS refuses a second gateway on it.
      if (there.insert(*route.destinationPrefixListId).second) table.routeSet.push_back(std::move(route));
    }
    const aws::RouteTable& kept = own(own_tables_, std::move(table));
    tables_[kept.routeTableId] = &kept;
    network_.add(kept);
  };
  for (const auto& x : world_.route_tables) {
    for (const auto& a : x.associationSet)
      if (a.main) has_main.insert(x.vpcId);
    complete(x);
  }
  for (const auto& vpc : world_.vpcs) {
    if (has_main.contains(vpc.vpcId)) continue;
    const std::string id = cloud::main_route_table_id(vpc.vpcId);
    complete({.routeTableId = id, .vpcId = vpc.vpcId, .associationSet = {{.routeTableId = id, .main = true}}});
  }
}

void WorldView::add_endpoints() {
  for (const auto& x : world_.vpc_endpoints) {
    const bool no_group = x.vpcEndpointType == "Interface" && x.groupSet.empty() && x.networkInterfaceIdSet.empty();
    const aws::VpcEndpoint* seen = &x;
    if (no_group || (will_be_available(x.state) && x.state != "available")) {
      aws::VpcEndpoint copy = x;
      if (will_be_available(x.state)) copy.state = "available";
      if (no_group) copy.groupSet = {{default_group(x.vpcId), "default"}};
      seen = &own(own_endpoints_, std::move(copy));
    }
    endpoints_[x.vpcEndpointId] = seen;
    endpoints_of_service_[x.vpcId + "/" + aws::service_of(x.serviceName, world_.region)].push_back(seen);
    network_.add(*seen);
  }
}

void WorldView::add_clusters() {
  for (const auto& cluster : world_.clusters) {
    const aws::eks::VpcConfig& config = cluster.resourcesVpcConfig;
    ApiServer api{.cluster = cluster.name,
                  .host = api_host(cluster),
                  .vpcId = config.vpcId,
                  .publicAccess = config.endpointPublicAccess,
                  .privateAccess = config.endpointPrivateAccess,
                  .publicAccessCidrs = config.publicAccessCidrs,
                  .subnetIds = config.subnetIds,
                  .securityGroupIds = config.securityGroupIds};
    if (api.vpcId.empty() && !config.subnetIds.empty())
      if (const aws::Subnet* subnet = network_.subnet(config.subnetIds.front())) api.vpcId = subnet->vpcId;
    const std::string group = cluster_group(cluster);
    api.securityGroupIds.push_back(group);
    network_.add(std::move(api));
    // EKS makes it when it makes the cluster: all from its members, all out. One that the world lists has its own
    // rules.
    if (groups_.contains(group)) continue;
    network_.add(own(own_rules_, rule(group, false, group)));
    network_.add(own(own_rules_, rule(group, true, "0.0.0.0/0")));
    network_.add(own(own_rules_, rule(group, true, "::/0")));
  }
}

std::string WorldView::cluster_group(const aws::eks::Cluster& cluster) const {
  const std::string& named = cluster.resourcesVpcConfig.clusterSecurityGroupId;
  return named.empty() ? cloud::cluster_security_group_id(cluster.name) : named;
}

std::string WorldView::default_group(std::string_view vpc) const {
  const auto it = default_groups_.find(vpc);
  return it == default_groups_.end() ? cloud::default_security_group_id(vpc) : it->second;
}

std::string WorldView::api_host(const aws::eks::Cluster& cluster) {
  if (!cluster.host.empty()) return cluster.host;
  std::string_view host = cluster.endpoint ? std::string_view(*cluster.endpoint) : std::string_view();
  if (host.starts_with("https://")) host.remove_prefix(8);
  host = host.substr(0, host.find_first_of("/:"));
  // A name no address is asked for: it only has to be the same wherever it is needed.
  return host.empty() ? "api." + to_lower(cluster.name) + ".planned" : to_lower(host);
}

std::vector<const aws::VpcEndpoint*> WorldView::endpoints_for(std::string_view vpc, std::string_view service) const {
  const auto it = endpoints_of_service_.find(std::string(vpc) + "/" + std::string(service));
  return it == endpoints_of_service_.end() ? std::vector<const aws::VpcEndpoint*>{} : it->second;
}

const aws::LaunchTemplateVersion* WorldView::launch_template(std::string_view id, std::string_view name,
                                                             std::string_view version) const {
  auto it = templates_.find(id);
  if (it == templates_.end() || id.empty()) it = templates_.find(name);
  if (it == templates_.end() || it->first.empty()) return nullptr;
  const aws::LaunchTemplateVersion* best = nullptr;
  for (const aws::LaunchTemplateVersion* v : it->second) {
    if (std::to_string(v->versionNumber) == version) return v;
    if (version == "$Default" && v->defaultVersion) return v;
    if (!best || v->versionNumber > best->versionNumber) best = v;
  }
  // A number that is not there is another thing than "the newest", unless the world knows one version only: plans do.
  const bool is_number = !version.empty() && version.find_first_not_of("0123456789") == version.npos;
  return is_number && it->second.size() > 1 ? nullptr : best;
}

const aws::Role* WorldView::role(std::string_view text) const { return last_of(roles_, roles_by_arn_, text); }
const aws::InstanceProfile* WorldView::instance_profile(std::string_view text) const {
  return last_of(profiles_, profiles_by_arn_, text);
}

std::optional<std::string> WorldView::managed_document(std::string_view arn) const {
  if (const aws::Policy* own = find(policies_, arn)) {
    for (const aws::PolicyVersion& v : own->versions)
      if (v.IsDefaultVersion || v.VersionId == own->DefaultVersionId) return v.Document;
    if (!own->versions.empty()) return own->versions.back().Document;
    return std::nullopt;
  }
  if (const aws::ManagedPolicy* aws = aws::find_managed_policy(arn)) return std::string(aws->document);
  return std::nullopt;
}

std::int64_t WorldView::used_addresses(std::string_view subnet) const {
  const auto it = used_.find(subnet);
  return it == used_.end() ? 0 : it->second;
}

namespace {

// Proving fixes and completions asks for the same documents over and over.
class CompiledDocuments {
 public:
  using Key = std::pair<int, std::string>;
  std::shared_ptr<const PolicyText> of(const Key& key, const std::string& name, const std::string& document) {
    {
      const std::lock_guard lock(mutex_);
      if (const auto it = known_.find(key); it != known_.end()) return it->second;
    }
    auto text = std::make_shared<PolicyText>();
    if (auto parsed = aws::parse_policy(document, static_cast<aws::PolicyKind>(key.first))) {
      text->policy = std::make_unique<CompiledPolicy>(name, *parsed);
    } else {
      text->refused = parsed.error().message;
    }
    const std::lock_guard lock(mutex_);
    if (known_.size() >= kMost) known_.clear();
    return known_[key] = text;
  }

 private:
  static constexpr std::size_t kMost = 2000;
  std::mutex mutex_;
  std::map<Key, std::shared_ptr<const PolicyText>> known_;  // guarded by mutex_
};

}  // namespace

const PolicyText& WorldView::policy(const std::string& name, const std::string& document, aws::PolicyKind kind) const {
  static CompiledDocuments documents;
  const auto [it, fresh] = compiled_.try_emplace({static_cast<int>(kind), name + "\n" + document});
  if (fresh) it->second = documents.of(it->first, name, document);
  return *it->second;
}

const std::vector<std::vector<const cloud::OrganizationPolicy*>>& WorldView::levels(std::string_view type) const {
  return type == "SERVICE_CONTROL_POLICY" ? scps_ : rcps_;
}

}  // namespace drydock::proof
