// ECR: the account's private registry. Images cannot be pushed here; repositories are empty.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <chrono>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/ecr.h"
#include "cloud/aws/policy.h"
#include "twin/storage/storage.h"

namespace drydock::twin::storage {
namespace {

using aws::Repository;

constexpr const char* kNamePattern = "(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*";

std::string registry_host(const std::string& account, const std::string& region) {
  return fmt::format("{}.dkr.ecr.{}.amazonaws.com", account, region);
}

/// kNamePattern, by hand: words of small letters and digits, joined by one of "._-/".
bool is_repository_name(const std::string& name) {
  bool word = false;
  for (char c : name) {
    const bool plain = std::islower(static_cast<unsigned char>(c)) || std::isdigit(static_cast<unsigned char>(c));
    if (!plain && (!word || std::string_view("._-/").find(c) == std::string_view::npos)) return false;
    word = plain;
  }
  return word && name.size() >= 2 && name.size() <= 256;
}

tl::unexpected<ApiError> no_repository(World& world, const std::string& name) {
  return refuse(
      "RepositoryNotFoundException",
      fmt::format("The repository with name '{}' does not exist in the registry with id '{}'", name, world.account()));
}

/// Other accounts' registries let nodes pull; they do not let anyone look.
std::optional<ApiError> foreign_registry(World& world, const Call& call) {
  const std::string id = call.text("registryId");
  if (id.empty() || id == world.account()) return std::nullopt;
  return ApiError{
      400,
      "AccessDeniedException",
      fmt::format("User: {} is not authorized to perform: ecr:{} on resource: arn:aws:ecr:{}:{}:repository/{} "
                  "because no resource-based policy allows the ecr:{} action",
                  call.caller.arn, call.action, call.region, id, call.text("repositoryName", "*"), call.action),
      {}};
}

template <class Change>
ApiResult with_repository(World& world, const Call& call, Change change) {
  if (auto denied = foreign_registry(world, call)) return tl::unexpected(*denied);
  const std::string name = call.text("repositoryName");
  Repository* repository = world.table<Repository>(call.region).edit(name);
  if (!repository) return no_repository(world, name);
  return change(*repository);
}

Json identity(const Repository& r) {
  return Json::object({{"registryId", r.registryId}, {"repositoryName", r.repositoryName}});
}

ApiResult get_authorization_token(World& world, Call& call) {
  const auto wall =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  Json::Array data;
  std::vector<std::string> registries = call.texts("registryIds");
  if (registries.empty()) registries.push_back(world.account());
  for (const std::string& id : registries) {
    data.push_back(Json::object({{"authorizationToken", base64("AWS:" + base64(random_bytes(96)))},
                                 {"expiresAt", wall.count() + 12 * 3600},
                                 {"proxyEndpoint", "https://" + registry_host(id, call.region)}}));
  }
  return Json::object({{"authorizationData", std::move(data)}});
}

void put_tags(std::map<std::string, std::string>& tags, const Json& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    tags[list.item(i).at("Key").string_or()] = list.item(i).at("Value").string_or();
  }
}

ApiResult create(World& world, Call& call) {
  Repository r;
  r.repositoryName = call.text("repositoryName");
  if (!is_repository_name(r.repositoryName)) {
    return refuse(
        "InvalidParameterException",
        fmt::format("Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must satisfy regular "
                    "expression '{}''",
                    kNamePattern));
  }
  if (world.table<Repository>(call.region).contains(r.repositoryName)) {
    return refuse("RepositoryAlreadyExistsException",
                  fmt::format("The repository with name '{}' already exists in the registry with id '{}'",
                              r.repositoryName, world.account()));
  }
  r.registryId = world.account();
  r.repositoryArn = fmt::format("arn:aws:ecr:{}:{}:repository/{}", call.region, world.account(), r.repositoryName);
  r.repositoryUri = registry_host(world.account(), call.region) + "/" + r.repositoryName;
  r.createdAt = epoch_seconds(world.now());
  r.imageTagMutability = call.text("imageTagMutability", r.imageTagMutability);
  if (call.in.at("imageScanningConfiguration").is_object()) {
    r.imageScanningConfiguration = call.in.at("imageScanningConfiguration");
  }
  if (call.in.at("encryptionConfiguration").is_object()) {
    r.encryptionConfiguration = call.in.at("encryptionConfiguration");
  }
  if (const Json* filters = call.in.find("imageTagMutabilityExclusionFilters")) {
    r.imageTagMutabilityExclusionFilters = *filters;
  }
  put_tags(r.tags, call.in.at("tags"));
  const std::string name = r.repositoryName;
  const Repository& made = world.table<Repository>(call.region).put(name, std::move(r));
  return Json::object({{"repository", fields::encode(made, fields::Scope::wire)}});
}

ApiResult describe(World& world, Call& call) {
  if (auto denied = foreign_registry(world, call)) return tl::unexpected(*denied);
  Json::Array out;
  const std::vector<std::string> names = call.texts("repositoryNames");
  for (const std::string& name : names) {
    const Repository* r = world.table<Repository>(call.region).find(name);
    if (!r) return no_repository(world, name);
    out.push_back(fields::encode(*r, fields::Scope::wire));
  }
  if (names.empty()) {
    for (const auto& [name, r] : world.table<Repository>(call.region))
      out.push_back(fields::encode(r, fields::Scope::wire));
  }
  return Json::object({{"repositories", std::move(out)}});
}

ApiResult remove(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    Json shown = fields::encode(r, fields::Scope::wire);
    world.table<Repository>(call.region).erase(call.text("repositoryName"));
    return Json::object({{"repository", std::move(shown)}});
  });
}

tl::unexpected<ApiError> none(const Repository& r, const char* code, const char* what) {
  return refuse(code, fmt::format("{} does not exist for the repository with name '{}' in the registry with id '{}'",
                                  what, r.repositoryName, r.registryId));
}

ApiResult set_policy(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    const std::string text = call.text("policyText");
    if (!aws::parse_policy(text, aws::PolicyKind::resource)) {
      return refuse(
          "InvalidParameterException",
          "Invalid parameter at 'PolicyText' failed to satisfy constraint: 'Invalid repository policy provided'");
    }
    r.policy = text;
    Json out = identity(r);
    out["policyText"] = text;
    return out;
  });
}
ApiResult get_policy(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    if (r.policy.empty()) return none(r, "RepositoryPolicyNotFoundException", "Repository policy");
    Json out = identity(r);
    out["policyText"] = r.policy;
    return out;
  });
}
ApiResult delete_policy(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    if (r.policy.empty()) return none(r, "RepositoryPolicyNotFoundException", "Repository policy");
    Json out = identity(r);
    out["policyText"] = std::exchange(r.policy, {});
    return out;
  });
}

ApiResult put_lifecycle(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    r.lifecycle_policy = call.text("lifecyclePolicyText");
    Json out = identity(r);
    out["lifecyclePolicyText"] = r.lifecycle_policy;
    return out;
  });
}
ApiResult get_lifecycle(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    if (r.lifecycle_policy.empty()) return none(r, "LifecyclePolicyNotFoundException", "Lifecycle policy");
    Json out = identity(r);
    out["lifecyclePolicyText"] = r.lifecycle_policy;
    return out;
  });
}
ApiResult delete_lifecycle(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    if (r.lifecycle_policy.empty()) return none(r, "LifecyclePolicyNotFoundException", "Lifecycle policy");
    Json out = identity(r);
    out["lifecyclePolicyText"] = std::exchange(r.lifecycle_policy, {});
    return out;
  });
}

ApiResult put_mutability(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    r.imageTagMutability = call.text("imageTagMutability", "MUTABLE");
    Json out = identity(r);
    out["imageTagMutability"] = r.imageTagMutability;
    return out;
  });
}
ApiResult put_scanning(World& world, Call& call) {
  return with_repository(world, call, [&](Repository& r) -> ApiResult {
    r.imageScanningConfiguration = call.in.at("imageScanningConfiguration");
    Json out = identity(r);
    out["imageScanningConfiguration"] = r.imageScanningConfiguration;
    return out;
  });
}

ApiResult no_images(World& world, Call& call, const char* member) {
  return with_repository(world, call, [&](Repository&) -> ApiResult {
    return Json::object({{member, Json::Array{}}});
  });
}

/// The repository behind arn:aws:ecr:REGION:ACCOUNT:repository/NAME.
template <class Change>
ApiResult with_arn(World& world, const Call& call, Change change) {
  const std::string arn = call.text("resourceArn");
  const auto at = arn.find(":repository/");
  const std::string name = at == std::string::npos ? "" : arn.substr(at + std::string_view(":repository/").size());
  Repository* r = world.table<Repository>(call.region).edit(name);
  if (!r) return no_repository(world, name);
  return change(*r);
}
ApiResult list_tags(World& world, Call& call) {
  return with_arn(world, call, [&](Repository& r) -> ApiResult {
    Json::Array tags;
    for (const auto& [key, value] : r.tags) tags.push_back(Json::object({{"Key", key}, {"Value", value}}));
    return Json::object({{"tags", std::move(tags)}});
  });
}
ApiResult tag(World& world, Call& call) {
  return with_arn(world, call, [&](Repository& r) -> ApiResult {
    put_tags(r.tags, call.in.at("tags"));
    return Json::object();
  });
}
ApiResult untag(World& world, Call& call) {
  return with_arn(world, call, [&](Repository& r) -> ApiResult {
    for (const std::string& key : call.texts("tagKeys")) r.tags.erase(key);
    return Json::object();
  });
}

}  // namespace

void install_ecr(Front& front) {
  front.operation("ecr", "GetAuthorizationToken", get_authorization_token);
  front.operation("ecr", "CreateRepository", create);
  front.operation("ecr", "DescribeRepositories", describe);
  front.operation("ecr", "DeleteRepository", remove);
  front.operation("ecr", "SetRepositoryPolicy", set_policy);
  front.operation("ecr", "GetRepositoryPolicy", get_policy);
  front.operation("ecr", "DeleteRepositoryPolicy", delete_policy);
  front.operation("ecr", "PutLifecyclePolicy", put_lifecycle);
  front.operation("ecr", "GetLifecyclePolicy", get_lifecycle);
  front.operation("ecr", "DeleteLifecyclePolicy", delete_lifecycle);
  front.operation("ecr", "PutImageTagMutability", put_mutability);
  front.operation("ecr", "PutImageScanningConfiguration", put_scanning);
  front.operation("ecr", "ListImages", [](World& w, Call& c) { return no_images(w, c, "imageIds"); });
  front.operation("ecr", "DescribeImages", [](World& w, Call& c) { return no_images(w, c, "imageDetails"); });
  front.operation("ecr", "ListTagsForResource", list_tags);
  front.operation("ecr", "TagResource", tag);
  front.operation("ecr", "UntagResource", untag);
}

void install(Front& front, World& world) {
  install_ecr(front);
  install_ssm(front);
  install_s3(front, world);
}

}  // namespace drydock::twin::storage
