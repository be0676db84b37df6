#include <grpcpp/grpcpp.h>

#include <chrono>
#include <condition_variable>
#include <thread>

#include "base/text.h"

#include "engine/diff.h"
#include "engine/lifecycle_testing.h"
#include "pulumi/engine.grpc.pb.h"
#include "pulumi/resource.grpc.pb.h"
#include "sdk/property_wire.h"

namespace drydock::engine::testing {

struct ProgramClient::Wire {
  ProgramInfo info;
  std::unique_ptr<pulumirpc::ResourceMonitor::Stub> monitor;
  std::unique_ptr<pulumirpc::Engine::Stub> engine;
  std::string stack;
};

ProgramClient::ProgramClient(const ProgramInfo& info) {
  connect(info.monitor_address);
  wire_->info = info;
  wire_->stack = component(std::string(kStackType), info.project + "-" + info.stack).urn;
}
ProgramClient::ProgramClient(const ConstructRequest& request) {
  connect(request.monitor_endpoint);
  wire_->stack = request.parent.str();
}
void ProgramClient::connect(const std::string& address) {
  wire_ = std::make_unique<Wire>();
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  auto channel = grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), args);
  wire_->monitor = pulumirpc::ResourceMonitor::NewStub(channel);
  wire_->engine = pulumirpc::Engine::NewStub(channel);
}
ProgramClient::~ProgramClient() = default;
const ProgramInfo& ProgramClient::info() const { return wire_->info; }
const std::string& ProgramClient::stack() const { return wire_->stack; }

Made ProgramClient::resource(const std::string& type, const std::string& name, PropertyMap inputs,
                             ResourceOptions options) {
  pulumirpc::RegisterResourceRequest request;
  request.set_type(type);
  request.set_name(name);
  request.set_parent(options.parent.empty() ? wire_->stack : options.parent);
  request.set_custom(options.custom);
  request.set_remote(options.remote);
  request.set_acceptsecrets(true);
  request.set_acceptresources(true);
  request.set_supportspartialvalues(true);
  request.set_supportsresultreporting(true);
  to_wire(inputs, *request.mutable_object());
  for (const auto& urn : options.depends_on) request.add_dependencies(urn);
  for (const auto& [key, urns] : options.property_dependencies)
    for (const auto& urn : urns) (*request.mutable_propertydependencies())[key].add_urns(urn);
  if (options.protect) request.set_protect(*options.protect);
  if (options.retain_on_delete) request.set_retainondelete(*options.retain_on_delete);
  if (options.delete_before_replace)
    request.set_deletebeforereplace(*options.delete_before_replace), request.set_deletebeforereplacedefined(true);
  for (const auto& path : options.ignore_changes) request.add_ignorechanges(path);
  for (const auto& path : options.replace_on_changes) request.add_replaceonchanges(path);
  for (const auto& key : options.additional_secret_outputs) request.add_additionalsecretoutputs(key);
  for (const auto& urn : options.replace_with) request.add_replace_with(urn);
  for (const auto& urn : options.alias_urns) request.add_aliasurns(urn);
  request.set_importid(options.import_id);
  request.set_provider(options.provider);
  request.set_deletedwith(options.deleted_with);
  request.set_version(options.version);
  grpc::ClientContext context;
  pulumirpc::RegisterResourceResponse reply;
  const auto status = wire_->monitor->RegisterResource(&context, request, &reply);
  Made made{reply.urn(),
            reply.id(),
            {},
            status.error_message(),
            reply.result() == pulumirpc::FAIL,
            reply.result() == pulumirpc::SKIP};
  if (auto outputs = from_wire(reply.object())) made.outputs = std::move(*outputs);
  return made;
}

Made ProgramClient::component(const std::string& type, const std::string& name, ResourceOptions options) {
  options.custom = false;
  return resource(type, name, {}, options);
}

Made ProgramClient::read(const std::string& type, const std::string& name, const std::string& id, PropertyMap inputs) {
  pulumirpc::ReadResourceRequest request;
  request.set_type(type);
  request.set_name(name);
  request.set_id(id);
  request.set_parent(wire_->stack);
  to_wire(inputs, *request.mutable_properties());
  grpc::ClientContext context;
  pulumirpc::ReadResourceResponse reply;
  const auto status = wire_->monitor->ReadResource(&context, request, &reply);
  Made made{reply.urn(), id, {}, status.error_message()};
  if (auto outputs = from_wire(reply.properties())) made.outputs = std::move(*outputs);
  return made;
}

std::string ProgramClient::outputs(const std::string& urn, PropertyMap outputs) {
  pulumirpc::RegisterResourceOutputsRequest request;
  request.set_urn(urn);
  to_wire(outputs, *request.mutable_outputs());
  grpc::ClientContext context;
  google::protobuf::Empty reply;
  return wire_->monitor->RegisterResourceOutputs(&context, request, &reply).error_message();
}

PropertyMap ProgramClient::invoke(const std::string& token, PropertyMap args) {
  pulumirpc::ResourceInvokeRequest request;
  request.set_tok(token);
  to_wire(args, *request.mutable_args());
  grpc::ClientContext context;
  pulumirpc::ResourceInvokeResponse reply;
  const auto status = wire_->monitor->Invoke(&context, request, &reply);
  if (!status.ok()) return {{"error", status.error_message()}};
  return from_wire(reply.return_()).value_or(PropertyMap{});
}

std::string ProgramClient::wait_for_shutdown() {
  grpc::ClientContext context;
  google::protobuf::Empty request, reply;
  return wire_->monitor->SignalAndWaitForShutdown(&context, request, &reply).error_message();
}

void ProgramClient::log_error(const std::string& message) {
  pulumirpc::LogRequest request;
  request.set_severity(pulumirpc::ERROR);
  request.set_message(message);
  grpc::ClientContext context;
  google::protobuf::Empty reply;
  (void)wire_->engine->Log(&context, request, &reply);
}

PropertyValue nested(int levels) {
  PropertyValue value = "leaf";
  for (int i = 0; i < levels; ++i) {
    PropertyMap around;
    around.emplace("n", std::move(value));
    value = std::move(around);
  }
  return value;
}

// ---- the provider

void FakeProvider::note(std::string call) {
  std::lock_guard lock(shared_->mutex);
  shared_->calls.push_back(std::move(call));
}
Result<DiffReply> FakeProvider::diff_config(const DiffRequest& request) {
  return compare_inputs(request.old_inputs, request.news);
}
Result<CheckReply> FakeProvider::check(const CheckRequest& request) {
  CheckReply reply{request.news, {}};
  if (at(request.news, "invalid").is_string())
    reply.failures.push_back({"invalid", at(request.news, "invalid").as_string()});
  return reply;
}
Result<DiffReply> FakeProvider::diff(const DiffRequest& request) {
  DiffReply reply = compare_inputs(request.old_inputs, request.news);
  for (const std::string& key : reply.diffs)
    if (key == "replace" || key == "dbr") reply.replaces.push_back(key), reply.delete_before_replace |= key == "dbr";
  return reply;
}

namespace {
PropertyMap outputs_of(const PropertyMap& inputs, const std::string& id) {
  PropertyMap out = inputs;
  out["arn"] = "arn:" + id;
  if (const auto& levels = at(inputs, "deepen"); levels.is_number())
    out["deep"] = nested(static_cast<int>(levels.as_number()));
  return out;
}
std::optional<OperationError> asked_to_fail(const PropertyMap& inputs, const std::string& id) {
  if (const auto& text = at(inputs, "fail"); text.is_string())
    return OperationError{{ErrorCode::conflict, text.as_string(), {}}, {}};
  if (!at(inputs, "unready").bool_or(false)) return std::nullopt;
  return OperationError{{ErrorCode::timeout, "not ready", {}},
                        drydock::ResourceState{id, outputs_of(inputs, id), {}, {"not ready"}}};
}
}  // namespace

OperationResult FakeProvider::create(const CreateRequest& request, std::stop_token) {
  if (request.preview) return drydock::ResourceState{"", request.inputs, {}, {}};
  note("create " + std::string(request.urn.name()));
  std::string id;
  {
    std::lock_guard lock(shared_->mutex);
    id = std::string(request.urn.name()) + "-" + std::to_string(shared_->next++);
  }
  if (auto error = asked_to_fail(request.inputs, id)) return tl::unexpected(std::move(*error));
  std::lock_guard lock(shared_->mutex);
  shared_->cloud[id] = request.inputs;
  return drydock::ResourceState{id, outputs_of(plain(request.inputs), id), {}, {}};
}
Result<drydock::ResourceState> FakeProvider::read(const ReadRequest& request, std::stop_token) {
  std::lock_guard lock(shared_->mutex);
  const auto it = shared_->cloud.find(request.id);
  if (it == shared_->cloud.end()) return drydock::ResourceState{};
  return drydock::ResourceState{request.id, outputs_of(it->second, request.id), it->second, {}};
}
OperationResult FakeProvider::update(const UpdateRequest& request, std::stop_token) {
  if (request.preview) return drydock::ResourceState{request.id, request.news, {}, {}};
  note("update " + request.id);
  if (auto error = asked_to_fail(request.news, request.id)) return tl::unexpected(std::move(*error));
  std::lock_guard lock(shared_->mutex);
  shared_->cloud[request.id] = request.news;
  return drydock::ResourceState{request.id, outputs_of(plain(request.news), request.id), {}, {}};
}
Result<void> FakeProvider::del(const DeleteRequest& request, std::stop_token) {
  note("delete " + request.id);
  std::lock_guard lock(shared_->mutex);
  shared_->cloud.erase(request.id);
  return {};
}
Result<InvokeReply> FakeProvider::invoke(const InvokeRequest& request, std::stop_token) {
  return InvokeReply{request.args, {}};
}
Result<void> FakeProvider::construct(const ConstructRequest& request, const std::function<void(ConstructReply)>& answer,
                                     std::stop_token) {
  if (shared_->on_construct) shared_->on_construct(request, answer);
  return {};
}

// ---- the stack

namespace {
class MemorySink : public SnapshotSink {
 public:
  explicit MemorySink(const Snapshot& base) : ledger(base) {}
  void write(const Change& change, std::function<void(Result<void>)> durable) override {
    ledger.apply(change);
    durable({});
  }
  Ledger ledger;
};
}  // namespace

TestStack::TestStack() = default;
std::string TestStack::up(const TestProgram& program, Options options) { return run(options, &program); }
std::string TestStack::preview(const TestProgram& program) { return run({.dry_run = true}, &program); }
std::string TestStack::destroy(Options options) {
  options.command = Command::destroy;
  return run(std::move(options), nullptr);
}
std::string TestStack::refresh(Options options) {
  options.command = Command::refresh;
  return run(std::move(options), nullptr);
}

std::string TestStack::run(Options options, const TestProgram* program) {
  errors.clear();
  order.clear();
  Deployment deployment{
      {.organization = "organization", .project = "p", .stack = "dev", .config = config}, options, state};
  MemorySink sink(state);
  Environment environment;
  environment.providers = [this](const std::string& package, const std::string&) -> Result<std::unique_ptr<Provider>> {
    if (package != "fake") return fail(ErrorCode::not_found, "there is no provider for package '" + package + "'");
    return std::make_unique<FakeProvider>(cloud);
  };
  environment.run_program = [&](const ProgramInfo& info, const ProgramOutput&, std::stop_token cancelled) {
    // As a host does: the program is a process of its own, and may be ended while it waits.
    struct Process {
      std::mutex mutex;
      std::condition_variable changed;
      bool gone = false, killed = false;
    };
    auto process = std::make_shared<Process>();
    std::thread thread([info, program = *program, process] {
      ProgramClient client(info);
      program(client);
      std::lock_guard lock(process->mutex);
      process->gone = true;
      process->changed.notify_all();
    });
    std::stop_callback kill(cancelled, [process] {
      std::lock_guard lock(process->mutex);
      process->killed = true;
      process->changed.notify_all();
    });
    std::unique_lock lock(process->mutex);
    process->changed.wait(lock, [&] { return process->gone || process->killed; });
    orphans_.push_back(std::move(thread));
    return process->gone ? ProgramResult{} : ProgramResult{"", true};
  };
  environment.sink = &sink;
  environment.gate = gate;
  environment.events = [&](const Event& event) {
    const auto name = [](const Urn& urn) {
      return urn.type() == kStackType ? std::string("stack") : std::string(urn.name());
    };
    if (const auto* done = std::get_if<ResourceOutputsEvent>(&event)) {
      order.push_back(std::string(to_string(done->step.op)) + " " + name(done->step.urn));
    } else if (const auto* failed = std::get_if<ResourceFailedEvent>(&event)) {
      order.push_back("FAILED " + std::string(to_string(failed->step.op)) + " " + name(failed->step.urn));
    } else if (const auto* said = std::get_if<DiagnosticEvent>(&event)) {
      if (said->severity == Severity::error)
        errors.push_back((said->urn.empty() ? "" : name(said->urn) + ": ") + said->message);
    }
  };
  auto result = engine::run(deployment, environment);
  for (std::thread& orphan : orphans_) orphan.join();
  orphans_.clear();
  if (!result) return "ERROR " + result.error().to_string();
  summary = *result;
  if (!options.dry_run) state = sink.ledger.snapshot();
  return join(order, ", ");
}

ResourcePtr TestStack::find(const std::string& name) const {
  for (const ResourcePtr& record : state.resources)
    if (record->urn.name() == name && !record->delete_) return record;
  return nullptr;
}
std::string TestStack::names() const {
  std::vector<std::string> out;
  for (const ResourcePtr& record : state.resources)
    if (record->type != kStackType && !is_provider_type(record->type)) out.emplace_back(record->urn.name());
  return join(out, " ");
}

}  // namespace drydock::engine::testing
