// Sets of addresses, and of addresses with ports: what a packet may be before it is known which one it is.
#pragma once

#include <vector>

#include "cloud/aws/cidr.h"
#include "proof/tri.h"

namespace drydock::proof {

/// A union of disjoint prefixes; v4 and v6 may stand side by side.
class AddressSet {
 public:
  AddressSet() = default;
  AddressSet(const aws::Cidr& cidr) : parts_{cidr} {}
  static AddressSet of(const aws::IpAddress& address);
  /// All v4 addresses that are routed on the internet, for names whose address nobody knows.
  static AddressSet public_v4();

  const std::vector<aws::Cidr>& parts() const { return parts_; }
  bool empty() const { return parts_.empty(); }
  void add(const AddressSet& other);
  AddressSet common(const aws::Cidr& cidr) const;
  AddressSet without(const aws::Cidr& cidr) const;
  std::string str() const;

 private:
  std::vector<aws::Cidr> parts_;
};

struct Ports {
  int first = 0, last = 65535;
  bool inside(const Ports& outer) const { return outer.first <= first && last <= outer.last; }
  bool meets(const Ports& other) const { return first <= other.last && other.first <= last; }
};

enum class Protocol { tcp, udp };

/// Packets that differ in one peer's address and in the destination port.
struct Flow {
  AddressSet addresses;
  Ports ports;
  Protocol protocol = Protocol::tcp;
};

/// What is left of flows after some were let through: nothing, all, or a part.
class Remaining {
 public:
  explicit Remaining(Flow flow);
  /// Takes the packets with these addresses and ports out, and returns whether there were any.
  bool take(const aws::Cidr& cidr, const Ports& ports);
  bool none() const { return boxes_.empty(); }
  const std::vector<Flow>& boxes() const { return boxes_; }
  AddressSet addresses() const;

 private:
  std::vector<Flow> boxes_;
};

}  // namespace drydock::proof
