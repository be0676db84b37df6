// What a noun of a world file is before its fields are read, how short forms become fields, and what follows from the
// fields afterwards. Private to world files.
#pragma once

#include <string>

#include "cloud/world/decode.h"

namespace drydock::cloud {

/// The id, and what goes without saying: ARN, state, names that are as the id.
void natural(aws::Vpc&, const std::string& key, const World&);
void natural(aws::DhcpOptions&, const std::string& key, const World&);
void natural(aws::Subnet&, const std::string& key, const World&);
void natural(aws::RouteTable&, const std::string& key, const World&);
void natural(aws::SecurityGroup&, const std::string& key, const World&);
void natural(aws::SecurityGroupRule&, const std::string& key, const World&);
void natural(aws::NetworkAcl&, const std::string& key, const World&);
void natural(aws::VpcEndpoint&, const std::string& key, const World&);
void natural(aws::PrefixList&, const std::string& key, const World&);
void natural(aws::InternetGateway&, const std::string& key, const World&);
void natural(aws::NatGateway&, const std::string& key, const World&);
void natural(aws::Address&, const std::string& key, const World&);
void natural(aws::NetworkInterface&, const std::string& key, const World&);
void natural(aws::LaunchTemplateVersion&, const std::string& key, const World&);
void natural(aws::Instance&, const std::string& key, const World&);
void natural(aws::Image&, const std::string& key, const World&);
void natural(PeeringConnection&, const std::string& key, const World&);
void natural(TransitGateway&, const std::string& key, const World&);
void natural(Firewall&, const std::string& key, const World&);
void natural(HostedZone&, const std::string& key, const World&);
void natural(KmsKey&, const std::string& key, const World&);
void natural(aws::AutoScalingGroup&, const std::string& key, const World&);
void natural(aws::Role&, const std::string& key, const World&);
void natural(aws::Policy&, const std::string& key, const World&);
void natural(aws::InstanceProfile&, const std::string& key, const World&);
void natural(aws::OpenIdConnectProvider&, const std::string& key, const World&);
void natural(OrganizationPolicy&, const std::string& key, const World&);
void natural(aws::eks::Cluster&, const std::string& key, const World&);
void natural(aws::eks::Nodegroup&, const std::string& key, const World&);
void natural(aws::eks::AccessEntry&, const std::string& key, const World&);
void natural(aws::eks::Addon&, const std::string& key, const World&);
void natural(aws::eks::PodIdentityAssociation&, const std::string& key, const World&);
void natural(FargateProfile&, const std::string& key, const World&);
void natural(KubernetesObject&, const std::string& key, const World&);

/// Takes short forms out of `body` and into the noun (or puts long ones into `body`).
template <class T>
void expand(T&, Json&, World&, Decoder&) {}
void expand(aws::RouteTable&, Json& body, World&, Decoder&);
void expand(aws::SecurityGroup&, Json& body, World&, Decoder&);
void expand(aws::SecurityGroupRule&, Json& body, World&, Decoder&);
void expand(aws::NetworkAcl&, Json& body, World&, Decoder&);
void expand(aws::VpcEndpoint&, Json& body, World&, Decoder&);
void expand(aws::LaunchTemplateVersion&, Json& body, World&, Decoder&);
void expand(aws::AutoScalingGroup&, Json& body, World&, Decoder&);
void expand(aws::Role&, Json& body, World&, Decoder&);
void expand(aws::Policy&, Json& body, World&, Decoder&);
void expand(aws::eks::AccessEntry&, Json& body, World&, Decoder&);
void expand(KubernetesObject&, Json& body, World&, Decoder&);

/// The other way: short forms of what stands in `body`, as candidates; each is kept only if it reads back the same.
using Shorter = std::vector<Json>;
template <class T>
Shorter contract(const T&, const Json&, const World&) {
  return {};
}
Shorter contract(const aws::RouteTable&, const Json& body, const World&);
Shorter contract(const aws::SecurityGroupRule&, const Json& body, const World&);
Shorter contract(const aws::NetworkAcl&, const Json& body, const World&);
Shorter contract(const aws::LaunchTemplateVersion&, const Json& body, const World&);
Shorter contract(const aws::AutoScalingGroup&, const Json& body, const World&);
Shorter contract(const aws::Role&, const Json& body, const World&);
Shorter contract(const aws::Policy&, const Json& body, const World&);
Shorter contract(const aws::eks::AccessEntry&, const Json& body, const World&);
Shorter contract(const KubernetesObject&, const Json& body, const World&);

/// What follows from the fields that were given.
template <class T>
void settle(T&, const World&) {}
void settle(aws::Vpc&, const World&);
void settle(aws::Subnet&, const World&);
void settle(aws::RouteTable&, const World&);
void settle(aws::SecurityGroup&, const World&);
void settle(aws::NetworkAcl&, const World&);
void settle(aws::VpcEndpoint&, const World&);
void settle(aws::InternetGateway&, const World&);
void settle(aws::NatGateway&, const World&);
void settle(aws::AutoScalingGroup&, const World&);
void settle(aws::Role&, const World&);
void settle(aws::InstanceProfile&, const World&);
void settle(aws::eks::Cluster&, const World&);

/// "tcp 443 from 10.0.0.0/16" of a rule; empty for one that has no such form (a description, tags).
std::string rule_text(const aws::SecurityGroupRule& rule, const World& world);
/// The id of a rule that is written below its group.
std::string rule_id(const aws::SecurityGroupRule& rule, const World& world);
/// nullopt if the text is no rule.
std::optional<aws::SecurityGroupRule> parse_rule(const std::string& group, bool egress, std::string_view text,
                                                 const World& world);

}  // namespace drydock::cloud
