// The Monitor over gRPC's callback interface: a call in flight costs memory, not a thread.
#include <grpcpp/grpcpp.h>

#include <array>
#include <cstdio>
#include <deque>
#include <mutex>

#include "pulumi/engine.grpc.pb.h"
#include "pulumi/resource.grpc.pb.h"
#include "sdk/monitor.h"
#include "sdk/property_wire.h"

namespace drydock::detail {

namespace {

using google::protobuf::Empty;

constexpr int kMaxMessage = 400 * 1024 * 1024;  // as Pulumi's own SDKs

std::shared_ptr<grpc::Channel> channel_to(const std::string& address) {
  grpc::ChannelArguments args;
  args.SetMaxReceiveMessageSize(kMaxMessage);
  args.SetMaxSendMessageSize(kMaxMessage);
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), args);
}

CallError error_of(const grpc::Status& status) {
  CallError error;
  error.message = status.error_message();
  error.gone = status.error_code() == grpc::UNAVAILABLE || status.error_code() == grpc::CANCELLED;
  error.unimplemented = status.error_code() == grpc::UNIMPLEMENTED;
  return error;
}

CallError malformed(const Error& error) { return {"the engine's answer is malformed: " + error.message, false, false}; }

template <class Request, class Reply>
struct InFlight {
  grpc::ClientContext context;
  Request request;
  Reply reply;
};

/// Lets so many calls be under way at a time: one costs some 10 KB at each end. A registration that waits here waits
/// for others that the engine has already; so the order in which they come never matters to it.
class Gate : public std::enable_shared_from_this<Gate> {
 public:
  using Leave = std::function<void()>;
  using Start = std::function<void(Leave)>;  // to be left once, from any thread

  void enter(Start start) {
    {
      std::lock_guard lock(mutex_);
      if (under_way_ >= kMost) return waiting_.push_back(std::move(start));
      ++under_way_;
    }
    start([gate = shared_from_this()] { gate->leave(); });
  }

 private:
  static constexpr int kMost = 512;

  void leave() {
    Start next;
    {
      std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        --under_way_;
        return;
      }
      next = std::move(waiting_.front());
      waiting_.pop_front();
    }
    next([gate = shared_from_this()] { gate->leave(); });
  }

  std::mutex mutex_;
  int under_way_ = 0;          // guarded by mutex_
  std::deque<Start> waiting_;  // guarded by mutex_
};

/// What no engine takes is refused here, where it can be named.
template <class Out>
bool refused(const PropertyMap& properties, const Monitor::DoneFn<Out>& done) {
  auto ok = check_depth(properties);
  if (!ok) done(tl::unexpected(CallError{ok.error().to_string(), false, false}));
  return !ok;
}

/// Sends `request`; `done` gets what `convert` makes of the reply.
template <class Out, class Request, class Reply, class Async>
void send(Async* async,
          void (Async::*method)(grpc::ClientContext*, const Request*, Reply*, std::function<void(grpc::Status)>),
          Request request, Monitor::DoneFn<Out> done, CallResult<Out> (*convert)(const Reply&)) {
  auto flight = std::make_shared<InFlight<Request, Reply>>();
  flight->request = std::move(request);
  (async->*method)(&flight->context, &flight->request, &flight->reply,
                   [flight, done = std::move(done), convert](grpc::Status status) {
                     if (!status.ok()) return done(tl::unexpected(error_of(status)));
                     done(convert(flight->reply));
                   });
}

template <class Field>
void fill(Field* field, const std::vector<std::string>& texts) {
  for (const auto& text : texts) field->Add(std::string(text));
}
template <class Field>
void fill(Field* field, const std::vector<Urn>& urns) {
  for (const auto& urn : urns) field->Add(std::string(urn.str()));
}

template <class Field>
std::map<std::string, std::vector<Urn>> dependencies_of(const Field& field) {
  std::map<std::string, std::vector<Urn>> out;
  for (const auto& [key, entry] : field) {
    auto& urns = out[key];
    for (const auto& text : entry.urns())
      if (auto urn = Urn::parse(text)) urns.push_back(*urn);
    std::sort(urns.begin(), urns.end());
  }
  return out;
}

template <class Request>
void fill_position(Request& request, const SourcePosition& position) {
  if (position.uri.empty()) return;
  auto* out = request.mutable_sourceposition();
  out->set_uri(position.uri);
  out->set_line(position.line);
  out->set_column(position.column);
}

void fill_alias(pulumirpc::Alias& out, const AliasSpec& alias) {
  if (!alias.urn.empty()) return out.set_urn(alias.urn);
  auto* spec = out.mutable_spec();
  if (alias.name) spec->set_name(*alias.name);
  if (alias.type) spec->set_type(*alias.type);
  if (alias.stack) spec->set_stack(*alias.stack);
  if (alias.project) spec->set_project(*alias.project);
  if (alias.no_parent) spec->set_noparent(true);
  if (alias.parent_urn) spec->set_parenturn(*alias.parent_urn);
}

void fill_options(pulumirpc::RegisterResourceRequest& out, const RegisterRequest& r) {
  fill(out.mutable_ignorechanges(), r.ignore_changes);
  fill(out.mutable_additionalsecretoutputs(), r.additional_secret_outputs);
  fill(out.mutable_replaceonchanges(), r.replace_on_changes);
  fill(out.mutable_hidediffs(), r.hide_diffs);
  for (const auto& alias : r.aliases) fill_alias(*out.add_aliases(), alias);
  out.set_importid(r.import_id);
  out.set_deletedwith(r.deleted_with);
  auto* timeouts = out.mutable_customtimeouts();
  timeouts->set_create(r.timeout_create);
  timeouts->set_update(r.timeout_update);
  timeouts->set_delete_(r.timeout_delete);
  timeouts->set_read(r.timeout_read);
  if (r.protect) out.set_protect(*r.protect);
  if (r.retain_on_delete) out.set_retainondelete(*r.retain_on_delete);
  if (r.delete_before_replace) {
    out.set_deletebeforereplace(*r.delete_before_replace);
    out.set_deletebeforereplacedefined(true);
  }
}

pulumirpc::RegisterResourceRequest wire_of(const RegisterRequest& r) {
  pulumirpc::RegisterResourceRequest out;
  out.set_type(r.type);
  out.set_name(r.name);
  out.set_parent(r.parent);
  out.set_custom(r.custom);
  out.set_remote(r.remote);
  to_wire(r.object, *out.mutable_object());
  if (r.with_property_dependencies) {
    for (const auto& [key, urns] : r.property_dependencies) {
      fill((*out.mutable_propertydependencies())[key].mutable_urns(), urns);
    }
  }
  fill(out.mutable_dependencies(), r.dependencies);
  out.set_provider(r.provider);
  out.mutable_providers()->insert(r.providers.begin(), r.providers.end());
  out.set_version(r.version);
  out.set_plugindownloadurl(r.plugin_download_url);
  fill_options(out, r);
  out.set_acceptsecrets(true);
  out.set_acceptresources(true);
  out.set_supportspartialvalues(true);
  out.set_supportsresultreporting(true);
  out.set_aliasspecs(true);
  fill_position(out, r.position);
  return out;
}

CallResult<RegisterReply> reply_of(const pulumirpc::RegisterResourceResponse& r) {
  RegisterReply out;
  out.urn = r.urn();
  out.id = r.id() == wire::kUnknown ? std::string() : r.id();
  out.succeeded = r.result() == pulumirpc::SUCCESS;
  out.unknown = r.unknown();
  auto object = from_wire(r.object());
  if (!object) return tl::unexpected(malformed(object.error()));
  out.object = std::move(*object);
  out.property_dependencies = dependencies_of(r.propertydependencies());
  return out;
}

CallResult<ReadResourceReply> read_reply_of(const pulumirpc::ReadResourceResponse& r) {
  auto properties = from_wire(r.properties());
  if (!properties) return tl::unexpected(malformed(properties.error()));
  return ReadResourceReply{r.urn(), std::move(*properties)};
}

template <class Reply>
CallResult<FunctionReply> function_reply(const Reply& r) {
  FunctionReply out;
  auto result = from_wire(r.return_());
  if (!result) return tl::unexpected(malformed(result.error()));
  out.result = std::move(*result);
  for (const auto& failure : r.failures()) out.failures.emplace_back(failure.property(), failure.reason());
  return out;
}
CallResult<FunctionReply> invoke_reply_of(const pulumirpc::ResourceInvokeResponse& r) {
  auto out = function_reply(r);
  if (out) out->unknown = r.unknown();
  return out;
}
CallResult<FunctionReply> call_reply_of(const pulumirpc::CallResponse& r) {
  auto out = function_reply(r);
  if (out) out->result_dependencies = dependencies_of(r.returndependencies());
  return out;
}
CallResult<Monitor::None> nothing(const Empty&) { return Monitor::None{}; }

constexpr std::array<const char*, 17> kFeatureNames = {
    "secrets",       "resourceReferences", "outputValues",        "aliasSpecs",       "replacementTrigger",
    "deletedWith",   "replaceWith",        "transforms",          "invokeTransforms", "parameterization",
    "resourceHooks", "errorHooks",         "sendsOptionsToHooks", "byteString",       "invokeDependsOn",
    "invokeParent",  "stateMigrations"};

class GrpcMonitor final : public Monitor {
 public:
  GrpcMonitor(const std::string& monitor, const std::string& engine)
      : monitor_(pulumirpc::ResourceMonitor::NewStub(channel_to(monitor))) {
    if (!engine.empty()) engine_ = pulumirpc::Engine::NewStub(channel_to(engine));
  }

  CallResult<std::set<std::string>> features() override {
    grpc::ClientContext context;
    pulumirpc::DeploymentInfo info;
    auto status = monitor_->GetDeploymentInfo(&context, Empty(), &info);
    if (status.error_code() == grpc::UNIMPLEMENTED) return probe_features();
    if (!status.ok()) return tl::unexpected(error_of(status));
    std::set<std::string> out;
    for (int id : info.supportedfeatures())
      if (id >= 0 && id < static_cast<int>(kFeatureNames.size())) out.insert(kFeatureNames[id]);
    return out;
  }

  void register_resource(RegisterRequest request, DoneFn<RegisterReply> done) override {
    if (refused(request.object, done)) return;
    // A remote component's call lasts as long as its provider works, and what it waits for may be registered after it.
    if (!request.custom) return send(async(), &Async::RegisterResource, wire_of(request), std::move(done), &reply_of);
    gate_->enter([monitor = monitor_, request = std::move(request), done = std::move(done)](Gate::Leave leave) {
      DoneFn<RegisterReply> left = [done, leave = std::move(leave)](CallResult<RegisterReply> reply) {
        leave();
        done(std::move(reply));
      };
      send(monitor->async(), &Async::RegisterResource, wire_of(request), std::move(left), &reply_of);
    });
  }

  void read_resource(ReadResourceRequest r, DoneFn<ReadResourceReply> done) override {
    if (refused(r.properties, done)) return;
    pulumirpc::ReadResourceRequest out;
    out.set_id(r.id);
    out.set_type(r.type);
    out.set_name(r.name);
    out.set_parent(r.parent);
    to_wire(r.properties, *out.mutable_properties());
    fill(out.mutable_dependencies(), r.dependencies);
    out.set_provider(r.provider);
    out.set_version(r.version);
    out.set_plugindownloadurl(r.plugin_download_url);
    out.set_acceptsecrets(true);
    out.set_acceptresources(true);
    fill(out.mutable_additionalsecretoutputs(), r.additional_secret_outputs);
    fill_position(out, r.position);
    send(async(), &Async::ReadResource, std::move(out), std::move(done), &read_reply_of);
  }

  void register_outputs(std::string urn, PropertyMap outputs, DoneFn<None> done) override {
    if (refused(outputs, done)) return;
    pulumirpc::RegisterResourceOutputsRequest out;
    out.set_urn(urn);
    to_wire(outputs, *out.mutable_outputs());
    send(async(), &Async::RegisterResourceOutputs, std::move(out), std::move(done), &nothing);
  }

  void invoke(FunctionRequest r, DoneFn<FunctionReply> done) override {
    if (refused(r.args, done)) return;
    pulumirpc::ResourceInvokeRequest out;
    out.set_tok(r.token);
    to_wire(r.args, *out.mutable_args());
    out.set_provider(r.provider);
    out.set_version(r.version);
    out.set_plugindownloadurl(r.plugin_download_url);
    out.set_acceptresources(true);
    fill_position(out, r.position);
    send(async(), &Async::Invoke, std::move(out), std::move(done), &invoke_reply_of);
  }

  void call(FunctionRequest r, DoneFn<FunctionReply> done) override {
    if (refused(r.args, done)) return;
    pulumirpc::ResourceCallRequest out;
    out.set_tok(r.token);
    to_wire(r.args, *out.mutable_args());
    for (const auto& [key, urns] : r.arg_dependencies) fill((*out.mutable_argdependencies())[key].mutable_urns(), urns);
    out.set_provider(r.provider);
    out.set_version(r.version);
    out.set_plugindownloadurl(r.plugin_download_url);
    fill_position(out, r.position);
    send(async(), &Async::Call, std::move(out), std::move(done), &call_reply_of);
  }

  CallResult<None> signal_and_wait() override {
    grpc::ClientContext context;
    Empty reply;
    auto status = monitor_->SignalAndWaitForShutdown(&context, Empty(), &reply);
    if (!status.ok()) return tl::unexpected(error_of(status));
    return None{};
  }

  void log(LogSeverity severity, std::string message, std::string urn) override {
    if (engine_) {
      grpc::ClientContext context;
      pulumirpc::LogRequest request;
      Empty reply;
      request.set_severity(static_cast<pulumirpc::LogSeverity>(severity));
      request.set_message(message);
      request.set_urn(urn);
      if (engine_->Log(&context, request, &reply).ok()) return;
    }
    std::fprintf(stderr, "%s%s\n", severity == LogSeverity::error ? "error: " : "", message.c_str());
  }

 private:
  using Async = pulumirpc::ResourceMonitor::StubInterface::async_interface;
  Async* async() { return monitor_->async(); }

  /// Engines before GetDeploymentInfo: one question per feature.
  CallResult<std::set<std::string>> probe_features() {
    std::set<std::string> out;
    for (const char* name : {"secrets", "resourceReferences", "outputValues", "aliasSpecs", "deletedWith"}) {
      grpc::ClientContext context;
      pulumirpc::SupportsFeatureRequest request;
      pulumirpc::SupportsFeatureResponse reply;
      request.set_id(name);
      auto status = monitor_->SupportsFeature(&context, request, &reply);
      if (status.error_code() == grpc::UNIMPLEMENTED) continue;
      if (!status.ok()) return tl::unexpected(error_of(status));
      if (reply.hassupport()) out.insert(name);
    }
    return out;
  }

  std::shared_ptr<pulumirpc::ResourceMonitor::Stub> monitor_;
  std::shared_ptr<Gate> gate_ = std::make_shared<Gate>();
  std::unique_ptr<pulumirpc::Engine::Stub> engine_;
};

}  // namespace

std::unique_ptr<Monitor> connect_monitor(const std::string& monitor_address, const std::string& engine_address) {
  return std::make_unique<GrpcMonitor>(monitor_address, engine_address);
}

}  // namespace drydock::detail
