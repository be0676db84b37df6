// IP protocols of rules: sources write names and numbers, EC2 answers with names where it has one.
#pragma once

#include <string>

namespace drydock::readers {

/// "all" is "-1", "6" is "tcp"; what has no other spelling stays as it is.
inline std::string ip_protocol(std::string text) {
  if (text == "all") return "-1";
  if (text == "6") return "tcp";
  if (text == "17") return "udp";
  if (text == "1") return "icmp";
  if (text == "58") return "icmpv6";
  return text;
}

}  // namespace drydock::readers
