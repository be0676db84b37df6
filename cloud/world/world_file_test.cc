#include "cloud/world/world_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/fields.h"
#include "base/hash.h"

namespace drydock::cloud {
namespace {

World parsed(std::string_view text) {
  auto world = parse_world(text, "w.yaml");
  EXPECT_TRUE(world) << world.error().message;
  return world ? *world : World{};
}
std::string fault(std::string_view text) {
  auto world = parse_world(text, "w.yaml");
  return world ? "(none)" : world.error().message;
}
/// Everything in it, to compare.
std::string dump(const World& world) {
  Json out;
  each_table(
      [&](const char* name, const auto& nouns) {
        Json table = Json::object();
        for (const auto& noun : nouns) table[key_of(noun)] = fields::encode(noun);
        out[name] = std::move(table);
      },
      world);
  out["unknowns"] = fields::encode(world.unknowns);
  out["plan"] = fields::encode(world.plan);
  out["origins"] = fields::encode(world.origins);
  return out.dump_pretty();
}

TEST(WorldFile, ShortFormsAreFields) {
  const World w = parsed(R"(
vpcs: {main: {cidrBlock: 10.0.0.0/16, tagSet: {Name: main}}}
subnets: {a: {cidrBlock: 10.0.1.0/24, availabilityZone: us-east-1a}}
routeTables: {a: {routes: {0.0.0.0/0: {natGatewayId: nat}}, subnets: [a]}}
securityGroups: {nodes: {ingress: [all from self, tcp 443 from 10.0.0.0/16], egress: [udp 53 to prefix list pl-1]}}
networkAcls: {acl: {ingress: [100 allow tcp 1024-65535 from 0.0.0.0/0], subnets: [a]}}
vpcEndpoints: {s3: {routeTableIdSet: [a]}, ecr.dkr: {subnetIdSet: [a], groupSet: [nodes]}}
roles: {node: {assumedBy: ec2.amazonaws.com, attached: [AmazonEKS_CNI_Policy]}}
accessEntries: {demo/node: {type: EC2_LINUX}}
launchTemplates: {nodes: {userDataText: "#!/bin/sh\n"}}
autoScalingGroups: {default: {subnets: [a, b], Tags: {k: v}}}
kubernetesObjects: {demo/ConfigMap/kube-system/aws-auth: {data: {mapRoles: "[]"}}}
)");
  EXPECT_EQ(w.vpcs[0].tagSet[0].value, "main");
  EXPECT_EQ(w.vpcs[0].state, "available");
  EXPECT_EQ(w.subnets[0].vpcId, "main");
  EXPECT_EQ(w.subnets[0].availableIpAddressCount, 251);
  EXPECT_EQ(w.route_tables[0].routeSet[0].gatewayId, "local");
  EXPECT_EQ(w.route_tables[0].routeSet[1].natGatewayId, "nat");
  EXPECT_EQ(w.route_tables[0].associationSet[0].subnetId, "a");
  EXPECT_EQ(w.security_group_rules[0].referencedGroupInfo->groupId, "nodes");
  EXPECT_EQ(w.security_group_rules[1].fromPort, 443);
  EXPECT_EQ(w.security_group_rules[2].prefixListId, "pl-1");
  EXPECT_EQ(w.network_acls[0].entrySet[0].portTo, 65535);
  EXPECT_EQ(w.vpc_endpoints[1].vpcEndpointType, "Gateway");
  EXPECT_EQ(w.vpc_endpoints[0].serviceName, "com.amazonaws.us-east-1.ecr.dkr");
  EXPECT_TRUE(w.vpc_endpoints[0].privateDnsEnabled);
  EXPECT_EQ(w.roles[0].Arn, "arn:aws:iam::123456789012:role/node");
  EXPECT_EQ(w.roles[0].grants.attached[0], "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy");
  EXPECT_EQ(w.access_entries[0].principalArn, w.roles[0].Arn);
  EXPECT_EQ(unbase64(w.launch_templates[0].launchTemplateData.at("userData").string_or()), "#!/bin/sh\n");
  EXPECT_EQ(w.auto_scaling_groups[0].VPCZoneIdentifier, "a,b");
  EXPECT_TRUE(w.auto_scaling_groups[0].Tags[0].PropagateAtLaunch);
  EXPECT_EQ(key_of(w.kubernetes_objects[0]), "demo/ConfigMap/kube-system/aws-auth");
}

TEST(WorldFile, ABaseAndEdits) {
  const World w = parsed(R"(
base: private-eks
region: eu-west-1
remove: [endpoint ecr.dkr, rule endpoints ingress tcp 443 from 10.0.0.0/16, access entry demo/operator]
set:
  vpc main: {enableDnsHostnames: false, tagSet: null}
  endpoint s3: {policyDocument.Statement.0.Resource: arn:aws:s3:::other/*}
  security group nodes: {egress: [tcp 443 to 0.0.0.0/0]}
  launch template nodes: {launchTemplateData.metadataOptions.httpPutResponseHopLimit: 1}
subnets:
  private-c: {cidrBlock: 10.0.3.0/24, availabilityZone: eu-west-1c}
)");
  EXPECT_EQ(find(w.vpc_endpoints, "ecr.dkr"), nullptr);
  EXPECT_EQ(find(w.vpc_endpoints, "ec2")->serviceName, "com.amazonaws.eu-west-1.ec2");
  EXPECT_FALSE(w.vpcs[0].enableDnsHostnames);
  EXPECT_TRUE(w.vpcs[0].tagSet.empty());
  EXPECT_EQ(find(w.vpc_endpoints, "s3")->policyDocument,
            R"({"Statement":[{"Action":"s3:GetObject","Effect":"Allow","Principal":"*",)"
            R"("Resource":"arn:aws:s3:::other/*"}],"Version":"2012-10-17"})");
  EXPECT_EQ(find(w.security_group_rules, "endpoints ingress tcp 443 from 10.0.0.0/16"), nullptr);
  EXPECT_EQ(find(w.security_group_rules, "nodes egress all to 0.0.0.0/0"), nullptr);
  EXPECT_NE(find(w.security_group_rules, "nodes egress tcp 443 to 0.0.0.0/0"), nullptr);
  EXPECT_NE(find(w.security_group_rules, "nodes ingress all from self"), nullptr);
  EXPECT_TRUE(w.access_entries.empty());
  EXPECT_EQ(find(w.launch_templates, "nodes:1")->launchTemplateData.path("metadataOptions.httpPutResponseHopLimit"),
            Json(1));
  EXPECT_EQ(find(w.subnets, "private-a")->availabilityZone, "eu-west-1a");
  EXPECT_NE(find(w.subnets, "private-c"), nullptr);
}

TEST(WorldFile, RegionAndAccountAreFilledIn) {
  const World w = parsed(R"(
region: eu-west-1
account: "111122223333"
vpcEndpoints: {again: {serviceName: "com.amazonaws.{region}.s3"}}
launchTemplates: {nodes: {userDataText: "echo ${region} {account}"}}
)");
  EXPECT_EQ(w.vpc_endpoints[0].serviceName, "com.amazonaws.eu-west-1.s3");
  EXPECT_EQ(unbase64(w.launch_templates[0].launchTemplateData.at("userData").string_or()),
            "echo ${region} 111122223333");
}

TEST(WorldFile, WhatIsWrittenReadsTheSame) {
  for (const std::string& name : base_names()) {
    const World w = *base_world(name);
    const std::string text = write_world(w);
    EXPECT_EQ(dump(parsed(text)), dump(w)) << text;
    EXPECT_EQ(write_world(parsed(text)), text);
  }
}

TEST(WorldFile, WhatHasNoShortFormKeepsItsLongOne) {
  const World w = parsed(R"(
vpcs: {one: {cidrBlock: 10.0.0.0/16}, two: {cidrBlock: 10.1.0.0/16}}
subnets: {a: {vpcId: two, cidrBlock: 10.1.1.0/24, availableIpAddressCount: 0}}
securityGroupRules:
  sgr-1: "g ingress tcp 443 from 10.0.0.0/16"
  sgr-2: {groupId: g, ipProtocol: tcp, fromPort: 1, toPort: 2, cidrIpv4: 10.0.0.0/8, description: why}
networkAcls: {acl: {vpcId: one, default: true, entrySet: [{ruleNumber: 7, protocol: "1", ruleAction: deny, icmpType: 3}]}}
roles: {node: {AssumeRolePolicyDocument: "{ not JSON", Path: /x/}}
policies: {own: {document: {Statement: []}}}
launchTemplates: {nodes:3: {defaultVersion: false}}
unknowns: [{noun: launch template nodes:3, field: launchTemplateData, source: somewhere}]
plan: [{address: a, after: [b], makes: [vpc one]}]
)");
  EXPECT_EQ(dump(parsed(write_world(w))), dump(w)) << write_world(w);
  EXPECT_THAT(write_world(w), testing::HasSubstr("sgr-1: g ingress tcp 443 from 10.0.0.0/16\n"));
}

TEST(WorldFile, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> rows[] = {
      {"vpcs:\n  main: {cidr: 10.0.0.0/16}\n", "w.yaml:2: vpcs.main.cidr: no such field"},
      {"vpcs:\n  main: {cidrBlok: 1}\n", "w.yaml:2: vpcs.main.cidrBlok: no such field; did you mean 'cidrBlock'?"},
      {"vpcs: {main: {isDefault: 1}}\n", "w.yaml:1: vpcs.main.isDefault: must be true or false"},
      {"\nclusters: {demo: {version: 1.30}}\n",
       "w.yaml:2: clusters.demo.version: must be a text: put it between quotes"},
      {"subnet: {}\n", "w.yaml:1: subnet: no such table; did you mean 'subnets'?"},
      {"base: private\n", "w.yaml:1: base: there is no base 'private'; there are "},
      {"base: private-eks\nremove:\n  - endpoint ecr.dk\n",
       "w.yaml:3: remove.0: there is no endpoint ecr.dk; did you mean endpoint ecr.dkr?"},
      {"base: private-eks\nremove: [ecr.dkr]\n",
       "w.yaml:2: remove.0: 'ecr.dkr' names no noun; write \"<kind> <id>\", like \"endpoint s3\""},
      {"base: private-eks\nset:\n  vpc main:\n    enableDnsHostnames: never\n",
       "w.yaml:4: set.vpc main.enableDnsHostnames: must be true or false"},
      {"securityGroups:\n  g:\n    ingress:\n      - 443 from anywhere\n",
       "w.yaml:4: securityGroups.g.ingress.0: is no rule"},
      {"vpcs: {a: {}}\nvpcs: {b: {}}\n", "w.yaml:2: vpcs: stands twice; remove one of them"},
      {"vpcs: [\n", "w.yaml: invalid YAML at line 2"},
      {"- 1\n", "w.yaml:1: a world file is a map"},
      {"dialect: english\n", "w.yaml:1: dialect: must be one of"},
  };
  for (const auto& [text, want] : rows) EXPECT_THAT(fault(text), testing::StartsWith(want)) << text;
}

TEST(WorldFile, HoldsNoSecrets) {
  const std::string text = write_world(parsed(R"(
kubernetesObjects:
  demo/Secret/default/s: {data: {key: c2VjcmV0}, stringData: {k: hush}, type: Opaque}
firewalls: {proxy: {proxyUrl: "http://me:hush@10.0.0.9:3128"}}
launchTemplates:
  nodes: {userDataText: "#!/bin/sh\nexport DB_PASSWORD=hush\ncurl https://me:hush@example.com/x\necho done\n"}
)"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("hush")));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("c2VjcmV0")));
  EXPECT_THAT(text, testing::HasSubstr("echo done"));
  EXPECT_THAT(text, testing::HasSubstr("type: Opaque"));
}

}  // namespace
}  // namespace drydock::cloud
