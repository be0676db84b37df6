#include "sdk/resource.h"

#include "sdk/context_core.h"
#include "sdk/resolve.h"

namespace drydock {

namespace detail {

namespace {

constexpr const char* kUnknownId = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";  // Pulumi's sentinel for unknown text

void tell(const ResourceCore& core, const std::string& key, const std::function<void(PropertyNews)>& then) {
  PropertyNews news;
  if (auto urn = Urn::parse(core.urn())) news.provenance.dependencies.push_back(*urn);
  if (key == "urn" || key == "id") {
    const PropertyValue text(key == "urn" ? core.urn() : core.id);
    if (!text.as_string().empty()) news.value = &text;
    return then(std::move(news));
  }
  if (auto more = core.output_dependencies.find(key); more != core.output_dependencies.end()) {
    news.provenance.merge({false, more->second});
  }
  const PropertyValue null;
  auto found = core.outputs.find(key);
  if (found == core.outputs.end()) {
    // Missing means unknown in a preview, and nothing in an update.
    if (!core.context->info.dry_run && !core.left_out) news.value = &null;
    return then(std::move(news));
  }
  const PropertyValue& value = found->second;
  news.provenance.secret = value.contains_secrets();
  if (value.contains_unknowns()) return then(std::move(news));
  if (!news.provenance.secret) {
    news.value = &value;
    return then(std::move(news));
  }
  const PropertyValue opened = value.plain();
  news.value = &opened;
  then(std::move(news));
}

void fetch(const CoreRef& core) {
  auto ask = std::exchange(core->on_demand, nullptr);
  if (ask) ask();
}

}  // namespace

void when_property(const CoreRef& core, const std::string& key, std::function<void(PropertyNews)> then) {
  core->registered->when_done([core, key, then = std::move(then)] {
    if (core->registered->failed()) return then({nullptr, true, {}});
    if (!core->fetched || key == "urn" || key == "id") return tell(*core, key, then);
    fetch(core);
    core->fetched->when_done([core, key, then] {
      if (core->fetched->failed()) return then({nullptr, true, {}});
      tell(*core, key, then);
    });
  });
}

ContextCore* context_of(const CoreRef& core) { return core->context; }
std::string describe(const CoreRef& core) { return core->type + " '" + core->name + "'"; }
void throw_decode_error(const std::string& problem) { throw ProgramError(problem); }
InputValue encode_resource(const Resource& resource) { return InputValue(resource.handle()); }

CoreRef known_resource(ContextCore& context, const Urn& urn, std::string id, ResourceKind kind) {
  auto core = std::make_shared<ResourceCore>();
  core->context = &context;
  core->type = urn.type();
  core->name = urn.name();
  core->kind = kind;
  core->id = std::move(id);
  core->registered->settle(urn.str(), {});
  core->fetched = std::make_shared<ValueCell<Done>>();
  core->on_demand = [&context, weak = std::weak_ptr(core)] {
    auto self = weak.lock();
    FunctionRequest request;
    request.token = "pulumi:pulumi:getResource";
    request.args.emplace("urn", self->urn());
    in_flight<FunctionReply>(
        context, [&](auto done) { context.monitor->invoke(std::move(request), done); },
        [&context, self](CallResult<FunctionReply> reply) {
          if (!reply) {
            context.failed(reply.error(), "reading " + describe(self));
            return self->fetched->fail();
          }
          const auto& state = at(reply->result, "state");
          if (state.is_map()) self->outputs = state.as_map();
          self->fetched->settle(Done{}, {});
        });
  };
  return core;
}

CoreRef known_provider(ContextCore& context, const std::string& reference) {
  auto split = reference.rfind("::");
  auto urn = Urn::parse(split == std::string::npos ? reference : reference.substr(0, split));
  auto id = split == std::string::npos ? std::string() : reference.substr(split + 2);
  return known_resource(context, urn.value_or(Urn()), id == kUnknownId ? "" : id, ResourceKind::custom);
}

std::string provider_reference(const ResourceCore& provider) {
  return provider.urn() + "::" + (provider.id.empty() ? kUnknownId : provider.id);
}

void Decoder::expected(const char* kind, const PropertyValue& got) {
  if (!problem_.empty()) return;
  const char* what = got.is_bool()       ? "true or false"
                     : got.is_number()   ? "a number"
                     : got.is_string()   ? "text"
                     : got.is_list()     ? "a list"
                     : got.is_resource() ? "a resource"
                     : got.is_map()      ? "an object"
                                         : "something else";
  problem_ = path_ + " should be " + kind + ", but the engine answered " + what +
             ": the program was built for another version of the provider";
}

CoreRef Decoder::resource(const ResourceReference& reference) {
  return known_resource(*context_, reference.urn, reference.id_known ? reference.id : "",
                        reference.has_id ? ResourceKind::custom : ResourceKind::remote);
}

}  // namespace detail

ComponentResource::ComponentResource(Context& ctx, std::string type, std::string name, ResourceOptions options,
                                     std::source_location where)
    : Resource(detail::register_resource(ctx, {.type = std::move(type),
                                               .name = std::move(name),
                                               .kind = detail::ResourceKind::component,
                                               .inputs = {},
                                               .options = std::move(options),
                                               .where = where})) {}

}  // namespace drydock
