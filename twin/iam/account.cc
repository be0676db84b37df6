// Questions about the account as a whole, and the policy simulator.
#include <fmt/format.h>

#include "twin/iam/access.h"
#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

ApiResult summary(World& world, Call&) {
  const auto roles = world.table<aws::Role>().size(), users = world.table<aws::User>().size();
  auto entry = [](const char* key, std::size_t value) { return Json::object({{"key", key}, {"value", value}}); };
  // A map on the wire: <SummaryMap><entry><key/><value/></entry>...
  return Json::object(
      {{"SummaryMap",
        Json::object({{"entry", Json::array({entry("Users", users), entry("Roles", roles),
                                             entry("Policies", world.table<aws::Policy>().size()),
                                             entry("InstanceProfiles", world.table<aws::InstanceProfile>().size()),
                                             entry("Providers", world.table<aws::OpenIdConnectProvider>().size()),
                                             entry("RolesQuota", 1000), entry("UsersQuota", 5000)})}})}});
}

ApiResult aliases(World&, Call& call) { return page(call, "AccountAliases", {}); }

ApiResult simulate_principal(World& world, Call& call) {
  if (auto missing = require(call, {"PolicySourceArn", "ActionNames"})) return tl::unexpected(*missing);
  const std::string arn = call.text("PolicySourceArn");
  Caller caller;
  if (const aws::Role* role = role_by_arn(world, arn)) {
    caller = session_caller(*role, "simulated");
  } else {
    for (const auto& [name, user] : world.table<aws::User>()) {
      if (user.Arn == arn) {
        caller.kind = Caller::Kind::user, caller.arn = arn, caller.unique_id = user.UserId;
        caller.account = world.account();
      }
    }
  }
  if (caller.kind == Caller::Kind::anonymous) return no_such_entity(fmt::format("The entity {} cannot be found.", arn));
  Context context;
  for (std::size_t i = 0; i < call.in.at("ContextEntries").size(); ++i) {
    const Json& entry = call.in.at("ContextEntries").item(i);
    auto& values = context[entry.at("ContextKeyName").string_or()];
    for (std::size_t v = 0; v < entry.at("ContextKeyValues").size(); ++v) {
      values.push_back(entry.at("ContextKeyValues").item(v).string_or());
    }
  }
  std::vector<std::string> resources = call.texts("ResourceArns");
  if (resources.empty()) resources = {"*"};
  std::vector<Json> results;
  for (const std::string& action : call.texts("ActionNames")) {
    for (const std::string& resource : resources) {
      const Decision decision = authorise(world, caller, {action, resource, "", context});
      Json::Array matched;
      if (!decision.policy.empty()) matched.push_back(Json::object({{"SourcePolicyId", decision.policy}}));
      results.push_back(Json::object({{"EvalActionName", action},
                                      {"EvalResourceName", resource},
                                      {"EvalDecision", to_string(decision.verdict)},
                                      {"MatchedStatements", std::move(matched)},
                                      {"MissingContextValues", Json::Array{}}}));
    }
  }
  return page(call, "EvaluationResults", std::move(results));
}

}  // namespace

void install_account(Front& front) {
  front.operation("iam", "GetAccountSummary", summary);
  front.operation("iam", "ListAccountAliases", aliases);
  front.operation("iam", "SimulatePrincipalPolicy", simulate_principal);
}

}  // namespace drydock::twin::iam
