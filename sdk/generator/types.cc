#include "sdk/generator/types.h"

#include <algorithm>

#include "base/text.h"
#include "sdk/generator/names.h"

namespace drydock::generator {

namespace {
using Kind = Type::Kind;
}

Types::Types(const Package& package) : p_(package) {
  modules_.insert("");
  for (const auto& [token, type] : p_.types) modules_.insert(module(token));
  for (const auto& [token, r] : p_.resources) {
    modules_.insert(module(token));
    mark(r.inputs, inputs_);
    mark(r.outputs, outputs_);
  }
  for (const auto& [token, f] : p_.functions) {
    modules_.insert(module(token));
    mark(f.inputs, inputs_);
    mark(f.outputs, outputs_);
    if (f.single) mark(*f.single, outputs_);
  }
  if (p_.provider) {
    mark(p_.provider->inputs, inputs_);
    mark(p_.provider->outputs, outputs_);
  }
  for (const auto& module : modules_) {
    for (const auto* properties : properties_of(module)) {
      for (const auto& property : *properties) {
        std::set<const Type*> named;
        needs(property.type, named);
        for (const auto* type : named)
          if (type->package.empty() && this->module(type->token) != module)
            edges_[module].insert(this->module(type->token));
      }
    }
  }
}

std::string Types::module(const std::string& token) const {
  if (token.starts_with("pulumi:providers:")) return "";
  return module_of(token, p_.module_format);
}

std::string Types::type_name(const std::string& token) const {
  const auto name = class_name(token);
  for (const auto& [other, r] : p_.resources)
    if (module(other) == module(token) && class_name(other) == name) return name + "Data";
  return name;
}

std::string Types::resource_name(const std::string& token) const { return class_name(token); }

std::string Types::function_name(const std::string& token) const {
  const auto name = class_name(token);
  if (!name.starts_with("Get")) return name;
  for (const auto& [other, r] : p_.resources)
    if (module(other) == module(token) && class_name(other) == name.substr(3)) return "Lookup" + name.substr(3);
  return name;
}

const NamedType* Types::find(const Type& type) const {
  if (type.kind != Kind::object || !type.package.empty()) return nullptr;
  auto found = p_.types.find(type.token);
  return found == p_.types.end() ? nullptr : &found->second;
}

bool Types::is_text_enum(const Type& type) const {
  const auto* named = find(type);
  return named && named->is_enum() && !named->number;
}

void Types::mark(const Properties& properties, std::set<std::string>& marks) {
  for (const auto& p : properties) mark(p.type, marks);
}

void Types::mark(const Type& type, std::set<std::string>& marks) {
  for (const auto& inner : type.of) mark(inner, marks);
  if (const auto* named = find(type); named && marks.insert(type.token).second) mark(named->properties, marks);
}

std::string Types::foreign_name(const Type& type) const {
  if (type.token.starts_with("pulumi:providers:")) return namespace_of(type.package, "") + "::Provider";
  return namespace_of(type.package, module_of(type.token, "")) + "::" + class_name(type.token);
}

std::string Types::qualified(const Type& type, const std::string& name, const std::string& from) const {
  const auto other = module(type.token);
  return other == from ? name : namespace_of(p_.name, other) + "::" + name;
}

std::string Types::input(const Type& type, const std::string& from) const {
  switch (type.kind) {
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::number:
      return "double";
    case Kind::text:
      return "std::string";
    case Kind::any:
      return "PropertyValue";
    case Kind::asset:
      return "Asset";
    case Kind::archive:
      return "Archive";
    case Kind::list:
      return "std::vector<" + input(type.of[0], from) + ">";
    case Kind::map:
      return "std::map<std::string, " + input(type.of[0], from) + ">";
    case Kind::resource:
      if (!type.package.empty()) return foreign_name(type);
      return qualified(type, type.token.starts_with("pulumi:") ? "Provider" : resource_name(type.token), from);
    case Kind::object: {
      if (!type.package.empty()) return foreign_name(type) + "Args";
      const auto* named = find(type);
      if (named && named->number) return input(*named->number, from);
      return qualified(type, type_name(type.token) + (named && named->is_enum() ? "" : "Args"), from);
    }
    case Kind::choice:
      break;
  }
  std::vector<std::string> names;
  for (const auto& one : type.of) {
    auto name = is_text_enum(one) ? "std::string" : input(one, from);  // text takes enums too
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
  }
  if (std::find(names.begin(), names.end(), "PropertyValue") != names.end()) return "PropertyValue";
  return names.size() == 1 ? names[0] : "std::variant<" + join(names, ", ") + ">";
}

bool Types::holds_itself(const std::string& token) const {
  std::set<std::string> seen;
  std::vector<std::string> left{token};
  while (!left.empty()) {
    const auto one = left.back();
    left.pop_back();
    auto found = p_.types.find(one);
    if (found == p_.types.end()) continue;
    for (const auto& p : found->second.properties) {
      if (p.type.kind != Kind::object || !p.type.package.empty()) continue;
      if (p.type.token == token) return true;
      if (seen.insert(p.type.token).second) left.push_back(p.type.token);
    }
  }
  return false;
}

std::string Types::field(const Type& type, const std::string& from) const {
  const auto* named = find(type);
  const bool foreign = type.kind == Kind::object && !type.package.empty();  // its header is included before
  const bool by_value = foreign || (named && !named->is_enum() && !holds_itself(type.token) &&
                                    (module(type.token) == from || !reaches(module(type.token), from)));
  const auto name = input(type, from);
  return by_value ? name : "Input<" + name + ">";
}

std::string Types::output(const Type& type, const std::string& from, bool required) const {
  auto whole = [&]() -> std::string {
    switch (type.kind) {
      case Kind::boolean:
      case Kind::integer:
      case Kind::number:
      case Kind::text:
      case Kind::any:
        return input(type, from);
      case Kind::asset:
      case Kind::archive:
        return "PropertyValue";
      case Kind::list:
        return "std::vector<" + output(type.of[0], from, true) + ">";
      case Kind::map:
        return "std::map<std::string, " + output(type.of[0], from, true) + ">";
      case Kind::resource:
        return input(type, from);
      case Kind::object: {
        if (!type.package.empty()) return foreign_name(type);
        const auto* named = find(type);
        if (named && named->number) return input(*named->number, from);
        return qualified(type, type_name(type.token), from);
      }
      case Kind::choice:
        break;
    }
    for (const auto& one : type.of)
      if (one.kind != Kind::text && !is_text_enum(one)) return "PropertyValue";
    return "std::string";
  }();
  const bool empty_means_missing = type.kind == Kind::list || type.kind == Kind::map || whole == "PropertyValue";
  return required || empty_means_missing ? whole : "std::optional<" + whole + ">";
}

void Types::visit(const NamedType& type, const std::string& module, std::set<std::string>& seen,
                  std::vector<const NamedType*>& out) const {
  if (!seen.insert(type.token).second) return;
  for (const auto& p : type.properties) {
    std::set<const Type*> named;
    needs(p.type, named);
    for (const auto* inner : named)
      if (const auto* held = find(*inner); held && this->module(held->token) == module) visit(*held, module, seen, out);
  }
  out.push_back(&type);
}

std::vector<const NamedType*> Types::in_order(const std::string& module) const {
  std::set<std::string> seen;
  std::vector<const NamedType*> out;
  for (const auto& [token, type] : p_.types)
    if (this->module(token) == module) visit(type, module, seen, out);
  return out;
}

void Types::needs(const Type& type, std::set<const Type*>& out) const {
  for (const auto& inner : type.of) needs(inner, out);
  if (type.kind == Kind::object || type.kind == Kind::resource) out.insert(&type);
}

std::vector<const Properties*> Types::properties_of(const std::string& module) const {
  std::vector<const Properties*> out;
  for (const auto& [token, type] : p_.types)
    if (this->module(token) == module) out.push_back(&type.properties);
  for (const auto& [token, r] : p_.resources)
    if (this->module(token) == module) out.insert(out.end(), {&r.inputs, &r.outputs});
  for (const auto& [token, f] : p_.functions)
    if (this->module(token) == module) out.insert(out.end(), {&f.inputs, &f.outputs});
  if (module.empty() && p_.provider) out.insert(out.end(), {&p_.provider->inputs, &p_.provider->outputs});
  return out;
}

bool Types::reaches(const std::string& from, const std::string& to) const {
  std::set<std::string> seen;
  std::vector<std::string> left{from};
  while (!left.empty()) {
    auto module = left.back();
    left.pop_back();
    if (module == to) return true;
    if (!seen.insert(module).second) continue;
    if (auto found = edges_.find(module); found != edges_.end())
      left.insert(left.end(), found->second.begin(), found->second.end());
  }
  return false;
}

Types::Uses Types::uses(const std::string& module) const {
  Uses uses;
  // Resources may name each other in any order.
  for (const auto& [token, r] : p_.resources)
    if (this->module(token) == module)
      uses.forward[namespace_of(p_.name, module)].insert("class " + resource_name(token) + ";");
  if (module.empty() && p_.provider) uses.forward[namespace_of(p_.name, module)].insert("class Provider;");
  for (const auto* properties : properties_of(module)) {
    for (const auto& property : *properties) {
      std::set<const Type*> named;
      needs(property.type, named);
      for (const auto* type : named) {
        if (!type->package.empty()) {
          const auto other = type->token.starts_with("pulumi:") ? "" : module_of(type->token, "");
          uses.includes_before.insert(header_of(type->package, other));
          continue;
        }
        const auto other = this->module(type->token);
        if (other == module) continue;
        if (!reaches(other, module)) {
          uses.includes_before.insert(header_of(p_.name, other));
          continue;
        }
        // Two modules that name each other: declared first, defined at the end of the header.
        uses.includes_after.insert(header_of(p_.name, other));
        auto& names = uses.forward[namespace_of(p_.name, other)];
        const auto* held = find(*type);
        if (held && held->number) continue;
        if (type->kind == Kind::resource) {
          names.insert("class " + resource_name(type->token) + ";");
        } else if (held && held->is_enum()) {
          names.insert("enum class " + type_name(type->token) + ";");
        } else {
          names.insert("struct " + type_name(type->token) + ";");
          names.insert("struct " + type_name(type->token) + "Args;");
        }
      }
    }
  }
  return uses;
}

}  // namespace drydock::generator
