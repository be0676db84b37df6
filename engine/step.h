// One step, and what doing it means: the provider call and the record that results.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/event.h"
#include "engine/instance.h"
#include "engine/snapshot.h"

namespace drydock::engine {

constexpr Slot kNoSlot = ~Slot{0};

/// info.previous is the old record (in previous_slot), info.next the record to be, without what only the provider
/// knows.
struct Step {
  StepInfo info;
  Slot previous_slot = kNoSlot;
  InstancePtr provider;              // null: no call
  bool pending_replacement = false;  // of a delete-replaced: its replacement comes later in this chain or this run
  std::string expected_home;         // of a provider: where its resources lived so far; empty: anywhere
};

/// What happened. With an error, `next` is what exists all the same (a partial failure), or null.
struct Performed {
  ResourcePtr next;
  std::optional<Error> error;
  bool unknown_status = false;  // nobody knows whether it happened
  DiffReply found;              // of a refresh: what changed outside, as the provider sees it
};

/// Makes the call, if the step has one. Blocks unless the instance is inline.
Performed perform(const Step& step, bool dry_run, std::stop_token cancelled);

/// The step calls a provider, now (in a preview or not).
bool calls_provider(const Step& step, bool dry_run);
/// The kind of operation that is pending while the step runs; none for steps that change nothing outside.
std::optional<PendingOperation::Kind> pending_kind(const Step& step);

/// Makes outputs secret that are listed, or whose input of the same name is.
void mark_secrets(PropertyMap& outputs, const PropertyMap& inputs, const std::vector<std::string>& additional);

/// Makes the call that a provider needs before any other, and finds out where its resources live. Error conflict if
/// that is not `expected_home`.
Result<std::string> configure(Instance& instance, const PropertyMap& inputs, const std::string& expected_home);

/// Of a provider resource: its configuration without what is the engine's ("__internal").
PropertyMap provider_config(const PropertyMap& inputs);

/// In previews: the id of a provider that is not there yet, so that references to it read as unknown.
constexpr const char* kUnknownId = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/// Key in the outputs of a provider resource: where its resources live.
constexpr const char* kHomeKey = "__home";

}  // namespace drydock::engine
