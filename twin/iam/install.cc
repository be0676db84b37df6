#include "twin/iam/install.h"

#include <fmt/format.h>

#include "twin/iam/access.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

/// IAM's own operations name one entity; policies may be scoped to it.
std::string iam_resource(World& world, const Call& call) {
  if (const std::string arn = call.text("OpenIDConnectProviderArn"); !arn.empty()) return arn;
  if (const std::string name = call.text("RoleName"); !name.empty()) {
    const aws::Role* role = world.table<aws::Role>().find(name);
    return role ? role->Arn : iam_arn(world, "role", call.text("Path", "/"), name);
  }
  if (const std::string name = call.text("InstanceProfileName"); !name.empty()) {
    const aws::InstanceProfile* profile = world.table<aws::InstanceProfile>().find(name);
    return profile ? profile->Arn : iam_arn(world, "instance-profile", call.text("Path", "/"), name);
  }
  if (const std::string name = call.text("UserName"); !name.empty()) {
    const aws::User* user = world.table<aws::User>().find(name);
    return user ? user->Arn : iam_arn(world, "user", call.text("Path", "/"), name);
  }
  if (const std::string arn = call.text("PolicyArn"); !arn.empty()) return arn;
  if (const std::string name = call.text("PolicyName"); !name.empty()) {
    return iam_arn(world, "policy", call.text("Path", "/"), name);
  }
  return "*";
}

void add_request_tag(Context& context, const std::string& key, const std::string& value) {
  context["aws:RequestTag/" + key] = {value};
  context["aws:TagKeys"].push_back(key);
}

/// aws:RequestTag/k and aws:TagKeys, wherever the protocol carries tags.
void add_request_tags(const Json& in, Context& context) {
  auto add_list = [&](const Json& list) {
    for (std::size_t i = 0; i < list.size(); ++i) {
      const Json& tag = list.item(i);
      if (tag.is_object()) add_request_tag(context, tag.at("Key").string_or(), tag.at("Value").string_or());
    }
  };
  if (in.at("Tags").is_array()) add_list(in.at("Tags"));
  for (std::size_t i = 0; i < in.at("TagSpecification").size(); ++i)
    add_list(in.at("TagSpecification").item(i).at("Tag"));
  if (!in.at("tags").is_object()) return;
  for (const auto& [key, value] : in.at("tags").as_object()) add_request_tag(context, key, value.string_or());
}

/// Who gets a role that is passed: the service called, but for profiles, which are EC2's.
std::string passed_to(const Call& call) {
  return (call.service == "iam" || call.service == "autoscaling" ? "ec2" : call.service) + ".amazonaws.com";
}

/// AWS's code and status differ by service; the sentence hardly does.
ApiError denial(const Call& call, const std::string& sentence) {
  if (call.service == "ec2") {
    return {403, "UnauthorizedOperation", "You are not authorized to perform this operation. " + sentence, {}};
  }
  if (call.service == "eks") return {403, "AccessDeniedException", sentence, {}};
  if (call.service == "ecr" || call.service == "ssm" || call.service == "kms" || call.service == "logs") {
    return {400, "AccessDeniedException", sentence, {}};
  }
  return {403, "AccessDenied", sentence, {}};
}

std::optional<ApiError> may(World& world, const Call& call, const std::string& action,
                            const std::vector<std::string>& resources) {
  if (!call.http) return std::nullopt;  // from inside the twin: a service at work, authorised where it was asked
  const Caller caller = caller_of(call.caller);
  Context context;
  context["aws:RequestedRegion"] = {call.region};
  add_request_tags(call.in, context);
  if (action == "iam:PassRole") context["iam:PassedToService"] = {passed_to(call)};
  Beside beside;
  beside.access_key_id = call.caller.access_key_id;
  for (std::string resource : resources) {
    if (call.service == "iam" && resource == "*") resource = iam_resource(world, call);
    const Request request{action, resource, "", context};
    const Decision decision = authorise(world, caller, request, beside);
    if (!decision.allowed()) return denial(call, denied_text(caller, request, decision));
  }
  return std::nullopt;
}

}  // namespace

void seed(World& world) {
  if (world.table<aws::User>().contains(Account::user)) return;
  aws::User admin;
  admin.UserName = Account::user;
  admin.UserId = Account::user_id;
  admin.Arn = Account::user_arn;
  admin.CreateDate = iso_seconds(world.now());
  admin.grants.attached = {"arn:aws:iam::aws:policy/AdministratorAccess"};
  aws::AccessKey key;
  key.UserName = admin.UserName;
  key.AccessKeyId = Account::access_key;
  key.secret = Account::secret_key;
  key.CreateDate = admin.CreateDate;
  world.table<aws::User>().put(Account::user, std::move(admin));
  world.table<aws::AccessKey>().put(Account::access_key, std::move(key));
}

void install(Front& front, World& world) {
  verify_web_identity_by(world, {});
  install_roles(front);
  install_users(front);
  install_grants(front);
  install_policies(front);
  install_instance_profiles(front);
  install_oidc_providers(front);
  install_account(front);
  install_sts(front);
  front.credentials(credential);
  front.authoriser(may);
  seed(world);
}

}  // namespace drydock::twin::iam
