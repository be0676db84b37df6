// The generated package of testdata/small.yaml, used as a program would.
#include <drydock/small/shop.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <drydock/small.h>

#include "sdk/fake_monitor.h"

namespace drydock {
namespace {

using detail::FakeRun;
using small::shop::Item;
using small::shop::Owner;
using testing::ElementsAre;

// Names and types are checked by the compiler.
template <class T>
concept HasColour = requires(T t) {
  t.colour;
};
template <class T>
concept HasColor = requires(T t) {
  t.color;
};
static_assert(HasColour<small::shop::ItemArgs> && !HasColor<small::shop::ItemArgs>);
static_assert(std::is_assignable_v<decltype(small::shop::ItemArgs::price)&, int>);
static_assert(!std::is_assignable_v<decltype(small::shop::ItemArgs::price)&, const char*>);
static_assert(!std::is_assignable_v<decltype(small::shop::ItemArgs::onSale)&, const char*>);
static_assert(!std::is_assignable_v<decltype(small::shop::ItemArgs::name)&, int>);
static_assert(!std::is_assignable_v<decltype(small::shop::ItemArgs::owner)&, Item>);
static_assert(std::is_assignable_v<decltype(small::shop::ItemArgs::owner)&, Owner>);

TEST(Generated, InputsTravelUnderTheirOwnNames) {
  FakeRun run;
  EXPECT_EQ(run.run([](Context& ctx) {
    Owner owner(ctx, "ann");
    Item(ctx, "lamp",
         {.colour = small::shop::Colour::SeaGreen,
          .extra = {{"any", 1}},
          .name = "lamp",
          .owner = owner,
          .pin = "1234",
          .place = {.default_ = true, .inside = {.labels = {{"a", "b"}}}, .shelf = 3},
          .places = {{.shelf = 1}, {.shelf = 2}},
          .price = 10});
  }),
            0);
  const auto& lamp = run.engine->request("lamp");
  EXPECT_EQ(lamp.type, "small:shop/item:Item");
  EXPECT_EQ(lamp.version, "1.2.3");
  EXPECT_THAT(lamp.additional_secret_outputs, ElementsAre("pin"));
  EXPECT_EQ(at(lamp.object, "colour"), PropertyValue("sea-green"));
  EXPECT_EQ(at(lamp.object, "kind"), PropertyValue("item"));
  EXPECT_EQ(at(lamp.object, "onSale"), PropertyValue(false));
  EXPECT_EQ(at(lamp.object, "pin"), PropertyValue::secret("1234"));
  EXPECT_EQ(at(lamp.object, "owner").as_resource().id, "ann-id");
  EXPECT_EQ(at(lamp.object, "places"),
            PropertyValue(PropertyList{PropertyMap{{"shelf", 1}}, PropertyMap{{"shelf", 2}}}));
  const auto& place = at(lamp.object, "place");
  EXPECT_EQ(place.at("default"), PropertyValue(true));
  EXPECT_EQ(place.at("inside"), PropertyValue(PropertyMap{{"labels", PropertyMap{{"a", "b"}}}, {"size", 1.5}}));
}

TEST(Generated, OutputsAreTyped) {
  FakeRun run;
  run.run([](Context& ctx) {
    Item lamp(ctx, "lamp", {.name = "lamp", .place = {.shelf = 3}});
    ctx.output("shelf", lamp.place.apply([](const auto& place) { return place ? place->shelf : 0; }));
    ctx.output("tags", lamp.tags.apply([](const std::vector<std::string>& tags) { return int(tags.size()); }));
  });
  EXPECT_EQ(run.stack_outputs(), (PropertyMap{{"shelf", 3}, {"tags", 0}}));
}

TEST(Generated, AnAnswerOfAnotherKindIsOneClearError) {
  FakeRun run;
  run.engine->on_register = [](const auto& r) {
    auto reply = detail::FakeMonitor::echo(r);
    reply->object["tags"] = "none";
    return reply;
  };
  EXPECT_EQ(run.run([](Context& ctx) {
    Item lamp(ctx, "lamp", {.name = "lamp"});
    ctx.output("tags", lamp.tags);
  }),
            32);
  EXPECT_THAT(
      run.engine->errors,
      ElementsAre("small:shop/item:Item 'lamp': tags should be a list, but the engine answered text: the program "
                  "was built for another version of the provider"));
}

TEST(Generated, FunctionsTakeOutputsAndAnswerOutputs) {
  FakeRun run;
  run.engine->on_invoke = [](const auto& r) {
    return detail::FunctionReply{.result = {{"id", "item:" + at(r.args, "name").string_or()}}};
  };
  run.run([](Context& ctx) {
    Item lamp(ctx, "lamp", {.name = "lamp"});
    ctx.output("id", small::shop::LookupItem(ctx, {.name = lamp.name}).get(&small::shop::LookupItemResult::id));
    EXPECT_EQ(small::shop::LookupItemNow(ctx, {.name = "x"}).id, "item:x");
  });
  EXPECT_EQ(run.stack_outputs(), (PropertyMap{{"id", "item:lamp"}}));
}

TEST(Generated, AComponentIsRemoteAndItsResourcesAreReadWhenWanted) {
  FakeRun run;
  const std::string item = "urn:pulumi:dev::proj::small:index:Market$small:shop/item:Item::lamp";
  run.engine->on_register = [&](const auto& r) {
    auto reply = detail::FakeMonitor::echo(r);
    ResourceReference lamp;
    lamp.urn = *Urn::parse(item);
    lamp.has_id = true;
    lamp.id = "lamp-id";
    if (r.remote) reply->object["first"] = lamp;
    return reply;
  };
  run.engine->on_invoke = [&](const auto& r) {
    EXPECT_EQ(r.token, "pulumi:pulumi:getResource");
    EXPECT_EQ(at(r.args, "urn"), PropertyValue(item));
    return detail::FunctionReply{.result = {{"state", PropertyMap{{"name", "lamp"}}}}};
  };
  run.run([](Context& ctx) {
    Owner owner(ctx, "ann");
    small::Market market(ctx, "market", {.owner = owner});
    ctx.output("id", market.first.apply([](const std::optional<Item>& first) { return first->id; }));
    ctx.output("name", market.first.apply([](const std::optional<Item>& first) { return first->name; }));
  });
  const auto& market = run.engine->request("market");
  EXPECT_TRUE(market.remote);
  EXPECT_TRUE(market.dependencies.empty());  // a resource given to a component is the component's own business
  EXPECT_EQ(run.stack_outputs(), (PropertyMap{{"id", "lamp-id"}, {"name", "lamp"}}));
}

TEST(Generated, ProviderSettingsTravelAsText) {
  FakeRun run;
  run.run([](Context& ctx) {
    small::Provider provider(ctx, "p", {.region = "here", .retries = 3});
    Owner owner(ctx, "ann", {}, {.provider = provider});
  });
  EXPECT_EQ(run.engine->request("p").object, (PropertyMap{{"region", "here"}, {"retries", "3"}}));
  EXPECT_EQ(run.engine->request("ann").provider, "urn:pulumi:dev::proj::pulumi:providers:small::p::p-id");
}

}  // namespace
}  // namespace drydock
