// Groups of nodes, whoever launches them: what is the same for every node of a group, gathered from node group or Auto
// Scaling group, launch template, instance profile, role and user data.
#pragma once

#include <string>
#include <vector>

#include "cloud/eks/node_config.h"
#include "proof/finding.h"
#include "proof/world_view.h"

namespace drydock::proof {

/// What starts on the machine; decides which calls a boot makes.
enum class ImageKind { al2023, al2, bottlerocket, windows, custom };

struct Group {
  std::string name;
  cloud::Ref noun;                             // nodegroup, Auto Scaling group, or instance
  const aws::eks::Cluster* cluster = nullptr;  // never null
  bool managed = false;                        // EKS launches it
  std::int64_t nodes = 0;
  std::vector<std::string> subnets;
  const aws::LaunchTemplateVersion* launch_template = nullptr;
  cloud::Ref template_ref;  // of the launch template, or of what stands for it
  std::vector<std::string> instance_types;
  std::string image;  // AMI id; empty: EKS picks it
  ImageKind kind = ImageKind::al2023;
  std::vector<std::string> groups;  // security groups, EKS's own where nobody named others
  bool own_groups = false;          // named by the launch template
  std::string profile;              // name or ARN; empty: none. Managed groups: EKS makes it
  const aws::InstanceProfile* profile_noun = nullptr;
  std::string role_text;            // what names the role: node role ARN, or the profile's role
  const aws::Role* role = nullptr;  // null: none, or not in the world
  std::string user_data;            // decoded
  bool eks_writes_config = false;   // managed, without an AMI of one's own
  eks::UserData config;
  std::optional<bool> public_address;  // associatePublicIpAddress; else the subnet decides
  std::string hostname_type;           // of the template; else the subnet's
  std::string metadata_endpoint = "enabled", metadata_tokens = "required";
  std::int64_t hop_limit = 2;
  std::vector<aws::Tag> tags;  // of the instances

  std::string role_arn() const { return role ? role->Arn : role_text; }
  cloud::Ref role_ref() const { return role ? cloud::ref_of(*role) : cloud::Ref{}; }
};

/// All groups of a world's clusters (of one cluster where it is named), in the order of the world.
std::vector<Group> groups_of(const WorldView& view, std::string_view only_cluster);

}  // namespace drydock::proof
