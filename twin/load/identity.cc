// Policies, roles, instance profiles, OIDC providers.
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "twin/load/loader.h"

namespace drydock::twin::load {
namespace {

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= 64 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("+=,.@_-").find(static_cast<char>(c)) != std::string_view::npos;
  });
}
/// A name of a plan that nobody chose yet (its address stands there) as one that IAM takes.
std::string legal(const std::string& name) { return is_name(name) ? name : "planned-" + hex(md5(name)).substr(0, 12); }

Json tags(const aws::IamTags& list) {
  Json out = Json::array({});
  for (const auto& tag : list) out.push_back(Json::object({{"Key", tag.Key}, {"Value", tag.Value}}));
  return out;
}

}  // namespace

Step Loader::role(const aws::Role& x) {
  const std::string name = legal(x.RoleName);
  const std::string arn = fmt::format("arn:aws:iam::{}:role{}{}", Account::id, x.Path, name);
  if (!x.Arn.empty() && text(x.Arn) != arn) renamed_.emplace_back(text(x.Arn), arn);
  Json boundary;
  if (x.boundary) boundary = text(x.boundary->PermissionsBoundaryArn);
  auto reply = call("iam", "CreateRole",
                    {{"RoleName", name},
                     {"Path", x.Path},
                     {"AssumeRolePolicyDocument", text(x.AssumeRolePolicyDocument)},
                     {"PermissionsBoundary", boundary},
                     {"Tags", tags(x.Tags)}});
  if (!reply) return fault(x, reply);
  made(x, name);
  for (const std::string& policy : x.grants.attached) {
    reply = call("iam", "AttachRolePolicy", {{"RoleName", name}, {"PolicyArn", text(policy)}});
    if (!reply) return fault(x, reply);
  }
  for (const auto& [policy, document] : x.grants.inlined) {
    reply = call("iam", "PutRolePolicy",
                 {{"RoleName", name}, {"PolicyName", legal(policy)}, {"PolicyDocument", text(document)}});
    if (!reply) return fault(x, reply);
  }
  return {};
}

Step Loader::identities() {
  for (const aws::Policy& x : w_.policies) {
    const std::string document = x.versions.empty() ? std::string() : [&] {
      for (const auto& version : x.versions)
        if (version.VersionId == x.DefaultVersionId || version.IsDefaultVersion) return version.Document;
      return x.versions.back().Document;
    }();
    const std::string name = legal(x.PolicyName);
    const std::string arn = fmt::format("arn:aws:iam::{}:policy{}{}", Account::id, x.Path, name);
    if (text(x.Arn) != arn) renamed_.emplace_back(text(x.Arn), arn);
    auto reply =
        call("iam", "CreatePolicy", {{"PolicyName", name}, {"Path", x.Path}, {"PolicyDocument", text(document)}});
    if (!reply) return fault(x, reply);
    made(x, arn);
  }
  for (const aws::OpenIdConnectProvider& x : w_.oidc_providers) {
    Json clients = Json::array({});
    for (const std::string& client : x.ClientIDList) clients.push_back(client);
    auto reply = call("iam", "CreateOpenIDConnectProvider", {{"Url", "https://" + x.Url}, {"ClientIDList", clients}});
    if (!reply) return fault(x, reply);
    made(x, reply->at("OpenIDConnectProviderArn").string_or());
  }
  // A trust policy may name another role, which must be there.
  std::vector<const aws::Role*> waiting;
  for (const aws::Role& x : w_.roles) waiting.push_back(&x);
  while (!waiting.empty()) {
    std::vector<const aws::Role*> again;
    Step last;
    for (const aws::Role* x : waiting)
      if (Step error = role(*x)) last = error, again.push_back(x);
    if (again.size() == waiting.size()) return last;
    waiting = std::move(again);
  }
  for (const aws::InstanceProfile& x : w_.instance_profiles) {
    const std::string name = legal(x.InstanceProfileName);
    const std::string arn = fmt::format("arn:aws:iam::{}:instance-profile{}{}", Account::id, x.Path, name);
    if (!x.Arn.empty() && text(x.Arn) != arn) renamed_.emplace_back(text(x.Arn), arn);
    auto reply = call("iam", "CreateInstanceProfile", {{"InstanceProfileName", name}, {"Path", x.Path}});
    if (reply && !x.role.empty())
      reply =
          call("iam", "AddRoleToInstanceProfile", {{"InstanceProfileName", name}, {"RoleName", id<aws::Role>(x.role)}});
    if (!reply) return fault(x, reply);
    made(x, name);
  }
  return {};
}

}  // namespace drydock::twin::load
