// The inside of Context and of resource handles. Not for programs.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "sdk/context.h"
#include "sdk/loop.h"
#include "sdk/monitor.h"

namespace drydock::detail {

struct RunInfo {
  std::string project, stack, organization;
  std::string root_directory;  // where source positions start; may be empty
  bool dry_run = false;
  ConfigValues config;
};

/// A resource that was asked for. Owned by handles and by its parent's list of children; its context outlives it.
class ResourceCore {
 public:
  ContextCore* context = nullptr;
  std::string type, name;
  ResourceKind kind = ResourceKind::custom;
  CoreRef parent;                            // null: the stack, or none
  std::vector<CoreRef> children;             // of local components; the context takes this circle apart at its end
  std::map<std::string, CoreRef> providers;  // package -> provider, own and inherited
  std::source_location where;

  /// Settled with the URN when the engine has answered.
  std::shared_ptr<ValueCell<std::string>> registered = std::make_shared<ValueCell<std::string>>();
  // The rest is valid after that.
  std::string id;         // empty: unknown (custom resources in previews)
  bool left_out = false;  // of this run: outputs that are not there are unknown
  PropertyMap outputs;
  std::map<std::string, std::vector<Urn>> output_dependencies;
  /// Known by reference only: done when `outputs` are there. `on_demand` asks for them, once.
  std::shared_ptr<ValueCell<Done>> fetched;
  std::function<void()> on_demand;

  const std::string& urn() const { return registered->value(); }
};

class ContextCore : public std::enable_shared_from_this<ContextCore> {
 public:
  ContextCore(RunInfo info, std::unique_ptr<Monitor> monitor) : info(std::move(info)), monitor(std::move(monitor)) {}
  ~ContextCore() {
    for (auto& component : components) component->children.clear();
  }

  RunInfo info;
  std::unique_ptr<Monitor> monitor;
  std::set<std::string> features;
  Loop loop;
  std::string root_urn;             // parent of what has no other
  std::vector<CoreRef> components;  // local ones
  InputValue::Map stack_outputs;
  bool gone = false;             // the engine has ended the run
  bool resource_failed = false;  // the engine knows and has told
  std::vector<std::string> errors;

  bool supports(const char* feature) const { return features.contains(feature); }
  SourcePosition position(const std::source_location& where) const;
  /// Notes a failure of a call; says nothing when the engine has ended the run.
  void failed(const CallError& error, const std::string& doing);
  /// Runs tasks until all is settled; exceptions become errors.
  void settle(const std::function<bool()>& stop = [] { return false; });
  bool ok() const { return errors.empty() && !gone && !resource_failed; }
};

/// What run() does once it is connected. The exit code.
int run_in(const std::shared_ptr<ContextCore>& context, const std::function<void(Context&)>& program);

/// Makes a call and hands its answer to `then` on the loop.
template <class Reply, class Start>
void in_flight(ContextCore& context, Start start, std::function<void(CallResult<Reply>)> then) {
  context.loop.expect();
  start([&context, then = std::move(then)](CallResult<Reply> reply) {
    context.loop.post([&context, then, reply = std::move(reply)]() mutable {
      context.loop.arrived();
      then(std::move(reply));
    });
  });
}

/// A resource that is registered elsewhere: a reference in an output, the parent or the provider of a component. Its
/// outputs are asked for when somebody wants them.
CoreRef known_resource(ContextCore& context, const Urn& urn, std::string id, ResourceKind kind);
/// From a provider reference, urn::id.
CoreRef known_provider(ContextCore& context, const std::string& reference);
std::string provider_reference(const ResourceCore& provider);

}  // namespace drydock::detail
