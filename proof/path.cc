#include "proof/path.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/service_names.h"
#include "proof/boot/group.h"
#include "proof/network/reach.h"

namespace drydock::proof {
namespace {

std::string words_of(const Names& names, std::string_view host) {
  switch (names.kind) {
    case Names::Kind::sites:
      return fmt::format("{} means {} ({})", host, names.endpoint.empty() ? "a private address" : names.endpoint,
                         names.zone);
    case Names::Kind::public_addresses:
      return fmt::format("{} means public addresses{}", host, names.zone.empty() ? "" : " (" + names.zone + ")");
    case Names::Kind::no_such_host:
      return fmt::format("{}: no such host{}", host, names.zone.empty() ? "" : " (" + names.zone + ")");
    case Names::Kind::no_resolver:
      return fmt::format("{}: no answer{}", host, names.zone.empty() ? "" : " (" + names.zone + ")");
  }
  return {};
}

/// What a person means by a word: a service by its endpoint's name, the API server, or a host as it stands.
std::string host_of(const WorldView& view, std::string_view to) {
  const cloud::World& world = view.world();
  if (to == "api" && !world.clusters.empty()) return WorldView::api_host(world.clusters.front());
  if (to.find('.') != to.npos && aws::private_dns_names(to, world.region).empty()) return std::string(to);
  if (to == "s3") return fmt::format("prod-{0}-starport-layer-bucket.s3.{0}.{1}", world.region, view.suffix());
  const auto names = aws::private_dns_names(to, world.region);
  if (names.empty()) return {};
  const std::string& name = names.front();
  // ECR's registry has the account of EKS's own images in front; any would do.
  return name.starts_with("*.") ? "602401143452" + name.substr(1) : name;
}

PathAnswer ask(const WorldView& view, const Site& from, const std::string& host, int port) {
  PathAnswer out{.from = from.component, .to = host, .port = port};
  Reach reach;
  const Network& network = view.network();
  if (const auto address = aws::IpAddress::parse(host)) {
    const aws::Subnet* subnet = network.subnet(from.subnetId);
    const aws::NetworkInterface* eni = subnet ? network.interface_at(subnet->vpcId, host) : nullptr;
    if (eni) {
      Site to{.component = eni->networkInterfaceId, .subnetId = eni->subnetId, .addresses = AddressSet::of(*address)};
      for (const aws::GroupIdentifier& group : eni->groupSet) to.groups.push_back(group.groupId);
      reach = reach_site(network, from, to, port);
    } else {
      reach = reach_public(network, from, AddressSet::of(*address), port);
    }
  } else {
    Contact found = contact(network, from, host, port);
    out.hops.push_back(words_of(found.names, host));
    reach = std::move(found.reach);
    if (found.names.kind == Names::Kind::no_such_host || found.names.kind == Names::Kind::no_resolver)
      reach.reached = Tri::no;
  }
  out.reached = reach.reached;
  out.hops.insert(out.hops.end(), reach.hops.begin(), reach.hops.end());
  for (const Wall& wall : reach.walls) out.walls.push_back({wall.component, wall.evidence});
  return out;
}

std::string last_of(std::string_view address) {
  const auto at = address.rfind("::");
  return std::string(at == address.npos ? address : address.substr(at + 2));
}

/// A group by its own name, or by that of its source.
bool is_called(const cloud::World& world, const Group& group, std::string_view name) {
  const cloud::Origin* origin = cloud::origin_of(world, group.noun);
  return name.empty() || name == group.name || name == "default" ||
         (origin && (origin->address == name || last_of(origin->address) == name));
}

Result<std::vector<Site>> sites_of(const WorldView& view, std::string_view from) {
  const cloud::World& world = view.world();
  std::vector<Site> out;
  std::vector<std::string> known;
  const bool pod = from.starts_with("pod");
  if (pod || from.starts_with("node")) {
    const auto colon = from.find(':');
    const std::string_view name = colon == from.npos ? std::string_view() : from.substr(colon + 1);
    for (const Group& group : groups_of(view, "")) {
      known.push_back("node:" + group.name);
      if (!is_called(world, group, name)) continue;
      for (const std::string& id : group.subnets) {
        const aws::Subnet* subnet = view.network().subnet(id);
        const bool open = group.public_address.value_or(subnet && subnet->mapPublicIpOnLaunch);
        out.push_back({fmt::format("{} {} in {}", pod ? "a pod of node group" : "node group", group.name, id),
                       id,
                       {},
                       group.groups,
                       open});
      }
    }
  } else if (from.starts_with("subnet:")) {
    const std::string id(from.substr(7));
    if (view.network().subnet(id)) out.push_back({id, id, {}, {}, false});
    for (const aws::Subnet& subnet : world.subnets) known.push_back("subnet:" + subnet.subnetId);
  } else if (const aws::NetworkInterface* eni = view.network().interface(from)) {
    Site site{
        .component = eni->networkInterfaceId, .subnetId = eni->subnetId, .has_public_ip = eni->publicIp.has_value()};
    if (const auto address = aws::IpAddress::parse(eni->privateIpAddress)) site.addresses = AddressSet::of(*address);
    for (const aws::GroupIdentifier& group : eni->groupSet) site.groups.push_back(group.groupId);
    out.push_back(std::move(site));
  } else {
    for (const Group& group : groups_of(view, "")) known.push_back("node:" + group.name);
  }
  if (!out.empty()) return out;
  return fail(ErrorCode::not_found, fmt::format("there is no '{}' to start from; there is {}", from,
                                                known.empty() ? "nothing" : join(known, ", ")));
}

}  // namespace

Result<std::vector<PathAnswer>> find_paths(const cloud::World& world, std::string_view from, std::string_view to,
                                           int port) {
  const WorldView view(world);
  auto sites = sites_of(view, from);
  if (!sites) return pass(sites);
  const std::string host = host_of(view, to);
  if (host.empty())
    return fail(ErrorCode::not_found, fmt::format("'{}' is no service with an endpoint, no name and no address", to));
  std::vector<PathAnswer> out;
  for (const Site& site : *sites) out.push_back(ask(view, site, host, port));
  return out;
}

}  // namespace drydock::proof
