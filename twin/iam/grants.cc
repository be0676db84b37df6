// Policies attached to and inlined in roles and users; the same operations twice, told apart by a few words.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "twin/iam/access.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

constexpr std::size_t kAttachedQuota = 10;

template <class T>
struct Kind;
template <>
struct Kind<aws::Role> {
  static constexpr const char *parameter = "RoleName", *noun = "role", *quota = "PoliciesPerRole", *in = "Role";
  static constexpr std::size_t inline_quota = 10240;
};
template <>
struct Kind<aws::User> {
  static constexpr const char *parameter = "UserName", *noun = "user", *quota = "PoliciesPerUser", *in = "User";
  static constexpr std::size_t inline_quota = 2048;
};

template <class T>
tl::expected<const T*, ApiError> find_owner(World& world, const Call& call) {
  if (auto missing = require(call, {Kind<T>::parameter})) return tl::unexpected(*missing);
  const std::string name = call.text(Kind<T>::parameter);
  if (const T* owner = world.table<T>().find(name)) return owner;
  return no_such_entity(fmt::format("The {} with name {} cannot be found.", Kind<T>::noun, name));
}

template <class T>
tl::expected<T*, ApiError> edit_owner(World& world, const Call& call) {
  auto found = find_owner<T>(world, call);
  if (!found) return tl::unexpected(found.error());
  if constexpr (std::is_same_v<T, aws::Role>) {
    if (is_protected(**found)) return protected_role(**found);
  }
  return world.table<T>().edit(call.text(Kind<T>::parameter));
}

template <class T>
ApiResult attach(World& world, Call& call) {
  if (auto missing = require(call, {"PolicyArn"})) return tl::unexpected(*missing);
  auto owner = edit_owner<T>(world, call);
  if (!owner) return tl::unexpected(owner.error());
  const std::string arn = call.text("PolicyArn");
  if (!arn.starts_with("arn:")) {
    return refuse("InvalidInput", fmt::format("ARN {} is not valid.", arn));
  }
  if (!policy_text(world, arn)) {
    return no_such_entity(fmt::format("Policy {} does not exist or is not attachable.", arn));
  }
  std::vector<std::string>& attached = (*owner)->grants.attached;
  if (std::find(attached.begin(), attached.end(), arn) != attached.end()) return Json::object();
  if (attached.size() >= kAttachedQuota) {
    return refuse("LimitExceeded", fmt::format("Cannot exceed quota for {}: {}", Kind<T>::quota, kAttachedQuota), 409);
  }
  attached.push_back(arn);
  return Json::object();
}

template <class T>
ApiResult detach(World& world, Call& call) {
  auto owner = edit_owner<T>(world, call);
  if (!owner) return tl::unexpected(owner.error());
  const std::string arn = call.text("PolicyArn");
  if (std::erase((*owner)->grants.attached, arn) == 0) {
    return no_such_entity(fmt::format("Policy {} was not found.", arn));
  }
  return Json::object();
}

template <class T>
ApiResult list_attached(World& world, Call& call) {
  auto owner = find_owner<T>(world, call);
  if (!owner) return tl::unexpected(owner.error());
  std::vector<Json> items;
  for (const std::string& arn : (*owner)->grants.attached) {
    items.push_back(Json::object({{"PolicyName", arn.substr(arn.rfind('/') + 1)}, {"PolicyArn", arn}}));
  }
  return page(call, "AttachedPolicies", std::move(items));
}

template <class T>
ApiResult put_inline(World& world, Call& call) {
  if (auto missing = require(call, {"PolicyName", "PolicyDocument"})) return tl::unexpected(*missing);
  auto owner = edit_owner<T>(world, call);
  if (!owner) return tl::unexpected(owner.error());
  const std::string name = call.text("PolicyName"), document = call.text("PolicyDocument");
  if (auto fault = check_name(name, "policyName", 128)) return tl::unexpected(*fault);
  if (auto fault = check_document(document, aws::PolicyKind::identity, 131'072)) return tl::unexpected(*fault);
  std::size_t total = aws::policy_size(document);
  for (const auto& [other, text] : (*owner)->grants.inlined) total += other == name ? 0 : aws::policy_size(text);
  if (total > Kind<T>::inline_quota) {
    return refuse("LimitExceeded",
                  fmt::format("Maximum policy size of {} bytes exceeded for {} {}", Kind<T>::inline_quota,
                              Kind<T>::noun, call.text(Kind<T>::parameter)),
                  409);
  }
  (*owner)->grants.inlined[name] = document;
  return Json::object();
}

template <class T>
tl::unexpected<ApiError> no_inline(const std::string& name) {
  return no_such_entity(fmt::format("The {} policy with name {} cannot be found.", Kind<T>::noun, name));
}

template <class T>
ApiResult get_inline(World& world, Call& call) {
  auto owner = find_owner<T>(world, call);
  if (!owner) return tl::unexpected(owner.error());
  const std::string name = call.text("PolicyName");
  const auto found = (*owner)->grants.inlined.find(name);
  if (found == (*owner)->grants.inlined.end()) return no_inline<T>(name);
  return Json::object({{Kind<T>::parameter, call.text(Kind<T>::parameter)},
                       {"PolicyName", name},
                       {"PolicyDocument", uri_encode(found->second)}});
}

template <class T>
ApiResult delete_inline(World& world, Call& call) {
  auto owner = edit_owner<T>(world, call);
  if (!owner) return tl::unexpected(owner.error());
  if ((*owner)->grants.inlined.erase(call.text("PolicyName")) == 0) return no_inline<T>(call.text("PolicyName"));
  return Json::object();
}

template <class T>
ApiResult list_inline(World& world, Call& call) {
  auto owner = find_owner<T>(world, call);
  if (!owner) return tl::unexpected(owner.error());
  std::vector<Json> names;
  for (const auto& [name, document] : (*owner)->grants.inlined) names.emplace_back(name);
  return page(call, "PolicyNames", std::move(names));
}

template <class T>
void install_for(Front& front) {
  const std::string in = Kind<T>::in;
  front.operation("iam", "Attach" + in + "Policy", attach<T>);
  front.operation("iam", "Detach" + in + "Policy", detach<T>);
  front.operation("iam", "ListAttached" + in + "Policies", list_attached<T>);
  front.operation("iam", "Put" + in + "Policy", put_inline<T>);
  front.operation("iam", "Get" + in + "Policy", get_inline<T>);
  front.operation("iam", "Delete" + in + "Policy", delete_inline<T>);
  front.operation("iam", "List" + in + "Policies", list_inline<T>);
}

}  // namespace

void install_grants(Front& front) {
  install_for<aws::Role>(front);
  install_for<aws::User>(front);
}

}  // namespace drydock::twin::iam
