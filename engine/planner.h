// The step generator: which steps take one resource from its old record to what the program asks for.
//
// Pure but for the provider calls Check and Diff: everything it needs is in the request, so it runs on any thread and
// in tests without a run around it. The decision table is Pulumi's:
// https://github.com/pulumi/pulumi/blob/master/pkg/resource/deploy/step_generator.go
#pragma once

#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/goal.h"
#include "engine/step.h"

namespace drydock::engine {

struct PlanRequest {
  Goal goal;  // inheritance from the parent is done
  Urn urn;
  ResourcePtr old;  // null: none
  Slot old_slot = kNoSlot;
  bool old_is_gone = false;       // deleted in this run already, before a replacement that it depends on
  bool old_was_imported = false;  // just now, by the import step of this registration
  /// The resource's provider. For a provider resource of the engine's own: its object; otherwise null, and made here.
  InstancePtr provider;
  /// Of a provider resource: its object with the old configuration, if a refresh needed it already. It goes on if
  /// nothing changed.
  InstancePtr loaded;
  /// Records of the old and the new provider if their references differ, otherwise null.
  ResourcePtr old_provider, new_provider;
  std::string replace_because;  // a key that forces a replacement ("id", "replaceWith", "deletedWith"), or empty
  std::string expected_home;
  std::string random_seed;
  bool dry_run = false;
};

struct PlanDiagnostic {
  Severity severity = Severity::error;
  std::string message;
};

struct Plan {
  std::vector<Step> steps;  // in this order
  /// The old resource has to be deleted before the first step, and what depends on it before that: deletes_before().
  bool delete_before_replace = false;
  /// After the steps the plan has to be made again, on top of what they imported.
  bool plan_again = false;
  std::vector<PlanDiagnostic> diagnostics;
  bool failed = false;
  InstancePtr provider;  // of a provider resource: its object
};

/// Blocks for Check and Diff unless the instance is inline.
Plan plan(const PlanRequest& request, const ProviderFactory& factory);

/// A resource of the old state that may have to go before `root` is deleted.
struct Dependent {
  ResourcePtr record;
  Slot slot = kNoSlot;
  InstancePtr provider;
};
/// Those of `candidates` (in the order of the old state, none of them registered in this run) whose own replacement
/// follows from that of `root`. Blocks for Diff.
Result<std::vector<Dependent>> drawn_along(const Resource& root, const std::vector<Dependent>& candidates);

}  // namespace drydock::engine
