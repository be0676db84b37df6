#include "providers/kubernetes/kubeconfig.h"

#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

#include "base/hash.h"
#include "base/json.h"
#include "base/text.h"

namespace drydock::kubernetes {
namespace {

Result<std::string> read_text(const std::string& path) {
  std::ifstream file(path);
  if (!file) return fail(ErrorCode::not_found, fmt::format("the kubeconfig '{}' cannot be read", path));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string default_path() {
  if (const char* path = std::getenv("KUBECONFIG"); path && *path) return split(path, ':').front();
  const char* home = std::getenv("HOME");
  return std::string(home ? home : "") + "/.kube/config";
}

bool is_document(const std::string& text) {
  return text.find('\n') != std::string::npos || trim(text).starts_with('{') ||
         text.find("apiVersion") != std::string::npos;
}

const Json& named(const Json& list, const std::string& name) {
  static const Json none;
  for (std::size_t i = 0; i < list.size(); i++) {
    if (list.item(i).at("name").string_or() == name) return list.item(i);
  }
  return none;
}

Result<std::string> pem_of(const Json& object, const char* inline_member, const char* file_member) {
  if (object.at(inline_member).is_string()) {
    auto bytes = unbase64(object.at(inline_member).as_string());
    if (!bytes) return fail(ErrorCode::invalid_input, fmt::format("{} in the kubeconfig is not base64", inline_member));
    return *bytes;
  }
  if (object.at(file_member).is_string()) return read_text(object.at(file_member).as_string());
  return std::string();
}

ExecPlugin exec_of(const Json& exec) {
  ExecPlugin out;
  out.command = exec.at("command").string_or();
  out.api_version = exec.at("apiVersion").string_or();
  for (std::size_t i = 0; i < exec.at("args").size(); i++) out.args.push_back(exec.at("args").item(i).string_or());
  for (std::size_t i = 0; i < exec.at("env").size(); i++)
    out.env[exec.at("env").item(i).at("name").string_or()] = exec.at("env").item(i).at("value").string_or();
  return out;
}

}  // namespace

Result<Connection> read_kubeconfig(const std::string& given, const std::string& context) {
  std::string text = given;
  if (!is_document(given)) {
    auto read = read_text(given.empty() ? default_path() : given);
    if (!read) return pass(read);
    text = *read;
  }
  auto parsed = parse_yaml(text);
  if (!parsed) return pass(parsed, "reading the kubeconfig");
  std::string wanted = context.empty() ? parsed->at("current-context").string_or() : context;
  const Json& chosen = named(parsed->at("contexts"), wanted).at("context");
  if (!chosen.is_object())
    return fail(ErrorCode::invalid_input, fmt::format("the kubeconfig has no context '{}'", wanted));
  const Json& cluster = named(parsed->at("clusters"), chosen.at("cluster").string_or()).at("cluster");
  if (!cluster.at("server").is_string())
    return fail(ErrorCode::invalid_input,
                fmt::format("the kubeconfig has no cluster '{}' with a server", chosen.at("cluster").string_or()));
  const Json& user = named(parsed->at("users"), chosen.at("user").string_or()).at("user");
  Connection out;
  out.server = cluster.at("server").as_string();
  while (out.server.ends_with('/')) out.server.pop_back();
  auto ca = pem_of(cluster, "certificate-authority-data", "certificate-authority");
  if (!ca) return pass(ca);
  out.ca_pem = *ca;
  out.insecure = cluster.at("insecure-skip-tls-verify").bool_or(false);
  out.name_space = chosen.at("namespace").string_or("default");
  out.token = user.at("token").string_or();
  if (user.at("exec").is_object()) out.exec = exec_of(user.at("exec"));
  if (out.token.empty() && out.exec.command.empty() && user.has("client-certificate-data")) {
    return fail(ErrorCode::unsupported,
                "not supported yet: client certificates in a kubeconfig; use a token or an exec plugin");
  }
  return out;
}

}  // namespace drydock::kubernetes
