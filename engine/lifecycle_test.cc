// Behaviour as specification: old state + program + provider -> the steps taken. In the manner of Pulumi's
// lifecycletest.
#include <gmock/gmock.h>

#include <future>
#include <thread>

#include "engine/lifecycle_testing.h"

namespace drydock::engine {
namespace {

using namespace testing;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr const char* kType = "fake:m:T";

TestProgram one(PropertyMap inputs, ResourceOptions options = {}) {
  return [=](ProgramClient& p) { p.resource(kType, "a", inputs, options); };
}
/// b takes an output of a.
TestProgram chain(PropertyMap a_inputs) {
  return [=](ProgramClient& p) {
    const Made a = p.resource(kType, "a", a_inputs);
    p.resource(kType, "b", {{"replace", a.id}},
               {.depends_on = {a.urn}, .property_dependencies = {{"replace", {a.urn}}}});
  };
}
const TestProgram kNothing = [](ProgramClient&) {};

TEST(Lifecycle, CreateThenSameThenUpdateThenDelete) {
  TestStack stack;
  EXPECT_EQ(stack.up(one({{"x", 1.0}})), "create stack, create a");
  EXPECT_EQ(stack.find("a")->id, "a-1");
  EXPECT_EQ(stack.up(one({{"x", 1.0}})), "same stack, same a");
  EXPECT_EQ(stack.up(one({{"x", 2.0}})), "same stack, update a");
  EXPECT_EQ(at(stack.find("a")->outputs, "x"), PropertyValue(2.0));
  EXPECT_EQ(stack.up(kNothing), "same stack, delete a");
  EXPECT_EQ(stack.names(), "");
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a", "update a-1", "delete a-1"));
}

TEST(Lifecycle, APreviewChangesNothing) {
  TestStack stack;
  EXPECT_EQ(stack.preview(one({{"x", 1.0}})), "create stack, create a");
  EXPECT_EQ(stack.names(), "");
  stack.up(one({{"x", 1.0}}));
  EXPECT_EQ(stack.preview(kNothing), "same stack, delete a");
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a"));
}

TEST(Lifecycle, AClosedGateStopsAStepBeforeAnythingIsCalled) {
  TestStack stack;
  stack.gate = [](const StepInfo& step) -> std::optional<std::string> {
    if (step.urn.name() == "b") return "not today";
    return std::nullopt;
  };
  EXPECT_EQ(stack.preview(chain({})), "create stack, create a, create b") << "previews ask nobody";
  stack.up(chain({}));
  EXPECT_EQ(stack.summary.outcome, Outcome::failed);
  EXPECT_THAT(stack.errors, Contains(HasSubstr("not today")));
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a"));
  EXPECT_EQ(stack.names(), "a");
  EXPECT_TRUE(stack.state.pending.empty());
}

TEST(Lifecycle, AReplacementIsCreatedBeforeTheOldOneGoes) {
  TestStack stack;
  stack.up(one({{"replace", "1"}}));
  EXPECT_EQ(stack.up(one({{"replace", "2"}})), "same stack, create-replacement a, replace a, delete-replaced a");
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a", "create a", "delete a-1"));
  EXPECT_EQ(stack.find("a")->id, "a-2");
}

TEST(Lifecycle, DeleteBeforeReplaceDrawsDependentsAlong) {
  TestStack stack;
  stack.up(chain({{"dbr", "1"}}));
  EXPECT_EQ(stack.up(chain({{"dbr", "2"}})),
            "same stack, delete-replaced b, delete-replaced a, replace a, create-replacement a, replace b, "
            "create-replacement b");
  EXPECT_THAT(stack.cloud->calls,
              ElementsAre("create a", "create b", "delete b-2", "delete a-1", "create a", "create b"));
  EXPECT_EQ(stack.names(), "a b");
}

TEST(Lifecycle, ValuesMayBeNestedDeeperThanProtobufReadsByItself) {
  TestStack stack;
  PropertyMap out;
  const TestProgram program = [&](ProgramClient& p) {
    out = p.resource(kType, "a", {{"x", nested(90)}, {"deepen", 400.0}}).outputs;
    p.outputs(p.stack(), {{"echo", p.invoke("fake:m:echo", {{"x", nested(90)}})}});
  };
  EXPECT_EQ(stack.up(program), "create stack, create a");
  EXPECT_EQ(at(out, "x"), nested(90));
  EXPECT_EQ(at(out, "deep"), nested(400));
  EXPECT_EQ(stack.up(program), "same stack, same a");
  EXPECT_EQ(at(stack.find("p-dev")->outputs, "echo").at("x"), nested(90));
}

TEST(Lifecycle, WhatIsNestedTooDeepIsRefusedByName) {
  TestStack stack;
  std::string refused;
  stack.up([&](ProgramClient& p) {
    refused = p.resource(kType, "a", {{"x", nested(1000)}}).error;
    p.resource(kType, "b", {{"x", nested(3400)}});  // gRPC refuses it without a word, and lives
  });
  EXPECT_THAT(refused, HasSubstr("registering 'a' of type 'fake:m:T': reading property 'x': "));
  EXPECT_THAT(refused, HasSubstr("nested deeper than 500 levels"));
  EXPECT_EQ(stack.names(), "");
}

TEST(Lifecycle, AnAnswerThatNoStateFileCouldHoldLeavesARecordWithoutIt) {
  TestStack stack;
  stack.up(one({{"deepen", 501.0}}));
  EXPECT_THAT(stack.errors, Contains(HasSubstr("the provider's answer: property 'deep': it is nested deeper")));
  EXPECT_EQ(stack.find("a")->id, "a-1");
  EXPECT_TRUE(stack.find("a")->outputs.empty());
}

TEST(Lifecycle, DeletesRunAgainstTheArrows) {
  TestStack stack;
  stack.up(chain({}));
  EXPECT_EQ(stack.destroy(), "delete b, delete a, delete stack");
  EXPECT_TRUE(stack.state.resources.empty());
}

TEST(Lifecycle, ADependentOfAComponentGoesBeforeItsChildren) {
  TestStack stack;
  stack.up([](ProgramClient& p) {
    const Made c = p.component("my:m:C", "c");
    p.resource(kType, "child", {}, {.parent = c.urn});
    p.resource(kType, "user", {}, {.depends_on = {c.urn}});
  });
  EXPECT_EQ(stack.destroy(), "delete user, delete child, delete c, delete stack");
}

TEST(Lifecycle, AFailedCreateEndsTheRunAndKeepsWhatWasMade) {
  TestStack stack;
  EXPECT_EQ(stack.up([](ProgramClient& p) {
    p.resource(kType, "a");
    p.resource(kType, "b", {{"fail", "no room"}});
    p.resource(kType, "c");
  }),
            "create stack, create a, FAILED create b");
  EXPECT_THAT(stack.errors, ElementsAre("b: no room"));
  EXPECT_EQ(stack.summary.outcome, Outcome::failed);
  EXPECT_EQ(stack.names(), "a");
  EXPECT_TRUE(stack.state.pending.empty());
}

TEST(Lifecycle, WhatWasBeingCreatedStaysPendingUntilSomebodyHasLookedAfterIt) {
  TestStack stack;
  stack.up(one({}));
  auto lost = std::make_shared<Resource>(*stack.find("a"));
  lost->urn = Urn::make("dev", "p", Urn(), kType, "lost");
  using Kind = PendingOperation::Kind;
  stack.state.pending = {{Kind::creating, lost}, {Kind::updating, stack.find("a")}};
  stack.up(one({{"x", 1.0}}));
  stack.refresh();
  ASSERT_EQ(stack.state.pending.size(), 1u);  // an update may be made again, and is forgotten
  EXPECT_EQ(stack.state.pending.front().resource->urn, lost->urn);
  stack.refresh({.clear_pending_creates = {lost->urn}});
  EXPECT_TRUE(stack.state.pending.empty());
}

TEST(Lifecycle, WithContinueOnErrorOnlyDependentsAreSkipped) {
  TestStack stack;
  EXPECT_EQ(stack.up(
                [](ProgramClient& p) {
                  const Made bad = p.resource(kType, "bad", {{"fail", "no room"}});
                  EXPECT_TRUE(bad.failed);
                  EXPECT_TRUE(p.resource(kType, "after", {}, {.depends_on = {bad.urn}}).skipped);
                  EXPECT_FALSE(p.resource(kType, "other").failed);
                },
                {.continue_on_error = true}),
            "create stack, FAILED create bad, create other");
  EXPECT_EQ(stack.summary.outcome, Outcome::failed);
}

TEST(Lifecycle, AHalfMadeResourceIsKeptAndTriedAgain) {
  TestStack stack;
  EXPECT_EQ(stack.up(one({{"unready", true}})), "create stack, FAILED create a");
  EXPECT_THAT(stack.find("a")->init_errors, ElementsAre("not ready"));
  EXPECT_EQ(stack.up(one({{"unready", false}})), "same stack, update a");
  EXPECT_THAT(stack.find("a")->init_errors, ElementsAre());
}

TEST(Lifecycle, ProtectStopsReplacementAndDelete) {
  TestStack stack;
  stack.up(one({{"replace", "1"}}, {.protect = true}));
  EXPECT_EQ(stack.up(one({{"replace", "2"}}, {.protect = true})), "same stack");
  EXPECT_THAT(stack.errors.at(0), HasSubstr("protected"));
  EXPECT_EQ(stack.destroy(), "");
  EXPECT_THAT(stack.errors.at(0), HasSubstr("set 'protect' to false"));
  EXPECT_EQ(stack.names(), "a");
}

TEST(Lifecycle, IgnoredChangesAreNone) {
  TestStack stack;
  stack.up(one({{"x", 1.0}}));
  EXPECT_EQ(stack.up(one({{"x", 2.0}}, {.ignore_changes = {"x"}})), "same stack, same a");
}

TEST(Lifecycle, ReplaceOnChangesMakesAnUpdateAReplacement) {
  TestStack stack;
  stack.up(one({{"x", 1.0}}));
  EXPECT_EQ(stack.up(one({{"x", 2.0}}, {.replace_on_changes = {"x"}})),
            "same stack, create-replacement a, replace a, delete-replaced a");
}

TEST(Lifecycle, RetainOnDeleteLeavesItInTheCloud) {
  TestStack stack;
  stack.up(one({}, {.retain_on_delete = true}));
  EXPECT_EQ(stack.up(kNothing), "same stack, delete a");
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a"));
}

TEST(Lifecycle, DeletedWithSkipsTheCall) {
  TestStack stack;
  stack.up([](ProgramClient& p) {
    const Made a = p.resource(kType, "a");
    p.resource(kType, "b", {}, {.deleted_with = a.urn});
  });
  stack.destroy();
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a", "create b", "delete a-1"));
}

TEST(Lifecycle, AnAliasKeepsTheResource) {
  TestStack stack;
  stack.up(one({}));
  const std::string old = stack.find("a")->urn.str();
  EXPECT_EQ(stack.up([&](ProgramClient& p) { p.resource(kType, "renamed", {}, {.alias_urns = {old}}); }),
            "same stack, same renamed");
  EXPECT_EQ(stack.names(), "renamed");
}

TEST(Lifecycle, AChildFollowsItsRenamedParent) {
  TestStack stack;
  const auto program = [](std::string name, std::vector<std::string> aliases) {
    return [=](ProgramClient& p) {
      const Made c = p.component("my:m:" + name, "c", {.alias_urns = aliases});
      p.resource(kType, "child", {}, {.parent = c.urn});
    };
  };
  stack.up(program("Old", {}));
  EXPECT_EQ(stack.up(program("New", {stack.find("c")->urn.str()})), "same stack, same c, same child");
  EXPECT_THAT(stack.find("child")->urn.str(), HasSubstr("my:m:New$fake:m:T"));
  EXPECT_TRUE(integrity_errors(stack.state).empty());
}

TEST(Lifecycle, ImportAdoptsWhatIsThere) {
  TestStack stack;
  stack.cloud->cloud["there-1"] = {{"x", 1.0}};
  EXPECT_EQ(stack.up(one({{"x", 1.0}}, {.import_id = "there-1"})), "create stack, import a, same a");
  EXPECT_EQ(stack.find("a")->id, "there-1");
  EXPECT_EQ(stack.up(one({{"x", 1.0}}, {.import_id = "there-1"})), "same stack, same a");
}

TEST(Lifecycle, WhatIsReadIsNotOwned) {
  TestStack stack;
  stack.cloud->cloud["there-1"] = {{"x", 1.0}};
  EXPECT_EQ(
      stack.up([](ProgramClient& p) { EXPECT_EQ(at(p.read(kType, "r", "there-1").outputs, "x"), PropertyValue(1.0)); }),
      "create stack, read r");
  EXPECT_EQ(stack.up(kNothing), "same stack, discard r");
  EXPECT_EQ(stack.cloud->cloud.size(), 1u);
}

TEST(Lifecycle, RefreshSeesWhatChangedAndWhatIsGone) {
  TestStack stack;
  stack.up(chain({{"x", 1.0}}));
  stack.cloud->cloud["a-1"]["x"] = 7.0;
  stack.refresh();
  EXPECT_EQ(at(stack.find("a")->outputs, "x"), PropertyValue(7.0));
  stack.cloud->cloud.erase("a-1");
  stack.refresh();
  EXPECT_EQ(stack.names(), "b");
  EXPECT_TRUE(stack.find("b")->dependencies.empty());
}

TEST(Lifecycle, SecretInputsMakeSecretOutputs) {
  TestStack stack;
  stack.up(one({{"x", PropertyValue::secret("s")}}));
  EXPECT_TRUE(at(stack.find("a")->outputs, "x").is_secret());
  stack.up(one({{"x", "s"}}, {.additional_secret_outputs = {"arn"}}));
  EXPECT_TRUE(at(stack.find("a")->outputs, "arn").is_secret());
}

TEST(Lifecycle, TwoOfOneNameAreAnError) {
  TestStack stack;
  stack.up([](ProgramClient& p) {
    p.resource(kType, "a");
    p.resource(kType, "a");
  });
  EXPECT_EQ(stack.summary.outcome, Outcome::failed);
  EXPECT_THAT(stack.errors.at(0), HasSubstr("give one of them another name"));
}

TEST(Lifecycle, AStackThatLivesElsewhereIsNotTouched) {
  TestStack stack;
  stack.cloud->home = "world 1";
  stack.up(one({}));
  stack.cloud->home = "world 2";
  stack.up(one({}));
  EXPECT_THAT(stack.errors.at(0), HasSubstr("live in world 1, but this command is aimed at world 2"));
  stack.destroy();
  EXPECT_THAT(stack.errors.at(0), HasSubstr("live in world 1"));
  EXPECT_THAT(stack.cloud->calls, ElementsAre("create a"));
  EXPECT_EQ(stack.names(), "a");
}

TEST(Lifecycle, OneReasonIsSaidOnce) {
  TestStack stack;
  stack.cloud->home = "world 1";
  stack.up(chain({}));
  stack.cloud->home = "world 2";
  stack.destroy();
  EXPECT_EQ(stack.errors.size(), 1u);
  EXPECT_EQ(stack.summary.errored, 1);
}

TEST(Lifecycle, StackOutputsAreSavedAtTheEnd) {
  TestStack stack;
  stack.up([](ProgramClient& p) { EXPECT_EQ(p.outputs(p.stack(), {{"o", 1.0}}), ""); });
  EXPECT_EQ(at(stack.summary.outputs, "o"), PropertyValue(1.0));
  EXPECT_EQ(at(stack.find("p-dev")->outputs, "o"), PropertyValue(1.0));
}

TEST(Lifecycle, AStashNeedsNoProviderOfOurs) {
  TestStack stack;
  const auto stash = [](double v) {
    return [=](ProgramClient& p) { p.resource("pulumi:index:Stash", "s", {{"input", v}}); };
  };
  EXPECT_EQ(stack.up(stash(1)), "create stack, create s");
  EXPECT_EQ(stack.up(stash(2)), "same stack, update s");
  EXPECT_EQ(at(stack.find("s")->outputs, "output"), PropertyValue(1.0));
  EXPECT_EQ(at(stack.find("s")->outputs, "input"), PropertyValue(2.0));
}

TEST(Lifecycle, SignalIsAnsweredAfterTheDeletes) {
  TestStack stack;
  stack.up(one({}));
  auto cloud = stack.cloud;
  EXPECT_EQ(stack.up([cloud](ProgramClient& p) {
    EXPECT_EQ(p.wait_for_shutdown(), "");
    EXPECT_TRUE(cloud->cloud.empty());
  }),
            "same stack, delete a");
}

// ---- components of providers

/// A component with two children: `early` before it answers, `late` after, when `gate` opens.
struct Gate {
  std::promise<void> opened;
  std::shared_future<void> open = opened.get_future().share();
};
auto component_with_late_child(std::shared_ptr<Gate> gate, PropertyMap late_inputs = {}) {
  return [=](const ConstructRequest& request, const std::function<void(ConstructReply)>& answer) {
    ProgramClient client(request);
    const Made c = client.component(request.type, request.name, {.parent = request.parent.str()});
    const Made early = client.resource(kType, "early", {}, {.parent = c.urn});
    answer({*Urn::parse(c.urn), {{"out", early.id}}, {{"out", {*Urn::parse(early.urn)}}}});
    gate->open.wait();
    client.resource(kType, "late", late_inputs, {.parent = c.urn});
  };
}
constexpr const char* kComp = "fake:m:Comp";

TEST(Components, WhoUsesTheOutputsDoesNotWaitForTheLastChild) {
  TestStack stack;
  auto gate = std::make_shared<Gate>();
  stack.cloud->on_construct = component_with_late_child(gate);
  stack.up([gate](ProgramClient& p) {
    const Made c = p.resource(kComp, "c", {}, {.custom = false, .remote = true});
    EXPECT_EQ(at(c.outputs, "out"), PropertyValue("early-1"));
    p.resource(kType, "user", {{"x", at(c.outputs, "out")}},
               {.depends_on = {c.urn}, .property_dependencies = {{"x", {c.urn}}}});
    gate->opened.set_value();  // only now: the late child waits for the user of its component
  });
  EXPECT_EQ(stack.summary.outcome, Outcome::succeeded);
  EXPECT_EQ(stack.names(), "c early user late");
}

TEST(Components, WhoDependsOnTheWholeWaitsForTheLastChild) {
  TestStack stack;
  auto gate = std::make_shared<Gate>();
  stack.cloud->on_construct = component_with_late_child(gate);
  stack.up([gate](ProgramClient& p) {
    const Made c = p.resource(kComp, "c", {}, {.custom = false, .remote = true});
    std::thread after([&] { p.resource(kType, "after", {}, {.depends_on = {c.urn}}); });
    p.resource(kType, "meanwhile");
    gate->opened.set_value();
    after.join();
  });
  EXPECT_EQ(stack.names(), "c early meanwhile late after");
}

TEST(Components, ALateChildThatFailsFailsTheRun) {
  TestStack stack;
  auto gate = std::make_shared<Gate>();
  gate->opened.set_value();
  stack.cloud->on_construct = component_with_late_child(gate, {{"fail", "no room"}});
  stack.up([](ProgramClient& p) { p.resource(kComp, "c", {}, {.custom = false, .remote = true}); });
  EXPECT_EQ(stack.summary.outcome, Outcome::failed);
  EXPECT_THAT(stack.errors, ElementsAre("late: no room"));
}

TEST(Components, NothingIsDeletedBeforeTheLastChildIsThere) {
  TestStack stack;
  auto gate = std::make_shared<Gate>();
  stack.cloud->on_construct = component_with_late_child(gate);
  const TestProgram program = [gate](ProgramClient& p) {
    p.resource(kComp, "c", {}, {.custom = false, .remote = true});
    if (gate->open.wait_for(std::chrono::seconds(0)) != std::future_status::ready) gate->opened.set_value();
  };
  stack.up(program);
  EXPECT_EQ(stack.names(), "c early late");
  EXPECT_EQ(stack.up(program), "same stack, same c, same early, same late");
}

}  // namespace
}  // namespace drydock::engine
