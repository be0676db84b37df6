// Kubernetes' own protobuf envelope, as kubectl's typed clients send request bodies: "k8s\0", then runtime.Unknown with
// the object's bytes. Decoding is driven by schema.h; no generated code.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#protobuf-encoding
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace drydock::kube {

constexpr std::string_view kProtobufMediaType = "application/vnd.kubernetes.protobuf";

/// The object with apiVersion and kind. Empty scalars of required fields are kept, as Go's JSON would show them.
Result<Json> decode_protobuf(std::string_view body);

/// An object in the envelope; used by tests, and by clients that take nothing else.
Result<std::string> encode_protobuf(const Json& object);

}  // namespace drydock::kube
