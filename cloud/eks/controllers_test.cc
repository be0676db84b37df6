#include "cloud/eks/controllers.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>

#include "cloud/aws/endpoint_services.h"
#include "cloud/eks/boot_chain.h"

namespace drydock::eks {
namespace {

const std::map<std::string, std::string, std::less<>> kValues = {
    {"region", "us-east-1"}, {"suffix", "amazonaws.com"}, {"partition", "aws"}, {"account", "1"}, {"cluster", "main"}};

TEST(Controllers, AreToldApartByAddonChartAndImage) {
  EXPECT_EQ(controller_of_addon("aws-ebs-csi-driver")->name, "aws-ebs-csi-driver");
  EXPECT_EQ(controller_of_addon("vpc-cni"), nullptr);
  EXPECT_EQ(controller_of_addon(""), nullptr);
  EXPECT_EQ(controller_of_chart("oci://public.ecr.aws/karpenter/karpenter")->name, "karpenter");
  EXPECT_EQ(controller_of_image("eks/aws-load-balancer-controller")->name, "aws-load-balancer-controller");
  EXPECT_EQ(controller_of_image("my-external-dns"), nullptr);
  EXPECT_EQ(controller_of_image("external-secrets/kubernetes-external-secrets")->name, "kubernetes-external-secrets");
}

TEST(Controllers, NamesAreUnique) {
  std::set<std::string> names;
  for (const Controller& controller : controllers()) {
    EXPECT_TRUE(names.insert(std::string(controller.name)).second) << controller.name;
    std::set<std::string_view> ids;
    for (const ControllerCall& call : controller.calls) EXPECT_TRUE(ids.insert(call.id).second) << call.id;
  }
}

TEST(Controllers, HostsAndResourcesFillIn) {
  for (const Controller& controller : controllers())
    for (const ControllerCall& call : controller.calls) {
      EXPECT_EQ(fill_in(call.host, kValues).find('{'), std::string::npos) << controller.name << " " << call.id;
      EXPECT_EQ(fill_in(call.resource, kValues).find('{'), std::string::npos) << controller.name << " " << call.id;
    }
}

// An endpoint that is named for a call must be one that answers for its host.
TEST(Controllers, EndpointsAnswerForTheHosts) {
  for (const Controller& controller : controllers())
    for (const ControllerCall& call : controller.calls) {
      if (call.service.empty()) continue;
      const auto* service =
          aws::find_endpoint_service("us-east-1", "com.amazonaws.us-east-1." + std::string(call.service));
      ASSERT_NE(service, nullptr) << call.service;
      const std::string host = fill_in(call.host, kValues);
      EXPECT_EQ(service->private_names.front(), host) << controller.name << " " << call.id;
    }
}

}  // namespace
}  // namespace drydock::eks
