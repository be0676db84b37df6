// A kubeconfig, reduced to one cluster and the way to sign in there.
// https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace drydock::kubernetes {

struct ExecPlugin {
  std::string command, api_version;
  std::vector<std::string> args;
  std::map<std::string, std::string> env;
};
struct Connection {
  std::string server;  // https://host:port[/path]
  std::string ca_pem;
  bool insecure = false;
  std::string token;       // static; "" if none
  ExecPlugin exec;         // command "" if none
  std::string name_space;  // the context's; "default" if it names none
};

/// `text` is the document itself (YAML or JSON) or the path of a file with it; empty: $KUBECONFIG, then ~/.kube/config.
/// `context` empty: the current one. Errors name what is missing; never a token.
Result<Connection> read_kubeconfig(const std::string& text, const std::string& context);

}  // namespace drydock::kubernetes
