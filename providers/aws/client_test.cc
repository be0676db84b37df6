#include "providers/aws/client.h"

#include <gmock/gmock.h>

#include <deque>
#include <thread>

#include "base/http_server.h"
#include "providers/aws/operation.h"
#include "providers/aws/wire.h"

namespace drydock::aws_provider {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// A cloud that answers what it is told to, in order, and remembers what it was asked.
class Imposter {
 public:
  Imposter() {
    server_ = std::move(HttpServer::listen(loop_, {}, [this](HttpRequest request, std::shared_ptr<HttpReply> reply) {
                std::lock_guard lock(mutex_);
                if (request.target.starts_with("/_drydock/clock/lease")) {
                  leases_.push_back(request.method + " " + request.body);
                  reply->send({200, {}, R"({"id":"lease-1"})"});
                  return;
                }
                seen_.push_back(std::move(request));
                HttpResponse next{500, {}, ""};
                if (!script_.empty()) {
                  next = script_.front();
                  if (script_.size() > 1) script_.pop_front();
                }
                reply->send(std::move(next));
              })).value();
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Imposter() {
    loop_.post([this] { loop_.stop(); });
    thread_.join();
  }
  /// The last one stays.
  void answer(int status, std::string body, HttpHeaders headers = {}) {
    std::lock_guard lock(mutex_);
    script_.push_back({status, std::move(headers), std::move(body)});
  }
  std::vector<HttpRequest> seen() {
    std::lock_guard lock(mutex_);
    return seen_;
  }
  std::vector<std::string> leases() {
    std::lock_guard lock(mutex_);
    return leases_;
  }
  ClientOptions options(bool twin = true) {
    ClientOptions o;
    o.twin = twin;
    o.region = "eu-west-1";
    o.credentials = {"AK", "secret", ""};
    o.endpoint = "http://127.0.0.1:" + std::to_string(server_->port());
    return o;
  }

 private:
  Loop loop_;
  std::mutex mutex_;
  std::deque<HttpResponse> script_;
  std::vector<HttpRequest> seen_;
  std::vector<std::string> leases_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

const char* const kThrottled =
    "<Response><Errors><Error><Code>RequestLimitExceeded</Code><Message>slow</Message></Error></Errors><RequestID>r1</"
    "RequestID></Response>";

TEST(Client, Ec2SendsAFormAndReadsLists) {
  Imposter cloud;
  cloud.answer(200, "<R><requestId>1</requestId><vpcSet/></R>");
  Client client(cloud.options());
  auto reply = client.ec2("DescribeVpcs", Json::object({{"Filter", filters({{"vpc-id", "vpc-1"}, {"state", ""}})}}));
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->at("vpcSet").is_array());
  EXPECT_EQ(cloud.seen()[0].body, "Action=DescribeVpcs&Version=2016-11-15&Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1");
  EXPECT_THAT(std::string(cloud.seen()[0].headers.get("authorization")), HasSubstr("/eu-west-1/ec2/aws4_request"));
}

TEST(Client, GlobalServicesSignInTheirOwnRegion) {
  Imposter cloud;
  cloud.answer(200,
               "<GetRoleResponse><GetRoleResult><Role><RoleName>r</RoleName></Role></GetRoleResult></GetRoleResponse>");
  Client client(cloud.options());
  auto reply =
      client.query("iam", "GetRole", Json::object({{"RoleName", "r"}, {"Tags", tag_list(Json::object({{"a", "b"}}))}}));
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->path("Role.RoleName").string_or(), "r");
  EXPECT_THAT(cloud.seen()[0].body, HasSubstr("Tags.member.1.Key=a&Tags.member.1.Value=b"));
  EXPECT_THAT(std::string(cloud.seen()[0].headers.get("authorization")), HasSubstr("/us-east-1/iam/aws4_request"));
}

TEST(Client, GoesThroughAllPages) {
  Imposter cloud;
  cloud.answer(200, "<R><subnetSet><item><subnetId>a</subnetId></item></subnetSet><nextToken>t</nextToken></R>");
  cloud.answer(200, "<R><subnetSet><item><subnetId>b</subnetId></item></subnetSet><nextToken/></R>");
  Client client(cloud.options());
  auto all = client.ec2_all("DescribeSubnets", Json::object(), "subnetSet");
  ASSERT_TRUE(all);
  EXPECT_EQ(all->dump(), R"([{"subnetId":"a"},{"subnetId":"b"}])");
  EXPECT_THAT(cloud.seen()[1].body, HasSubstr("&NextToken=t"));
}

TEST(Client, TriesAgainWhatPasses) {
  Imposter cloud;
  cloud.answer(503, kThrottled);
  cloud.answer(503, kThrottled);
  cloud.answer(200, "<R><return>true</return></R>");
  Client client(cloud.options());
  EXPECT_TRUE(client.ec2("CreateTags", Json::object()));
  EXPECT_EQ(cloud.seen().size(), 3u);
}

TEST(Client, GivesUpWithAwsOwnWords) {
  Imposter cloud;
  cloud.answer(503, kThrottled);
  Client client(cloud.options());
  auto reply = client.ec2("CreateTags", Json::object());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, "RequestLimitExceeded");
  EXPECT_EQ(reply.error().request_id, "r1");
  EXPECT_EQ(reply.error().kind, ErrorCode::throttled);
}

struct ErrorCase {
  const char* name;
  int status;
  const char* body;
  const char* header;  // x-amzn-ErrorType
  const char *code, *message;
  ErrorCode kind;
};
TEST(Client, ReadsErrorsOfEveryProtocol) {
  const ErrorCase cases[] = {
      {"ec2", 400,
       "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code><Message>no</Message></Error></Errors></Response>",
       "", "InvalidVpcID.NotFound", "no", ErrorCode::not_found},
      {"query", 409,
       "<ErrorResponse><Error><Type>Sender</Type><Code>EntityAlreadyExists</Code><Message>m</Message></Error></"
       "ErrorResponse>",
       "", "EntityAlreadyExists", "m", ErrorCode::already_exists},
      {"json", 400, R"({"__type":"com.amazonaws#RepositoryNotFoundException","message":"m"})", "",
       "RepositoryNotFoundException", "m", ErrorCode::not_found},
      {"rest", 409, R"({"message":"busy"})", "ResourceInUseException:http://x", "ResourceInUseException", "busy",
       ErrorCode::conflict},
      {"nothing", 403, "", "", "", "HTTP 403 without a reason", ErrorCode::access_denied},
  };
  for (const ErrorCase& c : cases) {
    Imposter cloud;
    HttpHeaders headers;
    if (*c.header) headers.add("x-amzn-ErrorType", c.header);
    cloud.answer(c.status, c.body, headers);
    Client client(cloud.options());
    auto reply = client.rest("eks", "GET", "/clusters/a");
    ASSERT_FALSE(reply) << c.name;
    EXPECT_EQ(reply.error().code, c.code) << c.name;
    EXPECT_EQ(reply.error().message, c.message) << c.name;
    EXPECT_EQ(reply.error().kind, c.kind) << c.name;
  }
}

HttpHeaders at_time(long ms) { return {{{"X-Drydock-Time", std::to_string(ms)}}}; }

TEST(Wait, MeasuresTheTwinsTime) {
  Imposter cloud;
  cloud.answer(200, "<R/>", at_time(1'000'000));
  cloud.answer(200, "<R/>", at_time(1'000'500));
  cloud.answer(200, "<R/>", at_time(1'000'000 + 16 * 60'000));  // sixteen minutes later, at once
  Client client(cloud.options());
  Operation op(client, {}, {});
  auto done = op.wait("x to become good", std::chrono::minutes(15), [&]() -> Aws<Operation::Poll> {
    TRY_AWS(op.ec2("DescribeVpcs", Json::object()));
    return Operation::Poll{false, "bad"};
  });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorCode::timeout);
  EXPECT_EQ(done.error().message, "gave up after 15 min of waiting for x to become good; its state is still 'bad'");
}

TEST(Wait, StopsWhenAsked) {
  Imposter cloud;
  Client client(cloud.options());
  std::stop_source stop;
  Operation op(client, stop.get_token(), {});
  stop.request_stop();
  auto done = op.wait("x", std::chrono::minutes(1), []() -> Aws<Operation::Poll> { return Operation::Poll{}; });
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, ErrorCode::cancelled);
}

TEST(Lease, IsTakenWhileWeWorkAndSaysWhenWeWait) {
  Imposter cloud;
  {
    Client client(cloud.options());
    Operation op(client, {}, {});
    auto told_waiting = [&] {
      const auto all = cloud.leases();
      return std::find(all.begin(), all.end(), R"(PUT {"waiting":true})") != all.end();
    };
    EXPECT_TRUE(op.wait("the twin to hear of it", std::chrono::minutes(1), [&]() -> Aws<Operation::Poll> {
      return Operation::Poll{told_waiting(), ""};
    }));
  }
  const auto all = cloud.leases();
  EXPECT_THAT(all.front(), StartsWith("POST"));
  EXPECT_THAT(all.back(), StartsWith("DELETE"));
}

}  // namespace
}  // namespace drydock::aws_provider
