#include "sdk/property_value.h"

#include <gtest/gtest.h>

namespace drydock {
namespace {

TEST(PropertyValue, FindsSecretsAndUnknownsAtAnyDepth) {
  const PropertyValue v(PropertyMap{{"a", PropertyList{1, PropertyValue::secret("s"), PropertyValue::unknown()}}});
  EXPECT_TRUE(v.contains_secrets());
  EXPECT_TRUE(v.contains_unknowns());
  EXPECT_FALSE(PropertyValue(PropertyMap{{"a", "s"}}).contains_secrets());
}

TEST(PropertyValue, PlainTakesTheWrappersAway) {
  const PropertyValue v(PropertyMap{{"a", PropertyValue::secret("s")},
                                    {"b", OutputValue{Box<PropertyValue>(PropertyValue(2)), true, true, {}}},
                                    {"c", OutputValue{Box<PropertyValue>(PropertyValue()), false, false, {}}}});
  EXPECT_EQ(v.plain(), PropertyValue(PropertyMap{{"a", "s"}, {"b", 2}, {"c", PropertyValue::unknown()}}));
}

TEST(PropertyValue, JsonRoundTrips) {
  const Json j = *Json::parse(R"({"a":[1,"x",null,true,{"b":2.5}]})");
  EXPECT_EQ(to_json(from_json(j)), j);
}

}  // namespace
}  // namespace drydock
