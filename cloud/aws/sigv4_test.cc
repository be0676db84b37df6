#include "cloud/aws/sigv4.h"

#include <gmock/gmock.h>

namespace drydock::aws {
namespace {

using std::chrono::seconds;

WallTime at(std::string_view text) { return parse_amz_date(text).value(); }

const Credentials kExample{"AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", {}};
const Credentials kS3Example{"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", {}};

std::string signature(const HttpRequest& request) { return parse_signature(request).value().signature; }

// AWS's published suite (aws-sig-v4-test-suite): region us-east-1, service "service", 2015-08-30 12:36:00.
struct Vector {
  const char* name;
  const char* target;
  const char* signature;
};
class PublishedSuite : public testing::TestWithParam<Vector> {};
TEST_P(PublishedSuite, Signs) {
  HttpRequest request{"GET", GetParam().target, {{{"Host", "example.amazonaws.com"}}}, ""};
  sign(request, kExample, "us-east-1", "service", at("20150830T123600Z"));
  EXPECT_EQ(signature(request), GetParam().signature);
}
constexpr Vector kSuite[] = {
    {"vanilla", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"relative", "/example/..", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
    {"query_order", "/?Param2=value2&Param1=value1",
     "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
};
INSTANTIATE_TEST_SUITE_P(Get, PublishedSuite, testing::ValuesIn(kSuite),
                         [](const auto& row) { return std::string(row.param.name); });

// https://docs.aws.amazon.com/general/latest/gr/sigv4-create-canonical-request.html
TEST(Sigv4, SignsTheExampleOfTheGeneralReference) {
  HttpRequest request{
      "GET",
      "/?Action=ListUsers&Version=2010-05-08",
      {{{"Host", "iam.amazonaws.com"}, {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}}},
      ""};
  sign(request, kExample, "us-east-1", "iam", at("20150830T123600Z"));
  EXPECT_EQ(request.headers.get("Authorization"),
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, "
            "SignedHeaders=content-type;host;x-amz-date, "
            "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
}

// https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html
TEST(Sigv4, PresignsTheExampleOfS3) {
  HttpRequest request{"GET", "/test.txt", {{{"Host", "examplebucket.s3.amazonaws.com"}}}, ""};
  std::string target = presign(request, kS3Example, "us-east-1", "s3", at("20130524T000000Z"), seconds(86400));
  EXPECT_TRUE(target.ends_with("&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"))
      << target;
  request.target = target;
  auto claim = parse_signature(request);
  ASSERT_TRUE(claim) << claim.error().message;
  EXPECT_EQ(claim->expires, seconds(86400));
  EXPECT_TRUE(verify_signature(request, *claim, kS3Example.secret_key));
}

HttpRequest signed_post() {
  HttpRequest request{"POST",
                      "/clusters/a/access-entries/arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx?q=1%202",
                      {{{"Host", "localhost:4566"}}},
                      "{}"};
  sign(request, {"AK", "secret", "token"}, "eu-west-1", "eks", at("20260101T000000Z"));
  return request;
}

TEST(Sigv4, VerifiesWhatItSigned) {
  HttpRequest request = signed_post();
  auto claim = parse_signature(request);
  ASSERT_TRUE(claim);
  EXPECT_EQ(claim->access_key, "AK");
  EXPECT_EQ(claim->region, "eu-west-1");
  EXPECT_EQ(claim->service, "eks");
  EXPECT_EQ(claim->session_token, "token");
  EXPECT_TRUE(verify_signature(request, *claim, "secret"));
  EXPECT_FALSE(verify_signature(request, *claim, "other"));
}

TEST(Sigv4, PathIsEncodedTwiceExceptForS3) {
  HttpRequest request = signed_post();
  SignatureClaim claim = parse_signature(request).value();
  EXPECT_THAT(canonical_request(request, claim), testing::HasSubstr("arn%253Aaws%253Aiam%253A%253A1%253Arole%252Fx\n"));
  claim.service = "s3";
  EXPECT_THAT(canonical_request(request, claim), testing::HasSubstr("arn%3Aaws%3Aiam%3A%3A1%3Arole%2Fx\n"));
}

TEST(Sigv4, NoticesEveryChange) {
  const HttpRequest original = signed_post();
  const SignatureClaim claim = parse_signature(original).value();
  auto still_good = [&](auto change) {
    HttpRequest request = original;
    change(request);
    return verify_signature(request, claim, "secret");
  };
  EXPECT_TRUE(still_good([](HttpRequest&) {}));
  EXPECT_FALSE(still_good([](HttpRequest& r) { r.body = "{ }"; }));
  EXPECT_FALSE(still_good([](HttpRequest& r) { r.method = "GET"; }));
  EXPECT_FALSE(still_good([](HttpRequest& r) { r.target += "3"; }));
  EXPECT_FALSE(still_good([](HttpRequest& r) { r.headers.set("Host", "elsewhere"); }));
  EXPECT_FALSE(still_good([](HttpRequest& r) { r.headers.set("X-Amz-Security-Token", "stolen"); }));
}

TEST(Sigv4, SaysWhatIsWrongWithASignature) {
  HttpRequest request{"GET", "/", {{{"Host", "h"}}}, ""};
  EXPECT_EQ(parse_signature(request).error().code, ErrorCode::not_found);
  request.headers.set("Authorization", "AWS4-HMAC-SHA256 Credential=AK/1/2/3/aws4_request, SignedHeaders=host");
  auto claim = parse_signature(request);
  ASSERT_FALSE(claim);
  EXPECT_EQ(claim.error().code, ErrorCode::invalid_input);
  EXPECT_EQ(claim.error().message,
            "Authorization header requires 'Signature' parameter. Authorization header requires existence of either a "
            "'X-Amz-Date' or a 'Date' header.");
}

TEST(Sigv4, DatesRoundTrip) {
  EXPECT_EQ(amz_date(at("20240229T235959Z")), "20240229T235959Z");
  for (const char* bad : {"", "20240230T000000Z", "20240229T240000Z", "2024-02-29T00:00", "20240229T2359x9Z"})
    EXPECT_FALSE(parse_amz_date(bad)) << bad;
}

}  // namespace
}  // namespace drydock::aws
