// Property values <-> JSON of the state file.
#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "engine/state/deployment.h"
#include "engine/state/signatures.h"

namespace drydock::engine {
namespace {

using namespace signature;

Json tagged(std::string_view kind, std::initializer_list<std::pair<const std::string, Json>> fields) {
  Json out = Json::object(fields);
  out[kKey] = kind;
  return out;
}

Json number(double v) {
  if (std::isfinite(v)) {
    if (v == std::trunc(v) && std::abs(v) < 9007199254740992.0) return static_cast<std::int64_t>(v);
    return v;
  }
  return tagged(kFloat, {{"value", fmt::format("{:016x}", std::bit_cast<std::uint64_t>(v))}});
}

Json reference(const ResourceReference& r) {
  Json out = tagged(kResource, {{"urn", r.urn.str()}, {"packageVersion", r.package_version}});
  if (r.has_id) out["id"] = r.id_known ? r.id : std::string(kUnknowns[0]);
  return out;
}

void add_if(Json& out, const char* key, const std::string& value) {
  if (!value.empty()) out[key] = value;
}

bool is_unknown_mark(const std::string& text) {
  return std::find(std::begin(kUnknowns), std::end(kUnknowns), text) != std::end(kUnknowns);
}

Result<PropertyValue> read_secret(const Json& json, SecretsManager& secrets) {
  std::string text = json.at("plaintext").string_or();
  if (json.at("ciphertext").is_string()) {
    auto opened = secrets.decrypt(json.at("ciphertext").as_string());
    if (!opened) return pass(opened);
    text = std::move(*opened);
  }
  auto inside = Json::parse(text);
  if (!inside) return fail(ErrorCode::invalid_input, "a secret does not hold JSON");
  auto value = read_value(*inside, secrets);
  if (!value) return value;
  return PropertyValue::secret(std::move(*value));
}

Result<PropertyValue> read_archive(const Json& json, SecretsManager& secrets) {
  Archive archive;
  archive.hash = json.at("hash").string_or();
  archive.path = json.at("path").string_or();
  archive.uri = json.at("uri").string_or();
  if (const Json* assets = json.find("assets"); assets && assets->is_object()) {
    archive.has_assets = true;
    for (const auto& [name, asset] : assets->as_object()) {
      auto value = read_value(asset, secrets);
      if (!value) return value;
      archive.assets.emplace(name, std::move(*value));
    }
  }
  return PropertyValue(std::move(archive));
}

Result<PropertyValue> read_tagged(const std::string& kind, const Json& json, SecretsManager& secrets) {
  if (kind == kSecret) return read_secret(json, secrets);
  if (kind == kAsset) {
    Asset asset;
    asset.hash = json.at("hash").string_or();
    asset.text = json.at("text").string_or();
    asset.path = json.at("path").string_or();
    asset.uri = json.at("uri").string_or();
    return PropertyValue(std::move(asset));
  }
  if (kind == kArchive) return read_archive(json, secrets);
  if (kind == kResource) {
    ResourceReference r;
    auto urn = Urn::parse(json.at("urn").string_or());
    if (!urn) return fail(ErrorCode::invalid_input, "a resource reference has no URN");
    r.urn = std::move(*urn);
    r.has_id = json.has("id");
    r.id = json.at("id").string_or();
    r.id_known = !is_unknown_mark(r.id);
    if (!r.id_known) r.id.clear();
    r.package_version = json.at("packageVersion").string_or();
    return PropertyValue(std::move(r));
  }
  if (kind == kFloat) {
    std::string hex = json.at("value").string_or();
    if (hex.size() != 16 || hex.find_first_not_of("0123456789abcdefABCDEF") != std::string::npos)
      return fail(ErrorCode::invalid_input, "a float's bits are malformed");
    return PropertyValue(std::bit_cast<double>(static_cast<std::uint64_t>(std::stoull(hex, nullptr, 16))));
  }
  return fail(ErrorCode::unsupported, fmt::format("not supported yet: a value with the signature {}", kind));
}

}  // namespace

Result<Json> StateWriter::secret(const PropertyValue& inside) const {
  if (form_ == SecretForm::hidden) return Json("[secret]");
  // Secrets inside a secret are plain: the whole text is encrypted.
  auto text = StateWriter(SecretForm::bare).value(inside);
  if (!text || form_ == SecretForm::bare) return text;
  if (form_ == SecretForm::plaintext) return tagged(kSecret, {{"plaintext", text->dump()}});
  auto ciphertext = secrets_->encrypt(text->dump());
  if (!ciphertext) return pass(ciphertext);
  return tagged(kSecret, {{"ciphertext", std::move(*ciphertext)}});
}

Result<Json> StateWriter::map(const PropertyMap& map) const {
  Json::Object out;
  for (const auto& [key, item] : map) {
    auto json = value(item);
    if (!json) return json;
    out.emplace(key, std::move(*json));
  }
  return Json(std::move(out));
}

Result<Json> StateWriter::value(const PropertyValue& v) const {
  if (v.is_null()) return Json();
  if (v.is_bool()) return Json(v.as_bool());
  if (v.is_number()) return number(v.as_number());
  if (v.is_string()) return Json(v.as_string());
  if (v.is_map()) return map(v.as_map());
  if (v.is_list()) {
    Json::Array out;
    out.reserve(v.as_list().size());
    for (const auto& item : v.as_list()) {
      auto json = value(item);
      if (!json) return json;
      out.push_back(std::move(*json));
    }
    return Json(std::move(out));
  }
  if (v.is_unknown()) return form_ == SecretForm::hidden ? Json("[unknown]") : Json(kUnknowns[0]);
  if (v.is_secret()) return secret(*v.as_secret().value);
  if (v.is_output()) {
    const OutputValue& output = v.as_output();
    PropertyValue inside = output.known ? *output.value : PropertyValue::unknown();
    return output.secret ? secret(inside) : value(inside);
  }
  if (v.is_resource()) return reference(v.as_resource());
  if (const auto* asset = std::get_if<Asset>(&v.variant())) {
    Json out = tagged(kAsset, {});
    add_if(out, "hash", asset->hash);
    add_if(out, "text", asset->text);
    add_if(out, "path", asset->path);
    add_if(out, "uri", asset->uri);
    return out;
  }
  const auto& archive = std::get<Archive>(v.variant());
  Json out = tagged(kArchive, {});
  add_if(out, "hash", archive.hash);
  add_if(out, "path", archive.path);
  add_if(out, "uri", archive.uri);
  if (archive.has_assets) {
    auto assets = map(PropertyMap(archive.assets.begin(), archive.assets.end()));
    if (!assets) return assets;
    out["assets"] = std::move(*assets);
  }
  return out;
}

Result<PropertyMap> read_map(const Json& json, SecretsManager& secrets) {
  PropertyMap out;
  if (!json.is_object()) return out;
  for (const auto& [key, item] : json.as_object()) {
    auto value = read_value(item, secrets);
    if (!value) return pass(value, fmt::format("property '{}'", key));
    out.emplace_hint(out.end(), key, std::move(*value));
  }
  return out;
}

Result<PropertyValue> read_value(const Json& json, SecretsManager& secrets) {
  if (json.is_null()) return PropertyValue();
  if (json.is_bool()) return PropertyValue(json.as_bool());
  if (json.is_number()) return PropertyValue(json.as_double());
  if (json.is_string()) {
    if (is_unknown_mark(json.as_string())) return PropertyValue::unknown();
    return PropertyValue(json.as_string());
  }
  if (json.is_array()) {
    PropertyList out;
    out.reserve(json.size());
    for (const auto& item : json.as_array()) {
      auto value = read_value(item, secrets);
      if (!value) return value;
      out.push_back(std::move(*value));
    }
    return PropertyValue(std::move(out));
  }
  if (const Json* kind = json.find(kKey)) return read_tagged(kind->string_or(), json, secrets);
  auto map = read_map(json, secrets);
  if (!map) return pass(map);
  return PropertyValue(std::move(*map));
}

}  // namespace drydock::engine
