#include "readers/cloudformation/template.h"

#include <fmt/format.h>

#include "base/tagged_yaml.h"
#include "readers/cloudformation/cloudformation.h"

namespace drydock::readers::cloudformation {
namespace {

// Positions in JSON are worth a second parse only where that is quick.
constexpr std::size_t kMaxPlaced = 4u << 20;

Result<Json> parse(const std::string& text, YamlPlaces& places) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == text.npos || text[first] != '{') return parse_tagged_yaml(text, places);
  auto json = Json::parse(text);
  if (json && text.size() <= kMaxPlaced) (void)parse_tagged_yaml(text, places);
  return json;
}

}  // namespace

bool looks_like(const Outline& o) {
  return o.has("AWSTemplateFormatVersion") || (o.has("Resources") && !o.has("resources"));
}

std::string Template::place(const Path& path) const {
  const YamlPlaces::Place at = places.at(path);
  return at.line == 0 ? file : fmt::format("{}:{}:{}", file, at.line, at.column);
}

Result<Template> parse_template(const File& file) {
  Template out;
  out.file = file.name;
  auto root = parse(file.text, out.places);
  if (!root) return pass(root, "reading " + file.name);
  out.root = std::move(*root);
  const auto wrong = [&](const Path& path, const std::string& what) {
    return fail(ErrorCode::invalid_input, out.place(path) + ": " + what);
  };
  if (!out.root.is_object()) return wrong({}, "a template is a map with Resources");
  if (!out.resources().is_object() || out.resources().size() == 0)
    return wrong({"Resources"}, "Resources must be a map with at least one resource");
  for (const auto& [id, resource] : out.resources().as_object()) {
    const Path path = {"Resources", id};
    if (id.starts_with("Fn::ForEach"))
      return wrong(path,
                   "not supported yet: Fn::ForEach; give the template as `aws cloudformation get-template "
                   "--template-stage Processed` prints it");
    if (!resource.is_object() || !resource.at("Type").is_string())
      return wrong(path, fmt::format("resource {} has no Type", id));
    const Json& properties = resource.at("Properties");
    if (!properties.is_null() && !properties.is_object())
      return wrong(path, fmt::format("Properties of {} must be a map", id));
  }
  for (const char* section : {"Parameters", "Mappings", "Conditions"})
    if (!out.root.at(section).is_null() && !out.root.at(section).is_object())
      return wrong({section}, fmt::format("{} must be a map", section));
  return out;
}

}  // namespace drydock::readers::cloudformation
