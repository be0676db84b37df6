// What locals of widely used public modules refer to. The document says "local.x" and no more, and these modules hand
// nearly everything through locals. Read from their sources (terraform-aws-eks v18 to v21, terraform-aws-vpc v3 to v6);
// a local that is not listed is not known.
#include <map>

#include "readers/terraform/references.h"

namespace drydock::readers::terraform {
namespace {

using Table = std::map<std::string, std::vector<std::string>, std::less<>>;

const Table& eks() {
  static const Table kTable = {
      // Up to v20 and from v21: the same two groups by other names.
      {"cluster_security_group_id", {"aws_security_group.cluster[0].id", "var.cluster_security_group_id"}},
      {"security_group_id", {"aws_security_group.cluster[0].id", "var.security_group_id"}},
      {"node_security_group_id", {"aws_security_group.node[0].id", "var.node_security_group_id"}},
      {"kubernetes_network_config", {"aws_eks_cluster.this[0].kubernetes_network_config"}},
      {"cluster_role", {"aws_iam_role.this[0].arn", "var.iam_role_arn"}},
      {"role_arn", {"aws_iam_role.this[0].arn", "var.iam_role_arn"}},
      {"merged_access_entries", {"var.access_entries"}},
      {"flattened_access_entries", {"var.access_entries"}},
  };
  return kTable;
}

const Table& node_group() {
  static const Table kTable = {
      {"launch_template_id", {"aws_launch_template.this[0].id", "var.launch_template_id"}},
      {"launch_template_version", {"aws_launch_template.this[0].latest_version", "var.launch_template_version"}},
      {"network_interfaces", {"var.network_interfaces"}},
      // The cluster's primary group is among them only where attach_cluster_primary_security_group asks for it, which
      // it does not by default; the groups that are always there make nodes work or fail by themselves.
      {"security_group_ids", {"var.vpc_security_group_ids", "aws_security_group.this[0].id"}},
      {"iam_instance_profile_arn", {"aws_iam_instance_profile.this[0].arn", "var.iam_instance_profile_arn"}},
  };
  return kTable;
}

const Table& vpc() {
  static const Table kTable = {
      {"vpc_id", {"aws_vpc_ipv4_cidr_block_association.this[0].vpc_id", "aws_vpc.this[0].id"}},
      {"nat_gateway_ips", {"aws_eip.nat"}},
      {"public_route_table_ids", {"aws_route_table.public"}},
      {"private_route_table_ids", {"aws_route_table.private"}},
  };
  return kTable;
}

const Table& vpc_endpoints() {
  static const Table kTable = {
      {"endpoints", {"var.endpoints"}},
      {"security_group_ids", {"var.security_group_ids", "aws_security_group.this[0].id"}},
  };
  return kTable;
}

// Switches, names, counts and rules written out: no ids come from them.
bool carries_no_ids(std::string_view name) {
  for (const char* head :
       {"create", "enable", "len_", "num_", "max_", "partition", "account_id", "ssm_", "efa_", "iam_role_",
        "latest_ami", "windows_latest_ami", "instance_type", "ipv4_cni", "ipv6_cni", "ami_type"})
    if (name.starts_with(head)) return true;
  for (const char* tail : {"_name", "_rules", "_policies", "_prefix", "_count", "_permissions"})
    if (name.ends_with(tail)) return true;
  return false;
}

const Table* table_of(const ConfigModule& module) {
  const std::string& source = module.source;
  if (source.find("terraform-aws-modules/vpc/aws//modules/vpc-endpoints") != source.npos) return &vpc_endpoints();
  if (source.find("terraform-aws-modules/vpc/aws") != source.npos) return &vpc();
  if (source.find("terraform-aws-modules/eks/aws//modules/") != source.npos) return &node_group();
  if (source.find("terraform-aws-modules/eks/aws") != source.npos) return &eks();
  // Modules inside of that module.
  if (module.parent && module.parent->source.find("terraform-aws-modules/eks/aws") != source.npos &&
      (source == "./modules/eks-managed-node-group" || source == "./modules/self-managed-node-group"))
    return &node_group();
  return nullptr;
}

}  // namespace

const std::vector<std::string>* well_known_local(const ConfigModule& module, std::string_view name) {
  const Table* table = table_of(module);
  if (!table) return nullptr;
  static const std::vector<std::string> kNothing;
  if (const auto found = table->find(name); found != table->end()) return &found->second;
  return carries_no_ids(name) ? &kNothing : nullptr;
}

}  // namespace drydock::readers::terraform
