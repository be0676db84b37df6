#include "cloud/aws/policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "base/text.h"

namespace drydock::aws {
namespace {

constexpr const char* kSyntax = "Syntax errors in policy.";
constexpr const char* kLegacy = "The policy failed legacy parsing";

tl::unexpected<Error> refuse(std::string message) { return fail(ErrorCode::invalid_input, std::move(message)); }

struct OperatorName {
  const char* name;
  ConditionOperator op;
  bool negated;
};
constexpr OperatorName kOperators[] = {
    {"StringEquals", ConditionOperator::string_equals, false},
    {"StringNotEquals", ConditionOperator::string_equals, true},
    {"StringEqualsIgnoreCase", ConditionOperator::string_equals_ignore_case, false},
    {"StringNotEqualsIgnoreCase", ConditionOperator::string_equals_ignore_case, true},
    {"StringLike", ConditionOperator::string_like, false},
    {"StringNotLike", ConditionOperator::string_like, true},
    {"NumericEquals", ConditionOperator::numeric_equals, false},
    {"NumericNotEquals", ConditionOperator::numeric_equals, true},
    {"NumericLessThan", ConditionOperator::numeric_less_than, false},
    {"NumericLessThanEquals", ConditionOperator::numeric_less_than_equals, false},
    {"NumericGreaterThan", ConditionOperator::numeric_greater_than, false},
    {"NumericGreaterThanEquals", ConditionOperator::numeric_greater_than_equals, false},
    {"DateEquals", ConditionOperator::date_equals, false},
    {"DateNotEquals", ConditionOperator::date_equals, true},
    {"DateLessThan", ConditionOperator::date_less_than, false},
    {"DateLessThanEquals", ConditionOperator::date_less_than_equals, false},
    {"DateGreaterThan", ConditionOperator::date_greater_than, false},
    {"DateGreaterThanEquals", ConditionOperator::date_greater_than_equals, false},
    {"Bool", ConditionOperator::boolean, false},
    {"BinaryEquals", ConditionOperator::binary_equals, false},
    {"IpAddress", ConditionOperator::ip_address, false},
    {"NotIpAddress", ConditionOperator::ip_address, true},
    {"ArnEquals", ConditionOperator::arn_like, false},
    {"ArnLike", ConditionOperator::arn_like, false},
    {"ArnNotEquals", ConditionOperator::arn_like, true},
    {"ArnNotLike", ConditionOperator::arn_like, true},
    {"Null", ConditionOperator::null, false},
};

/// "ForAllValues:StringNotLikeIfExists" into its parts. Names compare without case, as AWS takes them.
bool parse_operator(std::string_view text, PolicyCondition& out) {
  out.op_text = text;
  std::string name = to_lower(text);
  auto drop_prefix = [&](std::string_view prefix, SetOperator set) {
    if (!name.starts_with(prefix)) return;
    name.erase(0, prefix.size());
    out.set = set;
  };
  drop_prefix("forallvalues:", SetOperator::for_all_values);
  drop_prefix("foranyvalue:", SetOperator::for_any_value);
  if (name.ends_with("ifexists") && name != "null") {
    name.resize(name.size() - std::string_view("ifexists").size());
    out.if_exists = true;
  }
  for (const OperatorName& known : kOperators) {
    if (to_lower(known.name) != name) continue;
    out.op = known.op;
    out.negated = known.negated;
    return !(known.op == ConditionOperator::null && out.if_exists);
  }
  return false;
}

/// One string or a list of strings.
bool read_strings(const Json& json, std::vector<std::string>& out) {
  if (json.is_string()) {
    out.push_back(json.as_string());
    return true;
  }
  if (!json.is_array()) return false;
  for (const Json& item : json.as_array()) {
    if (!item.is_string()) return false;
    out.push_back(item.as_string());
  }
  return true;
}

/// Condition values may also be numbers and booleans.
bool read_values(const Json& json, std::vector<std::string>& out) {
  auto one = [&](const Json& v) {
    if (v.is_string()) {
      out.push_back(v.as_string());
    } else if (v.is_bool() || v.is_number()) {
      out.push_back(v.dump());
    } else {
      return false;
    }
    return true;
  };
  if (!json.is_array()) return one(json);
  return std::all_of(json.as_array().begin(), json.as_array().end(), one);
}

bool read_conditions(const Json& json, std::vector<PolicyCondition>& out) {
  if (!json.is_object()) return false;
  for (const auto& [name, keys] : json.as_object()) {
    PolicyCondition parsed;
    if (!parse_operator(name, parsed) || !keys.is_object()) return false;
    for (const auto& [key, values] : keys.as_object()) {
      PolicyCondition condition = parsed;
      condition.key = key;
      if (!read_values(values, condition.values)) return false;
      out.push_back(std::move(condition));
    }
  }
  return true;
}

bool read_principal(const Json& json, PolicyPrincipal& out) {
  if (json.is_string()) {
    out.everyone = json.as_string() == "*";
    return out.everyone;
  }
  if (!json.is_object() || json.size() == 0) return false;
  for (const auto& [kind, names] : json.as_object()) {
    std::vector<std::string> values;
    if (!read_strings(names, values)) return false;
    if (kind == "AWS") {
      for (std::string& v : values) {
        if (v == "*") {
          out.everyone = true;
        } else {
          out.aws.push_back(std::move(v));
        }
      }
    } else if (kind == "Service") {
      out.service = std::move(values);
    } else if (kind == "Federated") {
      out.federated = std::move(values);
    } else if (kind == "CanonicalUser") {
      out.canonical_user = std::move(values);
    } else {
      return false;
    }
  }
  return true;
}

/// The document's form alone. False means "Syntax errors in policy."; `legacy` is set for faults AWS reports as such.
bool read_statement(const Json& json, PolicyStatement& out, bool& legacy) {
  static const std::set<std::string, std::less<>> kKnown = {
      "Sid", "Principal", "NotPrincipal", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"};
  if (!json.is_object()) return false;
  for (const auto& [key, unused] : json.as_object()) {
    if (!kKnown.contains(key)) return false;
  }
  if (json.has("Action") && json.has("NotAction")) return false;
  if (json.has("Resource") && json.has("NotResource")) return false;
  if (json.has("Principal") && json.has("NotPrincipal")) return false;
  if (const Json* sid = json.find("Sid")) {
    if (!sid->is_string()) return false;
    out.sid = sid->as_string();
  }
  const Json& effect = json.at("Effect");
  if (!effect.is_string()) return false;
  const std::string lowered = to_lower(effect.as_string());
  if (lowered != "allow" && lowered != "deny") return false;
  out.allow = lowered == "allow";
  legacy |= effect.as_string() != "Allow" && effect.as_string() != "Deny";
  out.not_action = json.has("NotAction");
  if (const Json* actions = json.find(out.not_action ? "NotAction" : "Action")) {
    if (!read_strings(*actions, out.actions)) return false;
  }
  out.not_resource = json.has("NotResource");
  if (const Json* resources = json.find(out.not_resource ? "NotResource" : "Resource")) {
    out.has_resource = true;
    if (!read_strings(*resources, out.resources)) return false;
  }
  out.not_principal = json.has("NotPrincipal");
  if (const Json* principal = json.find(out.not_principal ? "NotPrincipal" : "Principal")) {
    if (!read_principal(*principal, out.principal.emplace())) return false;
  }
  const Json* conditions = json.find("Condition");
  return !conditions || read_conditions(*conditions, out.conditions);
}

bool read_document(const Json& json, PolicyDocument& out, bool& legacy) {
  if (!json.is_object()) return false;
  for (const auto& [key, value] : json.as_object()) {
    if (key != "Version" && key != "Id" && key != "Statement") return false;
    if (key != "Statement" && !value.is_string()) return false;
  }
  out.version = json.at("Version").string_or(out.version);
  out.id = json.at("Id").string_or();
  const Json& statements = json.at("Statement");
  if (statements.is_array()) {
    if (statements.size() == 0) return false;
    for (const Json& item : statements.as_array()) {
      if (!read_statement(item, out.statements.emplace_back(), legacy)) return false;
    }
    return true;
  }
  return read_statement(statements, out.statements.emplace_back(), legacy);
}

bool is_partition(std::string_view p) {
  return p == "*" || p == "aws" || p == "aws-cn" || p == "aws-us-gov" || p == "aws-iso" || p == "aws-iso-b" ||
         p == "aws-iso-e" || p == "aws-iso-f" || p == "aws-eusc";
}

constexpr const char* kIamPaths[] = {"user/",
                                     "federated-user/",
                                     "role/",
                                     "group/",
                                     "instance-profile/",
                                     "mfa/",
                                     "server-certificate/",
                                     "policy/",
                                     "sms-mfa/",
                                     "saml-provider/",
                                     "oidc-provider/",
                                     "report/",
                                     "access-report/"};

/// Empty if the resource is well formed, else AWS's text.
std::string resource_fault(const std::string& resource) {
  if (resource == "*") return {};
  const std::vector<std::string> parts = split(resource, ':');
  if (parts.size() < 2) return fmt::format("Resource {} must be in ARN format or \"*\".", resource);
  if (!is_partition(parts[1])) {
    auto part = [&](std::size_t i) { return i < parts.size() ? parts[i] : std::string("*"); };
    std::string rest = parts.size() > 5 ? join({parts.begin() + 5, parts.end()}, ":") : "*";
    return fmt::format("Partition \"{}\" is not valid for resource \"arn:{}:{}:{}:{}:{}\".", parts[1], parts[1],
                       part(2), part(3), part(4), rest);
  }
  if (parts[0] != "arn") return fmt::format("Resource {} must be in ARN format or \"*\".", resource);
  if (parts.size() < 3 || (parts[2] != "*" && parts[2].find_first_of("*?") != std::string::npos)) {
    return "Resource vendor must be fully qualified and cannot contain regexes.";
  }
  const std::string& service = parts[2];
  const std::string region = parts.size() > 3 ? parts[3] : "";
  const std::string id = parts.size() > 5 ? join({parts.begin() + 5, parts.end()}, ":") : "";
  if (service == "iam" && !region.empty() && region != "*") {
    return fmt::format("IAM resource {} cannot contain region information.", resource);
  }
  if (service == "s3" && !region.empty() && region != "*" && !id.starts_with("accesspoint/")) {
    return fmt::format("Resource {} can not contain region information.", resource);
  }
  if (service == "iam" && !id.empty() && id != "*" && !id.starts_with("*") &&
      std::none_of(std::begin(kIamPaths), std::end(kIamPaths), [&](const char* p) { return id.starts_with(p); })) {
    return fmt::format("IAM resource path must either be \"*\" or start with {}.",
                       fmt::join(std::begin(kIamPaths), std::end(kIamPaths), ", "));
  }
  return {};
}

/// Empty if the action is well formed, else AWS's text.
std::string action_fault(const std::string& action) {
  if (action == "*") return {};
  const auto colons = std::count(action.begin(), action.end(), ':');
  if (colons == 0) return "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.";
  if (colons > 1) return "Actions/Condition can contain only one colon.";
  const std::string vendor = action.substr(0, action.find(':'));
  const bool plain = !vendor.empty() && std::all_of(vendor.begin(), vendor.end(),
                                                    [](unsigned char c) { return std::isalnum(c) || c == '-'; });
  return plain ? std::string() : fmt::format("Vendor {} is not valid", vendor);
}

bool is_account_id(std::string_view text) {
  return text.size() == 12 && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// An account id, an IAM or STS ARN without wildcards, or a unique id such as AROA...
bool is_aws_principal(const std::string& name) {
  if (is_account_id(name)) return true;
  if (name.find_first_of("*?") != std::string::npos) return false;
  if (name.starts_with("AIDA") || name.starts_with("AROA")) return true;
  const std::vector<std::string> parts = split(name, ':');
  return parts.size() >= 6 && parts[0] == "arn" && is_partition(parts[1]) && (parts[2] == "iam" || parts[2] == "sts") &&
         parts[3].empty() && is_account_id(parts[4]);
}

std::string principal_fault(const PolicyPrincipal& p) {
  for (const std::string& name : p.aws) {
    if (!is_aws_principal(name)) return fmt::format("Invalid principal in policy: \"AWS\":\"{}\"", name);
  }
  for (const std::string& name : p.service) {
    const bool known = name.ends_with(".amazonaws.com") || name.ends_with(".amazonaws.com.cn");
    if (!known) return fmt::format("Invalid principal in policy: \"SERVICE\":\"{}\"", name);
  }
  return {};
}

std::string trust_fault(const PolicyStatement& s) {
  if (s.has_resource) return "Has prohibited field Resource.";
  if (!s.principal) return "Missing required field Principal";
  for (const std::string& action : s.actions) {
    const std::string a = to_lower(action);
    if (a == "sts:assumerole" || a == "sts:assumerolewithsaml" || a == "sts:assumerolewithwebidentity" ||
        a == "sts:tagsession" || a == "sts:setsourceidentity" || a == "sts:setcontext" || a == "sts:*" || a == "*") {
      continue;
    }
    return "Trust Policy statement actions can only be sts:AssumeRole, sts:AssumeRoleWithSAML,  and "
           "sts:AssumeRoleWithWebIdentity";
  }
  return {};
}

/// What AWS checks after the form, in AWS's order; the first fault is the one it names.
std::string meaning_fault(const PolicyDocument& document, PolicyKind kind) {
  std::set<std::string> sids;
  for (const PolicyStatement& s : document.statements) {
    if (!s.sid.empty() && !sids.insert(s.sid).second) return "Statement IDs (SID) in a single policy must be unique.";
  }
  for (const PolicyStatement& s : document.statements) {
    if (s.actions.empty()) return "Policy statement must contain actions.";
  }
  const bool needs_resource = kind != PolicyKind::trust && kind != PolicyKind::resource;
  for (const PolicyStatement& s : document.statements) {
    if (needs_resource && s.resources.empty()) return "Policy statement must contain resources.";
    for (const std::string& resource : s.resources) {
      if (std::string fault = resource_fault(resource); !fault.empty()) return fault;
    }
  }
  for (const PolicyStatement& s : document.statements) {
    for (const std::string& action : s.actions) {
      if (std::string fault = action_fault(action); !fault.empty()) return fault;
    }
  }
  for (const PolicyStatement& s : document.statements) {
    if (kind == PolicyKind::identity && s.principal) return "Policy document should not specify a principal.";
    if (kind == PolicyKind::trust) {
      if (std::string fault = trust_fault(s); !fault.empty()) return fault;
    }
    if (s.principal) {
      if (std::string fault = principal_fault(*s.principal); !fault.empty()) return fault;
    }
    if ((kind == PolicyKind::bucket || kind == PolicyKind::resource) && !s.principal) {
      return "Missing required field Principal";
    }
  }
  return {};
}

/// U+0009, U+000A, U+000D and U+0020 to U+00FF; in UTF-8 anything beyond begins with a byte above 0xC3.
bool has_only_policy_characters(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c >= 0x20 && c <= 0xC3) || c == 9 || c == 10 || c == 13; });
}

}  // namespace

Result<PolicyDocument> policy_from_json(const Json& json, PolicyKind kind) {
  PolicyDocument document;
  bool legacy = false;
  if (!read_document(json, document, legacy)) return refuse(kSyntax);
  if (document.version != "2012-10-17" && document.version != "2008-10-17") {
    return refuse("Policy document must be version 2012-10-17 or greater.");
  }
  if (legacy) return refuse(kLegacy);
  if (std::string fault = meaning_fault(document, kind); !fault.empty()) return refuse(std::move(fault));
  return document;
}

Result<PolicyDocument> parse_policy(std::string_view text, PolicyKind kind) {
  if (!has_only_policy_characters(text)) return refuse(kSyntax);
  Result<Json> json = Json::parse(text);
  if (!json) return refuse(kind == PolicyKind::trust ? "This policy contains invalid Json" : kSyntax);
  return policy_from_json(*json, kind);
}

std::size_t policy_size(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return c != ' ' && c != '\n' && c != '\t' && c != '\r'; }));
}

}  // namespace drydock::aws
