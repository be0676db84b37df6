// Components that a provider makes for programs in any language: the body of Provider::construct and call.
//
//   Result<void> EksProvider::construct(request, answer, cancelled) {
//     return host_component(request, answer, [](ComponentHost& host) {
//       auto vpcId = host.inputs().output<std::string>("vpcId");
//       aws::ec2::SecurityGroup group(host.ctx(), host.name() + "-group", {.vpcId = vpcId}, {.parent = host.self()});
//       return AnyInputs{{"groupId", group.id}};
//     });
//   }
#pragma once

#include <functional>
#include <string>

#include "sdk/context.h"
#include "sdk/provider.h"

namespace drydock {

/// What a component or a method was given. Values may be unknown or secret, and know the resources they come from.
class ComponentInputs {
 public:
  ComponentInputs(detail::ContextCore& context, PropertyMap values,
                  std::map<std::string, std::vector<Urn>> dependencies)
      : context_(context), values_(std::move(values)), dependencies_(std::move(dependencies)) {}
  /// Some of them under the same names, or the members of one that is an object.
  ComponentInputs only(const std::vector<std::string>& names) const;
  ComponentInputs inside(const std::string& name) const;
  ComponentInputs without(const std::string& name) const;
  ComponentInputs renamed(const std::string& from, const std::string& to) const;

  bool has(std::string_view name) const { return !at(values_, name).is_null(); }
  /// What the program said, wrappers and all.
  const PropertyValue& raw(std::string_view name) const { return at(values_, name); }
  /// The same, to hand on to a child; not given if the program did not say it.
  InputValue input(std::string_view name) const;

  /// A value that must be known now: a "plain" property. Missing: the empty T. Throws ProgramError.
  template <class T>
  T plain(const std::string& name) const {
    T value{};
    detail::Decoder decoder(&context_, name);
    detail::decode_value(known(name), value, decoder);
    if (!decoder.ok()) detail::throw_decode_error(decoder.problem());
    return value;
  }
  template <class T>
  T plain_or(const std::string& name, T otherwise) const {
    return has(name) ? plain<T>(name) : otherwise;
  }

  template <class T>
  Output<T> output(const std::string& name) const {
    auto cell = std::make_shared<detail::ValueCell<T>>();
    const PropertyValue& value = raw(name);
    auto provenance = provenance_of(name);
    if (value.contains_unknowns() || holds_unknown_outputs(value)) {
      cell->settle_unknown(std::move(provenance));
      return Output<T>(std::move(cell));
    }
    detail::Decoder decoder(&context_, name);
    T decoded{};
    detail::decode_value(value.plain(), decoded, decoder);
    if (!decoder.ok()) detail::throw_decode_error(decoder.problem());
    cell->settle(std::move(decoded), std::move(provenance));
    return Output<T>(std::move(cell));
  }
  /// All of them at once, once all are known.
  Output<PropertyMap> whole() const;
  /// A resource that was given, R being its generated class. REQUIRES: has(name). Throws ProgramError if it is none.
  template <class R>
  R resource(const std::string& name) const {
    return R(reference(raw(name), name));
  }
  template <class R>
  std::vector<R> resources(const std::string& name) const {
    std::vector<R> out;
    const PropertyValue list = known(name);
    if (list.is_list())
      for (const auto& item : list.as_list()) out.emplace_back(reference(item, name));
    return out;
  }

 private:
  PropertyValue known(const std::string& name) const;
  detail::Provenance provenance_of(const std::string& name) const;
  static bool holds_unknown_outputs(const PropertyValue& value);
  detail::CoreRef reference(const PropertyValue& value, const std::string& name) const;

  detail::ContextCore& context_;
  PropertyMap values_;
  std::map<std::string, std::vector<Urn>> dependencies_;
};

class ComponentHost {
 public:
  ComponentHost(Context& ctx, const ConstructRequest& request, ComponentResource self);

  Context& ctx() { return ctx_; }
  const std::string& name() const { return request_.name; }
  const ComponentInputs& inputs() const { return inputs_; }
  /// The component itself, registered already: the parent of its children.
  const ComponentResource& self() const { return self_; }

 private:
  Context& ctx_;
  const ConstructRequest& request_;
  ComponentInputs inputs_;
  ComponentResource self_;
};

/// Registers the component, runs `body` for its children and outputs, and answers as soon as the outputs are known.
/// Returns when every child is settled; an error then fails the run. Each call has a Context of its own, so any number
/// may run at once, each on its thread.
Result<void> host_component(const ConstructRequest& request, const std::function<void(ConstructReply)>& answer,
                            std::stop_token cancelled, const std::function<AnyInputs(ComponentHost&)>& body);

/// A method of a component: `body` gets the arguments, "__self__" among them, and answers the result.
Result<CallReply> host_call(const CallRequest& request, std::stop_token cancelled,
                            const std::function<AnyInputs(Context&, const ComponentInputs&)>& body);

namespace detail {
/// The same over a monitor that is connected already; for tests.
Result<void> host_component_on(std::shared_ptr<ContextCore> core, const ConstructRequest& request,
                               const std::function<void(ConstructReply)>& answer,
                               const std::function<AnyInputs(ComponentHost&)>& body);
}  // namespace detail

}  // namespace drydock
