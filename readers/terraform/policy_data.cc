// data aws_iam_policy_document that terraform reads only during apply: the document as the provider would write it, as
// long as what it refers to can be told.
// https://registry.terraform.io/providers/hashicorp/aws/latest/docs/data-sources/iam_policy_document
#include "readers/terraform/context.h"

namespace drydock::readers::terraform {
namespace {

Json list_or_text(const std::vector<std::string>& values) {
  if (values.size() == 1) return values[0];
  return Json::Array(values.begin(), values.end());
}

class Renderer {
 public:
  explicit Renderer(Context& context) : context_(context) {}
  bool known = true;

  Json document(const Resource& data) {
    const Block block = block_of(data);
    for (const char* attribute :
         {"source_policy_documents", "override_policy_documents", "source_json", "override_json"})
      if (block.at(attribute).size() > 0 || block.is_unknown(attribute)) known = false;
    Json out = Json::object({{"Version", block.at("version").string_or("2012-10-17")}});
    if (block.has("policy_id")) out["Id"] = block.at("policy_id");
    out["Statement"] = Json::Array{};
    for (const Block& statement : block.blocks("statement")) out["Statement"].push_back(render(statement));
    if (block.unknown->at("statement").is_bool() && block.unknown->at("statement").as_bool()) known = false;
    return out;
  }

 private:
  Json render(const Block& s) {
    Json out = Json::object({{"Effect", s.at("effect").string_or("Allow")}});
    if (s.is_unknown("effect")) known = false;
    if (s.has("sid") && !s.at("sid").string_or().empty()) out["Sid"] = s.at("sid");
    put(out, "Action", s, "actions");
    put(out, "NotAction", s, "not_actions");
    put(out, "Resource", s, "resources");
    put(out, "NotResource", s, "not_resources");
    principals(out, "Principal", s, "principals");
    principals(out, "NotPrincipal", s, "not_principals");
    for (const Block& c : s.blocks("condition")) {
      const std::vector<std::string> values = texts(c, "values");
      if (c.is_unknown("test") || c.is_unknown("variable")) known = false;
      out["Condition"][c.at("test").string_or()][c.at("variable").string_or()] = list_or_text(values);
    }
    return out;
  }

  void put(Json& out, const char* name, const Block& s, const char* attribute) {
    const std::vector<std::string> values = texts(s, attribute);
    if (!values.empty()) out[name] = list_or_text(values);
  }

  void principals(Json& out, const char* name, const Block& s, const char* attribute) {
    for (const Block& p : s.blocks(attribute)) {
      const std::string type = p.at("type").string_or();
      const std::vector<std::string> who = texts(p, "identifiers");
      if (p.is_unknown("type")) known = false;
      if (type == "*") {
        out[name] = "*";
      } else {
        out[name][type] = list_or_text(who);
      }
    }
  }

  // Known texts, and ARNs of what the rest refers to.
  std::vector<std::string> texts(const Block& block, const char* attribute) {
    if (!block.is_unknown(attribute)) return context_.texts(block, attribute, {});
    for (const Kind kind : {Kind::role_arn, Kind::oidc_arn, Kind::kms_key}) {
      const std::vector<std::string> found = context_.ids_if_exact(block, attribute, kind);
      if (!found.empty()) return found;
    }
    known = false;
    return {};
  }

  Context& context_;
};

}  // namespace

std::string Context::policy(const Block& block, std::string_view name, const Mark& mark) {
  const Json& value = block.at(name);
  if (value.is_string()) return value.as_string();
  if (!block.is_unknown(name)) return {};
  if (const Resource* data = data_behind(block, name, "aws_iam_policy_document")) {
    Renderer renderer(*this);
    const Json document = renderer.document(*data);
    if (renderer.known) return document.dump();
  }
  if (!is_null_after_all(block, name)) note_unknown(mark, block, name);
  return {};
}

}  // namespace drydock::readers::terraform
