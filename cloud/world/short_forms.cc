// The short forms of world files, both ways.
#include <fmt/format.h>

#include "base/hash.h"
#include "cloud/aws/cidr.h"
#include "cloud/world/natural.h"

namespace drydock::cloud {
namespace {

Json take(Json& body, std::string_view name) {
  Json out = body.at(name);
  body.erase(name);
  return out;
}
/// Texts of a list, each with its place.
template <class F>
void each_text(const Json& list, const char* name, Decoder& decoder, F&& read) {
  decoder.below(name, [&] {
    if (!list.is_array()) return decoder.wrong("must be a list");
    std::size_t index = 0;
    for (const Json& item : list.as_array())
      decoder.below(std::to_string(index++), [&] {
        if (!item.is_string()) return decoder.wrong("must be a text");
        read(item.as_string());
      });
  });
}
bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string_view::npos;
}
std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> out;
  for (std::string& word : split(text, ' '))
    if (!word.empty()) out.push_back(std::move(word));
  return out;
}
/// "443", "1024-65535".
bool parse_ports(const std::string& text, std::int64_t& from, std::int64_t& to) {
  const auto parts = split(text, '-');
  if (parts.size() > 2 || !is_number(parts[0]) || !is_number(parts.back())) return false;
  from = std::stoll(parts[0]), to = std::stoll(parts.back());
  return true;
}
std::string port_text(std::int64_t from, std::int64_t to) {
  return from == to ? std::to_string(from) : fmt::format("{}-{}", from, to);
}
bool has_ports(const std::string& protocol) { return protocol == "tcp" || protocol == "udp"; }

std::string full_arn(const World& world, std::string_view name, std::string_view kind) {
  return name.starts_with("arn:") ? std::string(name) : fmt::format("arn:{}:{}/{}", world.partition, kind, name);
}
std::string short_arn(const World& world, const std::string& arn, std::string_view kind) {
  const std::string prefix = fmt::format("arn:{}:{}/", world.partition, kind);
  return arn.starts_with(prefix) && arn.size() > prefix.size() ? arn.substr(prefix.size()) : arn;
}
constexpr auto kManagedPolicy = "iam::aws:policy";
constexpr auto kAccessPolicy = "eks::aws:cluster-access-policy";

std::string trust_of(std::string_view service) {
  return Json::object(
             {{"Version", "2012-10-17"},
              {"Statement", Json::array({Json::object({{"Effect", "Allow"},
                                                       {"Action", "sts:AssumeRole"},
                                                       {"Principal", Json::object({{"Service", service}})}})})}})
      .dump();
}

}  // namespace

std::string rule_text(const aws::SecurityGroupRule& rule, const World& world) {
  if (rule.description || !rule.tagSet.empty()) return {};
  std::string out = rule.ipProtocol == "-1" ? "all" : rule.ipProtocol;
  if (has_ports(rule.ipProtocol)) out += " " + port_text(rule.fromPort, rule.toPort);
  out += rule.isEgress ? " to " : " from ";
  if (rule.cidrIpv4) return out + *rule.cidrIpv4;
  if (rule.cidrIpv6) return out + *rule.cidrIpv6;
  if (rule.prefixListId) return out + "prefix list " + *rule.prefixListId;
  if (!rule.referencedGroupInfo) return {};
  if (const auto& owner = rule.referencedGroupInfo->userId; !owner.empty() && owner != world.account) return {};
  const std::string& group = rule.referencedGroupInfo->groupId;
  return out + (group == rule.groupId ? "self" : group);
}

std::string rule_id(const aws::SecurityGroupRule& rule, const World& world) {
  return rule.groupId + (rule.isEgress ? " egress " : " ingress ") + rule_text(rule, world);
}

std::optional<aws::SecurityGroupRule> parse_rule(const std::string& group, bool egress, std::string_view text,
                                                 const World& world) {
  aws::SecurityGroupRule rule;
  rule.groupId = group;
  rule.isEgress = egress;
  std::vector<std::string> w = words(text);
  if (w.size() < 3) return std::nullopt;
  rule.ipProtocol = w[0] == "all" ? "-1" : w[0];
  if (rule.ipProtocol != "-1" && !has_ports(w[0]) && w[0] != "icmp" && w[0] != "icmpv6" &&
      !(is_number(w[0]) && w[0].size() < 4 && std::stoi(w[0]) < 256))
    return std::nullopt;
  std::size_t at = 1;
  if (has_ports(w[0])) {
    rule.fromPort = 0, rule.toPort = 65535;
    if (parse_ports(w[1], rule.fromPort, rule.toPort)) ++at;
  }
  if (at >= w.size() || w[at] != (egress ? "to" : "from")) return std::nullopt;
  ++at;
  const bool list = at + 3 == w.size() && w[at] == "prefix" && w[at + 1] == "list";
  if (!list && at + 1 != w.size()) return std::nullopt;
  const std::string& peer = w.back();
  const auto cidr = aws::Cidr::parse(peer);
  if (list)
    rule.prefixListId = peer;
  else if (cidr && cidr->base.v6)
    rule.cidrIpv6 = peer;
  else if (cidr)
    rule.cidrIpv4 = peer;
  else if (peer[0] >= '0' && peer[0] <= '9')  // a prefix that is none, rather than a group
    return std::nullopt;
  else
    rule.referencedGroupInfo = aws::ReferencedGroup{peer == "self" ? group : peer, ""};
  rule.securityGroupRuleId = rule_id(rule, world);
  return rule;
}

void expand(aws::SecurityGroup& x, Json& body, World& world, Decoder& decoder) {
  std::erase_if(world.security_group_rules, [&](const aws::SecurityGroupRule& rule) {
    return rule.groupId == x.groupId && rule.securityGroupRuleId == rule_id(rule, world);
  });
  for (const char* direction : {"ingress", "egress"}) {
    if (!body.has(direction)) continue;
    const bool egress = direction[0] == 'e';
    each_text(take(body, direction), direction, decoder, [&](const std::string& text) {
      auto rule = parse_rule(x.groupId, egress, text, world);
      if (!rule)
        return decoder.wrong(
            fmt::format("is no rule; write \"tcp 443 {} 10.0.0.0/16\" (or all, udp, icmp; a port range; self, a group, "
                        "prefix list ID)",
                        egress ? "to" : "from"));
      if (find(world.security_group_rules, rule->securityGroupRuleId)) return;
      world.security_group_rules.push_back(std::move(*rule));
    });
  }
}

void expand(aws::SecurityGroupRule& x, Json& body, World& world, Decoder& decoder) {
  if (!body.is_string()) return;
  std::vector<std::string> w = words(body.as_string());
  std::optional<aws::SecurityGroupRule> rule;
  if (w.size() > 4 && (w[1] == "ingress" || w[1] == "egress")) {
    const std::string group = w[0];
    const bool egress = w[1] == "egress";
    w.erase(w.begin(), w.begin() + 2);
    rule = parse_rule(group, egress, join(w, " "), world);
  }
  if (!rule) return decoder.wrong("is no rule; write \"GROUP ingress tcp 443 from 10.0.0.0/16\", or its fields");
  rule->securityGroupRuleId = x.securityGroupRuleId;
  x = std::move(*rule);
  body = Json::object();
}
Shorter contract(const aws::SecurityGroupRule& x, const Json&, const World& world) {
  return rule_text(x, world).empty() ? Shorter{} : Shorter{Json(rule_id(x, world))};
}

void expand(aws::RouteTable& x, Json& body, World&, Decoder& decoder) {
  if (body.has("routes")) {
    const Json routes = take(body, "routes");
    decoder.below("routes", [&] {
      if (!routes.is_object()) return decoder.wrong("must be a map from destination to target");
      for (const auto& [destination, target] : routes.as_object())
        decoder.below(destination, [&, &destination = destination, &target = target] {
          aws::Route& route = x.routeSet.emplace_back();
          const auto cidr = aws::Cidr::parse(destination);
          (!cidr           ? route.destinationPrefixListId
           : cidr->base.v6 ? route.destinationIpv6CidrBlock
                           : route.destinationCidrBlock) = destination;
          decoder.into(target.is_string() ? Json::object({{"gatewayId", target}}) : target, route);
        });
    });
  }
  const bool main = body.at("main").bool_or(false);
  if (body.at("main").is_bool()) body.erase("main");
  if (main) {
    auto& association = x.associationSet.emplace_back();
    association.main = true, association.routeTableId = x.routeTableId;
    association.routeTableAssociationId = x.routeTableId + " main";
  }
  if (body.has("subnets"))
    each_text(take(body, "subnets"), "subnets", decoder, [&](const std::string& subnet) {
      auto& association = x.associationSet.emplace_back();
      association.routeTableId = x.routeTableId, association.subnetId = subnet;
      association.routeTableAssociationId = x.routeTableId + " " + subnet;
    });
}
Shorter contract(const aws::RouteTable& x, const Json& body, const World&) {
  Json routes = Json::object(), subnets = Json::array({}), out = body;
  for (const aws::Route& route : x.routeSet) {
    const auto& to = route.destinationCidrBlock       ? route.destinationCidrBlock
                     : route.destinationIpv6CidrBlock ? route.destinationIpv6CidrBlock
                                                      : route.destinationPrefixListId;
    if (!to || route.gatewayId == "local") continue;
    Json target = fields::encode(route);
    for (const char* name : {"destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"})
      target.erase(name);
    if (target.at("state").string_or() == "active") target.erase("state");
    if (target.at("origin").string_or() == aws::Route().origin) target.erase("origin");
    routes[*to] = std::move(target);
  }
  out.erase("routeSet"), out.erase("associationSet");
  if (routes.size()) out["routes"] = std::move(routes);
  for (const auto& association : x.associationSet) {
    if (association.main) out["main"] = true;
    if (association.subnetId) subnets.push_back(*association.subnetId);
  }
  if (subnets.size()) out["subnets"] = std::move(subnets);
  return {out};
}

namespace {
/// "100 allow tcp 443 from 10.0.0.0/16"; ACLs have numbers for protocols.
std::optional<aws::NetworkAclEntry> parse_entry(std::string_view text, bool egress) {
  aws::NetworkAclEntry entry;
  entry.egress = egress;
  const std::vector<std::string> w = words(text);
  if (w.size() < 5 || !is_number(w[0]) || (w[1] != "allow" && w[1] != "deny")) return std::nullopt;
  entry.ruleNumber = std::stoll(w[0]), entry.ruleAction = w[1];
  entry.protocol = w[2] == "all" ? "-1" : w[2] == "tcp" ? "6" : w[2] == "udp" ? "17" : w[2];
  if (entry.protocol != "-1" && !is_number(entry.protocol)) return std::nullopt;
  std::size_t at = 3;
  if (has_ports(w[2])) {
    std::int64_t from = 0, to = 65535;
    if (parse_ports(w[3], from, to)) ++at;
    entry.portFrom = from, entry.portTo = to;
  }
  if (at + 2 != w.size() || w[at] != (egress ? "to" : "from")) return std::nullopt;
  const auto cidr = aws::Cidr::parse(w.back());
  if (!cidr) return std::nullopt;
  (cidr->base.v6 ? entry.ipv6CidrBlock : entry.cidrBlock) = w.back();
  return entry;
}
std::string entry_text(const aws::NetworkAclEntry& e) {
  const std::string protocol = e.protocol == "-1"   ? "all"
                               : e.protocol == "6"  ? "tcp"
                               : e.protocol == "17" ? "udp"
                                                    : e.protocol;
  std::string ports;
  if (has_ports(protocol) && e.portFrom) ports = " " + port_text(*e.portFrom, e.portTo.value_or(*e.portFrom));
  const std::string peer = e.cidrBlock ? *e.cidrBlock : e.ipv6CidrBlock.value_or("");
  return fmt::format("{} {} {}{} {} {}", e.ruleNumber, e.ruleAction, protocol, ports, e.egress ? "to" : "from", peer);
}
}  // namespace

void expand(aws::NetworkAcl& x, Json& body, World&, Decoder& decoder) {
  for (const char* direction : {"ingress", "egress"}) {
    if (!body.has(direction)) continue;
    const bool egress = direction[0] == 'e';
    each_text(take(body, direction), direction, decoder, [&](const std::string& text) {
      auto entry = parse_entry(text, egress);
      if (!entry)
        return decoder.wrong(fmt::format("is no entry; write \"100 allow tcp 443 {} 10.0.0.0/16\" (or deny, all, udp)",
                                         egress ? "to" : "from"));
      x.entrySet.push_back(std::move(*entry));
    });
  }
  if (body.has("subnets"))
    each_text(take(body, "subnets"), "subnets", decoder, [&](const std::string& subnet) {
      x.associationSet.push_back({x.networkAclId + " " + subnet, x.networkAclId, subnet});
    });
}
Shorter contract(const aws::NetworkAcl& x, const Json& body, const World&) {
  Json out = body;
  Json entries[2], subnets;
  for (const auto& entry : x.entrySet) entries[entry.egress].push_back(entry_text(entry));
  for (const auto& association : x.associationSet) subnets.push_back(association.subnetId);
  out.erase("entrySet"), out.erase("associationSet");
  if (entries[0].size()) out["ingress"] = std::move(entries[0]);
  if (entries[1].size()) out["egress"] = std::move(entries[1]);
  if (subnets.size()) out["subnets"] = std::move(subnets);
  return {out};
}

void expand(aws::VpcEndpoint& x, Json& body, World&, Decoder&) {
  const std::string service = body.at("serviceName").string_or(x.serviceName);
  const bool gateway = service.ends_with(".s3") || service.ends_with(".dynamodb");
  x.vpcEndpointType = gateway && !body.has("subnetIdSet") ? "Gateway" : "Interface";
  x.privateDnsEnabled = body.at("vpcEndpointType").string_or(x.vpcEndpointType) == "Interface";
}

namespace {
/// What a node of the cluster needs to know, as nodeadm reads it.
std::string node_config(const std::string& name, const World& world) {
  aws::eks::Cluster cluster;
  natural(cluster, name, world);
  return fmt::format(
      "---\napiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: {}\n"
      "    apiServerEndpoint: https://{}\n    certificateAuthority: {}\n    cidr: {}\n",
      name, cluster.host, cluster.certificateAuthority->at("data").string_or(),
      cluster.kubernetesNetworkConfig.serviceIpv4Cidr);
}
}  // namespace

void expand(aws::LaunchTemplateVersion&, Json& body, World& world, Decoder& decoder) {
  std::optional<std::string> text;
  for (const char* name : {"nodeConfig", "userDataText"}) {
    if (!body.has(name)) continue;
    const Json given = take(body, name);
    if (!given.is_string()) return decoder.below(name, [&] { decoder.wrong("must be a text"); });
    text = name[0] == 'n' ? node_config(given.as_string(), world) : given.as_string();
  }
  if (!text) return;
  if (!body["launchTemplateData"].is_object()) body["launchTemplateData"] = Json::object();
  body["launchTemplateData"]["userData"] = base64(*text);
}
Shorter contract(const aws::LaunchTemplateVersion&, const Json& body, const World&) {
  const auto text = unbase64(body.path("launchTemplateData.userData").string_or());
  if (!text || text->empty()) return {};
  Json spelled = body;
  spelled["launchTemplateData"].erase("userData");
  Json named = spelled;
  spelled["userDataText"] = *text;
  if (const std::size_t at = text->find("    name: "); at != std::string::npos)
    named["nodeConfig"] = text->substr(at + 10, text->find('\n', at) - at - 10);
  return {named, spelled};
}

void expand(aws::AutoScalingGroup& x, Json& body, World&, Decoder& decoder) {
  if (!body.has("subnets")) return;
  std::vector<std::string> ids;
  each_text(take(body, "subnets"), "subnets", decoder, [&](const std::string& id) { ids.push_back(id); });
  x.VPCZoneIdentifier = join(ids, ",");
}
Shorter contract(const aws::AutoScalingGroup& x, const Json& body, const World&) {
  if (x.VPCZoneIdentifier.empty()) return {};
  Json out = body, subnets;
  out.erase("VPCZoneIdentifier");
  for (const std::string& id : split(x.VPCZoneIdentifier, ',')) subnets.push_back(id);
  out["subnets"] = std::move(subnets);
  return {out};
}

void expand(aws::Role& x, Json& body, World& world, Decoder& decoder) {
  if (body.at("assumedBy").is_string()) x.AssumeRolePolicyDocument = trust_of(take(body, "assumedBy").as_string());
  if (body.has("attached")) {
    x.grants.attached.clear();
    each_text(take(body, "attached"), "attached", decoder,
              [&](const std::string& name) { x.grants.attached.push_back(full_arn(world, name, kManagedPolicy)); });
  }
  if (body.has("inlined")) {
    const Json documents = take(body, "inlined");
    decoder.below("inlined", [&] { decoder.into(documents, x.grants.inlined); });
  }
}
Shorter contract(const aws::Role& x, const Json& body, const World& world) {
  Json flat = body;
  flat.erase("grants");
  if (!x.grants.attached.empty()) {
    Json names;
    for (const std::string& arn : x.grants.attached) names.push_back(short_arn(world, arn, kManagedPolicy));
    flat["attached"] = std::move(names);
  }
  if (!x.grants.inlined.empty()) flat["inlined"] = body.path("grants.inlined");
  Json trusted = flat;
  const Json trust = Json::parse(x.AssumeRolePolicyDocument).value_or(Json());
  trusted.erase("AssumeRolePolicyDocument");
  trusted["assumedBy"] = trust.path("Statement.0.Principal.Service").string_or();
  return {trusted, flat};
}

void expand(aws::Policy& x, Json& body, World&, Decoder& decoder) {
  if (!body.has("document")) return;
  const Json document = take(body, "document");
  x.versions = {{"", "v1", true}};
  x.DefaultVersionId = "v1", x.last_version = 1;
  decoder.below("document", [&] { decoder.into(document, x.versions.front().Document); });
}
Shorter contract(const aws::Policy& x, const Json& body, const World&) {
  if (x.versions.size() != 1) return {};
  Json out = body;
  for (const char* name : {"versions", "DefaultVersionId", "lastVersion"}) out.erase(name);
  out["document"] = body.path("versions.0.Document");
  return {out};
}

void expand(aws::eks::AccessEntry& x, Json& body, World& world, Decoder& decoder) {
  const Json& policies = body.at("policies");
  const bool names = policies.is_array() && policies.size() && policies.item(0).is_string();
  if (!names) return;
  x.policies.clear();
  each_text(take(body, "policies"), "policies", decoder, [&](const std::string& name) {
    x.policies.emplace_back().policyArn = full_arn(world, name, kAccessPolicy);
  });
}
Shorter contract(const aws::eks::AccessEntry& x, const Json& body, const World& world) {
  if (x.policies.empty()) return {};
  Json out = body, names;
  for (const auto& policy : x.policies) names.push_back(short_arn(world, policy.policyArn, kAccessPolicy));
  out["policies"] = std::move(names);
  return {out};
}

void expand(KubernetesObject& x, Json& body, World&, Decoder&) {
  if (body.has("object") || !body.is_object()) return;
  const Json meta = take(body, "metadata");
  for (const auto& [name, value] : body.as_object()) x.object[name] = value;
  if (meta.is_object())
    for (const auto& [name, value] : meta.as_object()) x.object["metadata"][name] = value;
  body = Json::object();
}
Shorter contract(const KubernetesObject& x, const Json&, const World&) {
  Json out = x.object;
  if (!out.is_object()) return {};
  out.erase("kind");
  if (out.at("apiVersion").string_or() == "v1") out.erase("apiVersion");
  if (Json* meta = out.find("metadata"); meta && meta->is_object()) {
    meta->erase("name"), meta->erase("namespace");
    if (meta->size() == 0) out.erase("metadata");
  }
  return {out};
}

}  // namespace drydock::cloud
