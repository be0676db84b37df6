// One row per request. Account A is 111122223333, B is 444455556666; role R and user ann live in A.
#include "twin/iam/evaluate.h"

#include <gtest/gtest.h>

#include <list>

#include "base/text.h"

namespace drydock::twin::iam {
namespace {

constexpr const char* kA = "111122223333";
constexpr const char* kB = "444455556666";
constexpr const char* kR = "arn:aws:iam::111122223333:role/NodeRole";
constexpr const char* kS = "arn:aws:sts::111122223333:assumed-role/NodeRole/i-1";
constexpr const char* kU = "arn:aws:iam::111122223333:user/ann";

/// {"Effect": effect, "Action": action, "Resource": resource, extra}; 'x' stands for "x" in extra.
std::string statement(const char* effect, std::string action, std::string resource, std::string extra) {
  auto text = [](const std::string& v) { return v.starts_with("[") ? v : "\"" + v + "\""; };
  const std::string action_key = action.starts_with("!") ? "NotAction" : "Action";
  const std::string resource_key = resource.starts_with("!") ? "NotResource" : "Resource";
  if (action.starts_with("!")) action.erase(0, 1);
  if (resource.starts_with("!")) resource.erase(0, 1);
  std::string out = "{\"Effect\":\"" + std::string(effect) + "\",\"" + action_key + "\":" + text(action);
  if (!resource.empty()) out += ",\"" + resource_key + "\":" + text(resource);
  if (!extra.empty()) out += "," + replace_all(extra, "'", "\"");
  return out + "}";
}
std::string allow(std::string action, std::string resource = "*", std::string extra = "") {
  return statement("Allow", action, resource, extra);
}
std::string deny(std::string action, std::string resource = "*", std::string extra = "") {
  return statement("Deny", action, resource, extra);
}
std::string aws(const std::string& arn) { return "'Principal':{'AWS':'" + arn + "'}"; }
std::string service(const std::string& name) { return "'Principal':{'Service':'" + name + "'}"; }
std::string when(const std::string& op, const std::string& key, const std::string& value) {
  return "'Condition':{'" + op + "':{'" + key + "':" + (value.starts_with("[") ? value : "'" + value + "'") + "}}";
}
const std::string kEveryone = "'Principal':'*'";

using Statements = std::vector<std::string>;
/// Statements by the policy they belong to; an engaged empty list is a policy that says nothing.
struct Given {
  Statements id;
  std::optional<Statements> rp{}, tp{}, pb{}, sp{}, vp{}, scp{}, rcp{};
  std::string version = "2012-10-17";
};

struct Case {
  const char* name;
  Given policies;
  const char* action;
  const char* resource;
  Context context;
  char want;  // A allowed, I implicitDeny, E explicitDeny
  std::string caller = "S";
  const char* owner = kA;
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Documents {
 public:
  PolicyRef add(const Statements& statements, const std::string& version, const char* name) {
    if (statements.empty()) return {name, &documents_.emplace_back()};
    const std::string text = "{\"Version\":\"" + version + "\",\"Statement\":[" + join(statements, ",") + "]}";
    Result<aws::PolicyDocument> parsed = aws::parse_policy(text, aws::PolicyKind::resource);
    if (!parsed) parsed = aws::parse_policy(text, aws::PolicyKind::endpoint);
    if (!parsed) ADD_FAILURE() << text << ": " << parsed.error().message;
    return {name, &documents_.emplace_back(std::move(*parsed))};
  }

 private:
  std::list<aws::PolicyDocument> documents_;
};

Caller caller_of(const std::string& who) {
  using Kind = Caller::Kind;
  if (who == "S") return {Kind::role_session, kS, kR, "AROANODE", kA, "", ""};
  if (who == "U") return {Kind::user, kU, "", "AIDAANN", kA, "", ""};
  if (who.starts_with("arn:")) return {Kind::web_identity, "", "", "", "", "", who};
  return {Kind::service, "", "", "", "", who, ""};
}

class Evaluation : public testing::TestWithParam<Case> {};

TEST_P(Evaluation, MatchesTable) {
  const Case& c = GetParam();
  Documents documents;
  Policies p;
  const std::string& v = c.policies.version;
  if (!c.policies.id.empty()) p.identity.push_back(documents.add(c.policies.id, v, "id"));
  if (c.policies.rp) p.resource = documents.add(*c.policies.rp, v, "rp");
  if (c.policies.tp) {
    p.resource = documents.add(*c.policies.tp, v, "tp");
    p.resource_must_allow = true;
  }
  if (c.policies.pb) p.boundary = documents.add(*c.policies.pb, v, "pb");
  if (c.policies.sp) p.session.push_back(documents.add(*c.policies.sp, v, "sp"));
  if (c.policies.vp) p.endpoint = documents.add(*c.policies.vp, v, "vp");
  const Statements full = {allow("*")};
  if (c.policies.scp) {
    p.scps.push_back({documents.add(full, v, "FullAWSAccess")});
    p.scps.push_back({documents.add(*c.policies.scp, v, "scp")});
  }
  if (c.policies.rcp) p.rcps.push_back({documents.add(*c.policies.rcp, v, "rcp")});
  const Decision decision = evaluate(caller_of(c.caller), {c.action, c.resource, c.owner, c.context}, p);
  const char got = decision.allowed() ? 'A' : decision.verdict == Verdict::explicit_deny ? 'E' : 'I';
  EXPECT_EQ(got, c.want) << to_string(decision.verdict) << " by " << to_string(decision.layer) << " "
                         << decision.policy;
}

const char* kProd = "arn:aws:eks:us-east-1:111122223333:cluster/prod";
const char* kDev = "arn:aws:eks:us-east-1:111122223333:cluster/dev";
const char* kStarport = "arn:aws:s3:::prod-us-east-1-starport-layer-bucket";
const char* kObject = "arn:aws:s3:::b1/x";
const char* kGet = "s3:GetObject";
const char* kDescribe = "eks:DescribeCluster";
const std::string kAllStarport = std::string(kStarport) + "/*";
const std::string kStarportX = std::string(kStarport) + "/x";

std::string name_of(const testing::TestParamInfo<Case>& info) { return std::string("V") + info.param.name; }

INSTANTIATE_TEST_SUITE_P(
    Basics, Evaluation,
    testing::Values(
        Case{"01", {}, kDescribe, kProd, {}, 'I'}, Case{"02", {{allow(kDescribe, kProd)}}, kDescribe, kProd, {}, 'A'},
        Case{"03", {{allow(kDescribe, kProd)}}, kDescribe, kDev, {}, 'I'},
        Case{"04", {{allow("*"), deny(kDescribe)}}, kDescribe, kProd, {}, 'E'},
        Case{"05", {{allow("EKS:describeCLUSTER")}}, kDescribe, kProd, {}, 'A'},
        Case{"06", {{allow("eks:?escribe*")}}, kDescribe, kProd, {}, 'A'},
        Case{"07a", {{allow("!iam:*")}}, kDescribe, kProd, {}, 'A'},
        Case{"07b", {{allow("!iam:*")}}, "iam:PassRole", kR, {}, 'I'},
        Case{"08", {{allow(kGet, "arn:aws:s3:::b1")}}, kGet, "arn:aws:s3:::b1/k", {}, 'I'},
        Case{"09", {{allow("s3:ListBucket", "arn:aws:s3:::b1/*")}}, "s3:ListBucket", "arn:aws:s3:::b1", {}, 'I'},
        Case{"10", {{allow(kGet, "arn:aws:s3:::b1*")}}, kGet, "arn:aws:s3:::b1-x/k/y", {}, 'A'},
        Case{"11", {{allow("s3:*", "arn:aws:s3:::b1")}}, kGet, "arn:aws:s3:::b1/k", {}, 'I'},
        Case{"12", {{allow(kGet, "arn:aws:s3:::b1/key")}}, kGet, "arn:aws:s3:::b1/Key", {}, 'I'},
        Case{"21", {{deny("*")}}, "sts:GetCallerIdentity", "*", {}, 'A'},
        Case{"32", {{allow("s3:*"), deny(kGet, "!" + kAllStarport)}}, kGet, "arn:aws:s3:::other/x", {}, 'E'},
        Case{"33a",
             {{allow("ecr:GetAuthorizationToken", "arn:aws:ecr:us-east-1:111122223333:repository/a")}},
             "ecr:GetAuthorizationToken",
             "*",
             {},
             'I'},
        Case{"33b", {{allow("ecr:GetAuthorizationToken")}}, "ecr:GetAuthorizationToken", "*", {}, 'A'},
        Case{"34",
             {{allow("ec2:DescribeInstances", "arn:aws:ec2:us-east-1:111122223333:instance/*")}},
             "ec2:DescribeInstances",
             "*",
             {},
             'I'}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    EndpointPolicies, Evaluation,
    testing::Values(
        Case{"13a",
             {.id = {allow("*")}, .vp = Statements{allow(kGet, kAllStarport, kEveryone)}},
             kGet,
             kStarportX.c_str(),
             {},
             'A'},
        Case{"13b",
             {.id = {allow("*")}, .vp = Statements{allow(kGet, kAllStarport, kEveryone)}},
             kGet,
             "arn:aws:s3:::other/x",
             {},
             'I'},
        Case{"13c",
             {.id = {allow(kGet)},
              .vp = Statements{allow("*", "*", kEveryone), deny("*", "arn:aws:s3:::other/*", kEveryone)}},
             kGet,
             "arn:aws:s3:::other/x",
             {},
             'E'},
        Case{"13d", {.id = {}, .vp = Statements{allow("*", "*", kEveryone)}}, kGet, kObject, {}, 'I'},
        Case{"13e",
             {.id = {allow(kGet)}, .vp = Statements{allow("*", "*", aws("arn:aws:iam::111122223333:role/Other"))}},
             kGet,
             kObject,
             {},
             'I'},
        Case{"13f",
             {.id = {allow(kGet)},
              .vp = Statements{allow("*", "*", kEveryone + "," + when("ArnEquals", "aws:PrincipalArn", kR))}},
             kGet,
             kObject,
             {{"aws:PrincipalArn", {kR}}},
             'A'},
        Case{"N3",
             {.id = {allow("ecr:*")}, .vp = Statements{allow("ecr:GetAuthorizationToken", "*", kEveryone)}},
             "ecr:BatchGetImage",
             "arn:aws:ecr:us-east-1:602401143452:repository/amazon-k8s-cni",
             {},
             'I'},
        Case{"N9",
             {.id = {allow("ec2:*")}, .vp = Statements{allow("ec2:Describe*", "*", kEveryone)}},
             "ec2:AttachNetworkInterface",
             "*",
             {},
             'I'}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Limits, Evaluation,
    testing::Values(
        Case{"14a", {.id = {allow("*")}, .scp = Statements{allow("*"), deny("eks:*")}}, kDescribe, kProd, {}, 'E'},
        Case{"14b", {.id = {allow("*")}, .scp = Statements{allow("ec2:*")}}, kDescribe, kProd, {}, 'I'},
        Case{"15a", {.id = {allow("*")}, .pb = Statements{allow("ec2:*")}}, kDescribe, kProd, {}, 'I'},
        Case{"15b", {.id = {}, .pb = Statements{allow("*")}}, kDescribe, kProd, {}, 'I'},
        Case{"17a", {.id = {allow("*")}, .sp = Statements{allow("ec2:*")}}, kGet, kObject, {}, 'I'},
        Case{"17b",
             {.id = {allow("*")}, .rp = Statements{allow(kGet, "*", aws(kR))}, .sp = Statements{allow("ec2:*")}},
             kGet,
             kObject,
             {},
             'I'},
        Case{"17c",
             {.id = {allow("*")}, .rp = Statements{allow(kGet, "*", aws(kS))}, .sp = Statements{allow("ec2:*")}},
             kGet,
             kObject,
             {},
             'A'},
        Case{"41",
             {.id = {allow("*")},
              .rp = Statements{deny("*", "*",
                                    "'NotPrincipal':{'AWS':['" + std::string(kR) + "','" + kS + "','" + kA + "']}")},
              .pb = Statements{allow("*")}},
             kGet,
             kObject,
             {},
             'E'},
        Case{"42",
             {.id = {allow("*")},
              .rcp = Statements{deny("*", "*",
                                     kEveryone + "," + when("StringNotEquals", "aws:PrincipalOrgID", "o-abc"))}},
             kGet,
             kObject,
             {{"aws:PrincipalOrgID", {"o-zzz"}}},
             'E'}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    ResourcePolicies, Evaluation,
    testing::Values(
        Case{"16a", {.id = {}, .rp = Statements{allow(kGet, "*", aws(kU))}}, kGet, kObject, {}, 'A', "U"},
        Case{"16b",
             {.id = {}, .rp = Statements{allow(kGet, "*", aws(kU))}, .pb = Statements{}},
             kGet,
             kObject,
             {},
             'A',
             "U"},
        Case{
            "16c", {.id = {}, .rp = Statements{allow(kGet, "*", aws(kR))}, .pb = Statements{}}, kGet, kObject, {}, 'I'},
        Case{
            "16d", {.id = {}, .rp = Statements{allow(kGet, "*", aws(kS))}, .pb = Statements{}}, kGet, kObject, {}, 'A'},
        Case{"16e", {.id = {}, .rp = Statements{allow(kGet, "*", aws(kA))}}, kGet, kObject, {}, 'I'},
        Case{"16f", {.id = {allow(kGet)}, .rp = Statements{allow(kGet, "*", aws(kA))}}, kGet, kObject, {}, 'A'},
        Case{"16g", {.id = {}, .rp = Statements{allow(kGet, "*", kEveryone)}}, kGet, kObject, {}, 'A'},
        Case{"18a", {.id = {allow(kGet)}}, kGet, kObject, {}, 'I', "S", kB},
        Case{"18b", {.id = {}, .rp = Statements{allow(kGet, "*", aws(kR))}}, kGet, kObject, {}, 'I', "S", kB},
        Case{
            "18c", {.id = {allow(kGet)}, .rp = Statements{allow(kGet, "*", aws(kA))}}, kGet, kObject, {}, 'A', "S", kB},
        Case{"18d",
             {.id = {allow(kGet)}, .rp = Statements{allow(kGet, "*", aws(kA))}, .pb = Statements{}},
             kGet,
             kObject,
             {},
             'I',
             "S",
             kB},
        Case{"24a",
             {.id = {allow(kGet)},
              .rp = Statements{deny("*", "*", kEveryone + "," + when("StringNotEquals", "aws:SourceVpce", "vpce-1"))}},
             kGet,
             kObject,
             {{"aws:SourceVpce", {"vpce-1"}}},
             'A'},
        Case{"24b",
             {.id = {allow(kGet)},
              .rp = Statements{deny("*", "*", kEveryone + "," + when("StringNotEquals", "aws:SourceVpce", "vpce-1"))}},
             kGet,
             kObject,
             {},
             'E'},
        Case{"24c",
             {.id = {allow(kGet)},
              .rp = Statements{deny("*", "*",
                                    kEveryone + "," + when("StringNotEqualsIfExists", "aws:SourceVpce", "vpce-1"))}},
             kGet,
             kObject,
             {},
             'E'},
        Case{"24d",
             {.id = {allow(kGet)},
              .rp = Statements{deny("*", "*",
                                    kEveryone + ",'Condition':{'StringNotEquals':{'aws:SourceVpce':'vpce-1'},'Null':{'"
                                                "aws:SourceVpce':'false'}}")}},
             kGet,
             kObject,
             {},
             'A'},
        Case{"30a",
             {.id = {allow(kGet)},
              .rp = Statements{deny("*", "*", kEveryone + "," + when("Bool", "aws:SecureTransport", "false"))}},
             kGet,
             kObject,
             {{"aws:SecureTransport", {"false"}}},
             'E'},
        Case{"30b",
             {.id = {allow(kGet)},
              .rp = Statements{deny("*", "*", kEveryone + "," + when("Bool", "aws:SecureTransport", "false"))}},
             kGet,
             kObject,
             {{"aws:SecureTransport", {"true"}}},
             'A'},
        Case{"36a",
             {.id = {allow("kms:*")}, .tp = Statements{allow("kms:*", "*", aws(kU))}},
             "kms:Decrypt",
             "*",
             {},
             'I'},
        Case{"36b",
             {.id = {allow("kms:*")}, .tp = Statements{allow("kms:*", "*", aws(kA))}},
             "kms:Decrypt",
             "*",
             {},
             'A'}),
    name_of);

const char* kAssume = "sts:AssumeRole";
const char* kWeb = "sts:AssumeRoleWithWebIdentity";
const std::string kIssuer = "oidc.eks.us-east-1.amazonaws.com/id/EX";
const std::string kProvider = "arn:aws:iam::111122223333:oidc-provider/" + kIssuer;
const std::string kIrsa = "'Principal':{'Federated':'" + kProvider + "'},'Condition':{'StringEquals':{'" + kIssuer +
                          ":sub':'system:serviceaccount:kube-system:aws-node','" + kIssuer +
                          ":aud':'sts.amazonaws.com'}}";

INSTANTIATE_TEST_SUITE_P(
    Trust, Evaluation,
    testing::Values(
        Case{"19a", {.id = {allow(kAssume)}, .tp = Statements{allow(kAssume, "", aws(kA))}}, kAssume, kR, {}, 'A'},
        Case{"19b", {.id = {}, .tp = Statements{allow(kAssume, "", aws(kA))}}, kAssume, kR, {}, 'I'},
        Case{"19c", {.id = {}, .tp = Statements{allow(kAssume, "", aws(kR))}}, kAssume, kR, {}, 'A'},
        Case{"19d",
             {.id = {allow("*")}, .tp = Statements{allow(kAssume, "", aws("arn:aws:iam::111122223333:role/Other"))}},
             kAssume,
             kR,
             {},
             'I'},
        Case{"19e",
             {.id = {allow("*")}, .tp = Statements{allow(kAssume, "", service("ec2.amazonaws.com"))}},
             kAssume,
             kR,
             {},
             'I'},
        Case{"20a",
             {.id = {}, .tp = Statements{allow(kAssume, "", service("ec2.amazonaws.com"))}},
             kAssume,
             kR,
             {},
             'A',
             "ec2.amazonaws.com"},
        Case{"20b",
             {.id = {}, .tp = Statements{allow(kAssume, "", service("eks.amazonaws.com"))}},
             kAssume,
             kR,
             {},
             'I',
             "ec2.amazonaws.com"},
        Case{"20c",
             {.id = {}, .tp = Statements{allow(kAssume, "", service("pods.eks.amazonaws.com"))}},
             "sts:TagSession",
             kR,
             {},
             'I',
             "pods.eks.amazonaws.com"},
        Case{
            "20d",
            {.id = {},
             .tp = Statements{allow("[\"sts:AssumeRole\",\"sts:TagSession\"]", "", service("pods.eks.amazonaws.com"))}},
            "sts:TagSession",
            kR,
            {},
            'A',
            "pods.eks.amazonaws.com"},
        Case{"22a",
             {.id = {}, .tp = Statements{allow(kWeb, "", kIrsa)}},
             kWeb,
             kR,
             {{kIssuer + ":sub", {"system:serviceaccount:kube-system:aws-node"}},
              {kIssuer + ":aud", {"sts.amazonaws.com"}}},
             'A',
             kProvider},
        Case{"22b",
             {.id = {}, .tp = Statements{allow(kWeb, "", kIrsa)}},
             kWeb,
             kR,
             {{kIssuer + ":sub", {"system:serviceaccount:default:x"}}, {kIssuer + ":aud", {"sts.amazonaws.com"}}},
             'I',
             kProvider}),
    name_of);

const Context kTagA = {{"aws:TagKeys", {"a"}}};
const Context kTagsAZ = {{"aws:TagKeys", {"a", "z"}}};

INSTANTIATE_TEST_SUITE_P(
    Conditions, Evaluation,
    testing::Values(
        Case{"23a", {{allow(kGet, "*", when("StringEquals", "aws:SourceVpce", "vpce-1"))}}, kGet, kObject, {}, 'I'},
        Case{"23b", {{allow(kGet, "*", when("StringNotEquals", "aws:SourceVpce", "vpce-1"))}}, kGet, kObject, {}, 'A'},
        Case{"23c",
             {{allow(kGet, "*", when("StringEqualsIfExists", "aws:SourceVpce", "vpce-1"))}},
             kGet,
             kObject,
             {},
             'A'},
        Case{"23d", {{allow(kGet, "*", when("Null", "aws:SourceVpce", "true"))}}, kGet, kObject, {}, 'A'},
        Case{"25a",
             {{allow(kGet, "*", when("IpAddress", "aws:SourceIp", "10.0.0.0/8"))}},
             kGet,
             kObject,
             {{"aws:VpcSourceIp", {"10.0.1.2"}}},
             'I'},
        Case{"25b",
             {{allow(kGet, "*", when("IpAddress", "aws:VpcSourceIp", "10.0.0.0/8"))}},
             kGet,
             kObject,
             {{"aws:VpcSourceIp", {"10.0.1.2"}}},
             'A'},
        Case{"26a",
             {{allow(kGet, "*", when("ForAllValues:StringEquals", "aws:TagKeys", "['a']"))}},
             kGet,
             kObject,
             {},
             'A'},
        Case{"26b",
             {{allow(kGet, "*", when("ForAnyValue:StringEquals", "aws:TagKeys", "['a']"))}},
             kGet,
             kObject,
             {},
             'I'},
        Case{"26c",
             {{allow(kGet, "*", when("ForAllValues:StringEquals", "aws:TagKeys", "['a','b']"))}},
             kGet,
             kObject,
             kTagsAZ,
             'I'},
        Case{"26d",
             {{allow(kGet, "*", when("ForAnyValue:StringEquals", "aws:TagKeys", "['a','b']"))}},
             kGet,
             kObject,
             kTagsAZ,
             'A'},
        Case{
            "27a",
            {{allow("*"), deny("*", "*", when("StringNotEquals", "aws:RequestedRegion", "['us-east-1','us-west-2']"))}},
            kGet,
            kObject,
            {{"aws:RequestedRegion", {"eu-west-1"}}},
            'E'},
        Case{
            "27b",
            {{allow("*"), deny("*", "*", when("StringNotEquals", "aws:RequestedRegion", "['us-east-1','us-west-2']"))}},
            kGet,
            kObject,
            {{"aws:RequestedRegion", {"us-west-2"}}},
            'A'},
        Case{"28a",
             {{allow(kGet, "*", when("ArnLike", "aws:PrincipalArn", "arn:*/NodeRole"))}},
             kGet,
             kObject,
             {{"aws:PrincipalArn", {kR}}},
             'I'},
        Case{"28b",
             {{allow(kGet, "*", when("StringLike", "aws:PrincipalArn", "arn:*/NodeRole"))}},
             kGet,
             kObject,
             {{"aws:PrincipalArn", {kR}}},
             'A'},
        Case{"28c",
             {{allow(kGet, "*", when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/Node*"))}},
             kGet,
             kObject,
             {{"aws:PrincipalArn", {kR}}},
             'A'},
        Case{"28d",
             {{allow(kGet, "*", when("StringEquals", "aws:PrincipalArn", "arn:aws:iam::111122223333:role/Node*"))}},
             kGet,
             kObject,
             {{"aws:PrincipalArn", {kR}}},
             'I'},
        Case{"29a", {{allow(kGet, "arn:aws:s3:::b1/${aws:username}/*")}}, kGet, "arn:aws:s3:::b1/ann/x", {}, 'I'},
        Case{"29b",
             {{allow(kGet, "arn:aws:s3:::b1/${aws:username}/*")}},
             kGet,
             "arn:aws:s3:::b1/ann/x",
             {{"aws:username", {"ann"}}},
             'A',
             "U"},
        Case{"29c",
             {{allow(kGet, "arn:aws:s3:::b1/${aws:PrincipalTag/team, 'none'}/*")}},
             kGet,
             "arn:aws:s3:::b1/none/x",
             {},
             'A'},
        Case{"29d",
             {.id = {allow(kGet, "arn:aws:s3:::b1/${aws:username}/*")}, .version = "2008-10-17"},
             kGet,
             "arn:aws:s3:::b1/ann/x",
             {{"aws:username", {"ann"}}},
             'I',
             "U"},
        Case{"29e", {{allow(kGet, "arn:aws:s3:::b1/${*}")}}, kGet, "arn:aws:s3:::b1/abc", {}, 'I'},
        Case{"31a",
             {{allow("s3:ListBucket", "*", when("StringLike", "s3:prefix", "home/*"))}},
             "s3:ListBucket",
             "arn:aws:s3:::b1",
             {{"s3:prefix", {"home/ann/x"}}},
             'A'},
        Case{"31b",
             {{allow("s3:ListBucket", "*", when("NumericLessThanEquals", "s3:max-keys", "10"))}},
             "s3:ListBucket",
             "arn:aws:s3:::b1",
             {{"s3:max-keys", {"1000"}}},
             'I'},
        Case{"35a",
             {{allow("ec2:TerminateInstances", "*", when("StringEquals", "aws:ResourceTag/team", "x"))}},
             "ec2:TerminateInstances",
             "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
             {{"aws:ResourceTag/team", {"x"}}},
             'A'},
        Case{"35b",
             {{allow("ec2:TerminateInstances", "*", when("StringEquals", "aws:ResourceTag/team", "x"))}},
             "ec2:TerminateInstances",
             "arn:aws:ec2:us-east-1:111122223333:instance/i-1",
             {},
             'I'},
        Case{"37",
             {{allow("iam:PassRole", "*", when("StringEquals", "iam:PassedToService", "eks.amazonaws.com"))}},
             "iam:PassRole",
             kR,
             {{"iam:PassedToService", {"ec2.amazonaws.com"}}},
             'I'},
        Case{"38",
             {{allow(kGet, "*", "'Condition':{'StringEquals':{'aws:SourceVpce':'vpce-1','aws:SourceVpc':'vpc-1'}}")}},
             kGet,
             kObject,
             {{"aws:SourceVpce", {"vpce-1"}}, {"aws:SourceVpc", {"vpc-9"}}},
             'I'},
        Case{"39",
             {{allow(kGet, "*", when("StringEquals", "AWS:sourcevpce", "vpce-1"))}},
             kGet,
             kObject,
             {{"aws:SourceVpce", {"vpce-1"}}},
             'A'},
        Case{"N10a",
             {{allow("*"), deny("*", "*", when("NumericLessThan", "ec2:RoleDelivery", "2.0"))}},
             kGet,
             kObject,
             {{"ec2:RoleDelivery", {"2.0"}}},
             'A'},
        Case{"N10b",
             {{allow("*"), deny("*", "*", when("NumericLessThan", "ec2:RoleDelivery", "2.0"))}},
             kGet,
             kObject,
             {{"ec2:RoleDelivery", {"1.0"}}},
             'E'},
        Case{"DateBefore",
             {{allow(kGet, "*", when("DateLessThan", "aws:CurrentTime", "2026-07-01T00:00:00Z"))}},
             kGet,
             kObject,
             {{"aws:CurrentTime", {"2026-06-30T23:00:00Z"}}},
             'A'},
        Case{"DateEpoch",
             {{allow(kGet, "*", when("DateGreaterThan", "aws:CurrentTime", "1700000000"))}},
             kGet,
             kObject,
             {{"aws:CurrentTime", {"2023-11-14T22:13:21+00:00"}}},
             'A'},
        Case{"TagSet",
             {{allow(kGet, "*", when("ForAllValues:StringEquals", "aws:TagKeys", "['a']"))}},
             kGet,
             kObject,
             kTagA,
             'A'}),
    name_of);

TEST(EvaluationWords, NameTheLayerThatWasSilent) {
  const Caller caller = caller_of("S");
  const Request request{"eks:DescribeCluster", kProd, kA, {}};
  EXPECT_EQ(denied_text(caller, request, evaluate(caller, request, {})),
            "User: arn:aws:sts::111122223333:assumed-role/NodeRole/i-1 is not authorized to perform: "
            "eks:DescribeCluster on resource: arn:aws:eks:us-east-1:111122223333:cluster/prod because no "
            "identity-based policy allows the eks:DescribeCluster action");
  EXPECT_EQ(
      denied_text(caller, request, {Verdict::explicit_deny, Layer::endpoint, "", ""}),
      "User: arn:aws:sts::111122223333:assumed-role/NodeRole/i-1 is not authorized to perform: "
      "eks:DescribeCluster on resource: arn:aws:eks:us-east-1:111122223333:cluster/prod with an explicit deny in a "
      "VPC endpoint policy");
}

}  // namespace
}  // namespace drydock::twin::iam
