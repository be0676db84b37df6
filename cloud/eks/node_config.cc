#include "cloud/eks/node_config.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/cidr.h"

namespace drydock::eks {
namespace {

constexpr std::string_view kNodeType = "application/node.eks.aws";
constexpr int kMaxNesting = 4;

struct Part {
  std::string type, encoding, body;
};

std::string unquoted(std::string_view text) {
  text = trim(text);
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
  return std::string(text);
}

/// The value of `name=` in "multipart/mixed; boundary=\"X\"".
std::string parameter(std::string_view header, std::string_view name) {
  for (const std::string& piece : split(header, ';')) {
    const auto text = trim(piece);
    const auto equals = text.find('=');
    if (equals != std::string_view::npos && to_lower(text.substr(0, equals)) == name)
      return unquoted(text.substr(equals + 1));
  }
  return {};
}

std::string media_type(std::string_view header) { return to_lower(trim(split(header, ';').front())); }

/// Headers up to the first empty line, the rest is the body.
Part split_headers(std::string_view text) {
  Part part;
  std::string type_header;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    line = trim(line);
    if (line.empty()) break;
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) continue;
    const std::string name = to_lower(line.substr(0, colon));
    if (name == "content-type") part.type = std::string(trim(line.substr(colon + 1)));
    if (name == "content-transfer-encoding") part.encoding = to_lower(trim(line.substr(colon + 1)));
  }
  part.body = std::string(text);
  return part;
}

std::vector<Part> split_multipart(std::string_view body, const std::string& boundary) {
  std::vector<Part> parts;
  std::string current;
  bool inside = false;
  for (const std::string& line : split(body, '\n')) {
    const auto text = trim(line);
    const bool last = text == "--" + boundary + "--";
    if (last || text == "--" + boundary) {
      if (inside) parts.push_back(split_headers(current));
      current.clear();
      inside = !last;
      if (last) break;
    } else if (inside) {
      current += line + "\n";
    }
  }
  if (inside && !trim(current).empty()) parts.push_back(split_headers(current));
  return parts;
}

void merge_into(Json& target, const Json& source) {
  if (!source.is_object() || !target.is_object()) {
    target = source;
    return;
  }
  for (const auto& [key, value] : source.as_object()) merge_into(target[key], value);
}

void take_text(std::string& field, const Json& value) {
  if (value.is_string()) field = value.as_string();
}

void take_config(UserData& out, std::string_view text) {
  const auto document = parse_yaml(text);
  if (!document || !document->is_object()) {
    out.fault = fmt::format("failed to decode node config, {}", document ? "not a mapping" : document.error().message);
    return;
  }
  const std::string version = document->at("apiVersion").string_or(), kind = document->at("kind").string_or();
  if (!version.starts_with("node.eks.aws/")) {
    out.fault = "failed to decode node config, unexpected group";
    return;
  }
  if (kind != "NodeConfig") {
    out.fault = fmt::format("failed to decode \"{}\" (wrong Kind)", kind);
    return;
  }
  out.has_config = true;
  const Json& spec = document->at("spec");
  const Json& cluster = spec.at("cluster");
  take_text(out.config.name, cluster.at("name"));
  take_text(out.config.apiServerEndpoint, cluster.at("apiServerEndpoint"));
  take_text(out.config.certificateAuthority, cluster.at("certificateAuthority"));
  take_text(out.config.cidr, cluster.at("cidr"));
  for (std::size_t i = 0; i < spec.path("kubelet.flags").size(); ++i)
    out.config.kubeletFlags.push_back(spec.path("kubelet.flags").item(i).string_or());
  if (spec.path("kubelet.config").is_object()) {
    if (out.config.kubeletConfig.is_null()) out.config.kubeletConfig = Json::object();
    merge_into(out.config.kubeletConfig, spec.path("kubelet.config"));
  }
  if (spec.at("featureGates").has("InstanceIdNodeName"))
    out.config.instanceIdNodeName = spec.at("featureGates").at("InstanceIdNodeName").bool_or(false);
}

void take(UserData& out, const Part& part, int depth) {
  std::string body = part.body;
  if (part.encoding == "base64")
    if (auto plain = unbase64(trim(body))) body = *plain;
  if (body.starts_with("\x1f\x8b")) {
    out.fault = "not supported yet: gzip in user data";
    return;
  }
  const std::string type = media_type(part.type);
  if (type.starts_with("multipart/")) {
    if (depth > kMaxNesting) return;
    for (const Part& inner : split_multipart(body, parameter(part.type, "boundary"))) take(out, inner, depth + 1);
  } else if (type == kNodeType) {
    // nodeadm looks at the parts of the outermost document only; cloud-init goes deeper for its scripts.
    // https://github.com/eksctl-io/eksctl/issues/7895
    if (depth <= 1) take_config(out, body);
  } else if (type == "text/x-shellscript" || body.starts_with("#!")) {
    out.scripts.push_back(body);
  }
}

std::vector<std::string> flag_values(const std::vector<std::string>& flags, std::string_view name) {
  std::vector<std::string> out;
  for (const std::string& flag : flags)
    if (flag.starts_with(name) && flag.size() > name.size() && flag[name.size()] == '=')
      for (std::string& item : split(unquoted(flag.substr(name.size() + 1)), ','))
        if (!item.empty()) out.push_back(std::move(item));
  return out;
}

}  // namespace

std::vector<std::string> NodeConfig::labels() const { return flag_values(kubeletFlags, "--node-labels"); }
std::vector<std::string> NodeConfig::taints() const { return flag_values(kubeletFlags, "--register-with-taints"); }

UserData parse_user_data(std::string_view user_data) {
  UserData out;
  std::string text(user_data);
  const auto plausible = [](std::string_view t) {
    return t.find("MIME-Version") != t.npos || t.find("NodeConfig") != t.npos || t.starts_with("#!");
  };
  if (!plausible(text))
    if (auto plain = unbase64(text); plain && plausible(*plain)) text = *plain;
  const std::string_view start = trim(text);
  if (to_lower(start.substr(0, 13)) == "mime-version:" || to_lower(start.substr(0, 13)) == "content-type:") {
    take(out, split_headers(start), 0);
    if (!out.has_config && out.fault.empty()) out.fault = "could not find NodeConfig within UserData";
  } else if (start.starts_with("#!") || start.starts_with("#cloud-config")) {
    if (start.starts_with("#!")) out.scripts.emplace_back(text);
    out.fault = "failed to decode node config, the user data is a script";
  } else if (start.empty()) {
    out.fault = "could not find NodeConfig within UserData";
  } else if (text.starts_with("\x1f\x8b")) {
    out.fault = "not supported yet: gzip in user data";
  } else {
    take_config(out, text);
  }
  if (out.has_config) out.fault.clear();
  return out;
}

std::string cluster_dns_of(std::string_view service_cidr) {
  const auto cidr = aws::Cidr::parse(service_cidr);
  return cidr && !cidr->base.v6 ? cidr->base.plus(10).str() : "";
}

}  // namespace drydock::eks
