#include "cloud/kube/schema.h"

#include <fmt/format.h>

#include <cstdlib>

#include "base/text.h"

namespace drydock::kube {

extern const char* const kSchemaTables[];

namespace {

const std::map<std::string, Scalar, std::less<>> kScalars = {
    {"string", Scalar::string},
    {"int32", Scalar::int32},
    {"int64", Scalar::int64},
    {"bool", Scalar::boolean},
    {"double", Scalar::real},
    {"bytes", Scalar::bytes},
    {"time", Scalar::time},
    {"micro-time", Scalar::micro_time},
    {"duration", Scalar::duration},
    {"quantity", Scalar::quantity},
    {"int-or-string", Scalar::int_or_string},
    {"any", Scalar::any},
    {"fields", Scalar::fields},
};

using Types = std::map<std::string, Type, std::less<>>;

void read_word(Field& field, const std::string& word) {
  if (word == "required") field.required = true;
  if (word == "pointer") field.pointer = true;
  if (word == "merge" || word.starts_with("merge=")) field.merge = true;
  if (word.starts_with("merge=")) field.merge_key = word.substr(6);
  if (word == "retain") field.retain = true;
  if (word == "set") field.set = true;
  if (word == "atomic") field.atomic = true;
  if (word.starts_with("keys=")) field.keys = split(word.substr(5), ',');
}

Field read_field(const std::vector<std::string>& words, Types& types) {
  Field field;
  field.name = words[0];
  field.inlined = field.name == "*";
  std::string type = words[1];
  if (type.front() == '[') field.shape = Shape::list;
  if (type.front() == '{') field.shape = Shape::map;
  if (field.shape != Shape::one) type = type.substr(1, type.size() - 2);
  field.number = std::atoi(words[2].c_str());
  auto scalar = kScalars.find(type);
  if (scalar != kScalars.end()) {
    field.scalar = scalar->second;
  } else {
    field.type = &types[type];
  }
  for (std::size_t i = 3; i < words.size(); i++) read_word(field, words[i]);
  return field;
}

void expand(const Type& type, std::vector<Field>& out) {
  for (const Field& field : type.wire) {
    if (field.inlined) {
      expand(*field.type, out);
    } else {
      out.push_back(field);
    }
  }
}

Types read_tables() {
  Types types;
  for (const char* const* table = kSchemaTables; *table != nullptr; table++) {
    Type* type = nullptr;
    for (const std::string& line : split(*table, '\n')) {
      if (line.empty() || line[0] == '#') continue;
      auto words = split(line, ' ');
      if (words[0] == "type" && words.size() == 2) {
        type = &types[words[1]];
      } else if (type != nullptr && words.size() >= 3) {
        type->wire.push_back(read_field(words, types));
      }
    }
  }
  for (auto& [name, type] : types) {
    type.name = name;
    expand(type, type.fields);
  }
  return types;
}

/// v1.PodSpec, int32
std::string go_name(const Field& field) {
  if (field.type != nullptr) return field.type->name.substr(field.type->name.find('/') + 1);
  switch (field.scalar) {
    case Scalar::int32:
      return "int32";
    case Scalar::int64:
      return "int64";
    case Scalar::boolean:
      return "bool";
    case Scalar::real:
      return "float64";
    default:
      return "string";
  }
}

const char* json_type(const Json& value) {
  if (value.is_string()) return "string";
  if (value.is_bool()) return "bool";
  if (value.is_number()) return "number";
  if (value.is_array()) return "array";
  return "object";
}

bool fits(const Json& value, const Field& field) {
  switch (field.scalar) {
    case Scalar::string:
    case Scalar::bytes:
    case Scalar::time:
    case Scalar::micro_time:
    case Scalar::duration:
      return value.is_string();
    case Scalar::int32:
    case Scalar::int64:
      return value.is_int();
    case Scalar::boolean:
      return value.is_bool();
    case Scalar::real:
      return value.is_number();
    case Scalar::quantity:
    case Scalar::int_or_string:
      return value.is_string() || value.is_number();
    case Scalar::any:
    case Scalar::fields:
      return true;
    case Scalar::none:
      return value.is_object() || (value.is_array() && field.type->name.ends_with("ExtraValue"));
  }
  return true;
}

/// Walks a document beside its type.
struct Checker {
  Mismatch& out;

  void wrong(const Json& value, const Type& owner, const std::string& path, const std::string& go) {
    if (!out.wrong_type.empty()) return;
    std::string number =
        value.is_number() ? "number" + (value.is_int() ? std::string() : " " + value.dump()) : json_type(value);
    out.wrong_type = fmt::format("json: cannot unmarshal {} into Go struct field {}.{} of type {}", number,
                                 owner.short_name(), path, go);
  }

  void one(const Json& value, const Field& field, const Type& owner, const std::string& path) {
    if (value.is_null()) return;
    if (!fits(value, field)) {
      return wrong(value, owner, path, go_name(field));
    }
    if (field.type != nullptr && value.is_object()) object(value, *field.type, path);
  }

  void object(const Json& value, const Type& type, const std::string& prefix) {
    for (const auto& [key, member] : value.as_object()) {
      std::string path = prefix.empty() ? key : prefix + "." + key;
      const Field* field = type.find(key);
      if (field == nullptr) {
        if (prefix.empty() && (key == "apiVersion" || key == "kind")) continue;
        out.unknown.push_back(path);
        continue;
      }
      this->field(member, *field, type, path);
    }
  }

  void field(const Json& value, const Field& field, const Type& owner, const std::string& path) {
    if (value.is_null()) return;
    if (field.shape == Shape::one) return one(value, field, owner, path);
    std::string go = go_name(field);
    if (field.shape == Shape::list) {
      if (!value.is_array()) return wrong(value, owner, path, "[]" + go);
      for (std::size_t i = 0; i < value.size(); i++) one(value.item(i), field, owner, fmt::format("{}[{}]", path, i));
    } else {
      if (!value.is_object()) return wrong(value, owner, path, "map[string]" + go);
      for (const auto& [key, item] : value.as_object()) one(item, field, owner, path + "." + key);
    }
  }
};

}  // namespace

const Field* Type::find(std::string_view json_name) const {
  for (const Field& field : fields) {
    if (field.name == json_name) return &field;
  }
  return nullptr;
}

const std::map<std::string, Type, std::less<>>& all_types() {
  static const Types types = read_tables();
  return types;
}

const Type* find_type(std::string_view name) {
  auto found = all_types().find(name);
  return found == all_types().end() ? nullptr : &found->second;
}

const char* to_string(Scalar scalar) {
  for (const auto& [name, value] : kScalars) {
    if (value == scalar) return name.c_str();
  }
  return "object";
}

Mismatch check_fields(const Json& object, const Type& type) {
  Mismatch out;
  if (object.is_object()) Checker{out}.object(object, type, {});
  return out;
}

void prune(Json& object, const Type& type) {
  if (!object.is_object()) return;
  auto& members = object.as_object();
  for (auto it = members.begin(); it != members.end();) {
    const Field* field = type.find(it->first);
    if (field == nullptr && it->first != "apiVersion" && it->first != "kind") {
      it = members.erase(it);
      continue;
    }
    if (field != nullptr && field->type != nullptr) {
      if (field->shape == Shape::one) prune(it->second, *field->type);
      if (field->shape == Shape::list && it->second.is_array()) {
        for (Json& item : it->second.as_array()) prune(item, *field->type);
      }
      if (field->shape == Shape::map && it->second.is_object()) {
        for (auto& [key, item] : it->second.as_object()) prune(item, *field->type);
      }
    }
    ++it;
  }
}

}  // namespace drydock::kube
