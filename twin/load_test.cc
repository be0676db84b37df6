// Worlds of plain values, lived in the twin without a port.
#include "twin/load/load.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/world/world_file.h"
#include "twin/inside.h"

namespace drydock::twin {
namespace {

struct Lived {
  std::unique_ptr<Inside> inside;
  std::vector<GroupLife> groups;
  std::string refusal;
};

Lived live(const std::string& file) {
  Lived out;
  auto world = cloud::parse_world(file, "test");
  EXPECT_TRUE(world) << world.error().message;
  if (!world) return out;
  World::Options options;
  options.seed = "load";
  out.inside = std::move(Inside::open(options, nullptr)).value();
  auto loaded = load_world(out.inside->place(), *world);
  if (!loaded) {
    out.refusal = loaded.error().to_string();
    return out;
  }
  out.inside->world->clock().run_completions();
  out.groups = lives_of(out.inside->place(), *world, *loaded);
  return out;
}
std::string told(const Lived& lived) {
  std::string out = lived.refusal;
  for (const auto& group : lived.groups) {
    out += group.noun.id + ":" + (group.refusal.empty() ? "" : " " + group.refusal);
    for (const auto& node : group.nodes) out += node.ready ? " ready" : " " + node.step + " (" + node.cause + ")";
    out += "\n";
  }
  return out;
}

TEST(Load, EveryBaseIsReady) {
  for (const std::string& name : cloud::base_names())
    EXPECT_THAT(told(live("base: " + name)),
                testing::HasSubstr(name == "ipv6" ? "not supported yet: ipFamily ipv6" : "ready"))
        << name;
}

TEST(Load, WhatIsMissingStopsTheNodes) {
  const std::pair<const char*, const char*> rows[] = {
      {"base: private-eks\n", "default: ready ready\n"},
      {"base: private-eks\nremove: [endpoint ec2]\n", "default: ec2.describe-instances (route.none)"},
      {"base: private-eks\nremove: [endpoint ecr.dkr]\n", "default: pull.cni-init.manifest"},
  };
  for (const auto& [file, want] : rows) EXPECT_THAT(told(live(file)), testing::StartsWith(want)) << file;
}

}  // namespace
}  // namespace drydock::twin
