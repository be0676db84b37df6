#include "cloud/aws/service_names.h"

#include <gtest/gtest.h>

namespace drydock::aws {
namespace {

struct Case {
  const char* service;
  const char* host;
  bool taken_over;
};
constexpr Case kCases[] = {
    {"ec2", "ec2.eu-west-1.amazonaws.com", true},
    {"ecr.api", "api.ecr.eu-west-1.amazonaws.com", true},
    {"ecr.api", "ecr.eu-west-1.amazonaws.com", false},
    {"ecr.dkr", "602401143452.dkr.ecr.eu-west-1.amazonaws.com", true},
    {"ecr.dkr", "602401143452.dkr.ecr.us-west-2.amazonaws.com", false},
    {"sts", "sts.amazonaws.com", false},
    {"eks", "0123.gr7.eu-west-1.eks.amazonaws.com", false},
    {"eks-auth", "eks-auth.eu-west-1.api.aws", true},
    {"s3", "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com", true},
    {"s3", "s3.eu-west-1.amazonaws.com", true},
};

TEST(PrivateDns, TakesOverTheseNamesAndNoOthers) {
  for (const Case& row : kCases) {
    bool any = false;
    for (const std::string& name : private_dns_names(row.service, "eu-west-1"))
      any = any || host_matches(row.host, name);
    EXPECT_EQ(any, row.taken_over) << row.service << " " << row.host;
  }
}

TEST(ServiceNames, AreReadByRegion) {
  EXPECT_EQ(service_of("com.amazonaws.eu-west-1.ecr.api", "eu-west-1"), "ecr.api");
  EXPECT_EQ(service_of("cn.com.amazonaws.cn-north-1.ecr.api", "cn-north-1"), "ecr.api");
  EXPECT_EQ(service_of("com.amazonaws.eu-west-1.s3", "us-east-1"), "");
  EXPECT_EQ(region_in_host("602401143452.dkr.ecr.us-west-2.amazonaws.com"), "us-west-2");
  EXPECT_EQ(region_in_host("sts.amazonaws.com"), "");
}

TEST(ServiceHosts, ArePublicNamesOfServices) {
  for (const char* host : {"sts.amazonaws.com", "ec2.us-east-1.amazonaws.com", "public.ecr.aws",
                           "prod-us-east-1-starport-layer-bucket.s3.us-east-1.amazonaws.com"})
    EXPECT_TRUE(is_aws_service_host(host)) << host;
  for (const char* host : {"", "example.com", "nothing.us-east-1.amazonaws.com", "us-east-1.amazonaws.com",
                           "ABC.gr7.us-east-1.eks.amazonaws.com"})
    EXPECT_FALSE(is_aws_service_host(host)) << host;
}

}  // namespace
}  // namespace drydock::aws
