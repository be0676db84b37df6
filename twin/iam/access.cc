#include "twin/iam/access.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <unordered_map>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/managed_policies.h"
#include "cloud/world/nouns.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

constexpr std::int64_t kInstanceSessionMs = 6 * 3600 * 1000;  // what IMDS hands out lasts about six hours

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

std::shared_ptr<const aws::PolicyDocument> parsed(std::string_view text, aws::PolicyKind kind) {
  struct Entry {
    std::shared_ptr<const aws::PolicyDocument> by_kind[5];
  };
  thread_local std::unordered_map<std::string, Entry> cache;  // by text; emptied when it grows beyond any real world
  if (cache.size() > 4096) cache.clear();
  auto& slot = cache[std::string(text)].by_kind[static_cast<int>(kind)];
  if (!slot) {
    if (Result<aws::PolicyDocument> document = aws::parse_policy(text, kind)) {
      slot = std::make_shared<const aws::PolicyDocument>(std::move(*document));
    }
  }
  return slot;
}

const char* policy_text(World& world, std::string_view arn) {
  if (const aws::ManagedPolicy* managed = aws::find_managed_policy(arn)) return managed->document;
  const aws::Policy* policy = world.table<aws::Policy>().find(arn);
  if (!policy) return nullptr;
  for (const aws::PolicyVersion& version : policy->versions) {
    if (version.IsDefaultVersion) return version.Document.c_str();
  }
  return nullptr;
}

const aws::Role* role_by_arn(World& world, std::string_view arn) {
  const auto slash = arn.rfind('/');
  if (slash == std::string_view::npos) return nullptr;
  const aws::Role* role = world.table<aws::Role>().find(arn.substr(slash + 1));
  return role && role->Arn == arn ? role : nullptr;
}

Caller session_caller(const aws::Role& role, std::string_view session_name) {
  const std::string account = aws::Arn::parse(role.Arn).value_or(aws::Arn{}).account;
  Caller caller;
  caller.kind = Caller::Kind::role_session;
  caller.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", account, role.RoleName, session_name);
  caller.role_arn = role.Arn;
  caller.unique_id = role.RoleId;
  caller.account = account;
  return caller;
}

Caller service_caller(std::string service) {
  Caller caller;
  caller.kind = Caller::Kind::service;
  caller.service = std::move(service);
  return caller;
}

Caller root_caller(World& world) {
  Caller caller;
  caller.kind = Caller::Kind::root;
  caller.account = world.account();
  caller.arn = fmt::format("arn:aws:iam::{}:root", world.account());
  return caller;
}

Caller caller_of(const Principal& p) {
  Caller caller;
  switch (p.kind) {
    case Principal::Kind::anonymous:
      caller.kind = Caller::Kind::anonymous;
      break;
    case Principal::Kind::root:
      caller.kind = Caller::Kind::root;
      break;
    case Principal::Kind::user:
      caller.kind = Caller::Kind::user;
      break;
    case Principal::Kind::assumed_role:
      caller.kind = Caller::Kind::role_session;
      break;
    case Principal::Kind::service:
      caller.kind = Caller::Kind::service;
      break;
  }
  caller.arn = p.arn;
  caller.account = p.account;
  caller.role_arn = p.role_arn;
  caller.unique_id = p.user_id.substr(0, p.user_id.find(':'));
  if (p.kind == Principal::Kind::service) caller.service = p.arn;
  return caller;
}

std::optional<Credential> credential(World& world, const std::string& access_key_id) {
  Credential out;
  Principal& p = out.principal;
  p.account = world.account();
  p.access_key_id = access_key_id;
  if (const aws::AccessKey* key = world.table<aws::AccessKey>().find(access_key_id)) {
    const aws::User* user = world.table<aws::User>().find(key->UserName);
    if (!user || key->Status != "Active") return std::nullopt;
    p.kind = Principal::Kind::user;
    p.arn = user->Arn;
    p.user_id = user->UserId;
    out.secret = key->secret;
    return out;
  }
  const aws::Session* session = world.table<aws::Session>().find(access_key_id);
  if (!session) return std::nullopt;
  out.secret = session->secret;
  out.session_token = session->token;
  out.expires_at = from_epoch_millis(session->expires);
  if (!session->user_name.empty()) {
    const aws::User* user = world.table<aws::User>().find(session->user_name);
    if (!user) return std::nullopt;
    p.kind = Principal::Kind::user;
    p.arn = user->Arn;
    p.user_id = user->UserId;
    return out;
  }
  p.kind = Principal::Kind::assumed_role;
  p.role_arn = session->role_arn;
  p.session = session->session_name;
  p.user_id = session->role_id + ":" + session->session_name;
  p.arn = fmt::format("arn:aws:sts::{}:assumed-role/{}/{}", world.account(), session->role_name, session->session_name);
  return out;
}

namespace {

/// The policies of one caller, with the documents they point to kept alive.
struct Collected {
  Policies policies;
  std::vector<std::shared_ptr<const aws::PolicyDocument>> alive;

  std::optional<PolicyRef> ref(std::string name, std::string_view text, aws::PolicyKind kind) {
    std::shared_ptr<const aws::PolicyDocument> document = parsed(text, kind);
    if (!document) return std::nullopt;
    alive.push_back(document);
    return PolicyRef{std::move(name), document.get()};
  }
};

std::string last_part(std::string_view arn) { return std::string(arn.substr(arn.rfind('/') + 1)); }

void collect_grants(World& world, const aws::Grants& grants, const std::optional<aws::PermissionsBoundary>& boundary,
                    Collected& out) {
  for (const std::string& arn : grants.attached) {
    const char* text = policy_text(world, arn);
    if (!text) continue;
    if (auto ref = out.ref(last_part(arn), text, aws::PolicyKind::identity)) out.policies.identity.push_back(*ref);
  }
  for (const auto& [name, document] : grants.inlined) {
    if (auto ref = out.ref(name, document, aws::PolicyKind::identity)) out.policies.identity.push_back(*ref);
  }
  if (!boundary) return;
  // A boundary that is gone allows nothing.
  static const aws::PolicyDocument kNothing;
  const char* text = policy_text(world, boundary->PermissionsBoundaryArn);
  std::optional<PolicyRef> ref;
  if (text) ref = out.ref(last_part(boundary->PermissionsBoundaryArn), text, aws::PolicyKind::identity);
  out.policies.boundary = ref ? *ref : PolicyRef{last_part(boundary->PermissionsBoundaryArn), &kNothing};
}

const aws::User* user_by_arn(World& world, const std::string& arn) {
  const aws::User* user = world.table<aws::User>().find(last_part(arn));
  return user && user->Arn == arn ? user : nullptr;
}

/// What the organization allows the account, level by level; service-linked roles are exempt
/// (https://docs.aws.amazon.com/organizations/latest/userguide/orgs_manage_policies_scps.html).
void collect_organization(World& world, const Caller& caller, Collected& out) {
  if (caller.role_arn.find(":role/aws-service-role/") != std::string::npos) return;
  std::map<std::int64_t, std::vector<PolicyRef>> levels;
  for (const auto& [name, policy] : world.table<cloud::OrganizationPolicy>()) {
    if (policy.type != "SERVICE_CONTROL_POLICY") continue;
    std::vector<PolicyRef>& level = levels[policy.level];  // a level whose documents say nothing allows nothing
    if (auto ref = out.ref(name, policy.document, aws::PolicyKind::identity)) level.push_back(*ref);
  }
  for (auto& [level, policies] : levels) out.policies.scps.push_back(std::move(policies));
}

void collect(World& world, const Caller& caller, std::string_view access_key_id, Collected& out) {
  if (caller.kind == Caller::Kind::user || caller.kind == Caller::Kind::role_session)
    collect_organization(world, caller, out);
  if (caller.kind == Caller::Kind::user) {
    if (const aws::User* user = user_by_arn(world, caller.arn))
      collect_grants(world, user->grants, user->boundary, out);
  } else if (caller.kind == Caller::Kind::role_session) {
    // The session of a role that was deleted keeps its signature and loses every permission.
    const aws::Role* role = role_by_arn(world, caller.role_arn);
    if (role && role->RoleId == caller.unique_id) collect_grants(world, role->grants, role->boundary, out);
  }
  const aws::Session* session = access_key_id.empty() ? nullptr : world.table<aws::Session>().find(access_key_id);
  if (!session) return;
  for (const std::string& document : session->policies) {
    if (auto ref = out.ref("session policy", document, aws::PolicyKind::identity)) out.policies.session.push_back(*ref);
  }
}

void add_key(Context& context, const char* key, std::string value) {
  if (!value.empty() && !context.contains(key)) context.emplace(key, std::vector<std::string>{std::move(value)});
}

void add_caller_keys(World& world, const Caller& caller, std::string_view access_key_id, Context& context) {
  using Kind = Caller::Kind;
  add_key(context, "aws:SecureTransport", "true");
  add_key(context, "aws:CurrentTime", iso_seconds(from_epoch_millis(wall_ms())));
  add_key(context, "aws:EpochTime", std::to_string(wall_ms() / 1000));
  add_key(context, "aws:PrincipalIsAWSService", caller.kind == Kind::service ? "true" : "false");
  add_key(context, "aws:PrincipalAccount", caller.account);
  if (caller.kind == Kind::user) {
    add_key(context, "aws:PrincipalArn", caller.arn);
    add_key(context, "aws:username", last_part(caller.arn));
    add_key(context, "aws:userid", caller.unique_id);
    add_key(context, "aws:PrincipalType", "User");
    if (const aws::User* user = user_by_arn(world, caller.arn)) {
      for (const aws::IamTag& tag : user->Tags) add_key(context, ("aws:PrincipalTag/" + tag.Key).c_str(), tag.Value);
    }
  } else if (caller.kind == Kind::role_session) {
    add_key(context, "aws:PrincipalArn", caller.role_arn);
    add_key(context, "aws:userid", caller.unique_id + ":" + last_part(caller.arn));
    add_key(context, "aws:PrincipalType", "AssumedRole");
    const aws::Session* session = access_key_id.empty() ? nullptr : world.table<aws::Session>().find(access_key_id);
    if (session) {
      add_key(context, "aws:TokenIssueTime", iso_seconds(from_epoch_millis(session->issued)));
      for (const auto& [key, value] : session->tags) add_key(context, ("aws:PrincipalTag/" + key).c_str(), value);
    }
    if (const aws::Role* role = role_by_arn(world, caller.role_arn)) {
      for (const aws::IamTag& tag : role->Tags) add_key(context, ("aws:PrincipalTag/" + tag.Key).c_str(), tag.Value);
    }
  } else if (caller.kind == Kind::root) {
    add_key(context, "aws:PrincipalArn", caller.arn);
    add_key(context, "aws:PrincipalType", "Account");
  }
}

}  // namespace

Decision authorise(World& world, const Caller& caller, Request request, const Beside& beside) {
  Collected collected;
  collect(world, caller, beside.access_key_id, collected);
  if (beside.endpoint) collected.policies.endpoint = PolicyRef{"VPC endpoint policy", beside.endpoint.get()};
  if (beside.resource) collected.policies.resource = PolicyRef{"resource policy", beside.resource.get()};
  collected.policies.resource_must_allow = beside.resource_must_allow;
  add_caller_keys(world, caller, beside.access_key_id, request.context);
  return evaluate(caller, request, collected.policies);
}

namespace {

/// The trust policy as it counts today: ARNs whose owner was deleted since are replaced by the id they were bound to,
/// which nobody has.
std::shared_ptr<const aws::PolicyDocument> trust_today(const aws::Role& role) {
  std::shared_ptr<const aws::PolicyDocument> document = parsed(role.AssumeRolePolicyDocument, aws::PolicyKind::trust);
  if (!document || role.bound.empty()) return document;
  auto copy = std::make_shared<aws::PolicyDocument>(*document);
  for (aws::PolicyStatement& s : copy->statements) {
    if (!s.principal) continue;
    for (std::string& name : s.principal->aws) {
      const auto bound = role.bound.find(name);
      if (bound != role.bound.end()) name = bound->second;  // unique ids match as ids
    }
  }
  return copy;
}

}  // namespace

Decision authorise_assume_role(World& world, const Caller& caller, const aws::Role& role, std::string_view action,
                               Context context, std::shared_ptr<const aws::PolicyDocument> endpoint) {
  Beside beside;
  beside.endpoint = std::move(endpoint);
  beside.resource = trust_today(role);
  beside.resource_must_allow = true;
  const std::string account = aws::Arn::parse(role.Arn).value_or(aws::Arn{}).account;
  return authorise(world, caller, {std::string(action), role.Arn, account, std::move(context)}, beside);
}

bool trusts_service(World& world, const aws::Role& role, std::string_view service) {
  return authorise_assume_role(world, service_caller(std::string(service)), role, "sts:AssumeRole").allowed();
}

aws::Session& new_session(World& world, const aws::Role& role, std::string session_name, std::int64_t lasts_ms) {
  aws::Session session;
  session.AccessKeyId = "ASIA" + world.new_base32(16);
  session.secret = world.new_hex(40);
  session.token = world.new_hex(128);
  session.role_arn = role.Arn;
  session.role_name = role.RoleName;
  session.role_id = role.RoleId;
  session.session_name = std::move(session_name);
  session.issued = wall_ms();
  session.expires = session.issued + lasts_ms;
  std::string key = session.AccessKeyId;
  return world.table<aws::Session>().put(std::move(key), std::move(session));
}

InstanceCredentials instance_credentials(World& world, const std::string& instance, std::string_view profile_arn) {
  InstanceCredentials out;
  const aws::InstanceProfile* profile = world.table<aws::InstanceProfile>().find(last_part(profile_arn));
  const aws::Role* role =
      profile && profile->Arn == profile_arn ? world.table<aws::Role>().find(profile->role) : nullptr;
  if (!role) return out;
  out.role_name = role->RoleName;
  if (!trusts_service(world, *role, "ec2.amazonaws.com")) {
    out.code = "AssumeRoleUnauthorizedAccess";
    out.message = fmt::format(
        "EC2 cannot assume the role {}. Please see documentation at "
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_iam-ec2.html#troubleshoot_iam-ec2_errors-"
        "info-doc.",
        role->RoleName);
    return out;
  }
  out.code = "Success";
  for (const auto& [key, session] : world.table<aws::Session>()) {
    if (session.instance == instance && session.role_id == role->RoleId && session.expires > wall_ms() + 300'000) {
      out.session = &session;
      return out;
    }
  }
  aws::Session& fresh = new_session(world, *role, instance, kInstanceSessionMs);
  fresh.instance = instance;
  out.session = &fresh;
  return out;
}

namespace {

struct ServiceLinkedRole {
  const char* service;
  const char* name;
  const char* policy;
};
constexpr ServiceLinkedRole kServiceLinkedRoles[] = {
    {"eks.amazonaws.com", "AWSServiceRoleForAmazonEKS", "AmazonEKSServiceRolePolicy"},
    {"eks-nodegroup.amazonaws.com", "AWSServiceRoleForAmazonEKSNodegroup", "AWSServiceRoleForAmazonEKSNodegroup"},
    {"autoscaling.amazonaws.com", "AWSServiceRoleForAutoScaling", "AutoScalingServiceRolePolicy"},
    {"eks-fargate.amazonaws.com", "AWSServiceRoleForAmazonEKSForFargate", ""},
    {"spot.amazonaws.com", "AWSServiceRoleForEC2Spot", ""},
    {"elasticloadbalancing.amazonaws.com", "AWSServiceRoleForElasticLoadBalancing", ""},
};

}  // namespace

std::string ensure_service_linked_role(World& world, std::string_view service) {
  for (const ServiceLinkedRole& known : kServiceLinkedRoles) {
    if (known.service != service) continue;
    if (const aws::Role* there = world.table<aws::Role>().find(known.name)) return there->Arn;
    aws::Role role;
    role.RoleName = known.name;
    role.Path = fmt::format("/aws-service-role/{}/", service);
    role.RoleId = unique_id(world, "AROA");
    role.Arn = iam_arn(world, "role", role.Path, role.RoleName);
    role.CreateDate = iso_seconds(world.now());
    role.AssumeRolePolicyDocument =
        fmt::format(R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Principal":{{"Service":"{}"}},)"
                    R"("Action":"sts:AssumeRole"}}]}})",
                    service);
    if (*known.policy)
      role.grants.attached = {fmt::format("arn:aws:iam::aws:policy/aws-service-role/{}", known.policy)};
    return world.table<aws::Role>().put(known.name, std::move(role)).Arn;
  }
  return {};
}

}  // namespace drydock::twin::iam
