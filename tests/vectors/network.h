// A small private world and what a packet meets in it, for every judge of reachability that we have: VPC 10.0.0.0/16,
// private subnets a and b, a node in each, interface endpoints in both, an S3 gateway endpoint on both tables, a
// private cluster. No NAT, no internet. Each row changes what it says.
#pragma once

#include <functional>
#include <map>
#include <ostream>
#include <string>
#include <vector>

#include "cloud/aws/ec2.h"

namespace drydock::vectors {

struct ApiServer {
  std::string name, host, vpcId;
  bool publicAccess = true, privateAccess = false;
  std::vector<std::string> publicAccessCidrs, networkInterfaceIds;
};

struct Bench {
  template <class T>
  using ById = std::map<std::string, T>;
  ById<aws::Vpc> vpcs;
  ById<aws::DhcpOptions> dhcp;
  ById<aws::Subnet> subnets;
  ById<aws::RouteTable> tables;
  ById<aws::SecurityGroupRule> rules;
  ById<aws::NetworkAcl> acls;
  ById<aws::VpcEndpoint> endpoints;
  ById<aws::PrefixList> lists;
  ById<aws::InternetGateway> gateways;
  ById<aws::NatGateway> nats;
  ById<aws::NetworkInterface> interfaces;
  ById<aws::Instance> instances;
  std::vector<ApiServer> clusters;

  Bench();

  void rule(const std::string& id, const std::string& group, bool egress, const std::string& peer, int port = 443);
  aws::Route& route(const std::string& table, const std::string& destination, const std::string& target);
  void interface(const std::string& id, const std::string& subnet, const std::string& ip, const std::string& group);
  void endpoint(const std::string& id, const std::string& service, bool a = true, bool b = true);
  void subnet(const std::string& id, const std::string& cidr, const std::string& table);
  /// Makes subnet `pub` with an internet gateway, and a NAT gateway in it that b's (or a's) table leads to.
  void add_nat(const std::string& for_table);
  void acl(const std::string& id, const std::string& subnet);
  void entry(const std::string& acl, int number, bool egress, const char* action, const char* cidr, int from = 0,
             int to = 65535);
};

inline const std::string kEc2 = "ec2.us-east-1.amazonaws.com";
inline const std::string kEcrApi = "api.ecr.us-east-1.amazonaws.com";
inline const std::string kEcrDkr = "602401143452.dkr.ecr.us-east-1.amazonaws.com";
inline const std::string kLayers = "prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com";
inline const std::string kCluster = "0123456789ABCDEF0123456789ABCDEF.gr7.us-east-1.eks.amazonaws.com";

inline Bench::Bench() {
  vpcs["vpc"] = {.vpcId = "vpc", .cidrBlock = "10.0.0.0/16", .dhcpOptionsId = "dopt", .enableDnsHostnames = true};
  dhcp["dopt"] = {.dhcpOptionsId = "dopt", .configurations = {{"domain-name-servers", {"AmazonProvidedDNS"}}}};
  for (const char* table : {"rtb-a", "rtb-b", "rtb-main"}) {
    tables[table] = {.routeTableId = table, .vpcId = "vpc"};
    route(table, "10.0.0.0/16", "local");
  }
  tables["rtb-main"].associationSet.push_back({.routeTableId = "rtb-main", .main = true});
  subnet("a", "10.0.1.0/24", "rtb-a");
  subnet("b", "10.0.2.0/24", "rtb-b");
  acls["acl-default"] = {.networkAclId = "acl-default", .vpcId = "vpc", .isDefault = true};
  entry("acl-default", 100, true, "allow", "0.0.0.0/0");
  entry("acl-default", 100, false, "allow", "0.0.0.0/0");
  rule("n-out", "sg-n", true, "0.0.0.0/0", -1);
  rule("e-in", "sg-e", false, "10.0.0.0/16");
  rule("default-in", "sg-default", false, "sg-default", -1);
  rule("cluster-in", "sg-cluster", false, "sg-n");
  interface("node-a", "a", "10.0.1.10", "sg-n");
  interface("node-b", "b", "10.0.2.10", "sg-n");
  interface("eks-a", "a", "10.0.1.5", "sg-cluster");
  interface("eks-b", "b", "10.0.2.5", "sg-cluster");
  for (const char* service : {"ec2", "ecr.api", "ecr.dkr"}) endpoint(service, service);
  lists["pl-s3"] = {
      .prefixListId = "pl-s3", .prefixListName = "com.amazonaws.us-east-1.s3", .cidrSet = {"52.216.0.0/15"}};
  endpoints["vpce-s3"] = {
      .vpcEndpointId = "vpce-s3", .vpcId = "vpc", .serviceName = "com.amazonaws.us-east-1.s3", .state = "available"};
  route("rtb-a", "pl-s3", "vpce-s3");
  route("rtb-b", "pl-s3", "vpce-s3");
  clusters.push_back({"demo", kCluster, "vpc", false, true, {"0.0.0.0/0"}, {"eks-a", "eks-b"}});
}

inline void Bench::rule(const std::string& id, const std::string& group, bool egress, const std::string& peer,
                        int port) {
  aws::SecurityGroupRule r{.securityGroupRuleId = id, .groupId = group, .isEgress = egress};
  r.ipProtocol = port == -1 ? "-1" : "tcp";
  r.fromPort = r.toPort = port;
  if (peer.starts_with("sg-"))
    r.referencedGroupInfo = aws::ReferencedGroup{peer, ""};
  else
    (peer.starts_with("pl-") ? r.prefixListId : r.cidrIpv4) = peer;
  rules[id] = r;
}

inline aws::Route& Bench::route(const std::string& table, const std::string& destination, const std::string& target) {
  aws::Route r{.origin = "CreateRoute"};
  (destination.starts_with("pl-") ? r.destinationPrefixListId : r.destinationCidrBlock) = destination;
  (target.starts_with("nat-")   ? r.natGatewayId
   : target.starts_with("eni-") ? r.networkInterfaceId
                                : r.gatewayId) = target;
  return tables[table].routeSet.emplace_back(r);
}

inline void Bench::interface(const std::string& id, const std::string& subnet, const std::string& ip,
                             const std::string& group) {
  interfaces[id] = {
      .networkInterfaceId = id, .subnetId = subnet, .vpcId = "vpc", .privateIpAddress = ip, .groupSet = {{group, ""}}};
}

inline void Bench::endpoint(const std::string& id, const std::string& service, bool a, bool b) {
  const int host = 20 + static_cast<int>(endpoints.size());
  aws::VpcEndpoint e{.vpcEndpointId = id, .vpcEndpointType = "Interface", .vpcId = "vpc"};
  e.serviceName = "com.amazonaws.us-east-1." + service;
  e.state = "available";
  e.privateDnsEnabled = true;
  for (const char* zone : {"a", "b"}) {
    if ((*zone == 'a' && !a) || (*zone == 'b' && !b)) continue;
    const std::string name = id + "-" + zone;
    interface(name, zone, std::string(*zone == 'a' ? "10.0.1." : "10.0.2.") + std::to_string(host), "sg-e");
    e.networkInterfaceIdSet.push_back(name);
  }
  endpoints[id] = e;
}

inline void Bench::subnet(const std::string& id, const std::string& cidr, const std::string& table) {
  subnets[id] = {.subnetId = id, .vpcId = "vpc", .cidrBlock = cidr};
  tables[table].associationSet.push_back({.routeTableId = table, .subnetId = id});
}

inline void Bench::add_nat(const std::string& for_table) {
  tables["rtb-pub"] = {.routeTableId = "rtb-pub", .vpcId = "vpc"};
  route("rtb-pub", "10.0.0.0/16", "local");
  route("rtb-pub", "0.0.0.0/0", "igw-1");
  subnet("pub", "10.0.9.0/24", "rtb-pub");
  gateways["igw-1"] = {.internetGatewayId = "igw-1", .attachmentSet = {{"vpc"}}};
  nats["nat-1"] = {.natGatewayId = "nat-1", .subnetId = "pub", .vpcId = "vpc", .state = "available"};
  nats["nat-1"].natGatewayAddressSet = {{.publicIp = "3.3.3.3"}};
  route(for_table, "0.0.0.0/0", "nat-1");
}

inline void Bench::acl(const std::string& id, const std::string& subnet) {
  acls[id] = {.networkAclId = id, .vpcId = "vpc", .associationSet = {{"", id, subnet}}};
}
inline void Bench::entry(const std::string& acl, int number, bool egress, const char* action, const char* cidr,
                         int from, int to) {
  acls[acl].entrySet.push_back(
      {.ruleNumber = number, .protocol = "-1", .ruleAction = action, .egress = egress, .cidrBlock = cidr});
  if (from == 0) return;
  auto& entry = acls[acl].entrySet.back();
  entry.protocol = "6", entry.portFrom = from, entry.portTo = to;
}

/// Endpoint made without groups: its interfaces carry the VPC's default group.
inline void without_groups(Bench& b) {
  for (const char* id : {"ec2-a", "ec2-b"}) b.interfaces[id].groupSet = {{"sg-default", ""}};
}
inline void custom_servers(Bench& b) { b.dhcp["dopt"].configurations = {{"domain-name-servers", {"10.9.9.9"}}}; }
inline void public_cluster(Bench& b) {
  b.clusters[0].publicAccess = true, b.clusters[0].privateAccess = false;
  b.clusters[0].publicAccessCidrs = {"198.51.100.0/24"};
}

struct Row {
  const char* name;
  std::function<void(Bench&)> change;
  std::string from, host;
  std::string want;  // "" reachable, else the cause; "no such host", "dns timeout"
  int source_port = 40000;
  const char* want_of_sets = nullptr;  // where all source ports and addresses together give another answer
};
inline void PrintTo(const Row& row, std::ostream* out) { *out << row.name; }

inline const Row kRows[] = {
    {"C01Base", {}, "node-a", kEc2, ""},
    {"C02EndpointInOtherZone", [](Bench& b) { b.endpoint("ec2", "ec2", true, false); }, "node-b", kEc2, ""},
    {"C03EndpointWithoutGroups", without_groups, "node-a", kEc2, "sg.ingress"},
    {"C04NodeCarriesDefaultGroupToo",
     [](Bench& b) {
       without_groups(b);
       b.rule("default-out", "sg-default", true, "0.0.0.0/0", -1);
       b.interfaces["node-a"].groupSet.push_back({"sg-default", ""});
     },
     "node-a", kEc2, ""},
    {"C05GroupReferenceSeesOnlyItsMembers", [](Bench& b) { b.rule("e-in", "sg-e", false, "sg-n"); }, "node-a", kEc2,
     ""},
    {"C05PodWithOtherGroup",
     [](Bench& b) {
       b.rule("e-in", "sg-e", false, "sg-n");
       b.rule("p-out", "sg-p", true, "0.0.0.0/0", -1);
       b.interfaces["node-a"].groupSet = {{"sg-p", ""}};
     },
     "node-a", kEc2, "sg.ingress"},
    {"C06NoEgressRules", [](Bench& b) { b.rules.erase("n-out"); }, "node-a", kEc2, "sg.egress"},
    {"C07VpcOnlyEgressToEndpoint", [](Bench& b) { b.rule("n-out", "sg-n", true, "10.0.0.0/16"); }, "node-a", kEc2, ""},
    {"C07VpcOnlyEgressToS3", [](Bench& b) { b.rule("n-out", "sg-n", true, "10.0.0.0/16"); }, "node-a", kLayers,
     "sg.egress"},
    {"C08PlusPrefixList",
     [](Bench& b) {
       b.rule("n-out", "sg-n", true, "10.0.0.0/16");
       b.rule("n-s3", "sg-n", true, "pl-s3");
     },
     "node-a", kLayers, ""},
    {"C09GatewayNotOnThisTable", [](Bench& b) { b.tables["rtb-b"].routeSet.pop_back(); }, "node-b", kLayers,
     "route.none"},
    {"C10ButThroughNat",
     [](Bench& b) {
       b.tables["rtb-b"].routeSet.pop_back();
       b.add_nat("rtb-b");
     },
     "node-b", kLayers, ""},
    {"C11ImplicitMainTable", [](Bench& b) { b.tables["rtb-b"].associationSet.clear(); }, "node-b", kLayers,
     "route.none"},
    {"C12BlackholeOfEqualLengthWins",
     [](Bench& b) { b.route("rtb-a", "52.216.0.0/15", "nat-gone").state = "blackhole"; }, "node-a", kLayers,
     "route.blackhole"},
    {"C13ShorterBlackholeLoses", [](Bench& b) { b.route("rtb-a", "0.0.0.0/0", "nat-gone").state = "blackhole"; },
     "node-a", kLayers, ""},
    {"C14AclReturnsFromTheVpcOnly",
     [](Bench& b) {
       b.acl("acl-a", "a");
       b.entry("acl-a", 10, true, "allow", "0.0.0.0/0", 443, 443);
       b.entry("acl-a", 10, false, "allow", "10.0.0.0/16", 1024, 65535);
     },
     "node-a", kLayers, "acl.return"},
    {"C15EphemeralPortOutside",
     [](Bench& b) {
       b.endpoint("ec2", "ec2", false, true);
       b.acl("acl-a", "a");
       b.entry("acl-a", 10, true, "allow", "0.0.0.0/0");
       b.entry("acl-a", 10, false, "allow", "0.0.0.0/0", 49152, 65535);
     },
     "node-a", kEc2, "acl.return", 40000, "flaky"},
    {"C15EphemeralPortInside",
     [](Bench& b) {
       b.endpoint("ec2", "ec2", false, true);
       b.acl("acl-a", "a");
       b.entry("acl-a", 10, true, "allow", "0.0.0.0/0");
       b.entry("acl-a", 10, false, "allow", "0.0.0.0/0", 49152, 65535);
     },
     "node-a", kEc2, "", 50000, "flaky"},
    {"C16AclDeniesAllButNotWithinTheSubnet", [](Bench& b) { b.acl("acl-a", "a"); }, "node-a", kEc2, "", 40000, "flaky"},
    {"C16SameFromTheOtherSubnetIsFlaky", [](Bench& b) { b.acl("acl-a", "a"); }, "node-b", kEc2, "flaky"},
    {"C17LowestNumberDecides",
     [](Bench& b) {
       b.endpoint("ec2", "ec2", false, true);
       b.acl("acl-a", "a");
       for (bool egress : {true, false}) {
         b.entry("acl-a", 100, egress, "allow", "0.0.0.0/0");
         b.entry("acl-a", 90, egress, "deny", "0.0.0.0/0", 443, 443);
       }
     },
     "node-a", kEc2, "acl.egress"},
    {"C19HostnamesSwitchedOffLater", [](Bench& b) { b.vpcs["vpc"].enableDnsHostnames = false; }, "node-a", kEc2,
     "route.none"},
    {"C19SupportSwitchedOffLater", [](Bench& b) { b.vpcs["vpc"].enableDnsSupport = false; }, "node-a", kEc2,
     "dns timeout"},
    {"C20PrivateDnsOff", [](Bench& b) { b.endpoints["ecr.dkr"].privateDnsEnabled = false; }, "node-a", kEcrDkr,
     "route.none"},
    {"C21TokenWithoutRegistry", [](Bench& b) { b.endpoints.erase("ecr.dkr"); }, "node-a", kEcrApi, ""},
    {"C21RegistryMissing", [](Bench& b) { b.endpoints.erase("ecr.dkr"); }, "node-a", kEcrDkr, "route.none"},
    {"C22ServersOfOnesOwnUnreachable", custom_servers, "node-a", kEc2, "dns timeout"},
    {"C22ServersOfOnesOwnKnowPublicNamesOnly",
     [](Bench& b) {
       custom_servers(b);
       b.interface("dns", "b", "10.9.9.9", "sg-dns");
       b.rule("dns-in", "sg-dns", false, "10.0.0.0/16", -1);
       b.route("rtb-a", "10.9.9.0/24", "local");
     },
     "node-a", kEc2, "route.none"},
    {"C29PublicClusterCidrsLackTheNat",
     [](Bench& b) {
       b.add_nat("rtb-a");
       public_cluster(b);
     },
     "node-a", kCluster, "eks.public-access-cidrs"},
    {"C29PublicClusterCidrsHoldTheNat",
     [](Bench& b) {
       b.add_nat("rtb-a");
       public_cluster(b);
       b.clusters[0].publicAccessCidrs = {"3.3.3.3/32"};
     },
     "node-a", kCluster, ""},
    {"C30PrivateAccessToo",
     [](Bench& b) {
       public_cluster(b);
       b.clusters[0].privateAccess = true;
     },
     "node-a", kCluster, ""},
    {"C31EksEndpointIsTheManagementApi",
     [](Bench& b) {
       b.endpoint("eks", "eks");
       public_cluster(b);
     },
     "node-a", kCluster, "route.none"},
    {"C32ClusterGroupAdmitsItselfOnly", [](Bench& b) { b.rule("cluster-in", "sg-cluster", false, "sg-cluster", -1); },
     "node-a", kCluster, "sg.ingress"},
    {"C33ClusterGroupAdmitsTheNodes", {}, "node-a", kCluster, ""},
    {"C34PublicSubnetWithoutPublicAddress",
     [](Bench& b) {
       b.add_nat("rtb-b");
       b.interface("node-p", "pub", "10.0.9.10", "sg-n");
       b.endpoints.erase("ecr.api");
     },
     "node-p", kEcrApi, "internet.public-ip"},
    {"C35NatWithoutAWayOut",
     [](Bench& b) {
       b.add_nat("rtb-a");
       b.nats["nat-1"].subnetId = "b";
       b.endpoints.erase("ecr.api");
     },
     "node-a", kEcrApi, "nat.no-way-out"},
    {"C36NatSubnetAclLacksReturn",
     [](Bench& b) {
       b.add_nat("rtb-a");
       b.acl("acl-p", "pub");
       b.entry("acl-p", 10, true, "allow", "0.0.0.0/0");
       b.entry("acl-p", 10, false, "allow", "10.0.0.0/16");
       b.endpoints.erase("ecr.api");
     },
     "node-a", kEcrApi, "acl.return"},
    {"C37EndpointAdmitsTheNatsAddress",
     [](Bench& b) {
       b.add_nat("rtb-a");
       b.rule("e-in", "sg-e", false, "3.3.3.3/32");
     },
     "node-a", kEc2, "sg.ingress"},
    {"C40EndpointPendingAcceptance", [](Bench& b) { b.endpoints["ec2"].state = "pendingAcceptance"; }, "node-a", kEc2,
     "route.none"},
    {"C45LocalRetargetedToStoppedFirewall",
     [](Bench& b) {
       b.tables["rtb-a"].routeSet.erase(b.tables["rtb-a"].routeSet.begin());
       b.route("rtb-a", "10.0.0.0/16", "eni-fw");
       b.interface("eni-fw", "a", "10.0.1.99", "sg-n");
       b.endpoint("ec2", "ec2", false, true);
     },
     "node-a", kEc2, "route.blackhole"},
    {"C46SecondaryCidrNotAdmitted",
     [](Bench& b) {
       b.subnet("c", "100.64.0.0/24", "rtb-a");
       b.route("rtb-a", "100.64.0.0/16", "local");
       b.interface("node-c", "c", "100.64.0.10", "sg-n");
     },
     "node-c", kEc2, "sg.ingress"},
    {"C49ImdsIsNotFiltered",
     [](Bench& b) {
       b.rules.erase("n-out");
       b.acl("acl-a", "a");
     },
     "node-a", "169.254.169.254", ""},
    {"UnknownName", {}, "node-a", "registry.example.invalid", "no such host"},
};

}  // namespace drydock::vectors
