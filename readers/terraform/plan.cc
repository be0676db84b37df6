#include "readers/terraform/plan.h"

#include <fmt/format.h>

#include "base/text.h"

namespace drydock::readers::terraform {
namespace {

const Json kNull;
const Json kNothing = Json::object();

class Loader {
 public:
  explicit Loader(Plan& plan) : plan_(plan) {}

  Result<bool> load() {
    const Json& doc = plan_.document;
    if (auto fine = check_version(doc.at("format_version").string_or()); !fine) return fine;
    plan_.is_state = !doc.has("planned_values");
    const Json& values = doc.at(plan_.is_state ? "values" : "planned_values");
    if (doc.at("errored").bool_or(false))
      return fail(ErrorCode::invalid_input, "the plan is incomplete: terraform stopped with an error while making it");
    if (!values.is_object()) {
      return fail(ErrorCode::invalid_input,
                  plan_.is_state ? "the state is empty: it holds no values" : "planned_values is not an object");
    }
    load_config(plan_.root, doc.at("configuration").at("root_module"));
    for (const Json& change : items(doc.at("resource_changes"))) changes_[change.at("address").string_or()] = &change;
    if (auto fine = load_values(values.at("root_module"), ""); !fine) return fine;
    if (auto fine = load_data(doc.at("prior_state").at("values").at("root_module"), ""); !fine) return fine;
    for (const auto& [address, change] : changes_)
      if (change->at("mode").string_or() == "data" && !plan_.by_address.contains(address)) add_change(*change);
    for (std::size_t i = 0; i < plan_.resources.size(); ++i) {
      const Resource& r = plan_.resources[i];
      plan_.by_config[r.module + "|" + r.config_name()].push_back(i);
    }
    return true;
  }

 private:
  static const Json::Array& items(const Json& json) {
    static const Json::Array kNone;
    return json.is_array() ? json.as_array() : kNone;
  }

  static Result<bool> check_version(const std::string& version) {
    const std::string major = version.substr(0, version.find('.'));
    if (major == "0" || major == "1") return true;
    return fail(
        ErrorCode::invalid_input,
        fmt::format("format_version is \"{}\"; versions 0.1 to 1.x of terraform's JSON output are known", version));
  }

  void load_config(ConfigModule& module, const Json& json) {
    module.json = &json;
    for (const Json& resource : items(json.at("resources"))) {
      std::string name = resource.at("type").string_or() + "." + resource.at("name").string_or();
      if (resource.at("mode").string_or() == "data") name = "data." + name;
      module.resources.emplace(std::move(name), &resource);
    }
    const Json& calls = json.at("module_calls");
    if (!calls.is_object()) return;
    for (const auto& [name, call] : calls.as_object()) {
      auto child = std::make_unique<ConfigModule>();
      child->path = module.path.empty() ? name : module.path + "." + name;
      child->source = call.at("source").string_or();
      child->parent = &module;
      child->call = &call;
      load_config(*child, call.at("module"));
      module.modules.emplace(name, std::move(child));
    }
  }

  Result<bool> load_values(const Json& module, const std::string& address) {
    for (const Json& resource : items(module.at("resources")))
      if (auto fine = add(resource, address); !fine) return fine;
    for (const Json& child : items(module.at("child_modules")))
      if (auto fine = load_values(child, child.at("address").string_or()); !fine) return fine;
    return true;
  }

  // Of the state before, only what data sources said: everything else is in the planned values.
  Result<bool> load_data(const Json& module, const std::string& address) {
    for (const Json& resource : items(module.at("resources"))) {
      if (resource.at("mode").string_or() != "data") continue;
      if (plan_.by_address.contains(resource.at("address").string_or())) continue;
      if (auto fine = add(resource, address); !fine) return fine;
    }
    for (const Json& child : items(module.at("child_modules")))
      if (auto fine = load_data(child, child.at("address").string_or()); !fine) return fine;
    return true;
  }

  Result<bool> add(const Json& json, const std::string& module) {
    Resource r;
    r.address = json.at("address").string_or();
    r.module = module;
    r.type = json.at("type").string_or();
    r.name = json.at("name").string_or();
    if (r.address.empty() || r.type.empty()) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("a resource of {} has no address or type",
                              module.empty() ? std::string("the root module") : "module " + module));
    }
    r.key = json.at("index");
    r.data = json.at("mode").string_or() == "data";
    r.values = json.at("values").is_object() ? &json.at("values") : &kNothing;
    for (const Json& address : items(json.at("depends_on"))) r.depends_on.push_back(address.string_or());
    finish(std::move(r));
    return true;
  }

  void add_change(const Json& change) {
    Resource r;
    r.address = change.at("address").string_or();
    r.module = change.at("module_address").string_or();
    r.type = change.at("type").string_or();
    r.name = change.at("name").string_or();
    r.key = change.at("index");
    r.data = true;
    const Json& after = change.at("change").at("after");
    r.values = after.is_object() ? &after : &kNothing;
    finish(std::move(r));
  }

  void finish(Resource r) {
    r.unknown = &kNothing;
    if (const auto found = changes_.find(r.address); found != changes_.end()) {
      const Json& change = found->second->at("change");
      if (change.at("after_unknown").is_object()) r.unknown = &change.at("after_unknown");
      for (const Json& action : items(change.at("actions"))) {
        r.created = r.created || action.string_or() == "create";
        r.deferred = r.deferred || (r.data && action.string_or() == "read");
      }
    }
    r.scope = scope_of(r.module);
    if (r.scope)
      if (const auto found = r.scope->resources.find(r.config_name()); found != r.scope->resources.end())
        r.config = found->second;
    if (plan_.by_address.emplace(r.address, plan_.resources.size()).second) plan_.resources.push_back(std::move(r));
  }

  // module.net["a.b"].module.x -> net.x
  const ConfigModule* scope_of(std::string_view address) const {
    const ConfigModule* module = &plan_.root;
    while (!address.empty()) {
      if (!address.starts_with("module.")) return nullptr;
      address.remove_prefix(7);
      const std::size_t end = address.find_first_of(".[");
      const auto found = module->modules.find(std::string(address.substr(0, end)));
      if (found == module->modules.end()) return nullptr;
      module = found->second.get();
      address.remove_prefix(std::min(end, address.size()));
      if (address.starts_with("["))
        address.remove_prefix(std::min(address.find(']', closing(address)) + 1, address.size()));
      if (address.starts_with(".")) address.remove_prefix(1);
    }
    return module;
  }
  // Where to look for the bracket that closes: behind the quoted key, which may hold brackets.
  static std::size_t closing(std::string_view address) {
    if (!address.starts_with("[\"")) return 0;
    std::size_t i = 2;
    while (i < address.size() && address[i] != '"') i += address[i] == '\\' ? 2 : 1;
    return std::min(i, address.size());
  }

  Plan& plan_;
  std::unordered_map<std::string, const Json*> changes_;
};

}  // namespace

std::string Resource::config_name() const { return (data ? "data." : "") + type + "." + name; }
const Json& Resource::expressions() const { return config ? config->at("expressions") : kNull; }

const std::vector<std::size_t>* Plan::instances(std::string_view module, std::string_view config_name) const {
  std::string key(module);
  key += '|';
  key += config_name;
  const auto found = by_config.find(key);
  return found == by_config.end() ? nullptr : &found->second;
}
const Json& Plan::variable(std::string_view name) const { return document.at("variables").at(name).at("value"); }

Result<std::unique_ptr<Plan>> parse_plan(std::string_view text) {
  auto document = Json::parse(text);
  if (!document) return pass(document);
  auto plan = std::make_unique<Plan>();
  plan->document = std::move(*document);
  if (auto fine = Loader(*plan).load(); !fine) return pass(fine);
  return plan;
}

}  // namespace drydock::readers::terraform
