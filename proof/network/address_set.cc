#include "proof/network/address_set.h"

namespace drydock::proof {
namespace {

// The two halves of a prefix.
std::pair<aws::Cidr, aws::Cidr> halves(const aws::Cidr& c) {
  aws::Cidr low{c.base, c.bits + 1}, high = low;
  const int bit = (c.base.v6 ? 0 : 96) + c.bits;
  high.base.bytes[bit / 8] |= static_cast<std::uint8_t>(0x80 >> (bit % 8));
  return {low, high};
}

void subtract(const aws::Cidr& from, const aws::Cidr& what, std::vector<aws::Cidr>& out) {
  if (what.contains(from)) return;
  if (!from.contains(what)) return out.push_back(from);
  const auto [low, high] = halves(from);
  subtract(low, what, out);
  subtract(high, what, out);
}

}  // namespace

AddressSet AddressSet::of(const aws::IpAddress& address) { return aws::Cidr{address, address.v6 ? 128 : 32}; }

AddressSet AddressSet::public_v4() {
  AddressSet all(*aws::Cidr::parse("0.0.0.0/0"));
  for (const char* reserved : {"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16",
                               "172.16.0.0/12", "192.168.0.0/16", "224.0.0.0/3"})
    all = all.without(*aws::Cidr::parse(reserved));
  return all;
}

void AddressSet::add(const AddressSet& other) {
  for (const aws::Cidr& part : other.parts_) {
    AddressSet fresh(part);
    for (const aws::Cidr& known : std::vector(parts_)) fresh = fresh.without(known);
    parts_.insert(parts_.end(), fresh.parts_.begin(), fresh.parts_.end());
  }
}

AddressSet AddressSet::common(const aws::Cidr& cidr) const {
  AddressSet out;
  for (const aws::Cidr& part : parts_) {
    if (cidr.contains(part)) {
      out.parts_.push_back(part);
    } else if (part.contains(cidr)) {
      out.parts_.push_back(cidr);
    }
  }
  return out;
}

AddressSet AddressSet::without(const aws::Cidr& cidr) const {
  AddressSet out;
  for (const aws::Cidr& part : parts_) subtract(part, cidr, out.parts_);
  return out;
}

std::string AddressSet::str() const {
  std::string out;
  for (const aws::Cidr& part : parts_) {
    const bool single = part.bits == (part.base.v6 ? 128 : 32);
    out += (out.empty() ? "" : ", ") + (single ? part.base.str() : part.str());
  }
  return out;
}

Remaining::Remaining(Flow flow) {
  if (!flow.addresses.empty()) boxes_.push_back(std::move(flow));
}

bool Remaining::take(const aws::Cidr& cidr, const Ports& ports) {
  bool any = false;
  std::vector<Flow> left;
  for (Flow& box : boxes_) {
    const AddressSet hit = box.ports.meets(ports) ? box.addresses.common(cidr) : AddressSet();
    if (hit.empty()) {
      left.push_back(std::move(box));
      continue;
    }
    any = true;
    AddressSet rest = box.addresses.without(cidr);
    if (!rest.empty()) left.push_back({std::move(rest), box.ports});
    if (box.ports.first < ports.first) left.push_back({hit, {box.ports.first, ports.first - 1}});
    if (box.ports.last > ports.last) left.push_back({hit, {ports.last + 1, box.ports.last}});
  }
  boxes_ = std::move(left);
  return any;
}

AddressSet Remaining::addresses() const {
  AddressSet out;
  for (const Flow& box : boxes_) out.add(box.addresses);
  return out;
}

}  // namespace drydock::proof
