// Nouns that only worlds have: the twin has no API for them yet, or they belong to another account. As in cloud/aws,
// fields are spelled as AWS spells them where AWS has a name for them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::cloud {

/// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_VpcPeeringConnection.html
struct PeeringConnection {
  static constexpr const char* kTable = "ec2.vpc-peering-connection";
  std::string vpcPeeringConnectionId, requesterVpcId, accepterVpcId, status = "active";
  bool requesterDnsResolution = false, accepterDnsResolution = false;  // AllowDnsResolutionFromRemoteVpc
};
template <class V>
void each_field(V& v, PeeringConnection& x) {
  v("vpcPeeringConnectionId", x.vpcPeeringConnectionId), v("requesterVpcId", x.requesterVpcId);
  v("accepterVpcId", x.accepterVpcId), v("status", x.status), v("requesterDnsResolution", x.requesterDnsResolution);
  v("accepterDnsResolution", x.accepterDnsResolution);
}

/// What lies behind an attachment of a VPC to a transit gateway.
struct TransitGatewayAttachment {
  std::string vpcId;
  std::vector<std::string> subnetIds;
  /// Destination CIDR -> VPC whose attachment the gateway's route table names; "blackhole" drops.
  std::map<std::string, std::string> routes;
};
template <class V>
void each_field(V& v, TransitGatewayAttachment& x) {
  v("vpcId", x.vpcId), v("subnetIds", x.subnetIds), v("routes", x.routes);
}
struct TransitGateway {
  static constexpr const char* kTable = "ec2.transit-gateway";
  std::string transitGatewayId;
  std::vector<TransitGatewayAttachment> attachments;
};
template <class V>
void each_field(V& v, TransitGateway& x) {
  v("transitGatewayId", x.transitGatewayId), v("attachments", x.attachments);
}

/// A firewall or proxy on the way out: AWS Network Firewall, an appliance behind an interface, or a forward proxy.
struct Firewall {
  static constexpr const char* kTable = "firewall";
  std::string id;
  std::vector<std::string> targets;         // what routes name: vpce-..., eni-..., tgw attachment's VPC
  std::string proxyUrl;                     // "http://10.0.0.9:3128" for a forward proxy
  bool allowsEverything = true;             // else only allowedDomains
  std::vector<std::string> allowedDomains;  // ".amazonaws.com" or a whole name
  bool reSignsTls = false;                  // with a certificate authority of its own
};
template <class V>
void each_field(V& v, Firewall& x) {
  v("id", x.id), v("targets", x.targets), v("proxyUrl", x.proxyUrl), v("allowsEverything", x.allowsEverything);
  v("allowedDomains", x.allowedDomains), v("reSignsTls", x.reSignsTls);
}

/// A private hosted zone of Route 53. https://docs.aws.amazon.com/Route53/latest/APIReference/API_HostedZone.html
struct HostedZone {
  static constexpr const char* kTable = "route53.hosted-zone";
  std::string id, name;  // "ecr.us-east-1.amazonaws.com"
  std::vector<std::string> vpcIds;
  std::map<std::string, std::vector<std::string>> records;  // name, "*.x" too -> addresses, or "alias vpce-..."
};
template <class V>
void each_field(V& v, HostedZone& x) {
  v("id", x.id), v("name", x.name), v("vpcIds", x.vpcIds), v("records", x.records);
}

/// https://docs.aws.amazon.com/kms/latest/APIReference/API_KeyMetadata.html
struct KmsKey {
  static constexpr const char* kTable = "kms.key";
  std::string keyId, arn, state = "Enabled", policy;
  std::vector<std::string> aliases;
  std::vector<std::string> grantedPrincipals;  // of grants that allow what encrypted volumes need
};
template <class V>
void each_field(V& v, KmsKey& x) {
  v("keyId", x.keyId), v("arn", x.arn), v("state", x.state), v("policy", x.policy), v("aliases", x.aliases);
  v("grantedPrincipals", x.grantedPrincipals);
}

/// A service control or resource control policy on the way from the organization's root to the account.
struct OrganizationPolicy {
  static constexpr const char* kTable = "organizations.policy";
  std::string name, type = "SERVICE_CONTROL_POLICY";  // or RESOURCE_CONTROL_POLICY
  std::int64_t level = 0;                             // 0: root; the account's own level is the highest
  std::string document;
};
template <class V>
void each_field(V& v, OrganizationPolicy& x) {
  v("name", x.name), v("type", x.type), v("level", x.level), v("document", x.document);
}

/// https://docs.aws.amazon.com/eks/latest/APIReference/API_FargateProfile.html
struct FargateProfile {
  static constexpr const char* kTable = "eks.fargate-profile";
  std::string clusterName, fargateProfileName, podExecutionRoleArn, status = "ACTIVE";
  std::vector<std::string> subnets;
  Json selectors;
};
template <class V>
void each_field(V& v, FargateProfile& x) {
  v("clusterName", x.clusterName), v("fargateProfileName", x.fargateProfileName);
  v("podExecutionRoleArn", x.podExecutionRoleArn), v("status", x.status), v("subnets", x.subnets);
  v("selectors", x.selectors);
}

/// Any object of a cluster's API server. Data of Secrets never stands here.
struct KubernetesObject {
  static constexpr const char* kTable = "kubernetes.object";
  std::string cluster;
  Json object;
};
template <class V>
void each_field(V& v, KubernetesObject& x) {
  v("cluster", x.cluster), v("object", x.object);
}

}  // namespace drydock::cloud
