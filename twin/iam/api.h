// What the handlers of IAM and STS share: AWS's refusals, parameters, pages, tags.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "cloud/aws/iam.h"
#include "cloud/aws/policy.h"
#include "twin/kernel/front.h"
#include "twin/kernel/world.h"

namespace drydock::twin::iam {

void install_roles(Front& front);
void install_users(Front& front);
void install_grants(Front& front);  // policies attached to and inlined in roles and users
void install_policies(Front& front);
void install_instance_profiles(Front& front);
void install_oidc_providers(Front& front);
void install_account(Front& front);
void install_sts(Front& front);

tl::unexpected<ApiError> no_such_entity(std::string message);   // 404 NoSuchEntity
tl::unexpected<ApiError> already_exists(std::string message);   // 409 EntityAlreadyExists
tl::unexpected<ApiError> delete_conflict(std::string message);  // 409 DeleteConflict
tl::unexpected<ApiError> malformed_policy(std::string message);
tl::unexpected<ApiError> validation(std::string_view value, std::string_view parameter, std::string_view constraint);

/// The named parameters must be there and not empty: AWS's ValidationError says which one is not.
std::optional<ApiError> require(const Call& call, std::initializer_list<const char*> parameters);
/// A name of IAM: letters, digits and +=,.@_-, at most `longest`. `parameter` as in AWS's text, "roleName".
std::optional<ApiError> check_name(std::string_view name, const char* parameter, std::size_t longest);
std::optional<ApiError> check_path(std::string_view path);
std::optional<ApiError> check_document(std::string_view document, aws::PolicyKind kind, std::size_t quota);

/// "AROA" + 17 letters and digits, from the world's generator.
std::string unique_id(World& world, std::string_view prefix);
std::string iam_arn(World& world, std::string_view type, std::string_view path, std::string_view name);

/// Cuts `items` by Marker and MaxItems and answers {name: [...], IsTruncated, Marker}.
Json page(const Call& call, const char* name, std::vector<Json> items);

aws::IamTags tags_of(const Json& parameter);
void add_tags(aws::IamTags& tags, const Json& parameter);
void remove_tags(aws::IamTags& tags, const Json& keys);

/// As the API shows it: the trust policy URL-encoded, tags and boundary only where `full`.
Json wire(World& world, const aws::Role& role, bool full);
Json wire(World& world, const aws::InstanceProfile& profile, bool full);

/// The principals a trust policy names and what they are bound to. Refusal: one of them does not exist.
tl::expected<std::map<std::string, std::string>, ApiError> bind_principals(World& world,
                                                                           const aws::PolicyDocument& document);
/// How many roles and users have the policy attached, and how many as a boundary.
std::size_t attachments(World& world, std::string_view arn);
std::size_t boundary_uses(World& world, std::string_view arn);

bool is_protected(const aws::Role& role);  // a service-linked role: only its service may change it
tl::unexpected<ApiError> protected_role(const aws::Role& role);

}  // namespace drydock::twin::iam
