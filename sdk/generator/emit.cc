#include "sdk/generator/emit.h"

#include <fmt/format.h>

#include <functional>

#include "base/text.h"
#include "sdk/generator/names.h"
#include "sdk/generator/types.h"

namespace drydock::generator {

namespace {

const std::string kWhere = "std::source_location where = std::source_location::current()";

/// `///` lines of at most 120 columns; what Pulumi's documents hold beyond prose (examples) is left out.
std::string comment(std::string text, std::string_view indent) {
  for (const char* end : {"{{%", "## Example", "\n\n> "}) text = text.substr(0, text.find(end));
  std::string out, line;
  auto flush = [&] {
    if (!line.empty()) out += fmt::format("{}///{}\n", indent, line);
    line.clear();
  };
  for (const auto& paragraph : split(text, '\n')) {
    for (const auto& word : split(paragraph, ' ')) {
      if (word.empty()) continue;
      if (indent.size() + line.size() + word.size() + 4 > 120) flush();
      line += " " + word;
    }
    flush();
  }
  return out;
}

std::string property_comment(const Property& p, bool input) {
  std::string text = p.description;
  if (input && p.required) text = (text.empty() ? "" : text + " ") + "Required.";
  if (!p.default_value.is_null()) text += fmt::format(" Default: {}.", p.default_value.dump());
  return comment(text, "  ");
}

std::string literal(const Json& v) {
  if (v.is_string()) return json_quote(v.as_string());
  if (v.is_bool() || v.is_number()) return v.dump();
  return "nullptr";
}

class Emitter {
 public:
  explicit Emitter(const Package& package) : p_(package), types_(package) {}

  std::map<std::string, Generated> run() {
    for (const auto& module : types_.modules()) one_module(module);
    return std::move(out_);
  }

 private:
  void one_module(const std::string& module) {
    module_ = module;
    header_.clear();
    source_.clear();
    for (const auto* type : types_.in_order(module)) named_type(*type);
    if (module.empty() && p_.provider) resource(*p_.provider, "Provider");
    for (const auto& [token, r] : p_.resources)
      if (types_.module(token) == module) resource(r, types_.resource_name(token));
    for (const auto& [token, f] : p_.functions)
      if (types_.module(token) == module && !f.method) function(f);
    out_[module] = {whole_header(), whole_source()};
  }

  std::string whole_header() const {
    std::string text =
        fmt::format("// Generated from the schema of package {}. Do not edit.\n#pragma once\n\n", p_.name);
    text += "#include \"sdk/program.h\"\n";
    const auto uses = types_.uses(module_);
    for (const auto& header : uses.includes_before) text += fmt::format("#include <{}>\n", header);
    for (const auto& [space, names] : uses.forward) {
      text += fmt::format("\nnamespace {} {{\n", opened(space));
      for (const auto& name : names) text += name + "\n";
      text += "}\n";
    }
    text += fmt::format("\nnamespace {} {{\n\n{}}}  // namespace {}\n", space(), header_, space());
    for (const auto& header : uses.includes_after) text += fmt::format("\n#include <{}>", header);
    if (!uses.includes_after.empty()) text += "\n";
    return text;
  }

  std::string whole_source() const {
    return fmt::format(
        "// Generated from the schema of package {0}. Do not edit.\n#include <{1}>\n\nnamespace {2} {{\n\nusing "
        "namespace "
        "drydock::detail;\n\n{3}}}  // namespace {2}\n",
        p_.name, header_of(p_.name, module_), space(), source_);
  }

  std::string space() const { return opened(namespace_of(p_.name, module_)); }
  /// Packages live in an inline namespace: nouns of ours with the same names (drydock::aws::...) are other types, and
  /// both may be linked into one program.
  static std::string opened(const std::string& qualified) {
    constexpr std::string_view root = "drydock::";
    return "drydock::inline packages::" + qualified.substr(root.size());
  }

  void named_type(const NamedType& type) {
    if (type.is_enum()) {
      if (!type.number) enumeration(type);
      return;
    }
    const auto name = types_.type_name(type.token);
    if (types_.used_as_input(type.token)) args(name + "Args", type.description, type.properties, false, true);
    if (types_.used_as_output(type.token)) {
      plain(name, type.description, type.properties,
            types_.used_as_input(type.token) ? fmt::format("  using Args = {}Args;\n", name) : "");
    }
  }

  void enumeration(const NamedType& type) {
    const auto name = types_.type_name(type.token);
    header_ += comment(type.description, "") + fmt::format("enum class {} {{\n", name);
    source_ += fmt::format("std::string_view to_text({} value) {{\n  switch (value) {{\n", name);
    std::string reading;
    std::set<std::string> seen;
    for (const auto& value : type.values) {
      const auto field = enum_value_name(value.name, value.value);
      if (!seen.insert(field).second) continue;
      header_ += comment(value.description, "  ") + fmt::format("  {},\n", field);
      source_ += fmt::format("    case {}::{}: return {};\n", name, field, json_quote(value.value));
      reading += fmt::format("  if (text == {}) return to = {}::{}, true;\n", json_quote(value.value), name, field);
    }
    header_ += fmt::format(
        "}};\nstd::string_view to_text({0} value);\nbool from_text(std::string_view text, {0}& to);\n\n", name);
    source_ += "  }\n  return {};\n}\n";
    source_ +=
        fmt::format("bool from_text(std::string_view text, {}& to) {{\n{}  return false;\n}}\n\n", name, reading);
  }

  /// What a resource, a function or an object is given. A provider's settings travel as text: JSON where they are none.
  void args(const std::string& name, const std::string& description, const Properties& properties, bool provider,
            bool nested = false) {
    header_ += comment(description, "") + fmt::format("struct {} {{\n", name);
    source_ += fmt::format("InputValue {}::encode() const {{\n", name);
    if (nested) source_ += "  if (whole_.given()) return whole_;\n";
    source_ += "  InputValue::Map map;\n";
    std::string defaults;
    for (const auto& p : properties) {
      const auto key = json_quote(p.name);
      if (!p.constant.is_null()) {
        defaults += fmt::format("  map.emplace({}, encode_constant({}));\n", key, literal(p.constant));
        continue;
      }
      const auto field = field_name(p.name);
      header_ += property_comment(p, true) + fmt::format("  {} {}{{}};\n", types_.field(p.type, module_), field);
      std::string value = "field_value(this->" + field + ")";
      if (provider && p.type.kind != Type::Kind::text) value = fmt::format("as_json_text({})", value);
      if (p.secret) value = fmt::format("as_secret({})", value);
      source_ += fmt::format("  put(map, {}, {});\n", key, value);
      if (!provider && (p.default_value.is_string() || p.default_value.is_bool() || p.default_value.is_number())) {
        defaults += fmt::format("  map.emplace({}, encode_constant({}));\n", key, literal(p.default_value));
      }
    }
    if (nested) {
      header_ += fmt::format(
          "  /// The whole object as one output, instead of the fields above.\n  Input<{}> whole_{{}};\n", name);
      source_ += "  if (map.empty()) return {};\n";
    }
    header_ += "  InputValue encode() const;\n};\n\n";
    source_ += defaults + "  return InputValue(std::move(map));\n}\n\n";
  }

  /// What a resource or a function answers.
  void plain(const std::string& name, const std::string& description, const Properties& properties,
             const std::string& more) {
    header_ += comment(description, "") + fmt::format("struct {} {{\n{}", name, more);
    std::string reading, writing;
    for (const auto& p : properties) {
      const auto field = field_name(p.name);
      header_ += property_comment(p, false) +
                 fmt::format("  {} {}{{}};\n",
                             types_.output(p.type, module_, p.required && p.type.kind != Type::Kind::resource), field);
      reading += fmt::format("  d.member(v, {}, {});\n", json_quote(p.name), field);
      writing += fmt::format("  put(map, {}, detail::encode({}));\n", json_quote(p.name), field);
    }
    header_ += "  void decode(const PropertyValue& v, detail::Decoder& d);\n  InputValue encode() const;\n};\n\n";
    source_ +=
        fmt::format("void {}::decode([[maybe_unused]] const PropertyValue& v, [[maybe_unused]] Decoder& d) {{\n{}}}\n",
                    name, reading);
    source_ += fmt::format(
        "InputValue {}::encode() const {{\n  InputValue::Map map;\n{}  return InputValue(std::move(map));\n}}\n\n",
        name, writing);
  }

  void resource(const ResourceType& r, const std::string& name) {
    const bool provider = r.token.starts_with("pulumi:providers:");
    args(name + "Args", fmt::format("What a {} is made of.", name), r.inputs, provider);
    for (const auto& [method, token] : r.methods) method_types(name, method, token);
    const char* base = provider ? "ProviderResource" : r.component ? "ComponentResource" : "CustomResource";
    bool needs_args = false;
    for (const auto& p : r.inputs) needs_args = needs_args || (p.required && p.constant.is_null());
    header_ += comment(r.description, "");
    header_ += fmt::format(
        "class {0} : public {1} {{\n public:\n  {0}(Context& ctx, std::string name, {0}Args args{2}, ResourceOptions "
        "options = {{}},\n      {3});\n",
        name, base, needs_args ? "" : " = {}", kWhere);
    if (!r.component && !provider) {
      header_ += fmt::format(
          "  /// An existing one that this program only reads.\n  static {} get(Context& ctx, std::string name, "
          "Input<std::string> id, ResourceOptions options = {{}},\n      {});\n",
          name, kWhere);
    }
    header_ += fmt::format("  explicit {}(detail::CoreRef core);\n\n", name);
    std::string members;
    for (const auto& p : r.outputs) {
      if (p.name == "id" || p.name == "urn") continue;
      const auto type = types_.output(p.type, module_, p.required);
      header_ += property_comment(p, false) + fmt::format("  Output<{}> {};\n", type, field_name(p.name));
      members += fmt::format(",\n      {}(property_of<{}>(handle_, {}))", field_name(p.name), type, json_quote(p.name));
    }
    for (const auto& [method, token] : r.methods) method_declaration(name, method, token);
    header_ += "};\n\n";
    source_ += fmt::format("{0}::{0}(CoreRef core)\n    : {1}(std::move(core)){2} {{}}\n\n", name, base, members);
    resource_constructor(r, name);
    for (const auto& [method, token] : r.methods) method_definition(name, method, token);
  }

  void resource_constructor(const ResourceType& r, const std::string& name) {
    std::string secrets;
    for (const auto& p : r.outputs)
      if (p.secret) secrets += fmt::format("{}{}", secrets.empty() ? "" : ", ", json_quote(p.name));
    auto registration = [&](std::string_view inputs) {
      return fmt::format(
          "{{.type = {}, .name = std::move(name), .kind = ResourceKind::{}, .inputs = {}, .version = {}, .url = {}, "
          ".options = {}, .where = where}}",
          json_quote(r.token), r.component ? "remote" : "custom", inputs, json_quote(p_.version), json_quote(p_.url),
          secrets.empty() ? "std::move(options)" : fmt::format("with_secrets(std::move(options), {{{}}})", secrets));
    };
    source_ += fmt::format(
        "{0}::{0}(Context& ctx, std::string name, {0}Args args, ResourceOptions options, std::source_location where)\n "
        "   : {0}(register_resource(ctx, {1})) {{}}\n\n",
        name, registration("args.encode()"));
    if (r.component || r.token.starts_with("pulumi:providers:")) return;
    source_ += fmt::format(
        "{0} {0}::get(Context& ctx, std::string name, Input<std::string> id, ResourceOptions options, "
        "std::source_location where) {{\n  return {0}(read_resource(ctx, {1}, id));\n}}\n\n",
        name, registration("{}"));
  }

  // Methods of components: their arguments and results are named after both.
  void method_types(const std::string& owner, const std::string& method, const std::string& token) {
    auto found = p_.functions.find(token);
    if (found == p_.functions.end()) return;
    const auto name = owner + upper_first(method);
    args(name + "Args", "", found->second.inputs, false);
    plain(name + "Result", "", found->second.outputs, "");
  }
  void method_declaration(const std::string& owner, const std::string& method, const std::string& token) {
    auto found = p_.functions.find(token);
    if (found == p_.functions.end()) return;
    header_ += comment(found->second.description, "  ");
    header_ += fmt::format("  Output<{0}{1}Result> {2}(Context& ctx, {0}{1}Args args = {{}}, {3}) const;\n", owner,
                           upper_first(method), field_name(method), kWhere);
  }
  void method_definition(const std::string& owner, const std::string& method, const std::string& token) {
    if (!p_.functions.contains(token)) return;
    source_ += fmt::format(
        "Output<{0}{1}Result> {0}::{2}(Context& ctx, {0}{1}Args args, std::source_location where) const {{\n  return "
        "decoded<{0}{1}Result>(ctx, ctx.call({3}, *this, args.encode(), where), {3});\n}}\n\n",
        owner, upper_first(method), field_name(method), json_quote(token));
  }

  void function(const Function& f) {
    const auto name = types_.function_name(f.token);
    args(name + "Args", "", f.inputs, false);
    std::string result = name + "Result";
    if (f.single) {
      result = types_.output(*f.single, module_, true);
    } else {
      plain(result, "", f.outputs, "");
    }
    bool needs_args = false;
    for (const auto& p : f.inputs) needs_args = needs_args || p.required;
    const auto parameters = fmt::format("(Context& ctx, {}Args args{}, InvokeOptions options = {{}},\n    {})", name,
                                        needs_args ? "" : " = {}", kWhere);
    header_ += comment(f.description, "");
    header_ += fmt::format(
        "Output<{0}> {1}{2};\n/// The same at once: waits for the answer, takes no outputs that are not known yet, "
        "throws ProgramError.\n{0} {1}Now{2};\n\n",
        result, name, parameters);
    const auto definition =
        fmt::format("(Context& ctx, {}Args args, InvokeOptions options, std::source_location where) {{\n", name);
    const auto token = json_quote(f.token);
    const auto options =
        fmt::format("with_version(std::move(options), {}, {})", json_quote(p_.version), json_quote(p_.url));
    const char* only = f.single ? "only_member(" : "(";
    source_ += fmt::format(
        "{0} {1}Now{2}  return decoded_now<{0}>(ctx, {3}ctx.invoke_now({4}, args.encode(), {5}, where)), {4});\n}}\n",
        result, name, definition, only, token, options);
    source_ += fmt::format(
        "Output<{0}> {1}{2}  return decoded<{0}>(ctx, {3}ctx.invoke({4}, args.encode(), {5}, where)), {4});\n}}\n\n",
        result, name, definition, only, token, options);
  }

  const Package& p_;
  Types types_;
  std::string module_, header_, source_;
  std::map<std::string, Generated> out_;
};

}  // namespace

std::map<std::string, Generated> emit(const Package& package) { return Emitter(package).run(); }

}  // namespace drydock::generator
