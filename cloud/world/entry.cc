#include "cloud/world/entry.h"

#include <set>

#include "cloud/world/natural.h"

namespace drydock::cloud {
namespace {

struct Kind {
  const char* table;  // of each_table
  const char* noun;   // kTable
  const char* word;
};
constexpr Kind kKinds[] = {
    {"vpcs", aws::Vpc::kTable, "vpc"},
    {"dhcpOptions", aws::DhcpOptions::kTable, "dhcp options"},
    {"subnets", aws::Subnet::kTable, "subnet"},
    {"routeTables", aws::RouteTable::kTable, "route table"},
    {"securityGroups", aws::SecurityGroup::kTable, "security group"},
    {"securityGroupRules", aws::SecurityGroupRule::kTable, "rule"},
    {"networkAcls", aws::NetworkAcl::kTable, "network acl"},
    {"vpcEndpoints", aws::VpcEndpoint::kTable, "endpoint"},
    {"prefixLists", aws::PrefixList::kTable, "prefix list"},
    {"internetGateways", aws::InternetGateway::kTable, "internet gateway"},
    {"natGateways", aws::NatGateway::kTable, "nat gateway"},
    {"addresses", aws::Address::kTable, "address"},
    {"networkInterfaces", aws::NetworkInterface::kTable, "network interface"},
    {"launchTemplates", aws::LaunchTemplateVersion::kTable, "launch template"},
    {"instances", aws::Instance::kTable, "instance"},
    {"images", aws::Image::kTable, "image"},
    {"peeringConnections", PeeringConnection::kTable, "peering connection"},
    {"transitGateways", TransitGateway::kTable, "transit gateway"},
    {"firewalls", Firewall::kTable, "firewall"},
    {"hostedZones", HostedZone::kTable, "hosted zone"},
    {"kmsKeys", KmsKey::kTable, "kms key"},
    {"autoScalingGroups", aws::AutoScalingGroup::kTable, "auto scaling group"},
    {"roles", aws::Role::kTable, "role"},
    {"policies", aws::Policy::kTable, "policy"},
    {"instanceProfiles", aws::InstanceProfile::kTable, "instance profile"},
    {"oidcProviders", aws::OpenIdConnectProvider::kTable, "oidc provider"},
    {"organizationPolicies", OrganizationPolicy::kTable, "organization policy"},
    {"clusters", aws::eks::Cluster::kTable, "cluster"},
    {"nodegroups", aws::eks::Nodegroup::kTable, "nodegroup"},
    {"accessEntries", aws::eks::AccessEntry::kTable, "access entry"},
    {"addons", aws::eks::Addon::kTable, "addon"},
    {"podIdentityAssociations", aws::eks::PodIdentityAssociation::kTable, "pod identity association"},
    {"fargateProfiles", FargateProfile::kTable, "fargate profile"},
    {"kubernetesObjects", KubernetesObject::kTable, "kubernetes object"},
};

/// Calls f(table of T) for the one table that is named, by file name or kTable.
template <class W, class F>
bool with_table(W& world, std::string_view name, F&& f) {
  bool found = false;
  each_table(
      [&](const char* table, auto& nouns) {
        using T = typename std::remove_cvref_t<decltype(nouns)>::value_type;
        if (found || (name != table && name != T::kTable)) return;
        found = true;
        f(nouns);
      },
      world);
  return found;
}

template <class T>
std::optional<Fault> read_into(World& world, std::vector<T>& nouns, const std::string& key, Json body,
                               YamlPlaces::Path path) {
  T noun;
  natural(noun, key, world);
  Decoder decoder(std::move(path));
  if (body.is_null()) body = Json::object();  // "igw:" with nothing behind it
  expand(noun, body, world, decoder);
  decoder.into(body, noun);
  if (decoder.fault()) return decoder.fault();
  settle(noun, world);
  const std::string full = key_of(noun);
  for (T& there : nouns)
    if (key_of(there) == full) return there = std::move(noun), std::nullopt;
  nouns.push_back(std::move(noun));
  return std::nullopt;
}

// --- Writing.

/// Fields that decide nothing: left out, and not compared.
bool is_volatile(const std::string& name) {
  static const std::set<std::string, std::less<>> kNames = {"ownerId",
                                                            "groupOwnerId",
                                                            "subnetArn",
                                                            "securityGroupArn",
                                                            "securityGroupRuleArn",
                                                            "createTime",
                                                            "createdBy",
                                                            "CreateDate",
                                                            "UpdateDate",
                                                            "createdAt",
                                                            "modifiedAt",
                                                            "creationTimestamp",
                                                            "CreatedTime",
                                                            "launchTime",
                                                            "attachTime",
                                                            "associatedAt",
                                                            "instanceOwnerId",
                                                            "deleteTime",
                                                            "_deadline",
                                                            "_activities",
                                                            "_failing",
                                                            "accessEntryArn",
                                                            "RoleId",
                                                            "PolicyId",
                                                            "_principalId",
                                                            "bound",
                                                            "_bound",
                                                            "InstanceProfileId",
                                                            "networkInterfaceOwnerId",
                                                            "_clientRequestToken"};
  return kNames.contains(name);
}
bool is_document(const Json& value) {
  if (!value.is_string() || !trim(value.as_string()).starts_with('{')) return false;
  auto parsed = Json::parse(value.as_string());
  return parsed && parsed->is_object();
}
/// Same length without white space: nothing was lost in reading (a key that stands twice, say).
bool is_whole(const std::string& text, const std::string& dumped) {
  const auto count = [](const std::string& s) {
    return std::count_if(s.begin(), s.end(), [](char c) { return c > ' '; });
  };
  return count(text) == count(dumped);
}

/// A noun's fields as files name them: without '_', documents as YAML. `sorted`: lists whose order means nothing are
/// put in order, for comparing.
Json plain(const Json& value, bool sorted) {
  if (value.is_array()) {
    Json::Array out;
    for (const Json& item : value.as_array()) out.push_back(plain(item, sorted));
    return out;
  }
  if (is_document(value)) {
    Json document = *Json::parse(value.as_string());
    return is_whole(value.as_string(), document.dump()) ? document : value;
  }
  if (!value.is_object()) return value;
  static const std::set<std::string, std::less<>> kSets = {"routeSet", "associationSet", "entrySet", "tagSet", "Tags"};
  Json out = Json::object();
  for (const auto& [name, member] : value.as_object()) {
    if (is_volatile(name)) continue;
    Json item = plain(member, sorted);
    if (sorted && kSets.contains(name) && item.is_array())
      std::sort(item.as_array().begin(), item.as_array().end(),
                [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
    out[!name.empty() && name[0] == '_' ? name.substr(1) : name] = std::move(item);
  }
  return out;
}
template <class T>
Json plain_of(const T& noun, bool sorted) {
  if constexpr (std::is_same_v<T, KubernetesObject>) return Json::object({{"object", noun.object}});
  return plain(fields::encode(noun), sorted);
}

std::string short_key(const World& world, const std::string& key, std::string_view kTable) {
  const auto strip = [&](const std::string& text) {
    return key.starts_with(text) && key.size() > text.size() ? key.substr(text.size()) : key;
  };
  if (kTable == aws::LaunchTemplateVersion::kTable) return key.ends_with(":1") ? key.substr(0, key.size() - 2) : key;
  const std::string iam = "arn:" + world.partition + ":iam::" + world.account + ":";
  if (kTable == aws::Policy::kTable) return strip(iam + "policy/");
  if (kTable == aws::OpenIdConnectProvider::kTable) return strip(iam + "oidc-provider/");
  if (kTable != aws::eks::AccessEntry::kTable) return key;
  const std::size_t at = key.find("/" + iam + "role/");
  return at == std::string::npos ? key : key.substr(0, at + 1) + key.substr(at + iam.size() + 6);
}

/// Writes nouns of one table. Holds a world of the same account and VPCs to read back what it wrote.
template <class T>
class TableWriter {
 public:
  explicit TableWriter(const World& world) : world_(world) {
    scratch_.account = world.account, scratch_.region = world.region, scratch_.partition = world.partition;
    if constexpr (!std::is_same_v<T, aws::Vpc>) scratch_.vpcs = world.vpcs;
    if constexpr (std::is_same_v<T, aws::NatGateway> || std::is_same_v<T, aws::eks::Cluster>)
      scratch_.subnets = world.subnets;
  }

  Entry write(const T& noun) {
    key_ = short_key(world_, key_of(noun), T::kTable);
    want_ = plain_of(noun, true);
    Json body = tagged(plain_of(noun, false));
    for (Json& shorter : contract(noun, body, world_))
      if (reads_back(shorter)) {
        body = std::move(shorter);
        break;
      }
    shrink(body, body);
    if constexpr (std::is_same_v<T, aws::SecurityGroup>) add_rules(noun, body);
    return {key_, std::move(body)};
  }

 private:
  bool reads_back(const Json& body) {
    std::vector<T> nouns;
    scratch_.security_group_rules.clear();
    if (read_into(scratch_, nouns, key_, body, {}) || nouns.empty()) return false;
    return plain_of(nouns.front(), true) == want_;
  }
  /// Takes out whatever reads back the same without it.
  void shrink(Json& whole, Json& part) {
    if (part.is_array())
      for (Json& item : part.as_array()) shrink(whole, item);
    if (!part.is_object()) return;
    std::vector<std::string> names;
    for (const auto& [name, value] : part.as_object()) names.push_back(name);
    for (const std::string& name : names) {
      Json kept = std::move(part[name]);
      part.erase(name);
      if (reads_back(whole)) continue;
      part[name] = std::move(kept);
      shrink(whole, part[name]);
    }
  }
  /// Tags as maps.
  static Json tagged(Json body) {
    for (const char* name : {"tagSet", "Tags", "configurations"}) {
      Json* tags = body.find(name);
      if (!tags || !tags->is_array()) continue;
      Json map = Json::object();
      bool plain = true;
      for (const Json& tag : tags->as_array()) {
        const std::string key = tag.at("key").string_or(tag.at("Key").string_or());
        plain = plain && !map.has(key) && tag.at("PropagateAtLaunch").bool_or(true);
        map[key] = tag.has("values") ? tag.at("values") : tag.has("value") ? tag.at("value") : tag.at("Value");
      }
      if (plain) *tags = std::move(map);
    }
    return body;
  }
  void add_rules(const aws::SecurityGroup& group, Json& body) {
    for (const auto& rule : world_.security_group_rules)
      if (rule.groupId == group.groupId && rule.securityGroupRuleId == rule_id(rule, world_) &&
          !rule_text(rule, world_).empty())
        body[rule.isEgress ? "egress" : "ingress"].push_back(rule_text(rule, world_));
  }

  const World& world_;
  World scratch_;
  std::string key_;
  Json want_;
};

bool stands_below_its_group(const World& world, const aws::SecurityGroupRule& rule) {
  return find(world.security_groups, rule.groupId) && !rule_text(rule, world).empty() &&
         rule.securityGroupRuleId == rule_id(rule, world);
}

bool is_secret_name(std::string_view name) {
  const std::string low = to_lower(name);
  for (const char* part : {"password", "passwd", "secret_access_key", "secretkey", "secret_key", "session_token",
                           "api_key", "apikey", "private_key", "auth_token", "bearer"})
    if (low.find(part) != std::string::npos) return true;
  return false;
}
constexpr auto kHidden = "(hidden)";

/// Lines like PASSWORD=..., and user:password@ in URLs.
std::string without_secrets(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  for (std::string& line : lines) {
    if (const std::size_t at = line.find_first_of("=:"); at != std::string::npos && at + 1 < line.size())
      if (is_secret_name(std::string_view(line).substr(0, at))) line = line.substr(0, at + 1) + " " + kHidden;
    const std::size_t scheme = line.find("://"), at = line.find('@', scheme == std::string::npos ? 0 : scheme);
    if (scheme == std::string::npos || at == std::string::npos) continue;
    const std::string login = line.substr(scheme + 3, at - scheme - 3);
    if (login.find_first_of("/ \"'") == std::string::npos) line.replace(scheme + 3, login.size(), kHidden);
  }
  return join(lines, "\n");
}

}  // namespace

Json without_secrets(Json body) {
  if (body.is_string()) return without_secrets(body.as_string());
  if (body.is_array())
    for (Json& item : body.as_array()) item = without_secrets(std::move(item));
  if (body.is_object())
    for (auto& [name, value] : body.as_object())
      value = value.is_string() && is_secret_name(name) ? Json(kHidden) : without_secrets(std::move(value));
  return body;
}

const std::vector<std::string>& table_names() {
  static const std::vector<std::string> kNames = [] {
    std::vector<std::string> names;
    for (const Kind& kind : kKinds) names.push_back(kind.table);
    return names;
  }();
  return kNames;
}
std::string table_of(std::string_view kTable) {
  for (const Kind& kind : kKinds)
    if (kTable == kind.noun) return kind.table;
  return {};
}
std::string kind_of(std::string_view kTable) {
  for (const Kind& kind : kKinds)
    if (kTable == kind.noun) return kind.word;
  return {};
}
std::vector<std::pair<std::string, std::string>> kinds() {
  std::vector<std::pair<std::string, std::string>> out;
  for (const Kind& kind : kKinds) out.emplace_back(kind.word, kind.noun);
  return out;
}

std::optional<Fault> read_entry(World& world, const std::string& table, const std::string& key, Json body,
                                YamlPlaces::Path path) {
  std::optional<Fault> fault;
  if (!with_table(world, table,
                  [&](auto& nouns) { fault = read_into(world, nouns, key, std::move(body), std::move(path)); }))
    fault = Fault{std::move(path), "no such table"};
  return fault;
}

std::string full_key(const World& world, const std::string& kTable, const std::string& key) {
  std::string out = key;
  with_table(world, kTable, [&](auto& nouns) {
    typename std::remove_cvref_t<decltype(nouns)>::value_type noun;
    natural(noun, key, world);
    if constexpr (!std::is_same_v<decltype(noun), aws::SecurityGroupRule>) out = key_of(noun);
  });
  return out;
}

bool erase_entry(World& world, const Ref& noun) {
  std::size_t erased = 0;
  with_table(world, noun.table, [&](auto& nouns) {
    erased = std::erase_if(nouns, [&](const auto& there) { return key_of(there) == noun.id; });
  });
  if (erased && noun.table == aws::SecurityGroup::kTable)
    std::erase_if(world.security_group_rules, [&](const auto& rule) { return rule.groupId == noun.id; });
  return erased > 0;
}

std::optional<Entry> write_entry(const World& world, const Ref& noun) {
  std::optional<Entry> out;
  with_table(world, noun.table, [&](const auto& nouns) {
    using T = typename std::remove_cvref_t<decltype(nouns)>::value_type;
    if (const T* found = find(nouns, noun.id)) out = TableWriter<T>(world).write(*found);
  });
  return out;
}

std::vector<Entry> write_entries(const World& world, const std::string& table) {
  std::vector<Entry> out;
  with_table(world, table, [&](const auto& nouns) {
    using T = typename std::remove_cvref_t<decltype(nouns)>::value_type;
    TableWriter<T> writer(world);
    for (const T& noun : nouns) {
      if constexpr (std::is_same_v<T, aws::SecurityGroupRule>)
        if (stands_below_its_group(world, noun)) continue;
      out.push_back(writer.write(noun));
    }
  });
  return out;
}

}  // namespace drydock::cloud
