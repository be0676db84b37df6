// Users and their access keys.
#include <fmt/format.h>

#include "base/hash.h"
#include "twin/iam/access.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

tl::unexpected<ApiError> no_user(const std::string& name) {
  return no_such_entity(fmt::format("The user with name {} cannot be found.", name));
}

/// The user the call names, else the one who signs.
std::string named_user(const Call& call) {
  if (std::string name = call.text("UserName"); !name.empty()) return name;
  return call.caller.arn.substr(call.caller.arn.rfind('/') + 1);
}

template <class Change>
ApiResult with_user(World& world, const Call& call, Change change) {
  const std::string name = named_user(call);
  aws::User* user = world.table<aws::User>().edit(name);
  if (!user) return no_user(name);
  return change(*user);
}

Json wire(const aws::User& user, bool full) {
  Json out = fields::encode(user, fields::Scope::wire);
  if (!full || user.Tags.empty()) out.erase("Tags");
  if (!full) out.erase("PermissionsBoundary");
  return out;
}

ApiResult create_user(World& world, Call& call) {
  if (auto missing = require(call, {"UserName"})) return tl::unexpected(*missing);
  aws::User user;
  user.UserName = call.text("UserName");
  user.Path = call.text("Path", "/");
  if (auto fault = check_name(user.UserName, "userName", 64)) return tl::unexpected(*fault);
  if (auto fault = check_path(user.Path)) return tl::unexpected(*fault);
  const std::string name = user.UserName;
  if (world.table<aws::User>().contains(name)) {
    return already_exists(fmt::format("User with name {} already exists.", name));
  }
  if (const std::string arn = call.text("PermissionsBoundary"); !arn.empty()) {
    if (!policy_text(world, arn)) {
      return no_such_entity(fmt::format("Scope ARN: {} does not exist or is not attachable.", arn));
    }
    user.boundary = aws::PermissionsBoundary{"Policy", arn};
  }
  user.UserId = unique_id(world, "AIDA");
  user.Arn = iam_arn(world, "user", user.Path, name);
  user.CreateDate = iso_seconds(world.now());
  user.Tags = tags_of(call.in.at("Tags"));
  return Json::object({{"User", wire(world.table<aws::User>().put(name, std::move(user)), true)}});
}

ApiResult get_user(World& world, Call& call) {
  const std::string name = named_user(call);
  const aws::User* user = world.table<aws::User>().find(name);
  if (!user) return no_user(name);
  return Json::object({{"User", wire(*user, true)}});
}

ApiResult list_users(World& world, Call& call) {
  const std::string prefix = call.text("PathPrefix", "/");
  std::vector<Json> items;
  for (const auto& [name, user] : world.table<aws::User>()) {
    if (user.Path.starts_with(prefix)) items.push_back(wire(user, false));
  }
  return page(call, "Users", std::move(items));
}

bool has_keys(World& world, const std::string& name) {
  for (const auto& [id, key] : world.table<aws::AccessKey>()) {
    if (key.UserName == name) return true;
  }
  return false;
}

ApiResult delete_user(World& world, Call& call) {
  if (auto missing = require(call, {"UserName"})) return tl::unexpected(*missing);
  return with_user(world, call, [&](aws::User& user) -> ApiResult {
    if (!user.grants.attached.empty()) return delete_conflict("Cannot delete entity, must detach all policies first.");
    if (!user.grants.inlined.empty()) return delete_conflict("Cannot delete entity, must delete policies first.");
    if (has_keys(world, user.UserName)) return delete_conflict("Cannot delete entity, must delete access keys first.");
    world.table<aws::User>().erase(call.text("UserName"));
    return Json::object();
  });
}

ApiResult create_access_key(World& world, Call& call) {
  return with_user(world, call, [&](aws::User& user) -> ApiResult {
    std::size_t count = 0;
    for (const auto& [id, key] : world.table<aws::AccessKey>()) count += key.UserName == user.UserName;
    if (count >= 2) return refuse("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409);
    aws::AccessKey key;
    key.UserName = user.UserName;
    key.AccessKeyId = "AKIA" + world.new_base32(16);
    key.secret = base64(random_bytes(30));
    key.CreateDate = iso_seconds(world.now());
    Json shown = fields::encode(key, fields::Scope::wire);
    shown["SecretAccessKey"] = key.secret;
    const std::string id = key.AccessKeyId;
    world.table<aws::AccessKey>().put(id, std::move(key));
    return Json::object({{"AccessKey", std::move(shown)}});
  });
}

/// The key, if it is the named user's.
tl::expected<aws::AccessKey*, ApiError> edit_key(World& world, const Call& call) {
  const std::string id = call.text("AccessKeyId"), name = named_user(call);
  const aws::AccessKey* key = world.table<aws::AccessKey>().find(id);
  if (!key || key->UserName != name) {
    return no_such_entity(fmt::format("The Access Key with id {} cannot be found.", id));
  }
  return world.table<aws::AccessKey>().edit(id);
}

ApiResult delete_access_key(World& world, Call& call) {
  auto key = edit_key(world, call);
  if (!key) return tl::unexpected(key.error());
  world.table<aws::AccessKey>().erase(call.text("AccessKeyId"));
  return Json::object();
}

ApiResult update_access_key(World& world, Call& call) {
  auto key = edit_key(world, call);
  if (!key) return tl::unexpected(key.error());
  (*key)->Status = call.text("Status");
  return Json::object();
}

ApiResult list_access_keys(World& world, Call& call) {
  const std::string name = named_user(call);
  if (!world.table<aws::User>().contains(name)) return no_user(name);
  std::vector<Json> items;
  for (const auto& [id, key] : world.table<aws::AccessKey>()) {
    if (key.UserName == name) items.push_back(fields::encode(key, fields::Scope::wire));
  }
  return page(call, "AccessKeyMetadata", std::move(items));
}

ApiResult tag_user(World& world, Call& call) {
  return with_user(world, call, [&](aws::User& user) -> ApiResult {
    add_tags(user.Tags, call.in.at("Tags"));
    return Json::object();
  });
}
ApiResult untag_user(World& world, Call& call) {
  return with_user(world, call, [&](aws::User& user) -> ApiResult {
    remove_tags(user.Tags, call.in.at("TagKeys"));
    return Json::object();
  });
}
ApiResult list_user_tags(World& world, Call& call) {
  const aws::User* user = world.table<aws::User>().find(named_user(call));
  if (!user) return no_user(named_user(call));
  std::vector<Json> tags;
  for (const aws::IamTag& t : user->Tags) tags.push_back(fields::encode(t));
  return page(call, "Tags", std::move(tags));
}
ApiResult list_groups_for_user(World& world, Call& call) {
  if (!world.table<aws::User>().contains(named_user(call))) return no_user(named_user(call));
  return page(call, "Groups", {});
}

}  // namespace

void install_users(Front& front) {
  front.operation("iam", "CreateUser", create_user);
  front.operation("iam", "GetUser", get_user);
  front.operation("iam", "ListUsers", list_users);
  front.operation("iam", "DeleteUser", delete_user);
  front.operation("iam", "CreateAccessKey", create_access_key);
  front.operation("iam", "DeleteAccessKey", delete_access_key);
  front.operation("iam", "UpdateAccessKey", update_access_key);
  front.operation("iam", "ListAccessKeys", list_access_keys);
  front.operation("iam", "TagUser", tag_user);
  front.operation("iam", "UntagUser", untag_user);
  front.operation("iam", "ListUserTags", list_user_tags);
  front.operation("iam", "ListGroupsForUser", list_groups_for_user);
}

}  // namespace drydock::twin::iam
