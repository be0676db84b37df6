#include "proof/permission/permission.h"

#include <gtest/gtest.h>

#include <list>

#include "tests/vectors/iam.h"

namespace drydock::proof {
namespace {

using vectors::allow, vectors::deny, vectors::when, vectors::kA, vectors::kR, vectors::kS, vectors::kU,
    vectors::Statements;

class Documents {
 public:
  const CompiledPolicy* add(const Statements& statements, const std::string& version, const char* name) {
    if (statements.empty()) return &policies_.emplace_back(name, aws::PolicyDocument{});
    const std::string text = R"({"Version":")" + version + R"(","Statement":[)" + join(statements, ",") + "]}";
    auto parsed = aws::parse_policy(text, aws::PolicyKind::resource);
    if (!parsed) parsed = aws::parse_policy(text, aws::PolicyKind::endpoint);
    if (!parsed) ADD_FAILURE() << text << ": " << parsed.error().message;
    return &policies_.emplace_back(name, *parsed);
  }

 private:
  std::list<CompiledPolicy> policies_;
};

Subject subject_of(const std::string& who) {
  using Kind = Subject::Kind;
  if (who == "S") return {Kind::role_session, kS, kR, "AROANODE", kA, "", ""};
  if (who == "U") return {Kind::user, kU, "", "AIDAANN", kA, "", ""};
  if (who.starts_with("arn:")) return {Kind::web_identity, "", "", "", "", "", who};
  return {Kind::service, "", "", "", "", who, ""};
}

Applying applying(const vectors::Given& given, Documents& documents) {
  const std::string& v = given.version;
  Applying p;
  if (!given.id.empty()) p.identity.push_back(documents.add(given.id, v, "id"));
  if (given.rp) p.resource = documents.add(*given.rp, v, "rp");
  if (given.tp) {
    p.resource = documents.add(*given.tp, v, "tp");
    p.resource_must_allow = true;
  }
  if (given.pb) p.boundary = documents.add(*given.pb, v, "pb");
  if (given.sp) p.session.push_back(documents.add(*given.sp, v, "sp"));
  if (given.vp) p.endpoint = documents.add(*given.vp, v, "vp");
  if (given.scp) {
    p.service_control.push_back({documents.add({allow("*")}, v, "FullAWSAccess")});
    p.service_control.push_back({documents.add(*given.scp, v, "scp")});
  }
  if (given.rcp) p.resource_control.push_back({documents.add(*given.rcp, v, "rcp")});
  return p;
}

class Decisions : public testing::TestWithParam<vectors::Case> {};

TEST_P(Decisions, MatchTable) {
  const vectors::Case& c = GetParam();
  Documents documents;
  Ask ask{c.action, c.resource, c.owner, {}};
  for (const auto& [key, values] : c.context) ask.keys.set(key, values);
  const Permission got = decide(subject_of(c.caller), ask, applying(c.policies, documents));
  const char letter = got.allowed == Tri::yes ? 'A' : got.allowed == Tri::maybe ? '?' : got.explicit_deny ? 'E' : 'I';
  EXPECT_EQ(letter, c.want) << to_string(got.layer) << " " << got.policy;
}

INSTANTIATE_TEST_SUITE_P(Vectors, Decisions, testing::ValuesIn(vectors::iam_decisions()),
                         [](const auto& row) { return std::string("V") + row.param.name; });

Permission ask_by_id(const Statements& statements, const std::string& action, const std::string& resource,
                     const Keys& keys) {
  Documents documents;
  Applying p;
  p.identity.push_back(documents.add(statements, "2012-10-17", "id"));
  return decide(subject_of("S"), {action, resource, kA, keys}, p);
}

TEST(Unknowns, AnUnknownKeyMakesAnAllowDependAndIsNamed) {
  Keys keys;
  keys.set_unknown("aws:SourceVpce");
  const auto got = ask_by_id({allow("s3:*", "*", when("StringEquals", "aws:SourceVpce", "vpce-1"))}, "s3:GetObject",
                             "arn:aws:s3:::b/x", keys);
  EXPECT_EQ(got.allowed, Tri::maybe);
  EXPECT_EQ(got.unknown, std::set<std::string>{"aws:sourcevpce"});
}

TEST(Unknowns, WhatDoesNotMatterDoesNotDepend) {
  Keys keys;
  keys.set_unknown("aws:SourceVpce");
  const Statements both = {allow("s3:*", "*", when("StringEquals", "aws:SourceVpce", "vpce-1")), allow("s3:GetObject")};
  EXPECT_EQ(ask_by_id(both, "s3:GetObject", "arn:aws:s3:::b/x", keys).allowed, Tri::yes);
  EXPECT_EQ(ask_by_id({deny("*"), allow("*")}, "s3:GetObject", "arn:aws:s3:::b/x", keys).allowed, Tri::no);
}

TEST(Unknowns, AResourceThatIsASetIsAllowedOnlyAsAWhole) {
  const std::string layers = "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/*";
  EXPECT_EQ(ask_by_id({allow("s3:GetObject", "arn:aws:s3:::prod-*")}, "s3:GetObject", layers, {}).allowed, Tri::yes);
  EXPECT_EQ(ask_by_id({allow("s3:GetObject", layers)}, "s3:GetObject", layers, {}).allowed, Tri::yes);
  EXPECT_EQ(ask_by_id({allow("s3:GetObject", "arn:aws:s3:::prod-us-east-1-starport-layer-bucket/a*")}, "s3:GetObject",
                      layers, {})
                .allowed,
            Tri::maybe);
  EXPECT_EQ(
      ask_by_id({allow("s3:GetObject", "arn:aws:s3:::prod-prod-starport-layer-bucket/*")}, "s3:GetObject", layers, {})
          .allowed,
      Tri::no);
}

struct PatternCase {
  const char *pattern, *subject;
  Tri want;
};
class Patterns : public testing::TestWithParam<PatternCase> {};
TEST_P(Patterns, CoverOrMeetOrMiss) {
  EXPECT_EQ(matches_all(wildcard_pattern(GetParam().pattern), wildcard_pattern(GetParam().subject)), GetParam().want)
      << GetParam().pattern << " " << GetParam().subject;
}
INSTANTIATE_TEST_SUITE_P(Sets, Patterns,
                         testing::Values(PatternCase{"*", "a*", Tri::yes}, PatternCase{"a*", "*", Tri::maybe},
                                         PatternCase{"a*b", "ab", Tri::yes}, PatternCase{"a*b", "a*b", Tri::yes},
                                         PatternCase{"a?", "a*", Tri::maybe}, PatternCase{"ab", "a?", Tri::maybe},
                                         PatternCase{"x*", "a*", Tri::no}, PatternCase{"*z", "a*b", Tri::no},
                                         PatternCase{"", "", Tri::yes}, PatternCase{"a", "", Tri::no}));

}  // namespace
}  // namespace drydock::proof
