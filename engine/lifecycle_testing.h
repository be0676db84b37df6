// For tests: a stack in memory, programs as functions over the real gRPC services, and a provider that records its
// calls. A story reads: stack.up(program) -> "create a, create b".
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "engine/engine.h"

namespace drydock::engine::testing {

/// Options of a registration, named as programs name them.
struct ResourceOptions {
  std::string parent;
  bool custom = true;
  bool remote = false;
  std::vector<std::string> depends_on;
  std::map<std::string, std::vector<std::string>> property_dependencies;
  std::optional<bool> protect, retain_on_delete, delete_before_replace;
  std::vector<std::string> ignore_changes, replace_on_changes, additional_secret_outputs, replace_with;
  std::vector<std::string> alias_urns;
  std::string import_id, provider, deleted_with, version;
  std::map<std::string, std::string> custom_timeouts;  // create -> "5m"
};
struct Made {
  std::string urn, id;
  PropertyMap outputs;
  std::string error;  // of the call
  bool failed = false, skipped = false;
};

/// A program's end of the wire. Calls block; several threads may call.
class ProgramClient {
 public:
  explicit ProgramClient(const ProgramInfo& info);          // registers the stack
  explicit ProgramClient(const ConstructRequest& request);  // of a component's provider
  ~ProgramClient();
  const ProgramInfo& info() const;
  const std::string& stack() const;  // URN
  Made resource(const std::string& type, const std::string& name, PropertyMap inputs = {},
                ResourceOptions options = {});
  Made component(const std::string& type, const std::string& name, ResourceOptions options = {});
  Made read(const std::string& type, const std::string& name, const std::string& id, PropertyMap inputs = {});
  std::string outputs(const std::string& urn, PropertyMap outputs);  // error or ""
  PropertyMap invoke(const std::string& token, PropertyMap args);
  std::string wait_for_shutdown();
  void log_error(const std::string& message);

 private:
  struct Wire;
  void connect(const std::string& address);
  std::unique_ptr<Wire> wire_;
};
/// {"n": {"n": ... "leaf"}}, `levels` objects around the leaf.
PropertyValue nested(int levels);
using TestProgram = std::function<void(ProgramClient&)>;

/// Types "fake:m:T". Inputs drive it: "fail" (text) fails create and update, "replace" (any) replaces on change, "dbr"
/// replaces and deletes first, "unready" fails to initialise, "deepen" (number) nests the output "deep". Ids are
/// "<name>-<n>".
class FakeProvider : public Provider {
 public:
  struct Shared {
    std::mutex mutex;
    std::vector<std::string> calls;            // "create a", "delete a-1"
    std::map<std::string, PropertyMap> cloud;  // what exists, by id
    int next = 1;
    std::string home;
    std::function<void(const ConstructRequest&, const std::function<void(ConstructReply)>&)> on_construct;
  };
  explicit FakeProvider(std::shared_ptr<Shared> shared) : shared_(std::move(shared)) {}

  std::string schema() override { return "{}"; }
  Result<CheckReply> check_config(const CheckRequest& request) override { return CheckReply{request.news, {}}; }
  Result<DiffReply> diff_config(const DiffRequest& request) override;
  Result<void> configure(const PropertyMap&) override { return {}; }
  Result<std::string> home() override { return shared_->home; }
  Result<CheckReply> check(const CheckRequest& request) override;
  Result<DiffReply> diff(const DiffRequest& request) override;
  OperationResult create(const CreateRequest& request, std::stop_token) override;
  Result<drydock::ResourceState> read(const ReadRequest& request, std::stop_token) override;
  OperationResult update(const UpdateRequest& request, std::stop_token) override;
  Result<void> del(const DeleteRequest& request, std::stop_token) override;
  Result<InvokeReply> invoke(const InvokeRequest& request, std::stop_token) override;
  Result<void> construct(const ConstructRequest& request, const std::function<void(ConstructReply)>& answer,
                         std::stop_token) override;

 private:
  void note(std::string call);
  std::shared_ptr<Shared> shared_;
};

/// A stack whose state is kept from run to run.
class TestStack {
 public:
  TestStack();
  std::string up(const TestProgram& program, Options options = {});
  std::string preview(const TestProgram& program);
  std::string destroy(Options options = {});
  std::string refresh(Options options = {});

  std::shared_ptr<FakeProvider::Shared> cloud = std::make_shared<FakeProvider::Shared>();
  Snapshot state;
  SummaryEvent summary;
  std::vector<std::string> errors;  // messages of error diagnostics, "name: message"
  std::vector<std::string> order;   // as told, "+create a" when done
  std::map<std::string, std::string> config;
  std::function<std::optional<std::string>(const StepInfo&)> gate;  // Environment::gate
  ResourcePtr find(const std::string& name) const;                  // not pending deletion
  std::string names() const;  // of the state, in its order, without stack and providers

 private:
  std::string run(Options options, const TestProgram* program);
  std::vector<std::thread> orphans_;  // programs that were ended while they waited
};

}  // namespace drydock::engine::testing
