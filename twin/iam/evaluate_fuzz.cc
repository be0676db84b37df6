// Any text as a policy: it parses or is refused, and what parses decides a request without harm.
#include <cstddef>
#include <cstdint>

#include "twin/iam/evaluate.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drydock;
  using namespace drydock::twin::iam;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (aws::PolicyKind kind : {aws::PolicyKind::identity, aws::PolicyKind::trust, aws::PolicyKind::bucket,
                               aws::PolicyKind::endpoint, aws::PolicyKind::resource}) {
    const auto document = aws::parse_policy(text, kind);
    if (!document) continue;
    Caller caller;
    caller.kind = Caller::Kind::user;
    caller.account = "111122223333";
    caller.arn = "arn:aws:iam::111122223333:user/ann";
    const Request request{
        "s3:GetObject", "arn:aws:s3:::b1/x", "", {{"aws:SourceIp", {"10.0.0.1"}}, {"aws:username", {"ann"}}}};
    Policies policies;
    policies.identity.push_back({"fuzz", &*document});
    policies.resource = PolicyRef{"fuzz", &*document};
    const Decision decision = evaluate(caller, request, policies);
    if (!decision.allowed()) denied_text(caller, request, decision);
  }
  return 0;
}
