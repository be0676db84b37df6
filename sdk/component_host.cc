#include "sdk/component_host.h"

#include "base/text.h"
#include "sdk/context_core.h"
#include "sdk/resolve.h"

namespace drydock {

using namespace detail;

namespace {

/// Values with their wrappers become cells, so that children hear of secrets, unknowns and dependencies.
InputValue input_of(ContextCore& context, const PropertyValue& value, const Provenance& from) {
  auto cell_of = [&](const PropertyValue& inner, bool known, Provenance provenance) {
    auto cell = std::make_shared<ValueCell<InputValue>>();
    if (known) {
      cell->settle(input_of(context, inner, {}), std::move(provenance));
    } else {
      cell->settle_unknown(std::move(provenance));
    }
    return InputValue(std::shared_ptr<Cell>(std::move(cell)));
  };
  if (value.is_unknown()) return cell_of({}, false, from);
  if (value.is_secret()) {
    const auto& inner = *value.as_secret().value;
    return cell_of(inner, !inner.is_unknown(), {true, from.dependencies});
  }
  if (value.is_output()) {
    const auto& output = value.as_output();
    Provenance provenance{output.secret, output.dependencies};
    std::sort(provenance.dependencies.begin(), provenance.dependencies.end());
    return cell_of(*output.value, output.known, std::move(provenance));
  }
  if (value.is_resource()) {
    const auto& reference = value.as_resource();
    return InputValue(known_resource(context, reference.urn, reference.id_known ? reference.id : "",
                                     reference.has_id ? ResourceKind::custom : ResourceKind::remote));
  }
  if (value.is_list()) {
    InputValue::List list;
    for (const auto& item : value.as_list()) list.push_back(input_of(context, item, from));
    return InputValue(std::move(list));
  }
  if (value.is_map()) {
    InputValue::Map map;
    for (const auto& [key, item] : value.as_map()) map.emplace(key, input_of(context, item, from));
    return InputValue(std::move(map));
  }
  if (from.dependencies.empty()) return InputValue(value);
  return cell_of(value, true, from);
}

void gather(const PropertyValue& value, Provenance& out) {
  if (value.is_secret()) {
    out.secret = true;
    gather(*value.as_secret().value, out);
  } else if (value.is_output()) {
    auto urns = value.as_output().dependencies;
    std::sort(urns.begin(), urns.end());
    out.merge({value.as_output().secret, std::move(urns)});
    gather(*value.as_output().value, out);
  } else if (value.is_list()) {
    for (const auto& item : value.as_list()) gather(item, out);
  } else if (value.is_map()) {
    for (const auto& [key, item] : value.as_map()) gather(item, out);
  }
}

ConfigValues config_of(const std::map<std::string, std::string>& config, const std::vector<std::string>& secret_keys) {
  return {config, {secret_keys.begin(), secret_keys.end()}};
}

Result<std::shared_ptr<ContextCore>> connect(RunInfo info, const std::string& monitor) {
  auto core = std::make_shared<ContextCore>(std::move(info), connect_monitor(monitor, ""));
  auto features = core->monitor->features();
  if (!features)
    return fail(ErrorCode::unavailable, "the engine's monitor does not answer: " + features.error().message);
  core->features = std::move(*features);
  return core;
}

class SelfResource : public ComponentResource {
 public:
  explicit SelfResource(CoreRef core) : ComponentResource(std::move(core)) {}
};

CoreRef register_self(Context& ctx, const ConstructRequest& request) {
  auto& context = *ctx.core();
  ResourceOptions options;
  for (const auto& alias : request.aliases) options.aliases.push_back({.urn = alias});
  options.protect = request.protect;
  options.retainOnDelete = request.retain_on_delete;
  ResourceList depends_on;
  for (const auto& urn : request.dependencies) {
    depends_on.add(SelfResource(known_resource(context, urn, "", ResourceKind::custom)));
  }
  options.dependsOn = depends_on;
  context.root_urn = request.parent.str();  // parent of the component; children name the component themselves
  auto core = register_resource(ctx, {.type = request.type,
                                      .name = request.name,
                                      .kind = ResourceKind::component,
                                      .inputs = {},
                                      .options = std::move(options)});
  for (const auto& [package, reference] : request.providers)
    core->providers[package] = known_provider(context, reference);
  return core;
}

void answer_when_known(ContextCore& context, const CoreRef& self, const AnyInputs& outputs,
                       const std::function<void(ConstructReply)>& answer) {
  when_resolvable(outputs, [&context, self, outputs, &answer] {
    if (self->registered->failed()) return;
    ConstructReply reply;
    PropertyMap plain;
    if (auto urn = Urn::parse(self->urn())) reply.urn = *urn;
    if (outputs.given()) {
      for (const auto& [key, input] : std::get<InputValue::Map>(outputs.variant())) {
        auto resolved = resolve(input, {});
        if (resolved.failed) return;  // whatever failed has been reported and fails the run
        if (resolved.value.is_null()) continue;
        // A resource among the outputs is its own mark; the others say what they came from.
        reply.state_dependencies[key] = resolved.value.is_resource() ? std::vector<Urn>() : resolved.dependencies;
        plain.emplace(key, std::move(resolved.value));
      }
    }
    reply.state = plain;
    in_flight<Monitor::None>(
        context, [&](auto done) { context.monitor->register_outputs(self->urn(), std::move(plain), done); },
        [&context, self, reply = std::move(reply), &answer](CallResult<Monitor::None> registered) {
          if (!registered) return context.failed(registered.error(), "registering the outputs of " + describe(self));
          answer(reply);
        });
  });
}

Result<void> outcome(ContextCore& context) {
  if (!context.errors.empty()) return fail(ErrorCode::invalid_input, join(context.errors, "\n"));
  if (context.gone) return fail(ErrorCode::cancelled, "the run has ended");
  // A child that failed was reported as such; the component adds nothing to it.
  if (context.resource_failed) return fail(ErrorCode::cancelled, "a child of the component failed");
  return {};
}

template <class F>
void guarded(ContextCore& context, F f) {
  try {
    f();
  } catch (const std::exception& e) {
    context.errors.emplace_back(e.what());
  }
  context.settle();
}

}  // namespace

ComponentInputs ComponentInputs::only(const std::vector<std::string>& names) const {
  PropertyMap values;
  std::map<std::string, std::vector<Urn>> dependencies;
  for (const auto& name : names) {
    if (has(name)) values[name] = raw(name);
    if (auto found = dependencies_.find(name); found != dependencies_.end()) dependencies.insert(*found);
  }
  return {context_, std::move(values), std::move(dependencies)};
}

ComponentInputs ComponentInputs::inside(const std::string& name) const {
  const PropertyValue* value = &raw(name);
  if (value->is_output()) value = &*value->as_output().value;
  if (value->is_secret()) value = &*value->as_secret().value;
  if (!value->is_map())
    throw ProgramError("property '" + name + "' must be an object that is known when the component is made");
  std::map<std::string, std::vector<Urn>> dependencies;
  if (auto found = dependencies_.find(name); found != dependencies_.end())
    for (const auto& [key, member] : value->as_map()) dependencies[key] = found->second;
  return {context_, value->as_map(), std::move(dependencies)};
}

ComponentInputs ComponentInputs::without(const std::string& name) const {
  ComponentInputs out(*this);
  out.values_.erase(name);
  out.dependencies_.erase(name);
  return out;
}

ComponentInputs ComponentInputs::renamed(const std::string& from, const std::string& to) const {
  auto out = without(from);
  if (has(from)) out.values_[to] = raw(from);
  if (auto found = dependencies_.find(from); found != dependencies_.end()) out.dependencies_[to] = found->second;
  return out;
}

Output<PropertyMap> ComponentInputs::whole() const {
  auto cell = std::make_shared<ValueCell<PropertyMap>>();
  Provenance provenance;
  bool known = true;
  for (const auto& [name, value] : values_) {
    provenance.merge(provenance_of(name));
    known = known && !value.contains_unknowns() && !holds_unknown_outputs(value);
  }
  if (known) {
    cell->settle(drydock::plain(values_), std::move(provenance));
  } else {
    cell->settle_unknown(std::move(provenance));
  }
  return Output<PropertyMap>(std::move(cell));
}

InputValue ComponentInputs::input(std::string_view name) const {
  const auto& value = raw(name);
  if (value.is_null()) return {};
  // Dependencies of the whole property matter where the value itself cannot carry them.
  Provenance from;
  if (auto found = dependencies_.find(std::string(name)); found != dependencies_.end()) {
    from.dependencies = found->second;
    std::sort(from.dependencies.begin(), from.dependencies.end());
  }
  return input_of(context_, value, value.is_list() || value.is_map() ? Provenance{} : from);
}

PropertyValue ComponentInputs::known(const std::string& name) const {
  const auto& value = raw(name);
  if (value.contains_unknowns() || holds_unknown_outputs(value)) {
    throw ProgramError("property '" + name +
                       "' must be known before the component is made: it cannot be an output of a " +
                       "resource that does not exist yet");
  }
  return value.plain();
}

Provenance ComponentInputs::provenance_of(const std::string& name) const {
  Provenance out;
  if (auto found = dependencies_.find(name); found != dependencies_.end()) {
    out.dependencies = found->second;
    std::sort(out.dependencies.begin(), out.dependencies.end());
  }
  gather(raw(name), out);
  return out;
}

bool ComponentInputs::holds_unknown_outputs(const PropertyValue& value) {
  if (value.is_output()) return !value.as_output().known || holds_unknown_outputs(*value.as_output().value);
  if (value.is_secret()) return holds_unknown_outputs(*value.as_secret().value);
  if (value.is_list()) {
    for (const auto& item : value.as_list())
      if (holds_unknown_outputs(item)) return true;
  }
  if (value.is_map()) {
    for (const auto& [key, item] : value.as_map())
      if (holds_unknown_outputs(item)) return true;
  }
  return false;
}

CoreRef ComponentInputs::reference(const PropertyValue& value, const std::string& name) const {
  if (value.is_output()) return reference(*value.as_output().value, name);
  if (value.is_secret()) return reference(*value.as_secret().value, name);
  if (!value.is_resource()) throw ProgramError("property '" + name + "' must be a resource");
  const auto& r = value.as_resource();
  return known_resource(context_, r.urn, r.id_known ? r.id : "",
                        r.has_id ? ResourceKind::custom : ResourceKind::remote);
}

ComponentHost::ComponentHost(Context& ctx, const ConstructRequest& request, ComponentResource self)
    : ctx_(ctx),
      request_(request),
      inputs_(*ctx.core(), request.inputs, request.input_dependencies),
      self_(std::move(self)) {}

Result<void> detail::host_component_on(std::shared_ptr<ContextCore> core, const ConstructRequest& request,
                                       const std::function<void(ConstructReply)>& answer,
                                       const std::function<AnyInputs(ComponentHost&)>& body) {
  auto& context = *core;
  Context ctx(core);
  std::optional<ComponentHost> host;  // outlives the functions that the body leaves behind
  guarded(context, [&] {
    auto self = register_self(ctx, request);
    host.emplace(ctx, request, SelfResource(self));
    auto outputs = body(*host);
    context.loop.post([&context, self, outputs, &answer] { answer_when_known(context, self, outputs, answer); });
  });
  return outcome(context);
}

Result<void> host_component(const ConstructRequest& request, const std::function<void(ConstructReply)>& answer,
                            std::stop_token, const std::function<AnyInputs(ComponentHost&)>& body) {
  RunInfo info{.project = request.project,
               .stack = request.stack,
               .organization = request.organization,
               .root_directory = "/",
               .dry_run = request.dry_run,
               .config = config_of(request.config, request.config_secret_keys)};
  auto core = connect(std::move(info), request.monitor_endpoint);
  if (!core) return pass(core);
  return detail::host_component_on(*core, request, answer, body);
}

Result<CallReply> host_call(const CallRequest& request, std::stop_token,
                            const std::function<AnyInputs(Context&, const ComponentInputs&)>& body) {
  RunInfo info{.project = request.project,
               .stack = request.stack,
               .organization = request.organization,
               .root_directory = "/",
               .dry_run = request.dry_run,
               .config = config_of(request.config, {})};
  auto core = connect(std::move(info), request.monitor_endpoint);
  if (!core) return pass(core);
  Context ctx(*core);
  CallReply reply;
  const ComponentInputs inputs(**core, request.args, request.arg_dependencies);
  guarded(**core, [&] {
    auto result = body(ctx, inputs);
    when_resolvable(result, [result, &reply] {
      if (!result.given()) return;
      for (const auto& [key, input] : std::get<InputValue::Map>(result.variant())) {
        auto resolved = resolve(input, {});
        reply.result_dependencies[key] = resolved.dependencies;
        reply.result.emplace(key, std::move(resolved.value));
      }
    });
  });
  if (auto done = outcome(**core); !done) return pass(done);
  return reply;
}

}  // namespace drydock
