// When what comes: completions after quiet, deadlines when nobody hinders them.
#include "twin/kernel/clock.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "twin/kernel/world.h"

namespace drydock::twin {
namespace {

using namespace std::chrono_literals;
using Kind = Clock::Kind;
using testing::ElementsAre;

class ClockStory : public testing::Test {
 protected:
  ClockStory() : world_(std::move(*World::open({.seed = "clock"}))), clock_(world_->clock()), birth_(clock_.now()) {
    clock_.handle("say", [this](World&, const Json& word) {
      heard_.push_back(word.string_or() + "@" + std::to_string((clock_.now() - birth_) / 1s));
    });
    clock_.disturbed(real_);
  }
  void at(Millis delay, Kind kind, const char* word) { clock_.after(delay, kind, "say", Json(word)); }
  /// Real time passes, with the loop asking as often as the clock wants.
  void pass(std::chrono::milliseconds real) {
    const Clock::Real end = real_ + real;
    for (;;) {
      auto next = clock_.pump(real_, 1h);
      if (!next || *next > end) break;
      real_ = std::max(*next, real_);
    }
    real_ = end;
  }

  std::unique_ptr<World> world_;
  Clock& clock_;
  const SimTime birth_;
  Clock::Real real_{1000h};
  std::vector<std::string> heard_;
};

TEST_F(ClockStory, CompletionsComeInOrderAfterAMomentOfQuiet) {
  at(60s, Kind::completes, "endpoint");
  at(1s, Kind::completes, "vpc");
  pass(4ms);
  EXPECT_THAT(heard_, ElementsAre());
  pass(2ms);
  EXPECT_THAT(heard_, ElementsAre("vpc@1", "endpoint@60"));
}

TEST_F(ClockStory, ACallThatChangesSomethingBreaksTheQuiet) {
  at(1s, Kind::completes, "vpc");
  for (int i = 0; i < 5; ++i) {
    pass(3ms);
    clock_.disturbed(real_);
  }
  EXPECT_THAT(heard_, ElementsAre());
}

TEST_F(ClockStory, DeadlinesWaitForSecondsOfQuiet) {
  at(600s, Kind::gives_up, "nodeadm");
  pass(1900ms);
  EXPECT_THAT(heard_, ElementsAre());
  pass(400ms);
  EXPECT_THAT(heard_, ElementsAre("nodeadm@600"));
}

TEST_F(ClockStory, ALeaseHoldsDeadlinesBackUntilItsHolderOnlyWaits) {
  const std::string lease = clock_.lease("up", real_);
  at(600s, Kind::gives_up, "nodeadm");
  at(700s, Kind::completes, "cluster");
  for (int i = 0; i < 5; ++i) {
    pass(1s);
    clock_.renew(lease, false, real_);
  }
  EXPECT_THAT(heard_, ElementsAre("cluster@599")) << "squeezed in before the deadline that is held back";
  clock_.renew(lease, true, real_);
  pass(900ms);
  EXPECT_THAT(heard_, ElementsAre("cluster@599"));
  pass(400ms);
  EXPECT_THAT(heard_, ElementsAre("cluster@599", "nodeadm@600"));
}

TEST_F(ClockStory, ALeaseNobodyRenewsEnds) {
  clock_.lease("killed", real_);
  at(600s, Kind::gives_up, "nodeadm");
  pass(9s);
  EXPECT_THAT(heard_, ElementsAre());
  pass(3s);
  EXPECT_THAT(heard_, ElementsAre("nodeadm@600"));
}

TEST_F(ClockStory, TimeWalksOnForAHolderThatWaitsForNothingQueued) {
  const std::string lease = clock_.lease("up", real_);
  clock_.renew(lease, true, real_);
  pass(4s);
  EXPECT_GT(clock_.now() - birth_, 20min);
  clock_.release(lease, real_);
  const SimTime then = clock_.now();
  pass(2s);
  EXPECT_EQ(clock_.now(), then) << "without a holder nothing moves";
}

TEST_F(ClockStory, PausedItStandsAndAdvanceIsExact) {
  clock_.pause();
  at(1s, Kind::completes, "vpc");
  at(600s, Kind::gives_up, "nodeadm");
  pass(10s);
  EXPECT_THAT(heard_, ElementsAre());
  clock_.advance(599s);
  EXPECT_THAT(heard_, ElementsAre("vpc@1"));
  EXPECT_EQ(clock_.now() - birth_, 599s);
  clock_.advance(1s);
  EXPECT_THAT(heard_, ElementsAre("vpc@1", "nodeadm@600"));
}

TEST_F(ClockStory, AtARateTimeFlows) {
  clock_.run_at(60, real_);
  at(90s, Kind::completes, "endpoint");
  pass(1s);
  EXPECT_THAT(heard_, ElementsAre());
  pass(600ms);
  EXPECT_THAT(heard_, ElementsAre("endpoint@90"));
}

TEST_F(ClockStory, NeverOvertakesTheWall) {
  clock_.advance(24h * 365);
  EXPECT_LE(clock_.now(), std::chrono::system_clock::now());
  at(1h, Kind::completes, "tomorrow");
  pass(1min);
  EXPECT_THAT(heard_, ElementsAre());
}

TEST_F(ClockStory, WhatIsCancelledDoesNotCome) {
  const std::string id = clock_.after(1s, Kind::completes, "say", Json("x"));
  EXPECT_TRUE(clock_.cancel(id));
  EXPECT_FALSE(clock_.cancel(id));
  pass(1s);
  EXPECT_THAT(heard_, ElementsAre());
}

}  // namespace
}  // namespace drydock::twin
