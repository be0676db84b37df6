// What the types of a schema are called in C++, where they live, and in which order they must be declared.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "sdk/generator/schema.h"

namespace drydock::generator {

class Types {
 public:
  explicit Types(const Package& package);

  std::set<std::string> modules() const { return modules_; }
  std::string module(const std::string& token) const;
  std::string type_name(const std::string& token) const;
  std::string resource_name(const std::string& token) const;
  /// GetX, or LookupX where X is a resource of the same module.
  std::string function_name(const std::string& token) const;

  bool used_as_input(const std::string& token) const { return inputs_.contains(token); }
  bool used_as_output(const std::string& token) const { return outputs_.contains(token); }

  /// The T of Input<T>.
  std::string input(const Type& type, const std::string& from) const;
  /// The type of a field in a struct of inputs: Input<T>, or for an object its own struct, so that its fields can be
  /// written in one pair of braces. Objects that hold themselves stay behind an Input.
  std::string field(const Type& type, const std::string& from) const;
  /// The T of Output<T>, or of a field of an answer. What need not be there is optional; lists and maps are empty
  /// instead.
  std::string output(const Type& type, const std::string& from, bool required) const;

  /// Types of a module, each after those it holds.
  std::vector<const NamedType*> in_order(const std::string& module) const;

  struct Uses {
    std::set<std::string> includes_before, includes_after;
    std::map<std::string, std::set<std::string>> forward;  // namespace -> declarations
  };
  Uses uses(const std::string& module) const;

 private:
  void mark(const Properties& properties, std::set<std::string>& marks);
  void mark(const Type& type, std::set<std::string>& marks);
  void visit(const NamedType& type, const std::string& module, std::set<std::string>& seen,
             std::vector<const NamedType*>& out) const;
  void needs(const Type& type, std::set<const Type*>& out) const;
  std::vector<const Properties*> properties_of(const std::string& module) const;
  bool reaches(const std::string& from, const std::string& to) const;
  bool holds_itself(const std::string& token) const;
  std::string qualified(const Type& type, const std::string& name, const std::string& from) const;
  std::string foreign_name(const Type& type) const;
  bool is_text_enum(const Type& type) const;
  const NamedType* find(const Type& type) const;

  const Package& p_;
  std::set<std::string> modules_, inputs_, outputs_;
  std::map<std::string, std::set<std::string>> edges_;  // module -> modules it names
};

}  // namespace drydock::generator
