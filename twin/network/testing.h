// A small world for tests: VPC 10.0.0.0/16, private subnets a and b, a node in each, interface endpoints in both, an S3
// gateway endpoint on both tables, a private cluster. No NAT, no internet. Each test changes what it says.
#pragma once

#include <functional>
#include <string>

#include "twin/network/path.h"

namespace drydock::twin::network::testing {

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
  std::vector<ClusterEndpoint> clusters;

  Bench();
  View view() const;
  Connection connect(const std::string& from, const std::string& host, int source_port = 40000) const {
    return network::connect(view(), from, host, 443, source_port);
  }

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

}  // namespace drydock::twin::network::testing
