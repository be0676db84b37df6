#include <gtest/gtest.h>

#include "cloud/kube/kinds.h"
#include "cloud/kube/managed_fields.h"
#include "cloud/kube/patch.h"
#include "cloud/kube/protobuf.h"
#include "cloud/kube/selectors.h"

namespace drydock::kube {
namespace {

Json yaml(std::string_view text) { return parse_yaml(text).value(); }
const Type& type(const char* name) { return *find_type(name); }
constexpr Time kNow{std::chrono::milliseconds(1767225600000)};

TEST(Schema, EveryKindHasItsType) {
  for (const Kind& kind : kinds()) EXPECT_NE(kind.type, nullptr) << kind.gvk.api_version() << " " << kind.gvk.kind;
}

TEST(Schema, FieldsMayBeCalledType) {
  EXPECT_TRUE(
      check_fields(yaml("{spec: {type: ClusterIP, sessionAffinity: None}}"), type("core/v1.Service")).unknown.empty());
}

TEST(Schema, UnknownFieldsAreNamedByPath) {
  Mismatch m = check_fields(yaml("{apiVersion: v1, kind: Pod, spec: {containers: [{name: a, imagee: b}], foo: 1}}"),
                            type("core/v1.Pod"));
  EXPECT_EQ(m.unknown, (std::vector<std::string>{"spec.containers[0].imagee", "spec.foo"}));
  EXPECT_EQ(m.wrong_type, "");
}

TEST(Schema, WrongTypesReadLikeTheServers) {
  Mismatch m = check_fields(yaml("{spec: {replicas: two}}"), type("apps/v1.Deployment"));
  EXPECT_EQ(m.wrong_type,
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32");
}

struct SelectorRow {
  const char *selector, *labels;
  bool matches;
};
class Selectors : public testing::TestWithParam<SelectorRow> {};
TEST_P(Selectors, MatchTable) {
  auto selector = LabelSelector::parse(GetParam().selector);
  ASSERT_TRUE(selector) << selector.error().message;
  EXPECT_EQ(selector->matches(yaml(GetParam().labels)), GetParam().matches) << GetParam().selector;
}
INSTANTIATE_TEST_SUITE_P(Label, Selectors,
                         testing::Values(SelectorRow{"", "{}", true}, SelectorRow{"a=b", "{a: b}", true},
                                         SelectorRow{"a==b", "{a: c}", false}, SelectorRow{"a!=b", "{}", true},
                                         SelectorRow{"a in (b, c)", "{a: c}", true},
                                         SelectorRow{"a notin (b,c),d", "{a: x, d: y}", true},
                                         SelectorRow{"!a", "{a: b}", false}, SelectorRow{"n>5", "{n: '7'}", true}));

TEST(Selectors, FieldsByPath) {
  auto selector = FieldSelector::parse("metadata.name=x,spec.unschedulable!=true");
  ASSERT_TRUE(selector);
  EXPECT_TRUE(selector->matches(yaml("{metadata: {name: x}}")));
  EXPECT_FALSE(selector->matches(yaml("{metadata: {name: x}, spec: {unschedulable: true}}")));
}

TEST(Patch, StrategicMergeGoesByMergeKey) {
  Json live = yaml("{spec: {containers: [{name: a, image: '1'}, {name: b, image: '2'}]}}");
  auto out = strategic_merge_patch(
      live, yaml("{spec: {containers: [{name: b, image: '3'}, {$patch: delete, name: a}]}}"), type("core/v1.Pod"));
  EXPECT_EQ(out->dump(), R"({"spec":{"containers":[{"image":"3","name":"b"}]}})");
}

TEST(Patch, JsonPatchSaysWhatIsMissing) {
  auto out = json_patch(yaml("{a: [1]}"), yaml("[{op: add, path: /a/-, value: 2}, {op: replace, path: /b, value: 1}]"));
  ASSERT_FALSE(out);
  EXPECT_EQ(out.error().message, "replace operation does not apply: doc is missing path: /b");
}

TEST(Apply, FieldsAreOwnedAndFreed) {
  const Type& t = type("core/v1.ConfigMap");
  auto first =
      server_side_apply({}, yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: '1', b: '2'}}"), t,
                        "me", "", false, kNow);
  auto second =
      server_side_apply(first.object, yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: '1'}}"), t,
                        "me", "", false, kNow);
  EXPECT_EQ(second.object.at("data").dump(), R"({"a":"1"})");
}

TEST(Apply, AnotherManagersValueIsAConflictUnlessForced) {
  const Type& t = type("core/v1.ConfigMap");
  auto first = server_side_apply({}, yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: '1'}}"), t,
                                 "me", "", false, kNow);
  Json other = yaml("{apiVersion: v1, kind: ConfigMap, metadata: {name: c}, data: {a: '2'}}");
  auto refused = server_side_apply(first.object, other, t, "you", "", false, kNow);
  ASSERT_EQ(refused.conflicts.size(), 1u);
  EXPECT_EQ(refused.conflicts[0].manager, "me");
  EXPECT_EQ(refused.conflicts[0].path, ".data.a");
  auto forced = server_side_apply(first.object, other, t, "you", "", true, kNow);
  EXPECT_EQ(forced.object.at("data").at("a").string_or(), "2");
  EXPECT_EQ(forced.object.at("metadata").at("managedFields").size(), 1u);
}

TEST(Apply, ListItemsGoByKey) {
  const Type& t = type("core/v1.Service");
  Json svc = yaml("{apiVersion: v1, kind: Service, metadata: {name: c}, spec: {ports: [{port: 80, name: x}]}}");
  auto first = server_side_apply({}, svc, t, "me", "", false, kNow);
  EXPECT_TRUE(first.object.at("metadata")
                  .at("managedFields")
                  .item(0)
                  .at("fieldsV1")
                  .at("f:spec")
                  .at("f:ports")
                  .has("k:{\"port\":80,\"protocol\":\"TCP\"}"));
}

TEST(Protobuf, ThereAndBack) {
  Json pod = yaml(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d, labels: {a: b}}, spec: {replicas: 0, selector: "
      "{matchLabels: {a: b}}, "
      "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}], "
      "resources: {limits: {cpu: 100m}}, readinessProbe: {httpGet: {port: 8080, path: /}}}]}}}}");
  auto bytes = encode_protobuf(pod);
  ASSERT_TRUE(bytes);
  auto back = decode_protobuf(*bytes);
  ASSERT_TRUE(back) << back.error().message;
  EXPECT_EQ(back->dump(), pod.dump());
}

TEST(Objects, AgesReadAsKubectlPrintsThem) {
  using namespace std::chrono;
  EXPECT_EQ(human_duration(seconds(119)), "119s");
  EXPECT_EQ(human_duration(seconds(200)), "3m20s");
  EXPECT_EQ(human_duration(minutes(185)), "3h5m");
  EXPECT_EQ(human_duration(hours(30)), "30h");
  EXPECT_EQ(human_duration(hours(24 * 5)), "5d");
  EXPECT_EQ(parse_rfc3339("2026-01-01T01:00:00.5+01:00"), kNow + milliseconds(500));
}

}  // namespace
}  // namespace drydock::kube
