// What a program asks for with one registration, as a value.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/snapshot.h"

namespace drydock::engine {

/// Another name under which the resource may be in the old state: a whole URN, or the parts that differ from now.
struct Alias {
  Urn urn;  // set: the rest does not count
  std::optional<std::string> name, type, stack, project;
  std::optional<Urn> parent;  // empty URN: no parent
};

struct Goal {
  std::string type, name;
  bool custom = false;
  bool remote = false;  // a component of a provider's Construct
  Urn parent;
  PropertyMap inputs;
  std::vector<Urn> dependencies;
  UrnsByKey property_dependencies;
  bool has_property_dependencies = false;

  std::string provider;                          // reference; empty: by inheritance or default
  std::map<std::string, std::string> providers;  // package -> reference
  std::string version, plugin_download_url;

  std::optional<bool> protect, retain_on_delete, delete_before_replace;
  std::vector<std::string> ignore_changes, replace_on_changes, hide_diff, additional_secret_outputs;
  std::vector<Alias> aliases;
  std::string import_id;
  CustomTimeouts custom_timeouts;
  Urn deleted_with;
  std::vector<Urn> replace_with;
  PropertyValue replacement_trigger;
  std::string source_position;
  std::vector<std::string> stack_trace;
  std::map<std::string, std::vector<std::string>> resource_hooks;
};

/// Without OutputValue: a plain value, Secret or Unknown instead.
PropertyValue without_outputs(const PropertyValue& value);
PropertyMap without_outputs(const PropertyMap& properties);

/// With ids (or URNs of components) instead of references to resources.
PropertyMap without_references(const PropertyMap& properties);

/// "1h2m3.5s" as Go writes durations, in seconds. Empty if it is none; "" is 0.
std::optional<double> parse_go_duration(std::string_view text);

}  // namespace drydock::engine
