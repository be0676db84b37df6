// The fields of Kubernetes' built-in types, as data: what OpenAPI says, strict validation, strategic merge, server-side
// apply and the protobuf bodies of kubectl all need the same list, so there is one.
//
// schema/*.txt (made by schema/generate.py) holds it, one type after another:
//   type core/v1.Container
//   ports [core/v1.ContainerPort] 6 merge=containerPort keys=containerPort,protocol
// that is JSON name, type ([list], {map by text}), protobuf number, then: required; pointer (a scalar whose zero is not
// absence); merge[=key] and retain, the rules of strategic merge patch; keys=... / set / atomic, the rules of
// server-side apply. The name '*' inlines another type. Scalars: string int32 int64 bool double bytes time micro-time
// duration quantity int-or-string any fields.
// https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace drydock::kube {

enum class Scalar {
  none,
  string,
  int32,
  int64,
  boolean,
  real,
  bytes,
  time,
  micro_time,
  duration,
  quantity,
  int_or_string,
  any,
  fields
};
enum class Shape { one, list, map };

struct Type;
struct Field {
  std::string name;
  Shape shape = Shape::one;
  Scalar scalar = Scalar::none;
  const Type* type = nullptr;  // set when scalar is none
  int number = 0;
  bool inlined = false;  // only in Type::wire
  bool required = false, pointer = false, merge = false, retain = false, set = false, atomic = false;
  std::string merge_key;
  std::vector<std::string> keys;
};
struct Type {
  std::string name;           // core/v1.Container
  std::vector<Field> fields;  // inlined ones expanded
  std::vector<Field> wire;    // as in protobuf
  const Field* find(std::string_view json_name) const;
  std::string_view short_name() const { return std::string_view(name).substr(name.find('.') + 1); }
};

/// Null for an unknown type. Types live as long as the process.
const Type* find_type(std::string_view name);
const std::map<std::string, Type, std::less<>>& all_types();
const char* to_string(Scalar scalar);
/// A sentence about a type ("core/v1.Pod") or field ("core/v1.Pod.spec"); "" for most.
std::string description_of(std::string_view what);

/// Whether a list of this field is merged item by item in server-side apply.
inline bool is_keyed(const Field& field) { return field.shape == Shape::list && !field.keys.empty() && !field.atomic; }
inline bool is_set(const Field& field) { return field.shape == Shape::list && field.set && !field.atomic; }

struct Mismatch {
  std::vector<std::string> unknown;  // paths: spec.template.spec.containers[0].imagee
  std::string wrong_type;            // "json: cannot unmarshal ..." of the first one; empty if none
};
/// Compares a document with its type. apiVersion, kind and metadata are those of an object.
Mismatch check_fields(const Json& object, const Type& type);
/// Without the unknown fields.
void prune(Json& object, const Type& type);

}  // namespace drydock::kube
