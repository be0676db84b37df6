// Worlds as files that people read and write, in YAML.
//
//   base: private-eks              # what it starts from (base_names()); without it: an empty account
//   remove: [endpoint ecr.dkr]     # nouns, as "<kind> <id>"
//   set:                           # fields, by dotted path; null gives a field its default again
//     vpc main: {enableDnsHostnames: false}
//     endpoint s3: {policyDocument: {Statement: []}}
//   subnets:                       # nouns by table and id, added or in place of the base's
//     private-c: {cidrBlock: 10.0.3.0/24, availabilityZone: us-east-1c}
//
// Tables and fields have the names of each_table() and each_field(), without the '_' of internal ones. What a field
// would be anyway is left out: ids, ARNs, states of finished things, the VPC where there is only one. Short forms:
//
//   tags, Tags       {Name: main}
//   policy documents and Kubernetes objects as YAML
//   securityGroups   ingress: [tcp 443 from 10.0.0.0/16, all from self], egress: [all to 0.0.0.0/0]; a group has the
//                    rules that are listed and no others. A rule's id is "<group> ingress <text>"
//   routeTables      routes: {0.0.0.0/0: {natGatewayId: nat}}, subnets: [private-a], main: true; local routes are there
//   networkAcls      ingress: [100 allow tcp 443 from 10.0.0.0/16], egress: [...], subnets: [...]; what no rule matches
//                    is denied. A subnet that no ACL names is under its VPC's default one; where the world has none,
//                    that allows everything
//   roles            assumedBy: ec2.amazonaws.com, attached: [AmazonEKSWorkerNodePolicy], inlined: {name: document}
//   accessEntries    demo/node (role by name), policies: [AmazonEKSClusterAdminPolicy]
//   launchTemplates  userDataText: the user data before base64; or nodeConfig: demo, a NodeConfig for that cluster
//   autoScalingGroups  subnets: [private-a, private-b]
//   kubernetesObjects  demo/ConfigMap/kube-system/aws-auth: the object without kind, name and namespace
//
// {region} and {account} stand for the world's own, in keys and values.
//
// No secrets: data of Secrets, passwords in URLs, and what looks like a key in user data are not written.
// Pure functions; any thread.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cloud/world/world.h"

namespace drydock::cloud {

/// Error invalid_input: "<name>:<line>: what is wrong, what to do". `name` is how messages call the file.
Result<World> parse_world(std::string_view text, std::string_view name);

/// The whole world, without a base. parse_world gives an equal world, but for secrets, the order of nouns, and the
/// white space of documents.
std::string write_world(const World& world);

/// A world that is built in. Error not_found, with the names there are.
Result<World> base_world(std::string_view name);
std::vector<std::string> base_names();

/// What `remove` and `set` call nouns: {ec2.vpc-endpoint, s3} is "endpoint s3". The table's name for one without a
/// kind.
std::string spoken(const Ref& noun);

}  // namespace drydock::cloud
