// The state of a stack as values: what a deployment of version 3 holds, and the changes a run makes to it.
//
// Records are immutable and shared: the strand, workers, events and sinks may all hold the same one. A change of a
// record is a new record. Source of the fields:
// https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go (ResourceV3)
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "sdk/property_value.h"
#include "sdk/urn.h"

namespace drydock::engine {

/// Seconds; 0 leaves the provider its own.
struct CustomTimeouts {
  double create = 0, update = 0, delete_ = 0, read = 0;
  bool any() const { return create > 0 || update > 0 || delete_ > 0 || read > 0; }
  friend bool operator==(const CustomTimeouts&, const CustomTimeouts&) = default;
};

using UrnsByKey = std::map<std::string, std::vector<Urn>, std::less<>>;

/// One entry of the state, in the order in which the JSON names its fields.
struct Resource {
  Urn urn;
  bool custom = false;   // has a provider and an id; otherwise a component
  bool delete_ = false;  // an old twin that waits for its deletion after a replacement
  std::string id;
  std::string type;
  PropertyMap inputs;   // after Check
  PropertyMap outputs;  // hold Secret, never OutputValue or Unknown
  Urn parent;
  bool protect = false;
  bool taint = false;
  bool external = false;  // read, not owned
  std::vector<Urn> dependencies;
  std::vector<std::string> init_errors;
  std::string provider;  // "<urn>::<id>" of a provider resource; empty for components and providers
  UrnsByKey property_dependencies;
  bool pending_replacement = false;  // deleted already; its replacement was not created yet
  std::vector<std::string> additional_secret_outputs;
  std::vector<Urn> aliases;  // read from old states only; never written
  CustomTimeouts custom_timeouts;
  std::string import_id;
  bool retain_on_delete = false;
  Urn deleted_with;
  std::vector<Urn> replace_with;
  std::string created, modified;  // RFC 3339, UTC
  std::string source_position;    // "project:///file#line,column"
  std::vector<std::string> stack_trace;
  std::vector<std::string> ignore_changes, hide_diff, replace_on_changes;
  PropertyValue replacement_trigger;  // null: none
  bool refresh_before_update = false;
  Urn view_of;
  std::map<std::string, std::vector<std::string>> resource_hooks;

  friend bool operator==(const Resource&, const Resource&) = default;
};
using ResourcePtr = std::shared_ptr<const Resource>;

bool is_provider_type(std::string_view type);  // "pulumi:providers:<package>"
/// "pulumi:providers:aws" and "aws:ec2/vpc:Vpc" belong to "aws".
std::string package_of(std::string_view type);

/// "<urn>::<id>", split at the last "::".
struct ProviderReference {
  Urn urn;
  std::string id;  // empty: not known yet
  static std::optional<ProviderReference> parse(std::string_view text);
  std::string str() const;
};

/// An operation that was begun and of whose end nothing is known.
struct PendingOperation {
  enum class Kind { creating, updating, deleting, reading, importing };
  Kind kind = Kind::creating;
  ResourcePtr resource;
};

struct Snapshot {
  std::vector<ResourcePtr> resources;  // what a resource refers to comes before it
  std::vector<PendingOperation> pending;
};

/// The place of a record in the state of a run. The records that the run starts with have the slots 0, 1, 2, ... of
/// their order; what the run adds gets higher ones.
using Slot = std::uint64_t;

/// What one step does to the state, as a value: apply() of all changes of a run, in order, gives the state after it.
struct Change {
  std::uint64_t operation = 0;             // pairs a begin with its end; 0 for changes without
  std::optional<PendingOperation> begins;  // this operation is now pending
  bool ends = false;                       // this operation is no longer pending
  std::vector<std::pair<Slot, ResourcePtr>> puts;
  std::vector<Slot> erases;
  std::vector<std::pair<Urn, Urn>> renames;  // references to first become references to second, in every record
  std::vector<Urn> resolved_creates;         // what earlier runs left being created is no question any more
  /// Nothing that a next run could miss: may wait for the next change that is not minor, but must be kept in order with
  /// it.
  bool minor = false;
};

/// Collects the changes of a run on top of a snapshot. The resulting list: records of this run in the order of their
/// slots, then the rest of the old list; but what a record refers to comes before it.
class Ledger {
 public:
  explicit Ledger(Snapshot base);
  void apply(const Change& change);
  Snapshot snapshot() const;

 private:
  std::size_t base_count_;
  std::map<Slot, ResourcePtr> records_;
  std::map<std::uint64_t, PendingOperation> pending_;
  std::vector<PendingOperation>
      old_creates_;  // creates that an earlier run left pending stay until a refresh resolves them
  std::map<Urn, Urn> renames_;
};

/// Where changes become durable. Called from the engine's strand only, one call after the other.
class SnapshotSink {
 public:
  virtual ~SnapshotSink() = default;
  /// Calls `durable` once, from any thread, when this change and all before it would survive a crash (for a minor
  /// change: at once). An error ends the run. Many changes may share one flush.
  virtual void write(const Change& change, std::function<void(Result<void>)> durable) = 0;
};

/// What is wrong with the order and the references of a state; empty if nothing is.
std::vector<std::string> integrity_errors(const Snapshot& snapshot);

}  // namespace drydock::engine
