// Resources as programs see them, and the options they take. A resource object is a handle: copying it copies nothing
// in the cloud, and letting it go deletes nothing. All members are for the program's own thread.
//
// A component of your own:
//   struct Network : ComponentResource {
//     Network(Context& ctx, std::string name, ResourceOptions options = {})
//         : ComponentResource(ctx, "acme:index:Network", name, options) {
//       aws::ec2::Vpc vpc(ctx, name, {.cidrBlock = "10.0.0.0/16"}, {.parent = *this});
//       register_outputs({{"vpcId", vpc.id}});
//     }
//   };
#pragma once

#include <chrono>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/decode.h"
#include "sdk/input.h"
#include "sdk/output.h"

namespace drydock {

namespace detail {

/// What a property's cell is told: the value, unknown, or failed.
struct PropertyNews {
  const PropertyValue* value = nullptr;  // null: unknown
  bool failed = false;
  Provenance provenance;
};
/// Calls `then` once the resource is registered. `key` "id" and "urn" are the resource's own.
void when_property(const CoreRef& core, const std::string& key, std::function<void(PropertyNews)> then);
ContextCore* context_of(const CoreRef& core);
std::string describe(const CoreRef& core);
[[noreturn]] void throw_decode_error(const std::string& problem);

/// Reads a resource's output when somebody asks for it.
template <class T>
class PropertyCell final : public ValueCell<T> {
 public:
  PropertyCell(CoreRef core, std::string key) : core_(std::move(core)), key_(std::move(key)) {}

 private:
  void demand() override {
    auto self = std::static_pointer_cast<PropertyCell>(this->shared_from_this());
    when_property(core_, key_, [self](PropertyNews news) { self->hear(std::move(news)); });
  }
  void hear(PropertyNews news) {
    if (news.failed) return this->fail();
    if (!news.value) return this->settle_unknown(std::move(news.provenance));
    Decoder decoder(context_of(core_), describe(core_) + ": " + key_);
    if constexpr (AnyResource<T>) {
      if (news.value->is_resource()) {
        return this->settle(T(decoder.resource(news.value->as_resource())), std::move(news.provenance));
      }
      decoder.expected("a resource", *news.value);
    } else {
      T value{};
      decode_value(*news.value, value, decoder);
      if (decoder.ok()) return this->settle(std::move(value), std::move(news.provenance));
    }
    this->fail();
    throw_decode_error(decoder.problem());
  }

  CoreRef core_;
  std::string key_;
};

}  // namespace detail

class Resource {
 public:
  Output<std::string> urn;

  const detail::CoreRef& handle() const { return handle_; }

 protected:
  explicit Resource(detail::CoreRef core) : urn(property_of<std::string>(core, "urn")), handle_(std::move(core)) {}
  template <class T>
  static Output<T> property_of(const detail::CoreRef& core, std::string key) {
    return Output<T>(std::make_shared<detail::PropertyCell<T>>(core, std::move(key)));
  }

  detail::CoreRef handle_;
};

class CustomResource : public Resource {
 public:
  Output<std::string> id;

 protected:
  explicit CustomResource(detail::CoreRef core)
      : Resource(std::move(core)), id(property_of<std::string>(handle_, "id")) {}
};

/// A configured provider; give it to resources with the options `provider` or `providers`.
class ProviderResource : public CustomResource {
 protected:
  using CustomResource::CustomResource;
};

/// Resources given to an option: one, several in braces, or a container of them.
class ResourceList {
 public:
  ResourceList() = default;
  ResourceList(const Resource& resource) : items_{resource} {}
  ResourceList(std::initializer_list<Resource> resources) : items_(resources) {}
  template <class R>
  requires std::derived_from<R, Resource> ResourceList(const std::vector<R>& resources)
      : items_(resources.begin(), resources.end()) {}
  void add(const Resource& resource) { items_.push_back(resource); }
  const std::vector<Resource>& items() const { return items_; }
  bool empty() const { return items_.empty(); }

 private:
  std::vector<Resource> items_;
};

/// A former name of a resource: what is not given is as it is now.
struct Alias {
  std::optional<std::string> name{};
  bool noParent = false;
  std::optional<Resource> parent{};
  std::string parentUrn{};
  std::optional<std::string> project{};
  std::optional<std::string> stack{};
  std::optional<std::string> type{};
  std::string urn{};  // the whole former URN, instead of all others
};

/// As Pulumi writes durations: "10m", "1h30m". Empty: the provider's own.
struct CustomTimeouts {
  std::string create{};
  std::string delete_{};
  std::string read{};
  std::string update{};
};

struct ResourceOptions {
  std::vector<std::string> additionalSecretOutputs{};
  std::vector<Alias> aliases{};
  CustomTimeouts customTimeouts{};
  std::optional<bool> deleteBeforeReplace{};
  std::optional<Resource> deletedWith{};
  ResourceList dependsOn{};
  std::vector<std::string> hideDiffs{};
  std::vector<std::string> ignoreChanges{};
  std::string import{};  // id of an existing resource to adopt
  std::optional<Resource> parent{};
  std::string pluginDownloadURL{};
  std::optional<bool> protect{};
  std::optional<ProviderResource> provider{};
  ResourceList providers{};  // for components: one per package
  std::vector<std::string> replaceOnChanges{};
  std::optional<bool> retainOnDelete{};
  std::string version{};
};

namespace detail {

enum class ResourceKind { custom, component, remote };

/// One registration. `version` and `url` are the package's own; options win over them.
struct Registration {
  std::string type;
  std::string name;
  ResourceKind kind = ResourceKind::custom;
  InputValue inputs;
  std::string version{};
  std::string url{};
  ResourceOptions options{};
  std::source_location where{};
};
CoreRef register_resource(Context& context, Registration registration);
/// An existing resource that this program does not manage.
CoreRef read_resource(Context& context, Registration registration, InputValue id);
void register_outputs(const CoreRef& core, const InputValue& outputs);

}  // namespace detail

class ComponentResource : public Resource {
 public:
  ComponentResource(Context& ctx, std::string type, std::string name, ResourceOptions options = {},
                    std::source_location where = std::source_location::current());

 protected:
  explicit ComponentResource(detail::CoreRef core) : Resource(std::move(core)) {}
  /// Ends the component, with what it shows of itself. At most once; without it the component shows nothing.
  void register_outputs(const AnyInputs& outputs = {}) { detail::register_outputs(handle_, outputs); }
};

}  // namespace drydock
