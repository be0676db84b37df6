#include "proof/order/order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace drydock::proof {
namespace {

using cloud::Dialect;
using cloud::PlanStep;
using cloud::Ref;
using cloud::World;
using testing::ElementsAre;
using testing::HasSubstr;

Ref endpoint_ref(const std::string& id) { return {aws::VpcEndpoint::kTable, id}; }
Ref addon_ref(const std::string& name) { return {aws::eks::Addon::kTable, "main/" + name}; }
const Ref kNodes = {aws::eks::Nodegroup::kTable, "main/nodes"};

/// Nodes need every one of these; what is not there is an error of its own.
Prove needs(std::vector<Ref> nouns) {
  return [nouns](const World& world) {
    Readiness out;
    for (const auto& group : world.nodegroups) {
      NodeGroup nodes;
      nodes.name = group.nodegroupName, nodes.cluster = group.clusterName, nodes.noun = cloud::ref_of(group);
      for (const Ref& noun : nouns) {
        if (cloud::find(world.vpc_endpoints, noun.id) || cloud::find(world.addons, noun.id)) continue;
        Finding finding;
        finding.code = "endpoint.missing";
        finding.step = "needs " + noun.id;
        finding.node_groups = {nodes.name};
        finding.message = "nobody answers for " + noun.id;
        out.findings.push_back(finding);
        nodes.verdict = out.verdict = Verdict::not_ready;
      }
      out.node_groups.push_back(nodes);
    }
    return out;
  };
}

World world_with(std::vector<PlanStep> plan, Dialect dialect = Dialect::terraform) {
  World world;
  world.dialect = dialect;
  world.plan = std::move(plan);
  for (const PlanStep& step : world.plan)
    for (const Ref& noun : step.makes) {
      if (noun == kNodes) {
        world.nodegroups.emplace_back().nodegroupName = "nodes";
        world.nodegroups.back().clusterName = "main";
      } else if (noun.table == aws::eks::Addon::kTable) {
        world.addons.emplace_back().clusterName = "main";
        world.addons.back().addonName = noun.id.substr(5);
      } else if (noun.table == aws::VpcEndpoint::kTable) {
        world.vpc_endpoints.emplace_back().vpcEndpointId = noun.id;
        world.vpc_endpoints.back().vpcEndpointType = "Interface";
        world.vpc_endpoints.back().vpcId = "vpc";
      }
    }
  world.vpcs.emplace_back().vpcId = "vpc";
  world.vpcs.back().cidrBlock = "10.0.0.0/16";
  return world;
}

std::vector<std::string> codes_of(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) out.push_back(finding.code);
  return out;
}

std::vector<Finding> order_of(const World& world, std::vector<Ref> nouns) {
  const Prove prove = needs(std::move(nouns));
  return order_findings(world, prove(world), prove);
}

const PlanStep kGroup = {.address = "group", .after = {"cluster"}, .waits_for_nodes = true, .makes = {kNodes}};
const PlanStep kEarlyEc2 = {.address = "ec2", .makes = {endpoint_ref("ec2")}};
const PlanStep kLateEc2 = {.address = "ec2", .after = {"group"}, .makes = {endpoint_ref("ec2")}};

TEST(Order, WhatTheNodesNeedComesFirst) {
  EXPECT_TRUE(order_of(world_with({kGroup, kEarlyEc2}), {endpoint_ref("ec2")}).empty());
}

TEST(Order, WhatTheNodesNeedComesAfterThem) {
  const auto findings = order_of(world_with({kGroup, kLateEc2}), {endpoint_ref("ec2")});
  ASSERT_THAT(codes_of(findings), ElementsAre("order.deadlock"));
  EXPECT_EQ(findings[0].message, "group waits for nodes, which need ec2, made only after group");
  EXPECT_EQ(findings[0].effect, Verdict::not_ready);
  EXPECT_EQ(findings[0].where.noun, endpoint_ref("ec2"));
  EXPECT_THAT(findings[0].node_groups, ElementsAre("nodes"));
  ASSERT_EQ(findings[0].fixes.size(), 1u);
  EXPECT_EQ(findings[0].fixes[0].text, "make ec2 before group");
}

TEST(Order, WhatTheNodesDoNotNeedMayComeLate) { EXPECT_TRUE(order_of(world_with({kGroup, kLateEc2}), {}).empty()); }

TEST(Order, OneWayAroundIsNamedHopByHop) {
  const World world = world_with({kGroup,
                                  {.address = "output", .after = {"group"}},
                                  {.address = "ec2", .after = {"output"}, .makes = {endpoint_ref("ec2")}}});
  const auto findings = order_of(world, {endpoint_ref("ec2")});
  ASSERT_EQ(findings.size(), 1u);
  std::vector<std::string> lines;
  for (const Evidence& line : findings[0].evidence) lines.push_back(line.component + ": " + line.text);
  EXPECT_THAT(lines,
              ElementsAre("group: is done only when nodes are Ready", "nodes: without ec2: nobody answers for ec2",
                          "ec2: begins only after output", "output: begins only after group"));
}

TEST(Order, OnlyWhatIsNeededIsToBlame) {
  const World world =
      world_with({kGroup, kLateEc2, {.address = "logs", .after = {"group"}, .makes = {endpoint_ref("logs")}}});
  EXPECT_THAT(order_of(world, {endpoint_ref("ec2")})[0].message, HasSubstr("which need ec2, made"));
}

TEST(Order, AFaultThatIsThereAnywayIsNotTheOrders) {
  EXPECT_TRUE(order_of(world_with({kGroup, {.address = "logs", .after = {"group"}, .makes = {endpoint_ref("logs")}}}),
                       {endpoint_ref("ec2")})
                  .empty());
}

TEST(Order, TheCniAddonAfterItsNodes) {
  const World world = world_with({kGroup, {.address = "cni", .after = {"group"}, .makes = {addon_ref("vpc-cni")}}});
  const auto findings = order_of(world, {addon_ref("vpc-cni")});
  ASSERT_THAT(codes_of(findings), ElementsAre("order.cni-addon"));
  EXPECT_EQ(findings[0].fixes.size(), 1u);
}

TEST(Order, CoreDnsBeforeTheNodesItNeeds) {
  PlanStep group = kGroup;
  group.after = {"dns"};
  const World world = world_with({{.address = "dns", .waits_for_nodes = true, .makes = {addon_ref("coredns")}}, group});
  const auto findings = order_of(world, {});
  ASSERT_THAT(codes_of(findings), ElementsAre("order.deadlock"));
  EXPECT_EQ(findings[0].symptom.text, "dns never finishes: there are no nodes");
}

// Endpoints that take the node security group out of the cluster component, as people write it first.
std::vector<PlanStep> component_plan() {
  return {{.address = "cluster"},
          {.address = "sg", .makes = {{aws::SecurityGroup::kTable, "node-sg"}}, .parent = "cluster"},
          {.address = "asg", .after = {"sg"}, .makes = {kNodes}, .parent = "cluster"},
          {.address = "coredns", .waits_for_nodes = true, .makes = {addon_ref("coredns")}, .parent = "cluster"},
          {.address = "ec2", .after = {"cluster"}, .makes = {endpoint_ref("ec2")}}};
}
World component_world(Dialect dialect) {
  World world = world_with(component_plan(), dialect);
  world.vpc_endpoints[0].groupSet = {{"node-sg", "node-sg"}};
  return world;
}

TEST(Order, AComponentIsDoneWithItsChildrenInPulumisEngine) {
  const auto findings = order_of(component_world(Dialect::pulumi), {endpoint_ref("ec2")});
  ASSERT_THAT(codes_of(findings), ElementsAre("order.deadlock"));
  EXPECT_EQ(findings[0].effect, Verdict::not_ready);
  ASSERT_EQ(findings[0].fixes.size(), 1u);
  EXPECT_EQ(findings[0].fixes[0].text,
            "make ec2 before cluster, with a security group of their own that admits HTTPS from the VPC");
}

TEST(Order, DrydocksEngineOnlyWarnsOfIt) {
  const auto findings = order_of(component_world(Dialect::drydock), {endpoint_ref("ec2")});
  ASSERT_THAT(codes_of(findings), ElementsAre("order.deadlock"));
  EXPECT_EQ(findings[0].effect, Verdict::ready);
  EXPECT_EQ(findings[0].severity, Severity::warning);
}

TEST(Order, AnExplicitDependsOnWaitsForTheChildrenEverywhere) {
  World world = component_world(Dialect::drydock);
  world.plan.back().after = {"cluster", "sg", "asg", "coredns"};
  const auto findings = order_of(world, {endpoint_ref("ec2")});
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].effect, Verdict::not_ready);
}

TEST(Order, APartThatIsAttachedLate) {
  World world = world_with({kGroup, {.address = "attachment", .after = {"group"}}});
  world.roles.emplace_back().RoleName = "role";
  world.roles[0].grants.attached = {"arn:policy"};
  world.plan[1].adds = {{{aws::Role::kTable, "role"}, "grants.attached", "arn:policy"}};
  const Prove prove = [](const World& at) {
    Readiness out = needs({})(at);
    if (!at.roles[0].grants.attached.empty()) return out;
    out.node_groups[0].verdict = out.verdict = Verdict::not_ready;
    out.findings.emplace_back().message = "no policy allows it";
    return out;
  };
  const auto findings = order_findings(world, prove(world), prove);
  ASSERT_THAT(codes_of(findings), ElementsAre("order.deadlock"));
  EXPECT_EQ(findings[0].where, (Place{{aws::Role::kTable, "role"}, "grants.attached"}));
}

TEST(Order, PermissionsOutliveTheNodes) {
  World world = world_with({kGroup, {.address = "attachment"}});
  world.nodegroups[0].nodeRole = world.roles.emplace_back().Arn = "arn:role";
  world.roles[0].RoleName = "role";
  world.plan[1].adds = {{{aws::Role::kTable, "role"}, "grants.attached", "arn:policy"}};
  const auto findings = order_of(world, {});
  ASSERT_THAT(codes_of(findings), ElementsAre("order.destroy"));
  EXPECT_EQ(findings[0].severity, Severity::warning);
  EXPECT_TRUE(order_of(proof::apply(world, findings[0].fixes[0].edits), {}).empty());
}

}  // namespace
}  // namespace drydock::proof
