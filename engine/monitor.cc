#include "engine/monitor.h"

#include <grpcpp/grpcpp.h>

#include "engine/goal_wire.h"
#include "engine/run.h"
#include "pulumi/engine.grpc.pb.h"
#include "pulumi/resource.grpc.pb.h"
#include "sdk/property_wire.h"

namespace drydock::engine {
namespace {

using grpc::CallbackServerContext;
using grpc::ServerUnaryReactor;
using grpc::Status;
using grpc::StatusCode;
using Empty = google::protobuf::Empty;

constexpr int kMaxMessage = 400 * 1024 * 1024;  // as Pulumi's own; gRPC's default of 4 MiB breaks real programs

Status status_of(const Refusal& refusal) {
  switch (refusal.kind) {
    case Refusal::Kind::invalid:
      return {StatusCode::INVALID_ARGUMENT, refusal.message};
    case Refusal::Kind::unavailable:
      return {StatusCode::UNAVAILABLE, refusal.message};
    case Refusal::Kind::unsupported:
      return {StatusCode::UNIMPLEMENTED, refusal.message};
    case Refusal::Kind::failed:
      break;
  }
  return {StatusCode::UNKNOWN, refusal.message};
}
Status status_of(const Error& error) {
  return {error.code == ErrorCode::unsupported ? StatusCode::UNIMPLEMENTED : StatusCode::INVALID_ARGUMENT,
          error.to_string()};
}

ServerUnaryReactor* finish(CallbackServerContext* context, Status status) {
  auto* reactor = context->DefaultReactor();
  reactor->Finish(std::move(status));
  return reactor;
}
ServerUnaryReactor* not_yet(CallbackServerContext* context, const char* what) {
  return finish(context, {StatusCode::UNIMPLEMENTED, std::string("not supported yet: ") + what});
}

template <class Map>
void put_urns(const UrnsByKey& in, Map& out) {
  for (const auto& [key, urns] : in) {
    auto& list = out[key];
    for (const Urn& urn : urns) list.add_urns(urn.str());
  }
}

/// How the caller wants its values.
struct Reader {
  bool secrets = false, resources = false, partial = false, reports_results = false;
  WireOptions options() const {
    return {.secrets = secrets, .resources = resources, .outputs = false, .unknowns = partial};
  }
};

Status fill(const Registered& in, const Reader& reader, pulumirpc::RegisterResourceResponse& out) {
  if (in.result != Registered::Result::success && !reader.reports_results)
    return {StatusCode::INTERNAL, "resource registration failed"};
  out.set_urn(in.urn.str());
  out.set_id(in.id);
  to_wire(in.outputs, *out.mutable_object(), reader.options());
  put_urns(in.property_dependencies, *out.mutable_propertydependencies());
  out.set_unknown(in.unknown);
  out.set_result(in.result == Registered::Result::success ? pulumirpc::SUCCESS
                 : in.result == Registered::Result::fail  ? pulumirpc::FAIL
                                                          : pulumirpc::SKIP);
  return Status::OK;
}

template <class Failures>
void put_failures(const std::vector<CheckFailure>& in, Failures& out) {
  for (const CheckFailure& failure : in) {
    auto& one = *out.Add();
    one.set_property(failure.property);
    one.set_reason(failure.reason);
  }
}

using Feature = pulumirpc::ResourceMonitorFeature;
constexpr std::pair<const char*, Feature> kFeatures[] = {
    {"secrets", pulumirpc::RESOURCE_MONITOR_FEATURE_SECRETS},
    {"resourceReferences", pulumirpc::RESOURCE_MONITOR_FEATURE_RESOURCE_REFERENCES},
    {"outputValues", pulumirpc::RESOURCE_MONITOR_FEATURE_OUTPUT_VALUES},
    {"aliasSpecs", pulumirpc::RESOURCE_MONITOR_FEATURE_ALIAS_SPECS},
    {"replacementTrigger", pulumirpc::RESOURCE_MONITOR_FEATURE_REPLACEMENT_TRIGGER},
    {"deletedWith", pulumirpc::RESOURCE_MONITOR_FEATURE_DELETED_WITH},
    {"replaceWith", pulumirpc::RESOURCE_MONITOR_FEATURE_REPLACE_WITH},
    {"", pulumirpc::RESOURCE_MONITOR_FEATURE_INVOKE_DEPENDS_ON},
    {"", pulumirpc::RESOURCE_MONITOR_FEATURE_INVOKE_PARENT},
};

class MonitorService final : public pulumirpc::ResourceMonitor::CallbackService {
 public:
  explicit MonitorService(Run& run) : run_(run) {}

  ServerUnaryReactor* GetDeploymentInfo(CallbackServerContext* context, const Empty*,
                                        pulumirpc::DeploymentInfo* out) override {
    const ProgramInfo& program = run_.program();
    out->set_project(program.project);
    out->set_stack(program.stack);
    out->set_organization(program.organization);
    out->mutable_config()->insert(program.config.begin(), program.config.end());
    for (const std::string& key : program.config_secret_keys) out->add_configsecretkeys(key);
    out->set_dryrun(program.dry_run);
    out->set_parallel(program.parallel);
    for (const auto& [id, feature] : kFeatures) out->add_supportedfeatures(feature);
    return finish(context, Status::OK);
  }

  ServerUnaryReactor* SupportsFeature(CallbackServerContext* context, const pulumirpc::SupportsFeatureRequest* in,
                                      pulumirpc::SupportsFeatureResponse* out) override {
    for (const auto& [id, feature] : kFeatures)
      if (!in->id().empty() && in->id() == id) out->set_hassupport(true);
    return finish(context, Status::OK);
  }

  ServerUnaryReactor* RegisterResource(CallbackServerContext* context, const pulumirpc::RegisterResourceRequest* in,
                                       pulumirpc::RegisterResourceResponse* out) override {
    auto goal = goal_from(*in, wire_context(*context));
    if (!goal) return finish(context, status_of(goal.error()));
    const Reader reader{in->acceptsecrets(), in->acceptresources(), in->supportspartialvalues(),
                        in->supportsresultreporting()};
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, out, reader, package = in->packageref(), goal = std::move(*goal)]() mutable {
      resolve_package(package, goal.version, goal.plugin_download_url);
      run_.register_resource(std::move(goal), [reactor, out, reader](tl::expected<Registered, Refusal> answer) {
        reactor->Finish(answer ? fill(*answer, reader, *out) : status_of(answer.error()));
      });
    });
    return reactor;
  }

  ServerUnaryReactor* ReadResource(CallbackServerContext* context, const pulumirpc::ReadResourceRequest* in,
                                   pulumirpc::ReadResourceResponse* out) override {
    auto read = goal_from(*in, wire_context(*context));
    if (!read) return finish(context, status_of(read.error()));
    // There is no field by which a reader says that it takes unknowns; a missing property means the same to it.
    const Reader reader{in->acceptsecrets(), in->acceptresources(), false, false};
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, out, reader, package = in->packageref(), read = std::move(*read)]() mutable {
      resolve_package(package, read.goal.version, read.goal.plugin_download_url);
      run_.read_resource(std::move(read), [reactor, out, reader](tl::expected<Registered, Refusal> answer) {
        if (!answer) return reactor->Finish(status_of(answer.error()));
        if (answer->result != Registered::Result::success)
          return reactor->Finish({StatusCode::INTERNAL, "reading the resource failed"});
        out->set_urn(answer->urn.str());
        to_wire(answer->outputs, *out->mutable_properties(), reader.options());
        reactor->Finish(Status::OK);
      });
    });
    return reactor;
  }

  ServerUnaryReactor* RegisterResourceOutputs(CallbackServerContext* context,
                                              const pulumirpc::RegisterResourceOutputsRequest* in, Empty*) override {
    auto urn = Urn::parse(in->urn());
    if (!urn) return finish(context, {StatusCode::INVALID_ARGUMENT, "'" + in->urn() + "' is no URN"});
    auto outputs = from_wire(in->outputs());
    if (!outputs) return finish(context, status_of(outputs.error()));
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, urn = std::move(*urn), outputs = std::move(*outputs)]() mutable {
      run_.register_outputs(urn, std::move(outputs), finisher(reactor));
    });
    return reactor;
  }

  ServerUnaryReactor* Invoke(CallbackServerContext* context, const pulumirpc::ResourceInvokeRequest* in,
                             pulumirpc::ResourceInvokeResponse* out) override {
    auto invoke = goal_from(*in);
    if (!invoke) return finish(context, status_of(invoke.error()));
    const WireOptions options{.secrets = true, .resources = in->acceptresources(), .outputs = false, .unknowns = true};
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, out, options, package = in->packageref(), invoke = std::move(*invoke)]() mutable {
      resolve_package(package, invoke.version, invoke.plugin_download_url);
      run_.invoke(std::move(invoke), [reactor, out, options](tl::expected<Invoked, Refusal> answer) {
        if (!answer) return reactor->Finish(status_of(answer.error()));
        to_wire(answer->result, *out->mutable_return_(), options);
        put_failures(answer->failures, *out->mutable_failures());
        out->set_unknown(answer->unknown);
        reactor->Finish(Status::OK);
      });
    });
    return reactor;
  }

  ServerUnaryReactor* Call(CallbackServerContext* context, const pulumirpc::ResourceCallRequest* in,
                           pulumirpc::CallResponse* out) override {
    auto call = goal_from(*in);
    if (!call) return finish(context, status_of(call.error()));
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, out, call = std::move(*call)]() mutable {
      run_.call(std::move(call), [reactor, out](tl::expected<CallReply, Refusal> answer) {
        if (!answer) return reactor->Finish(status_of(answer.error()));
        to_wire(answer->result, *out->mutable_return_(), {.outputs = false});
        put_urns({answer->result_dependencies.begin(), answer->result_dependencies.end()},
                 *out->mutable_returndependencies());
        put_failures(answer->failures, *out->mutable_failures());
        reactor->Finish(Status::OK);
      });
    });
    return reactor;
  }

  ServerUnaryReactor* RegisterPackage(CallbackServerContext* context, const pulumirpc::RegisterPackageRequest* in,
                                      pulumirpc::RegisterPackageResponse* out) override {
    if (in->has_parameterization() || in->has_extension()) return not_yet(context, "parameterized packages");
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, in, out] {
      out->set_ref(run_.register_package(in->name(), in->version(), in->download_url()));
      reactor->Finish(Status::OK);
    });
    return reactor;
  }

  ServerUnaryReactor* SignalAndWaitForShutdown(CallbackServerContext* context, const Empty*, Empty*) override {
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor] { run_.signal_end_of_program(finisher(reactor)); });
    return reactor;
  }

  ServerUnaryReactor* RegisterStackTransform(CallbackServerContext* context, const pulumirpc::Callback*,
                                             Empty*) override {
    return not_yet(context, "transforms");
  }
  ServerUnaryReactor* RegisterStackInvokeTransform(CallbackServerContext* context, const pulumirpc::Callback*,
                                                   Empty*) override {
    return not_yet(context, "invoke transforms");
  }
  ServerUnaryReactor* RegisterResourceHook(CallbackServerContext* context,
                                           const pulumirpc::RegisterResourceHookRequest*, Empty*) override {
    return not_yet(context, "resource hooks");
  }
  ServerUnaryReactor* RegisterErrorHook(CallbackServerContext* context, const pulumirpc::RegisterErrorHookRequest*,
                                        Empty*) override {
    return not_yet(context, "error hooks");
  }

 private:
  static Answer<Nothing> finisher(ServerUnaryReactor* reactor) {
    return [reactor](tl::expected<Nothing, Refusal> answer) {
      reactor->Finish(answer ? Status::OK : status_of(answer.error()));
    };
  }
  WireContext wire_context(const CallbackServerContext& context) const {
    WireContext out{run_.program().root_directory, run_.program().program_directory, false};
    const auto& metadata = context.client_metadata();
    if (auto it = metadata.find("pulumi-runtime"); it != metadata.end()) out.from_node = it->second == "nodejs";
    if (auto it = metadata.find("user-agent"); it != metadata.end())
      out.from_node = out.from_node || it->second.starts_with("grpc-node-js/");
    return out;
  }
  /// A packageRef stands for version and URL. On the strand.
  void resolve_package(const std::string& ref, std::string& version, std::string& url) const {
    const auto* package = ref.empty() ? nullptr : run_.package(ref);
    if (!package) return;
    version = package->version;
    url = package->url;
  }

  Run& run_;
};

class EngineService final : public pulumirpc::Engine::CallbackService {
 public:
  explicit EngineService(Run& run) : run_(run) {}

  ServerUnaryReactor* Log(CallbackServerContext* context, const pulumirpc::LogRequest* in, Empty*) override {
    LogLine line;
    line.severity = static_cast<Severity>(in->severity());
    line.message = in->message();
    if (auto urn = Urn::parse(in->urn())) line.urn = std::move(*urn);
    line.stream_id = in->streamid();
    line.ephemeral = in->ephemeral();
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, line = std::move(line)]() mutable {
      run_.log(std::move(line));
      reactor->Finish(Status::OK);
    });
    return reactor;
  }
  ServerUnaryReactor* GetRootResource(CallbackServerContext* context, const pulumirpc::GetRootResourceRequest*,
                                      pulumirpc::GetRootResourceResponse* out) override {
    auto* reactor = context->DefaultReactor();
    run_.post([this, reactor, out] {
      out->set_urn(run_.stack_urn().str());
      reactor->Finish(Status::OK);
    });
    return reactor;
  }
  ServerUnaryReactor* SetRootResource(CallbackServerContext* context, const pulumirpc::SetRootResourceRequest*,
                                      pulumirpc::SetRootResourceResponse*) override {
    return finish(context, Status::OK);  // the root is the stack, which registers itself
  }
  ServerUnaryReactor* StartDebugging(CallbackServerContext* context, const pulumirpc::StartDebuggingRequest*,
                                     Empty*) override {
    return not_yet(context, "debugging");
  }
  ServerUnaryReactor* RequirePulumiVersion(CallbackServerContext* context,
                                           const pulumirpc::RequirePulumiVersionRequest*,
                                           pulumirpc::RequirePulumiVersionResponse*) override {
    return finish(context, Status::OK);  // we are not Pulumi; what a program needs shows when it asks for it
  }

 private:
  Run& run_;
};

}  // namespace

struct Monitor::Services {
  explicit Services(Run& run) : monitor(run), engine(run) {}
  MonitorService monitor;
  EngineService engine;
  std::unique_ptr<grpc::Server> server;
  int port = 0;
};

Monitor::Monitor(std::unique_ptr<Services> services) : services_(std::move(services)) {}
Monitor::~Monitor() = default;

Result<std::unique_ptr<Monitor>> Monitor::start(Run& run) {
  auto services = std::make_unique<Services>(run);
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &services->port);
  builder.AddChannelArgument(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  builder.SetMaxSendMessageSize(kMaxMessage);
  builder.RegisterService(&services->monitor);
  builder.RegisterService(&services->engine);
  services->server = builder.BuildAndStart();
  if (!services->server || services->port == 0)
    return fail(ErrorCode::unavailable, "no loopback port is free for the engine's services");
  return std::unique_ptr<Monitor>(new Monitor(std::move(services)));
}

std::string Monitor::address() const { return "127.0.0.1:" + std::to_string(services_->port); }

void Monitor::stop() { services_->server->Shutdown(); }

}  // namespace drydock::engine
