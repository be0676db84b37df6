// The whole twin behind its port: it starts, answers the wire, is reset, and finds its world again.
#include "twin/twin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <thread>

#include "base/http_client.h"
#include "base/json.h"
#include "cloud/aws/sigv4.h"
#include "twin/kernel/world.h"

namespace drydock::twin {
namespace {

class TwinStory : public testing::Test {
 protected:
  TwinStory() : folder_(std::filesystem::temp_directory_path() / ("twin-test-" + std::to_string(::getpid()))) {
    std::filesystem::remove_all(folder_);
    start();
  }
  ~TwinStory() override { std::filesystem::remove_all(folder_); }

  void start() {
    twin_.reset();
    auto twin = Twin::start(loop_, {.port = 0, .data_dir = folder_});
    ASSERT_TRUE(twin) << twin.error().to_string();
    twin_ = std::move(*twin);
  }
  HttpResponse send(HttpRequest request) {
    const HttpOrigin origin = *HttpOrigin::parse(twin_->url());
    HttpResponse response;
    std::atomic<bool> done = false;
    std::thread client([&] {
      HttpClient http;
      auto answer = http.send(origin, request);
      response = answer ? *answer : HttpResponse{0, {}, answer.error().to_string()};
      done = true;
    });
    while (!done) loop_.poll_for(std::chrono::milliseconds(20));
    client.join();
    return response;
  }
  Json control(const std::string& method, const std::string& path) {
    HttpRequest request;
    request.method = method;
    request.target = "/_drydock/" + path;
    return Json::parse(send(request).body).value_or(Json());
  }
  std::string ec2(const std::string& parameters) {
    HttpRequest request;
    request.method = "POST";
    request.body = "Version=2016-11-15&" + parameters;
    request.headers.add("Host", HttpOrigin::parse(twin_->url())->host_header());
    request.headers.add("Content-Type", "application/x-www-form-urlencoded");
    aws::sign(request, {Account::access_key, Account::secret_key, ""}, "us-east-1", "ec2",
              std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    return send(request).body;
  }

  std::filesystem::path folder_;
  Loop loop_;
  std::unique_ptr<Twin> twin_;
};

TEST_F(TwinStory, FindsItsWorldAgain) {
  EXPECT_THAT(ec2("Action=CreateVpc&CidrBlock=10.7.0.0%2F16"), testing::HasSubstr("<state>pending</state>"));
  const Json before = control("GET", "status");
  start();
  EXPECT_EQ(control("GET", "status").at("worldId"), before.at("worldId"));
  EXPECT_THAT(ec2("Action=DescribeVpcs"), testing::HasSubstr("<cidrBlock>10.7.0.0/16</cidrBlock>"));
}

TEST_F(TwinStory, AResetBeginsAnotherWorld) {
  ec2("Action=CreateVpc&CidrBlock=10.7.0.0%2F16");
  const Json before = control("GET", "status");
  EXPECT_TRUE(control("POST", "reset").at("reset").bool_or(false));
  EXPECT_NE(control("GET", "status").at("worldId"), before.at("worldId"));
  EXPECT_THAT(ec2("Action=DescribeVpcs"), testing::Not(testing::HasSubstr("10.7.0.0")));
}

TEST_F(TwinStory, ASecondTwinOnThePortSaysSoAndTouchesNothing) {
  auto second = Twin::start(loop_, {.port = twin_->port(), .data_dir = folder_});
  ASSERT_FALSE(second);
  EXPECT_THAT(second.error().message, testing::HasSubstr("is in use"));
}

TEST_F(TwinStory, StopsWhenAsked) {
  bool stopped = false;
  twin_->on_stop([&] { stopped = true; });
  control("POST", "stop");
  while (!stopped) loop_.poll_for(std::chrono::milliseconds(20));
}

}  // namespace
}  // namespace drydock::twin
