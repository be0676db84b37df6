// Providers are resources: chosen by option, inheritance or default, loaded once, known by their reference.
#include <algorithm>

#include "engine/builtin_provider.h"
#include "engine/run.h"

namespace drydock::engine {
namespace {

/// default_1_2_3, default_1_2_3_beta_1, default_example.com/pkg: as Pulumi names them, so that states can be shared.
std::string default_provider_name(const std::string& version, const std::string& url) {
  std::string name = "default";
  if (!version.empty()) {
    name += '_';
    for (const char c : version) name += (c == '.' || c == '+' || c == '-') ? '_' : c;
  }
  if (!url.empty()) {
    const auto scheme = url.find("://");
    name += "_" + (scheme == std::string::npos ? url : url.substr(scheme + 3));
  }
  return name;
}

bool same_id(const std::string& a, const std::string& b) {
  const auto unknown = [](const std::string& id) { return id.empty() || id == kUnknownId; };
  return a == b || (unknown(a) && unknown(b));
}

}  // namespace

/// By option, then by what the parents say; empty: the default provider.
std::string Run::chosen_provider(const Goal& goal, const std::string& package) const {
  if (!goal.provider.empty()) return goal.provider;
  if (auto it = goal.providers.find(package); it != goal.providers.end()) return it->second;
  const auto parent = entries_.find(goal.parent.str());
  if (parent == entries_.end()) return {};
  if (auto it = parent->second.providers.find(package); it != parent->second.providers.end()) return it->second;
  const auto own = ProviderReference::parse(parent->second.provider);
  return own && package_of(own->urn.type()) == package ? parent->second.provider : std::string();
}

void Run::with_provider(const Goal& goal, const std::string& package,
                        std::function<void(std::string, InstancePtr)> then, std::function<void(std::string)> fail) {
  const std::string chosen = chosen_provider(goal, package);
  if (chosen.empty())
    return with_default_provider(package, goal.version, goal.plugin_download_url, std::move(then), std::move(fail));
  const auto reference = ProviderReference::parse(chosen);
  if (!reference) return fail("'" + chosen + "' is no reference to a provider");
  const auto entry = entries_.find(reference->urn.str());
  if (entry == entries_.end() || !entry->second.record || !same_id(entry->second.record->id, reference->id))
    return fail("the provider '" + chosen + "' is not registered");
  const std::string full = ProviderReference{reference->urn, entry->second.record->id}.str();
  const auto instance = instances_.find(full);
  if (instance == instances_.end()) return fail("the provider '" + chosen + "' could not be started");
  then(full, instance->second);
}

/// Who names no version gets that of the default provider that the stack has, so that it does not get a second one.
std::string Run::default_version(const std::string& package) const {
  std::string version;
  for (const Old& old : olds_) {
    if (!old.record || old.record->type != "pulumi:providers:" + package ||
        !old.record->urn.name().starts_with("default"))
      continue;
    version = at(old.record->inputs, "version").plain().string_or();
    if (version.empty()) break;
  }
  return version;
}

void Run::with_default_provider(const std::string& package, const std::string& wanted_version, const std::string& url,
                                std::function<void(std::string, InstancePtr)> then,
                                std::function<void(std::string)> fail) {
  const bool any = wanted_version.empty() && url.empty() && package != "pulumi";
  const std::string version = any ? default_version(package) : wanted_version;
  const std::string key = package == "pulumi" ? package : package + "\n" + version + "\n" + url;
  auto [it, is_new] = defaults_.try_emplace(key);
  DefaultProvider& provider = it->second;
  const auto answer = [&provider, package, then, fail] {
    if (provider.failed) return fail("the provider of package '" + package + "' could not be started");
    then(provider.reference, provider.instance);
  };
  if (provider.ready || provider.failed) return answer();
  provider.waiting.push_back(answer);
  if (!is_new) return;
  auto r = std::make_shared<Registration>();
  r->goal = default_provider_goal(package, version, url);
  r->hidden = true;
  if (package == "pulumi") r->provider = builtin_instance();
  r->answer = [this, &provider](tl::expected<Registered, Refusal> result) {
    provider.ready = result && result->result == Registered::Result::success;
    provider.failed = !provider.ready;
    if (provider.ready) {
      provider.reference = ProviderReference{result->urn, result->id}.str();
      provider.instance = instances_[provider.reference];
    }
    for (auto& waiting : std::exchange(provider.waiting, {})) waiting();
  };
  ++registering_;
  if (admit(r)) plan_registration(r);
}

/// A provider resource keeps beside its configuration what the engine needs to load it again.
void Run::complete_provider_inputs(Goal& goal) {
  PropertyMap internal;
  if (!goal.plugin_download_url.empty()) internal["pluginDownloadURL"] = goal.plugin_download_url;
  if (!goal.version.empty()) goal.inputs["version"] = goal.version;
  goal.inputs["__internal"] = std::move(internal);
}

Goal Run::default_provider_goal(const std::string& package, const std::string& version, const std::string& url) const {
  Goal goal;
  goal.type = "pulumi:providers:" + package;
  goal.custom = true;
  goal.version = version;
  goal.has_property_dependencies = true;
  if (package == "pulumi") {
    goal.name = "default";
    return goal;
  }
  goal.name = default_provider_name(version, url);
  const std::string prefix = package + ":";
  for (const auto& [key, value] : program_.config) {
    if (!key.starts_with(prefix)) continue;
    const auto& secrets = program_.config_secret_keys;
    const bool secret = std::find(secrets.begin(), secrets.end(), key) != secrets.end();
    goal.inputs[key.substr(prefix.size())] = secret ? PropertyValue::secret(value) : PropertyValue(value);
  }
  goal.plugin_download_url = url;
  complete_provider_inputs(goal);
  return goal;
}

InstancePtr Run::builtin_instance() {
  auto instance = std::make_shared<Instance>();
  instance->package = "pulumi";
  instance->provider = make_builtin_provider(env_.stack_outputs);
  instance->inline_calls = true;
  instance->accepts_resources = true;
  return instance;
}

/// Where the stack's resources of this provider lived so far. Default providers of a package count as one, whatever
/// their version is called.
std::string Run::expected_home(const Urn& urn, const std::string& type) const {
  const bool is_default = urn.name().starts_with("default");
  for (const Old& old : olds_) {
    if (!old.record || old.record->type != type) continue;
    const bool same = old.record->urn == urn || (is_default && old.record->urn.name().starts_with("default"));
    if (!same) continue;
    std::string home = at(old.record->outputs, kHomeKey).plain().string_or();
    if (!home.empty()) return home;
  }
  return {};
}

ResourcePtr Run::provider_record(const std::string& text) const {
  const auto reference = ProviderReference::parse(text);
  if (!reference) return nullptr;
  if (auto it = entries_.find(reference->urn.str());
      it != entries_.end() && it->second.record && same_id(it->second.record->id, reference->id))
    return it->second.record;
  const auto is_it = [&](const Old& old) {
    return old.record && old.record->urn == reference->urn && old.record->id == reference->id;
  };
  if (auto it = old_by_urn_.find(reference->urn.str()); it != old_by_urn_.end() && is_it(olds_[it->second]))
    return olds_[it->second].record;
  const auto twin = std::find_if(olds_.begin(), olds_.end(), is_it);
  return twin == olds_.end() ? nullptr : twin->record;
}

void Run::with_old_provider(const std::string& reference, std::function<void(InstancePtr)> then,
                            std::function<void(std::string)> fail) {
  if (auto it = instances_.find(reference); it != instances_.end()) return then(it->second);
  const ResourcePtr record = provider_record(reference);
  if (!record) return fail("its provider '" + reference + "' is not in the state");
  const std::string package = package_of(record->type);
  if (package == "pulumi") return then(instances_[reference] = builtin_instance());
  auto& waiting = loading_[reference];
  waiting.emplace_back(std::move(then), std::move(fail));
  if (waiting.size() > 1) return;
  const std::string home = expected_home(record->urn, record->type);
  planners_.run([this, reference, record, package, home] {
    auto instance = std::make_shared<Instance>();
    instance->urn = record->urn;
    instance->package = package;
    std::string error;
    if (auto made = env_.providers(package, at(record->inputs, "version").plain().string_or())) {
      instance->provider = std::move(*made);
      if (auto done = configure(*instance, provider_config(record->inputs), home); !done)
        error = done.error().to_string();
    } else {
      error = made.error().to_string();
    }
    strand_.post([this, reference, instance, error] {
      if (error.empty()) instances_[reference] = instance;
      for (auto& [then, fail] : std::exchange(loading_[reference], {})) error.empty() ? then(instance) : fail(error);
      loading_.erase(reference);
    });
  });
}

}  // namespace drydock::engine
