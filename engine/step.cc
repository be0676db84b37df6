#include "engine/step.h"

#include <algorithm>

#include "base/hash.h"
#include "sdk/property_wire.h"

namespace drydock::engine {
namespace {

using Draft = std::shared_ptr<Resource>;

std::chrono::milliseconds milliseconds(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1000));
}

Performed done(Draft next) { return {std::move(next), std::nullopt, false, {}}; }
Performed failed(Error error) {
  const bool unknown = error.code == ErrorCode::internal;
  return {nullptr, std::move(error), unknown, {}};
}

/// Takes what a provider said about a resource into its record.
void take(Resource& next, drydock::ResourceState state) {
  next.id = std::move(state.id);
  next.outputs = std::move(state.outputs);
  next.init_errors = std::move(state.init_errors);
  mark_secrets(next.outputs, next.inputs, next.additional_secret_outputs);
}

Performed perform_provider(const Step& step, Draft next, bool dry_run) {
  if (next->id.empty()) next->id = dry_run ? std::string(kUnknownId) : random_uuid();
  if (step.info.op != Op::same) next->outputs = provider_config(next->inputs);
  if (!step.provider || !step.provider->configured || step.provider->running) return done(std::move(next));
  // A provider that did not change runs with the inputs that it was made with.
  const PropertyMap& inputs = step.info.op == Op::same ? step.info.previous->inputs : next->inputs;
  auto home = configure(*step.provider, provider_config(inputs), step.expected_home);
  if (!home) return failed(std::move(home.error()));
  if (!home->empty()) next->outputs.insert_or_assign(kHomeKey, *home);
  return done(std::move(next));
}

Performed create(const Step& step, Draft next, bool dry_run, std::stop_token cancelled) {
  if (!next->custom || !step.provider->configured) return done(std::move(next));
  auto made = step.provider->provider->create(
      {next->urn, next->inputs, milliseconds(next->custom_timeouts.create), dry_run}, cancelled);
  if (!made) {
    Performed out = failed(std::move(made.error().error));
    if (!made.error().partial) return out;
    take(*next, std::move(*made.error().partial));
    out.next = std::move(next);
    out.unknown_status = false;
    return out;
  }
  take(*next, std::move(*made));
  if (dry_run)
    next->id.clear();
  else if (next->id.empty())
    return failed({ErrorCode::internal, "the provider created '" + next->urn.str() + "' without giving it an id", {}});
  return done(std::move(next));
}

Performed update(const Step& step, Draft next, bool dry_run, std::stop_token cancelled) {
  if (!next->custom || !step.provider->configured) return done(std::move(next));
  const Resource& old = *step.info.previous;
  auto made =
      step.provider->provider->update({next->urn, old.id, old.inputs, old.outputs, next->inputs,
                                       milliseconds(next->custom_timeouts.update), next->ignore_changes, dry_run},
                                      cancelled);
  if (!made) {
    Performed out = failed(std::move(made.error().error));
    if (!made.error().partial) return out;
    take(*next, std::move(*made.error().partial));
    next->id = old.id;
    next->inputs = old.inputs;  // so that the next run sees the change again
    out.next = std::move(next);
    out.unknown_status = false;
    return out;
  }
  take(*next, std::move(*made));
  next->id = old.id;
  return done(std::move(next));
}

Performed del(const Step& step, bool dry_run, std::stop_token cancelled) {
  if (!calls_provider(step, dry_run)) return {};
  const Resource& old = *step.info.previous;
  auto gone = step.provider->provider->del(
      {old.urn, old.id, old.inputs, old.outputs, milliseconds(old.custom_timeouts.delete_)}, cancelled);
  if (!gone) return failed(std::move(gone.error()));
  return {};
}

Error not_there(const Resource& record) {
  return {ErrorCode::not_found,
          "there is no '" + record.type + "' with the id '" + record.id + "' (resource '" +
              std::string(record.urn.name()) + "')",
          {}};
}

/// Read of what the program does not own.
Performed read(const Step& step, Draft next, std::stop_token cancelled) {
  if (next->id.empty() || !step.provider->configured) return done(std::move(next));
  auto found = step.provider->provider->read({next->urn, next->id, next->inputs, next->inputs}, cancelled);
  if (!found) return failed(std::move(found.error()));
  if (found->id.empty()) return failed(not_there(*next));
  take(*next, std::move(*found));
  return done(std::move(next));
}

Performed import(const Step& step, Draft next, std::stop_token cancelled) {
  next->id = next->import_id;
  auto found = step.provider->provider->read({next->urn, next->id, {}, {}}, cancelled);
  if (!found) return failed(std::move(found.error()));
  if (found->id.empty()) return failed(not_there(*next));
  if (!found->inputs)
    return failed({ErrorCode::unsupported, "the provider of '" + next->type + "' does not support importing", {}});
  next->inputs = *found->inputs;
  take(*next, std::move(*found));
  return done(std::move(next));
}

DiffKind inverse(DiffKind kind) {
  switch (kind) {
    case DiffKind::add:
      return DiffKind::delete_;
    case DiffKind::delete_:
      return DiffKind::add;
    case DiffKind::add_replace:
      return DiffKind::delete_replace;
    case DiffKind::delete_replace:
      return DiffKind::add_replace;
    default:
      return kind;
  }
}

/// What changed outside: the provider says how it would get back to the old inputs, and we read that backwards.
DiffReply drift(const Step& step, const Resource& now) {
  const Resource& old = *step.info.previous;
  auto back = step.provider->provider->diff({old.urn, old.id, now.inputs, now.outputs, old.inputs, old.ignore_changes});
  if (!back) return {};
  for (auto& [path, change] : back->detailed) change.kind = inverse(change.kind);
  return std::move(*back);
}

/// The record as the cloud has it now; null when it is gone.
Performed refresh(const Step& step, std::stop_token cancelled) {
  const Resource& old = *step.info.previous;
  auto found = step.provider->provider->read({old.urn, old.id, old.inputs, old.outputs}, cancelled);
  if (!found) return failed(std::move(found.error()));
  if (found->id.empty()) return {};
  auto next = std::make_shared<Resource>(old);
  if (found->inputs) next->inputs = *found->inputs;
  take(*next, std::move(*found));
  DiffReply drifted = old.external ? DiffReply{} : drift(step, *next);
  return {std::move(next), std::nullopt, false, std::move(drifted)};
}

void mark_secret(PropertyValue& output, const PropertyValue& input) {
  if (output.is_secret()) return;
  if (input.is_secret()) {
    output = PropertyValue::secret(std::move(output));
  } else if (input.is_map() && output.is_map()) {
    for (const auto& [key, value] : input.as_map())
      if (auto it = output.as_map().find(key); it != output.as_map().end()) mark_secret(it->second, value);
  } else if (input.contains_secrets() && !output.contains_secrets()) {
    output = PropertyValue::secret(std::move(output));  // a list: which item it is nobody can tell
  }
}

Performed call(const Step& step, bool dry_run, std::stop_token cancelled) {
  auto next = step.info.next ? std::make_shared<Resource>(*step.info.next) : nullptr;
  switch (step.info.op) {
    case Op::same:
      if (is_provider_type(next->type)) return perform_provider(step, std::move(next), dry_run);
      return done(std::move(next));
    case Op::create:
    case Op::create_replacement:
      if (is_provider_type(next->type)) return perform_provider(step, std::move(next), dry_run);
      return create(step, std::move(next), dry_run, cancelled);
    case Op::update:
      if (is_provider_type(next->type)) return perform_provider(step, std::move(next), dry_run);
      return update(step, std::move(next), dry_run, cancelled);
    case Op::delete_:
    case Op::delete_replaced:
      return del(step, dry_run, cancelled);
    case Op::read:
    case Op::read_replacement:
      return read(step, std::move(next), cancelled);
    case Op::import:
    case Op::import_replacement:
      return import(step, std::move(next), cancelled);
    case Op::refresh:
      return refresh(step, cancelled);
    case Op::replace:
    case Op::discard:
    case Op::discard_replaced:
    case Op::remove_pending_replace:
      break;
  }
  return done(std::move(next));
}

/// An answer that no state file could hold: what exists is recorded without it.
Performed bounded(const Step& step, Performed result) {
  if (!result.next || !step.provider) return result;
  auto ok = check_depth(result.next->outputs);
  if (ok) ok = check_depth(result.next->inputs);
  if (ok) return result;
  result.error = std::move(ok.error()).during("the provider's answer");
  const Op op = step.info.op;
  if (op != Op::create && op != Op::create_replacement && op != Op::update) return {nullptr, result.error, false, {}};
  auto kept = std::make_shared<Resource>(*result.next);
  kept->outputs.clear();
  result.next = std::move(kept);
  return result;
}

}  // namespace

void mark_secrets(PropertyMap& outputs, const PropertyMap& inputs, const std::vector<std::string>& additional) {
  for (const std::string& key : additional)
    if (auto it = outputs.find(key); it != outputs.end() && !it->second.is_secret())
      it->second = PropertyValue::secret(std::move(it->second));
  for (auto& [key, value] : outputs)
    if (auto it = inputs.find(key); it != inputs.end()) mark_secret(value, it->second);
}

PropertyMap provider_config(const PropertyMap& inputs) {
  PropertyMap out = inputs;
  out.erase("__internal");
  return out;
}

Result<std::string> configure(Instance& instance, const PropertyMap& inputs, const std::string& expected_home) {
  const std::string doing = "configuring the provider '" + instance.package + "'";
  auto configured = instance.provider->configure(inputs);
  if (!configured) return pass(configured, doing);
  auto home = instance.provider->home();
  if (!home) return pass(home, doing);
  if (!home->empty() && !expected_home.empty() && *home != expected_home)
    return fail(ErrorCode::conflict, "this stack's '" + instance.package + "' resources live in " + expected_home +
                                         ", but this command is aimed at " + *home +
                                         ". Nothing was changed. Aim the command there, or use another stack.");
  instance.running = true;
  return home;
}

bool calls_provider(const Step& step, bool dry_run) {
  const Resource& record = step.info.next ? *step.info.next : *step.info.previous;
  if (!step.provider || !record.custom) return false;
  switch (step.info.op) {
    case Op::same:
      return is_provider_type(record.type);
    case Op::delete_:
    case Op::delete_replaced:
      return !dry_run && !record.external && !record.retain_on_delete && !is_provider_type(record.type) &&
             !(step.info.op == Op::delete_replaced && record.pending_replacement);
    case Op::replace:
    case Op::discard:
    case Op::discard_replaced:
    case Op::remove_pending_replace:
      return false;
    default:
      return true;
  }
}

std::optional<PendingOperation::Kind> pending_kind(const Step& step) {
  using Kind = PendingOperation::Kind;
  if (!calls_provider(step, false) || step.provider->inline_calls) return std::nullopt;
  switch (step.info.op) {
    case Op::create:
    case Op::create_replacement:
      return is_provider_type(step.info.type) ? std::nullopt : std::optional(Kind::creating);
    case Op::update:
      return is_provider_type(step.info.type) ? std::nullopt : std::optional(Kind::updating);
    case Op::delete_:
    case Op::delete_replaced:
      return Kind::deleting;
    case Op::read:
    case Op::read_replacement:
      return Kind::reading;
    case Op::import:
    case Op::import_replacement:
      return Kind::importing;
    default:
      return std::nullopt;
  }
}

Performed perform(const Step& step, bool dry_run, std::stop_token cancelled) {
  return bounded(step, call(step, dry_run, cancelled));
}

}  // namespace drydock::engine
