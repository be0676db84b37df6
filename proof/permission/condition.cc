#include "proof/permission/condition.h"

#include <algorithm>
#include <charconv>
#include <ctime>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/cidr.h"

namespace drydock::proof {
namespace {

using Op = aws::ConditionOperator;
using Set = aws::SetOperator;

std::optional<double> number_of(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// ISO 8601 in UTC, or seconds since 1970.
std::optional<double> time_of(const std::string& text) {
  if (auto seconds = number_of(text)) return seconds;
  std::tm parts{};
  for (const char* format : {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d"}) {
    parts = {};
    if (strptime(text.c_str(), format, &parts)) return static_cast<double>(timegm(&parts));
  }
  return std::nullopt;
}

bool ip_inside(const std::string& value, const std::string& range) {
  const auto address = aws::IpAddress::parse(value.substr(0, value.find('/')));
  const auto cidr = aws::Cidr::parse(range.find('/') != range.npos   ? range
                                     : range.find(':') != range.npos ? range + "/128"
                                                                     : range + "/32");
  return address && cidr && cidr->contains(*address);
}

std::vector<std::string> arn_segments(std::string_view text) {
  std::vector<std::string> parts;
  for (int i = 0; i < 5; ++i) {
    const auto colon = text.find(':');
    if (colon == text.npos) break;
    parts.emplace_back(text.substr(0, colon));
    text.remove_prefix(colon + 1);
  }
  parts.emplace_back(text);
  return parts;
}

// Segment by segment: a '*' does not reach over a colon, except in the last one.
bool arn_like(const Pattern& pattern, const std::string& value) {
  const std::vector<std::string> segments = arn_segments(value);
  std::vector<Pattern> parts(1);
  for (const Symbol& s : pattern) {
    const bool colon = s.kind == Symbol::Kind::literal && s.c == ':';
    if (colon && parts.size() < 6) {
      parts.emplace_back();
    } else {
      parts.back().push_back(s);
    }
  }
  if (parts.size() != segments.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (!matches(parts[i], segments[i])) return false;
  return true;
}

template <class Compare>
bool compare(const std::optional<double>& a, const std::optional<double>& b, Compare f) {
  return a && b && f(*a, *b);
}

std::string text_of(const Pattern& literal) {
  std::string out;
  for (const Symbol& s : literal) out += s.kind == Symbol::Kind::literal ? s.c : '*';
  return out;
}

// One value of the request against one of the policy, by the positive operator.
bool equal_by(Op op, const std::string& value, const Pattern& wanted, const std::string& plain) {
  switch (op) {
    case Op::string_equals:
      return matches(wanted, value);  // `wanted` has no wildcards here
    case Op::string_equals_ignore_case:
      return to_lower(value) == to_lower(text_of(wanted));
    case Op::string_like:
      return matches(wanted, value);
    case Op::arn_like:
      return arn_like(wanted, value);
    case Op::numeric_equals:
      return compare(number_of(value), number_of(plain), std::equal_to<>());
    case Op::numeric_less_than:
      return compare(number_of(value), number_of(plain), std::less<>());
    case Op::numeric_less_than_equals:
      return compare(number_of(value), number_of(plain), std::less_equal<>());
    case Op::numeric_greater_than:
      return compare(number_of(value), number_of(plain), std::greater<>());
    case Op::numeric_greater_than_equals:
      return compare(number_of(value), number_of(plain), std::greater_equal<>());
    case Op::date_equals:
      return compare(time_of(value), time_of(plain), std::equal_to<>());
    case Op::date_less_than:
      return compare(time_of(value), time_of(plain), std::less<>());
    case Op::date_less_than_equals:
      return compare(time_of(value), time_of(plain), std::less_equal<>());
    case Op::date_greater_than:
      return compare(time_of(value), time_of(plain), std::greater<>());
    case Op::date_greater_than_equals:
      return compare(time_of(value), time_of(plain), std::greater_equal<>());
    case Op::boolean:
      return to_lower(value) == to_lower(plain);
    case Op::binary_equals:
      return unbase64(value) && unbase64(value) == unbase64(plain);
    case Op::ip_address:
      return ip_inside(value, plain);
    case Op::null:
      return false;
  }
  return false;
}

bool has_wildcards(Op op) { return op == Op::string_like || op == Op::arn_like; }
bool takes_variables(Op op) {
  return op == Op::string_equals || op == Op::string_equals_ignore_case || op == Op::string_like || op == Op::arn_like;
}

// Does the value of the request equal one of the policy's?
Tri equals_one(const CompiledPolicy::Key& key, const Keys& keys, const std::string& value,
               std::set<std::string>& unknown) {
  const aws::PolicyCondition& c = key.condition;
  Tri found = Tri::no;
  for (std::size_t i = 0; i < c.values.size(); ++i) {
    const std::string& plain = c.values[i];
    if (key.patterns[i]) {
      if (equal_by(c.op, value, *key.patterns[i], plain)) return Tri::yes;
      continue;
    }
    bool depends = false;
    const std::optional<Pattern> wanted = expand(plain, keys, has_wildcards(c.op), depends, unknown);
    if (!wanted) continue;
    if (depends) {
      if (matches(*wanted, value)) found = either(found, Tri::maybe);
    } else if (equal_by(c.op, value, *wanted, plain)) {
      return Tri::yes;
    }
  }
  return found;
}

Tri with_sign(const aws::PolicyCondition& c, Tri positive) { return c.negated ? opposite(positive) : positive; }

Tri null_holds(const aws::PolicyCondition& c, const KeyValue* value) {
  // A key that is present without a value counts as absent.
  const bool absent = !value || (!value->unknown && value->values.empty());
  for (const std::string& wanted : c.values)
    if ((to_lower(wanted) == "true") == absent) return Tri::yes;
  return Tri::no;
}

Tri set_holds(const CompiledPolicy::Key& key, const Keys& keys, const KeyValue& value, std::set<std::string>& unknown) {
  const aws::PolicyCondition& c = key.condition;
  Tri all = Tri::yes, any = Tri::no;
  for (const std::string& item : value.values) {
    const Tri one = with_sign(c, equals_one(key, keys, item, unknown));
    all = both(all, one);
    any = either(any, one);
  }
  return c.set == Set::for_all_values ? all : any;
}

}  // namespace

CompiledPolicy::Key compiled(const aws::PolicyCondition& condition, bool has_variables) {
  CompiledPolicy::Key key{condition, to_lower(condition.key), {}};
  for (const std::string& value : condition.values) {
    const bool variable = has_variables && takes_variables(condition.op) && value.find("${") != value.npos;
    auto& pattern = key.patterns.emplace_back();
    if (!variable) pattern = has_wildcards(condition.op) ? wildcard_pattern(value) : literal_pattern(value);
  }
  return key;
}

std::optional<Pattern> expand(std::string_view text, const Keys& keys, bool wildcards, bool& depends,
                              std::set<std::string>& unknown) {
  Pattern out;
  const auto add = [&](const Pattern& more) { out.insert(out.end(), more.begin(), more.end()); };
  while (!text.empty()) {
    const auto open = text.find("${"), close = open == text.npos ? text.npos : text.find('}', open);
    const std::string_view before = text.substr(0, close == text.npos ? text.npos : open);
    add(wildcards ? wildcard_pattern(before) : literal_pattern(before));
    if (close == text.npos) break;
    std::string_view name = trim(text.substr(open + 2, close - open - 2));
    text.remove_prefix(close + 1);
    if (name == "*" || name == "?" || name == "$") {
      add(literal_pattern(name));
      continue;
    }
    std::optional<std::string_view> fallback;
    if (const auto comma = name.find(','); comma != name.npos) {
      fallback = trim(name.substr(comma + 1));
      if (fallback->size() >= 2 && fallback->front() == '\'') fallback = fallback->substr(1, fallback->size() - 2);
      name = trim(name.substr(0, comma));
    }
    const std::string key = to_lower(name);
    const KeyValue* value = keys.find(key);
    if (value && value->unknown) {
      unknown.insert(key);
      depends = true;
      out.push_back({Symbol::Kind::any_run, 0});
    } else if (value && value->values.size() == 1) {
      add(literal_pattern(value->values.front()));
    } else if (!value && fallback) {
      add(literal_pattern(*fallback));
    } else {
      return std::nullopt;
    }
  }
  return out;
}

Tri holds(const CompiledPolicy::Key& key, const Keys& keys, std::set<std::string>& unknown) {
  const aws::PolicyCondition& c = key.condition;
  const KeyValue* value = keys.find(key.lower_key);
  if (c.op == Op::null) return null_holds(c, value);
  if (value && value->unknown) {
    unknown.insert(key.lower_key);
    return Tri::maybe;
  }
  const bool empty = !value || value->values.empty();
  if (c.set == Set::for_all_values && empty) return Tri::yes;
  if (empty) {
    if (c.if_exists) return Tri::yes;
    if (c.set == Set::for_any_value) return Tri::no;
    return tri(c.negated);
  }
  if (c.set != Set::none) return set_holds(key, keys, *value, unknown);
  // Without a set operator the key has one value; several are taken as "any of them".
  Tri positive = Tri::no;
  for (const std::string& item : value->values) positive = either(positive, equals_one(key, keys, item, unknown));
  return with_sign(c, positive);
}

}  // namespace drydock::proof
