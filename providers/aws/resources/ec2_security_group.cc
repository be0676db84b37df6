// aws:ec2/securityGroup:SecurityGroup
#include "providers/aws/resources/permissions.h"

namespace drydock::aws_provider {
namespace {

Json::Array permissions_of(const Json& rules, const std::string& own_group) {
  Json::Array out;
  for (const Json& rule : items(rules)) {
    Json groups = rule.at("securityGroups").is_array() ? rule.at("securityGroups") : Json::array();
    if (rule.at("self").bool_or(false)) groups.push_back(own_group);
    out.push_back(permission(rule, groups));
  }
  return out;
}

// AWS lets a new group send everything; the schema's group sends what its rules say.
Aws<void> revoke_default_egress(Operation& op, const std::string& id) {
  const Json everywhere = Json::object({{"protocol", "-1"}, {"cidrBlocks", Json::array({"0.0.0.0/0"})}});
  TRY_AWS(revoke(op, id, false, {permission(everywhere, {})}));
  const Json everywhere6 = Json::object({{"protocol", "-1"}, {"ipv6CidrBlocks", Json::array({"::/0"})}});
  auto done = revoke(op, id, false, {permission(everywhere6, {})});
  if (!done && !(done.error().is("InvalidParameterValue") && done.error().mentions("remote-ipv6-range")))
    return up(done);
  return {};
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made =
      op.ec2("CreateSecurityGroup", Json::object({{"GroupName", text(in, "name")},
                                                  {"GroupDescription", text(in, "description")},
                                                  {"VpcId", text(in, "vpcId")},
                                                  {"TagSpecification", tag_specification("security-group", in)}}));
  if (!made) return up(made);
  id = text(*made, "groupId");
  TRY_AWS(op.wait(id + " to appear", op.timeout_or(minutes(10)), [&]() -> Aws<Poll> {
    auto group = describe_group(op, id);
    if (!group) return up(group);
    return Poll{!group->is_null(), "not visible yet"};
  }));
  TRY_AWS(revoke_default_egress(op, id));
  TRY_AWS(authorize(op, id, true, permissions_of(in.at("ingress"), id)));
  return authorize(op, id, false, permissions_of(in.at("egress"), id));
}

Aws<Json> read(Operation& op, std::string& id, const Json& known) {
  auto group = describe_group(op, id);
  if (!group || group->is_null()) return group;
  Json out;
  out["name"] = text(*group, "groupName");
  out["description"] = text(*group, "groupDescription");
  out["vpcId"] = text(*group, "vpcId");
  out["ownerId"] = text(*group, "ownerId");
  out["arn"] = ec2_arn(op, text(*group, "ownerId"), "security-group/" + id);
  out["ingress"] = inline_rules(group->at("ipPermissions"), id);
  out["egress"] = inline_rules(group->at("ipPermissionsEgress"), id);
  for (const char* name : {"ingress", "egress"})
    if (known.has(name) && same_rules(known.at(name), out.at(name))) out[name] = known.at(name);
  out["tagsAll"] = tag_map(group->at("tagSet"));
  return out;
}

Aws<void> update_rules(Operation& op, const std::string& id, const Json& old, const Json& in, const char* name) {
  if (!in.has(name) && !old.has(name)) return {};
  const bool ingress = std::string_view(name) == "ingress";
  const ListChange change = list_change(permissions_of(old.at(name), id), permissions_of(in.at(name), id));
  TRY_AWS(revoke(op, id, ingress, change.removed));
  return authorize(op, id, ingress, change.added);
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  auto lock = lock_group(id);
  TRY_AWS(update_rules(op, id, old, in, "ingress"));
  return update_rules(op, id, old, in, "egress");
}

Aws<void> remove(Operation& op, const std::string& id, const Json& known) {
  TRY_AWS(clear_interfaces(op, "group-id", id));
  if (known.at("revokeRulesOnDelete").bool_or(false)) {
    TRY_AWS(revoke(op, id, true, permissions_of(known.at("ingress"), id)));
    TRY_AWS(revoke(op, id, false, permissions_of(known.at("egress"), id)));
  }
  TRY_AWS(delete_ec2(op, "DeleteSecurityGroup", Json::object({{"GroupId", id}}), minutes(15),
                     {"DependencyViolation", "InvalidGroup.InUse"}));
  return wait_gone(op, id, minutes(15), [&] { return describe_group(op, id); });
}

void check(const Json& in, const std::vector<std::string>&, std::vector<CheckFailure>& failures) {
  if (text(in, "name").starts_with("sg-"))
    failures.push_back({"name", "the name of a security group must not begin with 'sg-'"});
  for (const char* list : {"ingress", "egress"})
    for (const Json& rule : items(in.at(list)))
      if (protocol_name(text(rule, "protocol")) == "-1" &&
          (rule.at("fromPort").int_or(0) != 0 || rule.at("toPort").int_or(0) != 0))
        failures.push_back({list, "with protocol \"-1\", fromPort and toPort must be 0"});
}

}  // namespace

extern const ResourceType kSecurityGroup;
const ResourceType kSecurityGroup = {
    .token = "aws:ec2/securityGroup:SecurityGroup",
    .naming = {.property = "name"},
    .sets = {"ingress", "egress", "ingress[].cidrBlocks", "ingress[].ipv6CidrBlocks", "ingress[].prefixListIds",
             "ingress[].securityGroups", "egress[].cidrBlocks", "egress[].ipv6CidrBlocks", "egress[].prefixListIds",
             "egress[].securityGroups"},
    .create = create,
    .read = read,
    .update = update,
    .retag = retag_ec2,
    .remove = remove,
    .check = check};

}  // namespace drydock::aws_provider
