#include "cloud/kube/selectors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace drydock::kube {
namespace {

/// Splits at commas outside parentheses.
std::vector<std::string> split_terms(std::string_view text) {
  std::vector<std::string> out;
  int depth = 0;
  std::string term;
  for (char c : text) {
    if (c == '(') depth++;
    if (c == ')') depth--;
    if (c == ',' && depth == 0) {
      out.push_back(std::exchange(term, {}));
    } else {
      term += c;
    }
  }
  out.push_back(term);
  return out;
}

bool has(const std::vector<std::string>& values, const std::string& value) {
  return std::find(values.begin(), values.end(), value) != values.end();
}

bool is_key(std::string_view key) {
  return !key.empty() &&
         key.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./") == key.npos;
}

}  // namespace

Result<LabelSelector::Term> LabelSelector::parse_term(std::string_view raw) {
  std::string text(trim(raw));
  auto error = [&] { return fail(ErrorCode::invalid_input, fmt::format("unable to parse requirement: '{}'", text)); };
  Term term;
  auto paren = text.find('(');
  if (paren != std::string::npos && text.back() == ')') {
    auto words = split(trim(std::string_view(text).substr(0, paren)), ' ');
    if (words.size() < 2 || (words.back() != "in" && words.back() != "notin")) return error();
    term.key = words.front();
    term.op = words.back() == "in" ? Op::in : Op::not_in;
    for (const auto& value : split(std::string_view(text).substr(paren + 1, text.size() - paren - 2), ',')) {
      term.values.emplace_back(trim(value));
    }
  } else if (auto at = text.find("!="); at != std::string::npos) {
    term = {std::string(trim(text.substr(0, at))), Op::not_in, {std::string(trim(text.substr(at + 2)))}};
  } else if (at = text.find('='); at != std::string::npos) {
    auto rest = at + (text.substr(at, 2) == "==" ? 2 : 1);
    term = {std::string(trim(text.substr(0, at))), Op::in, {std::string(trim(text.substr(rest)))}};
  } else if (at = text.find_first_of("<>"); at != std::string::npos) {
    term = {std::string(trim(text.substr(0, at))),
            text[at] == '>' ? Op::greater : Op::less,
            {std::string(trim(text.substr(at + 1)))}};
  } else if (text.starts_with('!')) {
    term = {std::string(trim(text.substr(1))), Op::absent, {}};
  } else {
    term = {text, Op::exists, {}};
  }
  if (!is_key(term.key)) return error();
  return term;
}

Result<LabelSelector> LabelSelector::parse(std::string_view text) {
  LabelSelector out;
  if (trim(text).empty()) return out;
  for (const std::string& part : split_terms(text)) {
    auto term = parse_term(part);
    if (!term) return pass(term);
    out.terms_.push_back(std::move(*term));
  }
  return out;
}

LabelSelector LabelSelector::from(const Json& selector) {
  LabelSelector out;
  out.nothing_ = !selector.is_object();
  bool structured = selector.has("matchLabels") || selector.has("matchExpressions");
  const Json& labels = structured ? selector.at("matchLabels") : selector;
  if (labels.is_object()) {
    for (const auto& [key, value] : labels.as_object()) out.terms_.push_back({key, Op::in, {value.string_or()}});
  }
  const Json& expressions = selector.at("matchExpressions");
  for (std::size_t i = 0; structured && i < expressions.size(); i++) {
    const Json& e = expressions.item(i);
    std::string op = e.at("operator").string_or();
    Term term{e.at("key").string_or(), Op::in, {}};
    if (op == "NotIn") term.op = Op::not_in;
    if (op == "Exists") term.op = Op::exists;
    if (op == "DoesNotExist") term.op = Op::absent;
    for (std::size_t v = 0; v < e.at("values").size(); v++) term.values.push_back(e.at("values").item(v).string_or());
    out.terms_.push_back(std::move(term));
  }
  return out;
}

bool LabelSelector::holds(const Term& term, const Json& labels) {
  const Json* found = labels.find(term.key);
  switch (term.op) {
    case Op::exists:
      return found != nullptr;
    case Op::absent:
      return found == nullptr;
    case Op::in:
      return found != nullptr && has(term.values, found->string_or());
    case Op::not_in:
      return found == nullptr || !has(term.values, found->string_or());
    case Op::greater:
      return found != nullptr && std::atoll(found->string_or().c_str()) > std::atoll(term.values[0].c_str());
    case Op::less:
      return found != nullptr && std::atoll(found->string_or().c_str()) < std::atoll(term.values[0].c_str());
  }
  return false;
}

bool LabelSelector::matches(const Json& labels) const {
  if (nothing_) return false;
  return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) { return holds(term, labels); });
}

std::string LabelSelector::str() const {
  if (nothing_) return "<none>";
  std::vector<std::string> parts;
  for (const Term& term : terms_) {
    bool one = term.values.size() == 1;
    std::string list = "(" + join(term.values, ",") + ")";
    switch (term.op) {
      case Op::exists:
        parts.push_back(term.key);
        break;
      case Op::absent:
        parts.push_back("!" + term.key);
        break;
      case Op::in:
        parts.push_back(one ? term.key + "=" + term.values[0] : term.key + " in " + list);
        break;
      case Op::not_in:
        parts.push_back(one ? term.key + "!=" + term.values[0] : term.key + " notin " + list);
        break;
      case Op::greater:
        parts.push_back(term.key + ">" + term.values[0]);
        break;
      case Op::less:
        parts.push_back(term.key + "<" + term.values[0]);
        break;
    }
  }
  return parts.empty() ? "<none>" : join(parts, ",");
}

Result<FieldSelector> FieldSelector::parse(std::string_view text) {
  FieldSelector out;
  if (trim(text).empty()) return out;
  for (const std::string& part : split(text, ',')) {
    auto at = part.find('=');
    if (at == std::string::npos || at == 0) {
      return fail(ErrorCode::invalid_input, fmt::format("invalid selector: '{}'; can't understand '{}'", text, part));
    }
    bool equal = part[at - 1] != '!';
    auto rest = at + (part.substr(at, 2) == "==" ? 2 : 1);
    out.terms_.push_back({part.substr(0, equal ? at : at - 1), part.substr(rest), equal});
  }
  return out;
}

bool FieldSelector::matches(const Json& object) const {
  return std::all_of(terms_.begin(), terms_.end(), [&](const Term& term) {
    const Json& value = object.path(term.field);
    std::string text = value.is_bool()     ? (value.as_bool() ? "true" : "false")
                       : value.is_number() ? value.dump()
                                           : value.string_or();
    return (text == term.value) == term.equal;
  });
}

std::string FieldSelector::wanted(std::string_view field) const {
  for (const Term& term : terms_) {
    if (term.equal && term.field == field) return term.value;
  }
  return {};
}

std::vector<std::string> FieldSelector::names() const {
  std::vector<std::string> out;
  for (const Term& term : terms_) out.push_back(term.field);
  return out;
}

}  // namespace drydock::kube
