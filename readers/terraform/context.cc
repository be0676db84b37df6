#include "readers/terraform/context.h"

#include <algorithm>

#include <fmt/format.h>

#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

const Json kNull;
const Json kNothing = Json::object();
const Json kAll = true;

bool any_true(const Json& json, int depth = 0) {
  if (json.is_bool()) return json.as_bool();
  if (depth > 64) return true;
  if (json.is_array())
    return std::any_of(json.as_array().begin(), json.as_array().end(),
                       [&](const Json& x) { return any_true(x, depth + 1); });
  if (json.is_object())
    return std::any_of(json.as_object().begin(), json.as_object().end(),
                       [&](const auto& x) { return any_true(x.second, depth + 1); });
  return false;
}

enum class Want { id, name, arn };
struct KindRow {
  Kind kind;
  Want want;
  std::vector<std::string_view> types;
  // Attributes of other resources that lead to a thing of this kind which no resource makes.
  std::vector<std::pair<std::string_view, std::string_view>> derived;
};
const std::vector<KindRow>& kinds() {
  static const std::vector<KindRow> kRows = {
      {Kind::vpc, Want::id, {"aws_vpc", "aws_default_vpc", "data.aws_vpc"}, {}},
      {Kind::subnet, Want::id, {"aws_subnet", "aws_default_subnet", "data.aws_subnet"}, {}},
      {Kind::route_table,
       Want::id,
       {"aws_route_table", "aws_default_route_table", "data.aws_route_table"},
       {{"aws_vpc", "main_route_table_id"}, {"aws_vpc", "default_route_table_id"}}},
      {Kind::security_group,
       Want::id,
       {"aws_security_group", "aws_default_security_group", "data.aws_security_group"},
       {{"aws_vpc", "default_security_group_id"},
        {"aws_eks_cluster", "vpc_config"},
        {"data.aws_eks_cluster", "vpc_config"}}},
      {Kind::network_acl,
       Want::id,
       {"aws_network_acl", "aws_default_network_acl"},
       {{"aws_vpc", "default_network_acl_id"}}},
      {Kind::internet_gateway, Want::id, {"aws_internet_gateway", "data.aws_internet_gateway"}, {}},
      {Kind::egress_gateway, Want::id, {"aws_egress_only_internet_gateway"}, {}},
      {Kind::nat_gateway, Want::id, {"aws_nat_gateway", "data.aws_nat_gateway"}, {}},
      {Kind::endpoint, Want::id, {"aws_vpc_endpoint", "data.aws_vpc_endpoint"}, {}},
      {Kind::dhcp_options, Want::id, {"aws_vpc_dhcp_options", "aws_default_vpc_dhcp_options"}, {}},
      {Kind::address, Want::id, {"aws_eip"}, {}},
      {Kind::interface, Want::id, {"aws_network_interface"}, {}},
      {Kind::instance, Want::id, {"aws_instance"}, {}},
      {Kind::peering, Want::id, {"aws_vpc_peering_connection", "aws_vpc_peering_connection_accepter"}, {}},
      {Kind::transit_gateway, Want::id, {"aws_ec2_transit_gateway", "data.aws_ec2_transit_gateway"}, {}},
      {Kind::prefix_list,
       Want::id,
       {"aws_ec2_managed_prefix_list", "data.aws_prefix_list", "data.aws_ec2_managed_prefix_list"},
       {{"aws_vpc_endpoint", "prefix_list_id"}}},
      {Kind::launch_template, Want::id, {"aws_launch_template"}, {}},
      {Kind::auto_scaling_group, Want::name, {"aws_autoscaling_group"}, {}},
      {Kind::hosted_zone, Want::id, {"aws_route53_zone", "data.aws_route53_zone"}, {}},
      {Kind::cluster, Want::name, {"aws_eks_cluster", "data.aws_eks_cluster"}, {}},
      {Kind::role_name, Want::name, {"aws_iam_role", "data.aws_iam_role"}, {}},
      {Kind::role_arn, Want::arn, {"aws_iam_role", "data.aws_iam_role"}, {}},
      {Kind::policy_arn, Want::arn, {"aws_iam_policy", "data.aws_iam_policy"}, {}},
      {Kind::instance_profile_name, Want::name, {"aws_iam_instance_profile", "data.aws_iam_instance_profile"}, {}},
      {Kind::instance_profile_arn, Want::arn, {"aws_iam_instance_profile", "data.aws_iam_instance_profile"}, {}},
      {Kind::oidc_arn, Want::arn, {"aws_iam_openid_connect_provider"}, {}},
      {Kind::kms_key, Want::arn, {"aws_kms_key", "aws_kms_alias", "data.aws_kms_key", "data.aws_kms_alias"}, {}},
  };
  return kRows;
}
const KindRow& row_of(Kind kind) {
  for (const KindRow& row : kinds())
    if (row.kind == kind) return row;
  return kinds()[0];  // every kind has its row
}
std::string full_type(const Resource& r) { return r.data ? "data." + r.type : r.type; }
bool is_of(const Resource& r, const KindRow& row) {
  return std::find(row.types.begin(), row.types.end(), full_type(r)) != row.types.end();
}
bool is_derived_from(const Target& t, const KindRow& row) {
  const std::string type = full_type(*t.resource);
  return std::any_of(row.derived.begin(), row.derived.end(),
                     [&](const auto& d) { return d.first == type && d.second == t.attribute; });
}

}  // namespace

bool Block::is_unknown(std::string_view name) const {
  // What the configuration does not set is AWS's to choose, and the nouns' defaults are its choice. (Of dynamic blocks
  // the configuration says nothing at all.)
  const bool written_out = path.empty() ? resource->config != nullptr : expressions->is_object() && !whole;
  if (written_out && expression(name).is_null()) return false;
  if (unknown->is_bool()) return unknown->as_bool() && !has(name);
  return any_true(unknown->at(name));
}
bool Block::is_hidden(std::string_view name) const {
  return unknown->is_bool() ? unknown->as_bool() : unknown->at(name).bool_or(false);
}

std::vector<Block> Block::blocks(std::string_view name) const {
  std::vector<Block> out;
  const Json& value = at(name);
  const Json& hidden = unknown->at(name);
  const Json& expr = expression(name);
  const bool one_expression = expr.is_object() && (expr.has("references") || expr.has("constant_value"));
  const auto add = [&](const Json& item, const Json& hide, std::size_t i, std::size_t of) {
    if (!item.is_object()) return;
    Block b{resource,
            &item,
            hide.is_null() ? &kNothing : &hide,
            &kNull,
            whole || one_expression,
            fmt::format("{}{}[{}].", path, name, i)};
    if (b.whole || expr.is_object()) {
      b.expressions = &expr;
    } else if (expr.is_array() && expr.size() == of) {
      b.expressions = &expr.item(i);
    }
    out.push_back(std::move(b));
  };
  if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i)
      add(value.item(i), hidden.is_array() ? hidden.item(i) : hidden, i, value.size());
  } else {
    add(value, hidden.is_array() ? hidden.item(0) : hidden, 0, 1);
  }
  return out;
}

Block Block::block(std::string_view name) const {
  auto all = blocks(name);
  if (!all.empty()) return std::move(all[0]);
  return {resource, &kNothing, is_hidden(name) ? &kAll : &kNothing, &kNull, false, path + std::string(name) + "[0]."};
}

Block block_of(const Resource& r) { return {&r, r.values, r.unknown, &r.expressions(), false, ""}; }

aws::Tags tags(Context&, const Block& block) {
  aws::Tags out;
  const Json& all = block.at("tags_all").is_object() ? block.at("tags_all") : block.at("tags");
  if (all.is_object())
    for (const auto& [key, value] : all.as_object()) out.push_back({key, value.string_or()});
  return out;
}

Context::Context(const Plan& the_plan, cloud::World& the_world, const References& references)
    : plan(the_plan), world(the_world), references_(references) {}

void Context::stands(const Resource& resource, const cloud::Ref& noun) {
  cloud::Origin origin;
  origin.noun = noun;
  origin.address = resource.address;
  origin.type = full_type(resource);
  world.origins.push_back(std::move(origin));
  made[resource.address].push_back(noun);
}
void Context::adds(const Resource& resource, const cloud::Ref& noun, std::string field, Json value) {
  added[resource.address].push_back({noun, std::move(field), std::move(value)});
}
void Context::homeless(const Resource& resource, std::string_view attribute) {
  const Block block = block_of(resource);
  const std::string what = block.at(attribute).string_or();
  // Its type is modelled; what it depends on is the attribute.
  world.unmodelled.push_back({fmt::format("{}.{}", resource.address, attribute), "", true});
  notes.push_back(what.empty()
                      ? fmt::format("{}: {} is not known yet, so it belongs to nothing", resource.address, attribute)
                      : fmt::format("{}: {} is {}, which the plan does not hold", resource.address, attribute, what));
}
void Context::note_unknown(const Mark& mark, std::string source) {
  if (!mark.field.empty()) world.unknowns.push_back({mark.noun, mark.field, std::move(source)});
}
void Context::note_unknown(const Mark& mark, const Block& block, std::string_view attribute) {
  note_unknown(mark, fmt::format("{}.{}{}", block.resource->address, block.path, attribute));
}

std::string Context::text(const Block& block, std::string_view name, const Mark& mark, std::string_view otherwise) {
  const Json& value = block.at(name);
  if (value.is_string()) return value.as_string();
  if (value.is_int()) return std::to_string(value.as_int());
  if (block.is_unknown(name)) note_unknown(mark, block, name);
  return std::string(otherwise);
}
bool Context::flag(const Block& block, std::string_view name, const Mark& mark, bool otherwise) {
  const Json& value = block.at(name);
  if (value.is_string()) return value.as_string() == "true";
  if (value.is_null() && block.is_unknown(name)) note_unknown(mark, block, name);
  return value.bool_or(otherwise);
}
std::int64_t Context::number(const Block& block, std::string_view name, const Mark& mark, std::int64_t otherwise) {
  const Json& value = block.at(name);
  if (value.is_null() && block.is_unknown(name)) note_unknown(mark, block, name);
  if (value.is_string()) {  // old providers keep numbers as text
    const std::string& s = value.as_string();
    const bool number =
        !s.empty() && s.size() < 12 && s.find_first_not_of("0123456789", s[0] == '-' ? 1 : 0) == s.npos && s != "-";
    return number ? std::stoll(s) : otherwise;
  }
  return value.int_or(otherwise);
}
std::vector<std::string> Context::texts(const Block& block, std::string_view name, const Mark& mark) {
  std::vector<std::string> out;
  if (block.is_unknown(name)) note_unknown(mark, block, name);
  if (block.at(name).is_array())
    for (const Json& item : block.at(name).as_array())
      if (item.is_string()) out.push_back(item.as_string());
  return out;
}

// What one attribute refers to, as ids of nouns.
struct Context::Found {
  std::vector<std::string> ids;
  bool exact = false;  // for a list: these and no others
};

Context::Found Context::resolve(const Block& block, std::string_view name, Kind kind) {
  const KindRow& row = row_of(kind);
  const Sources sources = references_.of(*block.resource, block.expression(name));
  const auto fitting = [&](const std::vector<Target>& all) {
    std::vector<Target> out;
    for (const Target& t : all)
      if (is_of(*t.resource, row) || is_derived_from(t, row)) out.push_back(t);
    return out;
  };
  std::vector<Target> direct = fitting(sources.targets), shared = fitting(sources.shared);
  Found found;
  const auto same_key = [&](std::vector<Target>& all) {
    for (const Target& t : all)
      if (!block.resource->key.is_null() && t.resource->key == block.resource->key) {
        all = {t};
        return;
      }
  };
  if (sources.by_key) same_key(direct);
  if (shared.size() > 1 && direct.empty()) same_key(shared);
  for (const Target& t : direct) found.ids.push_back(meaning(t, kind));
  // Of what is reached through each.value only this instance's own belongs here: sure when all of it was written as one
  // reference, or when no other instance leaves the attribute open.
  const bool one = std::all_of(shared.begin(), shared.end(), [&](const Target& t) { return t.via == shared[0].via; });
  const bool mine = one || alone_in_being_unknown(*block.resource, name);
  for (const Target& t : shared)
    if (mine) found.ids.push_back(meaning(t, kind));
  std::sort(found.ids.begin(), found.ids.end());
  found.ids.erase(std::unique(found.ids.begin(), found.ids.end()), found.ids.end());
  found.exact = sources.complete && (shared.empty() || mine) && !found.ids.empty();
  return found;
}

bool Context::alone_in_being_unknown(const Resource& resource, std::string_view name) const {
  const auto* all = plan.instances(resource.module, resource.config_name());
  if (!all) return true;
  return std::none_of(all->begin(), all->end(), [&](std::size_t i) {
    const Resource& other = plan.resources[i];
    return &other != &resource && block_of(other).is_unknown(name);
  });
}

// An id that is known after apply is that of a thing this plan creates: where only one of its kind is created (and none
// is looked up during apply), it is that one, whatever way the value takes.
const Resource* Context::only_one_created(Kind kind) const {
  const KindRow& row = row_of(kind);
  if ((row.want != Want::id && kind != Kind::cluster) || !row.derived.empty()) return nullptr;
  const Resource* only = nullptr;
  for (const Resource& r : plan.resources) {
    if (!is_of(r, row) || (!r.created && !r.deferred)) continue;
    if (only) return nullptr;
    only = &r;
  }
  return only;
}

std::string Context::id(const Block& block, std::string_view name, Kind kind, const Mark& mark) {
  const Json& value = block.at(name);
  if (value.is_string()) return value.as_string();
  if (!block.is_unknown(name)) return {};
  const Found found = resolve(block, name, kind);
  if (found.exact && found.ids.size() == 1) return found.ids[0];
  if (const Resource* only = only_one_created(kind)) {
    used[block.resource->address].insert(only->address);
    return meaning({only, "", ""}, kind);
  }
  note_unknown(mark, block, name);
  return {};
}

std::vector<std::string> Context::ids(const Block& block, std::string_view name, Kind kind, const Mark& mark) {
  std::vector<std::string> out;
  if (const Json& value = block.at(name); value.is_array())
    for (const Json& item : value.as_array())
      if (item.is_string()) out.push_back(item.as_string());
  if (!block.is_unknown(name)) return out;
  Found found = resolve(block, name, kind);
  // How many there will be is often known though they are not: another number of candidates means another list.
  if (const Json& open = block.unknown->at(name); open.is_array()) {
    const auto count =
        std::count_if(open.as_array().begin(), open.as_array().end(), [](const Json& x) { return x.bool_or(false); });
    found.exact = found.exact && static_cast<std::size_t>(count) == found.ids.size();
  }
  for (const std::string& id : found.ids)
    if (std::find(out.begin(), out.end(), id) == out.end()) out.push_back(id);
  if (!found.exact) note_unknown(mark, block, name);
  return out;
}

std::vector<std::string> Context::ids_if_exact(const Block& block, std::string_view name, Kind kind) {
  Found found = resolve(block, name, kind);
  return found.exact ? std::move(found.ids) : std::vector<std::string>();
}

const Resource* Context::data_behind(const Block& block, std::string_view name, std::string_view type) const {
  const Sources sources = references_.of(*block.resource, block.expression(name));
  const Resource* only = nullptr;
  for (const Target& t : sources.targets) {
    if (!t.resource->data || t.resource->type != type) continue;
    if (only && only != t.resource) return nullptr;
    only = t.resource;
  }
  return sources.complete && sources.shared.empty() ? only : nullptr;
}

bool Context::is_null_after_all(const Block& block, std::string_view name) const {
  const Sources sources = references_.of(*block.resource, block.expression(name));
  const auto plain = [](const Target& t) {
    for (const char* type : {"aws_subnet", "aws_route_table", "aws_security_group", "aws_vpc"})
      if (t.resource->type == type) return true;
    return false;
  };
  return sources.complete && sources.targets.empty() && !sources.shared.empty() &&
         std::all_of(sources.shared.begin(), sources.shared.end(), plain);
}

std::string Context::meaning(const Target& target, Kind kind) {
  const Resource& r = *target.resource;
  const KindRow& row = row_of(kind);
  if (!is_of(r, row)) {  // derived
    const std::string leaf = target.attribute == "vpc_config" ? "cluster_security_group_id" : target.attribute;
    const Json& known =
        target.attribute == "vpc_config" ? r.values->at("vpc_config").item(0).at(leaf) : r.values->at(leaf);
    if (!known.is_string()) return derived(r.type == "aws_eks_cluster" ? name_of(r) : id_of(r), leaf);
    make_derived(id_of(r), leaf, known.as_string());
    return known.as_string();
  }
  switch (row.want) {
    case Want::id:
      return id_of(r);
    case Want::name:
      return name_of(r);
    case Want::arn:
      return arn_of(r);
  }
  return {};
}

std::string Context::id_of(const Resource& r) const {
  const std::string id = r.values->at("id").string_or();
  return id.empty() ? r.address : id;
}
std::string Context::issuer_of(std::string_view cluster) const {
  for (const Resource& r : plan.resources)
    if (r.type == "aws_eks_cluster" && name_of(r) == cluster) {
      const std::string known = r.values->at("identity").item(0).at("oidc").item(0).at("issuer").string_or();
      if (!known.empty()) return known;
    }
  return fmt::format("https://oidc.eks.{}.amazonaws.com/id/{}", world.region, cluster);
}
std::string Context::name_of(const Resource& r) const {
  for (const char* attribute : {"name", "id"})
    if (const std::string name = r.values->at(attribute).string_or(); !name.empty()) return name;
  return r.address;
}
std::string Context::arn(std::string_view service, std::string_view region, std::string_view resource) const {
  return fmt::format("arn:{}:{}:{}:{}:{}", world.partition, service, region, world.account, resource);
}
std::string Context::arn_of(const Resource& r) const {
  if (const std::string known = r.values->at("arn").string_or(); !known.empty()) return known;
  const std::string path = r.values->at("path").string_or("/"), name = name_of(r);
  if (r.type == "aws_iam_role") return arn("iam", "", "role" + path + name);
  if (r.type == "aws_iam_policy") return arn("iam", "", "policy" + path + name);
  if (r.type == "aws_iam_instance_profile") return arn("iam", "", "instance-profile" + path + name);
  if (r.type == "aws_iam_openid_connect_provider") return arn("iam", "", "oidc-provider/" + r.address);
  if (r.type == "aws_kms_alias") return arn("kms", world.region, name);
  if (r.type == "aws_kms_key") return arn("kms", world.region, "key/" + id_of(r));
  return r.address;
}

}  // namespace drydock::readers::terraform
