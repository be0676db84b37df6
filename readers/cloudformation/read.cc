#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "readers/cloudformation/cloudformation.h"
#include "readers/cloudformation/stack.h"

namespace drydock::readers::cloudformation {
namespace {

std::vector<Handler> handlers() {
  std::vector<Handler> out;
  for (auto part : {network_handlers, filter_handlers, compute_handlers, iam_handlers, eks_handlers})
    for (Handler& row : part()) out.push_back(row);
  std::stable_sort(out.begin(), out.end(), [](const Handler& a, const Handler& b) { return a.stage < b.stage; });
  return out;
}

/// Types that no noun stands for and that may decide about nodes all the same.
bool could_matter(const std::string& type, const std::string& logical_id) {
  // CDK's own nested stacks hold the functions that make its custom resources.
  if (type == "AWS::CloudFormation::Stack") return logical_id.find("NestedStack") == std::string::npos;
  static const std::vector<std::string_view> kTypes = {"AWS::NetworkFirewall::",
                                                       "AWS::Route53Resolver::",
                                                       "AWS::Route53::HostedZone",
                                                       "AWS::Organizations::Policy",
                                                       "AWS::EC2::NetworkInterface",
                                                       "AWS::EC2::PrefixList",
                                                       "AWS::EC2::TransitGatewayRoute",
                                                       "AWS::EC2::VPNGatewayRoutePropagation",
                                                       "AWS::EC2::GatewayRouteTableAssociation",
                                                       "AWS::EC2::EgressOnlyInternetGateway",
                                                       "Custom::AWS"};
  if (type.starts_with("Custom::AWSCDK")) return false;
  return std::any_of(kTypes.begin(), kTypes.end(), [&](std::string_view t) { return type.starts_with(t); });
}

std::set<std::string> dependencies(const Template& source, const Evaluator& eval, const std::string& id) {
  const Json& resource = source.resource(id);
  std::set<std::string> out = eval.references(resource.at("Properties"));
  const Json& explicit_ones = resource.at("DependsOn");
  if (explicit_ones.is_string()) out.insert(explicit_ones.as_string());
  if (explicit_ones.is_array())
    for (const Json& one : explicit_ones.as_array()) out.insert(one.string_or());
  out.erase(id);
  return out;
}

/// The ids on a circle of dependencies; empty: there is none.
std::vector<std::string> circle(const std::map<std::string, std::set<std::string>>& after) {
  enum class Mark { fresh, open, done };
  std::map<std::string, Mark> marks;
  std::vector<std::string> way, found;
  for (const auto& [start, unused] : after) {
    // Depth first, by hand: templates may be deep.
    std::vector<std::pair<std::string, std::set<std::string>::const_iterator>> stack;
    const auto enter = [&](const std::string& id) {
      marks[id] = Mark::open;
      stack.emplace_back(id, after.at(id).begin());
    };
    if (marks[start] == Mark::fresh) enter(start);
    while (!stack.empty()) {
      auto& [id, next] = stack.back();
      if (next == after.at(id).end()) {
        marks[id] = Mark::done;
        stack.pop_back();
        continue;
      }
      const std::string& to = *next++;
      if (!after.contains(to) || marks[to] == Mark::done) continue;
      if (marks[to] == Mark::open) {
        auto at = std::find_if(stack.begin(), stack.end(), [&](const auto& s) { return s.first == to; });
        for (; at != stack.end(); ++at) found.push_back(at->first);
        return found;
      }
      enter(to);
    }
  }
  return found;
}

bool waits_for_nodes(Evaluator& eval, const std::string& type, const std::string& id) {
  return type == "AWS::EKS::Nodegroup" ||
         (type == "AWS::EKS::Addon" && eval.property(id, "AddonName") == Json("coredns"));
}

class Reader {
 public:
  Reader(const Template& source, Evaluator& eval, cloud::World& world)
      : source_(source), eval_(eval), stack_{source, eval, world, {}, {}} {}

  void run(std::vector<std::string>& notes) {
    sort_out();
    for (const Handler& row : handlers())
      for (const auto& [id, type] : made_)
        if (type == row.type) row.read(stack_, id), known_.insert(id);
    plan();
    list_unmodelled(notes);
  }

 private:
  void sort_out() {
    for (const auto& [id, resource] : source_.resources().as_object()) {
      std::string unsure;
      const auto made = eval_.is_made(id, unsure);
      const std::string& type = resource.at("Type").as_string();
      if (!made) stack_.world.unmodelled.push_back({id + " (made only if " + unsure + ")", type, true});
      if (made && *made) made_[id] = type;
    }
  }

  void plan() {
    std::map<std::string, std::set<std::string>> after;
    for (const auto& [id, type] : made_) {
      after[id] = dependencies(source_, eval_, id);
      std::erase_if(after[id], [&](const std::string& other) { return !made_.contains(other); });
    }
    if (const auto ring = circle(after); !ring.empty()) {
      std::string names;
      for (const std::string& id : ring) names += (names.empty() ? "" : ", ") + id;
      return eval_.wrong({"Resources", ring.front()}, "Circular dependency between resources: [" + names + "]");
    }
    for (const auto& [id, type] : made_) {
      cloud::PlanStep step{.address = id, .after = {after[id].begin(), after[id].end()}};
      step.waits_for_nodes = waits_for_nodes(eval_, type, id);
      step.makes = std::move(stack_.made[id]);
      step.adds = std::move(stack_.added[id]);
      stack_.world.plan.push_back(std::move(step));
    }
  }

  void list_unmodelled(std::vector<std::string>& notes) {
    std::map<std::string, int> others;
    for (const auto& [id, type] : made_) {
      if (known_.contains(id)) continue;
      ++others[type];
      stack_.world.unmodelled.push_back({id, type, could_matter(type, id)});
    }
    for (const auto& [type, n] : others) notes.push_back(fmt::format("not modelled: {} of {}", n, type));
  }

  const Template& source_;
  Evaluator& eval_;
  Stack stack_;
  std::map<std::string, std::string> made_;  // logical id -> type
  std::set<std::string> known_;
};

}  // namespace

Result<Reading> read(const Input& input) {
  auto source = parse_template(input.files.at(0));
  if (!source) return pass(source);
  Reading out;
  out.world.dialect = cloud::Dialect::cloudformation;
  if (!input.account.empty()) out.world.account = input.account;
  if (!input.region.empty()) out.world.region = input.region;
  Evaluator eval(*source, input, out.world.account, out.world.region);
  out.world.partition = eval.partition();
  const Json& described = source->root.at("Parameters");
  for (const auto& [name, value] : input.parameters)
    if (!described.has(name))
      return fail(ErrorCode::invalid_input, fmt::format("{}: there is no parameter {}", source->file, name));
  Reader(*source, eval, out.world).run(out.notes);
  if (!eval.fault().empty()) return fail(ErrorCode::invalid_input, eval.fault());
  return out;
}

std::string property_name(std::string_view table, std::string_view field) {
  static const std::map<std::pair<std::string_view, std::string_view>, const char*> kNames = {
      {{"ec2.vpc-endpoint", "routeTableIdSet"}, "RouteTableIds"},
      {{"ec2.vpc-endpoint", "subnetIdSet"}, "SubnetIds"},
      {{"ec2.vpc-endpoint", "groupSet"}, "SecurityGroupIds"},
      {{"ec2.security-group-rule", "cidrIpv4"}, "CidrIp"},
      {{"ec2.security-group-rule", "referencedGroupInfo"}, "SourceSecurityGroupId"},
      {{"ec2.security-group-rule", "prefixListId"}, "DestinationPrefixListId"},
      {{"ec2.security-group", "ingress"}, "SecurityGroupIngress"},
      {{"ec2.security-group", "egress"}, "SecurityGroupEgress"},
      {{"iam.role", "grants.attached"}, "ManagedPolicyArns"},
      {{"iam.role", "grants.inlined"}, "Policies"},
      {{"iam.role", "boundary"}, "PermissionsBoundary"},
      {{"iam.instance-profile", "role"}, "Roles"},
      {{"iam.policy", "versions"}, "PolicyDocument"},
      {{"kms.key", "policy"}, "KeyPolicy"},
      {{"eks.access-entry", "policies"}, "AccessPolicies"},
  };
  if (const auto row = kNames.find({table, field}); row != kNames.end()) return row->second;
  // EC2's and EKS's own names, with capitals: "resourcesVpcConfig.subnetIds" is ResourcesVpcConfig.SubnetIds; lists
  // that EC2's XML calls "...Set" are plurals.
  std::string out;
  bool start = true;
  for (const char c : field) {
    out += start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    start = c == '.';
  }
  if (out.starts_with("LaunchTemplateData.")) {
    if (out.ends_with("Set")) out.replace(out.size() - 3, 3, "s");
  } else if (table.starts_with("ec2.") && out.ends_with("Set")) {
    out.replace(out.size() - 3, 3, "s");
  }
  if (out == "TagSets" || out == "Tags") return "Tags";
  return out;
}

}  // namespace drydock::readers::cloudformation
