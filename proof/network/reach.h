// Does a TCP connection succeed, for every address it may start from and go to? All walls on the way are collected, not
// the first only: nobody likes to mend them one at a time.
// https://docs.aws.amazon.com/vpc/latest/userguide/how-it-works.html
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "proof/network/network.h"

namespace drydock::proof {

/// Where packets start or end inside a VPC: an interface, or one that will be made.
struct Site {
  std::string component;  // "node group default in subnet-0a1", "vpce-0b2 in subnet-0c3"
  std::string subnetId;
  AddressSet addresses;  // the ones it may have; empty: any of its subnet's
  std::vector<std::string> groups;
  bool has_public_ip = false;
};

/// One thing that stops the packets, or some of them (`partial`).
struct Wall {
  std::string code;       // "sg.egress", "acl.return", "route.none", "nat.no-way-out", ...
  std::string component;  // whose rule it is
  std::string evidence;
  bool partial = false;
  AddressSet blocked;
};

struct Reach {
  Tri reached = Tri::yes;  // maybe: some addresses or ports only (flaky), or nobody knows
  bool unknown = false;    // maybe, because a thing on the way is not modelled
  std::vector<Wall> walls;
  std::vector<std::string> hops;  // what it passed, in order
  std::string endpoint;           // the gateway endpoint it went through
  /// Public addresses it leaves with; an empty text is one that nobody knows yet.
  std::vector<std::string> public_sources;

  void join(const Reach& other);  // both must succeed
};

/// To an interface of the same VPC.
Reach reach_site(const Network& network, const Site& from, const Site& to, int port, Protocol protocol = Protocol::tcp);
/// To public addresses, by whatever the routes say.
Reach reach_public(const Network& network, const Site& from, const AddressSet& to, int port);

/// What a name means to a host of the VPC.
struct Names {
  enum class Kind { sites, public_addresses, no_such_host, no_resolver };
  Kind kind = Kind::no_such_host;
  std::vector<Site> sites;  // any of them may be tried
  AddressSet addresses;
  std::string zone;                // who answers
  std::string endpoint;            // the interface endpoint
  const ApiServer* api = nullptr;  // the name is this API server's
};
Names resolve_name(const Network& network, const Site& from, std::string_view host);

/// Name and connection together.
struct Contact {
  Names names;
  Reach reach;
};
Contact contact(const Network& network, const Site& from, std::string_view host, int port);

}  // namespace drydock::proof
