#include "sdk/generator/names.h"

#include <cctype>
#include <regex>
#include <set>

#include "base/text.h"

namespace drydock::generator {

namespace {

/// ISO C++20, [lex.key] and alternative tokens; plus what compilers predefine outside of strict modes.
const std::set<std::string, std::less<>> kReserved = {
    "alignas",     "alignof",   "and",        "and_eq",    "asm",      "auto",         "bitand",
    "bitor",       "bool",      "break",      "case",      "catch",    "char",         "char8_t",
    "char16_t",    "char32_t",  "class",      "compl",     "concept",  "const",        "consteval",
    "constexpr",   "constinit", "const_cast", "continue",  "co_await", "co_return",    "co_yield",
    "decltype",    "default",   "delete",     "do",        "double",   "dynamic_cast", "else",
    "enum",        "explicit",  "export",     "extern",    "false",    "float",        "for",
    "friend",      "goto",      "if",         "inline",    "int",      "long",         "mutable",
    "namespace",   "new",       "noexcept",   "not",       "not_eq",   "nullptr",      "operator",
    "or",          "or_eq",     "private",    "protected", "public",   "register",     "reinterpret_cast",
    "requires",    "return",    "short",      "signed",    "sizeof",   "static",       "static_assert",
    "static_cast", "struct",    "switch",     "template",  "this",     "thread_local", "throw",
    "true",        "try",       "typedef",    "typeid",    "typename", "union",        "unsigned",
    "using",       "virtual",   "void",       "volatile",  "wchar_t",  "while",        "xor",
    "xor_eq",      "linux",     "unix"};
/// Members of generated structs and of resources.
const std::set<std::string, std::less<>> kMembers = {"encode", "decode", "handle", "get"};

std::string safe(std::string out) {
  for (char& c : out)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') c = '_';
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out[0]))) out.insert(0, "_");
  return kReserved.contains(out) ? out + "_" : out;
}

bool identifier(std::string_view text) {
  if (text.empty() || std::isdigit(static_cast<unsigned char>(text[0]))) return false;
  for (char c : text)
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_') return false;
  return true;
}

/// "my-value.2x" -> "MyValue2x"
std::string words_to_name(std::string_view text) {
  std::string out;
  bool start = true;
  for (char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c))) {
      start = true;
      continue;
    }
    out += start ? static_cast<char>(std::toupper(static_cast<unsigned char>(c))) : c;
    start = false;
  }
  if (out.empty() || std::isdigit(static_cast<unsigned char>(out[0]))) out.insert(0, "V");
  return out;
}

}  // namespace

std::string upper_first(std::string_view text) {
  std::string out(text);
  if (!out.empty()) out[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(out[0])));
  return out;
}

std::string module_of(std::string_view token, std::string_view format) {
  const auto parts = split(token, ':');
  std::string module = parts.size() > 1 ? parts[1] : "";
  if (!format.empty()) {
    std::smatch match;
    if (std::regex_match(module, match, std::regex(std::string(format))) && match.size() > 1) module = match[1];
  } else if (const auto slash = module.rfind('/'); slash != std::string::npos) {
    // The usual form of bridged packages, "ec2/vpc" for Vpc, also where a foreign schema's format is not at hand.
    if (upper_first(module.substr(slash + 1)) == class_name(token)) module.resize(slash);
  }
  return module == "index" ? "" : module;
}

std::string class_name(std::string_view token) { return upper_first(token.substr(token.rfind(':') + 1)); }

std::string namespace_of(std::string_view package, std::string_view module) {
  std::string out = "drydock::" + safe(std::string(package));
  if (module.empty()) return out;
  for (const auto& part : split(module, '/')) out += "::" + safe(part);
  return out;
}

std::string header_of(std::string_view package, std::string_view module) {
  return "drydock/" + std::string(package) + (module.empty() ? "" : "/" + std::string(module)) + ".h";
}

std::string field_name(std::string_view property) {
  auto out = safe(std::string(property));
  return kMembers.contains(out) ? out + "_" : out;
}

std::string enum_value_name(std::string_view name, std::string_view value) {
  if (!name.empty()) return field_name(identifier(name) ? std::string(name) : words_to_name(name));
  return field_name(identifier(value) ? std::string(value) : words_to_name(value));
}

}  // namespace drydock::generator
