// --target, as stories.
#include "engine/targets.h"

#include <gmock/gmock.h>

#include "engine/lifecycle_testing.h"

namespace drydock::engine {
namespace {

using namespace testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kType = "fake:m:T";
std::string urn(const std::string& name) { return "urn:pulumi:dev::p::fake:m:T::" + name; }

/// b depends on a; c stands alone.
TestProgram three(double x) {
  return [=](ProgramClient& p) {
    const Made a = p.resource(kType, "a", {{"x", x}});
    p.resource(kType, "b", {{"x", x}}, {.depends_on = {a.urn}});
    p.resource(kType, "c", {{"x", x}});
  };
}

TEST(Targets, StarsStandForText) {
  struct Case {
    const char *pattern, *urn;
    bool want;
  };
  for (const auto& [pattern, urn, want] : std::initializer_list<Case>{{"a:b", "a:b", true},
                                                                      {"a:b", "a:bc", false},
                                                                      {"a:*", "a:bc", true},
                                                                      {"*:b", "a:b", true},
                                                                      {"a*d", "a:b:d", false},
                                                                      {"a**d", "a:b:d", true},
                                                                      {"**", "", true},
                                                                      {"**::vpc*", "urn::vpc-1", true},
                                                                      {"**x", "a:b", false}})
    EXPECT_EQ(matches_target(pattern, urn), want) << pattern << " " << urn;
}

TEST(Targets, OthersStayAsTheyWere) {
  TestStack stack;
  stack.up(three(1));
  EXPECT_EQ(stack.up(three(2), {.targets = {urn("b")}}), "same stack, same a, update b, same c");
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a", "create b", "create c", "update b-2"));
  EXPECT_EQ(at(stack.find("a")->inputs, "x"), PropertyValue(1.0));
  EXPECT_TRUE(integrity_errors(stack.state).empty());
  EXPECT_EQ(stack.up(three(2)), "same stack, update a, same b, update c");
}

TEST(Targets, WithDependentsWhatDependsOnThemIsMeantToo) {
  TestStack stack;
  stack.up(three(1));
  EXPECT_EQ(stack.up(three(2), {.targets = {urn("a")}, .target_dependents = true}),
            "same stack, update a, update b, same c");
}

TEST(Targets, WhatDoesNotExistYetIsLeftOutAndNothingMayNeedIt) {
  TestStack stack;
  EXPECT_EQ(stack.up(three(1), {.targets = {urn("c")}}), "create stack, create c");
  EXPECT_EQ(stack.names(), "c");
  EXPECT_EQ(stack.up(three(1), {.targets = {urn("b")}}), "same stack");
  EXPECT_THAT(stack.errors, ElementsAre(HasSubstr("b: it depends on '" + urn("a") + "', which does not exist yet")));
  EXPECT_EQ(stack.names(), "c");
}

TEST(Targets, ADeletionThatOthersNeedIsRefusedUnlessTheyGoToo) {
  TestStack stack;
  stack.up(three(1));
  EXPECT_EQ(stack.destroy({.targets = {urn("a")}}), "");
  EXPECT_THAT(stack.errors, ElementsAre(HasSubstr("b: it depends on a target that would be deleted")));
  EXPECT_EQ(stack.destroy({.targets = {urn("a")}, .target_dependents = true}), "delete b, delete a");
  EXPECT_EQ(stack.names(), "c");
  EXPECT_TRUE(integrity_errors(stack.state).empty());
  EXPECT_EQ(stack.destroy({.targets = {"**"}}), "delete c, delete stack");
}

TEST(Targets, AWordThatNamesNothingIsAnError) {
  TestStack stack;
  stack.up(three(1));
  EXPECT_EQ(stack.destroy({.targets = {urn("aa")}}), "");
  EXPECT_THAT(stack.errors, ElementsAre(HasSubstr("is no resource of the stack or the program (did you mean '")));
  EXPECT_EQ(stack.summary.outcome, Outcome::failed);
}

TEST(Targets, ARefreshLooksAtThemAlone) {
  TestStack stack;
  stack.up(three(1));
  stack.cloud->cloud.clear();
  stack.refresh({.targets = {urn("c")}});
  EXPECT_EQ(stack.names(), "a b");
}

}  // namespace
}  // namespace drydock::engine
