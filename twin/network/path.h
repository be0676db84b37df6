// One packet, taken literally: does it arrive, and does its answer come back? What it met on the way is the evidence.
// Order of judgement: source security groups, then (across a subnet's border) source ACL out, route, destination ACL
// in, destination security groups, and the reply through the stateless ACLs. The first wall ends the journey.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "twin/network/names.h"
#include "twin/network/view.h"

namespace drydock::twin::network {

enum class Protocol { tcp, udp };

struct Packet {
  std::string interface;  // it leaves here, from the primary private address
  std::string address;    // to here
  int port = 443;
  int source_port = 32768;  // Linux picks one of 32768..60999
  Protocol protocol = Protocol::tcp;
};

/// One thing that was asked whether the packet may go on.
struct Hop {
  std::string component;  // "sg-0a1", "rtb-0b2", "acl-0c3", "vpce-0d4"
  std::string what;       // "egress tcp 443 to 10.0.1.7: sgr-01 admits 0.0.0.0/0"
  bool passed = true;
};

struct Journey {
  bool arrived = false;
  std::vector<Hop> hops;       // the last one is the wall when it did not arrive
  std::string cause;           // "sg.egress", "acl.return", "route.none", ... empty when it arrived
  std::string endpoint;        // the VPC endpoint it went through, if any
  std::string source_address;  // as the destination sees it
};

/// Nothing of AWS answers a dropped packet: a journey that does not arrive is a time-out for its sender.
Journey send(const View& view, const Packet& packet);

struct Connection {
  enum class Kind { connected, no_such_host, dns_timeout, timeout };
  Kind kind = Kind::timeout;
  Answer answer;
  std::string address;  // the address connected to, or the last one tried
  Journey journey;      // to that address (to the name server on a dns_timeout)
  bool flaky = false;   // connected, but an address before it did not answer
  bool connected() const { return kind == Kind::connected; }
};

/// Resolves the host and tries its addresses in order, as Go's and Python's clients do.
Connection connect(const View& view, const std::string& interface, const std::string& host, int port, int source_port);

}  // namespace drydock::twin::network
