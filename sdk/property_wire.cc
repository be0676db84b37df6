#include "sdk/property_wire.h"

#include <google/protobuf/struct.pb.h>

#include <algorithm>
#include <array>

namespace drydock {
namespace {

using Struct = google::protobuf::Struct;
using Value = google::protobuf::Value;

constexpr std::array<std::string_view, 7> kSentinels = {
    "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  // bool
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  // number
    wire::kUnknown,                          // string
    "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  // array
    "030794c1-ac77-496b-92df-f27374a8bd58",  // asset
    "e48ece36-62e2-4504-bad9-02848725956a",  // archive
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  // object
};

// ---- encoding

class Encoder {
 public:
  explicit Encoder(WireOptions options) : options_(options) {}

  void map(const PropertyMap& properties, Struct& out) const {
    for (const auto& [key, value] : properties) encode(value, (*out.mutable_fields())[key]);
  }
  void encode(const PropertyValue& value, Value& out) const {
    std::visit([&](const auto& v) { put(v, out); }, value.variant());
  }

 private:
  void put(std::nullptr_t, Value& out) const { out.set_null_value(google::protobuf::NULL_VALUE); }
  void put(bool v, Value& out) const { out.set_bool_value(v); }
  void put(double v, Value& out) const { out.set_number_value(v); }
  void put(const std::string& v, Value& out) const { out.set_string_value(v); }
  void put(const PropertyList& items, Value& out) const {
    auto& list = *out.mutable_list_value();
    for (const PropertyValue& item : items) encode(item, *list.add_values());
  }
  void put(const PropertyMap& properties, Value& out) const { map(properties, *out.mutable_struct_value()); }
  void put(Unknown, Value& out) const { out.set_string_value(std::string(wire::kUnknown)); }
  void put(const Secret& secret, Value& out) const {
    if (!options_.secrets) return encode(*secret.value, out);
    encode(*secret.value, (*signed_object(wire::kSecret, out).mutable_fields())["value"]);
  }
  void put(const OutputValue& output, Value& out) const {
    if (!options_.outputs) return put_downgraded(output, out);
    auto& fields = *signed_object(wire::kOutput, out).mutable_fields();
    if (output.known) encode(*output.value, fields["value"]);
    if (output.secret) fields["secret"].set_bool_value(true);
    if (output.dependencies.empty()) return;
    auto& urns = *fields["dependencies"].mutable_list_value();
    for (const Urn& urn : output.dependencies) urns.add_values()->set_string_value(urn.str());
  }
  void put_downgraded(const OutputValue& output, Value& out) const {
    const PropertyValue value = output.known ? *output.value : PropertyValue(Unknown{});
    encode(output.secret ? PropertyValue::secret(value) : value, out);
  }
  void put(const ResourceReference& reference, Value& out) const {
    if (!options_.resources) return put_identity(reference, out);
    auto& fields = *signed_object(wire::kResource, out).mutable_fields();
    text(fields["urn"], reference.urn.str());
    text(fields["name"], std::string(reference.urn.name()));
    text(fields["type"], std::string(reference.urn.type()));
    if (reference.has_id) text(fields["id"], reference.id_known ? reference.id : "");
    if (!reference.package_version.empty()) text(fields["packageVersion"], reference.package_version);
  }
  void put_identity(const ResourceReference& reference, Value& out) const {
    if (!reference.has_id) return text(out, reference.urn.str());
    text(out, reference.id_known ? reference.id : std::string(wire::kUnknown));
  }
  void put(const Asset& asset, Value& out) const {
    auto& fields = *signed_object(wire::kAsset, out).mutable_fields();
    text_if(fields, "hash", asset.hash);
    text_if(fields, "path", asset.path);
    text_if(fields, "uri", asset.uri);
    if (asset.path.empty() && asset.uri.empty()) text(fields["text"], asset.text);
  }
  void put(const Archive& archive, Value& out) const {
    auto& fields = *signed_object(wire::kArchive, out).mutable_fields();
    text_if(fields, "hash", archive.hash);
    text_if(fields, "path", archive.path);
    text_if(fields, "uri", archive.uri);
    if (archive.has_assets) map(archive.assets, *fields["assets"].mutable_struct_value());
  }

  static void text(Value& out, std::string v) { out.set_string_value(std::move(v)); }
  template <class Fields>
  static void text_if(Fields& fields, const char* key, const std::string& v) {
    if (!v.empty()) fields[key].set_string_value(v);
  }
  static Struct& signed_object(std::string_view signature, Value& out) {
    Struct& object = *out.mutable_struct_value();
    text((*object.mutable_fields())[std::string(wire::kSignature)], std::string(signature));
    return object;
  }

  WireOptions options_;
};

// ---- decoding

const Value* find(const Struct& object, std::string_view key) {
  auto it = object.fields().find(std::string(key));
  return it == object.fields().end() ? nullptr : &it->second;
}
std::string text_of(const Struct& object, std::string_view key) {
  const Value* value = find(object, key);
  return value ? value->string_value() : std::string();
}

tl::unexpected<Error> too_deep() {
  return fail(ErrorCode::invalid_input, "it is nested deeper than " + std::to_string(kMaxPropertyDepth) +
                                            " levels, which is the most there may be");
}

bool fits(const PropertyValue& value, int levels) {
  if (value.is_secret()) return levels > 0 && fits(*value.as_secret().value, levels - 1);
  if (value.is_output()) return levels > 0 && fits(*value.as_output().value, levels - 1);
  if (value.is_list())
    return levels > 0 && std::all_of(value.as_list().begin(), value.as_list().end(),
                                     [&](const PropertyValue& item) { return fits(item, levels - 1); });
  if (value.is_map())
    return levels > 0 && std::all_of(value.as_map().begin(), value.as_map().end(),
                                     [&](const auto& member) { return fits(member.second, levels - 1); });
  return true;
}

Result<PropertyValue> decode_resource(const Struct& object) {
  ResourceReference out;
  auto urn = Urn::parse(text_of(object, "urn"));
  if (!urn)
    return fail(ErrorCode::invalid_input, "a resource reference to '" + text_of(object, "urn") + "', which is no URN");
  out.urn = std::move(*urn);
  if (const Value* id = find(object, "id")) {
    out.has_id = true;
    out.id_known = !id->string_value().empty() && !wire::is_unknown(id->string_value());
    if (out.id_known) out.id = id->string_value();
  }
  out.package_version = text_of(object, "packageVersion");
  return PropertyValue(std::move(out));
}

Result<PropertyValue> decode_asset(const Struct& object) {
  return PropertyValue(
      Asset{text_of(object, "hash"), text_of(object, "text"), text_of(object, "path"), text_of(object, "uri")});
}

class Decoder {
 public:
  Result<PropertyMap> fields(const Struct& object) {
    PropertyMap out;
    for (const auto& [key, value] : object.fields()) {
      auto decoded = this->value(value);
      if (!decoded) return levels_ < kNamedLevels ? pass(decoded, "reading property '" + key + "'") : pass(decoded);
      out.emplace(key, std::move(*decoded));
    }
    return out;
  }

  Result<PropertyValue> value(const Value& value) {
    switch (value.kind_case()) {
      case Value::kBoolValue:
        return PropertyValue(value.bool_value());
      case Value::kNumberValue:
        return PropertyValue(value.number_value());
      case Value::kStringValue:
        if (wire::is_unknown(value.string_value())) return PropertyValue(Unknown{});
        return PropertyValue(value.string_value());
      case Value::kListValue:
        return inside([&] { return list(value.list_value().values()); });
      case Value::kStructValue:
        return inside([&] { return object(value.struct_value()); });
      default:
        return PropertyValue();
    }
  }

 private:
  static constexpr int kNamedLevels = 8;  // an error names so many levels of the path, from outside

  template <class F>
  Result<PropertyValue> inside(F read) {
    if (levels_ == kMaxPropertyDepth) return too_deep();
    ++levels_;
    Result<PropertyValue> out = read();
    --levels_;
    return out;
  }

  template <class Values>
  Result<PropertyValue> list(const Values& values) {
    PropertyList items;
    items.reserve(values.size());
    for (const Value& item : values) {
      auto decoded = value(item);
      if (!decoded) return decoded;
      items.push_back(std::move(*decoded));
    }
    return PropertyValue(std::move(items));
  }

  Result<PropertyValue> secret(const Struct& object) {
    const Value* wrapped = find(object, "value");
    if (!wrapped) return fail(ErrorCode::invalid_input, "a secret without 'value'");
    auto inside = value(*wrapped);
    if (!inside) return inside;
    return PropertyValue::secret(std::move(*inside));
  }

  Result<PropertyValue> output(const Struct& object) {
    OutputValue out{Box<PropertyValue>(PropertyValue())};
    const Value* wrapped = find(object, "value");
    out.known = wrapped != nullptr;
    if (wrapped) {
      auto inside = value(*wrapped);
      if (!inside) return inside;
      out.value = Box<PropertyValue>(std::move(*inside));
    }
    if (const Value* secret = find(object, "secret")) out.secret = secret->bool_value();
    if (const Value* urns = find(object, "dependencies"))
      for (const Value& item : urns->list_value().values()) {
        auto urn = Urn::parse(item.string_value());
        if (!urn)
          return fail(ErrorCode::invalid_input, "an output depends on '" + item.string_value() + "', which is no URN");
        out.dependencies.push_back(std::move(*urn));
      }
    return PropertyValue(std::move(out));
  }

  Result<PropertyValue> archive(const Struct& object) {
    Archive out{text_of(object, "hash"), text_of(object, "path"), text_of(object, "uri"), {}, false};
    if (const Value* assets = find(object, "assets")) {
      auto inside = fields(assets->struct_value());
      if (!inside) return pass(inside);
      out.assets = std::move(*inside);
      out.has_assets = true;
    }
    return PropertyValue(std::move(out));
  }

  Result<PropertyValue> object(const Struct& object) {
    const Value* signature = find(object, wire::kSignature);
    if (!signature) {
      auto members = fields(object);
      if (!members) return pass(members);
      return PropertyValue(std::move(*members));
    }
    const std::string& kind = signature->string_value();
    if (kind == wire::kSecret) return secret(object);
    if (kind == wire::kOutput) return output(object);
    if (kind == wire::kResource) return decode_resource(object);
    if (kind == wire::kAsset) return decode_asset(object);
    if (kind == wire::kArchive) return archive(object);
    if (kind == wire::kByteString) return fail(ErrorCode::unsupported, "not supported yet: strings that are not UTF-8");
    return fail(ErrorCode::invalid_input, "an object with the unknown signature '" + kind + "'");
  }

  int levels_ = 0;  // objects and lists around what is being read
};

}  // namespace

bool wire::is_unknown(std::string_view text) {
  return text.size() == kUnknown.size() && std::find(kSentinels.begin(), kSentinels.end(), text) != kSentinels.end();
}

void to_wire(const PropertyMap& properties, Struct& out, WireOptions options) {
  const Encoder encoder(options);
  for (const auto& [key, value] : properties)
    if (options.unknowns || !value.contains_unknowns()) encoder.encode(value, (*out.mutable_fields())[key]);
}
void to_wire(const PropertyValue& value, Value& out, WireOptions options) { Encoder(options).encode(value, out); }

Result<PropertyMap> from_wire(const Struct& properties) { return Decoder().fields(properties); }
Result<PropertyValue> from_wire(const Value& value) { return Decoder().value(value); }

Result<void> check_depth(const PropertyMap& properties) {
  for (const auto& [key, value] : properties)
    if (!fits(value, kMaxPropertyDepth)) {
      Result<void> error = too_deep();
      return pass(error, "property '" + key + "'");
    }
  return {};
}

}  // namespace drydock
