#include "cloud/kube/protobuf.h"

#include <fmt/format.h>

#include <cstring>

#include "base/hash.h"
#include "cloud/kube/kinds.h"
#include "cloud/kube/objects.h"
#include "cloud/kube/schema.h"

namespace drydock::kube {
namespace {

constexpr std::string_view kMagic("k8s\0", 4);
constexpr int kDeepest = 64;

/// One field of a message: a number (varint, fixed) or bytes.
struct Item {
  int number = 0;
  bool is_bytes = false;
  std::uint64_t value = 0;
  std::string_view bytes;
};

class Reader {
 public:
  explicit Reader(std::string_view data) : data_(data) {}
  bool done() const { return data_.empty() || bad_; }
  bool bad() const { return bad_; }

  Item next() {
    Item item;
    std::uint64_t tag = varint();
    item.number = static_cast<int>(tag >> 3);
    switch (tag & 7) {
      case 0:
        item.value = varint();
        break;
      case 1:
        item.value = fixed(8);
        break;
      case 5:
        item.value = fixed(4);
        break;
      case 2: {
        std::uint64_t size = varint();
        if (size > data_.size()) bad_ = true;
        if (bad_) break;
        item.is_bytes = true;
        item.bytes = data_.substr(0, size);
        data_.remove_prefix(size);
        break;
      }
      default:
        bad_ = true;
    }
    return item;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (data_.empty()) break;
      auto byte = static_cast<unsigned char>(data_.front());
      data_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 127) << shift;
      if (byte < 128) return value;
    }
    bad_ = true;
    return 0;
  }
  std::uint64_t fixed(std::size_t size) {
    std::uint64_t value = 0;
    if (data_.size() < size) {
      bad_ = true;
      return 0;
    }
    std::memcpy(&value, data_.data(), size);
    data_.remove_prefix(size);
    return value;
  }
  std::string_view data_;
  bool bad_ = false;
};

Json decode_object(std::string_view data, const Type& type, int depth, bool& bad);

/// meta/v1 Time {seconds 1, nanos 2}. The zero time has no fields and is null in JSON.
Json decode_time(std::string_view data, bool micro, bool& bad) {
  Reader reader(data);
  long long seconds = 0, nanos = 0;
  bool any = false;
  while (!reader.done()) {
    Item item = reader.next();
    any = true;
    (item.number == 1 ? seconds : nanos) = static_cast<long long>(item.value);
  }
  bad = bad || reader.bad();
  if (!any || seconds < 0) return {};
  Time time{std::chrono::milliseconds(seconds * 1000 + nanos / 1000000)};
  return micro ? rfc3339_micro(time) : rfc3339(time);
}

/// A message of one text field: Quantity, RawExtension, FieldsV1.
std::string_view only_bytes(std::string_view data, bool& bad) {
  Reader reader(data);
  std::string_view out;
  while (!reader.done()) {
    Item item = reader.next();
    if (item.number == 1) out = item.bytes;
  }
  bad = bad || reader.bad();
  return out;
}

Json decode_int_or_string(std::string_view data, bool& bad) {
  Reader reader(data);
  std::uint64_t type = 0, number = 0;
  std::string_view text;
  while (!reader.done()) {
    Item item = reader.next();
    if (item.number == 1) type = item.value;
    if (item.number == 2) number = item.value;
    if (item.number == 3) text = item.bytes;
  }
  bad = bad || reader.bad();
  return type == 1 ? Json(text) : Json(static_cast<std::int64_t>(number));
}

Json decode_extra_value(std::string_view data, bool& bad) {
  Reader reader(data);
  Json out = Json::array();
  while (!reader.done()) out.push_back(reader.next().bytes);
  bad = bad || reader.bad();
  return out;
}

Json decode_value(const Item& item, const Field& field, int depth, bool& bad) {
  switch (field.scalar) {
    case Scalar::string:
      return item.bytes;
    case Scalar::bytes:
      return base64(item.bytes);
    case Scalar::int32:
      return static_cast<std::int32_t>(item.value);
    case Scalar::int64:
      return static_cast<std::int64_t>(item.value);
    case Scalar::boolean:
      return item.value != 0;
    case Scalar::real: {
      double real;
      std::memcpy(&real, &item.value, sizeof real);
      return real;
    }
    case Scalar::time:
      return decode_time(item.bytes, false, bad);
    case Scalar::micro_time:
      return decode_time(item.bytes, true, bad);
    case Scalar::quantity:
      return only_bytes(item.bytes, bad);
    case Scalar::int_or_string:
      return decode_int_or_string(item.bytes, bad);
    case Scalar::any:
    case Scalar::fields: {
      auto parsed = Json::parse(only_bytes(item.bytes, bad));
      return parsed ? *parsed : Json();
    }
    case Scalar::duration:
      return {};
    case Scalar::none:
      break;
  }
  if (field.type->name.ends_with(".ExtraValue")) return decode_extra_value(item.bytes, bad);
  return decode_object(item.bytes, *field.type, depth + 1, bad);
}

void decode_entry(const Item& item, const Field& field, int depth, Json& map, bool& bad) {
  Reader reader(item.bytes);
  std::string key;
  Item value;
  while (!reader.done()) {
    Item part = reader.next();
    if (part.number == 1) key = part.bytes;
    if (part.number == 2) value = part;
  }
  bad = bad || reader.bad();
  map[key] = decode_value(value, field, depth, bad);
}

const Field* by_number(const Type& type, int number) {
  for (const Field& field : type.wire) {
    if (field.number == number) return &field;
  }
  return nullptr;
}

/// gogo's encoder writes every scalar that is no pointer, zero or not; Go's JSON leaves the zero ones out.
bool is_empty(const Json& value, const Field& field) {
  if (value.is_null()) return true;
  if (field.required || field.pointer || field.scalar == Scalar::int_or_string) return false;
  if (value.is_string()) return value.as_string().empty();
  if (value.is_bool()) return !value.as_bool();
  if (value.is_number()) return value.as_double() == 0;
  // An empty message is nothing, except where being there is what it says.
  return value.size() == 0 && field.name != "emptyDir" && !field.name.ends_with("elector");
}

Json decode_object(std::string_view data, const Type& type, int depth, bool& bad) {
  Json out = Json::object();
  if (depth > kDeepest) bad = true;
  Reader reader(data);
  while (!bad && !reader.done()) {
    Item item = reader.next();
    const Field* field = by_number(type, item.number);
    if (field == nullptr) continue;
    if (field->inlined) {
      Json inner = decode_object(item.bytes, *field->type, depth + 1, bad);
      for (auto& [key, value] : inner.as_object()) out[key] = value;
    } else if (field->shape == Shape::map) {
      decode_entry(item, *field, depth, out[field->name], bad);
    } else if (field->shape == Shape::list) {
      out[field->name].push_back(decode_value(item, *field, depth, bad));
    } else {
      Json value = decode_value(item, *field, depth, bad);
      if (!is_empty(value, *field)) out[field->name] = std::move(value);
    }
  }
  bad = bad || reader.bad();
  return out;
}

// --- encoding

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 128) {
    out += static_cast<char>(value | 128);
    value >>= 7;
  }
  out += static_cast<char>(value);
}
void put_number(std::string& out, int number, std::uint64_t value) {
  put_varint(out, static_cast<std::uint64_t>(number) << 3);
  put_varint(out, value);
}
void put_bytes(std::string& out, int number, std::string_view bytes) {
  put_varint(out, static_cast<std::uint64_t>(number) << 3 | 2);
  put_varint(out, bytes.size());
  out += bytes;
}
std::string one_text(std::string_view text) {
  std::string out;
  put_bytes(out, 1, text);
  return out;
}

std::string encode_object(const Json& object, const Type& type);

std::string encode_time(const Json& value) {
  std::string out;
  auto time = parse_rfc3339(value.string_or());
  if (!time) return out;
  auto whole = std::chrono::floor<std::chrono::seconds>(*time);
  put_number(out, 1, static_cast<std::uint64_t>(whole.time_since_epoch().count()));
  put_number(out, 2, static_cast<std::uint64_t>(std::chrono::nanoseconds(*time - whole).count()));
  return out;
}

void encode_value(std::string& out, int number, const Json& value, const Field& field) {
  switch (field.scalar) {
    case Scalar::string:
      return put_bytes(out, number, value.string_or());
    case Scalar::bytes:
      return put_bytes(out, number, unbase64(value.string_or()).value_or(""));
    case Scalar::int32:
    case Scalar::int64:
      return put_number(out, number, static_cast<std::uint64_t>(value.int_or(0)));
    case Scalar::boolean:
      return put_number(out, number, value.bool_or(false) ? 1 : 0);
    case Scalar::real: {
      double real = value.is_number() ? value.as_double() : 0;
      put_varint(out, static_cast<std::uint64_t>(number) << 3 | 1);
      out.append(reinterpret_cast<const char*>(&real), sizeof real);
      return;
    }
    case Scalar::time:
    case Scalar::micro_time:
      return put_bytes(out, number, encode_time(value));
    case Scalar::quantity:
      return put_bytes(out, number, one_text(value.is_string() ? value.as_string() : value.dump()));
    case Scalar::any:
    case Scalar::fields:
      return put_bytes(out, number, one_text(value.dump()));
    case Scalar::int_or_string: {
      std::string inner;
      put_number(inner, 1, value.is_string() ? 1 : 0);
      put_number(inner, 2, static_cast<std::uint64_t>(value.int_or(0)));
      put_bytes(inner, 3, value.string_or());
      return put_bytes(out, number, inner);
    }
    case Scalar::duration:
      return;
    case Scalar::none:
      break;
  }
  if (field.type->name.ends_with(".ExtraValue")) {
    std::string inner;
    for (std::size_t i = 0; i < value.size(); i++) put_bytes(inner, 1, value.item(i).string_or());
    return put_bytes(out, number, inner);
  }
  put_bytes(out, number, encode_object(value, *field.type));
}

std::string encode_object(const Json& object, const Type& type) {
  std::string out;
  for (const Field& field : type.wire) {
    if (field.inlined) {
      std::string inner = encode_object(object, *field.type);
      if (!inner.empty()) put_bytes(out, field.number, inner);
      continue;
    }
    const Json& value = object.at(field.name);
    if (value.is_null()) continue;
    if (field.shape == Shape::one) {
      encode_value(out, field.number, value, field);
    } else if (value.is_array()) {
      for (const Json& item : value.as_array()) encode_value(out, field.number, item, field);
    } else if (value.is_object()) {
      for (const auto& [key, item] : value.as_object()) {
        std::string entry;
        put_bytes(entry, 1, key);
        encode_value(entry, 2, item, field);
        put_bytes(out, field.number, entry);
      }
    }
  }
  return out;
}

const Type* type_of(const GroupVersionKind& gvk) {
  if (const Kind* kind = find_kind(gvk)) return kind->type;
  if (gvk.kind == "DeleteOptions" || gvk.kind == "Status" || gvk.kind == "PatchOptions")
    return find_type("meta/v1." + gvk.kind);
  auto package = (gvk.group.empty() ? "core" : gvk.group.substr(0, gvk.group.find('.'))) + "/" + gvk.version;
  return find_type(package + "." + gvk.kind);
}

}  // namespace

Result<Json> decode_protobuf(std::string_view body) {
  if (!body.starts_with(kMagic))
    return fail(ErrorCode::invalid_input,
                "provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]");
  Reader envelope(body.substr(kMagic.size()));
  Json head = Json::object();
  std::string_view raw;
  while (!envelope.done()) {
    Item item = envelope.next();
    if (item.number == 2) raw = item.bytes;
    if (item.number != 1) continue;
    Reader meta(item.bytes);
    while (!meta.done()) {
      Item part = meta.next();
      head[part.number == 1 ? "apiVersion" : "kind"] = part.bytes;
    }
  }
  const Type* type = type_of(gvk_of(head));
  if (type == nullptr) {
    return fail(ErrorCode::unsupported, fmt::format("no kind \"{}\" is registered for version \"{}\"",
                                                    head.at("kind").string_or(), head.at("apiVersion").string_or()));
  }
  bool bad = envelope.bad();
  Json object = decode_object(raw, *type, 0, bad);
  if (bad) return fail(ErrorCode::invalid_input, "the protobuf body is damaged");
  object["apiVersion"] = head.at("apiVersion");
  object["kind"] = head.at("kind");
  return object;
}

Result<std::string> encode_protobuf(const Json& object) {
  const Type* type = type_of(gvk_of(object));
  if (type == nullptr) return fail(ErrorCode::unsupported, "no protobuf form of kind " + object.at("kind").string_or());
  std::string meta, envelope;
  put_bytes(meta, 1, object.at("apiVersion").string_or());
  put_bytes(meta, 2, object.at("kind").string_or());
  put_bytes(envelope, 1, meta);
  put_bytes(envelope, 2, encode_object(object, *type));
  put_bytes(envelope, 3, "");
  put_bytes(envelope, 4, "");
  return std::string(kMagic) + envelope;
}

}  // namespace drydock::kube
