// The world while it is read from a template, and the properties of one resource on their way into a noun: what is not
// known is marked on the noun, what is of the wrong type is a fault with its place.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fields.h"
#include "cloud/world/world.h"
#include "readers/cloudformation/evaluate.h"

namespace drydock::readers::cloudformation {

struct Stack {
  const Template& source;
  Evaluator& eval;
  cloud::World& world;
  std::map<std::string, std::vector<cloud::Ref>> made;        // by logical id
  std::map<std::string, std::vector<cloud::PlanPart>> added;  // parts of nouns of other resources

  /// Adds the noun, with its place.
  template <class T>
  void add(std::vector<T>& table, T noun, const std::string& logical_id) {
    stands(cloud::ref_of(noun), logical_id);
    table.push_back(std::move(noun));
  }
  void stands(const cloud::Ref& noun, const std::string& logical_id);
  void part(const std::string& logical_id, const cloud::Ref& noun, std::string field, Json value);
  void unknown(const cloud::Ref& noun, std::string_view field, const std::string& source);
  /// A part of a noun that the template does not make.
  void homeless(const std::string& logical_id, std::string_view property);

  template <class T>
  static T* find(std::vector<T>& table, std::string_view key) {
    for (T& noun : table)
      if (cloud::key_of(noun) == key) return &noun;
    return nullptr;
  }
};

class Props {
 public:
  /// All properties of a resource.
  Props(Stack& stack, std::string logical_id, cloud::Ref noun);

  const std::string& id() const { return id_; }
  bool has(std::string_view name) const { return !value_.at(name).is_null(); }
  /// The value as it is; unknown ones are marked on `field` and left out. An empty field marks nothing.
  Json raw(std::string_view name, std::string_view field) const;
  std::string text(std::string_view name, std::string_view field, std::string_view otherwise = {}) const;
  bool flag(std::string_view name, std::string_view field, bool otherwise) const;
  std::int64_t number(std::string_view name, std::string_view field, std::int64_t otherwise) const;
  std::vector<std::string> texts(std::string_view name, std::string_view field) const;
  /// A policy document as JSON text; empty where there is none.
  std::string document(std::string_view name, std::string_view field) const;
  std::vector<std::pair<std::string, std::string>> tags() const;  // of "Tags", a list or a map
  /// The same properties, for another noun.
  Props about(cloud::Ref noun) const;
  /// A nested map, and a list of them. Unknown ones are marked.
  Props child(std::string_view name) const;
  std::vector<Props> children(std::string_view name, std::string_view field) const;
  const Json& value() const { return value_; }
  Stack& stack() const { return *stack_; }
  const cloud::Ref& noun() const { return noun_; }

 private:
  Props(const Props& parent, const Json& value, Path path);
  const Json* known(std::string_view name, std::string_view field) const;
  void wrong(std::string_view name, const char* what) const;
  Json without_unknowns(const Json& value, const std::string& field) const;

  Stack* stack_;
  std::string id_;
  cloud::Ref noun_;
  Path path_;
  Json value_;
};

aws::Tags tags_of(const Props& props);
/// "BlockDeviceMappings" -> "blockDeviceMappingSet": launch template data in the words of EC2's API.
Json launch_template_data(const Json& properties);

/// The name that is the noun's key: a property, or the logical id that CloudFormation makes a name from.
std::string name_of(Evaluator& eval, const Template& source, const std::string& logical_id);

/// One row per resource type; `stage` orders nouns before what adds to them.
struct Handler {
  const char* type;
  int stage;
  void (*read)(Stack& stack, const std::string& logical_id);
};
std::vector<Handler> network_handlers();
std::vector<Handler> filter_handlers();
std::vector<Handler> compute_handlers();
std::vector<Handler> iam_handlers();
std::vector<Handler> eks_handlers();

}  // namespace drydock::readers::cloudformation
