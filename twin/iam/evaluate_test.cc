#include "twin/iam/evaluate.h"

#include <gtest/gtest.h>

#include <list>

#include "tests/vectors/iam.h"

namespace drydock::twin::iam {
namespace {

using vectors::allow, vectors::kA, vectors::kR, vectors::kS, vectors::kU, vectors::kProd, vectors::Statements;
using vectors::Case;

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
  const Decision decision =
      evaluate(caller_of(c.caller), {c.action, c.resource, c.owner, Context(c.context.begin(), c.context.end())}, p);
  const char got = decision.allowed() ? 'A' : decision.verdict == Verdict::explicit_deny ? 'E' : 'I';
  EXPECT_EQ(got, c.want) << to_string(decision.verdict) << " by " << to_string(decision.layer) << " "
                         << decision.policy;
}

INSTANTIATE_TEST_SUITE_P(Vectors, Evaluation, testing::ValuesIn(vectors::iam_decisions()),
                         [](const auto& row) { return std::string("V") + row.param.name; });

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
