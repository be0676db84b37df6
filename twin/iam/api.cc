#include "twin/iam/api.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "twin/iam/access.h"

namespace drydock::twin::iam {

tl::unexpected<ApiError> no_such_entity(std::string message) { return refuse("NoSuchEntity", std::move(message), 404); }
tl::unexpected<ApiError> already_exists(std::string message) {
  return refuse("EntityAlreadyExists", std::move(message), 409);
}
tl::unexpected<ApiError> delete_conflict(std::string message) {
  return refuse("DeleteConflict", std::move(message), 409);
}
tl::unexpected<ApiError> malformed_policy(std::string message) {
  return refuse("MalformedPolicyDocument", std::move(message));
}
tl::unexpected<ApiError> validation(std::string_view value, std::string_view parameter, std::string_view constraint) {
  return refuse("ValidationError",
                fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: {}", value,
                            parameter, constraint));
}

std::optional<ApiError> require(const Call& call, std::initializer_list<const char*> parameters) {
  for (const char* name : parameters) {
    const Json& value = call.in.at(name);
    if (value.is_string() ? !value.as_string().empty() : value.size() > 0) continue;
    std::string wire = name;
    wire[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(wire[0])));
    return ApiError{400,
                    "ValidationError",
                    fmt::format("1 validation error detected: Value null at '{}' failed to satisfy constraint: Member "
                                "must not be null",
                                wire),
                    {}};
  }
  return std::nullopt;
}

std::optional<ApiError> check_name(std::string_view name, const char* parameter, std::size_t longest) {
  if (name.size() > longest) {
    return validation(name, parameter, fmt::format("Member must have length less than or equal to {}", longest))
        .value();
  }
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return std::nullopt;
  return ApiError{400,
                  "ValidationError",
                  fmt::format("The specified value for {} is invalid. It must contain only alphanumeric characters "
                              "and/or the following: +=,.@_-",
                              parameter),
                  {}};
}

std::optional<ApiError> check_path(std::string_view path) {
  if (!path.empty() && path.size() <= 512 && path.front() == '/' && path.back() == '/') return std::nullopt;
  return ApiError{400,
                  "ValidationError",
                  "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric "
                  "characters and/or / characters.",
                  {}};
}

std::optional<ApiError> check_document(std::string_view document, aws::PolicyKind kind, std::size_t quota) {
  const Result<aws::PolicyDocument> read = aws::parse_policy(document, kind);
  if (!read) return malformed_policy(read.error().message).value();
  if (aws::policy_size(document) <= quota) return std::nullopt;
  const char* what = kind == aws::PolicyKind::trust ? "ACLSizePerRole" : "PolicySize";
  return ApiError{409, "LimitExceeded", fmt::format("Cannot exceed quota for {}: {}", what, quota), {}};
}

std::string unique_id(World& world, std::string_view prefix) { return std::string(prefix) + world.new_base32(17); }

std::string iam_arn(World& world, std::string_view type, std::string_view path, std::string_view name) {
  return fmt::format("arn:aws:iam::{}:{}{}{}", world.account(), type, path, name);
}

Json page(const Call& call, const char* name, std::vector<Json> items) {
  auto count = [](const std::string& value, std::size_t otherwise) {
    std::size_t n = otherwise;
    std::from_chars(value.data(), value.data() + value.size(), n);
    return n;
  };
  const std::size_t from = std::min(count(call.text("Marker"), 0), items.size());
  const std::size_t size = std::clamp<std::size_t>(count(call.text("MaxItems"), 100), 1, 1000);
  const std::size_t to = std::min(from + size, items.size());
  Json out = Json::object({{"IsTruncated", to < items.size()}});
  if (to < items.size()) out["Marker"] = std::to_string(to);
  out[name] = Json::Array(std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(from)),
                          std::make_move_iterator(items.begin() + static_cast<std::ptrdiff_t>(to)));
  return out;
}

aws::IamTags tags_of(const Json& parameter) {
  aws::IamTags tags;
  add_tags(tags, parameter);
  return tags;
}

void add_tags(aws::IamTags& tags, const Json& parameter) {
  for (std::size_t i = 0; i < parameter.size(); ++i) {
    aws::IamTag tag = fields::decoded<aws::IamTag>(parameter.item(i));
    const auto same = std::find_if(tags.begin(), tags.end(), [&](const aws::IamTag& t) { return t.Key == tag.Key; });
    if (same != tags.end()) {
      same->Value = tag.Value;
    } else {
      tags.push_back(std::move(tag));
    }
  }
}

void remove_tags(aws::IamTags& tags, const Json& keys) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    std::erase_if(tags, [&](const aws::IamTag& t) { return t.Key == keys.item(i).string_or(); });
  }
}

namespace {

/// ARNs whose owner is gone, or was made anew under the same name, show the id they were bound to.
std::string show_bound(World& world, const aws::Role& role) {
  std::string out = role.AssumeRolePolicyDocument;
  for (const auto& [arn, id] : role.bound) {
    const aws::Role* now = role_by_arn(world, arn);
    if (now && now->RoleId == id) continue;
    bool user_is_there = false;
    for (const auto& [name, user] : world.table<aws::User>()) user_is_there |= user.Arn == arn && user.UserId == id;
    if (!user_is_there) out = replace_all(std::move(out), "\"" + arn + "\"", "\"" + id + "\"");
  }
  return out;
}

}  // namespace

Json wire(World& world, const aws::Role& role, bool full) {
  Json out = fields::encode(role, fields::Scope::wire);
  out["AssumeRolePolicyDocument"] = uri_encode(show_bound(world, role));
  if (!full) {
    out.erase("Tags");
    out.erase("PermissionsBoundary");
    return out;
  }
  if (role.Tags.empty()) out.erase("Tags");
  out["RoleLastUsed"] = Json::object();
  return out;
}

Json wire(World& world, const aws::InstanceProfile& profile, bool full) {
  Json out = fields::encode(profile, fields::Scope::wire);
  if (!full || profile.Tags.empty()) out.erase("Tags");
  Json::Array roles;
  if (const aws::Role* role = world.table<aws::Role>().find(profile.role)) roles.push_back(wire(world, *role, false));
  out["Roles"] = std::move(roles);
  return out;
}

tl::expected<std::map<std::string, std::string>, ApiError> bind_principals(World& world,
                                                                           const aws::PolicyDocument& document) {
  std::map<std::string, std::string> bound;
  for (const aws::PolicyStatement& s : document.statements) {
    if (!s.principal) continue;
    for (const std::string& name : s.principal->aws) {
      const bool ours = name.find(":iam::" + world.account() + ":") != std::string::npos;
      if (!ours || name.ends_with(":root")) continue;  // other accounts' principals are taken as they are
      if (const aws::Role* role = role_by_arn(world, name)) {
        bound[name] = role->RoleId;
        continue;
      }
      for (const auto& [key, user] : world.table<aws::User>()) {
        if (user.Arn == name) bound[name] = user.UserId;
      }
      if (!bound.contains(name)) {
        return malformed_policy(fmt::format("Invalid principal in policy: \"AWS\":\"{}\"", name));
      }
    }
  }
  return bound;
}

std::size_t attachments(World& world, std::string_view arn) {
  auto has = [&](const aws::Grants& g) {
    return std::find(g.attached.begin(), g.attached.end(), arn) != g.attached.end();
  };
  std::size_t count = 0;
  for (const auto& [name, role] : world.table<aws::Role>()) count += has(role.grants);
  for (const auto& [name, user] : world.table<aws::User>()) count += has(user.grants);
  return count;
}

std::size_t boundary_uses(World& world, std::string_view arn) {
  std::size_t count = 0;
  for (const auto& [name, role] : world.table<aws::Role>()) {
    count += role.boundary && role.boundary->PermissionsBoundaryArn == arn;
  }
  for (const auto& [name, user] : world.table<aws::User>()) {
    count += user.boundary && user.boundary->PermissionsBoundaryArn == arn;
  }
  return count;
}

bool is_protected(const aws::Role& role) { return role.Path.starts_with("/aws-service-role/"); }

tl::unexpected<ApiError> protected_role(const aws::Role& role) {
  return refuse("UnmodifiableEntity",
                fmt::format("Cannot perform the operation on the protected role '{}' - this role is only modifiable by "
                            "AWS",
                            role.RoleName));
}

}  // namespace drydock::twin::iam
