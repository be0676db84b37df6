// Statements of policies: exactly the action and the resource that are needed. An explicit deny is somebody's will, and
// nobody but them can take it back.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/aws/policy.h"
#include "proof/fix/draft.h"

namespace drydock::proof {
namespace {

/// A list of one stands by itself, as people write it.
Json one_or_many(const std::set<std::string>& items) {
  if (items.size() == 1) return Json(*items.begin());
  return Json(Json::Array(items.begin(), items.end()));
}

std::string list_of(const std::set<std::string>& items) { return join({items.begin(), items.end()}, ", "); }

Json needed_statement(const Need& need) {
  return allow(need.actions, need.resources.empty() ? std::set<std::string>{"*"} : need.resources);
}

bool denied_explicitly(const Draft& draft) {
  for (const Evidence& line : draft.problem.finding.evidence)
    if (line.text.find(" denies ") != line.text.npos) return true;
  return false;
}

// --- Policies of endpoints.

/// The one statement whose resource is a near miss: the same action, one resource, and but a few letters away.
void offer_near_miss(const Draft& draft, const aws::VpcEndpoint& endpoint, const Json& statements) {
  if (draft.need().resources.size() != 1) return;
  const std::string& wanted = *draft.need().resources.begin();
  const bool is_list = statements.is_array();
  const std::size_t count = is_list ? statements.size() : 1;
  for (std::size_t i = 0; i < count; ++i) {
    const Json& statement = is_list ? statements.item(i) : statements;
    const bool one = statement.at("Resource").is_array() && statement.at("Resource").size() == 1;
    const Json& resource = one ? statement.at("Resource").item(0) : statement.at("Resource");
    if (statement.at("Effect").string_or() != "Allow" || !resource.is_string()) continue;
    if (nearest(resource.as_string(), {wanted}).empty()) continue;
    const std::string field = is_list ? fmt::format("policyDocument.Statement.{}.Resource", i)
                                      : std::string("policyDocument.Statement.Resource");
    draft.offer(fmt::format("policy.Statement{}.Resource = {}", is_list ? fmt::format("[{}]", i) : "", wanted),
                {set(cloud::ref_of(endpoint), field, one ? Json::array({wanted}) : Json(wanted))});
  }
}

void offer_endpoint_statement(const Draft& draft, const aws::VpcEndpoint& endpoint) {
  const auto document = Json::parse(endpoint.policyDocument);
  if (!document || draft.need().actions.empty()) return;
  offer_near_miss(draft, endpoint, document->at("Statement"));
  Json statement = needed_statement(draft.need());
  statement["Principal"] = "*";  // the endpoint's way is narrowed; who may call is for their own policies
  draft.offer(fmt::format("let the policy of {} allow {} on {}", endpoint.vpcEndpointId, list_of(draft.need().actions),
                          list_of(draft.need().resources)),
              {add_statement(cloud::ref_of(endpoint), "policyDocument", endpoint.policyDocument, statement)});
}

// --- Roles.

const char* managed_policy_for(std::string_view code) {
  if (code == "iam.ecr") return "AmazonEC2ContainerRegistryPullOnly";
  if (code == "iam.cni" || code == "iam.cni-growth") return "AmazonEKS_CNI_Policy";
  return nullptr;
}

void offer_role_policy(const Draft& draft) {
  const aws::Role* role = draft.view.role(draft.need().role);
  if (!role || draft.need().actions.empty()) return;
  if (const char* name = managed_policy_for(draft.code()))
    draft.offer(fmt::format("attach {} to role {}", name, role->RoleName),
                {add(cloud::ref_of(*role), "grants.attached",
                     fmt::format("arn:{}:iam::aws:policy/{}", draft.world().partition, name))});
  const Json document =
      Json::object({{"Version", "2012-10-17"}, {"Statement", Json::array({needed_statement(draft.need())})}});
  draft.offer(fmt::format("let role {} {}", role->RoleName, list_of(draft.need().actions)),
              {add(cloud::ref_of(*role), "grants.inlined", Json::object({{"drydock-fix", document.dump()}}))});
}

void offer_trust(const Draft& draft, Json statement, const std::string& who) {
  const aws::Role* role = draft.view.role(draft.need().role);
  if (!role) return;
  draft.offer(fmt::format("let {} assume role {}", who, role->RoleName),
              {add_statement(cloud::ref_of(*role), "AssumeRolePolicyDocument", role->AssumeRolePolicyDocument,
                             std::move(statement))});
}

Json trust_in(const std::string& service, const std::set<std::string>& actions) {
  Json out = allow(actions, {});
  out["Principal"] = Json::object({{"Service", service}});
  return out;
}

void offer_boundary(const Draft& draft) {
  const auto* policy = draft.blamed(draft.world().policies);
  if (!policy) return;
  for (std::size_t i = 0; i < policy->versions.size(); ++i) {
    if (!policy->versions[i].IsDefaultVersion && policy->versions.size() > 1) continue;
    draft.offer(fmt::format("let the boundary {} allow {}", policy->PolicyName, list_of(draft.need().actions)),
                {add_statement(cloud::ref_of(*policy), fmt::format("versions.{}.Document", i),
                               policy->versions[i].Document, needed_statement(draft.need()))});
  }
}

void offer_organization(const Draft& draft) {
  const auto* policy = draft.blamed(draft.world().organization_policies);
  if (!policy) return;
  draft.offer(fmt::format("let {} allow {}", policy->name, list_of(draft.need().actions)),
              {add_statement(cloud::ref_of(*policy), "document", policy->document, needed_statement(draft.need()))});
}

void offer_key(const Draft& draft) {
  const auto* key = draft.blamed(draft.world().kms_keys);
  if (!key) return;
  const std::string role =
      fmt::format("arn:{}:iam::{}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
                  draft.world().partition, draft.world().account);
  draft.offer("grant Auto Scaling's service-linked role the use of the key",
              {add(cloud::ref_of(*key), "grantedPrincipals", role)});
}

}  // namespace

Json allow(const std::set<std::string>& actions, const std::set<std::string>& resources) {
  Json out = Json::object({{"Effect", "Allow"}, {"Action", one_or_many(actions)}});
  if (!resources.empty()) out["Resource"] = one_or_many(resources);
  return out;
}

Edit add_statement(const cloud::Ref& noun, const std::string& field, const std::string& document, Json statement) {
  const auto parsed = Json::parse(document);
  if (!parsed || !parsed->is_object()) {
    const Json whole = Json::object({{"Version", "2012-10-17"}, {"Statement", Json::array({std::move(statement)})}});
    return set(noun, field, whole.dump());
  }
  // A Statement may be one object rather than a list; adding to that would mix the two.
  if (parsed->at("Statement").is_object())
    return set(noun, field + ".Statement", Json::array({parsed->at("Statement"), std::move(statement)}));
  return add(noun, field + ".Statement", std::move(statement));
}

void fix_policies(const Draft& draft) {
  const std::string& code = draft.code();
  if (denied_explicitly(draft)) return;
  if (const auto* endpoint = draft.blamed(draft.world().vpc_endpoints);
      endpoint && (code == "endpoint.policy" || code == "s3.endpoint-policy"))
    offer_endpoint_statement(draft, *endpoint);
  if (code.starts_with("iam.") || code == "controller.permission") {
    if (code == "iam.trust")
      offer_trust(draft, trust_in("ec2.amazonaws.com", {"sts:AssumeRole"}), "ec2.amazonaws.com");
    else if (code == "iam.boundary")
      offer_boundary(draft);
    else if (code == "iam.organization-policy")
      offer_organization(draft);
    else
      offer_role_policy(draft);
  }
  if (code == "pod-identity.trust")
    offer_trust(draft, trust_in("pods.eks.amazonaws.com", {"sts:AssumeRole", "sts:TagSession"}),
                "pods.eks.amazonaws.com");
  if (code == "launch.kms-key") offer_key(draft);
}

}  // namespace drydock::proof
