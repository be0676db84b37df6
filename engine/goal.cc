#include "engine/goal.h"

#include <charconv>
#include <utility>

namespace drydock::engine {
namespace {

PropertyValue without_references(const PropertyValue& value) {
  if (value.is_resource()) {
    const ResourceReference& reference = value.as_resource();
    if (!reference.has_id) return reference.urn.str();
    return reference.id_known ? PropertyValue(reference.id) : PropertyValue(Unknown{});
  }
  if (value.is_secret()) return PropertyValue::secret(without_references(*value.as_secret().value));
  if (value.is_map()) return engine::without_references(value.as_map());
  if (!value.is_list()) return value;
  PropertyList items;
  items.reserve(value.as_list().size());
  for (const PropertyValue& item : value.as_list()) items.push_back(without_references(item));
  return items;
}

}  // namespace

PropertyMap without_references(const PropertyMap& properties) {
  PropertyMap out;
  for (const auto& [key, value] : properties) out.emplace_hint(out.end(), key, without_references(value));
  return out;
}

PropertyValue without_outputs(const PropertyValue& value) {
  if (value.is_output()) {
    const OutputValue& output = value.as_output();
    PropertyValue inner = output.known ? without_outputs(*output.value) : PropertyValue(Unknown{});
    return output.secret && !inner.is_secret() ? PropertyValue::secret(std::move(inner)) : inner;
  }
  if (value.is_secret()) return PropertyValue::secret(without_outputs(*value.as_secret().value));
  if (value.is_map()) return without_outputs(value.as_map());
  if (!value.is_list()) return value;
  PropertyList items;
  items.reserve(value.as_list().size());
  for (const PropertyValue& item : value.as_list()) items.push_back(without_outputs(item));
  return items;
}

PropertyMap without_outputs(const PropertyMap& properties) {
  PropertyMap out;
  for (const auto& [key, value] : properties) out.emplace_hint(out.end(), key, without_outputs(value));
  return out;
}

std::optional<double> parse_go_duration(std::string_view text) {
  static constexpr std::pair<std::string_view, double> kUnits[] = {
      {"ns", 1e-9}, {"us", 1e-6}, {"µs", 1e-6}, {"ms", 1e-3}, {"s", 1}, {"m", 60}, {"h", 3600}};
  double seconds = 0;
  while (!text.empty()) {
    double count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc() || count < 0) return std::nullopt;
    text.remove_prefix(end - text.data());
    const auto unit_end = std::min(text.find_first_of("0123456789."), text.size());
    const auto unit = text.substr(0, unit_end);
    double factor = 0;
    for (const auto& [name, value] : kUnits)
      if (name == unit) factor = value;
    if (factor == 0) return std::nullopt;
    seconds += count * factor;
    text.remove_prefix(unit_end);
  }
  return seconds;
}

}  // namespace drydock::engine
