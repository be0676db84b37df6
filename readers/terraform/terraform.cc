#include "readers/terraform/terraform.h"

#include <algorithm>

#include <fmt/format.h>

#include "cloud/aws/arn.h"
#include "readers/completing.h"
#include "readers/terraform/handlers.h"
#include "readers/terraform/order.h"
#include "readers/terraform/source.h"

namespace drydock::readers::terraform {
namespace {

// Types no noun stands for that may decide about nodes: by the beginning of their names.
constexpr const char* kCouldMatter[] = {
    "aws_networkfirewall_",
    "aws_route53_resolver_",
    "aws_vpn_",
    "aws_dx_",
    "aws_organizations_policy",
    "aws_ec2_transit_gateway_",
    "aws_launch_configuration",
    "aws_spot_fleet_request",
    "aws_ec2_fleet",
    "aws_cloudformation_stack",
    "aws_ebs_encryption_by_default",
    "aws_ebs_default_kms_key",
    "aws_vpc_block_public_access_",
    "aws_iam_role_policies_exclusive",
    "aws_iam_role_policy_attachments_exclusive",
    "aws_ec2_instance_metadata_defaults",
    "aws_cloudcontrolapi_resource",
    "awscc_ec2_",
    "awscc_eks_",
    "awscc_iam_",
    "aws_vpc_ipam",
    "aws_carrier_gateway",
    "aws_networkmanager_",
    "aws_ec2_local_gateway_",
    "aws_lb_target_group_gwlb",
};
bool could_matter(const std::string& type) {
  return std::any_of(std::begin(kCouldMatter), std::end(kCouldMatter),
                     [&](const char* prefix) { return type.starts_with(prefix); });
}
// Types that make nothing in an account, or only pass values on.
bool is_of_no_account(const std::string& type) {
  for (const char* prefix :
       {"random_", "null_", "time_", "tls_", "local_", "terraform_data", "template_", "cloudinit_"})
    if (type.starts_with(prefix)) return true;
  return false;
}

class Reader {
 public:
  Reader(const Plan& plan, const Input& input)
      : plan_(plan),
        input_(input),
        sources_(index_sources(input.sources, plan.root)),
        references_(plan, sources_.locals),
        context_(plan, reading_.world, references_) {}

  Result<Reading> run() {
    reading_.world.dialect = cloud::Dialect::terraform;
    place();
    std::map<std::string, std::vector<const Resource*>> by_type;
    for (const Resource& r : plan_.resources)
      if (is_here(r)) by_type[r.data ? "data." + r.type : r.type].push_back(&r);
    for (const Handler& handler : handlers()) {
      for (const Resource* r : by_type[handler.type]) handler.read(context_, *r);
      by_type.erase(handler.type);
    }
    for (const auto& [type, resources] : by_type) not_modelled(type, resources);
    add_what_is_only_named(reading_.world, understood());
    aws_auth();
    read_order(context_, sources_.locals);
    positions();
    for (std::string& note : context_.notes) reading_.notes.push_back(std::move(note));
    return std::move(reading_);
  }

 private:
  // --- account and region: what the plan says itself, then what the caller says, then the defaults
  void place() {
    cloud::World& world = reading_.world;
    std::string account, region = region_of_provider();
    for (const Resource& r : plan_.resources) {
      if (r.type == "aws_caller_identity" && r.data) account = r.values->at("account_id").string_or(account);
      if (r.type == "aws_region" && r.data && region.empty())
        region = r.values->at("region").string_or(r.values->at("name").string_or());
    }
    for (const char* type : {"aws_eks_cluster", "aws_subnet", "aws_vpc", "aws_vpc_endpoint", "aws_iam_role"})
      for (const Resource& r : plan_.resources)
        if (r.type == type && !r.data) guess_place(r, account, region);
    if (account.empty()) account = input_.account;
    if (region.empty()) region = input_.region;
    if (!account.empty()) world.account = account;
    if (!region.empty()) world.region = region;
    world.partition = std::string(aws::partition_of(world.region));
  }

  static void guess_place(const Resource& r, std::string& account, std::string& region) {
    if (region.empty()) region = r.values->at("region").string_or();  // provider 6
    if (const auto arn = aws::Arn::parse(r.values->at("arn").string_or())) {
      if (account.empty()) account = arn->account;
      if (region.empty()) region = arn->region;
    }
    const std::string zone = r.values->at("availability_zone").string_or();
    if (region.empty() && zone.size() > 3 && std::isdigit(static_cast<unsigned char>(zone[zone.size() - 2])))
      region = zone.substr(0, zone.size() - 1);
    const std::string service = r.values->at("service_name").string_or();
    if (region.empty() && service.starts_with("com.amazonaws."))
      region = service.substr(14, service.find('.', 14) - 14);
  }

  // The configuration of the provider named aws without an alias.
  std::string region_of_provider() const {
    const Json& providers = plan_.document.at("configuration").at("provider_config");
    const Json& region = providers.at("aws").at("expressions").at("region");
    if (region.has("constant_value")) return region.at("constant_value").string_or();
    for (const std::string& reference : pruned_references(region))
      if (reference.starts_with("var.")) return plan_.variable(reference.substr(4)).string_or();
    return {};
  }

  // Provider 6 lets each resource name a region of its own: only one region is proved.
  bool is_here(const Resource& r) {
    const std::string region = r.values->at("region").string_or();
    if (region.empty() || region == reading_.world.region || !r.type.starts_with("aws_")) return true;
    ++elsewhere_[region];
    return false;
  }

  void not_modelled(const std::string& type, const std::vector<const Resource*>& resources) {
    if (resources.empty() || type.starts_with("data.") || is_of_no_account(type)) return;
    const bool matters = could_matter(type);
    for (const Resource* r : resources) reading_.world.unmodelled.push_back({r->address, type, matters});
    reading_.notes.push_back(fmt::format("{} resource{} of {} {} not modelled{}", resources.size(),
                                         resources.size() == 1 ? "" : "s", type, resources.size() == 1 ? "is" : "are",
                                         matters ? ", and could matter" : ""));
  }

  // Ids that need no noun: what AWS makes with a VPC or a cluster.
  std::set<std::string, std::less<>> understood() const {
    std::set<std::string, std::less<>> out = context_.derived_ids();
    for (const auto& cluster : reading_.world.clusters) out.insert(cluster.resourcesVpcConfig.clusterSecurityGroupId);
    return out;
  }

  // A cluster that is there already may have an aws-auth that this plan does not know; a new one has none.
  void aws_auth() {
    for (const Resource& r : plan_.resources) {
      if (r.type != "aws_eks_cluster" || r.created) continue;
      if (const auto* cluster = cloud::find(reading_.world.clusters, context_.name_of(r)))
        note_unread_aws_auth(reading_.world, *cluster);
    }
  }

  void positions() {
    for (const auto& [region, count] : elsewhere_)
      reading_.notes.push_back(fmt::format("{} resources of region {} are left out; {} is what is proved", count,
                                           region, reading_.world.region));
    if (sources_.blocks.empty()) return;
    for (cloud::Origin& origin : reading_.world.origins) {
      const auto found = plan_.by_address.find(origin.address);
      if (found == plan_.by_address.end()) continue;
      const Resource& r = plan_.resources[found->second];
      if (!r.scope) continue;
      const auto block = sources_.blocks.find(r.scope->path + "|" + r.config_name());
      if (block == sources_.blocks.end()) continue;
      origin.file = block->second.file;
      origin.line = block->second.line;
    }
  }

  const Plan& plan_;
  const Input& input_;
  SourceIndex sources_;
  References references_;
  Reading reading_;
  Context context_;
  std::map<std::string, std::size_t> elsewhere_;
};

}  // namespace

const std::vector<Handler>& handlers() {
  static const std::vector<Handler> kAll = [] {
    std::vector<Handler> all;
    for (const auto& part : {network_handlers(), filter_handlers(), endpoint_handlers(), dns_handlers(), iam_handlers(),
                             compute_handlers(), eks_handlers()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return kAll;
}

Result<Reading> read(const Input& input) {
  const File& file = input.files[0];
  auto plan = parse_plan(file.text);
  if (!plan) return pass(plan, "reading " + file.name);
  return Reader(**plan, input).run();
}

}  // namespace drydock::readers::terraform
