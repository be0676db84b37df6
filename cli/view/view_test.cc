// What people read, from events made by hand. Golden files: DRYDOCK_UPDATE_GOLDEN=1 writes them anew.
#include "cli/view/view.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "cli/plan_proof.h"
#include "cli/view/values.h"

namespace drydock::cli {
namespace {

using namespace engine;
using namespace std::chrono_literals;

void expect_golden(const std::string& name, const std::string& text) {
  std::string path = std::string(DRYDOCK_SOURCE_DIR) + "/cli/view/testdata/" + name;
  if (std::getenv("DRYDOCK_UPDATE_GOLDEN")) {
    ASSERT_TRUE(write_file(path, text));
  }
  auto golden = read_file(path);
  ASSERT_TRUE(golden) << "no golden file; run again with DRYDOCK_UPDATE_GOLDEN=1";
  EXPECT_EQ(text, *golden);
}

const Urn kStack = Urn::make("dev", "shop", {}, kStackType, "shop-dev");

ResourcePtr state(const std::string& type, const std::string& name, PropertyMap inputs, Urn parent = kStack) {
  auto r = std::make_shared<Resource>();
  r->urn = Urn::make("dev", "shop", parent, type, name);
  r->type = type;
  r->custom = type.find("index") == std::string::npos;
  r->inputs = std::move(inputs);
  r->parent = type == kStackType ? Urn() : parent;
  if (r->custom) r->id = name + "-1";
  return r;
}

StepInfo step(Op op, ResourcePtr previous, ResourcePtr next) {
  StepInfo s;
  s.op = op;
  const auto& any = next ? next : previous;
  s.urn = any->urn;
  s.type = any->type;
  s.previous = std::move(previous);
  s.next = std::move(next);
  return s;
}

/// A small life: a stack of a network, a component with a child, a replacement, a failure.
std::vector<Event> events(bool planning) {
  auto stack = state(std::string(kStackType), "shop-dev", {});
  auto vpc = state("aws:ec2/vpc:Vpc", "main", {{"cidrBlock", "10.0.0.0/16"}, {"token", PropertyValue::secret("hush")}});
  auto cluster = state("eks:index:Cluster", "cluster", {});
  auto role = state("aws:iam/role:Role", "node", {{"name", "node"}}, cluster->urn);
  auto old_subnet =
      state("aws:ec2/subnet:Subnet", "a", {{"cidrBlock", "10.0.1.0/24"}, {"tags", PropertyMap{{"k", "1"}}}});
  auto subnet = state("aws:ec2/subnet:Subnet", "a", {{"cidrBlock", "10.0.2.0/24"}, {"tags", PropertyMap{{"k", "2"}}}});
  auto replace = step(Op::replace, old_subnet, subnet);
  replace.replace_keys = {"cidrBlock"};
  replace.detailed = {{"cidrBlock", {DiffKind::update_replace, true}}, {"tags.k", {DiffKind::update, true}}};
  replace.has_detailed = true;
  std::vector<Event> out{PreludeEvent{{{"shop:token", "[secret]"}}}};
  auto pre = [&](StepInfo s) { out.push_back(ResourcePreEvent{std::move(s), planning}); };
  auto done = [&](StepInfo s, std::chrono::milliseconds took) {
    out.push_back(ResourceOutputsEvent{std::move(s), planning, took});
  };
  pre(step(Op::same, stack, stack));
  pre(step(Op::create, nullptr, vpc));
  done(step(Op::create, nullptr, vpc), 520ms);
  pre(step(Op::create, nullptr, cluster));
  pre(step(Op::create, nullptr, role));
  pre(replace);
  done(replace, 3200ms);
  if (planning) {
    done(step(Op::create, nullptr, role), 0ms);
    done(step(Op::create, nullptr, cluster), 0ms);
    out.push_back(DiagnosticEvent{kStack, Severity::warning, "an old habit\n", 0, false});
  } else {
    out.push_back(StdoutEvent{"the program says hello\n"});
    out.push_back(
        DiagnosticEvent{role->urn, Severity::error, "creating IAM role: AccessDenied\nrequest id 7f\n", 0, false});
    out.push_back(ResourceFailedEvent{step(Op::create, nullptr, role), 40ms});
    out.push_back(DiagnosticEvent{{}, Severity::error, "update failed", 0, false});
  }
  SummaryEvent summary;
  summary.planning = planning;
  summary.outcome = planning ? Outcome::succeeded : Outcome::failed;
  summary.duration = 4321ms;
  summary.changes = {{Op::same, 1}, {Op::create, planning ? 3 : 1}, {Op::replace, 1}};
  summary.errored = planning ? 0 : 1;
  summary.old_outputs = {{"gone", 1}, {"vpc", "vpc-1"}};
  summary.outputs = {{"kubeconfig", PropertyMap{{"kind", "Config"}, {"users", PropertyList{"a"}}}},
                     {"pass", PropertyValue::secret("hush")},
                     {"url", PropertyValue::unknown()},
                     {"vpc", "vpc-2"}};
  out.push_back(summary);
  return out;
}

class Views : public testing::Test {
 protected:
  ViewOptions options() {
    ViewOptions o;
    o.write = [this](std::string_view text) { written_ += text; };
    o.now = [this] { return now_; };
    return o;
  }
  std::string show(std::unique_ptr<View> view, bool planning) {
    written_.clear();
    view->begin({"update", planning, "dev", "on twin (us-east-1, no AWS account is touched)"});
    for (const auto& event : events(planning)) view->event(event);
    view->end(planning ? "" : "11m20s");
    EXPECT_EQ(written_.find("hush"), std::string::npos) << "secrets are shown to nobody";
    return written_;
  }
  std::string written_;
  std::chrono::steady_clock::time_point now_{100s};
};

TEST_F(Views, LinesOfAPreview) { expect_golden("lines-preview.txt", show(make_lines_view(options()), true)); }
TEST_F(Views, LinesOfAFailedUpdate) { expect_golden("lines-failed.txt", show(make_lines_view(options()), false)); }
TEST_F(Views, BlocksWithDiff) {
  auto o = options();
  o.diff = true;
  expect_golden("diff-preview.txt", show(make_lines_view(o), true));
}

TEST_F(Views, TreeWhileItRuns) {
  RunModel model;
  auto all = events(false);
  for (const auto& event : all) {
    if (std::holds_alternative<StdoutEvent>(event)) break;
    model.apply(event, now_);
  }
  model.apply(ResourceWaitingEvent{model.rows().at(2).urn, "its children"}, now_);
  expect_golden("tree-running.txt", join(tree_lines(model, false, options(), now_ + 12s, 0, 0), "\n") + "\n");
  expect_golden("tree-narrow.txt", join(tree_lines(model, false, options(), now_ + 12s, 60, 6), "\n") + "\n");
}

TEST_F(Views, TreeWithColours) {
  RunModel model;
  for (const auto& event : events(false)) model.apply(event, now_);
  auto o = options();
  o.style.colour = true;
  expect_golden("tree-failed.txt", join(tree_lines(model, false, o, now_, 0, 0), "\n") + "\n");
}

TEST_F(Views, EventsAreOneJsonALine) {
  std::string text = show(make_event_stream(options()), false);
  auto lines = split(text, '\n');
  EXPECT_EQ(lines.back(), "");
  lines.pop_back();
  std::vector<std::string> kinds;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    auto json = Json::parse(lines[i]);
    ASSERT_TRUE(json) << lines[i];
    EXPECT_EQ(json->at("sequence").as_int(), static_cast<std::int64_t>(i + 1));
    for (const auto& [key, value] : json->as_object())
      if (key != "sequence" && key != "timestamp") kinds.push_back(key);
  }
  EXPECT_EQ(kinds.front(), "preludeEvent");
  EXPECT_EQ(kinds.back(), "cancelEvent");
  EXPECT_EQ(Json::parse(lines[lines.size() - 2])->at("summaryEvent").at("result").as_string(), "failed");
}

TEST_F(Views, PreviewIsOneDocument) {
  auto json = Json::parse(show(make_preview_document(options()), true));
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("steps").size(), 5u);
  const Json& subnet = json->at("steps").item(4);
  EXPECT_EQ(subnet.at("op").as_string(), "replace");
  EXPECT_EQ(subnet.at("detailedDiff").at("cidrBlock").dump(), R"({"inputDiff":true,"kind":"update-replace"})");
  EXPECT_EQ(subnet.at("replaceReasons").dump(), R"(["cidrBlock"])");
  EXPECT_EQ(json->at("steps").item(1).at("newState").at("inputs").at("token").as_string(), "[secret]");
  EXPECT_EQ(json->at("changeSummary").dump(), R"({"create":3,"replace":1,"same":1})");
}

TEST_F(Views, ReadinessFollowsThePlan) {
  const ReadinessNote note{proof::Verdict::ready, "Readiness  all is well\n", Json::object({{"verdict", "ready"}})};
  const auto planned = [&](std::unique_ptr<View> view) {
    written_.clear();
    view->begin({"update", true, "dev", ""});
    for (const auto& event : events(true)) view->event(event);
    view->readiness(note);
    view->end("");
    return written_;
  };
  EXPECT_TRUE(planned(make_lines_view(options())).ends_with("to replace\n    4 changes. 1 unchanged\n\n" + note.text))
      << written_;
  EXPECT_EQ(Json::parse(planned(make_preview_document(options())))->at("readiness").at("verdict").as_string(), "ready");
  EXPECT_NE(planned(make_event_stream(options())).find(R"("readinessEvent":{"verdict":"ready"})"), std::string::npos);
}

TEST_F(Views, AComponentsInputsAreInThePreviewAlone) {
  auto view = make_preview_document(options());
  auto component = step(Op::create, nullptr, state("eks:index:Cluster", "cluster", {}));
  component.given = std::make_shared<const Given>(
      Given{{{"instanceType", "t3.medium"}, {"token", PropertyValue::secret("hush")}}, {{"instanceType", {}}}});
  view->event(ResourcePreEvent{component, true});
  view->end("");
  const auto json = Json::parse(written_);
  ASSERT_TRUE(json);
  EXPECT_EQ(json->at("steps").item(0).at("newState").at("inputs").dump(),
            R"({"instanceType":"t3.medium","token":"[secret]"})");
}

TEST(Words, DurationsAreReadable) {
  struct Case {
    std::chrono::milliseconds ms;
    const char* want;
  };
  for (auto [ms, want] : std::initializer_list<Case>{{0ms, "0.00s"},
                                                     {520ms, "0.52s"},
                                                     {1s, "1s"},
                                                     {2100ms, "3s"},
                                                     {60s, "1m"},
                                                     {680s, "11m20s"},
                                                     {3600s, "1h"},
                                                     {3900s, "1h5m"}})
    EXPECT_EQ(duration_text(ms), want);
}

TEST(Words, TypesAreShortened) {
  EXPECT_EQ(short_type("aws:ec2/vpc:Vpc"), "aws:ec2:Vpc");
  EXPECT_EQ(short_type("eks:index:Cluster"), "eks:index:Cluster");
  EXPECT_EQ(short_type("pulumi:pulumi:Stack"), "pulumi:pulumi:Stack");
}

TEST(Words, SecretsShowOnlyWhenAskedFor) {
  PropertyValue v = PropertyMap{{"a", PropertyValue::secret(PropertyMap{{"b", 1.5}})}};
  EXPECT_EQ(value_text(v, false), "{\n    a: [secret]\n}");
  EXPECT_EQ(value_text(v, true), "{\n    a: {\n        b: 1.5\n    }\n}");
}

TEST(Words, LongOutputsAreShortenedUnlessAskedForWhole) {
  PropertyList users;
  for (int i = 0; i < 12; ++i) users.push_back("u" + std::to_string(i));
  const PropertyMap outputs{{"kubeconfig", PropertyMap{{"users", users}}}, {"pem", std::string(300, 'x')}, {"n", 1.0}};
  EXPECT_EQ(outputs_text({}, outputs, {}),
            "    kubeconfig: {...} (16 lines; 'drydock stack output kubeconfig' shows them)\n"
            "    n         : 1\n"
            "    pem       : \"" +
                std::string(99, 'x') + "...\" (300 characters; 'drydock stack output pem' shows them)\n");
  EXPECT_EQ(split(outputs_text({}, outputs, {.whole = true}), '\n').size(), 19u);
}

}  // namespace
}  // namespace drydock::cli
