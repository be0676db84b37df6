#include "engine/planner.h"

#include <algorithm>
#include <set>

#include "engine/diff.h"
#include "engine/property_path.h"

namespace drydock::engine {
namespace {

using Draft = std::shared_ptr<Resource>;

/// Configuration as CheckConfig and DiffConfig see it: secrets in clear, nothing of the engine's own.
PropertyMap clear_config(const PropertyMap& properties) {
  PropertyMap out = plain(properties);
  out.erase("__internal");
  out.erase(kHomeKey);
  return out;
}

class Planner {
 public:
  Planner(const PlanRequest& request, const ProviderFactory& factory)
      : r_(request), goal_(request.goal), factory_(factory) {}

  Plan run() {
    inputs_ = without_outputs(goal_.inputs);
    if (goal_.custom && !find_provider()) return failed();
    if (provider_ && !provider_->accepts_resources) inputs_ = without_references(inputs_);
    if (needs_import()) return import();
    reset_ignored();
    next_ = record(inputs_);
    if (goal_.custom && !check(old_inputs_for_check())) return failed();
    decide();
    return std::move(plan_);
  }

 private:
  bool is_provider() const { return is_provider_type(goal_.type); }
  const Resource* old() const { return r_.old.get(); }

  Plan failed() {
    plan_.failed = true;
    plan_.steps.clear();
    return std::move(plan_);
  }
  void say(Severity severity, std::string message) { plan_.diagnostics.push_back({severity, std::move(message)}); }
  bool error(std::string message) {
    say(Severity::error, std::move(message));
    plan_.failed = true;
    return false;
  }

  bool find_provider() {
    provider_ = r_.provider;
    if (provider_ || !is_provider())
      return provider_ != nullptr || error("the provider of '" + goal_.type + "' is missing");
    if (!r_.loaded) return make_provider();
    provider_ = plan_.provider = r_.loaded;
    return true;
  }
  bool make_provider() {
    auto made = factory_(package_of(goal_.type), goal_.version);
    if (!made) return error(made.error().to_string());
    provider_ = std::make_shared<Instance>();
    provider_->urn = r_.urn;
    provider_->package = package_of(goal_.type);
    provider_->provider = std::move(*made);
    plan_.provider = provider_;
    return true;
  }

  Draft record(PropertyMap inputs) const {
    auto next = std::make_shared<Resource>();
    next->urn = r_.urn;
    next->custom = goal_.custom;
    next->type = goal_.type;
    next->inputs = std::move(inputs);
    next->parent = goal_.parent;
    next->protect = goal_.protect.value_or(false);
    next->dependencies = goal_.dependencies;
    next->provider = goal_.provider;
    next->property_dependencies = goal_.property_dependencies;
    if (!goal_.has_property_dependencies && !goal_.remote && !goal_.dependencies.empty())
      for (const auto& [key, value] : goal_.inputs) next->property_dependencies[key] = goal_.dependencies;
    next->additional_secret_outputs = goal_.additional_secret_outputs;
    next->custom_timeouts = goal_.custom_timeouts;
    next->import_id = goal_.import_id;
    next->retain_on_delete = goal_.retain_on_delete.value_or(false);
    next->deleted_with = goal_.deleted_with;
    next->replace_with = goal_.replace_with;
    next->source_position = goal_.source_position;
    next->stack_trace = goal_.stack_trace;
    next->ignore_changes = goal_.ignore_changes;
    next->hide_diff = goal_.hide_diff;
    next->replace_on_changes = goal_.replace_on_changes;
    next->replacement_trigger = without_outputs(goal_.replacement_trigger);
    next->resource_hooks = goal_.resource_hooks;
    return next;
  }

  // ---- import

  bool needs_import() const {
    if (!goal_.custom || goal_.import_id.empty() || r_.old_was_imported) return false;
    if (!old() || old()->external) return true;
    return (old()->import_id.empty() ? old()->id : old()->import_id) != goal_.import_id;
  }
  Plan import() {
    next_ = record(inputs_);
    plan_.plan_again = true;
    add(old() ? Op::import_replacement : Op::import, r_.old, next_);
    if (old()) add_replace_marker(r_.old, next_, {});
    return std::move(plan_);
  }

  // ---- check

  void reset_ignored() {
    if (!old()) return;
    for (const std::string& text : goal_.ignore_changes) {
      const auto path = parse_path(text);
      if (!path)
        say(Severity::warning, "ignoreChanges: '" + text + "' is not a property path");
      else if (!reset(*path, old()->inputs, inputs_))
        say(Severity::info, "cannot ignore changes to '" + text + "': it was added or removed as a whole");
    }
  }
  const PropertyMap& old_inputs_for_check() const {
    static const PropertyMap kNone;
    const bool fresh = !old() || r_.old_is_gone || old()->external || old()->taint || r_.replace_because == "id";
    return fresh ? kNone : old()->inputs;
  }
  bool check(const PropertyMap& olds) {
    if (!is_provider() && !provider_->configured) return true;  // nothing may be asked: the inputs stay as they are
    const bool config = is_provider();
    CheckRequest request{r_.urn, config ? clear_config(olds) : olds, config ? clear_config(inputs_) : inputs_,
                         r_.random_seed};
    auto reply = config ? provider_->provider->check_config(request) : provider_->provider->check(request);
    if (!reply) return error(reply.error().to_string());
    for (const CheckFailure& failure : reply->failures)
      error(failure.property.empty() ? failure.reason : "property '" + failure.property + "': " + failure.reason);
    if (plan_.failed) return false;
    return accept_checked(std::move(reply->inputs));
  }
  bool accept_checked(PropertyMap checked) {
    if (is_provider()) {
      if (auto it = inputs_.find("__internal"); it != inputs_.end()) checked.insert_or_assign("__internal", it->second);
      if (at(checked, "version") != at(inputs_, "version"))
        return error("the provider changed its own version in CheckConfig");
      mark_secrets(checked, inputs_, {});
      if (provider_ != r_.loaded) provider_->configured = !contains_unknowns(checked);
    }
    if (!r_.dry_run && contains_unknowns(checked)) return error("an input is not known, though this is no preview");
    next_->inputs = std::move(checked);
    return true;
  }

  // ---- decide

  void decide() {
    if (!old()) return add(Op::create, nullptr, next_);
    if (r_.old_is_gone) {
      add_replace_marker(r_.old, next_, {});
      return add(Op::create_replacement, r_.old, next_);
    }
    if (old()->external && !next_->external) {
      add(Op::create_replacement, r_.old, next_);
      return add_replace_marker(r_.old, next_, {});
    }
    DiffReply found;
    if (!diff(found)) return void(failed_keeping());
    apply_replace_on_changes(found, goal_.replace_on_changes, !old()->init_errors.empty());
    if (replaces(found) || old()->pending_replacement) return replace(std::move(found));
    if (changes(found) || !old()->init_errors.empty()) return update(std::move(found));
    same();
  }
  void failed_keeping() { plan_.failed = true; }

  bool diff(DiffReply& out) {
    const auto because = [&](const char* key) {
      out.changes = DiffReply::Changes::some;
      out.replaces = {key};
      return true;
    };
    if (triggered()) return because("replacementTrigger");
    if (!r_.replace_because.empty()) return because(r_.replace_because.c_str());
    if (old()->taint) return because("id");
    if (old()->custom != goal_.custom) return because("provider");
    if (r_.new_provider) {
      bool replace_for_provider = false;
      if (!diff_providers(replace_for_provider)) return false;
      if (replace_for_provider) return because("provider");
    }
    if (!goal_.custom) {
      out = compare_inputs(old()->inputs, next_->inputs);
      return true;
    }
    return diff_resource(out);
  }

  bool triggered() const {
    const PropertyValue now = next_->replacement_trigger.plain(), before = old()->replacement_trigger.plain();
    if (now.is_null() || before.is_null()) return false;
    return now.contains_unknowns() || now != before;
  }

  /// The resource moves to another provider, or to another configuration of it: the new provider says what that means.
  bool diff_providers(bool& replace) {
    if (!provider_->configured || !r_.old_provider) return true;
    const PropertyMap news = clear_config(r_.new_provider->inputs);
    auto reply = provider_->provider->diff_config({r_.new_provider->urn,
                                                   r_.old_provider->id,
                                                   clear_config(r_.old_provider->inputs),
                                                   clear_config(r_.old_provider->outputs),
                                                   news,
                                                   {}});
    if (!reply) return error(reply.error().to_string());
    replace = replaces(*reply);
    return true;
  }

  bool diff_resource(DiffReply& out) {
    if (!is_provider() && !provider_->configured) {
      say(Severity::warning,
          "the configuration of its provider is not known yet, so it may change in other ways than shown");
      out.changes = DiffReply::Changes::some;
      return true;
    }
    const Resource& o = *old();
    auto reply =
        is_provider()
            ? provider_->provider->diff_config({r_.urn, o.id, clear_config(o.inputs), clear_config(o.outputs),
                                                clear_config(next_->inputs), goal_.ignore_changes})
            : provider_->provider->diff({r_.urn, o.id, o.inputs, o.outputs, next_->inputs, goal_.ignore_changes});
    if (!reply) return error(reply.error().to_string());
    if (reply->changes == DiffReply::Changes::unknown) compare_ourselves(*reply);
    out = std::move(*reply);
    return true;
  }
  void compare_ourselves(DiffReply& reply) const {
    PropertyMap news = next_->inputs;
    for (const std::string& text : goal_.ignore_changes)
      if (const auto path = parse_path(text)) reset(*path, old()->inputs, news);
    const bool delete_first = reply.delete_before_replace;
    auto replaces = std::move(reply.replaces);
    reply = compare_inputs(provider_config(old()->inputs), provider_config(news));
    reply.delete_before_replace = delete_first;
    reply.replaces = std::move(replaces);
  }

  // ---- steps

  void same() {
    carry_over();
    add(Op::same, r_.old, next_);
  }
  void update(DiffReply found) {
    carry_over();
    next_->init_errors.clear();
    add(Op::update, r_.old, next_, std::move(found));
  }
  /// What a record keeps when the resource stays the same thing.
  void carry_over() {
    next_->id = old()->id;
    next_->outputs = old()->outputs;
    next_->init_errors = old()->init_errors;
    next_->created = old()->created;
    next_->modified = old()->modified;
    next_->refresh_before_update = old()->refresh_before_update;
    if (next_->import_id.empty()) next_->import_id = old()->import_id;
    mark_secrets(next_->outputs, next_->inputs, next_->additional_secret_outputs);
  }
  void replace(DiffReply found) {
    if (old()->protect && next_->protect) {
      error("it is protected and would have to be replaced (because of " + keys_text(found) +
            "). To allow that, set 'protect' to false and update first.");
      return;
    }
    if (!goal_.import_id.empty() && r_.old_was_imported) {
      error("the imported resource differs so much from the program that it would have to be replaced (because of " +
            keys_text(found) + "). Make the program say what is there.");
      return;
    }
    const bool checked_fresh = old()->taint || r_.replace_because == "id";
    if (goal_.custom && !checked_fresh && !check({})) return;
    const bool delete_first =
        goal_.delete_before_replace.value_or(found.delete_before_replace) || old()->pending_replacement;
    if (delete_first) {
      plan_.delete_before_replace = true;
      add_replace_marker(r_.old, next_, found);
      return add(Op::create_replacement, r_.old, next_, std::move(found));
    }
    add(Op::create_replacement, r_.old, next_, found);
    add_replace_marker(r_.old, next_, std::move(found));
  }
  static std::string keys_text(const DiffReply& found) {
    std::string out;
    for (const std::string& key : found.replaces) out += (out.empty() ? "'" : ", '") + key + "'";
    return out.empty() ? "the difference" : out;
  }

  void add_replace_marker(ResourcePtr previous, ResourcePtr next, DiffReply found) {
    add(Op::replace, std::move(previous), std::move(next), std::move(found));
  }
  void add(Op op, ResourcePtr previous, ResourcePtr next, DiffReply found = {}) {
    if (r_.loaded && provider_ == r_.loaded && op != Op::same) {
      if (!make_provider()) return;
      provider_->configured = !contains_unknowns(next->inputs);
    }
    Step step;
    step.info.op = op;
    step.info.urn = r_.urn;
    step.info.type = goal_.type;
    step.info.provider = goal_.provider;
    step.info.previous = std::move(previous);
    step.info.next = std::move(next);
    step.info.replace_keys = std::move(found.replaces);
    step.info.diffs = std::move(found.diffs);
    step.info.detailed = std::move(found.detailed);
    step.info.has_detailed = found.has_detailed;
    step.info.logical = op != Op::create_replacement && op != Op::import_replacement;
    step.previous_slot = step.info.previous ? r_.old_slot : kNoSlot;
    step.provider = provider_;
    step.expected_home = r_.expected_home;
    plan_.steps.push_back(std::move(step));
  }

  const PlanRequest& r_;
  const Goal& goal_;
  const ProviderFactory& factory_;
  InstancePtr provider_;
  PropertyMap inputs_;
  Draft next_;
  Plan plan_;
};

bool any_in(const std::vector<Urn>& urns, const std::set<Urn>& set) {
  return std::any_of(urns.begin(), urns.end(), [&](const Urn& urn) { return set.count(urn) > 0; });
}

/// The dependent would be replaced if the resources in `gone` had values that nobody knows yet.
Result<bool> would_be_replaced(const Dependent& d, const std::set<Urn>& gone) {
  const Resource& r = *d.record;
  PropertyMap news = r.inputs;
  bool touched = false;
  for (const auto& [key, urns] : r.property_dependencies)
    if (any_in(urns, gone)) {
      if (auto it = news.find(key); it != news.end()) it->second = Unknown{};
      touched = true;
    }
  if (!touched || !d.provider || !d.provider->configured || is_provider_type(r.type)) return false;
  auto diff = d.provider->provider->diff({r.urn, r.id, r.inputs, r.outputs, news, r.ignore_changes});
  if (!diff) return pass(diff, "asking whether '" + r.urn.str() + "' has to be replaced, too");
  if (diff->changes == DiffReply::Changes::unknown) *diff = compare_inputs(r.inputs, news);
  apply_replace_on_changes(*diff, r.replace_on_changes, false);
  return replaces(*diff);
}

}  // namespace

Plan plan(const PlanRequest& request, const ProviderFactory& factory) { return Planner(request, factory).run(); }

Result<std::vector<Dependent>> drawn_along(const Resource& root, const std::vector<Dependent>& candidates) {
  std::set<Urn> gone{root.urn};
  std::vector<Dependent> out;
  for (const Dependent& d : candidates) {
    const Resource& r = *d.record;
    if (r.urn == root.urn || !r.custom || r.external) continue;
    const auto provider = ProviderReference::parse(r.provider);
    bool joins = (provider && gone.count(provider->urn)) || gone.count(r.deleted_with) || any_in(r.replace_with, gone);
    if (!joins) {
      auto replaced = would_be_replaced(d, gone);
      if (!replaced) return pass(replaced);
      joins = *replaced;
    }
    if (!joins) continue;
    gone.insert(r.urn);
    out.push_back(d);
  }
  return out;
}

}  // namespace drydock::engine
