// Nouns without an API in the twin: they enter tables of their own.
#include "base/fields.h"
#include "twin/load/loader.h"

namespace drydock::twin::load {

Step Loader::tables_of_our_own() {
  const auto refused = [&](const auto& nouns, const char* what) -> Step {
    if (nouns.empty()) return {};
    return fault(cloud::ref_of(nouns.front()), std::string("not supported yet on the twin: ") + what);
  };
  if (Step error = refused(w_.firewalls, "firewalls and proxies")) return error;
  const auto put = [&](const auto& nouns, const std::string& region) {
    for (const auto& noun : nouns) {
      using T = std::remove_cvref_t<decltype(noun)>;
      T copy = fields::decoded<T>(texts(fields::encode(noun)));
      place_.world.table<T>(region).put(cloud::key_of(copy), copy);
      made(noun, cloud::key_of(copy));
    }
  };
  put(w_.organization_policies, std::string(kGlobal));
  put(w_.kms_keys, w_.region);
  put(w_.prefix_lists, w_.region);
  put(w_.fargate_profiles, w_.region);
  return {};
}

/// What joins VPCs, once they and their endpoints have their ids.
Step Loader::bridges() {
  const auto vpcs = [&](std::vector<std::string> list) {
    for (std::string& vpc : list) vpc = id<aws::Vpc>(vpc);
    return list;
  };
  for (cloud::PeeringConnection x : w_.peering_connections) {
    made(x, x.vpcPeeringConnectionId);
    x.requesterVpcId = id<aws::Vpc>(x.requesterVpcId), x.accepterVpcId = id<aws::Vpc>(x.accepterVpcId);
    table<cloud::PeeringConnection>().put(cloud::key_of(x), x);
  }
  for (cloud::TransitGateway x : w_.transit_gateways) {
    made(x, x.transitGatewayId);
    for (auto& attachment : x.attachments) {
      attachment.vpcId = id<aws::Vpc>(attachment.vpcId);
      for (std::string& subnet : attachment.subnetIds) subnet = id<aws::Subnet>(subnet);
      for (auto& [prefix, vpc] : attachment.routes) vpc = id<aws::Vpc>(vpc);
    }
    table<cloud::TransitGateway>().put(cloud::key_of(x), x);
  }
  for (cloud::HostedZone x : w_.hosted_zones) {
    made(x, x.id);
    x.vpcIds = vpcs(x.vpcIds);
    for (auto& [name, values] : x.records)
      for (std::string& value : values)
        if (value.starts_with("alias ")) value = "alias " + id<aws::VpcEndpoint>(value.substr(6));
    table<cloud::HostedZone>().put(cloud::key_of(x), x);
  }
  return {};
}

}  // namespace drydock::twin::load
