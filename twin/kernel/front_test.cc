// The front door: who gets in, and what those hear who do not. Requests are signed by the signer of cloud/aws, which
// was written apart from the check.
#include "twin/kernel/front.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cloud/aws/sigv4.h"
#include "twin/kernel/world.h"

namespace drydock::twin {
namespace {

using testing::HasSubstr;

class FrontDoor : public testing::Test {
 protected:
  FrontDoor() : world_(std::move(*World::open({.seed = "front"}))), front_(*world_) {
    front_.operation("ec2", "DescribeVpcs", [](World&, Call& call) -> ApiResult {
      return Json::object({{"caller", call.caller.arn}, {"region", call.region}});
    });
    front_.rest("eks", "GET", "/clusters/{name}", "DescribeCluster");
    front_.operation("eks", "DescribeCluster", [](World&, Call& call) -> ApiResult {
      if (call.text("name") == "broken") return Json::object();
      return Json::object({{"name", call.text("name")}, {"tags", call.in.at("tag")}});
    });
  }
  HttpRequest form(const std::string& action) {
    HttpRequest request;
    request.method = "POST";
    request.body = "Action=" + action + "&Version=2016-11-15";
    request.headers.add("Host", "127.0.0.1:4566");
    request.headers.add("Content-Type", "application/x-www-form-urlencoded; charset=utf-8");
    return request;
  }
  HttpRequest get(const std::string& target) {
    HttpRequest request;
    request.target = target;
    request.headers.add("Host", "127.0.0.1:4566");
    return request;
  }
  void sign(HttpRequest& request, const std::string& service, std::chrono::seconds ago = {},
            const std::string& secret = Account::secret_key) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - ago;
    aws::sign(request, {Account::access_key, secret, ""}, "us-west-2", service, now);
  }

  std::unique_ptr<World> world_;
  Front front_;
};

TEST_F(FrontDoor, LetsTheAdministratorIn) {
  HttpRequest request = form("DescribeVpcs");
  sign(request, "ec2");
  const HttpResponse response = front_.serve(request);
  EXPECT_EQ(response.status, 200) << response.body;
  EXPECT_THAT(response.body,
              HasSubstr("<caller>arn:aws:iam::123456789012:user/admin</caller><region>us-west-2</region>"));
  EXPECT_FALSE(response.headers.get("X-Drydock-Time").empty());
}

TEST_F(FrontDoor, RoutesRestCallsWithEncodedPathsAndQueries) {
  HttpRequest request = get("/clusters/a%2Fb?tag=x&tag=y");
  sign(request, "eks");
  EXPECT_EQ(front_.serve(request).body, R"({"name":"a/b","tags":["x","y"]})");
}

TEST_F(FrontDoor, KeepsOthersOutInTheServicesOwnWords) {
  HttpRequest unsigned_one = form("DescribeVpcs");
  EXPECT_THAT(front_.serve(unsigned_one).body, HasSubstr("<Code>MissingAuthenticationToken</Code>"));

  HttpRequest wrong_secret = form("DescribeVpcs");
  sign(wrong_secret, "ec2", {}, "wrong");
  EXPECT_EQ(front_.serve(wrong_secret).status, 401);
  EXPECT_THAT(front_.serve(wrong_secret).body, HasSubstr("<Code>AuthFailure</Code>"));

  HttpRequest changed = get("/clusters/mine");
  sign(changed, "eks");
  changed.target = "/clusters/yours";
  EXPECT_THAT(front_.serve(changed).body, HasSubstr("InvalidSignatureException"));

  HttpRequest body = form("DescribeVpcs");
  sign(body, "iam");
  body.body += "&x=y";
  EXPECT_THAT(front_.serve(body).body, HasSubstr("<Code>SignatureDoesNotMatch</Code>"));

  HttpRequest old = form("GetUser");
  sign(old, "iam", std::chrono::minutes(6));
  EXPECT_THAT(front_.serve(old).body, HasSubstr("Signature expired"));
}

TEST_F(FrontDoor, TakesPresignedStsRequestsForAQuarterOfAnHour) {
  for (auto [minutes, good] : {std::pair(0, true), {14, true}, {16, false}}) {
    HttpRequest request = get("/?Action=GetCallerIdentity&Version=2011-06-15");
    const auto then =
        std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - std::chrono::minutes(minutes);
    request.target = aws::presign(request, {Account::access_key, Account::secret_key, ""}, "us-east-1", "sts", then,
                                  std::chrono::seconds(60));
    std::string service;
    EXPECT_EQ(front_.authenticate(request, &service).has_value(), good) << minutes;
    EXPECT_EQ(service, "sts");
  }
}

TEST_F(FrontDoor, SaysWhatItDoesNotModel) {
  HttpRequest request = form("DescribeHosts");
  sign(request, "ec2");
  const HttpResponse response = front_.serve(request);
  EXPECT_EQ(response.status, 501);
  EXPECT_THAT(response.body, HasSubstr("<Code>NotModelled</Code><Message>not supported yet: ec2:DescribeHosts"));
}

TEST_F(FrontDoor, SurvivesAHandlersBug) {
  front_.operation("ec2", "DescribeVpcs",
                   [](World&, Call& call) -> ApiResult { return Json(call.in.at("x").as_string()); });
  HttpRequest request = form("DescribeVpcs");
  sign(request, "ec2");
  EXPECT_EQ(front_.serve(request).status, 500);
}

TEST_F(FrontDoor, AsksTheAuthoriser) {
  front_.authoriser([](World&, const Call& call, const std::string& action,
                       const std::vector<std::string>& on) -> std::optional<ApiError> {
    return ApiError{403, "UnauthorizedOperation", call.caller.arn + " may not " + action + " on " + on[0]};
  });
  HttpRequest request = form("DescribeVpcs");
  sign(request, "ec2");
  EXPECT_THAT(front_.serve(request).body, HasSubstr("user/admin may not ec2:DescribeVpcs on *"));
}

TEST_F(FrontDoor, ControlEndpointsAnswerPlainJson) {
  HttpRequest lease = get("/_drydock/clock/lease");
  lease.method = "POST";
  lease.body = R"({"who":"up"})";
  const std::string id = Json::parse(front_.serve(lease).body)->at("id").string_or();
  ASSERT_FALSE(id.empty());
  EXPECT_THAT(front_.serve(get("/_drydock/clock")).body, HasSubstr("\"who\": \"up\""));
  lease.method = "PUT";
  lease.target += "/" + id;
  lease.body = R"({"waiting":true})";
  EXPECT_EQ(front_.serve(lease).status, 200);
  lease.method = "DELETE";
  EXPECT_EQ(front_.serve(lease).status, 200);
  EXPECT_EQ(front_.serve(lease).status, 404);
  HttpRequest advance = get("/_drydock/clock/advance");
  advance.method = "POST";
  advance.body = R"({"duration":"1h30m"})";
  const SimTime before = world_->now();
  EXPECT_EQ(front_.serve(advance).status, 200);
  EXPECT_EQ(world_->now() - before, std::chrono::minutes(90));
  advance.body = R"({"duration":"soon"})";
  EXPECT_EQ(front_.serve(advance).status, 400);
}

}  // namespace
}  // namespace drydock::twin
