#include "sdk/property_wire.h"

#include <gmock/gmock.h>
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

namespace drydock {
namespace {

using google::protobuf::Struct;
constexpr const char* kUrn = "urn:pulumi:dev::p::a:b:C::n";

std::string json(const PropertyMap& properties, WireOptions options = {}) {
  Struct out;
  to_wire(properties, out, options);
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(out, &text);
  return Json::parse(text)->dump();
}
Result<PropertyMap> parsed(const std::string& text) {
  Struct in;
  EXPECT_TRUE(google::protobuf::util::JsonStringToMessage(text, &in).ok());
  return from_wire(in);
}
PropertyMap one(PropertyValue value) { return {{"k", std::move(value)}}; }
PropertyValue output(bool known, bool secret) {
  return OutputValue{
      Box<PropertyValue>(known ? PropertyValue("v") : PropertyValue()), known, secret, {*Urn::parse(kUrn)}};
}

TEST(PropertyWire, ValuesComeBackAsTheyWere) {
  ResourceReference custom{*Urn::parse(kUrn), true, "i-1", true, "1.2.3"};
  ResourceReference unmade{*Urn::parse(kUrn), true, "", false, ""};
  PropertyMap all{{"null", nullptr},
                  {"bool", true},
                  {"number", 1.5},
                  {"text", "x"},
                  {"list", PropertyList{1.0, "two", PropertyList{}}},
                  {"map", PropertyMap{{"a", PropertyMap{}}}},
                  {"unknown", Unknown{}},
                  {"secret", PropertyValue::secret(PropertyList{"s", Unknown{}})},
                  {"output", output(true, true)},
                  {"later", output(false, false)},
                  {"custom", custom},
                  {"unmade", unmade},
                  {"component", ResourceReference{*Urn::parse(kUrn), false, "", true, ""}},
                  {"asset", Asset{"h", "text", "", ""}},
                  {"archive", Archive{"h", "", "", {{"f", Asset{"", "", "path", ""}}}, true}}};
  Struct wire;
  to_wire(all, wire);
  auto back = from_wire(wire);
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(*back, all);
}

TEST(PropertyWire, ASecretIsAnObjectWithASignature) {
  EXPECT_EQ(json(one(PropertyValue::secret("s"))),
            R"({"k":{"4dabf18193072939515e22adb298388d":"1b47061264138c4ac30d75fd1eb44270","value":"s"}})");
}

TEST(PropertyWire, ReceiversThatAcceptLessGetLess) {
  const ResourceReference made{*Urn::parse(kUrn), true, "i-1", true, ""};
  const ResourceReference component{*Urn::parse(kUrn), false, "", true, ""};
  const WireOptions none{.secrets = false, .resources = false, .outputs = false, .unknowns = true};
  EXPECT_EQ(json(one(PropertyValue::secret("s")), none), R"({"k":"s"})");
  EXPECT_EQ(json(one(output(true, true)), none), R"({"k":"v"})");
  EXPECT_EQ(json(one(output(false, false)), none), R"({"k":"04da6b54-80e4-46f7-96ec-b56ff0331ba9"})");
  EXPECT_EQ(json(one(made), none), R"({"k":"i-1"})");
  EXPECT_EQ(json(one(component), none), R"({"k":"urn:pulumi:dev::p::a:b:C::n"})");
}

TEST(PropertyWire, WithoutUnknownsATopLevelPropertyGoesWhole) {
  PropertyMap properties{{"a", PropertyList{"known", Unknown{}}}, {"b", 1.0}};
  EXPECT_EQ(json(properties, {.unknowns = false}), R"({"b":1})");
}

TEST(PropertyWire, EverySentinelIsUnknown) {
  for (const char* sentinel : {"1c4a061d-8072-4f0a-a4cb-0ff528b18fe7", "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
                               "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
                               "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
                               "dd056dcd-154b-4c76-9bd3-c8f88648b5ff"})
    EXPECT_EQ(*parsed(std::string(R"({"k":")") + sentinel + "\"}"), one(Unknown{})) << sentinel;
}

TEST(PropertyWire, AnUnknownSignatureIsAnErrorThatNamesTheProperty) {
  auto bad = parsed(R"({"outer":{"k":{"4dabf18193072939515e22adb298388d":"zzz"}}})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().to_string(),
            "reading property 'outer': reading property 'k': an object with the unknown signature 'zzz'");
}

PropertyValue nested(int levels) {
  PropertyValue value = "leaf";
  for (int i = 0; i < levels; ++i) {
    PropertyMap around;
    around.emplace("n", std::move(value));
    value = std::move(around);
  }
  return value;
}

TEST(PropertyWire, FiveHundredLevelsAreTheMost) {
  Struct wire;
  to_wire(one(nested(500)), wire);
  auto back = from_wire(wire);
  ASSERT_TRUE(back) << back.error().to_string();
  EXPECT_EQ(*back, one(nested(500)));
  EXPECT_TRUE(check_depth(*back));

  const std::string reason = "it is nested deeper than 500 levels, which is the most there may be";
  Struct deeper;
  to_wire(one(nested(501)), deeper);
  const auto refused = from_wire(deeper);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().to_string(), testing::StartsWith("reading property 'k': reading property 'n': "));
  EXPECT_THAT(refused.error().to_string(), testing::EndsWith(": " + reason));
  EXPECT_EQ(refused.error().trail.size(), 8);
  EXPECT_EQ(check_depth(one(nested(501))).error().to_string(), "property 'k': " + reason);
}

}  // namespace
}  // namespace drydock
