// Roles: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html and its siblings.
#include <fmt/format.h>

#include <charconv>

#include "twin/iam/access.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

constexpr std::size_t kTrustQuota = 2048;

tl::unexpected<ApiError> no_role(const std::string& name) {
  return no_such_entity(fmt::format("The role with name {} cannot be found.", name));
}

/// Runs `change` on the role the call names; service-linked roles are AWS's alone.
template <class Change>
ApiResult with_role(World& world, const Call& call, Change change) {
  if (auto missing = require(call, {"RoleName"})) return tl::unexpected(*missing);
  const std::string name = call.text("RoleName");
  const aws::Role* role = world.table<aws::Role>().find(name);
  if (!role) return no_role(name);
  if (is_protected(*role)) return protected_role(*role);
  return change(*world.table<aws::Role>().edit(name));
}

std::optional<ApiError> check_session_duration(const std::string& value) {
  std::int64_t seconds = 0;
  std::from_chars(value.data(), value.data() + value.size(), seconds);
  if (seconds < 3600) {
    return validation(value, "maxSessionDuration", "Member must have value greater than or equal to 3600").value();
  }
  if (seconds > 43200) {
    return validation(value, "maxSessionDuration", "Member must have value less than or equal to 43200").value();
  }
  return std::nullopt;
}

/// Checks the trust policy and sets it with its principals bound.
std::optional<ApiError> set_trust(World& world, aws::Role& role, const std::string& document) {
  if (auto fault = check_document(document, aws::PolicyKind::trust, kTrustQuota)) return fault;
  auto bound = bind_principals(world, *parsed(document, aws::PolicyKind::trust));
  if (!bound) return bound.error();
  role.AssumeRolePolicyDocument = document;
  role.bound = std::move(*bound);
  return std::nullopt;
}

std::optional<ApiError> set_boundary(World& world, std::optional<aws::PermissionsBoundary>& boundary,
                                     const std::string& arn) {
  if (!policy_text(world, arn)) {
    return no_such_entity(fmt::format("Scope ARN: {} does not exist or is not attachable.", arn)).value();
  }
  boundary = aws::PermissionsBoundary{"Policy", arn};
  return std::nullopt;
}

ApiResult create_role(World& world, Call& call) {
  if (auto missing = require(call, {"RoleName", "AssumeRolePolicyDocument"})) return tl::unexpected(*missing);
  aws::Role role;
  role.RoleName = call.text("RoleName");
  role.Path = call.text("Path", "/");
  if (auto fault = check_name(role.RoleName, "roleName", 64)) return tl::unexpected(*fault);
  if (auto fault = check_path(role.Path)) return tl::unexpected(*fault);
  if (role.Path.starts_with("/aws-service-role/")) {
    return refuse("InvalidInput", "The path /aws-service-role/ is reserved for service-linked roles.");
  }
  if (call.has("MaxSessionDuration")) {
    if (auto fault = check_session_duration(call.text("MaxSessionDuration"))) return tl::unexpected(*fault);
    role.MaxSessionDuration = call.number("MaxSessionDuration").value_or(3600);
  }
  if (world.table<aws::Role>().contains(role.RoleName)) {
    return already_exists(fmt::format("Role with name {} already exists.", role.RoleName));
  }
  if (auto fault = set_trust(world, role, call.text("AssumeRolePolicyDocument"))) return tl::unexpected(*fault);
  if (const std::string arn = call.text("PermissionsBoundary"); !arn.empty()) {
    if (auto fault = set_boundary(world, role.boundary, arn)) return tl::unexpected(*fault);
  }
  role.RoleId = unique_id(world, "AROA");
  role.Arn = iam_arn(world, "role", role.Path, role.RoleName);
  role.CreateDate = iso_seconds(world.now());
  role.Description = call.maybe("Description");
  role.Tags = tags_of(call.in.at("Tags"));
  const std::string name = role.RoleName;
  Json shown = wire(world, world.table<aws::Role>().put(name, std::move(role)), true);
  shown.erase("RoleLastUsed");
  return Json::object({{"Role", std::move(shown)}});
}

ApiResult get_role(World& world, Call& call) {
  if (auto missing = require(call, {"RoleName"})) return tl::unexpected(*missing);
  const aws::Role* role = world.table<aws::Role>().find(call.text("RoleName"));
  if (!role) return no_role(call.text("RoleName"));
  return Json::object({{"Role", wire(world, *role, true)}});
}

ApiResult list_roles(World& world, Call& call) {
  std::vector<Json> roles;
  const std::string prefix = call.text("PathPrefix", "/");
  for (const auto& [name, role] : world.table<aws::Role>()) {
    if (role.Path.starts_with(prefix)) roles.push_back(wire(world, role, false));
  }
  return page(call, "Roles", std::move(roles));
}

/// What must be taken away before a role can go; empty when nothing.
std::string in_the_way(World& world, const aws::Role& role) {
  if (!role.grants.attached.empty()) return "Cannot delete entity, must detach all policies first.";
  if (!role.grants.inlined.empty()) return "Cannot delete entity, must delete policies first.";
  for (const auto& [name, profile] : world.table<aws::InstanceProfile>()) {
    if (profile.role == role.RoleName) return "Cannot delete entity, must remove roles from instance profile first.";
  }
  return {};
}

ApiResult delete_role(World& world, Call& call) {
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    if (std::string why = in_the_way(world, role); !why.empty()) return delete_conflict(why);
    world.table<aws::Role>().erase(call.text("RoleName"));
    return Json::object();
  });
}

ApiResult update_role(World& world, Call& call) {
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    if (call.has("MaxSessionDuration")) {
      if (auto fault = check_session_duration(call.text("MaxSessionDuration"))) return tl::unexpected(*fault);
      role.MaxSessionDuration = call.number("MaxSessionDuration").value_or(3600);
    }
    if (call.has("Description")) role.Description = call.text("Description");
    return Json::object();
  });
}

ApiResult update_role_description(World& world, Call& call) {
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    role.Description = call.text("Description");
    return Json::object({{"Role", wire(world, role, true)}});
  });
}

ApiResult update_assume_role_policy(World& world, Call& call) {
  if (auto missing = require(call, {"PolicyDocument"})) return tl::unexpected(*missing);
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    if (auto fault = set_trust(world, role, call.text("PolicyDocument"))) return tl::unexpected(*fault);
    return Json::object();
  });
}

ApiResult put_boundary(World& world, Call& call) {
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    if (auto fault = set_boundary(world, role.boundary, call.text("PermissionsBoundary")))
      return tl::unexpected(*fault);
    return Json::object();
  });
}

ApiResult delete_boundary(World& world, Call& call) {
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    role.boundary.reset();
    return Json::object();
  });
}

ApiResult tag_role(World& world, Call& call) {
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    add_tags(role.Tags, call.in.at("Tags"));
    return Json::object();
  });
}

ApiResult untag_role(World& world, Call& call) {
  return with_role(world, call, [&](aws::Role& role) -> ApiResult {
    remove_tags(role.Tags, call.in.at("TagKeys"));
    return Json::object();
  });
}

ApiResult list_role_tags(World& world, Call& call) {
  const aws::Role* role = world.table<aws::Role>().find(call.text("RoleName"));
  if (!role) return no_role(call.text("RoleName"));
  std::vector<Json> tags;
  for (const aws::IamTag& tag : role->Tags) tags.push_back(fields::encode(tag));
  return page(call, "Tags", std::move(tags));
}

ApiResult create_service_linked_role(World& world, Call& call) {
  if (auto missing = require(call, {"AWSServiceName"})) return tl::unexpected(*missing);
  const std::string service = call.text("AWSServiceName");
  for (const auto& [name, role] : world.table<aws::Role>()) {
    if (role.Path == fmt::format("/aws-service-role/{}/", service)) {
      return refuse("InvalidInput",
                    fmt::format("Service role name {} has been taken in this account, please try a different suffix.",
                                role.RoleName));
    }
  }
  const std::string arn = ensure_service_linked_role(world, service);
  if (arn.empty()) return refuse("NotModelled", fmt::format("service-linked roles for {}", service), 501);
  return Json::object({{"Role", wire(world, *role_by_arn(world, arn), false)}});
}

ApiResult delete_service_linked_role(World& world, Call& call) {
  const std::string name = call.text("RoleName");
  const aws::Role* role = world.table<aws::Role>().find(name);
  if (!role) return no_role(name);
  if (!is_protected(*role)) {
    return refuse("InvalidInput", fmt::format("Role {} is not a service-linked role.", name));
  }
  const std::string task = fmt::format("task{}{}/{}", role->Path, name, world.new_uuid());
  world.table<aws::Role>().erase(name);
  return Json::object({{"DeletionTaskId", task}});
}

ApiResult deletion_status(World&, Call&) { return Json::object({{"Status", "SUCCEEDED"}}); }

}  // namespace

void install_roles(Front& front) {
  front.operation("iam", "CreateRole", create_role);
  front.operation("iam", "GetRole", get_role);
  front.operation("iam", "ListRoles", list_roles);
  front.operation("iam", "DeleteRole", delete_role);
  front.operation("iam", "UpdateRole", update_role);
  front.operation("iam", "UpdateRoleDescription", update_role_description);
  front.operation("iam", "UpdateAssumeRolePolicy", update_assume_role_policy);
  front.operation("iam", "PutRolePermissionsBoundary", put_boundary);
  front.operation("iam", "DeleteRolePermissionsBoundary", delete_boundary);
  front.operation("iam", "TagRole", tag_role);
  front.operation("iam", "UntagRole", untag_role);
  front.operation("iam", "ListRoleTags", list_role_tags);
  front.operation("iam", "CreateServiceLinkedRole", create_service_linked_role);
  front.operation("iam", "DeleteServiceLinkedRole", delete_service_linked_role);
  front.operation("iam", "GetServiceLinkedRoleDeletionStatus", deletion_status);
}

}  // namespace drydock::twin::iam
