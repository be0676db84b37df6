// Registering: from what a program asks for to the steps that bring it about.
#include <algorithm>

#include "base/hash.h"
#include "engine/run.h"

namespace drydock::engine {
namespace {

/// A component or a thing of the engine's own may be planned without leaving the strand.
bool plans_inline(const Registration& r) { return !r.goal.custom || (r.provider && r.provider->inline_calls); }

bool valid_token(const std::string& type) { return std::count(type.begin(), type.end(), ':') == 2; }

}  // namespace

void Run::register_resource(Goal goal, Answer<Registered> answer) {
  if (refuse_if_over(answer)) return;
  auto r = std::make_shared<Registration>();
  r->goal = std::move(goal);
  r->answer = std::move(answer);
  ++registering_;
  if (!admit(r)) return;
  wait_for_components(r, [this, r] {
    if (r->goal.remote) return construct(r);
    if (!r->goal.custom || is_provider_type(r->goal.type)) {
      if (r->goal.custom && package_of(r->goal.type) == "pulumi")
        r->provider = builtin_instance();
      else if (r->goal.custom)
        complete_provider_inputs(r->goal);
      return plan_registration(r);
    }
    with_provider(
        r->goal, package_of(r->goal.type),
        [this, r](std::string reference, InstancePtr provider) {
          r->goal.provider = std::move(reference);
          r->provider = std::move(provider);
          entries_[r->urn.str()].provider = r->goal.provider;
          plan_registration(r);
        },
        [this, r](std::string why) {
          complain(r->urn, std::move(why));
          answer_failure(*r, Registered::Result::fail);
        });
  });
}

/// The first look: is it a registration that this run can have? Reserves the URN.
bool Run::admit(const RegistrationPtr& r) {
  Goal& goal = r->goal;
  const auto refuse = [&](std::string why) {
    diagnose(Severity::error, r->urn, why);
    --registering_;
    stop(Outcome::failed);
    unanswered_.push_back([answer = r->answer, why] { answer(tl::unexpected(Refusal{Refusal::Kind::invalid, why})); });
    return false;
  };
  if ((goal.custom || goal.remote) && !valid_token(goal.type))
    return refuse("the type '" + goal.type + "' of resource '" + goal.name +
                  "' must have three parts, package:module:Name");
  if (!goal.parent.empty() && !entries_.count(goal.parent.str()))
    return refuse("the parent '" + goal.parent.str() + "' of resource '" + goal.name + "' is not registered");
  r->urn = Urn::make(program_.stack, program_.project, goal.parent, goal.type, goal.name);
  if (goal.remote) return true;  // registered by the component's own provider
  if (entries_.count(r->urn.str()))
    return refuse("there are two resources with the URN '" + r->urn.str() + "'; give one of them another name");
  inherit(goal);
  Entry entry;
  entry.urn = r->urn;
  entry.parent = goal.parent;
  entry.type = goal.type;
  entry.custom = goal.custom;
  entry.protect = goal.protect;
  entry.retain_on_delete = goal.retain_on_delete;
  entry.deleted_with = goal.deleted_with;
  entry.provider = goal.provider;
  entry.targeted = is_targeted(goal, r->urn);
  if (auto parent = entries_.find(goal.parent.str()); parent != entries_.end())
    entry.providers = parent->second.providers;
  for (const auto& [package, reference] : goal.providers) entry.providers[package] = reference;
  if (!goal.custom) {
    if (const auto own = ProviderReference::parse(goal.provider))
      entry.providers[package_of(own->urn.type())] = goal.provider;
    goal.provider.clear();  // components have none in the state
  }
  entries_.emplace(r->urn.str(), std::move(entry));
  if (goal.type == kStackType && goal.parent.empty()) stack_urn_ = r->urn;
  for (const Urn& urn : goal.dependencies) {
    auto it = entries_.find(urn.str());
    if (it == entries_.end() || !it->second.failed) continue;
    answer_failure(*r, Registered::Result::skip);
    return false;
  }
  return true;
}

void Run::inherit(Goal& goal) const {
  const auto parent = entries_.find(goal.parent.str());
  if (parent == entries_.end()) return;
  if (!goal.protect) goal.protect = parent->second.protect;
  if (!goal.retain_on_delete) goal.retain_on_delete = parent->second.retain_on_delete;
  if (goal.deleted_with.empty()) goal.deleted_with = parent->second.deleted_with;
}

/// A component of a provider answers before all its children are done. Who depends on its outputs goes on; who says
/// `dependsOn` waits for the whole.
void Run::wait_for_components(const RegistrationPtr& r, Then then) {
  const Entry* open = open_component_before(*r);
  if (!open) return then();
  emit(ResourceWaitingEvent{r->urn, "component '" + std::string(open->urn.name()) + "'"});
  entries_[open->urn.str()].when_settled.push_back([this, r, then] {
    if (refuse_if_over(r->answer)) {
      --registering_;
      return;
    }
    wait_for_components(r, then);
  });
}

const Run::Entry* Run::open_component_before(const Registration& r) const {
  const auto is_inside = [&](const Urn& component) {
    for (Urn at = r.goal.parent; !at.empty();) {
      if (at == component) return true;
      auto it = entries_.find(at.str());
      if (it == entries_.end()) return false;
      at = it->second.parent;
    }
    return false;
  };
  const auto behind_a_property = [&](const Urn& urn) {
    return std::any_of(r.goal.property_dependencies.begin(), r.goal.property_dependencies.end(), [&](const auto& pair) {
      return std::find(pair.second.begin(), pair.second.end(), urn) != pair.second.end();
    });
  };
  for (const Urn& urn : r.goal.dependencies) {
    auto it = entries_.find(urn.str());
    if (it != entries_.end() && it->second.open && !behind_a_property(urn) && !is_inside(urn)) return &it->second;
  }
  return nullptr;
}

// ---- the old record

void Run::find_old(Registration& r) {
  const auto claim = [&](Slot slot) {
    olds_[slot].claimed = true;
    r.old = olds_[slot].record;
    r.old_slot = slot;
    if (r.old->urn != r.urn) entries_[r.urn.str()].alias_of = r.old->urn;
  };
  if (auto it = old_by_urn_.find(r.urn.str()); it != old_by_urn_.end() && !olds_[it->second].claimed)
    return claim(it->second);
  std::vector<Alias> aliases = r.goal.aliases;
  for (Alias& alias : inherited_aliases(r)) aliases.push_back(std::move(alias));
  for (const Alias& alias : aliases) {
    const Slot slot = slot_of_alias(r, alias);
    if (slot == kNoSlot) continue;
    if (!olds_[slot].claimed) return claim(slot);
    diagnose(Severity::error, r.urn,
             "its alias '" + olds_[slot].record->urn.str() +
                 "' is the old resource of another one; a resource can go on as one only");
    return stop(Outcome::failed);
  }
}

Slot Run::slot_of_alias(const Registration& r, const Alias& alias) const {
  Urn urn = alias.urn;
  if (urn.empty())
    urn = Urn::make(alias.stack.value_or(program_.stack), alias.project.value_or(program_.project),
                    alias.parent.value_or(r.goal.parent), alias.type.value_or(r.goal.type),
                    alias.name.value_or(r.goal.name));
  const auto it = old_by_urn_.find(urn.str());
  return it == old_by_urn_.end() ? kNoSlot : it->second;
}

/// A parent that was known under another URN gave its children other URNs, too, and often names that began with its
/// own.
std::vector<Alias> Run::inherited_aliases(const Registration& r) const {
  const auto parent = entries_.find(r.goal.parent.str());
  if (parent == entries_.end() || parent->second.alias_of.empty()) return {};
  const Urn& old_parent = parent->second.alias_of;
  const std::string now(parent->second.urn.name()), before(old_parent.name());
  std::vector<Alias> bases = r.goal.aliases;
  bases.emplace_back();
  std::vector<Alias> out;
  for (const Alias& base : bases) {
    if (!base.urn.empty() || base.parent) continue;
    Alias alias = base;
    alias.parent = old_parent;
    out.push_back(alias);
    const std::string name = alias.name.value_or(r.goal.name);
    if (now == before || !name.starts_with(now)) continue;
    alias.name = before + name.substr(now.size());
    out.push_back(std::move(alias));
  }
  return out;
}

// ---- planning

void Run::plan_registration(const RegistrationPtr& r) {
  if (refuse_if_over(r->answer)) {
    --registering_;
    return advance();
  }
  if (!r->replanned) find_old(*r);
  if (!entries_[r->urn.str()].targeted && !(r->old && olds_[r->old_slot].gone)) return leave_alone(r);
  if (depends_on_skipped(*r)) return answer_failure(*r, Registered::Result::fail);
  auto request = std::make_shared<PlanRequest>(plan_request(*r));
  if (plans_inline(*r)) return planned(r, std::make_shared<Plan>(plan(*request, env_.providers)));
  request->random_seed = random_bytes(32);
  planners_.run([this, r, request] {
    auto made = std::make_shared<Plan>(plan(*request, env_.providers));
    strand_.post([this, r, made] { planned(r, made); });
  });
}

PlanRequest Run::plan_request(const Registration& r) {
  PlanRequest request;
  request.goal = r.goal;
  request.urn = r.urn;
  request.old = r.old;
  request.old_slot = r.old_slot;
  request.old_was_imported = r.replanned;
  request.provider = r.provider;
  request.dry_run = options_.dry_run;
  if (is_provider_type(r.goal.type)) {
    request.expected_home = expected_home(r.urn, r.goal.type);
    const auto loaded = r.old ? instances_.find(ProviderReference{r.old->urn, r.old->id}.str()) : instances_.end();
    if (loaded != instances_.end() && !r.provider) request.loaded = loaded->second;
  }
  if (std::find(options_.replace_urns.begin(), options_.replace_urns.end(), r.urn.str()) != options_.replace_urns.end())
    request.replace_because = "id";
  const auto replaced = [&](const Urn& urn) {
    auto it = entries_.find(urn.str());
    return it != entries_.end() && it->second.replaced;
  };
  if (std::any_of(r.goal.replace_with.begin(), r.goal.replace_with.end(), replaced))
    request.replace_because = "replaceWith";
  if (!r.goal.deleted_with.empty() && replaced(r.goal.deleted_with)) request.replace_because = "deletedWith";
  if (!r.old || r.replanned) return request;
  request.old_is_gone = olds_[r.old_slot].gone;
  auto before = ProviderReference::parse(r.old->provider);
  if (!before) return request;
  if (auto it = renamed_.find(before->urn); it != renamed_.end()) before->urn = it->second;
  if (before->str() == r.goal.provider) return request;
  request.old_provider = provider_record(r.old->provider);
  request.new_provider = provider_record(r.goal.provider);
  return request;
}

void Run::planned(const RegistrationPtr& r, std::shared_ptr<Plan> plan) {
  for (PlanDiagnostic& d : plan->diagnostics) diagnose(d.severity, r->urn, std::move(d.message));
  if (plan->failed) {
    answer_failure(*r, Registered::Result::fail);
    return;
  }
  if (plan->provider) r->provider = plan->provider;
  const bool delete_first = plan->delete_before_replace && r->old && !r->old->pending_replacement;
  if (delete_first) return delete_before(r, std::move(plan));
  submit_plan(r, std::move(plan), {});
}

/// A replacement that deletes first: what cannot live without the old resource goes before it.
void Run::delete_before(const RegistrationPtr& r, std::shared_ptr<Plan> plan) {
  struct Gathering {
    std::vector<Dependent> candidates;
    InstancePtr own;  // the provider of the old resource, which may not be that of the new one
    std::size_t waiting = 1;
  };
  auto gathering = std::make_shared<Gathering>();
  for (Slot slot = r->old_slot + 1; slot < olds_.size(); ++slot) {
    const Old& old = olds_[slot];
    if (!old.claimed && !old.gone && old.record && !old.record->delete_)
      gathering->candidates.push_back({old.record, slot, nullptr});
  }
  const auto go = [this, r, plan, gathering] {
    if (--gathering->waiting > 0) return;
    planners_.run([this, r, plan, gathering] {
      auto drawn = std::make_shared<Result<std::vector<Dependent>>>(drawn_along(*r->old, gathering->candidates));
      strand_.post([this, r, plan, drawn, gathering] {
        if (!*drawn) {
          diagnose(Severity::error, r->urn, drawn->error().to_string());
          return answer_failure(*r, Registered::Result::fail);
        }
        std::vector<Step> before;
        const auto add = [&](const ResourcePtr& record, Slot slot, InstancePtr provider) {
          Step step;
          step.info = {.op = Op::delete_replaced,
                       .urn = record->urn,
                       .type = record->type,
                       .provider = record->provider,
                       .previous = record};
          step.info.logical = false;
          step.previous_slot = slot;
          step.provider = std::move(provider);
          step.pending_replacement = true;
          before.push_back(std::move(step));
          olds_[slot].gone = true;
        };
        for (auto d = (*drawn)->rbegin(); d != (*drawn)->rend(); ++d) {
          if (d->record->protect) {
            diagnose(Severity::error, d->record->urn,
                     "it is protected and would have to be deleted with '" + r->urn.str() + "'");
            return answer_failure(*r, Registered::Result::fail);
          }
          add(d->record, d->slot, d->provider);
        }
        add(r->old, r->old_slot, gathering->own);
        submit_plan(r, plan, std::move(before));
      });
    });
  };
  if (!r->old->provider.empty()) {
    ++gathering->waiting;
    with_old_provider(
        r->old->provider,
        [gathering, go](InstancePtr provider) {
          gathering->own = std::move(provider);
          go();
        },
        [this, r](std::string why) {
          complain(r->urn, std::move(why));
          answer_failure(*r, Registered::Result::fail);
        });
  }
  for (std::size_t i = 0; i < gathering->candidates.size(); ++i) {
    const std::string& reference = gathering->candidates[i].record->provider;
    if (reference.empty()) continue;
    ++gathering->waiting;
    with_old_provider(
        reference,
        [gathering, i, go](InstancePtr provider) {
          gathering->candidates[i].provider = std::move(provider);
          go();
        },
        [go](const std::string&) { go(); });
  }
  go();
}

void Run::submit_plan(const RegistrationPtr& r, std::shared_ptr<Plan> plan, std::vector<Step> before) {
  auto chain = std::make_shared<Chain>();
  chain->hidden = r->hidden;
  for (Step& step : before) chain->steps.push_back({std::move(step), {}, {}, {}, {}, kNoSlot});
  for (Step& step : plan->steps) {
    step.info.hidden = r->hidden;
    chain->steps.push_back({std::move(step), {}, {}, {}, {}, kNoSlot});
  }
  chain->done = [this, r, again = plan->plan_again](bool ok) { registered(r, ok, again); };
  submit(std::move(chain));
}

void Run::registered(const RegistrationPtr& r, bool ok, bool plan_again) {
  if (!ok) return answer_failure(*r, Registered::Result::fail);
  if (!plan_again) return answer_success(*r);
  const Entry& entry = entries_[r->urn.str()];
  r->old = entry.record;
  r->old_slot = entry.slot;
  r->replanned = true;
  plan_registration(r);
}

void Run::answer_success(const Registration& r) {
  const Entry& entry = entries_[r.urn.str()];
  Registered out;
  out.urn = r.urn;
  out.id = entry.record->id;
  if (entry.custom) {
    out.outputs = entry.record->outputs;
    out.outputs.erase(kHomeKey);
  }
  --registering_;
  r.answer(std::move(out));
  advance();
}

void Run::answer_failure(const Registration& r, Registered::Result result) {
  Entry& entry = entries_[r.urn.str()];
  entry.failed = true;
  --registering_;
  if (result == Registered::Result::fail && !stopping_)
    errored_.insert(r.urn);  // what the end of the run drops did not fail
  if (!options_.continue_on_error) {
    stop(stopping_ ? outcome_ : Outcome::failed);
    auto answer = r.answer;
    unanswered_.push_back([answer] { answer(tl::unexpected(Refusal{Refusal::Kind::unavailable, "the run is over"})); });
    return advance();
  }
  if (outcome_ == Outcome::succeeded) outcome_ = Outcome::failed;
  Registered out;
  out.urn = r.urn;
  out.result = result;
  r.answer(std::move(out));
  advance();
}

}  // namespace drydock::engine
