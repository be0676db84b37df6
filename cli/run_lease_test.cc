#include "cli/run_lease.h"

#include <gmock/gmock.h>

#include "base/http_server.h"
#include "base/loop.h"

namespace drydock::cli {
namespace {

/// A twin that only knows leases. It remembers what it was told, and the test may wait for a word.
class Twin {
 public:
  Twin() {
    server_ = std::move(HttpServer::listen(loop_, {}, [this](HttpRequest request, std::shared_ptr<HttpReply> reply) {
                std::lock_guard lock(mutex_);
                told_.push_back(request.method + (request.method == "PUT" ? " " + request.body : ""));
                reply->send({200, {}, R"({"id":"lease-1"})"});
                changed_.notify_all();
              })).value();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Twin() {
    loop_.post([this] { loop_.stop(); });
    thread_.join();
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(server_->port()); }
  /// Waits until this is said, after everything that was waited for before.
  testing::AssertionResult hears(const std::string& word) {
    std::unique_lock lock(mutex_);
    const bool heard = changed_.wait_for(lock, std::chrono::seconds(20), [&] {
      while (at_ < told_.size())
        if (told_[at_++] == word) return true;
      return false;
    });
    return heard ? testing::AssertionSuccess() : testing::AssertionFailure() << "never heard " << word;
  }
  std::vector<std::string> told() {
    std::lock_guard lock(mutex_);
    return told_;
  }

 private:
  Loop loop_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> told_;
  std::size_t at_ = 0;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

/// A disk that takes as long as the test likes.
class SlowDisk : public engine::SnapshotSink {
 public:
  void write(const engine::Change&, std::function<void(Result<void>)> durable) override {
    durable_ = std::move(durable);
  }
  void done() { std::exchange(durable_, nullptr)({}); }

 private:
  std::function<void(Result<void>)> durable_;
};

constexpr const char* kWaits = R"(PUT {"waiting":true})";
constexpr const char* kWorks = R"(PUT {"waiting":false})";

engine::StepInfo create(const std::string& name) {
  engine::StepInfo step;
  step.op = engine::Op::create;
  step.urn = Urn::make("dev", "shop", {}, "kubernetes:core/v1:Pod", name);
  return step;
}

TEST(RunLease, IsHeldFromTheBeginningAndGivenBackAtTheEnd) {
  Twin twin;
  SlowDisk disk;
  {
    RunLease lease(disk, twin.url());
    EXPECT_TRUE(twin.hears("POST"));
    EXPECT_TRUE(twin.hears(kWorks)) << "a run without a step under way does not wait for the twin";
  }
  EXPECT_EQ(twin.told().back(), "DELETE");
}

TEST(RunLease, LetsTimeGoOnWhenStepsAreUnderWayAndNothingMoves) {
  Twin twin;
  SlowDisk disk;
  RunLease lease(disk, twin.url(), std::chrono::milliseconds(5));
  EXPECT_TRUE(twin.hears(kWorks));
  lease.event(engine::ResourcePreEvent{create("a"), false});
  EXPECT_TRUE(twin.hears(kWaits));
  lease.event(engine::ResourcePreEvent{create("b"), false});
  EXPECT_TRUE(twin.hears(kWorks));
  EXPECT_TRUE(twin.hears(kWaits));
  lease.event(engine::ResourceOutputsEvent{create("a"), false, {}});
  lease.event(engine::ResourceFailedEvent{create("b"), {}});
  EXPECT_TRUE(twin.hears(kWorks));
}

TEST(RunLease, HoldsTimeWhileTheDiskIsSlow) {
  Twin twin;
  SlowDisk disk;
  RunLease lease(disk, twin.url(), std::chrono::milliseconds(5));
  lease.event(engine::ResourcePreEvent{create("a"), false});
  EXPECT_TRUE(twin.hears(kWaits));
  bool durable = false;
  lease.write({}, [&](Result<void>) { durable = true; });
  EXPECT_TRUE(twin.hears(kWorks));
  disk.done();
  EXPECT_TRUE(durable);
  EXPECT_TRUE(twin.hears(kWaits));
}

}  // namespace
}  // namespace drydock::cli
