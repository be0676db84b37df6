// What a provider of resources answers: Pulumi's ResourceProvider service as a C++ interface. The engine calls it in
// process; a gRPC front can serve the same object as a Pulumi plugin.
//
// Values from the engine hold Secret, ResourceReference and assets as they are, Unknown only in previews and in
// check_config/diff_config, and never OutputValue except in construct and call.
// Methods block until the work is done, and may be called from several threads at once (the engine's workers); long
// waits watch `cancelled`. Errors are values: a failed create of something that half exists carries `partial` state.
// Source of the shapes: https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.h"
#include "sdk/property_value.h"
#include "sdk/urn.h"

namespace drydock {

struct CheckFailure {
  std::string property;  // "" for the resource as a whole
  std::string reason;
};
struct CheckRequest {
  Urn urn;
  PropertyMap olds;  // old inputs; empty when there are none
  PropertyMap news;
  std::string random_seed;  // 32 bytes, for auto-naming
};
struct CheckReply {
  PropertyMap inputs;
  std::vector<CheckFailure> failures;
};

enum class DiffKind { add, add_replace, delete_, delete_replace, update, update_replace };
struct PropertyDiff {
  DiffKind kind = DiffKind::update;
  bool input_diff = false;  // compare inputs, not outputs, when showing it
};
struct DiffRequest {
  Urn urn;
  std::string id;
  PropertyMap old_inputs;
  PropertyMap olds;  // old outputs
  PropertyMap news;  // checked inputs
  std::vector<std::string> ignore_changes;
};
struct DiffReply {
  enum class Changes { unknown, none, some };
  Changes changes = Changes::unknown;  // unknown: the engine compares inputs itself
  std::vector<std::string> replaces, stables, diffs;
  bool delete_before_replace = false;
  std::map<std::string, PropertyDiff> detailed;  // by property path
  bool has_detailed = false;
};

struct CreateRequest {
  Urn urn;
  PropertyMap inputs;
  std::chrono::milliseconds timeout{0};  // 0: the provider's own
  bool preview = false;
};
struct ReadRequest {
  Urn urn;
  std::string id;
  PropertyMap inputs;      // empty for an import
  PropertyMap properties;  // last known outputs
};
struct UpdateRequest {
  Urn urn;
  std::string id;
  PropertyMap old_inputs, olds, news;
  std::chrono::milliseconds timeout{0};
  std::vector<std::string> ignore_changes;
  bool preview = false;
};
struct DeleteRequest {
  Urn urn;
  std::string id;
  PropertyMap inputs, properties;
  std::chrono::milliseconds timeout{0};
};
/// State of a resource after create, read or update. From read, an empty id: it is gone.
struct ResourceState {
  std::string id;
  PropertyMap outputs;
  std::optional<PropertyMap> inputs;     // from read and import
  std::vector<std::string> init_errors;  // it exists, but did not become what it should
};
/// A failed create or update; `partial` says what exists all the same.
struct OperationError {
  Error error;
  std::optional<ResourceState> partial;
};
using OperationResult = tl::expected<ResourceState, OperationError>;

struct InvokeRequest {
  std::string token;
  PropertyMap args;
  bool preview = false;
};
struct InvokeReply {
  PropertyMap result;
  std::vector<CheckFailure> failures;
};

/// Where a component provider registers its children, and under which options.
struct ConstructRequest {
  std::string project, stack, organization, type, name;
  Urn parent;
  PropertyMap inputs;
  std::map<std::string, std::vector<Urn>> input_dependencies;
  std::map<std::string, std::string> config;
  std::vector<std::string> config_secret_keys;
  std::map<std::string, std::string> providers;  // package -> provider reference
  std::vector<Urn> dependencies;
  std::vector<std::string> aliases;
  std::optional<bool> protect, retain_on_delete;
  bool dry_run = false;
  int parallel = 0;
  std::string monitor_endpoint;  // host:port of the ResourceMonitor
};
struct ConstructReply {
  Urn urn;
  PropertyMap state;
  std::map<std::string, std::vector<Urn>> state_dependencies;
};

struct CallRequest {
  std::string token;
  PropertyMap args;
  std::map<std::string, std::vector<Urn>> arg_dependencies;
  std::string project, stack, organization, monitor_endpoint;
  std::map<std::string, std::string> config;
  bool dry_run = false;
  int parallel = 0;
};
struct CallReply {
  PropertyMap result;
  std::map<std::string, std::vector<Urn>> result_dependencies;
  std::vector<CheckFailure> failures;
};

class Provider {
 public:
  virtual ~Provider() = default;

  /// The package schema, in Pulumi's JSON format.
  virtual std::string schema() = 0;

  virtual Result<CheckReply> check_config(const CheckRequest& request) = 0;
  virtual Result<DiffReply> diff_config(const DiffRequest& request) = 0;
  /// Exactly once, before anything below. `inputs` may hold secrets.
  virtual Result<void> configure(const PropertyMap& inputs) = 0;
  /// Where its resources live: an account, a world of the twin. After configure; may ask the cloud who we are. The
  /// engine records it with the provider and refuses to work on a stack that lives elsewhere. Empty: it does not
  /// matter.
  virtual Result<std::string> home() { return std::string(); }

  virtual Result<CheckReply> check(const CheckRequest& request) = 0;
  virtual Result<DiffReply> diff(const DiffRequest& request) = 0;
  virtual OperationResult create(const CreateRequest& request, std::stop_token cancelled) = 0;
  virtual Result<ResourceState> read(const ReadRequest& request, std::stop_token cancelled) = 0;
  virtual OperationResult update(const UpdateRequest& request, std::stop_token cancelled) = 0;
  virtual Result<void> del(const DeleteRequest& request, std::stop_token cancelled) = 0;

  virtual Result<InvokeReply> invoke(const InvokeRequest& request, std::stop_token cancelled) = 0;
  virtual Result<CallReply> call(const CallRequest& request, std::stop_token cancelled);

  /// A remote component. Calls `answer` once, as soon as the outputs are known, and returns when every child is
  /// settled; the run is not over before that. An error after the answer fails the run.
  virtual Result<void> construct(const ConstructRequest& request, const std::function<void(ConstructReply)>& answer,
                                 std::stop_token cancelled);
};

}  // namespace drydock
