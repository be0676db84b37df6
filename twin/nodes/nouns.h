// What the twin remembers of its nodes: where each stands in the boot chain, its story, its pods. Journaled.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::twin::nodes {

/// Key: instance id. One for every instance, whether or not it ever becomes a node.
struct Node {
  static constexpr const char* kTable = "nodes.node";
  std::string instanceId, region;
  std::string name;               // as it registers: PrivateDnsName, or the instance id; empty until known
  std::string cluster;            // by its user data; empty until known
  std::string state = "booting";  // waiting (a step is tried again), dead, joined, ready, gone
  std::string step = "launch";    // the one being done, or the one that fails
  std::int64_t boots = 1;
  std::int64_t since = 0;    // ms: when `step` began
  std::int64_t due = 0;      // ms: when it goes on; 0: nothing is planned
  std::int64_t entries = 0;  // of its story, all boots
  std::string open;          // key of the story's entry that is still going on
  std::string deadline;      // the clock's id of the deadline that runs; empty: none
  std::string role;          // ARN of the role whose credentials it has
  std::string roleId;
  std::string cniRole, cniRoleId, cniSession;  // whom the VPC CNI signs as, where that is not the instance's role
  bool registryToken = false;                  // kept for hours
  bool network = false;                        // the CNI configuration is there
  bool lost = false;                           // the cluster has not heard of it for long
  std::vector<std::string> images;             // pulled
  std::string poolFault;                       // why ipamd's pool of pod addresses did not grow, as last told
};
template <class V>
void each_field(V& v, Node& x) {
  v("instanceId", x.instanceId), v("region", x.region), v("name", x.name), v("cluster", x.cluster);
  v("state", x.state), v("step", x.step), v("boots", x.boots), v("since", x.since), v("due", x.due),
      v("entries", x.entries);
  v("open", x.open), v("deadline", x.deadline), v("role", x.role), v("roleId", x.roleId);
  v("cniRole", x.cniRole), v("cniRoleId", x.cniRoleId), v("cniSession", x.cniSession);
  v("registryToken", x.registryToken), v("network", x.network), v("lost", x.lost), v("images", x.images);
  v("poolFault", x.poolFault);
}

/// One line of a node's story. Key: "<instance id>/<number, 6 digits>".
struct Entry {
  static constexpr const char* kTable = "nodes.entry";
  std::int64_t boot = 1;
  std::int64_t at = 0, until = 0;  // ms, simulated; until 0: goes on
  std::string step, actor, what;   // what: "asks EC2 for its own instance"
  std::string call;                // "ec2:DescribeInstances"
  std::string from, to;            // "10.0.1.17", "ec2.us-east-1.amazonaws.com (10.0.1.20:443)"
  std::string through;             // the VPC endpoint
  std::string result = "ok";       // waiting, failed, dead, skipped
  std::string cause;               // "sg.ingress", "iam.identity-based", "dns.no-such-host": not for people
  std::string why;                 // one sentence: which component stopped it
  std::vector<std::string> words;  // of the real component
  std::vector<std::string> path;   // what the packet met, on a failure
  std::int64_t retry = 0;          // ms between attempts of a waiting step
};
template <class V>
void each_field(V& v, Entry& x) {
  v("boot", x.boot), v("at", x.at), v("until", x.until), v("step", x.step), v("actor", x.actor), v("what", x.what);
  v("call", x.call), v("from", x.from), v("to", x.to), v("through", x.through), v("result", x.result);
  v("cause", x.cause), v("why", x.why), v("words", x.words), v("path", x.path), v("retry", x.retry);
}

/// A pod as its node's kubelet sees it. Key: "<region>/<cluster>/<namespace>/<name>".
struct Pod {
  static constexpr const char* kTable = "nodes.pod";
  std::string region, cluster, name_space, name, uid, instanceId;
  std::string state = "starting";  // waiting (something is tried again), running
  std::int64_t since = 0;          // ms: when the current step began
  std::int64_t due = 0;            // ms: when it goes on; 0: nothing is planned
  std::string cause;               // of what is being waited for
  std::int64_t restarts = 0;
  std::string address;
  std::string open;  // key of the story's entry that is still going on
};
template <class V>
void each_field(V& v, Pod& x) {
  v("region", x.region), v("cluster", x.cluster), v("namespace", x.name_space), v("name", x.name), v("uid", x.uid);
  v("instanceId", x.instanceId), v("state", x.state), v("since", x.since), v("due", x.due), v("cause", x.cause);
  v("restarts", x.restarts), v("address", x.address), v("open", x.open);
}

}  // namespace drydock::twin::nodes
