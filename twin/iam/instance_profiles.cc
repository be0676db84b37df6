// Instance profiles: the way a role reaches an EC2 instance.
#include <fmt/format.h>

#include "twin/iam/access.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

tl::unexpected<ApiError> no_profile(const std::string& name) {
  return no_such_entity(fmt::format("Instance Profile {} cannot be found.", name));
}

template <class Change>
ApiResult with_profile(World& world, const Call& call, Change change) {
  if (auto missing = require(call, {"InstanceProfileName"})) return tl::unexpected(*missing);
  const std::string name = call.text("InstanceProfileName");
  aws::InstanceProfile* profile = world.table<aws::InstanceProfile>().edit(name);
  if (!profile) return no_profile(name);
  return change(*profile);
}

ApiResult create(World& world, Call& call) {
  if (auto missing = require(call, {"InstanceProfileName"})) return tl::unexpected(*missing);
  aws::InstanceProfile profile;
  profile.InstanceProfileName = call.text("InstanceProfileName");
  profile.Path = call.text("Path", "/");
  if (auto fault = check_name(profile.InstanceProfileName, "instanceProfileName", 128)) return tl::unexpected(*fault);
  if (auto fault = check_path(profile.Path)) return tl::unexpected(*fault);
  const std::string name = profile.InstanceProfileName;
  if (world.table<aws::InstanceProfile>().contains(name)) {
    return already_exists(fmt::format("Instance Profile {} already exists.", name));
  }
  profile.InstanceProfileId = unique_id(world, "AIPA");
  profile.Arn = iam_arn(world, "instance-profile", profile.Path, name);
  profile.CreateDate = iso_seconds(world.now());
  profile.Tags = tags_of(call.in.at("Tags"));
  const auto& made = world.table<aws::InstanceProfile>().put(name, std::move(profile));
  return Json::object({{"InstanceProfile", wire(world, made, true)}});
}

ApiResult get(World& world, Call& call) {
  if (auto missing = require(call, {"InstanceProfileName"})) return tl::unexpected(*missing);
  const aws::InstanceProfile* profile = world.table<aws::InstanceProfile>().find(call.text("InstanceProfileName"));
  if (!profile) return no_profile(call.text("InstanceProfileName"));
  return Json::object({{"InstanceProfile", wire(world, *profile, true)}});
}

ApiResult remove(World& world, Call& call) {
  return with_profile(world, call, [&](aws::InstanceProfile& profile) -> ApiResult {
    if (!profile.role.empty()) {
      return delete_conflict("Cannot delete entity, must remove roles from instance profile first.");
    }
    world.table<aws::InstanceProfile>().erase(call.text("InstanceProfileName"));
    return Json::object();
  });
}

ApiResult list(World& world, Call& call) {
  const std::string prefix = call.text("PathPrefix", "/");
  std::vector<Json> items;
  for (const auto& [name, profile] : world.table<aws::InstanceProfile>()) {
    if (profile.Path.starts_with(prefix)) items.push_back(wire(world, profile, false));
  }
  return page(call, "InstanceProfiles", std::move(items));
}

ApiResult list_for_role(World& world, Call& call) {
  const std::string role = call.text("RoleName");
  if (!world.table<aws::Role>().contains(role)) {
    return no_such_entity(fmt::format("The role with name {} cannot be found.", role));
  }
  std::vector<Json> items;
  for (const auto& [name, profile] : world.table<aws::InstanceProfile>()) {
    if (profile.role == role) items.push_back(wire(world, profile, false));
  }
  return page(call, "InstanceProfiles", std::move(items));
}

ApiResult add_role(const Front& front, World& world, Call& call) {
  if (auto missing = require(call, {"RoleName"})) return tl::unexpected(*missing);
  if (const aws::Role* passed = world.table<aws::Role>().find(call.text("RoleName"))) {
    if (auto denied = front.may(call, "iam:PassRole", {passed->Arn})) return tl::unexpected(*denied);
  }
  return with_profile(world, call, [&](aws::InstanceProfile& profile) -> ApiResult {
    const std::string role = call.text("RoleName");
    if (!world.table<aws::Role>().contains(role)) {
      return no_such_entity(fmt::format("The role with name {} cannot be found.", role));
    }
    if (!profile.role.empty()) {
      return refuse("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409);
    }
    profile.role = role;
    return Json::object();
  });
}

ApiResult remove_role(World& world, Call& call) {
  return with_profile(world, call, [&](aws::InstanceProfile& profile) -> ApiResult {
    const std::string role = call.text("RoleName");
    if (profile.role != role || role.empty()) {
      return no_such_entity(fmt::format("The role with name {} cannot be found.", role));
    }
    profile.role.clear();
    return Json::object();
  });
}

ApiResult tag(World& world, Call& call) {
  return with_profile(world, call, [&](aws::InstanceProfile& profile) -> ApiResult {
    add_tags(profile.Tags, call.in.at("Tags"));
    return Json::object();
  });
}
ApiResult untag(World& world, Call& call) {
  return with_profile(world, call, [&](aws::InstanceProfile& profile) -> ApiResult {
    remove_tags(profile.Tags, call.in.at("TagKeys"));
    return Json::object();
  });
}
ApiResult list_tags(World& world, Call& call) {
  const aws::InstanceProfile* profile = world.table<aws::InstanceProfile>().find(call.text("InstanceProfileName"));
  if (!profile) return no_profile(call.text("InstanceProfileName"));
  std::vector<Json> tags;
  for (const aws::IamTag& t : profile->Tags) tags.push_back(fields::encode(t));
  return page(call, "Tags", std::move(tags));
}

}  // namespace

void install_instance_profiles(Front& front) {
  front.operation("iam", "CreateInstanceProfile", create);
  front.operation("iam", "GetInstanceProfile", get);
  front.operation("iam", "DeleteInstanceProfile", remove);
  front.operation("iam", "ListInstanceProfiles", list);
  front.operation("iam", "ListInstanceProfilesForRole", list_for_role);
  front.operation("iam", "AddRoleToInstanceProfile", [&front](World& w, Call& c) { return add_role(front, w, c); });
  front.operation("iam", "RemoveRoleFromInstanceProfile", remove_role);
  front.operation("iam", "TagInstanceProfile", tag);
  front.operation("iam", "UntagInstanceProfile", untag);
  front.operation("iam", "ListInstanceProfileTags", list_tags);
}

}  // namespace drydock::twin::iam
