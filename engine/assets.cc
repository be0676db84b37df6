#include "engine/assets.h"

#include <fstream>
#include <iterator>

#include "base/hash.h"

namespace drydock::engine {
namespace {

Result<std::string> contents(const std::string& path, const std::string& directory) {
  const std::string full = path.starts_with('/') || directory.empty() ? path : directory + "/" + path;
  std::ifstream file(full, std::ios::binary);
  if (!file) return fail(ErrorCode::not_found, "the file of an asset, '" + full + "', cannot be read");
  return std::string(std::istreambuf_iterator<char>(file), {});
}

Result<void> complete(PropertyValue& value, const std::string& directory);

Result<void> complete_asset(Asset& asset, const std::string& directory) {
  if (!asset.hash.empty()) return {};
  if (!asset.uri.empty()) return fail(ErrorCode::unsupported, "not supported yet: assets behind a URI without a hash");
  if (asset.path.empty()) {
    asset.hash = hex(sha256(asset.text));
    return {};
  }
  auto bytes = contents(asset.path, directory);
  if (!bytes) return pass(bytes);
  asset.hash = hex(sha256(*bytes));
  return {};
}

Result<void> complete(PropertyValue& value, const std::string& directory) {
  if (auto* asset = std::get_if<Asset>(&value.variant())) return complete_asset(*asset, directory);
  if (auto* archive = std::get_if<Archive>(&value.variant())) {
    if (archive->hash.empty()) return fail(ErrorCode::unsupported, "not supported yet: archives without a hash");
    return {};
  }
  if (auto* secret = std::get_if<Secret>(&value.variant())) return complete(*secret->value, directory);
  if (auto* output = std::get_if<OutputValue>(&value.variant())) return complete(*output->value, directory);
  if (value.is_map()) return complete_assets(value.as_map(), directory);
  if (value.is_list())
    for (PropertyValue& item : value.as_list())
      if (auto done = complete(item, directory); !done) return done;
  return {};
}

}  // namespace

Result<void> complete_assets(PropertyMap& properties, const std::string& directory) {
  for (auto& [key, value] : properties)
    if (auto done = complete(value, directory); !done) return pass(done, "property '" + key + "'");
  return {};
}

}  // namespace drydock::engine
