#include "twin/network/names.h"

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/service_names.h"

namespace drydock::twin::network {
namespace {

// Service addresses are made up, but from ranges that no VPC uses and that lie outside of S3's prefix list.
constexpr std::string_view kServiceRange = "52.94.0.0/16";
constexpr std::string_view kClusterRange = "54.144.0.0/16";

/// A stable address of `range` for a name.
std::string address_in(std::string_view range, std::string_view name) {
  const auto cidr = *aws::Cidr::parse(range);
  const std::string digest = sha256(name);
  std::uint64_t number = 0;
  for (int i = 0; i < 4; ++i) number = number << 8 | static_cast<unsigned char>(digest[static_cast<std::size_t>(i)]);
  const std::uint64_t size = 1ULL << (32 - cidr.bits);
  return cidr.base.plus(number % size).str();
}

/// Hosts outside of AWS (docker.io, quay.io): the twin does not know them all, and takes them to exist.
bool is_elsewhere(std::string_view host) {
  for (std::string_view end :
       {".amazonaws.com", ".amazonaws.com.cn", ".api.aws", ".internal", ".local", ".invalid", ".test"})
    if (host.ends_with(end)) return false;
  return host.find('.') != std::string_view::npos;
}

bool is_s3(std::string_view host, std::string_view region) {
  for (const std::string& name : aws::private_dns_names("s3", region))
    if (aws::host_matches(host, name)) return true;
  return false;
}

const ClusterEndpoint* cluster_at(const View& view, std::string_view host) {
  const std::string wanted = to_lower(host);
  for (const ClusterEndpoint& cluster : view.clusters())
    if (to_lower(cluster.host) == wanted) return &cluster;
  return nullptr;
}

std::vector<std::string> private_addresses(const View& view, const std::vector<std::string>& interfaces) {
  std::vector<std::string> out;
  for (const std::string& id : interfaces)
    if (auto* interface = view.interface(id)) out.push_back(interface->privateIpAddress);
  return out;
}

bool serves_private_name(const View& view, const aws::VpcEndpoint& endpoint, std::string_view host) {
  if (endpoint.vpcEndpointType != "Interface" || !endpoint.privateDnsEnabled) return false;
  if (to_lower(endpoint.state) != "available") return false;
  // With this option in-VPC queries go on getting S3's public addresses, which lead to the gateway endpoint.
  if (endpoint.dnsOptions.privateDnsOnlyForInboundResolverEndpoint.value_or(false)) return false;
  const auto names = aws::private_dns_names(aws::service_of(endpoint.serviceName, view.region()), view.region());
  return std::any_of(names.begin(), names.end(), [&](const auto& name) { return aws::host_matches(host, name); });
}

/// An endpoint's own names resolve everywhere.
const aws::VpcEndpoint* endpoint_named(const View& view, std::string_view vpc, std::string_view host) {
  for (const aws::VpcEndpoint* endpoint : view.endpoints_in(vpc))
    for (const aws::DnsEntry& entry : endpoint->dnsEntrySet)
      if (entry.dnsName == host && endpoint->vpcEndpointType == "Interface" &&
          to_lower(endpoint->state) == "available" && host.find("vpce") != std::string_view::npos)
        return endpoint;
  return nullptr;
}

/// The servers of the VPC's DHCP options; "AmazonProvidedDNS" alone when there are none to read.
std::vector<std::string> servers_of(const View& view, const aws::Vpc& vpc) {
  if (vpc.dhcpOptionsId == "default") return {};  // "no options": no resolver at all
  const aws::DhcpOptions* options = view.dhcp_options(vpc.dhcpOptionsId);
  if (!options) return {"AmazonProvidedDNS"};
  for (const aws::DhcpConfiguration& entry : options->configurations)
    if (entry.key == "domain-name-servers") return entry.values;
  return {};
}

bool lies_in(std::string_view host, std::string_view zone) {
  return host == zone ||
         (host.size() > zone.size() && host.ends_with(zone) && host[host.size() - zone.size() - 1] == '.');
}

/// The most specific private zone of the VPC that the host lies in. Null: none does.
const cloud::HostedZone* zone_of(const View& view, const std::string& vpc, std::string_view host) {
  const cloud::HostedZone* best = nullptr;
  for (const cloud::HostedZone* zone : view.hosted_zones()) {
    const bool here = std::find(zone->vpcIds.begin(), zone->vpcIds.end(), vpc) != zone->vpcIds.end();
    if (here && lies_in(host, zone->name) && (!best || zone->name.size() > best->name.size())) best = zone;
  }
  return best;
}

/// The zone's records for the host: addresses, or those of the endpoint that "alias ID" names.
std::vector<std::string> records_of(const View& view, const cloud::HostedZone& zone, std::string_view host) {
  const std::vector<std::string>* found = nullptr;
  if (auto it = zone.records.find(std::string(host)); it != zone.records.end()) found = &it->second;
  for (const auto& [name, values] : zone.records)
    if (!found && name.starts_with("*.") && aws::host_matches(host, name)) found = &values;
  std::vector<std::string> out;
  for (const std::string& value : found ? *found : std::vector<std::string>()) {
    if (!value.starts_with("alias ")) {
      out.push_back(value);
    } else if (const aws::VpcEndpoint* endpoint = view.endpoint(value.substr(6))) {
      const auto more = private_addresses(view, endpoint->networkInterfaceIdSet);
      out.insert(out.end(), more.begin(), more.end());
    }
  }
  return out;
}

/// Length of the zone by which an endpoint answers for the host; 0: it does not.
std::size_t private_zone_length(const View& view, const aws::VpcEndpoint& endpoint, std::string_view host) {
  std::size_t best = 0;
  for (const auto& name : aws::private_dns_names(aws::service_of(endpoint.serviceName, view.region()), view.region()))
    if (aws::host_matches(host, name)) best = std::max(best, name.starts_with("*.") ? name.size() - 2 : name.size());
  return best;
}

std::string amazon_resolver(const aws::Vpc& vpc) {
  const auto cidr = aws::Cidr::parse(vpc.cidrBlock);
  return (cidr ? cidr->base.plus(2).str() : std::string("169.254.169.253")) + ":53";
}

}  // namespace

Answer resolve_public(const View& view, std::string_view host) {
  Answer answer;
  answer.zone = "public DNS";
  if (const ClusterEndpoint* cluster = cluster_at(view, host)) {
    answer.kind = Answer::Kind::addresses;
    // A private-only cluster's public name answers with its private addresses.
    if (cluster->publicAccess)
      answer.addresses = {address_in(kClusterRange, host), address_in(kClusterRange, std::string(host) + "/2")};
    else
      answer.addresses = private_addresses(view, cluster->networkInterfaceIds);
    if (answer.addresses.empty()) answer.kind = Answer::Kind::no_such_host;
    return answer;
  }
  if (!aws::is_aws_service_host(host) && !is_elsewhere(host)) return answer;
  answer.kind = Answer::Kind::addresses;
  const aws::PrefixList* s3 = view.prefix_list_named("com.amazonaws." + view.region() + ".s3");
  const bool in_list = is_s3(host, view.region()) && s3 && !s3->cidrSet.empty();
  answer.addresses = {address_in(in_list ? std::string_view(s3->cidrSet.front()) : kServiceRange, host)};
  return answer;
}

Answer resolve(const View& view, const aws::NetworkInterface& from, std::string_view host) {
  Answer answer;
  const aws::Vpc* vpc = view.vpc(from.vpcId);
  if (!vpc) return answer;
  if (auto address = aws::IpAddress::parse(host)) return {Answer::Kind::addresses, {std::string(host)}, "", "literal"};

  const std::vector<std::string> servers = servers_of(view, *vpc);
  const std::string plus_two = amazon_resolver(*vpc);
  const bool amazon = std::any_of(servers.begin(), servers.end(), [&](const std::string& server) {
    return server == "AmazonProvidedDNS" || server == "169.254.169.253" || server + ":53" == plus_two;
  });
  answer.resolver = amazon ? plus_two : join(servers, ",") + ":53";
  if (servers.empty() || (amazon && !vpc->enableDnsSupport)) {
    answer.kind = Answer::Kind::no_resolver;
    return answer;
  }
  const auto found = [&](std::vector<std::string> addresses, std::string zone) {
    answer.kind = addresses.empty() ? Answer::Kind::no_such_host : Answer::Kind::addresses;
    answer.addresses = std::move(addresses);
    answer.zone = std::move(zone);
    return answer;
  };
  if (const auto* endpoint = endpoint_named(view, from.vpcId, host))
    return found(private_addresses(view, endpoint->networkInterfaceIdSet), endpoint->vpcEndpointId);
  if (amazon && vpc->enableDnsHostnames) {
    // The most specific zone owns the query, with or without a record for it; one's own goes before AWS's of the name.
    if (const cloud::HostedZone* zone = zone_of(view, from.vpcId, host)) {
      bool hidden = false;
      for (const aws::VpcEndpoint* endpoint : view.endpoints_in(from.vpcId))
        hidden = hidden || (serves_private_name(view, *endpoint, host) &&
                            private_zone_length(view, *endpoint, host) > zone->name.size());
      if (const ClusterEndpoint* cluster = cluster_at(view, host); cluster && host != zone->name)
        hidden = hidden || (cluster->privateAccess && cluster->vpcId == from.vpcId);
      if (!hidden) return found(records_of(view, *zone, host), zone->id);
    }
    for (const aws::VpcEndpoint* endpoint : view.endpoints_in(from.vpcId))
      if (serves_private_name(view, *endpoint, host))
        return found(private_addresses(view, endpoint->networkInterfaceIdSet), endpoint->vpcEndpointId);
    const ClusterEndpoint* cluster = cluster_at(view, host);
    if (cluster && cluster->privateAccess && cluster->vpcId == from.vpcId)
      return found(private_addresses(view, cluster->networkInterfaceIds), "cluster " + cluster->name);
  }
  const std::string resolver = answer.resolver;
  answer = resolve_public(view, host);
  answer.resolver = resolver;
  return answer;
}

}  // namespace drydock::twin::network
