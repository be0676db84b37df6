#include "readers/terraform/references.h"

#include "base/text.h"

namespace drydock::readers::terraform {
namespace {

constexpr int kMaxDepth = 64;        // of references through modules
constexpr int kMaxSteps = 20'000;    // of one question
constexpr int kMaxTargets = 10'000;  // of one answer

void collect(const Json& expression, std::vector<std::string>& out) {
  if (expression.is_array()) {
    for (const Json& item : expression.as_array()) collect(item, out);
  } else if (expression.is_object()) {
    if (const Json* references = expression.find("references"); references && references->is_array()) {
      std::string last;
      for (const Json& reference : references->as_array()) {
        std::string text = reference.string_or();
        const bool prefix = last.size() > text.size() && last.starts_with(text) &&
                            (last[text.size()] == '.' || last[text.size()] == '[');
        if (!prefix) out.push_back(text);
        last = std::move(text);
      }
      return;
    }
    for (const auto& [key, item] : expression.as_object())
      if (key != "constant_value") collect(item, out);
  }
}

void collect_constants(const Json& expression, std::vector<Json>& out) {
  if (expression.is_array()) {
    for (const Json& item : expression.as_array()) collect_constants(item, out);
  } else if (expression.is_object()) {
    if (const Json* value = expression.find("constant_value")) {
      out.push_back(*value);
      return;
    }
    for (const auto& [key, item] : expression.as_object()) collect_constants(item, out);
  }
}

// module.a["k"].module.b[0] -> module.a["k"]; and the key of the last module.
std::string parent_module(const std::string& address, Json& key) {
  int depth = 0;
  bool quoted = false;
  std::size_t cut = 0;
  for (std::size_t i = 0; i < address.size(); ++i) {
    const char c = address[i];
    if (quoted) {
      if (c == '\\') ++i;
      if (c == '"') quoted = false;
    } else if (c == '"') {
      quoted = true;
    } else if (c == '[') {
      ++depth;
    } else if (c == ']') {
      --depth;
    } else if (c == '.' && depth == 0 && address.compare(i, 8, ".module.") == 0) {
      cut = i;
    }
  }
  const auto steps = parse_reference(std::string_view(address).substr(cut == 0 ? 0 : cut + 1));
  key = steps.size() > 1 ? steps[1].key : Json();
  return address.substr(0, cut);
}

}  // namespace

std::vector<ReferenceStep> parse_reference(std::string_view text) {
  std::vector<ReferenceStep> out;
  std::size_t i = 0;
  while (i < text.size()) {
    ReferenceStep step;
    while (i < text.size() && text[i] != '.' && text[i] != '[') step.name += text[i++];
    while (i < text.size() && text[i] == '[') {
      const bool quoted = i + 1 < text.size() && text[i + 1] == '"';
      std::string key;
      i += quoted ? 2 : 1;
      while (i < text.size() && text[i] != (quoted ? '"' : ']')) {
        if (quoted && text[i] == '\\' && i + 1 < text.size()) ++i;
        key += text[i++];
      }
      if (quoted && i < text.size()) ++i;
      if (i < text.size()) ++i;
      const bool number = !quoted && !key.empty() && key.size() < 10 && key.find_first_not_of("0123456789") == key.npos;
      if (step.key.is_null()) step.key = number ? Json(std::stoll(key)) : Json(key);
    }
    out.push_back(std::move(step));
    if (i < text.size() && text[i] == '.') ++i;
  }
  return out;
}

std::vector<std::string> pruned_references(const Json& expression) {
  std::vector<std::string> out;
  collect(expression, out);
  return out;
}

// Where an expression stands: its module, as written and as an instance, and what each.value and each.key mean there.
struct References::Frame {
  const ConfigModule* scope;
  std::string module;
  const Json* repetition;  // for_each's expression; null: none
  Json key;
};

struct References::Walk {
  const References& self;
  Sources out;
  int steps = 0;
  std::set<std::string> seen;
  std::string via;  // of the outermost resource or output on the way

  void gap(std::string_view what) {
    if (out.complete) out.gap = what;
    out.complete = false;
  }

  void expression(const Frame& frame, const Json& json, bool shared, int depth) {
    collect_constants(json, out.constants);
    references(frame, pruned_references(json), shared, depth);
  }

  void references(const Frame& frame, const std::vector<std::string>& all, bool shared, int depth) {
    for (const std::string& text : all)
      if (text == "count.index" || text == "each.key") out.by_key = true;
    for (const std::string& text : all) reference(frame, text, shared, depth);
  }

  void reference(const Frame& frame, const std::string& text, bool shared, int depth) {
    if (depth > kMaxDepth || ++steps > kMaxSteps) return gap(text);
    if (!seen.insert(frame.module + "|" + text + (shared ? "|shared" : "")).second)
      return;  // a cycle, or twice the same
    const auto parts = parse_reference(text);
    const std::string& head = parts[0].name;
    if (head == "count" || head == "path" || head == "terraform" || head == "self" || text == "each.key") return;
    const bool names_it = via.empty() && head != "each" && head != "var" && head != "local";
    if (names_it) via = text;
    if (head == "each") {
      if (frame.repetition) expression(frame, *frame.repetition, true, depth + 1);
    } else if (head == "var" && parts.size() > 1) {
      variable(frame, parts[1].name, shared, depth);
    } else if (head == "local" && parts.size() > 1) {
      local(frame, parts[1].name, shared, depth);
    } else if (head == "module" && parts.size() > 1) {
      output(frame, parts, text, shared, depth);
    } else {
      resource(frame, parts, text, shared, depth);
    }
    if (names_it) via.clear();
  }

  void variable(const Frame& frame, const std::string& name, bool shared, int depth) {
    if (!frame.scope->parent) {
      const Json& value = self.plan_.variable(name);
      if (!value.is_null()) out.constants.push_back(value);
      return;
    }
    Json key;
    const std::string parent = parent_module(frame.module, key);
    const Json& call = *frame.scope->call;
    const Json* value = call.at("expressions").find(name);
    if (!value) {  // not given: its default, which is known
      const Json& standard = frame.scope->json->at("variables").at(name).at("default");
      if (!standard.is_null()) out.constants.push_back(standard);
      return;
    }
    expression({frame.scope->parent, parent, call.find("for_each_expression"), key}, *value, shared, depth + 1);
  }

  void local(const Frame& frame, const std::string& name, bool shared, int depth) {
    const auto found = self.extra_.find(frame.scope->path + "|" + name);
    const std::vector<std::string>* known =
        found != self.extra_.end() ? &found->second : well_known_local(*frame.scope, name);
    if (!known) return gap("local." + name);
    references(frame, *known, shared, depth + 1);
  }

  void output(const Frame& frame, const std::vector<ReferenceStep>& parts, const std::string& text, bool shared,
              int depth) {
    const auto child = frame.scope->modules.find(parts[1].name);
    if (child == frame.scope->modules.end() || parts.size() < 3) return gap(text);
    const Json* value = child->second->json->at("outputs").at(parts[2].name).find("expression");
    if (!value) return gap(text);
    std::string address = frame.module.empty() ? "" : frame.module + ".";
    address += "module." + parts[1].name;
    if (!parts[1].key.is_null()) address += "[" + parts[1].key.dump() + "]";
    if (!parts[1].key.is_null() || !repeated(*child->second))
      return expression({child->second.get(), address, nullptr, {}}, *value, shared, depth + 1);
    for (const std::string& instance : instances_of(address))
      expression({child->second.get(), instance, nullptr, {}}, *value, shared, depth + 1);
  }

  static bool repeated(const ConfigModule& module) {
    return module.call->has("count_expression") || module.call->has("for_each_expression");
  }
  // Addresses of the module's instances that hold anything.
  std::vector<std::string> instances_of(const std::string& prefix) const {
    std::set<std::string> out;
    for (const Resource& r : self.plan_.resources) {
      if (!r.module.starts_with(prefix + "[")) continue;
      const std::size_t end = r.module.find(']', prefix.size());
      out.insert(r.module.substr(0, end == std::string::npos ? r.module.size() : end + 1));
    }
    return {out.begin(), out.end()};
  }

  void resource(const Frame& frame, const std::vector<ReferenceStep>& parts, const std::string& text, bool shared,
                int depth) {
    const std::size_t base = parts[0].name == "data" ? 1 : 0;
    if (parts.size() < base + 2) return;
    const std::string name = (base ? "data." : "") + parts[base].name + "." + parts[base + 1].name;
    const Json& key = parts[base + 1].key;
    const std::string attribute = parts.size() > base + 2 ? parts[base + 2].name : "";
    const auto* found = self.plan_.instances(frame.module, name);
    if (!found) {
      // No instance at all (count = 0) is fine; a resource nobody declared is not.
      if (!frame.scope->resources.contains(name)) gap(text);
      return;
    }
    for (const std::size_t i : *found) {
      const Resource& r = self.plan_.resources[i];
      if (!key.is_null() && r.key != key) continue;
      const Json& passed =
          r.expressions().at(attribute == "output" && r.type == "terraform_data" ? "input" : attribute);
      const bool own = attribute.empty() || attribute == "id" || attribute == "arn" || attribute == "name";
      if (!own &&
          !passed.is_null()) {  // what the resource was given itself: aws_subnet.a.vpc_id, triggers of time_sleep
        expression(frame_of(r), passed, shared, depth + 1);
      } else if (!own && r.values->at(attribute).is_string()) {
        out.constants.push_back(r.values->at(attribute));
      }
      target({&r, attribute, via}, shared);
    }
  }
  void target(Target t, bool shared) {
    auto& list = shared ? out.shared : out.targets;
    if (list.size() < kMaxTargets) list.push_back(std::move(t));
  }
  static Frame frame_of(const Resource& r) {
    return {r.scope, r.module, r.config ? r.config->find("for_each_expression") : nullptr, r.key};
  }
};

Sources References::of(const Resource& resource, const Json& expression) const {
  Walk walk{*this, {}, 0, {}, {}};
  if (!resource.scope || expression.is_null()) {
    walk.gap("");
  } else {
    walk.expression(Walk::frame_of(resource), expression, false, 0);
  }
  return std::move(walk.out);
}

}  // namespace drydock::readers::terraform
