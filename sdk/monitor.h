// The engine as a program sees it: Pulumi's ResourceMonitor and Engine services as plain values. gRPC is behind
// connect_monitor() (monitor_grpc.cc); tests put a fake here.
//
// Calls return at once. Their `done` runs exactly once, on any thread. Any number of calls may be in flight.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "sdk/property_value.h"
#include "sdk/urn.h"

namespace drydock::detail {

struct SourcePosition {
  std::string uri;  // file:///project/main.cc; empty: not known
  int line = 0, column = 0;
};

struct AliasSpec {
  std::string urn;  // or the rest
  std::optional<std::string> name, type, stack, project, parent_urn;
  bool no_parent = false;
};

struct RegisterRequest {
  std::string type, name, parent;
  bool custom = false, remote = false;
  PropertyMap object;
  bool with_property_dependencies = false;
  std::map<std::string, std::vector<Urn>> property_dependencies;
  std::vector<Urn> dependencies;
  std::string provider;                          // reference: urn::id
  std::map<std::string, std::string> providers;  // package -> reference
  std::string version, plugin_download_url;
  std::vector<std::string> ignore_changes, additional_secret_outputs, replace_on_changes, hide_diffs;
  std::vector<AliasSpec> aliases;
  std::string import_id, deleted_with;
  std::string timeout_create, timeout_update, timeout_delete, timeout_read;
  std::optional<bool> protect, retain_on_delete, delete_before_replace;
  SourcePosition position;
};
struct RegisterReply {
  std::string urn, id;
  PropertyMap object;
  std::map<std::string, std::vector<Urn>> property_dependencies;
  bool succeeded = true;  // false: it failed or was skipped, and the engine has said so
  bool unknown = false;   // it was left out of this run: its outputs are unknown though this is no preview
};

struct ReadResourceRequest {
  std::string id, type, name, parent;
  PropertyMap properties;
  std::vector<Urn> dependencies;
  std::string provider, version, plugin_download_url;
  std::vector<std::string> additional_secret_outputs;
  SourcePosition position;
};
struct ReadResourceReply {
  std::string urn;
  PropertyMap properties;
};

struct FunctionRequest {  // Invoke and Call
  std::string token;
  PropertyMap args;
  std::map<std::string, std::vector<Urn>> arg_dependencies;  // Call
  std::vector<Urn> dependencies;                             // Invoke
  std::string parent, provider, version, plugin_download_url;
  SourcePosition position;
};
struct FunctionReply {
  PropertyMap result;
  std::map<std::string, std::vector<Urn>> result_dependencies;  // Call
  std::vector<std::pair<std::string, std::string>> failures;    // property, reason
  bool unknown = false;
};

enum class LogSeverity { debug, info, warning, error };

/// How a call failed. `gone`: the engine has cancelled the run or ended; there is nothing to report.
struct CallError {
  std::string message;
  bool gone = false;
  bool unimplemented = false;
};
template <class T>
using CallResult = tl::expected<T, CallError>;

class Monitor {
 public:
  template <class T>
  using DoneFn = std::function<void(CallResult<T>)>;
  struct None {};

  virtual ~Monitor() = default;

  /// What the engine understands, by the names of its features ("outputValues", "aliasSpecs", ...). Waits.
  virtual CallResult<std::set<std::string>> features() = 0;

  virtual void register_resource(RegisterRequest request, DoneFn<RegisterReply> done) = 0;
  virtual void read_resource(ReadResourceRequest request, DoneFn<ReadResourceReply> done) = 0;
  virtual void register_outputs(std::string urn, PropertyMap outputs, DoneFn<None> done) = 0;
  virtual void invoke(FunctionRequest request, DoneFn<FunctionReply> done) = 0;
  virtual void call(FunctionRequest request, DoneFn<FunctionReply> done) = 0;
  /// No more registrations. Waits until the engine has done its deletes.
  virtual CallResult<None> signal_and_wait() = 0;
  /// Waits until the engine has the message.
  virtual void log(LogSeverity severity, std::string message, std::string urn) = 0;
};

/// Addresses are host:port; the engine's may be empty, then log() prints to stderr.
std::unique_ptr<Monitor> connect_monitor(const std::string& monitor_address, const std::string& engine_address);

}  // namespace drydock::detail
