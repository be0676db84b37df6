#include "twin/nodes/calls.h"

#include <fmt/format.h>

#include <functional>

#include "base/text.h"
#include "cloud/aws/eks.h"
#include "cloud/aws/service_names.h"
#include "twin/iam/access.h"

namespace drydock::twin::nodes {
namespace {

using network::Connection;
using Kind = Outcome::Kind;

/// Linux picks one of 32768..60999; the same caller and host get the same, so that a story can be told again.
int source_port(const Place& place, const std::string& host) {
  return 32768 + static_cast<int>(std::hash<std::string>{}(place.instance + host) % (61000 - 32768));
}

const char* cause_of_dns(Connection::Kind kind) {
  return kind == Connection::Kind::no_such_host ? "dns.no-such-host" : "dns.timeout";
}

Outcome denied_by(Outcome outcome, const iam::Caller& caller, const iam::Request& request,
                  const iam::Decision& decision) {
  outcome.kind = Kind::denied;
  outcome.cause = decision.layer == iam::Layer::endpoint ? "endpoint-policy"
                                                         : fmt::format("iam.{}", iam::to_string(decision.layer));
  outcome.why = iam::denied_text(caller, request, decision);
  return outcome;
}

}  // namespace

std::shared_ptr<const aws::PolicyDocument> endpoint_policy(World& world, const std::string& region,
                                                           const std::string& id) {
  const aws::VpcEndpoint* endpoint = id.empty() ? nullptr : world.table<aws::VpcEndpoint>(region).find(id);
  if (!endpoint || endpoint->policyDocument.empty()) return nullptr;
  return iam::parsed(endpoint->policyDocument, aws::PolicyKind::endpoint);
}

iam::Context context_of(World& world, const Place& place, const Outcome& outcome) {
  iam::Context context;
  const aws::NetworkInterface* interface = world.table<aws::NetworkInterface>(place.region).find(place.interface);
  if (!interface) return context;
  context["aws:RequestedRegion"] = {place.region};
  context["aws:Ec2InstanceSourceVpc"] = {interface->vpcId};
  context["aws:Ec2InstanceSourcePrivateIPv4"] = {interface->privateIpAddress};
  context["aws:SecureTransport"] = {"true"};
  if (outcome.endpoint.empty()) {
    if (interface->publicIp) context["aws:SourceIp"] = {*interface->publicIp};
    return context;
  }
  context["aws:SourceVpce"] = {outcome.endpoint};
  context["aws:SourceVpc"] = {interface->vpcId};
  context["aws:VpcSourceIp"] = {interface->privateIpAddress};
  return context;
}

Signer instance_signer(const Node& node) { return {node.role, node.roleId, node.instanceId}; }

Signer cni_signer(const Node& node) {
  return node.cniRole.empty() ? instance_signer(node) : Signer{node.cniRole, node.cniRoleId, node.cniSession};
}

const network::View& Networks::of(const std::string& region) {
  if (auto it = views_.find(region); it != views_.end()) return it->second;
  network::View& view = views_.emplace(region, network::View(region)).first->second;
  const auto add = [&](const auto& table) {
    for (const auto& [key, noun] : table) view.add(noun);
  };
  add(world_.table<aws::Vpc>(region));
  add(world_.table<aws::DhcpOptions>(region));
  add(world_.table<aws::Subnet>(region));
  add(world_.table<aws::RouteTable>(region));
  add(world_.table<aws::SecurityGroupRule>(region));
  add(world_.table<aws::NetworkAcl>(region));
  add(world_.table<aws::VpcEndpoint>(region));
  add(world_.table<aws::PrefixList>(region));
  add(world_.table<aws::InternetGateway>(region));
  add(world_.table<aws::NatGateway>(region));
  add(world_.table<aws::NetworkInterface>(region));
  add(world_.table<aws::Instance>(region));
  add(world_.table<cloud::HostedZone>(region));
  add(world_.table<cloud::PeeringConnection>(region));
  add(world_.table<cloud::TransitGateway>(region));
  for (const auto& [name, cluster] : world_.table<aws::eks::Cluster>(region)) {
    if (cluster.host.empty()) continue;
    const auto& config = cluster.resourcesVpcConfig;
    view.add(network::ClusterEndpoint{name, cluster.host, config.vpcId, config.endpointPublicAccess,
                                      config.endpointPrivateAccess, config.publicAccessCidrs,
                                      cluster.networkInterfaceIds});
  }
  return view;
}

Outcome reach(Networks& networks, const Place& place, const std::string& host, int port) {
  Outcome outcome;
  outcome.host = host;
  const Connection connection =
      network::connect(networks.of(place.region), place.interface, host, port, source_port(place, host));
  outcome.resolver = connection.answer.resolver;
  outcome.address =
      connection.address.empty() ? connection.answer.resolver : fmt::format("{}:{}", connection.address, port);
  outcome.endpoint = connection.journey.endpoint;
  if (connection.connected()) return outcome;
  for (const network::Hop& hop : connection.journey.hops) outcome.path.push_back(hop.component + ": " + hop.what);
  switch (connection.kind) {
    case Connection::Kind::connected:
      break;
    case Connection::Kind::no_such_host:
      outcome.kind = Kind::unresolved;
      outcome.cause = cause_of_dns(connection.kind);
      outcome.why = fmt::format("{} does not exist, says {}", host, connection.answer.resolver);
      break;
    case Connection::Kind::dns_timeout:
      outcome.kind = Kind::dropped;
      outcome.cause = cause_of_dns(connection.kind);
      outcome.why = outcome.resolver.empty() || outcome.resolver == ":53"
                        ? "the VPC's DHCP options name no DNS server"
                        : fmt::format("no answer from the DNS server {}", outcome.resolver);
      break;
    case Connection::Kind::timeout:
      outcome.kind = Kind::dropped;
      outcome.cause = connection.journey.cause;
      if (!outcome.path.empty()) outcome.why = outcome.path.back();
      if (connection.answer.zone == "public DNS" && aws::is_aws_service_host(host))
        outcome.why += fmt::format(" ({} is its public address: no endpoint with private DNS serves {})",
                                   connection.address, host);
      break;
  }
  return outcome;
}

Outcome ask(World& world, const Place& place, const Signer& signer, const BootStep& step, const std::string& resource,
            Outcome outcome) {
  const aws::Role* role = iam::role_by_arn(world, signer.role);
  if (!role || role->RoleId != signer.role_id) {
    outcome.kind = Kind::denied;
    outcome.cause = "iam.role-gone";
    outcome.why = fmt::format("the role {} of the credentials was deleted", signer.role);
    return outcome;
  }
  const iam::Caller caller = iam::session_caller(*role, signer.session);
  iam::Request request{.action = std::string(step.action), .resource = resource};
  request.context = context_of(world, place, outcome);
  iam::Beside beside;
  beside.endpoint = endpoint_policy(world, place.region, outcome.endpoint);
  // The add-on repositories belong to AWS and admit every caller; the caller's own side decides.
  const iam::Decision decision = iam::authorise(world, caller, request, beside);
  if (decision.allowed()) return outcome;
  return denied_by(std::move(outcome), caller, request, decision);
}

Outcome fetch_layer(World& world, const Place& place, const std::string& resource, Outcome outcome) {
  const auto policy = endpoint_policy(world, place.region, outcome.endpoint);
  if (!policy) return outcome;
  static const auto kEverything =
      iam::parsed(R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})",
                  aws::PolicyKind::identity);
  constexpr auto kEcrAccount = "137112412989";  // any account of AWS's that is not the user's
  iam::Caller caller;
  caller.kind = iam::Caller::Kind::role_session;
  caller.account = kEcrAccount;
  caller.role_arn = fmt::format("arn:aws:iam::{}:role/storage-access-role-prod-{}", kEcrAccount, place.region);
  caller.arn = fmt::format("arn:aws:sts::{}:assumed-role/storage-access-role-prod-{}/ecr", kEcrAccount, place.region);
  caller.unique_id = "AROAECRSTORAGEACCESS1";
  iam::Request request{.action = "s3:GetObject", .resource = resource};
  request.context = context_of(world, place, outcome);
  request.context["aws:PrincipalArn"] = {caller.role_arn};
  request.context["aws:PrincipalAccount"] = {kEcrAccount};
  request.context["aws:PrincipalType"] = {"AssumedRole"};
  request.context["aws:userid"] = {caller.unique_id + ":ecr"};
  request.context["aws:ResourceAccount"] = {kEcrAccount};
  iam::Policies policies;
  policies.identity = {{"ECR's own", kEverything.get()}};
  policies.endpoint = iam::PolicyRef{outcome.endpoint, policy.get()};
  const iam::Decision decision = iam::evaluate(caller, request, policies);
  if (decision.allowed()) return outcome;
  return denied_by(std::move(outcome), caller, request, decision);
}

}  // namespace drydock::twin::nodes
