// A template as it was written: its sections, where everything stands, and what is wrong with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "readers/reader.h"

namespace drydock::readers::cloudformation {

using Path = YamlPlaces::Path;

struct Template {
  std::string file;
  Json root;  // short forms of functions (!Ref) are as they stand: {"!Ref": ...}
  YamlPlaces places;

  const Json& resources() const { return root.at("Resources"); }
  const Json& resource(std::string_view logical_id) const { return resources().at(logical_id); }
  /// "template.yaml:12:5"; without a position where nobody knows it.
  std::string place(const Path& path) const;
};

/// Errors: invalid_input when it is not a template: "<file>:<line>: ...".
Result<Template> parse_template(const File& file);

}  // namespace drydock::readers::cloudformation
