#include "twin/iam/match.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <ctime>
#include <optional>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/cidr.h"

namespace drydock::twin::iam {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

/// The usual two-pointer match: on a mismatch the last run wildcard swallows one character more.
template <class Same>
bool match(std::string_view pattern, std::string_view text, char any_run, char any_one, Same same) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, retry = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == any_run) {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && (pattern[p] == any_one || same(pattern[p], text[t]))) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == any_run) ++p;
  return p == pattern.size();
}
constexpr auto kExact = [](char a, char b) { return a == b; };
constexpr auto kFold = [](char a, char b) { return lower(a) == lower(b); };

}  // namespace

bool NoCase::operator()(std::string_view a, std::string_view b) const {
  return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end(),
                                      [](char x, char y) { return lower(x) < lower(y); });
}

bool glob(std::string_view pattern, std::string_view text) { return match(pattern, text, '*', '?', kExact); }
bool glob_no_case(std::string_view pattern, std::string_view text) { return match(pattern, text, '*', '?', kFold); }
bool matches_expanded(std::string_view expanded, std::string_view text) {
  return match(expanded, text, '\1', '\2', kExact);
}

namespace {

/// The value of what stands between "${" and "}".
std::optional<std::string> variable(std::string_view inner, const Context& context) {
  if (inner == "*" || inner == "?" || inner == "$") return std::string(inner);
  std::optional<std::string> otherwise;
  if (const auto comma = inner.find(','); comma != std::string_view::npos) {
    std::string_view quoted = trim(inner.substr(comma + 1));
    if (quoted.size() >= 2 && quoted.front() == '\'' && quoted.back() == '\'') {
      otherwise = std::string(quoted.substr(1, quoted.size() - 2));
    }
    inner = trim(inner.substr(0, comma));
  }
  const auto found = context.find(inner);
  if (found == context.end() || found->second.size() != 1) return otherwise;
  return found->second.front();
}

}  // namespace

std::optional<std::string> expand(std::string_view pattern, const Context& context, bool variables, bool wild) {
  std::string out;
  out.reserve(pattern.size());
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const auto close = variables && pattern.substr(i).starts_with("${") ? pattern.find('}', i) : std::string_view::npos;
    if (close != std::string_view::npos) {
      std::optional<std::string> value = variable(pattern.substr(i + 2, close - i - 2), context);
      if (!value) return std::nullopt;
      out += *value;
      i = close;
    } else if (wild && pattern[i] == '*') {
      out += '\1';
    } else if (wild && pattern[i] == '?') {
      out += '\2';
    } else {
      out += pattern[i];
    }
  }
  return out;
}

bool arn_like(std::string_view pattern, std::string_view arn) {
  for (int segment = 0; segment < 5; ++segment) {
    const auto p = pattern.find(':'), a = arn.find(':');
    if (p == std::string_view::npos || a == std::string_view::npos) return false;
    if (!match(pattern.substr(0, p), arn.substr(0, a), '\1', '\2', kExact)) return false;
    pattern.remove_prefix(p + 1);
    arn.remove_prefix(a + 1);
  }
  return matches_expanded(pattern, arn);
}

bool matches_action(const aws::PolicyStatement& s, std::string_view action) {
  const bool listed =
      std::any_of(s.actions.begin(), s.actions.end(), [&](const auto& a) { return glob_no_case(a, action); });
  return listed != s.not_action;
}

bool matches_resource(const aws::PolicyStatement& s, const Request& request, bool variables) {
  if (!s.has_resource) return true;  // trust policies and repository policies speak of the thing they are attached to
  auto covers = [&](const std::string& pattern) {
    if (!variables || pattern.find("${") == std::string::npos) return glob(pattern, request.resource);
    const std::optional<std::string> expanded = expand(pattern, request.context, true, true);
    return expanded && matches_expanded(*expanded, request.resource);
  };
  return std::any_of(s.resources.begin(), s.resources.end(), covers) != s.not_resource;
}

namespace {

using aws::ConditionOperator;
using aws::PolicyCondition;
using aws::SetOperator;

std::optional<double> number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

/// Epoch seconds, or ISO 8601: a date, or date and time in UTC or with an offset.
std::optional<double> moment(const std::string& text) {
  if (std::optional<double> epoch = number(text); epoch && text.find('-', 1) == std::string::npos) return epoch;
  std::tm tm{};
  int consumed = 0;
  double seconds = 0;
  if (std::sscanf(text.c_str(), "%4d-%2d-%2d%n", &tm.tm_year, &tm.tm_mon, &tm.tm_mday, &consumed) != 3) {
    return std::nullopt;
  }
  std::string rest = text.substr(static_cast<std::size_t>(consumed));
  if (!rest.empty()) {
    int used = 0;
    if (std::sscanf(rest.c_str(), "T%2d:%2d:%lf%n", &tm.tm_hour, &tm.tm_min, &seconds, &used) != 3) return std::nullopt;
    rest.erase(0, static_cast<std::size_t>(used));
  }
  double offset = 0;
  if (!rest.empty() && rest != "Z") {
    int hours = 0, minutes = 0;
    char sign = 0;
    if (std::sscanf(rest.c_str(), "%c%2d:%2d", &sign, &hours, &minutes) != 3) return std::nullopt;
    offset = (sign == '-' ? -1 : 1) * (hours * 3600.0 + minutes * 60.0);
  }
  tm.tm_year -= 1900;
  tm.tm_mon -= 1;
  return static_cast<double>(timegm(&tm)) + seconds - offset;
}

template <class Read, class Holds>
bool compare(Read read, const std::string& wanted, const std::string& seen, Holds holds) {
  const auto a = read(seen), b = read(wanted);
  return a && b && holds(*a, *b);
}

bool compare_number(ConditionOperator op, const std::string& wanted, const std::string& seen) {
  switch (op) {
    case ConditionOperator::numeric_equals:
      return compare(number, wanted, seen, std::equal_to<>());
    case ConditionOperator::numeric_less_than:
      return compare(number, wanted, seen, std::less<>());
    case ConditionOperator::numeric_less_than_equals:
      return compare(number, wanted, seen, std::less_equal<>());
    case ConditionOperator::numeric_greater_than:
      return compare(number, wanted, seen, std::greater<>());
    case ConditionOperator::numeric_greater_than_equals:
      return compare(number, wanted, seen, std::greater_equal<>());
    case ConditionOperator::date_equals:
      return compare(moment, wanted, seen, std::equal_to<>());
    case ConditionOperator::date_less_than:
      return compare(moment, wanted, seen, std::less<>());
    case ConditionOperator::date_less_than_equals:
      return compare(moment, wanted, seen, std::less_equal<>());
    case ConditionOperator::date_greater_than:
      return compare(moment, wanted, seen, std::greater<>());
    case ConditionOperator::date_greater_than_equals:
      return compare(moment, wanted, seen, std::greater_equal<>());
    default:
      return false;
  }
}

/// A bare address stands for itself alone.
bool in_prefix(const std::string& wanted, const std::string& seen) {
  const auto address = aws::IpAddress::parse(seen);
  if (!address) return false;
  if (const auto prefix = aws::Cidr::parse(wanted)) return prefix->contains(*address);
  return aws::IpAddress::parse(wanted) == address;
}

/// One wanted value against one seen value, before negation.
bool value_matches(const PolicyCondition& c, const std::string& wanted, const std::string& seen, const Context& context,
                   bool variables) {
  const bool like = c.op == ConditionOperator::string_like || c.op == ConditionOperator::arn_like;
  switch (c.op) {
    case ConditionOperator::string_equals:
    case ConditionOperator::string_equals_ignore_case:
    case ConditionOperator::string_like:
    case ConditionOperator::arn_like: {
      const std::optional<std::string> expanded = expand(wanted, context, variables, like);
      if (!expanded) return false;
      if (c.op == ConditionOperator::string_equals) return *expanded == seen;
      if (c.op == ConditionOperator::string_equals_ignore_case) return to_lower(*expanded) == to_lower(seen);
      return c.op == ConditionOperator::string_like ? matches_expanded(*expanded, seen) : arn_like(*expanded, seen);
    }
    case ConditionOperator::boolean:
      return to_lower(wanted) == to_lower(seen);
    case ConditionOperator::binary_equals: {
      const auto a = unbase64(wanted), b = unbase64(seen);
      return a && b && *a == *b;
    }
    case ConditionOperator::ip_address:
      return in_prefix(wanted, seen);
    default:
      return compare_number(c.op, wanted, seen);
  }
}

bool holds(const PolicyCondition& c, const Context& context, bool variables) {
  const auto found = context.find(c.key);
  const bool present = found != context.end() && !found->second.empty();
  if (c.op == ConditionOperator::null) {
    return std::any_of(c.values.begin(), c.values.end(),
                       [&](const std::string& v) { return (to_lower(v) == "true") == !present; });
  }
  // Whether one seen value satisfies the condition: any wanted value may match; a negated operator wants none to.
  auto satisfies = [&](const std::string& seen) {
    const bool any = std::any_of(c.values.begin(), c.values.end(), [&](const std::string& wanted) {
      return value_matches(c, wanted, seen, context, variables);
    });
    return any != c.negated;
  };
  if (c.set == SetOperator::for_all_values) {
    return !present || std::all_of(found->second.begin(), found->second.end(), satisfies);
  }
  if (!present) return c.if_exists || (c.negated && c.set == SetOperator::none);
  if (c.negated && c.set == SetOperator::none) {
    return std::all_of(found->second.begin(), found->second.end(), satisfies);
  }
  return std::any_of(found->second.begin(), found->second.end(), satisfies);
}

}  // namespace

bool matches_conditions(const aws::PolicyStatement& s, const Context& context, bool variables) {
  return std::all_of(s.conditions.begin(), s.conditions.end(),
                     [&](const PolicyCondition& c) { return holds(c, context, variables); });
}

}  // namespace drydock::twin::iam
