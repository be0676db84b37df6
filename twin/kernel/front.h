// The twin's front door: one HTTP port for every AWS service. Takes a request, finds service and operation, checks the
// signature, asks whether the caller may, calls the handler, renders the answer in the service's protocol, commits.
//
// Protocols by service (https://smithy.io/2.0/aws/protocols): ec2 speaks EC2 query (lists as <item>); iam, sts,
// autoscaling speak query (lists as <member>); ecr, ssm, kms, logs speak JSON 1.1; eks speaks REST JSON; s3 is raw.
// Handlers return Json with the wire's own member names. An operation nobody registered answers 501 NotModelled.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/http.h"
#include "twin/kernel/call.h"

namespace drydock::twin {

class World;

class Front {
 public:
  explicit Front(World& world);
  ~Front();

  // --- What services register, at start.
  /// ("ec2", "DescribeVpcs", handler); the service is the signing name. For query, EC2 and JSON 1.1, and the handlers
  /// behind rest() routes.
  void operation(std::string service, std::string action, Operation handler);
  /// Routes of a REST JSON service: ("eks", "POST", "/clusters/{name}/node-groups", "CreateNodegroup"). A {part}
  /// matches one segment, is percent-decoded, and lands in Call::in under its name.
  void rest(std::string service, std::string method, std::string path_pattern, std::string action);
  /// A service that reads and writes HTTP itself (s3); called after signature check, with `action` empty. Nothing is
  /// authorised before: the handler calls may().
  void raw(std::string service, std::function<HttpResponse(World&, Call&)> handler);
  /// Operations that need no signature (sts AssumeRoleWithWebIdentity); the caller is anonymous.
  void unsigned_operation(std::string service, std::string action);
  /// Runs before every authorised call of a service: a region's first use, say. An error is the answer.
  void before(std::string service, std::function<std::optional<ApiError>(World&, Call&)> check);
  /// Requests below /_drydock/: ("GET", "/_drydock/nodes/{name}/story", handler). Loopback callers need no signature.
  /// Path parameters, query parameters and a JSON body arrive in Call::in. An ApiError is answered as
  /// {"code","message"} with its status.
  void control(std::string method, std::string path_pattern, Operation handler);
  /// Adds members to what GET /_drydock/status says.
  void status(std::function<void(World&, Json&)> more);

  // --- Hooks of twin/iam. Without them: the administrator's key alone, who may do everything.
  void credentials(std::function<std::optional<Credential>(World&, const std::string& access_key_id)> lookup);
  /// Decides "ec2:DescribeVpcs" on ARNs ("*" by default); nullopt is allowed. The error has the service's own form.
  using Authoriser = std::function<std::optional<ApiError>(World&, const Call&, const std::string& action,
                                                           const std::vector<std::string>& resources)>;
  void authoriser(Authoriser decide);

  /// For handlers that name resources more exactly; `action` like "iam:PassRole".
  std::optional<ApiError> may(const Call& call, const std::string& action,
                              const std::vector<std::string>& resources) const;
  /// Operations ("eks:CreateNodegroup") that ask may() themselves, so that the Front does not ask on "*".
  void authorises_itself(std::string service, std::string action);

  // --- What the server calls.
  HttpResponse serve(const HttpRequest& request);
  /// A call from inside the twin (a controller, a node), as `caller`, already authorised; not committed here.
  ApiResult call(const std::string& service, const std::string& action, const std::string& region, Principal caller,
                 Json in);
  /// Checks a presigned or signed request as STS would and says who made it; `host` and headers as signed.
  tl::expected<Principal, ApiError> authenticate(const HttpRequest& request, std::string* service = nullptr,
                                                 std::string* region = nullptr);

  /// What GET /_drydock/status says.
  Json describe_status() const;

 private:
  struct State;
  std::optional<ApiError> read_call(const HttpRequest& request, Call& call) const;
  HttpResponse serve_aws(const HttpRequest& request, Call& call);
  HttpResponse serve_control(const HttpRequest& request);
  std::unique_ptr<State> state_;
};

/// The kernel's own control endpoints: status, clock, leases. The Front calls it.
void install_control(Front& front);

}  // namespace drydock::twin
