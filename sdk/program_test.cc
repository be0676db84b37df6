#include "sdk/program.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sdk/fake_monitor.h"

namespace drydock {
namespace {

using detail::FakeRun;
using pulumi::Stash;
using testing::ElementsAre;
using testing::HasSubstr;

// What must not compile.
static_assert(!std::is_convertible_v<const char*, Input<bool>>);
static_assert(!std::is_convertible_v<int, Input<bool>>);
static_assert(!std::is_convertible_v<int, Input<std::string>>);
static_assert(!std::is_convertible_v<bool, Input<std::string>>);
static_assert(!std::is_convertible_v<bool, Input<int>>);
static_assert(!std::is_convertible_v<double, Input<int>>);
static_assert(!std::is_convertible_v<const char*, Input<int>>);
static_assert(!std::is_convertible_v<Output<int>, Input<std::string>>);
static_assert(!std::is_convertible_v<Output<std::string>, Input<bool>>);
static_assert(!std::is_convertible_v<std::vector<int>, Input<std::vector<std::string>>>);
static_assert(!std::is_convertible_v<Output<std::string>, Input<std::vector<std::string>>>);
// What must.
static_assert(std::is_convertible_v<bool, Input<bool>>);
static_assert(std::is_convertible_v<const char*, Input<std::string>>);
static_assert(std::is_convertible_v<Output<std::string>, Input<std::string>>);
static_assert(std::is_convertible_v<Output<std::optional<std::string>>, Input<std::string>>);
static_assert(std::is_convertible_v<int, Input<double>>);
static_assert(std::is_convertible_v<std::vector<std::string>, Input<std::vector<std::string>>>);
static_assert(std::is_convertible_v<std::vector<Output<std::string>>, Input<std::vector<std::string>>>);
static_assert(std::is_convertible_v<Output<std::vector<std::string>>, Input<std::vector<std::string>>>);

std::string stash_urn(const std::string& name) { return "urn:pulumi:dev::proj::pulumi:index:Stash::" + name; }
std::vector<std::string> texts(const std::vector<Urn>& urns) {
  std::vector<std::string> out;
  for (const auto& urn : urns) out.push_back(urn.str());
  return out;
}

TEST(Program, RegistersTheStackThenItsResources) {
  FakeRun run;
  EXPECT_EQ(run.run([](Context& ctx) { Stash(ctx, "a", {.input = "x"}); }), 0);
  ASSERT_EQ(run.engine->registered.size(), 2u);
  EXPECT_EQ(run.engine->registered[0].type, "pulumi:pulumi:Stack");
  EXPECT_EQ(run.engine->registered[0].name, "proj-dev");
  EXPECT_EQ(run.engine->request("a").parent, "urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev");
  EXPECT_THAT(run.engine->request("a").position.uri, HasSubstr("sdk/program_test.cc"));
  EXPECT_TRUE(run.engine->signalled);
}

TEST(Program, AnOutputMakesADependency) {
  FakeRun run;
  run.run([](Context& ctx) {
    Stash a(ctx, "a", {.input = "x"});
    Stash b(ctx, "b", {.input = {{"from", a.output}, {"id", a.id}, {"n", 3}}});
  });
  const auto& b = run.engine->request("b");
  EXPECT_THAT(texts(b.dependencies), ElementsAre(stash_urn("a")));
  EXPECT_THAT(texts(b.property_dependencies.at("input")), ElementsAre(stash_urn("a")));
  EXPECT_EQ(at(b.object, "input").at("id").string_or(), "a-id");
  EXPECT_EQ(at(b.object, "input").at("n").number_or(0), 3);
}

TEST(Program, SecretsStaySecretThroughFunctions) {
  FakeRun run;
  run.run([](Context& ctx) {
    auto password = secret("hunter2");
    ctx.output("url", password.apply([](const std::string& p) { return "db://" + p; }));
    ctx.output("both",
               all(password, output_of("x")).apply([](const std::string& a, const std::string& b) { return a + b; }));
    ctx.output("text", concat("a", output_of("b")));
  });
  EXPECT_EQ(run.stack_outputs(), (PropertyMap{{"url", PropertyValue::secret("db://hunter2")},
                                              {"both", PropertyValue::secret("hunter2x")},
                                              {"text", "ab"}}));
}

TEST(Program, UnknownsSkipFunctionsInAPreview) {
  FakeRun run;
  run.core->info.dry_run = true;
  run.engine->on_register = [](const auto& r) {
    auto reply = detail::FakeMonitor::echo(r);
    reply->id.clear();
    reply->object.clear();
    return reply;
  };
  bool called = false;
  run.run([&](Context& ctx) {
    Stash a(ctx, "a", {.input = "x"});
    ctx.output("id", a.id.apply([&](const std::string& id) { return called = true, id; }));
  });
  EXPECT_FALSE(called);
  EXPECT_EQ(run.stack_outputs(), (PropertyMap{{"id", PropertyValue::unknown()}}));
}

TEST(Program, AnExceptionIsOneDiagnosticAndNoShutdownSignal) {
  FakeRun run;
  EXPECT_EQ(run.run([](Context& ctx) {
    Stash a(ctx, "a", {.input = "x"});
    a.id.apply([](const std::string&) { throw std::runtime_error("no luck"); });
  }),
            32);
  EXPECT_THAT(run.engine->errors, ElementsAre("no luck"));
  EXPECT_FALSE(run.engine->signalled);
}

TEST(Program, AFailedResourceFailsTheRunAndSkipsWhatNeedsIt) {
  FakeRun run;
  run.engine->on_register = [](const auto& r) -> detail::CallResult<detail::RegisterReply> {
    if (r.name == "a") return tl::unexpected(detail::CallError{"out of stock"});
    return detail::FakeMonitor::echo(r);
  };
  EXPECT_EQ(run.run([](Context& ctx) {
    Stash a(ctx, "a", {.input = "x"});
    Stash b(ctx, "b", {.input = a.output});
    Stash c(ctx, "c", {.input = "x"}, {.dependsOn = a});
    Stash d(ctx, "d", {.input = "x"});
  }),
            32);
  EXPECT_THAT(run.engine->errors, ElementsAre("registering pulumi:index:Stash 'a': out of stock"));
  EXPECT_EQ(run.engine->request("b").name, "");
  EXPECT_EQ(run.engine->request("c").name, "");
  EXPECT_EQ(run.engine->request("d").name, "d");
}

TEST(Program, TheEnginesEndIsQuiet) {
  FakeRun run;
  run.engine->on_register = [](const auto& r) -> detail::CallResult<detail::RegisterReply> {
    if (r.name == "a") return tl::unexpected(detail::CallError{"connection closed", true});
    return detail::FakeMonitor::echo(r);
  };
  EXPECT_EQ(run.run([](Context& ctx) { Stash(ctx, "a", {.input = "x"}); }), 32);
  EXPECT_TRUE(run.engine->errors.empty());
}

struct Pair : ComponentResource {
  Pair(Context& ctx, std::string name, ResourceOptions options = {})
      : ComponentResource(ctx, "my:index:Pair", name, options),
        one(ctx, name + "-one", {.input = 1}, {.parent = *this}),
        two(ctx, name + "-two", {.input = 2}, {.parent = *this}) {
    register_outputs({{"both", all(one.input, two.input)}});
  }
  Stash one, two;
};

TEST(Program, ADependencyOnAComponentIsOneOnItsChildren) {
  FakeRun run;
  run.run([](Context& ctx) {
    Pair pair(ctx, "p");
    Stash after(ctx, "after", {.input = "x"}, {.dependsOn = pair});
  });
  const std::string below = "urn:pulumi:dev::proj::my:index:Pair$pulumi:index:Stash::p-";
  EXPECT_THAT(texts(run.engine->request("after").dependencies), ElementsAre(below + "one", below + "two"));
  EXPECT_EQ(at(run.engine->outputs.at("urn:pulumi:dev::proj::my:index:Pair::p"), "both"),
            PropertyValue(PropertyList{1, 2}));
}

TEST(Program, OptionsTravel) {
  FakeRun run;
  run.run([](Context& ctx) {
    Stash a(ctx, "a", {.input = 1},
            {.aliases = {{.name = "old"}},
             .customTimeouts = {.create = "10m"},
             .ignoreChanges = {"input"},
             .protect = true,
             .version = "1.2.3"});
  });
  const auto& a = run.engine->request("a");
  ASSERT_EQ(a.aliases.size(), 1u);
  EXPECT_EQ(a.aliases[0].name, "old");
  EXPECT_EQ(a.timeout_create, "10m");
  EXPECT_EQ(a.protect, true);
  EXPECT_EQ(a.version, "1.2.3");
  EXPECT_THAT(a.ignore_changes, ElementsAre("input"));
}

TEST(Program, SettingsAreTyped) {
  FakeRun run;
  run.core->info.config.values = {{"proj:size", "3"}, {"proj:on", "true"}, {"aws:region", "eu-west-1"}};
  EXPECT_EQ(run.run([](Context& ctx) {
    auto config = ctx.config();
    EXPECT_EQ(config.require<int>("size"), 3);
    EXPECT_TRUE(config.get_or<bool>("on", false));
    EXPECT_EQ(config.get_or("name", "none"), "none");
    EXPECT_EQ(ctx.config("aws").require("region"), "eu-west-1");
    config.require("missing");
  }),
            32);
  EXPECT_THAT(run.engine->errors,
              ElementsAre("missing setting 'proj:missing': set it with `drydock config set proj:missing VALUE`"));
}

TEST(Program, InvokesWaitForTheirArguments) {
  FakeRun run;
  run.engine->on_invoke = [](const auto& r) { return detail::FunctionReply{.result = {{"echo", at(r.args, "id")}}}; };
  run.run([](Context& ctx) {
    Stash a(ctx, "a", {.input = 1});
    auto found =
        ctx.invoke("test:index:find", detail::encode(std::map<std::string, Output<std::string>>{{"id", a.id}}));
    ctx.output("echo", found.apply([](const PropertyValue& v) { return v.at("echo"); }));
  });
  EXPECT_EQ(run.stack_outputs(), (PropertyMap{{"echo", "a-id"}}));
}

}  // namespace
}  // namespace drydock
