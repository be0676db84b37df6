// Name and way of a step's host. What stops the packets is known from the network; what a person has to mend is often
// something else: packets to a public address that find no route are lost because an endpoint is missing, does not
// answer for the name, or is not on the route table.
#include <fmt/format.h>

#include <algorithm>

#include "cloud/aws/service_names.h"
#include "proof/boot/walk.h"

namespace drydock::proof {
namespace {

// The endpoint that carries the step's packets. Nobody knows a service's public addresses, so they are taken to be all
// of them: that some lie in S3's ranges and pass its gateway means nothing for another service.
std::string carrier(const WorldView& view, const Contact& contact, std::string_view service) {
  if (!contact.names.endpoint.empty()) return contact.names.endpoint;
  const aws::VpcEndpoint* e = contact.reach.endpoint.empty() ? nullptr : view.endpoint(contact.reach.endpoint);
  return e && aws::service_of(e->serviceName, view.world().region) == service ? e->vpcEndpointId : "";
}

struct Asked {
  const Walk& walk;
  const eks::BootStep& step;
  const std::string& subnet;
  const std::string host;
  const Contact& contact;
  bool is_api() const { return contact.names.api != nullptr; }
  std::string who() const { return is_api() ? "the API server of " + contact.names.api->cluster : host; }
};

std::vector<Evidence> evidence_of(const Asked& a) {
  std::vector<Evidence> out;
  const Names& n = a.contact.names;
  if (!n.zone.empty()) {
    std::string what = n.kind == Names::Kind::sites ? "private addresses" : "public addresses";
    if (n.kind == Names::Kind::no_such_host) what = "no such host";
    if (n.kind == Names::Kind::no_resolver) what = "no answer";
    out.push_back({n.zone, fmt::format("{}: {}", a.is_api() ? "name of the API server" : a.host, what)});
  }
  for (const std::string& hop : a.contact.reach.hops) out.push_back({a.subnet, hop});
  return out;
}

Problem begin(const Asked& a, std::string_view code, Fault fault, Place where, std::string message) {
  Problem p = a.walk.problem(code, a.step.id, fault);
  p.finding.where = std::move(where);
  p.finding.message = std::move(message);
  p.finding.evidence = evidence_of(a);
  p.need.vpc = a.walk.vpc_of(a.subnet);
  p.need.subnets = {a.subnet};
  p.need.service = a.step.service;
  p.need.host = a.host;
  p.need.port = a.step.port;
  if (const aws::Subnet* s = a.walk.view.network().subnet(a.subnet))
    if (const aws::RouteTable* table = a.walk.view.network().route_table(*s)) p.need.table = table->routeTableId;
  for (const Site& site : a.contact.names.sites)
    for (const std::string& g : site.groups)
      if (std::find(p.need.peer_groups.begin(), p.need.peer_groups.end(), g) == p.need.peer_groups.end())
        p.need.peer_groups.push_back(g);
  return p;
}

void soften(Problem& p, Verdict effect) {
  p.finding.effect = effect;
  if (effect == Verdict::flaky || effect == Verdict::degraded) p.finding.severity = Severity::warning;
}

std::string code_of_wall(const Asked& a, const Wall& wall) {
  if (wall.code == "sg.ingress") return a.is_api() ? "sg.cluster-ingress" : "endpoint.security-group";
  return wall.code;
}

std::string words_of_wall(const Asked& a, const std::string& code, const Wall& wall) {
  const std::string who = a.who();
  if (code == "sg.egress") return fmt::format("{} lets nodes send nothing to {}", wall.component, who);
  if (code == "sg.cluster-ingress") return fmt::format("{} does not admit the nodes to {}", wall.component, who);
  if (code == "endpoint.security-group")
    return fmt::format("{}, on {}, does not admit the nodes on port {}", wall.component, a.contact.names.endpoint,
                       a.step.port);
  if (code == "acl.return") return fmt::format("network ACL {} drops the answers of {}", wall.component, who);
  if (code.starts_with("acl.")) return fmt::format("network ACL {} drops packets to {}", wall.component, who);
  if (code == "internet.public-ip")
    return fmt::format("{} is reached through an internet gateway, but nodes in {} get no public address", who,
                       a.subnet);
  return fmt::format("nodes in {} cannot reach {}: {}", a.subnet, who, wall.evidence);
}

void report_wall(const Asked& a, const Wall& wall) {
  const std::string code = code_of_wall(a, wall);
  // EKS does not let it come so far: launch.public-subnet says it.
  if (code == "internet.public-ip" && refused_as_public(a.walk, a.subnet)) return;
  Place where = place_of(a.walk.view, wall.component, a.walk.group);
  if (code == "internet.public-ip") where = {{aws::Subnet::kTable, a.subnet}, "mapPublicIpOnLaunch"};
  Problem p = begin(a, code, Fault::dropped, std::move(where), words_of_wall(a, code, wall));
  p.finding.evidence.push_back({wall.component, wall.evidence});
  // Interfaces that clients may also try, and addresses that some nodes may get, are a matter of luck.
  if (wall.partial || a.contact.reach.reached == Tri::maybe) soften(p, Verdict::flaky);
  if (a.contact.reach.unknown && wall.code.starts_with("path.")) {
    soften(p, Verdict::depends);
    p.finding.depends_on = {wall.component};
  }
  // The same wall in front of another service is the same wall, unless it is about where the packets go.
  if (wall.code.starts_with("route.")) p.subject = a.is_api() ? "api" : "";
  a.walk.out.add(std::move(p));
}

void report_walls(const Asked& a) {
  for (const Wall& wall : a.contact.reach.walls) report_wall(a, wall);
}

bool leads_out(const WorldView& view, const aws::RouteTable& table) {
  (void)view;
  return std::any_of(table.routeSet.begin(), table.routeSet.end(), [](const aws::Route& r) {
    const bool all = r.destinationCidrBlock && *r.destinationCidrBlock == "0.0.0.0/0";
    return all && r.gatewayId.value_or("") != "local";
  });
}

const aws::RouteTable* table_of(const Asked& a) {
  const aws::Subnet* subnet = a.walk.view.network().subnet(a.subnet);
  return subnet ? a.walk.view.network().route_table(*subnet) : nullptr;
}

// Whether the VPC has a way out at all: then a subnet without one is on the wrong table.
bool vpc_has_way_out(const Asked& a, const std::string& vpc) {
  for (const aws::NatGateway& nat : a.walk.view.world().nat_gateways)
    if (nat.vpcId == vpc && nat.connectivityType == "public" && nat.state != "deleted" && nat.state != "failed")
      return true;
  return false;
}

// Why private DNS of an endpoint does not answer here. False where it does.
bool explain_names(const Asked& a, const aws::VpcEndpoint& e) {
  const aws::Vpc* vpc = a.walk.view.network().vpc(e.vpcId);
  if (e.state != "available") {
    Problem p = begin(
        a, "endpoint.state", Fault::dropped, {cloud::ref_of(e), "state"},
        fmt::format("endpoint {} for {} is {}, so {} is not served", e.vpcEndpointId, a.step.service, e.state, a.host));
    a.walk.out.add(std::move(p));
    return true;
  }
  if (!e.privateDnsEnabled) {
    Problem p = begin(
        a, "endpoint.private-dns", Fault::dropped, {cloud::ref_of(e), "privateDnsEnabled"},
        fmt::format("endpoint {} has private DNS off, so {} still means public addresses", e.vpcEndpointId, a.host));
    p.finding.evidence.push_back({e.vpcEndpointId, "privateDnsEnabled is false"});
    a.walk.out.add(std::move(p));
    return true;
  }
  if (e.dnsOptions.privateDnsOnlyForInboundResolverEndpoint.value_or(false)) {
    Problem p = begin(a, "endpoint.private-dns", Fault::dropped, {cloud::ref_of(e), "dnsOptions"},
                      fmt::format("private DNS of {} answers inbound resolvers only, not the VPC", e.vpcEndpointId));
    a.walk.out.add(std::move(p));
    return true;
  }
  return vpc && (!vpc->enableDnsSupport || !vpc->enableDnsHostnames);
}

// Attributes and DNS servers of the VPC that keep private names away. True if one of them is to blame.
bool explain_vpc_names(const Asked& a) {
  const aws::Vpc* vpc = a.walk.view.network().vpc(a.walk.vpc_of(a.subnet));
  if (!vpc) return false;
  if (!vpc->enableDnsHostnames) {
    Problem p = begin(a, "dns.hostnames", Fault::dropped, {cloud::ref_of(*vpc), "enableDnsHostnames"},
                      fmt::format("DNS hostnames are off in {}, so private names ({}) do not answer there", vpc->vpcId,
                                  a.is_api() ? "of the API server" : a.host));
    p.finding.evidence.push_back({vpc->vpcId, "enableDnsHostnames is false"});
    a.walk.out.add(std::move(p));
    return true;
  }
  if (a.contact.names.zone.starts_with("the servers of")) {
    Problem p = begin(
        a, "dns.servers", Fault::dropped, {{aws::DhcpOptions::kTable, vpc->dhcpOptionsId}, "configurations"},
        fmt::format("nodes ask the DNS servers of {}, which do not know the VPC's private names", vpc->dhcpOptionsId));
    p.finding.evidence.push_back({vpc->dhcpOptionsId, "domain-name-servers is not AmazonProvidedDNS"});
    a.walk.out.add(std::move(p));
    return true;
  }
  return false;
}

void report_no_answer(const Asked& a) {
  const aws::Vpc* vpc = a.walk.view.network().vpc(a.walk.vpc_of(a.subnet));
  if (!vpc) {
    Problem p = begin(a, "path.unknown-subnet", Fault::dropped, {{aws::Subnet::kTable, a.subnet}, ""},
                      fmt::format("subnet {} or its VPC is not in the input", a.subnet));
    soften(p, Verdict::depends);
    p.finding.depends_on = {a.subnet};
    return a.walk.out.add(std::move(p));
  }
  const bool support = vpc->enableDnsSupport;
  Problem p = begin(a, support ? "dns.servers" : "dns.support", Fault::dropped,
                    support ? Place{{aws::DhcpOptions::kTable, vpc->dhcpOptionsId}, "configurations"}
                            : Place{cloud::ref_of(*vpc), "enableDnsSupport"},
                    support ? fmt::format("the DNS servers of {} are out of the nodes' reach", vpc->dhcpOptionsId)
                            : fmt::format("DNS support is off in {}: nodes resolve no name", vpc->vpcId));
  p.finding.evidence.push_back({a.contact.names.zone, "no answer"});
  a.walk.out.add(std::move(p));
}

void report_api_endpoint(const Asked& a) {
  const ApiServer& api = *a.contact.names.api;
  Place where{{aws::eks::Cluster::kTable, api.cluster}, "resourcesVpcConfig.endpointPrivateAccess"};
  Problem p = begin(a, "eks.endpoint-access", Fault::dropped, std::move(where),
                    fmt::format("the API server of {} has no private access, and nodes in {} have no way to its public "
                                "addresses",
                                api.cluster, a.subnet));
  for (const Wall& wall : a.contact.reach.walls) p.finding.evidence.push_back({wall.component, wall.evidence});
  a.walk.out.add(std::move(p));
}

void report_missing_endpoint(const Asked& a) {
  const std::string vpc = a.walk.vpc_of(a.subnet);
  const std::string service(a.step.service);
  Problem p = begin(a, "endpoint.missing", Fault::dropped, {{aws::Vpc::kTable, vpc}, ""},
                    fmt::format("{} has neither an endpoint for {} nor a way out of its subnets, so nothing reaches {}",
                                vpc, service, a.host));
  for (const Wall& wall : a.contact.reach.walls) p.finding.evidence.push_back({wall.component, wall.evidence});
  p.subject = service;
  a.walk.out.add(std::move(p));
}

bool report_gateway(const Asked& a) {
  for (const aws::VpcEndpoint* e : a.walk.view.endpoints_for(a.walk.vpc_of(a.subnet), a.step.service)) {
    if (e->vpcEndpointType != "Gateway") continue;
    const aws::RouteTable* table = table_of(a);
    const std::string id = table ? table->routeTableId : "";
    if (table && std::find(e->routeTableIdSet.begin(), e->routeTableIdSet.end(), id) != e->routeTableIdSet.end())
      return false;  // it is on the table; something else is wrong
    Problem p =
        begin(a, "s3.route-table", Fault::dropped, {cloud::ref_of(*e), "routeTableIdSet"},
              fmt::format("gateway endpoint {} is not on {}, the route table of {}", e->vpcEndpointId, id, a.subnet));
    p.subject = id;
    for (const Wall& wall : a.contact.reach.walls) p.finding.evidence.push_back({wall.component, wall.evidence});
    a.walk.out.add(std::move(p));
    return true;
  }
  return false;
}

// Packets to public addresses are lost. What was meant to carry them?
void explain_public(const Asked& a) {
  const aws::RouteTable* table = table_of(a);
  const bool default_route = table && leads_out(a.walk.view, *table);
  if (a.is_api()) {
    const ApiServer& api = *a.contact.names.api;
    if (api.privateAccess && explain_vpc_names(a)) return;
    return default_route ? report_walls(a) : report_api_endpoint(a);
  }
  const auto endpoints = a.walk.view.endpoints_for(a.walk.vpc_of(a.subnet), a.step.service);
  for (const aws::VpcEndpoint* e : endpoints) {
    if (e->vpcEndpointType != "Interface") continue;
    if (explain_names(a, *e)) {
      explain_vpc_names(a);
      return;
    }
    if (explain_vpc_names(a)) return;
  }
  const bool carried = !carrier(a.walk.view, a.contact, a.step.service).empty();
  if (!carried && a.step.service == "s3" && !default_route && report_gateway(a)) {
    // The way that is meant has public addresses too, so what else stands in it counts as well.
    for (const Wall& wall : a.contact.reach.walls)
      if (!wall.code.starts_with("route.")) report_wall(a, wall);
    return;
  }
  if (default_route || carried) return report_walls(a);
  const bool no_route = std::any_of(a.contact.reach.walls.begin(), a.contact.reach.walls.end(),
                                    [](const Wall& w) { return w.code == "route.none"; });
  if (!no_route) return report_walls(a);
  if (!vpc_has_way_out(a, a.walk.vpc_of(a.subnet))) {
    report_missing_endpoint(a);
    if (a.step.service == "s3")
      for (const Wall& wall : a.contact.reach.walls)
        if (!wall.code.starts_with("route.")) report_wall(a, wall);
    return;
  }
  report_walls(a);
}

}  // namespace

std::optional<Way> check_contact(const Walk& walk, const eks::BootStep& step, const std::string& subnet) {
  const std::string host = walk.host_of(step);
  const Contact& contact = walk.contacts.of(walk.site(subnet), host, step.port);
  const Way way{carrier(walk.view, contact, step.service), walk.vpc_of(subnet), contact.reach.public_sources};
  if (contact.reach.reached == Tri::yes) return way;
  const Asked asked{walk, step, subnet, host, contact};
  switch (contact.names.kind) {
    case Names::Kind::no_such_host: {
      Problem p = begin(asked, "dns.no-such-host", Fault::unresolved, {{aws::Vpc::kTable, walk.vpc_of(subnet)}, ""},
                        fmt::format("{} does not exist, says {}", host, contact.names.zone));
      p.subject = host;
      walk.out.add(std::move(p));
      break;
    }
    case Names::Kind::no_resolver:
      report_no_answer(asked);
      break;
    case Names::Kind::public_addresses:
      explain_public(asked);
      break;
    case Names::Kind::sites:
      report_walls(asked);
      break;
  }
  // The policies on the way have their say all the same, where it is known which way it is.
  return way;
}

}  // namespace drydock::proof
