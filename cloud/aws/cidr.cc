#include "cloud/aws/cidr.h"

#include <arpa/inet.h>

#include <charconv>

namespace drydock::aws {
namespace {

// Clears all but the first `bits` bits of the address.
IpAddress masked(IpAddress a, int bits) {
  const int first = a.v6 ? 0 : 12;
  for (int i = first; i < 16; ++i) {
    const int keep = bits - (i - first) * 8;
    if (keep <= 0) {
      a.bytes[i] = 0;
    } else if (keep < 8) {
      a.bytes[i] &= static_cast<std::uint8_t>(0xff << (8 - keep));
    }
  }
  return a;
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string s(text);
  IpAddress a;
  if (inet_pton(AF_INET, s.c_str(), a.bytes.data() + 12) == 1) return a;
  a.v6 = true;
  if (inet_pton(AF_INET6, s.c_str(), a.bytes.data()) == 1) return a;
  return std::nullopt;
}

IpAddress IpAddress::v4(std::uint32_t value) {
  IpAddress a;
  for (int i = 0; i < 4; ++i) a.bytes[12 + i] = static_cast<std::uint8_t>(value >> (24 - 8 * i));
  return a;
}

std::uint32_t IpAddress::v4_value() const {
  return static_cast<std::uint32_t>(bytes[12]) << 24 | static_cast<std::uint32_t>(bytes[13]) << 16 |
         static_cast<std::uint32_t>(bytes[14]) << 8 | bytes[15];
}

std::string IpAddress::str() const {
  char text[INET6_ADDRSTRLEN];
  inet_ntop(v6 ? AF_INET6 : AF_INET, bytes.data() + (v6 ? 0 : 12), text, sizeof text);
  return text;
}

IpAddress IpAddress::plus(std::uint64_t n) const {
  IpAddress a = *this;
  for (int i = 15; i >= (v6 ? 0 : 12) && n; --i) {
    n += a.bytes[i];
    a.bytes[i] = static_cast<std::uint8_t>(n);
    n >>= 8;
  }
  return a;
}

std::optional<Cidr> Cidr::parse(std::string_view text, bool strict) {
  const auto slash = text.find('/');
  if (slash == text.npos) return std::nullopt;
  const auto address = IpAddress::parse(text.substr(0, slash));
  const std::string_view tail = text.substr(slash + 1);
  int bits = -1;
  const auto [end, error] = std::from_chars(tail.data(), tail.data() + tail.size(), bits);
  if (!address || error != std::errc() || end != tail.data() + tail.size()) return std::nullopt;
  if (bits < 0 || bits > (address->v6 ? 128 : 32)) return std::nullopt;
  const Cidr cidr{masked(*address, bits), bits};
  if (strict && cidr.base != *address) return std::nullopt;
  return cidr;
}

std::string Cidr::str() const { return base.str() + "/" + std::to_string(bits); }

bool Cidr::contains(const IpAddress& address) const { return address.v6 == base.v6 && masked(address, bits) == base; }
bool Cidr::contains(const Cidr& other) const { return other.bits >= bits && contains(other.base); }

}  // namespace drydock::aws
