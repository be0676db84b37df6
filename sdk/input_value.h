// What a property is set to: a value, an output, a resource, or a list or map of such. Untyped; programs see Input<T>.
// Immutable and shared, so copying is cheap.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "sdk/cell.h"
#include "sdk/property_value.h"

namespace drydock {

namespace detail {
class ResourceCore;
using CoreRef = std::shared_ptr<ResourceCore>;
}  // namespace detail

class InputValue {
 public:
  using List = std::vector<InputValue>;
  using Map = std::map<std::string, InputValue, std::less<>>;
  using Variant = std::variant<PropertyValue, std::shared_ptr<detail::Cell>, detail::CoreRef, List, Map>;

  InputValue() = default;  // not given
  explicit InputValue(Variant v) : node_(std::make_shared<const Variant>(std::move(v))) {}

  bool given() const { return node_ != nullptr; }
  /// REQUIRES: given().
  const Variant& variant() const { return *node_; }

 private:
  std::shared_ptr<const Variant> node_;
};

}  // namespace drydock
