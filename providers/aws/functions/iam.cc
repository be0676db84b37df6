// aws:iam/getPolicyDocument:getPolicyDocument (local) and aws:iam/getRole:getRole.
#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "providers/aws/functions/common.h"
#include "providers/aws/resources/iam.h"

namespace drydock::aws_provider {
namespace {

// AWS's policy variables are written &{...} in programs, so that they do not look like the program's own.
std::string variables(const std::string& words) { return replace_all(words, "&{", "${"); }

// One element stands for itself; longer lists are sorted, the last first.
Json settled(const Json& list) {
  Json::Array out;
  for (const Json& item : items(list)) out.push_back(variables(item.string_or()));
  if (out.size() == 1) return out.front();
  std::sort(out.begin(), out.end(), [](const Json& a, const Json& b) { return a.as_string() > b.as_string(); });
  return out;
}

Json principals(const Json& list) {
  Json::Object out;
  for (const Json& one : items(list)) {
    const std::string type = text(one, "type");
    if (type == "*" && one.at("identifiers").size() == 1 && one.at("identifiers").item(0).string_or() == "*")
      return "*";
    Json::Array all;
    if (auto known = out.find(type); known != out.end())
      all = known->second.is_array() ? known->second.as_array() : Json::Array{known->second};
    for (const Json& id : items(one.at("identifiers"))) all.push_back(id);
    out.insert_or_assign(type, settled(Json(all)));
  }
  return out;
}

Json conditions(const Json& list) {
  Json out = Json::object();
  for (const Json& one : items(list)) {
    Json values = Json::array();
    for (const Json& value : items(one.at("values"))) values.push_back(variables(value.string_or()));
    if (values.size() == 1) values = Json(values.item(0));
    out[text(one, "test")][variables(text(one, "variable"))] = std::move(values);
  }
  return out;
}

Json statement(const Json& in) {
  Json out = Json::object({{"Effect", text(in, "effect").empty() ? "Allow" : text(in, "effect")}});
  put(out, "Sid", in.at("sid"));
  struct List {
    const char *ours, *theirs;
  };
  for (const List& list : {List{"actions", "Action"},
                           {"notActions", "NotAction"},
                           {"resources", "Resource"},
                           {"notResources", "NotResource"}})
    if (in.at(list.ours).size() > 0) out[list.theirs] = settled(in.at(list.ours));
  if (in.at("principals").size() > 0) out["Principal"] = principals(in.at("principals"));
  if (in.at("notPrincipals").size() > 0) out["NotPrincipal"] = principals(in.at("notPrincipals"));
  if (in.at("conditions").size() > 0) out["Condition"] = conditions(in.at("conditions"));
  return out;
}

// Statements of `more` come after the others. One that has the name of another replaces it, or is an error.
Aws<void> merge(Json::Array& into, const Json& more, bool replace) {
  const Json::Array list = more.is_object() ? Json::Array{more} : items(more);
  for (const Json& one : list) {
    const std::string sid = text(one, "Sid");
    auto same =
        std::find_if(into.begin(), into.end(), [&](const Json& s) { return !sid.empty() && text(s, "Sid") == sid; });
    if (same == into.end())
      into.push_back(one);
    else if (replace)
      *same = one;
    else
      return no(ErrorCode::invalid_input, "two source documents have a statement with the sid '" + sid + "'");
  }
  return {};
}

Aws<void> merge_documents(Json::Array& into, const Json& list, const std::string& single, bool replace) {
  Json::Array all = items(list);
  if (!single.empty()) all.push_back(single);
  for (const Json& one : all) {
    if (one.string_or().empty()) continue;
    auto document = Json::parse(one.string_or());
    if (!document)
      return no(ErrorCode::invalid_input, "a source document is not valid JSON: " + document.error().message);
    TRY_AWS(merge(into, document->at("Statement"), replace));
  }
  return {};
}

// Members in the order people expect: AWS's own.
std::string ordered(const Json& document, int indent) {
  static constexpr std::string_view kOrder[] = {"Version", "Id", "Statement"};
  std::string out = "{", gap = indent ? "\n" + std::string(static_cast<std::size_t>(indent), ' ') : "";
  bool first = true;
  for (std::string_view name : kOrder) {
    const Json* member = document.find(name);
    if (!member) continue;
    std::string value = indent ? member->dump_pretty(indent) : member->dump();
    if (indent) value = replace_all(value, "\n", gap);
    out += std::string(first ? "" : ",") + gap + json_quote(name) + (indent ? ": " : ":") + value;
    first = false;
  }
  return out + (indent ? "\n}" : "}");
}

Aws<Json> get_policy_document(Operation&, const Json& in) {
  Json::Array statements;
  TRY_AWS(merge_documents(statements, in.at("sourcePolicyDocuments"), text(in, "sourceJson"), false));
  Json own = Json::array();
  for (const Json& one : items(in.at("statements"))) own.push_back(statement(one));
  TRY_AWS(merge(statements, own, true));
  TRY_AWS(merge_documents(statements, in.at("overridePolicyDocuments"), text(in, "overrideJson"), true));
  Json document = Json::object({{"Version", text(in, "version").empty() ? "2012-10-17" : text(in, "version")}});
  put(document, "Id", in.at("policyId"));
  if (!statements.empty()) document["Statement"] = std::move(statements);
  const std::string json = ordered(document, 2);
  return Json::object(
      {{"id", hex(sha256(json)).substr(0, 10)}, {"json", json}, {"minifiedJson", ordered(document, 0)}});
}

Aws<Json> get_role(Operation& op, const Json& in) {
  auto reply = op.iam("GetRole", Json::object({{"RoleName", text(in, "name")}}));
  if (!reply) return reply;
  const Json& role = reply->at("Role");
  return Json::object({{"id", text(role, "RoleName")},
                       {"name", text(role, "RoleName")},
                       {"arn", text(role, "Arn")},
                       {"path", text(role, "Path")},
                       {"uniqueId", text(role, "RoleId")},
                       {"description", text(role, "Description")},
                       {"createDate", text(role, "CreateDate")},
                       {"maxSessionDuration", number(role.at("MaxSessionDuration"))},
                       {"permissionsBoundary", role.path("PermissionsBoundary.PermissionsBoundaryArn").string_or()},
                       {"assumeRolePolicy", decoded_document(role.at("AssumeRolePolicyDocument"))},
                       {"tags", tag_map(role.at("Tags"))}});
}

}  // namespace

const std::vector<FunctionType>& iam_functions() {
  static const std::vector<FunctionType> all = {{"aws:iam/getPolicyDocument:getPolicyDocument", get_policy_document},
                                                {"aws:iam/getRole:getRole", get_role}};
  return all;
}

}  // namespace drydock::aws_provider
