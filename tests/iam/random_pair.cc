#include "tests/iam/random_pair.h"

namespace drydock::tests {
namespace {

constexpr const char* kA = "111122223333";
constexpr const char* kB = "444455556666";
const std::string kRole = "arn:aws:iam::111122223333:role/NodeRole";
const std::string kSession = "arn:aws:sts::111122223333:assumed-role/NodeRole/i-1";
const std::string kUser = "arn:aws:iam::111122223333:user/ann";

struct Target {
  std::string action;
  std::vector<std::string> resources;  // of account A but for S3's, whose ARNs name no account
  bool own_policy = false;             // the resource's policy must itself allow
};

const std::vector<Target>& targets() {
  static const std::vector<Target> list = {
      {"s3:GetObject", {"arn:aws:s3:::b1/x", "arn:aws:s3:::b1/ann/x", "arn:aws:s3:::b2/x"}},
      {"s3:PutObject", {"arn:aws:s3:::b1/x", "arn:aws:s3:::b2/key"}},
      {"s3:ListBucket", {"arn:aws:s3:::b1", "arn:aws:s3:::b2"}},
      {"ec2:DescribeInstances", {"*"}},
      {"ec2:TerminateInstances",
       {"arn:aws:ec2:us-east-1:111122223333:instance/i-1", "arn:aws:ec2:us-east-1:111122223333:instance/i-2"}},
      {"ecr:GetAuthorizationToken", {"*"}},
      {"ecr:BatchGetImage",
       {"arn:aws:ecr:us-east-1:111122223333:repository/a", "arn:aws:ecr:us-east-1:111122223333:repository/eks/pause"}},
      {"eks:DescribeCluster",
       {"arn:aws:eks:us-east-1:111122223333:cluster/prod", "arn:aws:eks:us-east-1:111122223333:cluster/dev"}},
      {"iam:PassRole", {"arn:aws:iam::111122223333:role/NodeRole", "arn:aws:iam::111122223333:role/path/Other"}},
      {"kms:Decrypt", {"arn:aws:kms:us-east-1:111122223333:key/k1"}, true},
      {"sqs:SendMessage", {"arn:aws:sqs:us-east-1:111122223333:q1"}},
      {"secretsmanager:GetSecretValue", {"arn:aws:secretsmanager:us-east-1:111122223333:secret:db-AbCdEf"}},
  };
  return list;
}

const Target& target_of(const std::string& action) {
  for (const Target& target : targets())
    if (target.action == action) return target;
  return targets().front();
}

/// Keys with the values they may have, in requests and in policies alike.
struct KeyChoice {
  const char* key;
  enum class Kind { text, arn, boolean, address, number, date, list } kind;
  std::vector<std::string> values;    // of requests
  std::vector<std::string> patterns;  // of policies, beside the values
};
const std::vector<KeyChoice>& keys() {
  using K = KeyChoice::Kind;
  static const std::vector<KeyChoice> list = {
      {"aws:SourceVpce", K::text, {"vpce-11111111", "vpce-22222222"}, {"vpce-*", "vpce-1111111?"}},
      {"aws:SourceVpc", K::text, {"vpc-11111111", "vpc-22222222"}, {"vpc-*"}},
      {"aws:RequestedRegion", K::text, {"us-east-1", "eu-west-1", "us-west-2"}, {"us-*", "eu-*", "US-EAST-1"}},
      {"aws:PrincipalTag/team", K::text, {"red", "blue", "Blue"}, {"b*", "?ed", "${aws:username}"}},
      {"aws:PrincipalOrgID", K::text, {"o-abc1234567", "o-zzz1234567"}, {"o-*"}},
      {"aws:SourceIp",
       K::address,
       {"203.0.113.5", "198.51.100.7"},
       {"203.0.113.0/24", "198.51.100.7/32", "128.0.0.0/1"}},
      {"aws:SecureTransport", K::boolean, {"true", "false"}, {}},
      {"aws:MultiFactorAuthAge", K::number, {"10", "3600"}, {"60", "3600", "10"}},
      {"aws:CurrentTime", K::date, {"2024-05-01T00:00:00Z"}, {"2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"}},
      {"aws:TagKeys", K::list, {"a", "b", "z"}, {"a", "b", "*"}},
  };
  return list;
}

}  // namespace

void RandomPairs::draw_context(Pair& pair) {
  for (const KeyChoice& choice : keys()) {
    if (!chance(45)) continue;
    auto& values = pair.context[choice.key];
    if (choice.kind == KeyChoice::Kind::list)
      for (std::size_t n = 1 + below(2); n > 0; --n) values.push_back(pick(choice.values));
    else
      values.push_back(pick(choice.values));
  }
  pair.context["aws:PrincipalArn"] = {pair.user ? kUser : kRole};
  pair.context["aws:PrincipalAccount"] = {kA};
  if (pair.user) pair.context["aws:username"] = {"ann"};
}

Json RandomPairs::actions(const Pair& pair) {
  const std::string& action = pair.action;
  const std::string service = action.substr(0, action.find(':'));
  const auto one = [&]() -> Json {
    switch (below(6)) {
      case 0:
        return "*";
      case 1:
        return service + ":*";
      case 2:
        return service + ":" + action.substr(service.size() + 1, 3) + "*";
      case 3:
        return pick(targets()).action;
      default:
        return action;
    }
  };
  if (chance(70)) return one();
  Json list = Json::array();
  for (std::size_t n = 1 + below(3); n > 0; --n) list.push_back(one());
  return list;
}

Json RandomPairs::resources(const Pair& pair) {
  const std::string& arn = pair.resource;
  const auto one = [&]() -> Json {
    if (arn == "*") return chance(85) ? "*" : "arn:aws:ec2:us-east-1:111122223333:instance/*";
    switch (below(7)) {
      case 0:
        return "*";
      case 1:
        return arn.substr(0, arn.size() - 1) + "*";
      case 2:
        return arn.substr(0, arn.size() - 1) + "?";
      case 3:
        return pick(target_of(pair.action).resources);
      case 4:
        return arn.starts_with("arn:aws:s3") ? Json("arn:aws:s3:::b1/${aws:username}/*") : Json(arn);
      default:
        return arn;
    }
  };
  if (chance(75)) return one();
  Json list = Json::array();
  for (std::size_t n = 1 + below(2); n > 0; --n) list.push_back(one());
  return list;
}

Json RandomPairs::principal(const Pair& pair) {
  const std::string me = pair.user ? kUser : kRole;
  switch (below(6)) {
    case 0:
      return "*";
    case 1:
      return Json::object({{"AWS", "*"}});
    case 2:
      return Json::object({{"AWS", chance(50) ? Json(kA) : Json("arn:aws:iam::111122223333:root")}});
    case 3:
      return Json::object({{"AWS", pair.user ? me : kSession}});
    case 4:
      return Json::object({{"AWS", Json::array({Json("arn:aws:iam::111122223333:role/Other"), Json(me)})}});
    default:
      return Json::object({{"AWS", me}});
  }
}

Json RandomPairs::condition() {
  using K = KeyChoice::Kind;
  const KeyChoice& choice = pick(keys());
  std::vector<std::string> operators;
  switch (choice.kind) {
    case K::text:
      operators = {"StringEquals",  "StringNotEquals",        "StringLike",
                   "StringNotLike", "StringEqualsIgnoreCase", "StringNotEqualsIgnoreCase"};
      break;
    case K::list:
      operators = {"ForAnyValue:StringEquals", "ForAllValues:StringEquals", "ForAnyValue:StringLike",
                   "ForAllValues:StringLike"};
      break;
    case K::address:
      operators = {"IpAddress", "NotIpAddress"};
      break;
    case K::boolean:
      operators = {"Bool"};
      break;
    case K::number:
      operators = {"NumericEquals", "NumericNotEquals", "NumericLessThan", "NumericGreaterThanEquals"};
      break;
    case K::date:
      operators = {"DateLessThan", "DateGreaterThan"};
      break;
    case K::arn:
      operators = {"ArnLike"};
      break;
  }
  std::string op = pick(operators);
  const char* key = choice.key;
  std::vector<std::string> from = choice.patterns;
  if (choice.kind != K::address) from.insert(from.end(), choice.values.begin(), choice.values.end());
  if (chance(12)) {
    op = "Null", from = {"true", "false"};
  } else if (chance(15)) {
    op = pick(std::vector<std::string>{"ArnLike", "ArnEquals", "ArnNotLike", "StringLike"});
    key = "aws:PrincipalArn";
    from = {kRole, kUser, "arn:aws:iam::111122223333:role/Node*", "arn:*/NodeRole", "arn:aws:iam::*:user/*"};
  } else if (chance(20)) {
    op += "IfExists";
  }
  Json values = pick(from);
  if (op != "Null" && !op.starts_with("Bool") && chance(30)) values = Json::array({values, pick(from)});
  return Json::object({{op, Json::object({{key, values}})}});
}

Json RandomPairs::statement(const Pair& pair, Who who) {
  Json out = Json::object({{"Effect", chance(82) ? "Allow" : "Deny"}});
  out[chance(92) ? "Action" : "NotAction"] = actions(pair);
  out[chance(92) ? "Resource" : "NotResource"] = resources(pair);
  if (who == Who::anybody) out["Principal"] = "*";  // all that endpoint policies usefully say
  if (who == Who::somebody) out["Principal"] = principal(pair);
  if (chance(40)) out["Condition"] = condition();
  return out;
}

Json RandomPairs::document(const Pair& pair, Who who, bool limit) {
  Json statements = Json::array();
  if (limit && chance(60)) {  // most limits limit little, or nothing would ever be allowed
    Json all = Json::object({{"Effect", "Allow"}, {"Action", "*"}, {"Resource", "*"}});
    if (who != Who::owner) all["Principal"] = "*";
    statements.push_back(std::move(all));
  }
  for (std::size_t n = 1 + below(2); n > 0; --n) statements.push_back(statement(pair, who));
  return Json::object({{"Version", "2012-10-17"}, {"Statement", std::move(statements)}});
}

Pair RandomPairs::next() {
  Pair pair;
  pair.user = chance(30);
  const Target& target = pick(targets());
  pair.action = target.action;
  pair.resource = pick(target.resources);
  pair.resource_must_allow = target.own_policy;
  pair.resource_account = pair.resource.starts_with("arn:aws:s3") && chance(20) ? kB : kA;
  draw_context(pair);
  for (std::size_t n = below(3); n > 0; --n) pair.identity.push_back(document(pair, Who::owner, false));
  if (chance(25)) pair.boundary = document(pair, Who::owner, true);
  if (!pair.user && chance(20)) pair.session = document(pair, Who::owner, true);
  const bool may_have_policy =
      pair.resource != "*" && !pair.action.starts_with("e") && !pair.action.starts_with("iam:");
  if (may_have_policy && (target.own_policy || chance(50))) pair.resource_policy = document(pair, Who::somebody, false);
  if (chance(25)) {
    pair.endpoint = document(pair, Who::anybody, true);
    if (!pair.context.contains("aws:SourceVpce")) pair.context["aws:SourceVpce"] = {"vpce-11111111"};
  }
  if (chance(25))
    for (std::size_t n = 1 + below(3); n > 0; --n) pair.service_control.push_back({document(pair, Who::owner, true)});
  return pair;
}

Json simulation_of(const Pair& pair) {
  const auto named = [](const std::vector<Json>& documents, const std::string& name) {
    Json list = Json::array();
    int n = 0;
    for (const Json& d : documents) list.push_back(Json::object({{"name", name + std::to_string(n++)}, {"policy", d}}));
    return list;
  };
  Json context = Json::object();
  for (const auto& [key, values] : pair.context) {
    if (key != "aws:TagKeys") {
      context[key] = values.front();
      continue;
    }
    Json list = Json::array();
    for (const std::string& v : values) list.push_back(v);
    context[key] = std::move(list);
  }
  Json request =
      Json::object({{"principal", pair.user ? kUser : kSession},
                    {"action", pair.action},
                    {"resource", Json::object({{"resource", pair.resource}, {"accountId", pair.resource_account}})},
                    {"contextVariables", std::move(context)}});
  Json out = Json::object({{"request", std::move(request)},
                           {"identityPolicies", named(pair.identity, "id")},
                           {"serviceControlPolicies", Json::array()},
                           {"resourceControlPolicies", Json::array()}});
  int level = 0;
  for (const auto& documents : pair.service_control)
    out["serviceControlPolicies"].push_back(
        Json::object({{"orgIdentifier", "level" + std::to_string(level++)}, {"policies", named(documents, "scp")}}));
  if (pair.boundary) out["permissionBoundaryPolicies"] = named({*pair.boundary}, "pb");
  if (pair.session) out["sessionPolicy"] = *pair.session;
  if (pair.resource_policy) out["resourcePolicy"] = *pair.resource_policy;
  if (pair.endpoint) out["vpcEndpointPolicies"] = named({*pair.endpoint}, "vp");
  return out;
}

}  // namespace drydock::tests
