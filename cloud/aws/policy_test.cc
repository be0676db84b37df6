#include "cloud/aws/policy.h"

#include <gtest/gtest.h>

#include "base/text.h"

namespace drydock::aws {
namespace {

struct Case {
  const char* name;
  PolicyKind kind;
  const char* statement;  // 'x' for "x"; wrapped into a 2012-10-17 document unless it starts with '{{'
  const char* want;       // "" = taken
};
void PrintTo(const Case& c, std::ostream* out) { *out << c.name; }

class Refusals : public testing::TestWithParam<Case> {};
TEST_P(Refusals, HaveTheWordsOfAws) {
  const Case& c = GetParam();
  std::string text = replace_all(c.statement, "'", "\"");
  text = text.starts_with("!") ? text.substr(1) : "{\"Version\":\"2012-10-17\",\"Statement\":" + text + "}";
  const Result<PolicyDocument> parsed = parse_policy(text, c.kind);
  EXPECT_EQ(parsed ? "" : parsed.error().message, c.want) << text;
}

constexpr PolicyKind kId = PolicyKind::identity, kTrust = PolicyKind::trust, kBucket = PolicyKind::bucket;
INSTANTIATE_TEST_SUITE_P(
    Policy, Refusals,
    testing::Values(
        Case{"Fine", kId, "[{'Effect':'Allow','Action':'s3:*','Resource':'*'}]", ""},
        Case{"OneStatementAlone", kId, "{'Effect':'Allow','Action':['s3:*'],'Resource':['arn:aws:s3:::b/*']}", ""},
        Case{"NotJson", kId, "![{]", "Syntax errors in policy."},
        Case{"TrustNotJson", kTrust, "![{]", "This policy contains invalid Json"},
        Case{"UnknownElement", kId, "{'Effect':'Allow','Actions':'s3:*','Resource':'*'}", "Syntax errors in policy."},
        Case{"UnknownOperator", kId,
             "{'Effect':'Allow','Action':'s3:*','Resource':'*','Condition':{'StringIs':{'aws:username':'a'}}}",
             "Syntax errors in policy."},
        Case{"Version", kId, "!{'Version':'2020-01-01','Statement':{'Effect':'Allow','Action':'s3:*','Resource':'*'}}",
             "Policy document must be version 2012-10-17 or greater."},
        Case{"EffectCase", kId, "{'Effect':'allow','Action':'s3:*','Resource':'*'}",
             "The policy failed legacy parsing"},
        Case{"SidTwice", kId,
             "[{'Sid':'a','Effect':'Allow','Action':'s3:*','Resource':'*'},{'Sid':'a','Effect':'Allow','Action':'s3:*',"
             "'Resource':'*'}]",
             "Statement IDs (SID) in a single policy must be unique."},
        Case{"NoAction", kId, "{'Effect':'Allow','Resource':'*'}", "Policy statement must contain actions."},
        Case{"NoResource", kId, "{'Effect':'Allow','Action':'s3:*'}", "Policy statement must contain resources."},
        Case{"NoVendor", kId, "{'Effect':'Allow','Action':'Get','Resource':'*'}",
             "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."},
        Case{"TwoColons", kId, "{'Effect':'Allow','Action':'s3:Get:x','Resource':'*'}",
             "Actions/Condition can contain only one colon."},
        Case{"Vendor", kId, "{'Effect':'Allow','Action':'s_3:Get','Resource':'*'}", "Vendor s_3 is not valid"},
        Case{"NotAnArn", kId, "{'Effect':'Allow','Action':'s3:*','Resource':'bucket'}",
             "Resource bucket must be in ARN format or \"*\"."},
        Case{"Partition", kId, "{'Effect':'Allow','Action':'s3:*','Resource':'arn:zz:s3:::b'}",
             "Partition \"zz\" is not valid for resource \"arn:zz:s3:::b\"."},
        Case{"WildService", kId, "{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s*:::b'}",
             "Resource vendor must be fully qualified and cannot contain regexes."},
        Case{"IamRegion", kId, "{'Effect':'Allow','Action':'iam:*','Resource':'arn:aws:iam:us-east-1::role/a'}",
             "IAM resource arn:aws:iam:us-east-1::role/a cannot contain region information."},
        Case{"S3Region", kId, "{'Effect':'Allow','Action':'s3:*','Resource':'arn:aws:s3:us-east-1::b'}",
             "Resource arn:aws:s3:us-east-1::b can not contain region information."},
        Case{"PrincipalInIdentity", kId, "{'Effect':'Allow','Action':'s3:*','Resource':'*','Principal':'*'}",
             "Policy document should not specify a principal."},
        Case{"TrustResource", kTrust,
             "{'Effect':'Allow','Action':'sts:AssumeRole','Resource':'*','Principal':{'Service':'ec2.amazonaws.com'}}",
             "Has prohibited field Resource."},
        Case{"TrustAction", kTrust, "{'Effect':'Allow','Action':'s3:Get','Principal':{'Service':'ec2.amazonaws.com'}}",
             "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and "
             "sts:AssumeRoleWithWebIdentity"},
        Case{"TrustNobody", kTrust, "{'Effect':'Allow','Action':'sts:AssumeRole'}", "Missing required field Principal"},
        Case{"PartialPrincipal", kBucket,
             "{'Effect':'Allow','Action':'s3:*','Resource':'*','Principal':{'AWS':'arn:aws:iam::111122223333:role/"
             "Node*'}}",
             "Invalid principal in policy: \"AWS\":\"arn:aws:iam::111122223333:role/Node*\""},
        Case{"Service", kTrust, "{'Effect':'Allow','Action':'sts:AssumeRole','Principal':{'Service':'ec2'}}",
             "Invalid principal in policy: \"SERVICE\":\"ec2\""}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(PolicyDocument, KeepsWhatWasWritten) {
  const auto p = parse_policy(R"({"Statement":{"Sid":"x","Effect":"Deny","NotAction":"iam:*","NotResource":["*"],)"
                              R"("Condition":{"ForAnyValue:StringNotLikeIfExists":{"aws:TagKeys":["a",true,3]}}}})",
                              PolicyKind::endpoint);
  ASSERT_TRUE(p) << p.error().message;
  EXPECT_EQ(p->version, "2008-10-17");
  EXPECT_FALSE(p->has_variables());
  const PolicyStatement& s = p->statements.at(0);
  EXPECT_FALSE(s.allow);
  EXPECT_TRUE(s.not_action && s.not_resource);
  const PolicyCondition& c = s.conditions.at(0);
  EXPECT_TRUE(c.negated && c.if_exists && c.set == SetOperator::for_any_value);
  EXPECT_EQ(c.values, (std::vector<std::string>{"a", "true", "3"}));
}

}  // namespace
}  // namespace drydock::aws
