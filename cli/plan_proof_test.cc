// What a run's events add up to.
#include "cli/plan_proof.h"

#include <gtest/gtest.h>

namespace drydock::cli {
namespace {

using namespace engine;

ResourcePtr cluster(const std::string& name, const std::string& id) {
  auto r = std::make_shared<Resource>();
  r->urn = Urn::make("dev", "shop", {}, "aws:eks/cluster:Cluster", "c");
  r->type = "aws:eks/cluster:Cluster";
  r->custom = true;
  r->id = id;
  r->inputs = {{"name", name}};
  if (!id.empty()) r->outputs = {{"endpoint", "https://" + id}};
  return r;
}
StepInfo step(Op op, ResourcePtr previous, ResourcePtr next) {
  StepInfo s;
  s.op = op;
  s.urn = (next ? next : previous)->urn;
  s.type = "aws:eks/cluster:Cluster";
  s.previous = std::move(previous);
  s.next = std::move(next);
  return s;
}

TEST(PlanProofs, WhatAnUpdateMadeReplacesWhatWasPlanned) {
  PlanProof proof("", "us-east-1");
  proof.event(ResourcePreEvent{step(Op::create, nullptr, cluster("a", "")), true});
  EXPECT_EQ(proof.reading().world.clusters.at(0).endpoint, "https://api.a.planned");
  proof.about_to(step(Op::create, nullptr, cluster("a", "")));
  proof.event(ResourceOutputsEvent{step(Op::create, nullptr, cluster("a", "made")), false, {}});
  EXPECT_EQ(proof.reading().world.clusters.at(0).endpoint, "https://made");
}

TEST(PlanProofs, AReplacementIsItsNewHalf) {
  PlanProof proof("", "us-east-1");
  const auto old = cluster("a", "old");
  for (const Op op : {Op::create_replacement, Op::replace, Op::delete_replaced})
    proof.event(ResourcePreEvent{step(op, old, op == Op::delete_replaced ? nullptr : cluster("b", "")), true});
  EXPECT_EQ(proof.reading().world.clusters.at(0).name, "b");
  proof.about_to(step(Op::create_replacement, old, cluster("b", "")));
  proof.event(ResourceOutputsEvent{step(Op::create_replacement, old, cluster("b", "new")), false, {}});
  proof.about_to(step(Op::replace, old, cluster("b", "")));
  proof.about_to(step(Op::delete_replaced, old, nullptr));
  proof.event(ResourceOutputsEvent{step(Op::delete_replaced, old, nullptr), false, {}});
  ASSERT_EQ(proof.reading().world.clusters.size(), 1u);
  EXPECT_EQ(proof.reading().world.clusters.at(0).endpoint, "https://new");
}

TEST(PlanProofs, WithoutAClusterThereIsNothingToSay) { EXPECT_FALSE(PlanProof("", "us-east-1").prove({}, "")); }

}  // namespace
}  // namespace drydock::cli
