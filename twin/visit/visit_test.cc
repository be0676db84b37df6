// Nodes visited in the shared small world. Golden files below testdata/ hold what people read; DRYDOCK_UPDATE_GOLDEN=1
// writes them anew.
#include "twin/visit/visit.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

#include "base/file.h"
#include "base/text.h"
#include "twin/nodes/fixture.h"

namespace drydock::twin::visit {
namespace {

using namespace std::chrono_literals;
using nodes::testing::kRegion;
using nodes::testing::Twin;
using ::testing::HasSubstr;

struct Visited : Twin {
  Reply run(const std::string& line) {
    Args words;
    for (const std::string& word : split(replace_all(line, "API", kube->record().hostname), ' '))
      if (!word.empty()) words.push_back(replace_all(word, "_", " "));
    return *visit::run(*world, {&front, &kubernetes, nodes.get()}, "i-1", words);
  }
  /// "$ command", what it printed on both, and its exit code unless that is 0.
  std::string transcript(const std::vector<std::string>& lines) {
    std::string out;
    for (const std::string& line : lines) {
      const Reply reply = run(line);
      out += "$ " + replace_all(line, "_", " ") + "\n" + reply.out + reply.err;
      if (reply.code) out += "(exit code " + std::to_string(reply.code) + ")\n";
      out += "\n";
    }
    return out;
  }
};

struct Story {
  const char* name;
  std::function<void(Visited&)> set_up;
  std::vector<std::string> commands;
};
void PrintTo(const Story& story, std::ostream* out) { *out << story.name; }
class Golden : public ::testing::TestWithParam<Story> {};

TEST_P(Golden, ReadsAsWritten) {
  Visited twin;
  twin.install_cni();
  if (GetParam().set_up) GetParam().set_up(twin);
  twin.launch();
  if (std::string_view(GetParam().name) == "blocked") twin.world->clock().advance(20min);
  const std::string text = twin.transcript(GetParam().commands);
  const std::string path = std::string(DRYDOCK_SOURCE_DIR) + "/twin/visit/testdata/" + GetParam().name + ".txt";
  if (std::getenv("DRYDOCK_UPDATE_GOLDEN")) {
    ASSERT_TRUE(write_file(path, text));
  }
  const auto golden = read_file(path);
  ASSERT_TRUE(golden) << "no golden file; run again with DRYDOCK_UPDATE_GOLDEN=1";
  EXPECT_EQ(text, *golden);
}

const std::string kImage = "602401143452.dkr.ecr.us-east-1.amazonaws.com/eks/coredns:v1.11.4";

const Story kStories[] = {
    {"ready",
     {},
     {"systemctl status kubelet",
      "systemctl is-active containerd",
      "journalctl -u nodeadm-config --no-pager",
      "journalctl -u kubelet -n 5",
      "curl -sS http://169.254.169.254/latest/meta-data/instance-id",
      "curl -s -X PUT -H X-aws-ec2-metadata-token-ttl-seconds:_60 http://169.254.169.254/latest/api/token",
      "dig +short ec2.us-east-1.amazonaws.com",
      "nslookup api.ecr.us-east-1.amazonaws.com",
      "nc -vz ec2.us-east-1.amazonaws.com 443",
      "curl -v https://ec2.us-east-1.amazonaws.com",
      "curl -s http://localhost:10248/healthz",
      "ip route",
      "crictl images",
      "crictl ps",
      "ctr -n k8s.io image ls",
      "ctr image pull " + kImage,
      "ctr image pull --user AWS:token " + kImage,
      "ls /etc/eks",
      "cat /etc/eks/kubelet/environment",
      "cat /var/lib/kubelet/kubeconfig",
      "nodeadm config check"}},
    {"blocked",
     [](Visited& t) {
       t.user_data =
           "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=\"B\"\n\n--B\nContent-Type: "
           "application/node.eks.aws\n\n" +
           t.user_data +
           "\n--B\nContent-Type: text/x-shellscript\n\n#!/bin/bash\nsystemctl enable --now kubelet\n--B--\n";
       t.bench.rule("e-in", "sg-e", false, "10.9.0.0/16");
     },
     {"systemctl status nodeadm-config", "systemctl status kubelet", "journalctl -u nodeadm-config -n 8",
      "journalctl -u kubelet -n 3", "systemctl restart kubelet", "nc -vz ec2.us-east-1.amazonaws.com 443",
      "curl -v -m 5 https://ec2.us-east-1.amazonaws.com", "dig +short ec2.us-east-1.amazonaws.com",
      "cat /etc/eks/kubelet/environment", "crictl ps", "ctr image ls", "aws sts get-caller-identity", "nodeadm init"}},
    {"names-and-addresses",
     [](Visited& t) { t.bench.interfaces["node-a"].macAddress = "0a:ff:00:00:00:01"; },
     {"dig api.ecr.us-east-1.amazonaws.com", "dig nowhere.internal", "nslookup nowhere.internal",
      "getent hosts api.ecr.us-east-1.amazonaws.com", "getent hosts nowhere.internal",
      "host sts.us-east-1.amazonaws.com", "nc -vz nowhere.internal 443", "curl -sS https://nowhere.internal/",
      "ip addr", "hostname", "curl -s http://169.254.169.254/latest/meta-data/",
      "curl -s http://169.254.169.254/latest/meta-data/placement/", "cat /etc/containerd/config.toml",
      "cat /etc/eks/image-credential-provider/config.json"}},
    {"unauthorized",
     [](Visited& t) { t.shut_out(); },
     {"systemctl status kubelet", "journalctl -u kubelet -n 4 -o cat", "curl https://API/healthz",
      "curl -k https://API/healthz", "curl -k https://API/api/v1/nodes", "cat /etc/resolv.conf", "crictl pods"}},
    {"no-registry",
     [](Visited& t) { t.bench.endpoints.erase("ecr.dkr"); },
     {"journalctl -u kubelet -n 2", "journalctl -u containerd -n 1", "crictl info",
      "ctr image pull --user AWS:token " + kImage,
      "curl -sS --connect-timeout 5 https://602401143452.dkr.ecr.us-east-1.amazonaws.com/v2/",
      "aws ecr get-login-password"}},
    {"layers-forbidden",
     [](Visited& t) {
       t.bench.endpoints["vpce-s3"].policyDocument =
           R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::prod-prod-starport-layer-bucket/*"}]})";
     },
     {"ctr image pull --user AWS:token " + kImage, "journalctl -u containerd -n 1 -o cat"}},
    {"not-there",
     {},
     {"docker ps", "/opt/eks/nodeadm join", "/etc/eks/bootstrap.sh demo", "sudo kubectl get nodes", "frobnicate",
      "cat /etc/eks/nope", "systemctl status docker", "aws s3 ls", "journalctl --frob"}},
};
INSTANTIATE_TEST_SUITE_P(Visit, Golden, ::testing::ValuesIn(kStories),
                         [](const auto& row) { return replace_all(row.param.name, "-", "_"); });

TEST(Visit, JournalctlReadsItsOptions) {
  Visited twin;
  twin.install_cni();
  twin.launch();
  struct Case {
    const char* options;
    std::size_t lines;
  };
  for (const Case& c : {Case{"-u kubelet -n 2", 2}, Case{"-n2 -u kubelet.service", 2},
                        Case{"-xeu kubelet --lines=1", 1}, Case{"-u nodeadm-run -u nodeadm-boot-hook --no-pager", 11},
                        Case{"-u kubelet -g registered", 1}, Case{"-u kubelet --since 2025-11-18_10:00:20", 1},
                        Case{"-u kubelet -S -1m", 6}, Case{"-u kubelet --since 1_hour_ago -n 3", 3}}) {
    const Reply reply = twin.run("journalctl " + std::string(c.options));
    EXPECT_EQ(std::count(reply.out.begin(), reply.out.end(), '\n'), static_cast<std::ptrdiff_t>(c.lines))
        << c.options << "\n"
        << reply.out << reply.err;
  }
  EXPECT_EQ(twin.run("journalctl -u sshd").out, "-- No entries --\n");
  EXPECT_EQ(twin.run("journalctl --since soon").err, "Failed to parse timestamp: soon\n");
  EXPECT_THAT(twin.run("journalctl -fu kubelet").err, HasSubstr("a visit shows what there is"));
}

TEST(Visit, MetadataNeedsAToken) {
  Visited twin;
  twin.change_instance = [](aws::Instance& i) { i.metadataOptions.httpTokens = "required"; };
  twin.launch();
  const std::string url = "http://169.254.169.254/latest/meta-data/instance-id";
  EXPECT_THAT(twin.run("curl -s " + url).out, HasSubstr("401 - Unauthorized"));
  const std::string token =
      twin.run("curl -s -X PUT -H X-aws-ec2-metadata-token-ttl-seconds:60 http://169.254.169.254/latest/api/token").out;
  EXPECT_EQ(twin.run("curl -s -H X-aws-ec2-metadata-token:" + token + " " + url).out, "i-1");
}

TEST(Visit, CredentialsAreNotShown) {
  Visited twin;
  twin.launch();
  const std::string url = "curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/";
  EXPECT_EQ(twin.run(url).out, "node");
  EXPECT_THAT(twin.run(url + "node").out, HasSubstr("\"SecretAccessKey\": \"(not shown)\""));
}

TEST(Visit, ARoleThatNobodyAssumesShowsInItsCredentials) {
  Visited twin;
  twin.add_role(
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]})");
  twin.launch();
  EXPECT_THAT(twin.run("curl -s http://169.254.169.254/latest/meta-data/iam/security-credentials/node").out,
              HasSubstr("AssumeRoleUnauthorizedAccess"));
  EXPECT_EQ(twin.run("aws sts get-caller-identity").code, 253);
}

TEST(Visit, NodeadmByHandBringsADeadNodeBackOnceTheCauseIsGone) {
  Visited twin;
  twin.install_cni();
  twin.bench.rule("e-in", "sg-e", false, "10.9.0.0/16");
  twin.launch();
  twin.world->clock().advance(20min);
  EXPECT_EQ(twin.run("nodeadm init").code, 1);
  EXPECT_EQ(twin.node().state, "dead");
  twin.bench = {};
  twin.lay_out();
  twin.settle();
  EXPECT_EQ(twin.node().state, "dead");
  EXPECT_EQ(twin.run("systemctl restart nodeadm-config nodeadm-run").code, 0);
  twin.settle();
  EXPECT_EQ(twin.ready(), "True");
  EXPECT_EQ(twin.node().boots, 1);
}

TEST(Visit, AnEndpointPolicyStopsTheNodesOwnCalls) {
  Visited twin;
  twin.bench.endpoints["ecr.api"].policyDocument =
      R"({"Statement":[{"Effect":"Allow","Principal":"*","Action":"ecr:BatchGetImage","Resource":"*"}]})";
  twin.launch();
  const Reply reply = twin.run("aws ecr get-login-password");
  EXPECT_EQ(reply.code, 254);
  EXPECT_THAT(reply.err, HasSubstr("because no VPC endpoint policy allows the ecr:GetAuthorizationToken action"));
}

TEST(Visit, NobodyVisitsWhatIsNotThere) {
  Visited twin;
  EXPECT_FALSE(visit::run(*twin.world, {&twin.front, &twin.kubernetes, twin.nodes.get()}, "i-9", {"date"}));
}

}  // namespace
}  // namespace drydock::twin::visit
