#include "sdk/generator/schema.h"

#include "base/text.h"

namespace drydock::generator {

namespace {

class Reader {
 public:
  explicit Reader(const Json& schema) : schema_(schema) {}

  Package read() {
    Package p;
    p.name = schema_.at("name").string_or();
    if (p.name.empty()) complain("schema: 'name' is missing");
    p.version = schema_.at("version").string_or();
    p.url = schema_.at("pluginDownloadURL").string_or();
    p.module_format = schema_.path("meta.moduleFormat").string_or();
    package_ = p.name;
    each("types", [&](const std::string& token, const Json& json) { p.types[token] = named_type(token, json); });
    each("resources", [&](const std::string& token, const Json& json) { p.resources[token] = resource(token, json); });
    each("functions", [&](const std::string& token, const Json& json) { p.functions[token] = function(token, json); });
    p.provider = provider();
    for (const auto& [token, where] : wanted_types_)
      if (!p.types.contains(token)) complain(where + ": there is no type '" + token + "'");
    for (const auto& [token, where] : wanted_resources_)
      if (!p.resources.contains(token)) complain(where + ": there is no resource '" + token + "'");
    return p;
  }
  std::string problems;

 private:
  void complain(const std::string& text) { problems += (problems.empty() ? "" : "\n") + text; }

  template <class F>
  void each(const char* section, F f) {
    const Json& json = schema_.at(section);
    if (!json.is_object()) return;
    for (const auto& [token, entry] : json.as_object()) {
      if (split(token, ':').size() != 3) {
        complain(std::string(section) + ": '" + token + "' is no token of the form package:module:Name");
        continue;
      }
      f(token, entry);
    }
  }

  NamedType named_type(const std::string& token, const Json& json) {
    NamedType t{token, json.at("description").string_or(), {}, {}, {}};
    if (json.at("enum").is_array()) {
      for (const auto& v : json.at("enum").as_array()) {
        const Json& value = v.at("value");
        if (!value.is_string()) t.number = type(json, token);
        t.values.push_back({v.at("name").string_or(), value.is_string() ? value.as_string() : value.dump(),
                            v.at("description").string_or()});
      }
      return t;
    }
    t.properties = properties(json.at("properties"), json.at("required"), token);
    return t;
  }

  ResourceType resource(const std::string& token, const Json& json) {
    ResourceType r{token, json.at("description").string_or(), json.at("isComponent").bool_or(false), {}, {}, {}};
    r.inputs = properties(json.at("inputProperties"), json.at("requiredInputs"), token);
    r.outputs = properties(json.at("properties"), json.at("required"), token);
    if (json.at("methods").is_object())
      for (const auto& [name, method] : json.at("methods").as_object()) r.methods[name] = method.string_or();
    return r;
  }

  std::optional<ResourceType> provider() {
    const Json& json = schema_.at("provider");
    Json inputs = json.at("inputProperties");
    if (!inputs.is_object()) inputs = schema_.path("config.variables");
    ResourceType r{"pulumi:providers:" + package_, json.at("description").string_or(), false, {}, {}, {}};
    r.inputs = properties(inputs, json.at("requiredInputs"), "provider");
    return r;
  }

  Function function(const std::string& token, const Json& json) {
    Function f{token, json.at("description").string_or(), {}, {}, {}, false};
    f.inputs = properties(json.path("inputs.properties"), json.path("inputs.required"), token);
    for (const auto& input : f.inputs) f.method = f.method || input.name == "__self__";
    std::erase_if(f.inputs, [](const Property& p) { return p.name == "__self__"; });
    const Json& outputs = json.at("outputs");
    const bool object = outputs.at("properties").is_object() || outputs.is_null();
    f.outputs = properties(outputs.at("properties"), outputs.at("required"), token);
    if (!object) f.single = type(outputs, token);
    if (const Json* single = json.find("returnType")) f.single = type(*single, token);
    return f;
  }

  Properties properties(const Json& json, const Json& required, const std::string& where) {
    Properties out;
    if (!json.is_object()) return out;
    std::set<std::string> names;
    if (required.is_array())
      for (const auto& name : required.as_array()) names.insert(name.string_or());
    for (const auto& [name, entry] : json.as_object()) {
      Property p;
      p.name = name;
      p.description = entry.at("description").string_or();
      p.type = type(entry, where + "." + name);
      p.required = names.erase(name) > 0;
      p.secret = entry.at("secret").bool_or(false);
      p.default_value = entry.at("default");
      p.constant = entry.at("const");
      out.push_back(std::move(p));
    }
    for (const auto& name : names) complain(where + ": required property '" + name + "' is not described");
    return out;
  }

  Type type(const Json& json, const std::string& where) {
    if (json.at("oneOf").is_array()) {
      Type t{Type::Kind::choice, {}, {}, {}};
      for (const auto& one : json.at("oneOf").as_array()) t.of.push_back(type(one, where));
      return t;
    }
    if (const auto& ref = json.at("$ref"); ref.is_string()) return reference(ref.as_string(), where);
    const std::string kind = json.at("type").string_or();
    if (kind == "boolean") return {Type::Kind::boolean, {}, {}, {}};
    if (kind == "integer") return {Type::Kind::integer, {}, {}, {}};
    if (kind == "number") return {Type::Kind::number, {}, {}, {}};
    if (kind == "string") return {Type::Kind::text, {}, {}, {}};
    if (kind == "array") return {Type::Kind::list, {type(json.at("items"), where)}, {}, {}};
    if (kind == "object") {
      const Json& items = json.at("additionalProperties");
      return {Type::Kind::map, {items.is_object() ? type(items, where) : Type{}}, {}, {}};
    }
    if (!kind.empty()) complain(where + ": unknown type '" + kind + "'");
    return {};
  }

  /// #/types/TOKEN, /aws/v7.1.0/schema.json#/resources/TOKEN, pulumi.json#/Any
  Type reference(const std::string& ref, const std::string& where) {
    const auto hash = ref.find('#');
    const std::string document = ref.substr(0, hash);
    const std::string path = hash == std::string::npos ? "" : uri_decode(ref.substr(hash + 1));
    if (document == "pulumi.json") {
      if (path == "/Archive") return {Type::Kind::archive, {}, {}, {}};
      if (path == "/Asset") return {Type::Kind::asset, {}, {}, {}};
      return {};
    }
    const auto package = document.empty() ? std::string() : split(document, '/').at(document[0] == '/' ? 1 : 0);
    auto token_after = [&](std::string_view prefix) { return path.substr(prefix.size()); };
    if (path.starts_with("/types/")) {
      auto token = token_after("/types/");
      if (package.empty()) wanted_types_.emplace(token, where);
      return {Type::Kind::object, {}, token, package};
    }
    if (path.starts_with("/resources/")) {
      auto token = token_after("/resources/");
      if (package.empty()) wanted_resources_.emplace(token, where);
      return {Type::Kind::resource, {}, token, package};
    }
    if (path == "/provider") {
      const auto owner = package.empty() ? package_ : package;
      return {Type::Kind::resource, {}, "pulumi:providers:" + owner, package};
    }
    complain(where + ": cannot follow the reference '" + ref + "'");
    return {};
  }

  const Json& schema_;
  std::string package_;
  std::map<std::string, std::string> wanted_types_, wanted_resources_;  // token -> where
};

}  // namespace

Result<Json> merge(const std::vector<std::pair<std::string, Json>>& parts) {
  Json all = Json::object();
  for (const auto& [file, part] : parts) {
    if (!part.is_object()) return fail(ErrorCode::invalid_input, file + ": a schema is an object");
    for (const auto& [section, value] : part.as_object()) {
      Json* have = all.find(section);
      if (!have) {
        all[section] = value;
        continue;
      }
      if (!have->is_object() || !value.is_object()) {
        return fail(ErrorCode::invalid_input, file + ": '" + section + "' is given in another file too");
      }
      for (const auto& [key, entry] : value.as_object()) {
        if (have->has(key)) {
          return fail(ErrorCode::invalid_input, file + ": '" + section + "." + key + "' is given in another file too");
        }
        (*have)[key] = entry;
      }
    }
  }
  return all;
}

Result<Package> read_package(const Json& schema) {
  Reader reader(schema);
  auto package = reader.read();
  if (!reader.problems.empty()) return fail(ErrorCode::invalid_input, reader.problems);
  return package;
}

}  // namespace drydock::generator
