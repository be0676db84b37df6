#include <gtest/gtest.h>

#include <set>

#include "base/hash.h"
#include "cloud/eks/boot_chain.h"
#include "cloud/eks/images.h"
#include "cloud/eks/node_config.h"
#include "cloud/eks/registries.h"

namespace drydock::eks {
namespace {

TEST(BootChain, HasThirtyOneStepsWithOwnNames) {
  std::set<std::string_view> ids;
  for (const BootStep& step : boot_chain()) ids.insert(step.id);
  EXPECT_EQ(ids.size(), 31u);
  EXPECT_EQ(boot_chain().size(), 31u);
  EXPECT_EQ(boot_step_number("launch"), 1);
  EXPECT_EQ(boot_step("nothing"), nullptr);
}

TEST(BootChain, SignedCallsNameAHostAndAService) {
  for (const BootStep& step : boot_chain()) {
    if (step.action.empty()) continue;
    EXPECT_FALSE(step.host.empty()) << step.id;
    EXPECT_FALSE(step.service.empty()) << step.id;
    EXPECT_NE(step.credentials, Credentials::none) << step.id;
  }
}

TEST(BootChain, PatternsAreFilledIn) {
  EXPECT_EQ(fill_in(boot_step("pull.cni.layers")->host, {{"layers", "prod-eu-west-1-starport-layer-bucket"},
                                                         {"region", "eu-west-1"},
                                                         {"suffix", "amazonaws.com"}}),
            "prod-eu-west-1-starport-layer-bucket.s3.eu-west-1.amazonaws.com");
  EXPECT_EQ(fill_in("{nobody}/{", {}), "{nobody}/{");
  EXPECT_EQ(fill_in("{image: {host}/x}", {{"host", "h"}}), "{image: h/x}");
}

TEST(Images, AreThereByRepository) {
  struct Case {
    const char* image;
    bool known;
  };
  for (const Case& c :
       {Case{"nginx", true}, Case{"nginx:1.27", true}, Case{"docker.io/library/nginx@sha256:00", true},
        Case{"ngnix", false}, Case{"grafana/loki:3.0", true}, Case{"registry.k8s.io/pause:3.10", true},
        Case{"registry.k8s.io/paws:3.10", false}, Case{"public.ecr.aws/eks-distro/kubernetes/pause:3.5", true},
        Case{"602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/coredns:v1", true},
        Case{"602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/cordns:v1", false},
        Case{"602401143452.dkr.ecr.af-south-1.amazonaws.com/eks/coredns:v1", false},
        Case{"123456789012.dkr.ecr.us-east-1.amazonaws.com/app:v1", false}})
    EXPECT_EQ(is_known_repository(parse_image(c.image)), c.known) << c.image;
}

const std::string kConfig =
    "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: harbour\n"
    "    apiServerEndpoint: https://x\n    certificateAuthority: Zm9v\n    cidr: 172.20.0.0/16\n";
std::string mime(const std::string& parts) {
  return "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n" + parts + "--B--\n";
}
std::string part(const std::string& type, const std::string& body, const std::string& extra = "") {
  return "--B\nContent-Type: " + type + "\n" + extra + "\n" + body + "\n";
}

TEST(UserData, IsADocumentOrMultipart) {
  for (const std::string& text :
       {kConfig, "---\n" + kConfig, base64(kConfig), mime(part("application/node.eks.aws", kConfig)),
        mime(part("application/node.eks.aws", base64(kConfig), "Content-Transfer-Encoding: base64\n"))}) {
    const UserData data = parse_user_data(text);
    EXPECT_TRUE(data.has_config) << data.fault << "\n" << text;
    EXPECT_EQ(data.config.name, "harbour");
    EXPECT_EQ(data.config.cidr, "172.20.0.0/16");
  }
}

TEST(UserData, LaterPartsWinAndFlagsAppend) {
  const std::string more =
      "apiVersion: node.eks.aws/v1alpha1\nkind: NodeConfig\nspec:\n  cluster:\n    name: other\n  kubelet:\n"
      "    flags: ['--node-labels=a=b,c=d', '--register-with-taints=k=v:NoSchedule']\n  featureGates:\n    "
      "InstanceIdNodeName: true\n";
  const UserData data = parse_user_data(
      mime(part("application/node.eks.aws", kConfig) + part("application/node.eks.aws", more) +
           part("text/x-shellscript; charset=\"us-ascii\"", "#!/bin/sh\nsystemctl enable --now kubelet")));
  EXPECT_EQ(data.config.name, "other");
  EXPECT_EQ(data.config.apiServerEndpoint, "https://x");
  EXPECT_EQ(data.config.labels(), (std::vector<std::string>{"a=b", "c=d"}));
  EXPECT_EQ(data.config.taints(), (std::vector<std::string>{"k=v:NoSchedule"}));
  EXPECT_TRUE(data.config.instanceIdNodeName);
  ASSERT_EQ(data.scripts.size(), 1u);
}

struct Fault {
  const char* name;
  std::string text, want;
};
TEST(UserData, FaultsSpeakAsNodeadmDoes) {
  const Fault faults[] = {
      {"nothing", "", "could not find NodeConfig within UserData"},
      {"no part", mime(part("text/x-shellscript", "#!/bin/sh\n")), "could not find NodeConfig within UserData"},
      {"script", "#!/bin/bash\n/etc/eks/bootstrap.sh harbour\n",
       "failed to decode node config, the user data is a script"},
      {"kind", "apiVersion: node.eks.aws/v1alpha1\nkind: Nodeconfig\n", "failed to decode \"Nodeconfig\" (wrong Kind)"},
      {"group", "apiVersion: v1\nkind: NodeConfig\n", "failed to decode node config, unexpected group"},
  };
  for (const Fault& fault : faults) {
    const UserData data = parse_user_data(fault.text);
    EXPECT_FALSE(data.has_config) << fault.name;
    EXPECT_EQ(data.fault, fault.want) << fault.name;
  }
}

TEST(ClusterDns, IsTheTenthAddress) { EXPECT_EQ(cluster_dns_of("10.100.0.0/16"), "10.100.0.10"); }

TEST(Images, NameTheirRegistry) {
  const ImageName cni = parse_image(addon_registry_host("eu-west-1") + "/amazon-k8s-cni:v1.19.2-eksbuild.1");
  EXPECT_EQ(cni.host, "602401143452.dkr.ecr.eu-west-1.amazonaws.com");
  EXPECT_EQ(cni.repository + "|" + cni.tag + "|" + cni.ecr_account + "|" + cni.ecr_region,
            "amazon-k8s-cni|v1.19.2-eksbuild.1|602401143452|eu-west-1");
  EXPECT_EQ(parse_image("nginx").host + "/" + parse_image("nginx").repository + ":" + parse_image("nginx").tag,
            "docker.io/library/nginx:latest");
  EXPECT_EQ(parse_image("localhost:5000/a/b@sha256:0").tag, "sha256:0");
  EXPECT_EQ(addon_registry("xx-nowhere-1"), "");
}

}  // namespace
}  // namespace drydock::eks
