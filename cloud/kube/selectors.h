// Label and field selectors, as query parameters and as objects.
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace drydock::kube {

class LabelSelector {
 public:
  /// "app=web,tier!=db,env in (a,b),!gone"
  static Result<LabelSelector> parse(std::string_view text);
  /// meta/v1 LabelSelector {matchLabels, matchExpressions}, or a plain map of labels. Null selects nothing.
  static LabelSelector from(const Json& selector);

  bool matches(const Json& labels) const;
  bool empty() const { return terms_.empty() && !nothing_; }
  /// "app=web,tier!=db", as kubectl's SELECTOR column shows it.
  std::string str() const;

 private:
  enum class Op { in, not_in, exists, absent, greater, less };
  struct Term {
    std::string key;
    Op op;
    std::vector<std::string> values;
  };
  static Result<Term> parse_term(std::string_view text);
  static bool holds(const Term& term, const Json& labels);
  std::vector<Term> terms_;
  bool nothing_ = false;
};

class FieldSelector {
 public:
  /// "metadata.name=x,status.phase!=Running"
  static Result<FieldSelector> parse(std::string_view text);
  /// Missing fields are "".
  bool matches(const Json& object) const;
  bool empty() const { return terms_.empty(); }
  /// The value demanded for a field with '='; "" if none is.
  std::string wanted(std::string_view field) const;
  std::vector<std::string> names() const;

 private:
  struct Term {
    std::string field, value;
    bool equal;
  };
  std::vector<Term> terms_;
};

}  // namespace drydock::kube
