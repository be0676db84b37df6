#include "readers/pulumi/lift.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cloud/aws/arn.h"

namespace drydock::readers::pulumi {
namespace {

const TypeRow* row_of(std::string_view type) {
  for (const auto rows : {network_types(), filter_types(), identity_types(), compute_types(), cluster_types()})
    for (const TypeRow& row : rows)
      if (row.type == type) return &row;
  return nullptr;
}

/// Types without a noun that may decide about nodes all the same.
bool may_decide(std::string_view type) {
  for (const std::string_view prefix : {"aws:ec2transitgateway/",
                                        "aws:networkfirewall/",
                                        "aws:ec2/vpcIpv4CidrBlockAssociation",
                                        "aws:ec2/vpcPeeringConnectionOptions",
                                        "aws:ec2/managedPrefixList",
                                        "aws:ec2/networkInterface",
                                        "aws:ec2/instance",
                                        "aws:ec2/defaultNetworkAcl",
                                        "aws:ec2/defaultRouteTable",
                                        "aws:ec2/defaultSecurityGroup",
                                        "aws:ec2/defaultSubnet",
                                        "aws:ec2/vpnGateway",
                                        "aws:ec2/gatewayRoute",
                                        "aws:ec2/vpnGatewayRoutePropagation",
                                        "aws:ec2/launchConfiguration",
                                        "aws:route53/zone",
                                        "aws:route53/record",
                                        "aws:route53/resolver",
                                        "aws:organizations/policy",
                                        "aws:kms/key",
                                        "aws:kms/grant",
                                        "aws:vpclattice/",
                                        "aws:cloudformation/stack",
                                        "aws:iam/rolePoliciesExclusive",
                                        "aws:iam/rolePolicyAttachmentsExclusive",
                                        "aws:iam/policyAttachment",
                                        "aws-native:ec2:",
                                        "aws-native:eks:",
                                        "aws-native:iam:",
                                        "aws-native:autoscaling:",
                                        "awsx:"})
    if (type.starts_with(prefix)) return true;
  return false;
}

/// What needs no word: the stack, providers, components, things of Kubernetes' and AWS's that no node meets.
bool goes_unsaid(const Source& source) {
  return !source.custom || source.type.starts_with("pulumi:") || !source.type.starts_with("aws");
}

}  // namespace

Lift::Lift(const Stack& stack) : sources(stack.resources) {
  world.dialect = stack.dialect;
  find_place(stack);
}

Reading Lift::run() && {
  plan();
  lift_all();
  Reading reading;
  notes(reading);
  reading.world = std::move(world);
  return reading;
}

void Lift::find_place(const Stack& stack) {
  std::map<std::string, int> accounts, regions;
  for (const Source& source : sources.all()) {
    if (const auto arn = aws::Arn::parse(source.outputs.at("arn").string_or()); arn && source.package() == "aws") {
      if (!arn->account.empty() && arn->account != "aws") ++accounts[arn->account];
      if (!arn->region.empty()) regions[arn->region] += source.type == kCluster ? 1000 : 1;
    }
    if (source.type == "pulumi:providers:aws")
      if (const std::string region = source.at("region").string_or(); !region.empty()) ++regions[region];
  }
  const auto most = [](const std::map<std::string, int>& counts) {
    const auto it = std::max_element(counts.begin(), counts.end(),
                                     [](const auto& a, const auto& b) { return a.second < b.second; });
    return it == counts.end() ? std::string() : it->first;
  };
  if (const std::string account = stack.account.empty() ? most(accounts) : stack.account; !account.empty())
    world.account = account;
  if (const std::string region = stack.region.empty() ? most(regions) : stack.region; !region.empty())
    world.region = region;
  world.partition = aws::partition_of(world.region);
}

/// In another region than the cluster's; IAM is in all of them.
bool Lift::elsewhere(const Source& source) const {
  if (source.package() != "aws" || source.type.starts_with("aws:iam/")) return false;
  std::string region = source.at("region").string_or();
  if (region.empty() || knowledge_of(source.at("region")) != Knowledge::known) {
    const auto split = source.provider.rfind("::");
    const Source* provider = sources.find(source.provider.substr(0, split));
    region = provider ? provider->at("region").string_or() : "";
  }
  return !region.empty() && region != world.region;
}

void Lift::lift_all() {
  for (const int pass : {0, 1, 2}) {
    for (const Source& source : sources.all()) {
      const TypeRow* row = row_of(source.type);
      if (!row && source.package() == "kubernetes") row = row_of("kubernetes");
      if (row && row->pass == pass && !elsewhere(source)) row->lift(*this, source);
      if (row || pass > 0 || goes_unsaid(source)) continue;
      world.unmodelled.push_back({source.urn, source.type, may_decide(source.type) && !elsewhere(source)});
    }
  }
}

std::string Lift::key(const Source& source) const {
  if (source.type == kRole || source.type == kInstanceProfile || source.type == kCluster || source.type == kGroup)
    return name(source);
  if (source.type == kPolicy || source.type == kOidcProvider) return arn(source);
  return source.exists() ? source.id : source.urn;
}

std::string Lift::key_as(std::string_view wanted, const Source& source) const {
  if (wanted == kSecurityGroup && source.type == kCluster) {
    const std::string group = source.outputs.path("vpcConfig.clusterSecurityGroupId").string_or();
    return group.empty() || !source.exists() ? cloud::cluster_security_group_id(name(source)) : group;
  }
  return key(source);
}

std::string Lift::name(const Source& source, std::string_view property) const {
  const Json& value = source.at(property);
  if (value.is_string() && knowledge_of(value) == Knowledge::known && !value.as_string().empty())
    return value.as_string();
  return source.exists() ? source.id : source.urn;
}

std::string Lift::arn(const Source& source) const {
  if (const Json& known = source.outputs.at("arn"); known.is_string() && knowledge_of(known) == Knowledge::known)
    return known.as_string();
  const std::string path = source.at("path").string_or("/");
  const auto iam = [&](const char* kind, const std::string& rest) {
    return fmt::format("arn:{}:iam::{}:{}{}", world.partition, world.account, kind, rest);
  };
  if (source.type == kRole) return iam("role", path + name(source));
  if (source.type == kPolicy) return iam("policy", path + name(source));
  if (source.type == kInstanceProfile) return iam("instance-profile", path + name(source));
  if (source.type == kCluster)
    return fmt::format("arn:{}:eks:{}:{}:cluster/{}", world.partition, world.region, world.account, name(source));
  return source.urn;
}

std::vector<std::pair<std::string, std::string>> Lift::tags(const Source& source) const {
  const Json& all = source.at("tagsAll").is_object() ? source.at("tagsAll") : source.at("tags");
  std::vector<std::pair<std::string, std::string>> out;
  if (all.is_object())
    for (const auto& [key, value] : all.as_object())
      if (knowledge_of(value) == Knowledge::known) out.emplace_back(key, value.string_or());
  return out;
}

void Lift::made(const Source& source, const cloud::Ref& noun) {
  world.origins.push_back({noun, source.urn, source.type, source.file, source.line, source.column});
  if (cloud::PlanStep* at = step(source)) at->makes.push_back(noun);
}

void Lift::added(const Source& source, const cloud::Ref& noun, std::string field, Json value) {
  if (cloud::PlanStep* at = step(source)) at->adds.push_back({noun, std::move(field), std::move(value)});
}

void Lift::unknown(const Source& source, std::string_view path, const cloud::Ref& noun, std::string field) {
  world.unknowns.push_back({noun, std::move(field), fmt::format("{}.{}", sources.short_name(source), path)});
}

void Lift::could_matter(const Source& source) { world.unmodelled.push_back({source.urn, source.type, true}); }

cloud::PlanStep* Lift::step(const Source& source) {
  const auto it = steps_.find(source.urn);
  return it == steps_.end() ? nullptr : &world.plan[it->second];
}

/// A step for each resource that is not there yet. What Pulumi's own state holds is taken as a plan, too: made anew, it
/// would be made in that order.
void Lift::plan() {
  const bool all = world.dialect == cloud::Dialect::pulumi;
  for (const Source& source : sources.all()) {
    if (source.type.starts_with("pulumi:")) continue;
    if (source.custom ? source.exists() && !all : false) continue;
    cloud::PlanStep step{.address = source.urn, .after = source.dependencies};
    const Source* component = sources.component(source);
    if (component) step.parent = component->urn;
    // A dependency without a property behind it is an explicit dependsOn: it waits for a component's children.
    for (const std::string& urn : source.dependencies) {
      const Source* other = sources.find(urn);
      if (!other) continue;
      const auto names_it = [&](const auto& property) {
        return std::find(property.second.begin(), property.second.end(), urn) != property.second.end();
      };
      const bool explicitly =
          source.has_property_dependencies &&
          std::none_of(source.property_dependencies.begin(), source.property_dependencies.end(), names_it);
      if (!other->custom && explicitly)
        for (const Source* child : sources.children(*other)) step.after.push_back(child->urn);
      // Who uses a child of a component got it as an output of the component.
      for (const Source* up = sources.component(*other); up; up = sources.component(*up)) {
        bool inside = false;
        for (const Source* own = component; own; own = sources.component(*own)) inside = inside || own == up;
        if (inside || !up->type.starts_with("eks:index:")) break;
        step.after.push_back(up->urn);
      }
    }
    std::sort(step.after.begin(), step.after.end());
    step.after.erase(std::unique(step.after.begin(), step.after.end()), step.after.end());
    step.waits_for_nodes = source.type == kNodeGroup ||
                           (source.type == "aws:eks/addon:Addon" && source.at("addonName").string_or() == "coredns");
    steps_[source.urn] = world.plan.size();
    world.plan.push_back(std::move(step));
  }
  // A plan of components alone makes nothing.
  if (std::none_of(world.plan.begin(), world.plan.end(), [&](const cloud::PlanStep& step) {
        const Source* source = sources.find(step.address);
        return source && source->custom;
      }))
    world.plan.clear(), steps_.clear();
}

void Lift::notes(Reading& reading) const {
  std::map<std::string, int> counts;
  for (const cloud::Unmodelled& one : world.unmodelled) ++counts[one.type];
  for (const auto& [type, count] : counts)
    reading.notes.push_back(fmt::format("not modelled: {}{}", type, count > 1 ? fmt::format(" ({})", count) : ""));
}

Reading lift(const Stack& stack) { return Lift(stack).run(); }

// ---- fields

std::string Fields::text(std::string_view path, std::string field, std::string_view otherwise) const {
  const Json& value = source_.at(path);
  if (knowledge_of(value) != Knowledge::known) return unknown(path, std::move(field)), std::string(otherwise);
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_number()) return value.dump();
  return value.is_string() && !value.as_string().empty() ? value.as_string() : std::string(otherwise);
}

std::optional<std::string> Fields::maybe(std::string_view path, std::string field) const {
  std::string value = text(path, std::move(field));
  return value.empty() ? std::nullopt : std::optional(std::move(value));
}

bool Fields::flag(std::string_view path, std::string field, bool otherwise) const {
  const std::string value = text(path, std::move(field));
  return value.empty() ? otherwise : value == "true";
}

std::int64_t Fields::number(std::string_view path, std::string field, std::int64_t otherwise) const {
  const Json& value = source_.at(path);
  if (knowledge_of(value) != Knowledge::known) unknown(path, std::move(field));
  if (value.is_string() && !value.as_string().empty() &&
      value.as_string().find_first_not_of("-0123456789") == std::string::npos)
    return std::atoll(value.as_string().c_str());
  return value.int_or(otherwise);
}

std::vector<std::string> Fields::texts(std::string_view path, std::string field) const {
  const Json& value = source_.at(path);
  if (has_unknowns(value)) unknown(path, std::move(field));
  std::vector<std::string> out;
  if (value.is_array())
    for (const Json& item : value.as_array())
      if (item.is_string() && knowledge_of(item) == Knowledge::known) out.push_back(item.as_string());
  return out;
}

const Source* Fields::behind_one(std::string_view path, const Types& types) const {
  const auto found = lift_.sources.behind(source_, path, types, 1);
  return found.empty() ? nullptr : found.front();
}

std::string Fields::ref(std::string_view path, std::string field, Types types) const {
  const Json& value = source_.at(path);
  if (knowledge_of(value) == Knowledge::known) return value.string_or();
  if (const Source* found = behind_one(path, types)) return lift_.key_as(*types.begin(), *found);
  unknown(path, std::move(field));
  return {};
}

std::string Fields::arn(std::string_view path, std::string field, Types types) const {
  const Json& value = source_.at(path);
  if (knowledge_of(value) == Knowledge::known) return value.string_or();
  if (const Source* found = behind_one(path, types)) return lift_.arn(*found);
  unknown(path, std::move(field));
  return {};
}

std::vector<std::string> Fields::refs(std::string_view path, std::string field, Types types) const {
  const Json& value = source_.at(path);
  std::vector<std::string> out;
  std::size_t missing = 0;
  if (value.is_array()) {
    for (const Json& item : value.as_array())
      if (knowledge_of(item) == Knowledge::known)
        out.push_back(item.string_or());
      else
        ++missing;
    if (missing == 0) return out;
  } else if (knowledge_of(value) == Knowledge::known) {
    return out;
  }
  const auto found = lift_.sources.behind(source_, path, types, missing);
  if (found.empty()) unknown(path, std::move(field));
  for (const Source* source : found)
    if (std::string key = lift_.key_as(*types.begin(), *source); std::find(out.begin(), out.end(), key) == out.end())
      out.push_back(std::move(key));
  return out;
}

std::string Fields::document(std::string_view path, std::string field) const {
  const Json& value = source_.at(path);
  if (has_unknowns(value)) return unknown(path, std::move(field)), std::string();
  if (value.is_object()) return value.dump();
  return value.string_or();
}

}  // namespace drydock::readers::pulumi
