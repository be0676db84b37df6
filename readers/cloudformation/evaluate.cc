#include "readers/cloudformation/evaluate.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/cidr.h"

namespace drydock::readers::cloudformation {
namespace {

constexpr const char* kUnknown = "\x01unknown";
constexpr int kMaxDepth = 200;

/// AWS::NoValue.
Json no_value() { return Json::object({{"\x01none", true}}); }
bool is_no_value(const Json& value) { return value.is_object() && value.size() == 1 && value.has("\x01none"); }

/// {"Ref": ...}, {"Fn::Sub": ...}, {"!Sub": ...}: the function's name without its prefix; empty: no function.
std::string_view function_of(const Json& expression) {
  if (!expression.is_object() || expression.size() != 1) return {};
  std::string_view key = expression.as_object().begin()->first;
  if (key == "Ref" || key == "Condition") return key;
  if (key.starts_with("!")) return key.substr(1);
  return key.starts_with("Fn::") ? key.substr(4) : std::string_view();
}
const Json& argument_of(const Json& expression) { return expression.as_object().begin()->second; }

std::optional<std::string> as_text(const Json& value) {
  if (value.is_string()) return value.as_string();
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.as_int());
  if (value.is_number()) return value.dump();
  return std::nullopt;
}

/// "a", "b.c.d" or ["a", "b"] of Fn::GetAtt.
std::optional<std::pair<std::string, std::string>> attribute_name(const Json& argument) {
  if (argument.is_string()) {
    const std::string& text = argument.as_string();
    const std::size_t dot = text.find('.');
    if (dot != text.npos) return std::pair(text.substr(0, dot), text.substr(dot + 1));
  } else if (argument.size() == 2 && argument.item(0).is_string() && argument.item(1).is_string()) {
    return std::pair(argument.item(0).as_string(), argument.item(1).as_string());
  }
  return std::nullopt;
}

/// The names between ${ and }, without literal ${!...}.
std::vector<std::string> names_in(const std::string& text) {
  std::vector<std::string> out;
  for (std::size_t at = text.find("${"); at != text.npos; at = text.find("${", at + 2)) {
    const std::size_t end = text.find('}', at);
    if (end == text.npos) break;
    if (text[at + 2] != '!') out.emplace_back(trim(text.substr(at + 2, end - at - 2)));
  }
  return out;
}

}  // namespace

Json unknown_value(std::string source) { return Json::object({{kUnknown, std::move(source)}}); }
const std::string* unknown_source(const Json& value) {
  if (!value.is_object() || value.size() != 1) return nullptr;
  const Json* source = value.find(kUnknown);
  return source && source->is_string() ? &source->as_string() : nullptr;
}

Evaluator::Evaluator(const Template& source, const Input& input, std::string account, std::string region)
    : source_(source), input_(input), account_(std::move(account)), region_(std::move(region)) {
  partition_ = aws::partition_of(region_);
  if (partition_ == "aws-cn") suffix_ += ".cn";
}

void Evaluator::wrong(const Path& path, const std::string& what) {
  if (fault_.empty()) fault_ = source_.place(path) + ": " + what;
}

std::string Evaluator::arn(std::string_view service, std::string_view region, std::string_view account,
                           std::string_view resource) const {
  return fmt::format("arn:{}:{}:{}:{}:{}", partition_, service, region, account, resource);
}

Json Evaluator::value(const Json& expression, const Path& path) {
  if (!fault_.empty()) return {};
  if (depth_ > kMaxDepth) return wrong(path, "nested too deeply"), Json();
  ++depth_;
  Json out;
  const std::string_view function = function_of(expression);
  const auto below = [&](const std::string& key) {
    Path inner = path;
    inner.push_back(key);
    return inner;
  };
  if (!function.empty() && function != "Condition") {
    out = call(function, argument_of(expression), path);
  } else if (expression.is_array()) {
    out = Json::array();
    for (std::size_t i = 0; i < expression.size(); ++i)
      if (Json item = value(expression.item(i), below(std::to_string(i))); !is_no_value(item))
        out.push_back(std::move(item));
  } else if (expression.is_object()) {
    out = Json::object();
    for (const auto& [key, member] : expression.as_object())
      if (Json item = value(member, below(key)); !is_no_value(item)) out[key] = std::move(item);
  } else {
    out = expression;
  }
  --depth_;
  return out;
}

Json Evaluator::call(std::string_view function, const Json& argument, const Path& path) {
  if (function == "Ref") return ref(argument, path);
  if (function == "GetAtt") return get_att(argument, path);
  if (function == "Sub") return sub(argument, path);
  if (function == "Join") return join(argument, path);
  if (function == "Split") return split(argument, path);
  if (function == "Select") return select(argument, path);
  if (function == "FindInMap") return find_in_map(argument, path);
  if (function == "If") return choose(argument, path);
  if (function == "Base64") return base64(argument, path);
  if (function == "Cidr") return cidr(argument, path);
  if (function == "GetAZs") return zones(argument, path);
  if (function == "ImportValue") {
    const Json name = value(argument, path);
    return unknown_value("Fn::ImportValue " + name.string_or("(a name that is not known)"));
  }
  if (function == "ToJsonString") {
    Json inner = value(argument, path);
    return unknown_source(inner) ? inner : Json(inner.dump());
  }
  if (function == "Length") {
    const Json inner = value(argument, path);
    return unknown_source(inner) ? inner : Json(static_cast<std::int64_t>(inner.size()));
  }
  if (function == "Transform") return unknown_value("Fn::Transform " + argument.at("Name").string_or());
  wrong(path, fmt::format("not supported yet: the function {}", function));
  return {};
}

std::optional<Json> Evaluator::pseudo(std::string_view name) const {
  if (name == "AWS::AccountId") return account_;
  if (name == "AWS::Region") return region_;
  if (name == "AWS::Partition") return partition_;
  if (name == "AWS::URLSuffix") return suffix_;
  if (name == "AWS::StackName") return "stack";
  if (name == "AWS::StackId")
    return "arn:" + partition_ + ":cloudformation:" + region_ + ":" + account_ + ":stack/stack/0";
  if (name == "AWS::NoValue") return no_value();
  if (name == "AWS::NotificationARNs") return Json::array();
  return std::nullopt;
}

Json Evaluator::parameter(const std::string& name, const Path& path) {
  const Json& described = source_.root.at("Parameters").at(name);
  const std::string type = described.at("Type").string_or();
  const auto given = input_.parameters.find(name);
  std::string text;
  if (given != input_.parameters.end()) {
    text = given->second;
  } else if (auto standard = as_text(described.at("Default"))) {
    text = *standard;
  } else {
    wrong({"Parameters", name}, fmt::format("parameter {} has no default: give --parameter {}=VALUE", name, name));
    return {};
  }
  (void)path;
  if (type.starts_with("AWS::SSM::Parameter::Value")) return "resolve:ssm:" + text;
  if (type == "CommaDelimitedList" || type.starts_with("List<")) {
    Json list = Json::array();
    for (const std::string& item : drydock::split(text, ',')) list.push_back(std::string(trim(item)));
    return list;
  }
  return text;
}

Json Evaluator::named(const std::string& text, const Path& path) {
  const std::size_t dot = text.find('.');
  return dot == text.npos ? ref(text, path) : attribute(text.substr(0, dot), text.substr(dot + 1), path);
}

Json Evaluator::ref(const Json& argument, const Path& path) {
  if (!argument.is_string()) return wrong(path, "Ref takes a name"), Json();
  const std::string& name = argument.as_string();
  if (auto known = pseudo(name)) return *known;
  if (source_.root.at("Parameters").has(name)) return parameter(name, path);
  if (source_.resources().has(name)) return reference(name);
  wrong(path, fmt::format("Ref {} names no parameter and no resource", name));
  return {};
}

Json Evaluator::get_att(const Json& argument, const Path& path) {
  const auto names = attribute_name(argument);
  if (!names) return wrong(path, "Fn::GetAtt takes a resource and an attribute"), Json();
  return attribute(names->first, names->second, path);
}

Json Evaluator::sub(const Json& argument, const Path& path) {
  const std::string* text = argument.is_string() ? &argument.as_string() : nullptr;
  if (!text && argument.item(0).is_string()) text = &argument.item(0).as_string();
  if (!text) return wrong(path, "Fn::Sub takes a text, or a list of a text and a map"), Json();
  const Json& map = argument.item(1);
  std::string out;
  for (std::size_t at = 0; at < text->size();) {
    const std::size_t open = text->find("${", at), close = open == text->npos ? text->npos : text->find('}', open);
    out.append(*text, at, (close == text->npos ? text->size() : open) - at);
    if (close == text->npos) break;
    const std::string name(trim(std::string_view(*text).substr(open + 2, close - open - 2)));
    at = close + 1;
    if (name.starts_with("!")) {
      out += "${" + name.substr(1) + "}";
      continue;
    }
    const Json part = map.has(name) ? value(map.at(name), path) : named(name, path);
    if (unknown_source(part)) return part;
    if (auto plain = as_text(part)) out += *plain;
  }
  return out;
}

Json Evaluator::join(const Json& argument, const Path& path) {
  if (argument.size() != 2) return wrong(path, "Fn::Join takes a separator and a list"), Json();
  const Json separator = value(argument.item(0), path), list = value(argument.item(1), path);
  if (unknown_source(list)) return list;
  std::vector<std::string> parts;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (unknown_source(list.item(i))) return list.item(i);
    parts.push_back(as_text(list.item(i)).value_or(""));
  }
  return drydock::join(parts, separator.string_or());
}

Json Evaluator::split(const Json& argument, const Path& path) {
  const Json separator = value(argument.item(0), path), text = value(argument.item(1), path);
  if (unknown_source(text)) return text;
  const std::string by = separator.string_or();
  if (by.empty() || !text.is_string()) return wrong(path, "Fn::Split takes a separator and a text"), Json();
  Json out = Json::array();
  std::string_view rest = text.as_string();
  for (std::size_t at; (at = rest.find(by)) != rest.npos; rest.remove_prefix(at + by.size()))
    out.push_back(std::string(rest.substr(0, at)));
  out.push_back(std::string(rest));
  return out;
}

Json Evaluator::select(const Json& argument, const Path& path) {
  if (argument.size() != 2) return wrong(path, "Fn::Select takes an index and a list"), Json();
  const Json index = value(argument.item(0), path), list = value(argument.item(1), path);
  if (unknown_source(list)) return list;
  if (unknown_source(index)) return index;
  const std::string digits = as_text(index).value_or("");
  if (digits.empty() || digits.size() > 6 || digits.find_first_not_of("0123456789") != digits.npos)
    return wrong(path, "Fn::Select takes an index that is a number"), Json();
  const std::size_t i = std::stoul(digits);
  if (i >= list.size())
    return wrong(path, fmt::format("Fn::Select asks for item {} of a list of {}", i, list.size())), Json();
  return list.item(i);
}

Json Evaluator::find_in_map(const Json& argument, const Path& path) {
  const Json* here = &source_.root.at("Mappings");
  std::string names;
  for (std::size_t i = 0; i < 3; ++i) {
    const Json key = value(argument.item(i), path);
    if (unknown_source(key)) return key;
    const std::string text = as_text(key).value_or("");
    names += (i ? "." : "") + text;
    here = &here->at(text);
  }
  if (!here->is_null()) return *here;
  if (argument.size() > 3) return value(argument.item(3).at("DefaultValue"), path);
  wrong(path, fmt::format("there is no mapping {}", names));
  return {};
}

Json Evaluator::base64(const Json& argument, const Path& path) {
  Json text = value(argument, path);
  return text.is_string() ? Json(drydock::base64(text.as_string())) : text;
}

Json Evaluator::cidr(const Json& argument, const Path& path) {
  const Json block = value(argument.item(0), path), count = value(argument.item(1), path),
             bits = value(argument.item(2), path);
  if (unknown_source(block)) return block;
  const auto prefix = aws::Cidr::parse(block.string_or());
  const std::string n = as_text(count).value_or(""), b = as_text(bits).value_or("8");
  const auto small = [](const std::string& t) {
    return !t.empty() && t.size() < 4 && t.find_first_not_of("0123456789") == t.npos;
  };
  if (!prefix || !small(n) || !small(b))
    return wrong(path, "Fn::Cidr takes a prefix, a count and a number of bits"), Json();
  const int width = prefix->base.v6 ? 128 : 32, host_bits = std::stoi(b), length = width - host_bits;
  if (host_bits > 63 || length < prefix->bits)
    return wrong(path, "Fn::Cidr: the parts are larger than the prefix"), Json();
  Json out = Json::array();
  for (int i = 0; i < std::min(std::stoi(n), 256); ++i)
    out.push_back(prefix->base.plus(static_cast<std::uint64_t>(i) << host_bits).str() + "/" + std::to_string(length));
  return out;
}

Json Evaluator::zones(const Json& argument, const Path& path) {
  const Json given = value(argument, path);
  const std::string region = given.string_or().empty() ? region_ : given.string_or();
  return Json::array({region + "a", region + "b", region + "c"});
}

Json Evaluator::choose(const Json& argument, const Path& path) {
  if (argument.size() != 3 || !argument.item(0).is_string())
    return wrong(path, "Fn::If takes a condition and two values"), Json();
  std::string source;
  const auto holds = condition(argument.item(0).as_string(), path, source);
  if (holds) return value(argument.item(*holds ? 1 : 2), path);
  Json yes = value(argument.item(1), path), no = value(argument.item(2), path);
  return yes == no ? yes : unknown_value(std::move(source));
}

bool Evaluator::enter(const std::string& what, const Path& path) {
  if (entered_.insert(what).second) return true;
  wrong(path, what + " depends on itself");
  return false;
}

std::optional<bool> Evaluator::condition(const std::string& name, const Path& path, std::string& source) {
  const Json& expression = source_.root.at("Conditions").at(name);
  if (expression.is_null()) return wrong(path, fmt::format("there is no condition {}", name)), std::nullopt;
  const std::string what = "condition " + name;
  if (!enter(what, path)) return std::nullopt;
  auto out = test(expression, {"Conditions", name}, source);
  entered_.erase(what);
  return out;
}

std::optional<bool> Evaluator::test(const Json& expression, const Path& path, std::string& source) {
  const std::string_view function = function_of(expression);
  const Json& argument = function.empty() ? expression : argument_of(expression);
  if (function == "Condition") return condition(argument.string_or(), path, source);
  if (function == "Equals") {
    const Json a = value(argument.item(0), path), b = value(argument.item(1), path);
    for (const Json* side : {&a, &b})
      if (const std::string* unknown = unknown_source(*side)) return source = *unknown, std::nullopt;
    return as_text(a) == as_text(b) && (as_text(a) || a == b);
  }
  if (function == "Not") {
    const auto inner = test(argument.item(0), path, source);
    return inner ? std::optional(!*inner) : std::nullopt;
  }
  if (function == "And" || function == "Or") {
    const bool stops = function == "Or";
    bool open = false;
    for (std::size_t i = 0; i < argument.size(); ++i) {
      const auto inner = test(argument.item(i), path, source);
      if (inner && *inner == stops) return stops;
      open = open || !inner;
    }
    return open ? std::nullopt : std::optional(!stops);
  }
  if (depth_++ > kMaxDepth) return wrong(path, "nested too deeply"), std::nullopt;
  const Json plain = value(expression, path);
  --depth_;
  if (const std::string* unknown = unknown_source(plain)) return source = *unknown, std::nullopt;
  if (plain.is_bool()) return plain.as_bool();
  if (plain == Json("true") || plain == Json("false")) return plain == Json("true");
  return wrong(path, "is no condition"), std::nullopt;
}

std::optional<bool> Evaluator::is_made(const std::string& logical_id, std::string& source) {
  const Json& condition_name = source_.resource(logical_id).at("Condition");
  if (condition_name.is_null()) return true;
  return condition(condition_name.string_or(), {"Resources", logical_id, "Condition"}, source);
}

Json Evaluator::property(const std::string& logical_id, std::string_view name) {
  const std::string what = logical_id + "." + std::string(name);
  const Path path = {"Resources", logical_id, "Properties", std::string(name)};
  if (!enter(what, path)) return {};
  Json out = value(source_.resource(logical_id).at("Properties").at(name), path);
  entered_.erase(what);
  return is_no_value(out) ? Json() : out;
}

std::set<std::string> Evaluator::references(const Json& expression) const {
  std::set<std::string> out;
  const auto add = [&](const std::string& name) {
    if (source_.resources().has(name)) out.insert(name);
  };
  const auto walk = [&](const auto& self, const Json& here, int depth) -> void {
    if (depth > kMaxDepth) return;
    const std::string_view function = function_of(here);
    if (function == "Ref" && argument_of(here).is_string()) add(argument_of(here).as_string());
    if (function == "GetAtt")
      if (const auto names = attribute_name(argument_of(here))) add(names->first);
    if (function == "Sub") {
      const Json& argument = argument_of(here);
      for (const std::string& name :
           names_in(argument.is_string() ? argument.as_string() : argument.item(0).string_or()))
        add(name.substr(0, name.find('.')));
    }
    if (here.is_array())
      for (const Json& item : here.as_array()) self(self, item, depth + 1);
    if (here.is_object())
      for (const auto& [key, member] : here.as_object()) self(self, member, depth + 1);
  };
  walk(walk, expression, 0);
  return out;
}

}  // namespace drydock::readers::cloudformation
