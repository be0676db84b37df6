// For tests: an engine that answers by a table and remembers what it was asked.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "sdk/context_core.h"

namespace drydock::detail {

class FakeMonitor : public Monitor {
 public:
  /// Makes the answer of a registration; the default echoes the inputs and gives the id NAME-id.
  std::function<CallResult<RegisterReply>(const RegisterRequest&)> on_register = echo;
  std::function<CallResult<FunctionReply>(const FunctionRequest&)> on_invoke = [](const FunctionRequest&) {
    return FunctionReply{};
  };
  std::vector<RegisterRequest> registered;
  std::vector<ReadResourceRequest> read;
  std::vector<FunctionRequest> invoked, called;
  std::map<std::string, PropertyMap> outputs;  // by URN
  std::vector<std::string> errors;
  bool signalled = false;
  bool preview = false;

  static CallResult<RegisterReply> echo(const RegisterRequest& r) {
    RegisterReply reply;
    reply.urn = urn_of(r.parent, r.type, r.name);
    if (r.custom) reply.id = r.name + "-id";
    reply.object = r.object;
    return reply;
  }
  static std::string urn_of(const std::string& parent, const std::string& type, const std::string& name) {
    return Urn::make("dev", "proj", Urn::parse(parent).value_or(Urn()), type, name).str();
  }

  const RegisterRequest& request(const std::string& name) const {
    for (const auto& r : registered)
      if (r.name == name) return r;
    static const RegisterRequest none;
    return none;
  }

  CallResult<std::set<std::string>> features() override { return std::set<std::string>{"outputValues", "aliasSpecs"}; }
  void register_resource(RegisterRequest request, DoneFn<RegisterReply> done) override {
    registered.push_back(request);
    done(on_register(request));
  }
  void read_resource(ReadResourceRequest request, DoneFn<ReadResourceReply> done) override {
    read.push_back(request);
    done(ReadResourceReply{urn_of(request.parent, request.type, request.name), request.properties});
  }
  void register_outputs(std::string urn, PropertyMap values, DoneFn<None> done) override {
    outputs[urn] = std::move(values);
    done(None{});
  }
  void invoke(FunctionRequest request, DoneFn<FunctionReply> done) override {
    invoked.push_back(request);
    done(on_invoke(request));
  }
  void call(FunctionRequest request, DoneFn<FunctionReply> done) override {
    called.push_back(request);
    done(on_invoke(request));
  }
  CallResult<None> signal_and_wait() override { return signalled = true, None{}; }
  void log(LogSeverity severity, std::string message, std::string) override {
    if (severity == LogSeverity::error) errors.push_back(std::move(message));
  }
};

/// Runs a program in stack dev of project proj; `engine` stays readable afterwards.
class FakeRun {
 public:
  FakeRun() {
    auto monitor = std::make_unique<FakeMonitor>();
    engine = monitor.get();
    core = std::make_shared<ContextCore>(
        RunInfo{.project = "proj", .stack = "dev", .organization = "org", .root_directory = "/project"},
        std::move(monitor));
    core->features = *engine->features();
  }
  int run(const std::function<void(Context&)>& program) { return run_in(core, program); }
  PropertyMap stack_outputs() const {
    auto found = engine->outputs.find("urn:pulumi:dev::proj::pulumi:pulumi:Stack::proj-dev");
    return found == engine->outputs.end() ? PropertyMap() : found->second;
  }

  std::shared_ptr<ContextCore> core;
  FakeMonitor* engine;
};

}  // namespace drydock::detail
