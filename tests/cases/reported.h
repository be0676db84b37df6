// The reported cases: the table of what must be said of them, and their worlds. For those who prove them and those who
// live them.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/file.h"
#include "base/json.h"
#include "cloud/world/world_file.h"

namespace drydock::reported {

/// tests/cases/expected.yaml, read once; null when it cannot be read.
inline const Json& expected() {
  static const Json table = [] {
    auto text = read_file(DRYDOCK_SOURCE_DIR "/tests/cases/expected.yaml");
    auto parsed = text ? parse_yaml(*text) : Result<Json>(Json());
    return parsed ? *parsed : Json();
  }();
  return table;
}

inline std::vector<std::string> ids() {
  std::vector<std::string> out;
  for (const auto& [id, row] : expected().as_object()) out.push_back(id);
  return out;
}

inline Result<cloud::World> world_of(const std::string& id) {
  const std::string name = "worlds/" + id + ".yaml";
  auto text = read_file(DRYDOCK_SOURCE_DIR "/tests/cases/" + name);
  if (!text) return pass(text);
  return cloud::parse_world(*text, name);
}

/// The id as GoogleTest wants names.
inline std::string test_name(std::string id) {
  std::replace(id.begin(), id.end(), '-', '_');
  return id;
}

}  // namespace drydock::reported
