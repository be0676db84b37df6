// STS: who am I, and temporary credentials. https://docs.aws.amazon.com/STS/latest/APIReference/API_Operations.html
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/iam/access.h"
#include "twin/iam/api.h"
#include "twin/iam/install.h"
#include "twin/iam/web_identity.h"

namespace drydock::twin::iam {
namespace {

Json credentials_of(const aws::Session& session) {
  return Json::object({{"AccessKeyId", session.AccessKeyId},
                       {"SecretAccessKey", session.secret},
                       {"SessionToken", session.token},
                       {"Expiration", iso_seconds(from_epoch_millis(session.expires))}});
}

Json assumed_user(const aws::Role& role, const aws::Session& session) {
  return Json::object({{"AssumedRoleId", role.RoleId + ":" + session.session_name},
                       {"Arn", session_caller(role, session.session_name).arn}});
}

ApiResult get_caller_identity(World&, Call& call) {
  return Json::object({{"UserId", call.caller.user_id}, {"Account", call.caller.account}, {"Arn", call.caller.arn}});
}

/// How long the session shall last, by DurationSeconds and the role's limit.
tl::expected<std::int64_t, ApiError> duration(const Call& call, const aws::Role& role) {
  const std::int64_t seconds = call.number("DurationSeconds").value_or(3600);
  if (seconds < 900) {
    return validation(std::to_string(seconds), "durationSeconds",
                      "Member must have value greater than or equal to 900");
  }
  if (seconds > role.MaxSessionDuration) {
    return refuse("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.");
  }
  return seconds * 1000;
}

std::optional<ApiError> check_session_name(const std::string& name) {
  const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return std::isalnum(c) || std::string_view("_+=,.@-").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (!plain) {
    return validation(name, "roleSessionName", "Member must satisfy regular expression pattern: [\\w+=,.@-]*").value();
  }
  if (name.size() < 2) {
    return validation(name, "roleSessionName", "Member must have length greater than or equal to 2").value();
  }
  if (name.size() > 64) {
    return validation(name, "roleSessionName", "Member must have length less than or equal to 64").value();
  }
  return std::nullopt;
}

/// Session policies: the Policy text and the managed ones by ARN.
std::optional<ApiError> add_session_policies(World& world, const Call& call, std::vector<std::string>& out) {
  if (const std::string text = call.text("Policy"); !text.empty()) {
    if (auto fault = check_document(text, aws::PolicyKind::identity, 2048)) return fault;
    out.push_back(text);
  }
  const Json& arns = call.in.at("PolicyArns");
  for (std::size_t i = 0; i < arns.size(); ++i) {
    const char* text = policy_text(world, arns.item(i).at("arn").string_or());
    if (!text) return refuse("ValidationError", "PolicyArns holds a policy that does not exist.").value();
    out.emplace_back(text);
  }
  return std::nullopt;
}

tl::unexpected<ApiError> not_authorised(const Call& call, std::string_view action, std::string_view arn) {
  return refuse("AccessDenied",
                fmt::format("User: {} is not authorized to perform: {} on resource: {}", call.caller.arn, action, arn),
                403);
}

ApiResult answer(World& world, const Call& call, const aws::Role& role, std::int64_t lasts_ms,
                 std::map<std::string, std::string> tags) {
  std::vector<std::string> policies;
  if (auto fault = add_session_policies(world, call, policies)) return tl::unexpected(*fault);
  aws::Session& session = new_session(world, role, call.text("RoleSessionName"), lasts_ms);
  session.policies = std::move(policies);
  session.tags = std::move(tags);
  return Json::object({{"Credentials", credentials_of(session)}, {"AssumedRoleUser", assumed_user(role, session)}});
}

ApiResult assume_role(World& world, Call& call) {
  if (auto missing = require(call, {"RoleArn", "RoleSessionName"})) return tl::unexpected(*missing);
  const std::string arn = call.text("RoleArn");
  if (!aws::Arn::parse(arn)) return refuse("ValidationError", fmt::format("{} is invalid", arn));
  if (auto fault = check_session_name(call.text("RoleSessionName"))) return tl::unexpected(*fault);
  if (call.caller.kind == Principal::Kind::root) {
    return refuse("AccessDenied", "Roles may not be assumed by root accounts.", 403);
  }
  const aws::Role* role = role_by_arn(world, arn);
  if (!role) return not_authorised(call, "sts:AssumeRole", arn);
  Context context{{"sts:RoleSessionName", {call.text("RoleSessionName")}}, {"aws:RequestedRegion", {call.region}}};
  if (const auto id = call.maybe("ExternalId")) context["sts:ExternalId"] = {*id};
  std::map<std::string, std::string> tags;
  for (const aws::IamTag& tag : tags_of(call.in.at("Tags"))) {
    tags[tag.Key] = tag.Value;
    context["aws:RequestTag/" + tag.Key] = {tag.Value};
    context["aws:TagKeys"].push_back(tag.Key);
  }
  const Caller caller = caller_of(call.caller);
  for (const char* action : {"sts:AssumeRole", "sts:TagSession"}) {
    if (tags.empty() && std::string_view(action) == "sts:TagSession") continue;
    if (!authorise_assume_role(world, caller, *role, action, context).allowed()) {
      return not_authorised(call, action, arn);
    }
  }
  const auto lasts = duration(call, *role);
  if (!lasts) return tl::unexpected(lasts.error());
  return answer(world, call, *role, *lasts, std::move(tags));
}

std::int64_t wall_seconds() {
  return std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch()).count();
}

ApiResult assume_role_with_web_identity(World& world, Call& call) {
  if (auto missing = require(call, {"RoleArn", "RoleSessionName", "WebIdentityToken"})) return tl::unexpected(*missing);
  if (auto fault = check_session_name(call.text("RoleSessionName"))) return tl::unexpected(*fault);
  const WebIdentityVerdict verdict =
      check_web_identity(world, {call.text("WebIdentityToken"), call.text("RoleArn"), call.text("RoleSessionName")});
  if (!verdict.role) return tl::unexpected(verdict.refusal);
  const auto lasts = duration(call, *verdict.role);
  if (!lasts) return tl::unexpected(lasts.error());
  ApiResult out = answer(world, call, *verdict.role, *lasts, {});
  if (!out) return out;
  (*out)["SubjectFromWebIdentityToken"] = verdict.subject;
  (*out)["Provider"] = verdict.provider;
  (*out)["Audience"] = verdict.audience;
  return out;
}

ApiResult get_session_token(World& world, Call& call) {
  if (call.caller.kind != Principal::Kind::user) {
    return refuse("AccessDenied", "Cannot call GetSessionToken with session credentials", 403);
  }
  aws::Session session;
  session.AccessKeyId = "ASIA" + world.new_base32(16);
  session.secret = world.new_hex(40);
  session.token = world.new_hex(128);
  session.user_name = call.caller.arn.substr(call.caller.arn.rfind('/') + 1);
  session.issued = wall_seconds() * 1000;
  session.expires = session.issued + call.number("DurationSeconds").value_or(43200) * 1000;
  const std::string id = session.AccessKeyId;
  return Json::object({{"Credentials", credentials_of(world.table<aws::Session>().put(id, std::move(session)))}});
}

ApiResult get_access_key_info(World& world, Call&) { return Json::object({{"Account", world.account()}}); }

}  // namespace

void install_sts(Front& front) {
  front.operation("sts", "GetCallerIdentity", get_caller_identity);
  front.operation("sts", "AssumeRole", assume_role);
  front.authorises_itself("sts", "AssumeRole");
  front.operation("sts", "AssumeRoleWithWebIdentity", assume_role_with_web_identity);
  front.unsigned_operation("sts", "AssumeRoleWithWebIdentity");
  front.operation("sts", "GetSessionToken", get_session_token);
  front.operation("sts", "GetAccessKeyInfo", get_access_key_info);
}

}  // namespace drydock::twin::iam
