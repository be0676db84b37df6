// How a resource of the program becomes a RegisterResource or ReadResource call: wait for everything it takes, ask, and
// settle its outputs with the answer.
#include <algorithm>

#include "sdk/context_core.h"
#include "sdk/resolve.h"

namespace drydock::detail {

namespace {

std::string_view package_of(std::string_view type) {
  constexpr std::string_view providers = "pulumi:providers:";
  if (type.starts_with(providers)) return type.substr(providers.size());
  return type.substr(0, type.find(':'));
}

/// Whom a resource inherits from, and what it hands on to its children.
void inherit_providers(ResourceCore& core, const ResourceOptions& options) {
  if (core.parent) core.providers = core.parent->providers;
  for (const auto& provider : options.providers.items()) {
    core.providers[std::string(package_of(provider.handle()->type))] = provider.handle();
  }
  if (options.provider)
    core.providers[std::string(package_of(options.provider->handle()->type))] = options.provider->handle();
}

CoreRef new_core(ContextCore& context, const Registration& r) {
  auto core = std::make_shared<ResourceCore>();
  core->context = &context;
  core->type = r.type;
  core->name = r.name;
  core->kind = r.kind;
  core->where = r.where;
  if (r.options.parent) core->parent = r.options.parent->handle();
  if (core->parent && core->parent->kind == ResourceKind::component) core->parent->children.push_back(core);
  if (core->kind == ResourceKind::component) context.components.push_back(core);
  inherit_providers(*core, r.options);
  return core;
}

std::string parent_urn(const ContextCore& context, const ResourceCore& core) {
  return core.parent ? core.parent->urn() : context.root_urn;
}

/// The provider that a custom or remote resource is made by, if it is not the default one.
CoreRef own_provider(const ResourceCore& core) {
  if (core.type.starts_with("pulumi:providers:")) return nullptr;
  auto found = core.providers.find(std::string(package_of(core.type)));
  return found == core.providers.end() ? nullptr : found->second;
}

/// Everything besides the inputs that must be registered before this one can be.
std::vector<CoreRef> needed(const ResourceCore& core, const ResourceOptions& options) {
  std::vector<CoreRef> out;
  if (core.parent) out.push_back(core.parent);
  for (const auto& [package, provider] : core.providers) out.push_back(provider);
  if (options.deletedWith) out.push_back(options.deletedWith->handle());
  for (const auto& alias : options.aliases)
    if (alias.parent) out.push_back(alias.parent->handle());
  return out;
}

AliasSpec spec_of(const Alias& alias) {
  AliasSpec spec;
  spec.urn = alias.urn;
  spec.name = alias.name;
  spec.type = alias.type;
  spec.stack = alias.stack;
  spec.project = alias.project;
  spec.no_parent = alias.noParent;
  if (alias.parent) spec.parent_urn = alias.parent->handle()->urn();
  if (!alias.parentUrn.empty()) spec.parent_urn = alias.parentUrn;
  return spec;
}

void add_options(RegisterRequest& request, const ResourceOptions& o) {
  request.ignore_changes = o.ignoreChanges;
  request.additional_secret_outputs = o.additionalSecretOutputs;
  request.replace_on_changes = o.replaceOnChanges;
  request.hide_diffs = o.hideDiffs;
  request.import_id = o.import;
  request.timeout_create = o.customTimeouts.create;
  request.timeout_update = o.customTimeouts.update;
  request.timeout_delete = o.customTimeouts.delete_;
  request.timeout_read = o.customTimeouts.read;
  request.protect = o.protect;
  request.retain_on_delete = o.retainOnDelete;
  request.delete_before_replace = o.deleteBeforeReplace;
  if (o.deletedWith) request.deleted_with = o.deletedWith->handle()->urn();
  for (const auto& alias : o.aliases) request.aliases.push_back(spec_of(alias));
}

void add_providers(RegisterRequest& request, const ResourceCore& core) {
  if (core.kind != ResourceKind::component) {
    if (auto provider = own_provider(core)) request.provider = provider_reference(*provider);
  }
  if (core.kind != ResourceKind::custom) {
    for (const auto& [package, provider] : core.providers) request.providers[package] = provider_reference(*provider);
  }
}

/// False if something the inputs are made of has failed.
bool add_inputs(RegisterRequest& request, const InputValue& inputs, bool keep_outputs, Provenance& all) {
  if (!inputs.given()) return true;
  for (const auto& [key, input] : std::get<InputValue::Map>(inputs.variant())) {
    auto resolved = resolve(input, {.keep_outputs = keep_outputs});
    if (resolved.failed) return false;
    if (resolved.value.is_null()) continue;
    all.merge({false, resolved.dependencies});
    request.property_dependencies[key] = std::move(resolved.dependencies);
    request.object.emplace(key, std::move(resolved.value));
  }
  request.with_property_dependencies = true;
  return true;
}

void answered(ContextCore& context, const CoreRef& core, CallResult<RegisterReply> reply) {
  if (!reply) {
    context.failed(reply.error(), "registering " + describe(core));
    return core->registered->fail();
  }
  if (!reply->succeeded) {
    context.resource_failed = true;
    return core->registered->fail();
  }
  core->left_out = reply->unknown;
  core->id = std::move(reply->id);
  core->outputs = std::move(reply->object);
  core->output_dependencies = std::move(reply->property_dependencies);
  core->registered->settle(std::move(reply->urn), {});
}

void send(ContextCore& context, const CoreRef& core, const Registration& r, std::vector<Urn> depends_on) {
  RegisterRequest request;
  request.type = r.type;
  request.name = r.name;
  request.parent = parent_urn(context, *core);
  request.custom = r.kind == ResourceKind::custom;
  request.remote = r.kind == ResourceKind::remote;
  request.version = r.options.version.empty() ? r.version : r.options.version;
  request.plugin_download_url = r.options.pluginDownloadURL.empty() ? r.url : r.options.pluginDownloadURL;
  request.position = context.position(r.where);
  Provenance all{false, std::move(depends_on)};
  const bool keep_outputs = request.remote && context.supports("outputValues");
  if (!add_inputs(request, r.inputs, keep_outputs, all)) return core->registered->fail();
  request.dependencies = std::move(all.dependencies);
  add_options(request, r.options);
  add_providers(request, *core);
  in_flight<RegisterReply>(
      context, [&](auto done) { context.monitor->register_resource(std::move(request), done); },
      [&context, core](CallResult<RegisterReply> reply) { answered(context, core, std::move(reply)); });
}

void send_read(ContextCore& context, const CoreRef& core, const Registration& r, const InputValue& id,
               std::vector<Urn> depends_on) {
  auto resolved_id = resolve(id, {});
  auto state = resolve(r.inputs, {});
  if (resolved_id.failed || state.failed) return core->registered->fail();
  auto plain_id = resolved_id.value.plain();
  if (!plain_id.is_string()) {
    // An unknown id, in a preview: nothing can be read yet.
    core->registered->settle(Urn::make(context.info.stack, context.info.project,
                                       Urn::parse(parent_urn(context, *core)).value_or(Urn()), r.type, r.name)
                                 .str(),
                             {});
    return;
  }
  ReadResourceRequest request;
  request.id = plain_id.as_string();
  request.type = r.type;
  request.name = r.name;
  request.parent = parent_urn(context, *core);
  if (state.value.is_map()) request.properties = std::move(state.value.as_map());
  Provenance all{false, std::move(depends_on)};
  all.merge({false, resolved_id.dependencies});
  all.merge({false, state.dependencies});
  request.dependencies = std::move(all.dependencies);
  request.version = r.options.version.empty() ? r.version : r.options.version;
  request.plugin_download_url = r.options.pluginDownloadURL.empty() ? r.url : r.options.pluginDownloadURL;
  request.additional_secret_outputs = r.options.additionalSecretOutputs;
  if (auto provider = own_provider(*core)) request.provider = provider_reference(*provider);
  request.position = context.position(r.where);
  in_flight<ReadResourceReply>(
      context, [&](auto done) { context.monitor->read_resource(std::move(request), done); },
      [&context, core, id = plain_id.as_string()](CallResult<ReadResourceReply> reply) {
        if (!reply) return answered(context, core, tl::unexpected(reply.error()));
        answered(context, core, RegisterReply{std::move(reply->urn), id, std::move(reply->properties), {}, true});
      });
}

/// Calls `then` with the URNs of dependsOn once all that the registration takes is done; fails the resource if any of
/// it has.
void when_ready(const CoreRef& core, const std::shared_ptr<Registration>& r, const InputValue& more,
                std::function<void(std::vector<Urn>)> then) {
  std::vector<std::shared_ptr<Cell>> cells;
  for (const auto& other : needed(*core, r->options)) cells.push_back(other->registered);
  std::vector<CoreRef> depends_on;
  for (const auto& resource : r->options.dependsOn.items()) depends_on.push_back(resource.handle());
  when_all_done(cells, [=, then = std::move(then)]() mutable {
    for (const auto& cell : cells)
      if (cell->failed()) return core->registered->fail();
    when_expanded(std::move(depends_on), [=, then = std::move(then)](std::vector<Urn> urns, bool failed) mutable {
      if (failed) return core->registered->fail();
      InputValue everything(InputValue::List{r->inputs, more});
      when_resolvable(everything, [urns = std::move(urns), then = std::move(then)] { then(urns); });
    });
  });
}

}  // namespace

CoreRef register_resource(Context& ctx, Registration registration) {
  auto& context = *ctx.core();
  auto core = new_core(context, registration);
  auto r = std::make_shared<Registration>(std::move(registration));
  when_ready(core, r, {}, [&context, core, r](std::vector<Urn> urns) { send(context, core, *r, std::move(urns)); });
  return core;
}

CoreRef read_resource(Context& ctx, Registration registration, InputValue id) {
  auto& context = *ctx.core();
  auto core = new_core(context, registration);
  auto r = std::make_shared<Registration>(std::move(registration));
  when_ready(core, r, id,
             [&context, core, r, id](std::vector<Urn> urns) { send_read(context, core, *r, id, std::move(urns)); });
  return core;
}

void register_outputs(const CoreRef& core, const InputValue& outputs) {
  auto& context = *core->context;
  when_resolvable(outputs, [&context, core, outputs] {
    core->registered->when_done([&context, core, outputs] {
      auto resolved = resolve(outputs, {});
      if (resolved.failed || core->registered->failed()) return;
      PropertyMap values;
      if (resolved.value.is_map()) values = std::move(resolved.value.as_map());
      in_flight<Monitor::None>(
          context, [&](auto done) { context.monitor->register_outputs(core->urn(), std::move(values), done); },
          [&context, core](CallResult<Monitor::None> reply) {
            if (!reply) context.failed(reply.error(), "registering the outputs of " + describe(core));
          });
    });
  });
}

}  // namespace drydock::detail
