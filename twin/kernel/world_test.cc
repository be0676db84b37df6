// The world outlives its process: what was committed is there again, whatever happened to the last line.
#include "twin/kernel/world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "cloud/aws/ec2.h"

namespace drydock::twin {
namespace {

class Journal : public testing::Test {
 protected:
  Journal() : folder_(std::filesystem::temp_directory_path() / ("world-test-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
  }
  ~Journal() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file() const { return folder_ / "world.journal"; }
  std::unique_ptr<World> open() {
    auto world = World::open({.journal = file(), .seed = "journal"});
    EXPECT_TRUE(world) << world.error().to_string();
    return std::move(*world);
  }
  void put_vpc(World& world, const std::string& id, const std::string& cidr) {
    aws::Vpc vpc;
    vpc.vpcId = id, vpc.cidrBlock = cidr, vpc.enableDnsHostnames = true;
    world.table<aws::Vpc>("us-east-1").put(id, vpc);
    world.commit();
  }
  std::string text() const {
    std::ifstream in(file());
    std::stringstream whole;
    whole << in.rdbuf();
    return whole.str();
  }
  void write(const std::string& content) { std::ofstream(file()) << content; }

  std::filesystem::path folder_;
};

TEST_F(Journal, KeepsWhatWasCommitted) {
  std::string id;
  {
    auto world = open();
    EXPECT_TRUE(world->is_new());
    id = world->id();
    put_vpc(*world, "vpc-1", "10.0.0.0/16");
    put_vpc(*world, "vpc-2", "10.1.0.0/16");
    world->table<aws::Vpc>("us-east-1").erase("vpc-2");
    world->commit();
    world->table<aws::Vpc>("us-east-1").edit("vpc-1")->cidrBlock = "never committed";
  }
  auto world = open();
  EXPECT_FALSE(world->is_new());
  EXPECT_EQ(world->id(), id);
  const auto& vpcs = world->table<aws::Vpc>("us-east-1");
  ASSERT_EQ(vpcs.size(), 1u);
  EXPECT_EQ(vpcs.find("vpc-1")->cidrBlock, "10.0.0.0/16");
  EXPECT_TRUE(vpcs.find("vpc-1")->enableDnsHostnames) << "internal fields are kept too";
  EXPECT_THAT(world->regions("ec2.vpc"), testing::ElementsAre("us-east-1"));
}

TEST_F(Journal, KeepsTablesNobodyAskedFor) {
  put_vpc(*open(), "vpc-1", "10.0.0.0/16");
  open();  // compacts without ever naming the table
  EXPECT_TRUE(open()->table<aws::Vpc>("us-east-1").contains("vpc-1"));
}

TEST_F(Journal, DropsTheTornLineOfAKill) {
  {
    auto world = open();
    put_vpc(*world, "vpc-1", "10.0.0.0/16");
    put_vpc(*world, "vpc-2", "10.1.0.0/16");
  }
  const std::string whole = text();
  const std::size_t last = whole.rfind('\n', whole.size() - 2) + 1;
  for (std::size_t cut = last; cut < whole.size(); cut += 7) {
    write(whole.substr(0, cut));
    EXPECT_EQ(open()->table<aws::Vpc>("us-east-1").size(), 1u) << "cut at " << cut;
  }
}

TEST_F(Journal, RefusesAFileThatIsDamagedWithin) {
  put_vpc(*open(), "vpc-1", "10.0.0.0/16");
  put_vpc(*open(), "vpc-2", "10.1.0.0/16");
  std::string damaged = text();
  damaged[damaged.find("10.0.0.0")] = '9';
  write(damaged);
  auto world = World::open({.journal = file()});
  ASSERT_FALSE(world);
  EXPECT_THAT(world.error().message, testing::HasSubstr("line 2"));
  EXPECT_EQ(text(), damaged) << "the file stays as it is";
}

TEST_F(Journal, TimersGoOn) {
  {
    auto world = open();
    world->clock().after(std::chrono::minutes(10), Clock::Kind::gives_up, "late", Json("x"));
    world->commit();
  }
  auto world = open();
  std::string got;
  world->clock().handle("late", [&](World&, const Json& argument) { got = argument.string_or(); });
  world->clock().advance(std::chrono::minutes(10));
  EXPECT_EQ(got, "x");
}

TEST(World, IdsLookLikeAwsAndFollowTheSeed) {
  auto a = std::move(*World::open({.seed = "s"})), b = std::move(*World::open({.seed = "s"}));
  const std::string id = a->new_id("vpc");
  EXPECT_THAT(id, testing::MatchesRegex("vpc-0[0-9a-f]+"));
  EXPECT_EQ(id.size(), 21u);
  EXPECT_EQ(id, b->new_id("vpc"));
  EXPECT_NE(id, a->new_id("vpc"));
}

TEST(World, ListenersHearOneCommitOfManyChanges) {
  auto world = std::move(*World::open({}));
  int heard = 0;
  world->on_change([&] {
    if (++heard == 1) world->table<aws::Vpc>("r").put("vpc-2", {});  // a listener's own change is committed in turn
  });
  world->table<aws::Vpc>("r").put("vpc-1", {});
  world->table<aws::Subnet>("r").put("subnet-1", {});
  world->commit();
  EXPECT_EQ(heard, 2);
  world->commit();
  EXPECT_EQ(heard, 2) << "nothing changed";
}

}  // namespace
}  // namespace drydock::twin
