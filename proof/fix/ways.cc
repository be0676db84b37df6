// Network ACLs, routes, gateways, and the names of the VPC.
#include <fmt/format.h>

#include <algorithm>

#include "proof/fix/draft.h"

namespace drydock::proof {
namespace {

constexpr std::int64_t kEphemeralFirst = 32768, kEphemeralLast = 60999;  // of Linux

// --- Network ACLs.

/// Before the first rule of that direction; 0 where there is no room.
std::int64_t number_before(const aws::NetworkAcl& acl, bool egress) {
  std::int64_t first = 100;
  for (const aws::NetworkAclEntry& entry : acl.entrySet)
    if (entry.egress == egress && entry.ruleNumber < 32767) first = std::min(first, entry.ruleNumber);
  return std::max<std::int64_t>(first - 1, 0);
}

Json entry_for(std::int64_t number, bool egress, const std::string& cidr, std::int64_t from, std::int64_t to) {
  aws::NetworkAclEntry entry;
  entry.ruleNumber = number;
  entry.protocol = "6";
  entry.ruleAction = "allow";
  entry.egress = egress;
  entry.cidrBlock = cidr;
  entry.portFrom = from;
  entry.portTo = to;
  return fields::encode(entry);
}

struct Directions {
  const char* text;
  bool ingress, egress;
};

void offer_entries(const Draft& draft, const aws::NetworkAcl& acl, const Directions& way, const std::string& cidr) {
  const bool answers = draft.code() == "acl.return";
  const std::int64_t from = answers ? kEphemeralFirst : draft.need().port;
  const std::int64_t to = answers ? kEphemeralLast : draft.need().port;
  Edits edits;
  for (const bool egress : {false, true}) {
    if (egress ? !way.egress : !way.ingress) continue;
    const std::int64_t number = number_before(acl, egress);
    if (number == 0) return;
    edits.push_back(add(cloud::ref_of(acl), "entrySet", entry_for(number, egress, cidr, from, to)));
  }
  draft.offer(fmt::format("let {} pass tcp {}{} {} {}", acl.networkAclId, from,
                          from == to ? "" : fmt::format("-{}", to), way.text, cidr),
              std::move(edits), cidr == "0.0.0.0/0" || (way.ingress && way.egress));
}

void offer_acl(const Draft& draft, const aws::NetworkAcl& acl) {
  const aws::Vpc* vpc = cloud::find(draft.world().vpcs, acl.vpcId);
  static constexpr Directions kIn{"from", true, false}, kOut{"to", false, true}, kBoth{"from and to", true, true};
  for (const std::string& cidr : {vpc ? vpc->cidrBlock : std::string(), std::string("0.0.0.0/0")}) {
    if (cidr.empty()) continue;
    if (draft.code() == "acl.egress") offer_entries(draft, acl, kOut, cidr);
    if (draft.code() == "acl.ingress") offer_entries(draft, acl, kIn, cidr);
    if (draft.code() != "acl.return") continue;
    for (const Directions& way : {kIn, kOut, kBoth}) offer_entries(draft, acl, way, cidr);
  }
}

// --- Routes.

aws::Route default_route() {
  aws::Route route;
  route.destinationCidrBlock = "0.0.0.0/0";
  return route;
}

void offer_nat_route(const Draft& draft) {
  const aws::RouteTable* table = cloud::find(draft.world().route_tables, draft.need().table);
  if (!table) return;
  for (const aws::NatGateway& nat : draft.world().nat_gateways) {
    if (nat.vpcId != table->vpcId || nat.connectivityType != "public") continue;
    aws::Route route = default_route();
    route.natGatewayId = nat.natGatewayId;
    return draft.offer(fmt::format("route 0.0.0.0/0 of {} to {}", table->routeTableId, nat.natGatewayId),
                       {add(cloud::ref_of(*table), "routeSet", fields::encode(route))});
  }
}

void offer_without_blackholes(const Draft& draft) {
  const auto* table = draft.blamed(draft.world().route_tables);
  if (!table) return;
  Edits edits;
  for (const aws::Route& route : table->routeSet)
    if (route.state == "blackhole") edits.push_back(remove(cloud::ref_of(*table), "routeSet", fields::encode(route)));
  draft.offer(fmt::format("remove the routes of {} that lead nowhere", table->routeTableId), std::move(edits));
}

void offer_way_out_of_nat(const Draft& draft) {
  const auto* nat = draft.blamed(draft.world().nat_gateways);
  const aws::Subnet* subnet = nat ? draft.view.network().subnet(nat->subnetId) : nullptr;
  const aws::RouteTable* table = subnet ? draft.view.network().route_table(*subnet) : nullptr;
  if (!table) return;
  for (const aws::InternetGateway& gateway : draft.world().internet_gateways)
    for (const auto& attachment : gateway.attachmentSet) {
      if (attachment.vpcId != nat->vpcId) continue;
      aws::Route route = default_route();
      route.gatewayId = gateway.internetGatewayId;
      draft.offer(fmt::format("route 0.0.0.0/0 of {}, the table of {}'s subnet, to {}", table->routeTableId,
                              nat->natGatewayId, gateway.internetGatewayId),
                  {add(cloud::ref_of(*table), "routeSet", fields::encode(route))});
    }
}

// --- Names.

void offer_dns(const Draft& draft) {
  const cloud::Ref& noun = draft.where().noun;
  if (draft.code() == "dns.support") draft.offer("turn DNS support on", {set(noun, "enableDnsSupport", true)});
  if (draft.code() == "dns.hostnames") draft.offer("turn DNS hostnames on", {set(noun, "enableDnsHostnames", true)});
}

void offer_dhcp(const Draft& draft, std::string_view key, const std::string& value) {
  const auto* options = draft.blamed(draft.world().dhcp_options);
  if (!options) return;
  Json list(Json::Array{});
  for (const aws::DhcpConfiguration& item : options->configurations)
    if (item.key != key) list.push_back(fields::encode(item));
  list.push_back(fields::encode(aws::DhcpConfiguration{std::string(key), {value}}));
  draft.offer(fmt::format("{} = {}", key, value), {set(cloud::ref_of(*options), "configurations", std::move(list))});
}

}  // namespace

void fix_ways(const Draft& draft) {
  const std::string& code = draft.code();
  if (const auto* acl = draft.blamed(draft.world().network_acls)) offer_acl(draft, *acl);
  if (code == "route.none") offer_nat_route(draft);
  if (code == "route.blackhole") offer_without_blackholes(draft);
  if (code == "nat.no-way-out") offer_way_out_of_nat(draft);
  if ((code == "internet.public-ip" || code == "launch.public-subnet") &&
      draft.where().noun.table == aws::Subnet::kTable)
    draft.offer("give instances of the subnet public addresses",
                {set(draft.where().noun, "mapPublicIpOnLaunch", true)});
  offer_dns(draft);
  if (code == "dns.servers") offer_dhcp(draft, "domain-name-servers", "AmazonProvidedDNS");
  const std::string& region = draft.world().region;
  if (code == "name.dhcp-domain")
    offer_dhcp(draft, "domain-name", region == "us-east-1" ? "ec2.internal" : region + ".compute.internal");
}

}  // namespace drydock::proof
