// What Ref and Fn::GetAtt give for a resource, by its type.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-template-resource-type-ref.html
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/world/world.h"
#include "readers/cloudformation/evaluate.h"

namespace drydock::readers::cloudformation {
namespace {

/// Types whose nouns are known by name: where the name stands.
struct Named {
  std::string_view type, property;
};
constexpr Named kNamed[] = {
    {"AWS::IAM::Role", "RoleName"},
    {"AWS::IAM::InstanceProfile", "InstanceProfileName"},
    {"AWS::IAM::ManagedPolicy", "ManagedPolicyName"},
    {"AWS::EKS::Cluster", "Name"},
    {"AWS::EKS::Nodegroup", "NodegroupName"},
    {"AWS::EKS::FargateProfile", "FargateProfileName"},
    {"AWS::AutoScaling::AutoScalingGroup", "AutoScalingGroupName"},
};

bool is_cluster(std::string_view type) { return type == "AWS::EKS::Cluster" || type == "Custom::AWSCDK-EKS-Cluster"; }

}  // namespace

std::string name_of(Evaluator& eval, const Template& source, const std::string& id) {
  const std::string type = source.resource(id).at("Type").string_or();
  if (type == "Custom::AWSCDK-EKS-Cluster") return eval.property(id, "Config").at("name").string_or(id);
  if (type == "Custom::AWSCDK-EKS-FargateProfile")
    return eval.property(id, "Config").at("fargateProfileName").string_or(id);
  for (const Named& row : kNamed)
    if (type == row.type) return eval.property(id, row.property).string_or(id);
  return id;
}

Json Evaluator::reference(const std::string& id) {
  const std::string type = source_.resource(id).at("Type").string_or();
  const std::string name = name_of(*this, source_, id);
  if (type == "AWS::IAM::ManagedPolicy")
    return arn("iam", "", account_, "policy" + property(id, "Path").string_or("/") + name);
  if (type == "AWS::IAM::OIDCProvider" || type == "Custom::AWSCDKOpenIdConnectProvider")
    return attribute(id, "Arn", {});
  if (type == "AWS::EKS::Nodegroup" || type == "AWS::EKS::FargateProfile" || type == "AWS::EKS::Addon")
    return property(id, "ClusterName").string_or() + "/" + name;
  if (type == "AWS::EC2::EIP") return unknown_value(id + " (its address)");
  return name;
}

Json Evaluator::cluster_attribute(const std::string& id, std::string_view name) {
  const std::string cluster = name_of(*this, source_, id);
  if (name == "Arn") return arn("eks", region_, account_, "cluster/" + cluster);
  if (name == "ClusterSecurityGroupId") return cloud::cluster_security_group_id(cluster);
  // Names that stand for the ones EKS will give; whoever compares them compares equal texts.
  if (name == "Endpoint") return "https://api." + to_lower(cluster) + ".planned";
  if (name == "CertificateAuthorityData") return "cGxhbm5lZA==";
  if (name == "OpenIdConnectIssuerUrl") return fmt::format("https://oidc.eks.{}.{}/id/{}", region_, suffix_, cluster);
  if (name == "OpenIdConnectIssuer") return fmt::format("oidc.eks.{}.{}/id/{}", region_, suffix_, cluster);
  if (name == "KubernetesNetworkConfig.ServiceIpv4Cidr") return "10.100.0.0/16";
  return unknown_value(id + "." + std::string(name));
}

Json Evaluator::attribute(const std::string& id, std::string_view name, const Path& path) {
  if (!source_.resources().has(id)) {
    wrong(path, fmt::format("Fn::GetAtt {}.{}: there is no such resource", id, name));
    return {};
  }
  const std::string type = source_.resource(id).at("Type").string_or();
  if (is_cluster(type)) return cluster_attribute(id, name);
  const std::string noun = name_of(*this, source_, id);
  if (name == "Arn" || name == "Ref") {
    const std::string iam_path = property(id, "Path").string_or("/");
    if (type == "AWS::IAM::Role") return arn("iam", "", account_, "role" + iam_path + noun);
    if (type == "AWS::IAM::InstanceProfile") return arn("iam", "", account_, "instance-profile" + iam_path + noun);
    if (type == "AWS::KMS::Key") return arn("kms", region_, account_, "key/" + id);
    if (type == "AWS::IAM::OIDCProvider" || type == "Custom::AWSCDKOpenIdConnectProvider") {
      const Json url = property(id, "Url");
      if (unknown_source(url)) return url;
      std::string_view host = url.is_string() ? std::string_view(url.as_string()) : std::string_view(id);
      if (host.starts_with("https://")) host.remove_prefix(8);
      return arn("iam", "", account_, "oidc-provider/" + std::string(host));
    }
  }
  if (type == "AWS::EC2::VPC") {
    if (name == "VpcId") return id;
    if (name == "CidrBlock") return property(id, "CidrBlock");
    if (name == "DefaultSecurityGroup") return cloud::default_security_group_id(id);
  }
  if (type == "AWS::EC2::SecurityGroup" && name == "VpcId") return property(id, "VpcId");
  if (type == "AWS::EC2::Subnet" && (name == "AvailabilityZone" || name == "VpcId" || name == "CidrBlock"))
    return property(id, name);
  if (type == "AWS::EC2::LaunchTemplate" && name.ends_with("VersionNumber")) return "1";
  // "GroupId", "SubnetId", "NatGatewayId", "AllocationId", "LaunchTemplateId": the id by its own name.
  if (name.ends_with("Id") || name == "Id") return id;
  return unknown_value(id + "." + std::string(name));
}

}  // namespace drydock::readers::cloudformation
