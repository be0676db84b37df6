// IP addresses and prefixes, v4 and v6, as plain values.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace drydock::aws {

/// 16 bytes; a v4 address lies in the last four. Ordered v4 before v6, then by value.
struct IpAddress {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};

  static std::optional<IpAddress> parse(std::string_view text);
  static IpAddress v4(std::uint32_t value);
  std::uint32_t v4_value() const;  // REQUIRES: !v6
  std::string str() const;
  /// The address `n` further on; wraps silently.
  IpAddress plus(std::uint64_t n) const;
  friend auto operator<=>(const IpAddress&, const IpAddress&) = default;
};

/// A prefix in canonical form: host bits are zero.
struct Cidr {
  IpAddress base;
  int bits = 0;  // 0..32 or 0..128

  /// "10.0.0.0/16". Host bits are cleared; `strict` refuses them instead. A bare address is not a prefix.
  static std::optional<Cidr> parse(std::string_view text, bool strict = false);
  std::string str() const;
  bool contains(const IpAddress& address) const;
  bool contains(const Cidr& other) const;
  bool overlaps(const Cidr& other) const { return contains(other) || other.contains(*this); }
  friend auto operator<=>(const Cidr&, const Cidr&) = default;
};

}  // namespace drydock::aws
