#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

// A list of one is written as a text, longer ones are sorted, last first; "&{...}" stands for a policy variable.
Json texts(const Json& list) {
  Json::Array out;
  for (const Json& item : items(list)) out.push_back(replace_all(item.string_or(), "&{", "${"));
  if (out.size() == 1) return out.front();
  std::sort(out.begin(), out.end(), [](const Json& a, const Json& b) { return a.as_string() > b.as_string(); });
  return out;
}

Json principals(const Json& list) {
  Json out = Json::object();
  for (const Json& p : items(list)) {
    const Json who = texts(p.at("identifiers"));
    if (text(p, "type") == "*" && who.string_or() == "*") return "*";
    out[text(p, "type")] = who;
  }
  return out;
}

Json statement(const Json& in) {
  Json out = Json::object({{"Effect", in.at("effect").string_or("Allow")}});
  put(out, "Sid", in.at("sid"));
  const std::pair<const char*, const char*> lists[] = {
      {"actions", "Action"}, {"notActions", "NotAction"}, {"resources", "Resource"}, {"notResources", "NotResource"}};
  for (const auto& [from, to] : lists)
    if (in.at(from).size() > 0) out[to] = texts(in.at(from));
  if (in.at("principals").size() > 0) out["Principal"] = principals(in.at("principals"));
  if (in.at("notPrincipals").size() > 0) out["NotPrincipal"] = principals(in.at("notPrincipals"));
  for (const Json& c : items(in.at("conditions")))
    out["Condition"][text(c, "test")][text(c, "variable")] = texts(c.at("values"));
  return out;
}

// Statements of `more` replace those with the same sid; others are added.
Aws<void> merge(Json::Array& statements, const std::string& document, bool override_same) {
  auto parsed = Json::parse(document);
  if (!parsed) return no(ErrorCode::invalid_input, "a policy document is no JSON: " + parsed.error().message);
  const Json& more = parsed->at("Statement");
  for (const Json& s : more.is_array() ? more.as_array() : Json::Array{more}) {
    const std::string sid = text(s, "Sid");
    auto same = std::find_if(statements.begin(), statements.end(),
                             [&](const Json& o) { return !sid.empty() && text(o, "Sid") == sid; });
    if (same == statements.end()) {
      statements.push_back(s);
    } else if (override_same) {
      *same = s;
    } else {
      return no(ErrorCode::invalid_input, "two source documents have a statement with the sid '" + sid + "'");
    }
  }
  return {};
}

Aws<Json> policy_document(Operation&, const Json& in) {
  Json::Array statements;
  if (!text(in, "sourceJson").empty()) TRY_AWS(merge(statements, text(in, "sourceJson"), false));
  for (const Json& source : items(in.at("sourcePolicyDocuments")))
    TRY_AWS(merge(statements, source.string_or(), false));
  for (const Json& s : items(in.at("statements"))) {
    const Json made = statement(s);
    const std::string sid = text(made, "Sid");
    auto same = std::find_if(statements.begin(), statements.end(),
                             [&](const Json& o) { return !sid.empty() && text(o, "Sid") == sid; });
    if (same == statements.end())
      statements.push_back(made);
    else
      *same = made;
  }
  for (const Json& more : items(in.at("overridePolicyDocuments"))) TRY_AWS(merge(statements, more.string_or(), true));
  if (!text(in, "overrideJson").empty()) TRY_AWS(merge(statements, text(in, "overrideJson"), true));
  Json document = Json::object({{"Version", in.at("version").string_or("2012-10-17")}, {"Statement", statements}});
  put(document, "Id", in.at("policyId"));
  const std::string pretty = document.dump_pretty();
  return Json::object({{"id", hex(sha1(pretty)).substr(0, 10)},
                       {"json", pretty},
                       {"minifiedJson", document.dump()},
                       {"version", document.at("Version")}});
}

Aws<Json> role(Operation& op, const Json& in) {
  std::string id = text(in, "name");
  auto found = find_type("aws:iam/role:Role")->read(op, id, Json::object());
  if (!found) return up(found);
  if (found->is_null()) return no(ErrorCode::not_found, "there is no IAM role '" + id + "'");
  Json out = *found;
  out["id"] = id;
  out["tags"] = out.at("tagsAll");
  for (const char* name : {"tagsAll", "managedPolicyArns", "inlinePolicies"}) out.erase(name);
  return out;
}

}  // namespace

extern const FunctionType kGetPolicyDocument, kGetRole;
const FunctionType kGetPolicyDocument = {"aws:iam/getPolicyDocument:getPolicyDocument", policy_document};
const FunctionType kGetRole = {"aws:iam/getRole:getRole", role};

}  // namespace drydock::aws_provider
