// What names mean inside a VPC, and connections by name.
#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/service_names.h"
#include "proof/network/reach.h"

namespace drydock::proof {
namespace {

constexpr const char* kImds = "169.254.169.254";

void wall(Reach& reach, std::string code, std::string component, std::string evidence, Tri passes = Tri::no) {
  reach.reached = both(reach.reached, passes);
  reach.walls.push_back({std::move(code), std::move(component), std::move(evidence), passes == Tri::maybe, {}});
}

bool amazon_dns(const Network& network, const aws::Vpc& vpc) {
  const aws::DhcpOptions* options = network.dhcp_options(vpc.dhcpOptionsId);
  if (!options) return true;  // the region's default options
  for (const aws::DhcpConfiguration& c : options->configurations)
    if (c.key == "domain-name-servers")
      return std::all_of(c.values.begin(), c.values.end(), [](const auto& v) { return v == "AmazonProvidedDNS"; });
  return false;
}

bool reaches_servers(const Network& network, const Site& from, const aws::Vpc& vpc) {
  const aws::DhcpOptions* options = network.dhcp_options(vpc.dhcpOptionsId);
  for (const aws::DhcpConfiguration& c : options->configurations) {
    if (c.key != "domain-name-servers") continue;
    for (const std::string& server : c.values) {
      const auto ip = aws::IpAddress::parse(server);
      if (!ip) continue;
      const aws::NetworkInterface* eni = network.interface_at(vpc.vpcId, server);
      Site site{server, eni ? eni->subnetId : "", AddressSet::of(*ip), {}, false};
      if (eni)
        for (const aws::GroupIdentifier& g : eni->groupSet) site.groups.push_back(g.groupId);
      const Reach reach =
          eni ? reach_site(network, from, site, 53, Protocol::udp) : reach_public(network, from, site.addresses, 53);
      if (reach.reached != Tri::no) return true;
    }
  }
  return false;
}

std::vector<Site> sites_of_endpoint(const Network& network, const aws::VpcEndpoint& e) {
  std::vector<std::string> groups;
  for (const aws::GroupIdentifier& g : e.groupSet) groups.push_back(g.groupId);
  std::vector<Site> sites;
  for (const std::string& id : e.networkInterfaceIdSet) {
    const aws::NetworkInterface* eni = network.interface(id);
    if (!eni) continue;
    Site site{e.vpcEndpointId + " in " + eni->subnetId, eni->subnetId, {}, {}, false};
    if (const auto ip = aws::IpAddress::parse(eni->privateIpAddress)) site.addresses = AddressSet::of(*ip);
    for (const aws::GroupIdentifier& g : eni->groupSet) site.groups.push_back(g.groupId);
    sites.push_back(std::move(site));
  }
  if (sites.empty())  // planned: an interface in each subnet, at any address
    for (const std::string& subnet : e.subnetIdSet)
      sites.push_back({e.vpcEndpointId + " in " + subnet, subnet, {}, groups, false});
  return sites;
}

// The private zone that owns a name: the most specific one of the VPC.
const PrivateZone* zone_of(const Network& network, const std::string& vpc, std::string_view host) {
  const PrivateZone* best = nullptr;
  for (const PrivateZone& zone : network.zones()) {
    const bool here = std::find(zone.vpcIds.begin(), zone.vpcIds.end(), vpc) != zone.vpcIds.end();
    const bool owns = host == zone.name || host.ends_with("." + zone.name);
    if (here && owns && (!best || zone.name.size() > best->name.size())) best = &zone;
  }
  return best;
}

const std::vector<std::string>* record_of(const PrivateZone& zone, std::string_view host) {
  if (const auto it = zone.records.find(std::string(host)); it != zone.records.end()) return &it->second;
  for (const auto& [name, values] : zone.records)
    if (name.starts_with("*.") && aws::host_matches(host, name)) return &values;
  return nullptr;
}

// Where a record leads: an endpoint by alias, or an address of an interface that is known, or any address.
void follow(const Network& network, const std::string& vpc, const std::string& value, Names& names) {
  if (value.starts_with("alias ")) {
    const aws::VpcEndpoint* e = network.endpoint(value.substr(6));
    if (!e || e->state != "available") return;
    names.endpoint = e->vpcEndpointId;
    for (Site& site : sites_of_endpoint(network, *e)) names.sites.push_back(std::move(site));
    return;
  }
  const auto ip = aws::IpAddress::parse(value);
  if (!ip) return;
  const aws::Subnet* subnet = network.subnet_holding(*ip);
  const aws::NetworkInterface* eni = network.interface_at(subnet ? subnet->vpcId : vpc, value);
  if (!eni) {
    names.addresses.add(AddressSet::of(*ip));
    return;
  }
  Site site{value, eni->subnetId, AddressSet::of(*ip), {}, false};
  for (const aws::GroupIdentifier& g : eni->groupSet) site.groups.push_back(g.groupId);
  names.sites.push_back(std::move(site));
}

// A zone that has no record for a name hides every other meaning of it.
Names in_zone(const Network& network, const std::string& vpc, const PrivateZone& zone, std::string_view host) {
  Names names;
  names.zone = zone.id;
  const std::vector<std::string>* values = record_of(zone, host);
  if (!values) return names;
  for (const std::string& value : *values) follow(network, vpc, value, names);
  if (!names.sites.empty())
    names.kind = Names::Kind::sites;
  else if (!names.addresses.empty())
    names.kind = Names::Kind::public_addresses;
  return names;
}

AddressSet public_addresses(const Network& network, std::string_view host) {
  for (const char* service : {"s3", "dynamodb"}) {
    const std::string suffix = std::string(service) + "." + network.region() + ".";
    const bool is_it = host.find("." + suffix) != host.npos || host.starts_with(suffix);
    const aws::PrefixList* list = is_it ? network.prefix_list_of(service) : nullptr;
    if (!list) continue;
    AddressSet out;
    for (const std::string& text : list->cidrSet)
      if (const auto cidr = aws::Cidr::parse(text)) out.add(*cidr);
    return out;
  }
  return AddressSet::public_v4();
}

// A public API server takes only the addresses it lists. Where nobody knows the address, only "everyone" is certain.
void admit(Reach& reach, const ApiServer& api) {
  AddressSet admitted;
  std::string list;
  for (const std::string& text : api.publicAccessCidrs) {
    if (const auto cidr = aws::Cidr::parse(text)) admitted.add(*cidr);
    list += (list.empty() ? "" : ", ") + text;
  }
  if (api.publicAccessCidrs.empty()) return;  // EKS's own default is 0.0.0.0/0
  for (const std::string& source : reach.public_sources) {
    const auto ip = aws::IpAddress::parse(source);
    AddressSet left = ip ? AddressSet::of(*ip) : AddressSet::public_v4();
    for (const aws::Cidr& part : admitted.parts()) left = left.without(part);
    if (left.empty()) continue;
    wall(reach, "eks.public-access-cidrs", api.cluster,
         fmt::format("publicAccessCidrs of {} are {}; the node comes from {}", api.cluster, list,
                     ip ? source : "a public address that is not known"),
         ip || admitted.empty() ? Tri::no : Tri::maybe);
  }
}

}  // namespace

Names resolve_name(const Network& network, const Site& from, std::string_view host) {
  Names names;
  const aws::Subnet* home = network.subnet(from.subnetId);
  const aws::Vpc* vpc = home ? network.vpc(home->vpcId) : nullptr;
  if (const auto ip = aws::IpAddress::parse(host)) {
    names.kind = Names::Kind::public_addresses;
    names.addresses = AddressSet::of(*ip);
    return names;
  }
  if (!vpc || !vpc->enableDnsSupport) {
    names.kind = Names::Kind::no_resolver;
    names.zone = vpc ? vpc->vpcId + " has enableDnsSupport off" : "no VPC";
    return names;
  }
  const bool own = amazon_dns(network, *vpc), zones = own && vpc->enableDnsHostnames;
  if (!own) {
    // Servers of one's own: what they forward is nobody's knowledge here; they are taken to know public names only.
    names.zone = "the servers of " + vpc->dhcpOptionsId;
    if (!reaches_servers(network, from, *vpc)) {
      names.kind = Names::Kind::no_resolver;
      names.zone += " are out of reach on port 53";
      return names;
    }
  }
  for (const ApiServer& api : network.api_servers()) {
    if (api.host != host) continue;
    names.api = &api;
    if (zones && api.privateAccess && api.vpcId == vpc->vpcId) {
      names.kind = Names::Kind::sites;
      names.zone = "cluster " + api.cluster;
      for (const std::string& subnet : api.subnetIds)
        names.sites.push_back(
            {"API server of " + api.cluster + " in " + subnet, subnet, {}, api.securityGroupIds, false});
      return names;
    }
    if (api.publicAccess) {
      names.kind = Names::Kind::public_addresses;
      names.addresses = AddressSet::public_v4();
      names.zone = "public DNS";
      return names;
    }
    // Private only, and seen from elsewhere: public DNS gives the private addresses.
    names.kind = Names::Kind::sites;
    names.zone = "public DNS";
    for (const std::string& subnet : api.subnetIds)
      names.sites.push_back(
          {"API server of " + api.cluster + " in " + subnet, subnet, {}, api.securityGroupIds, false});
    return names;
  }
  const PrivateZone* private_zone = zones ? zone_of(network, vpc->vpcId, host) : nullptr;
  if (zones) {
    for (const aws::VpcEndpoint* e : network.endpoints_in(vpc->vpcId)) {
      if (e->vpcEndpointType != "Interface" || e->state != "available" || !e->privateDnsEnabled) continue;
      for (const std::string& name :
           aws::private_dns_names(aws::service_of(e->serviceName, network.region()), network.region())) {
        if (!aws::host_matches(host, name)) continue;
        const std::size_t zone_size = name.starts_with("*.") ? name.size() - 2 : name.size();
        if (private_zone && private_zone->name.size() > zone_size) continue;
        names.kind = Names::Kind::sites;
        names.zone = names.endpoint = e->vpcEndpointId;
        names.sites = sites_of_endpoint(network, *e);
        return names;
      }
    }
  }
  if (private_zone) return in_zone(network, vpc->vpcId, *private_zone, host);
  if (!aws::is_aws_service_host(host)) return names;
  names.kind = Names::Kind::public_addresses;
  if (names.zone.empty()) names.zone = "public DNS";
  names.addresses = public_addresses(network, host);
  return names;
}

Contact contact(const Network& network, const Site& from, std::string_view host, int port) {
  Contact c{resolve_name(network, from, host), {}};
  if (host == kImds) return c;  // answered by the instance's own machine: no route, group or ACL
  switch (c.names.kind) {
    case Names::Kind::no_such_host:
      wall(c.reach, "dns.no-such-host", std::string(host), fmt::format("no such host: {}", host));
      return c;
    case Names::Kind::no_resolver:
      wall(c.reach, "dns.no-resolver", std::string(host), c.names.zone);
      return c;
    case Names::Kind::public_addresses:
      c.reach = reach_public(network, from, c.names.addresses, port);
      if (c.names.api) admit(c.reach, *c.names.api);
      return c;
    case Names::Kind::sites:
      break;
  }
  // Clients try the addresses one after the other: all dead is no, some dead is a wait every now and then.
  Tri best = Tri::no, worst = Tri::yes;
  for (const Site& site : c.names.sites) {
    const Reach one = reach_site(network, from, site, port);
    best = either(best, one.reached);
    worst = both(worst, one.reached);
    c.reach.join(one);
  }
  c.reach.reached = c.names.sites.empty() ? Tri::no : best == worst ? best : Tri::maybe;
  if (c.names.sites.empty()) wall(c.reach, "endpoint.no-interface", c.names.zone, c.names.zone + " has no interface");
  return c;
}

}  // namespace drydock::proof
