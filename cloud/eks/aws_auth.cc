#include "cloud/eks/aws_auth.h"

#include "base/text.h"

namespace drydock::eks {

namespace {

/// Plain where YAML lets text be plain, quoted otherwise.
std::string yaml_text(const std::string& text) {
  static const std::string kSpecial = "{}[]&*#?|-<>=!%@`\"',";
  const bool plain =
      !text.empty() && kSpecial.find(text[0]) == std::string::npos && text.find(": ") == std::string::npos &&
      text.find(" #") == std::string::npos && text.back() != ':' && text.back() != ' ' && text[0] != ' ' &&
      text.find('\n') == std::string::npos && text.find_first_not_of("0123456789.") != std::string::npos &&
      text != "true" && text != "false" && text != "null";
  return plain ? text : "'" + replace_all(text, "'", "''") + "'";
}

}  // namespace

RoleLine node_line(const std::string& role_arn) {
  return {role_arn, "system:node:{{EC2PrivateDNSName}}", {"system:bootstrappers", "system:nodes"}};
}

std::string mapping_yaml(const std::string& key, const std::vector<RoleLine>& lines) {
  if (lines.empty()) return "[]\n";
  std::string out;
  for (const auto& line : lines) {
    out += "- " + key + ": " + yaml_text(line.arn) + "\n  username: " + yaml_text(line.username) + "\n  groups:\n";
    for (const auto& group : line.groups) out += "    - " + yaml_text(group) + "\n";
  }
  return out;
}

}  // namespace drydock::eks
