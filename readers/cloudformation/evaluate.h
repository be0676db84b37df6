// Intrinsic functions: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html
//
// What a function gives that nobody knows before the stack exists is a value of its own kind, and what is made of it is
// unknown, too. References to resources give what nouns are called in the world.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "readers/cloudformation/template.h"

namespace drydock::readers::cloudformation {

/// Stands for a value nobody knows; `source` is what it depends on.
Json unknown_value(std::string source);
/// Null if the value is known. Looks at the value itself, not inside.
const std::string* unknown_source(const Json& value);

class Evaluator {
 public:
  /// Both must outlive it.
  Evaluator(const Template& source, const Input& input, std::string account, std::string region);

  /// The value of an expression; what AWS::NoValue stands for is left out of maps and lists.
  Json value(const Json& expression, const Path& path);
  /// Whether the resource is made at all. nullopt: nobody knows; `source` says on what it depends.
  std::optional<bool> is_made(const std::string& logical_id, std::string& source);
  /// The property of a resource, evaluated.
  Json property(const std::string& logical_id, std::string_view name);

  /// What Ref gives for a resource: the key of its noun, where there is one.
  Json reference(const std::string& logical_id);
  std::string arn(std::string_view service, std::string_view region, std::string_view account,
                  std::string_view resource) const;
  const std::string& account() const { return account_; }
  const std::string& region() const { return region_; }
  const std::string& partition() const { return partition_; }

  /// Logical ids that `expression` refers to.
  std::set<std::string> references(const Json& expression) const;
  /// The first thing that is wrong with the template, with its place; empty: nothing.
  const std::string& fault() const { return fault_; }
  void wrong(const Path& path, const std::string& what);

 private:
  Json call(std::string_view function, const Json& argument, const Path& path);
  Json ref(const Json& argument, const Path& path);
  Json get_att(const Json& argument, const Path& path);
  Json attribute(const std::string& logical_id, std::string_view name, const Path& path);
  Json cluster_attribute(const std::string& logical_id, std::string_view name);
  Json sub(const Json& argument, const Path& path);
  Json join(const Json& argument, const Path& path);
  Json split(const Json& argument, const Path& path);
  Json select(const Json& argument, const Path& path);
  Json find_in_map(const Json& argument, const Path& path);
  Json cidr(const Json& argument, const Path& path);
  Json zones(const Json& argument, const Path& path);
  Json base64(const Json& argument, const Path& path);
  Json choose(const Json& argument, const Path& path);
  Json parameter(const std::string& name, const Path& path);
  std::optional<Json> pseudo(std::string_view name) const;
  Json named(const std::string& text, const Path& path);  // ${name} of Fn::Sub

  std::optional<bool> condition(const std::string& name, const Path& path, std::string& source);
  std::optional<bool> test(const Json& expression, const Path& path, std::string& source);
  bool enter(const std::string& what, const Path& path);

  const Template& source_;
  const Input& input_;
  std::string account_, region_, partition_ = "aws", suffix_ = "amazonaws.com";
  std::set<std::string> entered_;  // conditions and names that are being evaluated
  std::string fault_;
  int depth_ = 0;
};

}  // namespace drydock::readers::cloudformation
