// The cure for a deadlock: the late steps come first, with a security group of their own where they took one that is
// late itself.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/fields.h"
#include "proof/order/deadlock.h"

namespace drydock::proof {
namespace {

using cloud::PlanStep;
using cloud::Ref;
using cloud::World;
using Kind = Edit::Kind;

class Reorder {
 public:
  Reorder(const World& world, const PlanGraph& graph, const Deadlock& deadlock)
      : world_(world), graph_(graph), deadlock_(deadlock) {}

  std::optional<Fix> fix() const {
    Fix out;
    bool own_groups = false;
    for (std::size_t missing : deadlock_.missing) {
      const PlanStep& step = graph_.step(missing);
      if (!can_move(step)) return std::nullopt;
      if (const aws::VpcEndpoint* endpoint = endpoint_of(step); endpoint && has_late_group(*endpoint)) {
        own_groups = true;
        give_own_group(*endpoint, out.edits);
      }
    }
    const std::string before = anchor();
    for (std::size_t missing : deadlock_.missing) move(graph_.step(missing), before, out.edits);
    out.text = fmt::format("make {} before {}{}", addresses(graph_, deadlock_.missing), before,
                           own_groups ? ", with a security group of their own that admits HTTPS from the VPC" : "");
    return out;
  }

 private:
  bool is_late(std::size_t step) const { return step == deadlock_.waiting || graph_.waits(step, deadlock_.waiting); }
  bool is_late(std::string_view address) const {
    for (std::size_t i = 0; i < graph_.size(); ++i)
      if (graph_.step(i).address == address) return is_late(i);
    return false;
  }

  const PlanStep* step_at(std::string_view address) const {
    for (std::size_t i = 0; i < graph_.size(); ++i)
      if (graph_.step(i).address == address) return &graph_.step(i);
    return nullptr;
  }
  /// Its components, the innermost first.
  std::vector<std::string> components_of(const PlanStep& step) const {
    std::vector<std::string> out;
    for (const PlanStep* at = step_at(step.parent); at && out.size() < graph_.size(); at = step_at(at->parent))
      out.push_back(at->address);
    return out;
  }
  /// What people can order: the waiting step, or the outermost component around it that does not hold the late ones,
  /// too.
  std::string anchor() const {
    const PlanStep& waiting = graph_.step(deadlock_.waiting);
    std::string out = waiting.address;
    for (const std::string& component : components_of(waiting)) {
      for (std::size_t missing : deadlock_.missing) {
        const std::vector<std::string> around = components_of(graph_.step(missing));
        if (std::count(around.begin(), around.end(), component)) return out;
      }
      out = component;
    }
    return out;
  }

  static bool can_move(const PlanStep& step) {
    static const std::set<std::string, std::less<>> kFree = {aws::VpcEndpoint::kTable, aws::eks::Addon::kTable,
                                                             aws::eks::AccessEntry::kTable,
                                                             aws::SecurityGroupRule::kTable};
    return std::all_of(step.makes.begin(), step.makes.end(),
                       [](const Ref& noun) { return kFree.contains(noun.table); });
  }

  const aws::VpcEndpoint* endpoint_of(const PlanStep& step) const {
    for (const Ref& noun : step.makes)
      if (noun.table == aws::VpcEndpoint::kTable) return cloud::find(world_.vpc_endpoints, noun.id);
    return nullptr;
  }
  /// A group is late as well when only the output of a component tells of it, and the component waits.
  bool has_late_group(const aws::VpcEndpoint& endpoint) const {
    for (const aws::GroupIdentifier& group : endpoint.groupSet)
      for (std::size_t i = 0; i < graph_.size(); ++i) {
        const PlanStep& step = graph_.step(i);
        if (!std::count(step.makes.begin(), step.makes.end(), Ref{aws::SecurityGroup::kTable, group.groupId})) continue;
        if (is_late(i)) return true;
        for (const std::string& component : components_of(step))
          if (is_late(component)) return true;
      }
    return false;
  }

  /// Of the one group that all late endpoints get.
  std::string new_group_id() const {
    std::string out = "early-endpoints";
    for (int number = 2; cloud::find(world_.security_groups, out); ++number)
      out = fmt::format("early-endpoints-{}", number);
    return out;
  }

  void give_own_group(const aws::VpcEndpoint& endpoint, std::vector<Edit>& out) const {
    const std::string id = new_group_id();
    const bool is_made =
        std::any_of(out.begin(), out.end(), [&](const Edit& edit) { return edit.where.noun.id == id; });
    if (!is_made) make_group(id, endpoint.vpcId, out);
    out.push_back({Kind::set,
                   {cloud::ref_of(endpoint), "groupSet"},
                   Json::array({fields::encode(aws::GroupIdentifier{id, id})})});
  }

  /// Admits HTTPS from the whole VPC: the groups of the nodes are not there yet.
  void make_group(const std::string& id, const std::string& vpc_id, std::vector<Edit>& out) const {
    aws::SecurityGroup group;
    group.groupId = group.groupName = id;
    group.groupDescription = "HTTPS to the VPC's interface endpoints";
    group.vpcId = vpc_id;
    out.push_back({Kind::create, {cloud::ref_of(group), ""}, fields::encode(group)});
    std::set<std::string> blocks;
    if (const aws::Vpc* vpc = cloud::find(world_.vpcs, vpc_id)) {
      blocks.insert(vpc->cidrBlock);
      for (const aws::CidrAssociation& block : vpc->cidrBlockAssociationSet) blocks.insert(block.cidrBlock);
    }
    for (const std::string& block : blocks) {
      aws::SecurityGroupRule rule;
      rule.securityGroupRuleId = fmt::format("{}-https-{}", id, block);
      rule.groupId = id;
      rule.ipProtocol = "tcp";
      rule.fromPort = rule.toPort = 443;
      rule.cidrIpv4 = block;
      out.push_back({Kind::create, {cloud::ref_of(rule), ""}, fields::encode(rule)});
    }
  }

  void move(const PlanStep& step, const std::string& before, std::vector<Edit>& out) const {
    for (const std::string& address : step.after)
      if (is_late(address)) out.push_back({Kind::remove, {{"plan", step.address}, "after"}, address});
    out.push_back({Kind::add, {{"plan", before}, "after"}, step.address});
  }

  const World& world_;
  const PlanGraph& graph_;
  const Deadlock& deadlock_;
};

}  // namespace

std::optional<Fix> reorder(const World& world, const PlanGraph& graph, const Deadlock& deadlock) {
  return Reorder(world, graph, deadlock).fix();
}

}  // namespace drydock::proof
