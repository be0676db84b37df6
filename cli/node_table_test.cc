#include "cli/node_table.h"

#include <gtest/gtest.h>

namespace drydock::cli {
namespace {

TEST(Story, ReadsFromTopToBottom) {
  const Json story =
      *Json::parse(R"json({"name": "ip-10-0-1-10.ec2.internal", "instanceId": "i-1", "state": "dead", "story": [
    {"ms": 1000, "result": "ok", "actor": "nodeadm-config", "what": "finds NodeConfig in the user data"},
    {"ms": 2500, "result": "dead", "actor": "nodeadm-config", "what": "asks EC2 for its own instance",
     "call": "ec2:DescribeInstances", "to": "ec2.us-east-1.amazonaws.com (10.0.1.20:443)", "attempts": 20, "seconds": 600.0,
     "why": "sg-e: ingress tcp 443 from 10.0.1.10: no rule admits it", "words": ["Command failed"]}]})json");
  EXPECT_EQ(
      story_text(story),
      "ip-10-0-1-10.ec2.internal  i-1  dead\n"
      "00:00:01.000  +0.000s      ok       nodeadm-config  finds NodeConfig in the user data\n"
      "00:00:02.500  +1.500s      dead     nodeadm-config  asks EC2 for its own instance  [ec2:DescribeInstances]  -> "
      "ec2.us-east-1.amazonaws.com (10.0.1.20:443)\n"
      "                        sg-e: ingress tcp 443 from 10.0.1.10: no rule admits it\n"
      "                        tried 20 times in 600 s\n"
      "                        | Command failed\n");
}

}  // namespace
}  // namespace drydock::cli
