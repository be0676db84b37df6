// Property values inside google.protobuf.Struct, as Pulumi's SDKs, engine and providers exchange them: sentinels for
// unknowns, and objects with a signature for secrets, outputs, resource references and assets.
// Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go
#pragma once

#include <string_view>

#include "base/result.h"
#include "sdk/property_value.h"

namespace google::protobuf {
class Struct;
class Value;
}  // namespace google::protobuf

namespace drydock {

/// What the receiver accepts. Without secrets: the bare value. Without resources: the id, or the URN of a component.
/// Without outputs: the value, Secret or Unknown that it stands for.
struct WireOptions {
  bool secrets = true;
  bool resources = true;
  bool outputs = true;
  /// Without unknowns a top-level property that holds one anywhere is left out whole.
  bool unknowns = true;
};

void to_wire(const PropertyMap& properties, google::protobuf::Struct& out, WireOptions options = {});
void to_wire(const PropertyValue& value, google::protobuf::Value& out, WireOptions options = {});

/// Objects, lists and wrappers around a value may be nested so deep; state files (whose JSON may be a little deeper)
/// rely on it.
constexpr int kMaxPropertyDepth = 500;
/// Error invalid_input that names the property which is nested deeper.
Result<void> check_depth(const PropertyMap& properties);

/// Error invalid_input with the path of the property: an unknown signature, a malformed wrapper, nested too deep.
Result<PropertyMap> from_wire(const google::protobuf::Struct& properties);
Result<PropertyValue> from_wire(const google::protobuf::Value& value);

namespace wire {
/// The key that marks an object as something else, and what may stand there.
constexpr std::string_view kSignature = "4dabf18193072939515e22adb298388d";
constexpr std::string_view kSecret = "1b47061264138c4ac30d75fd1eb44270";
constexpr std::string_view kAsset = "c44067f5952c0a294b673a41bacd8c17";
constexpr std::string_view kArchive = "0def7320c3a5731c473e5ecbe6d01bc7";
constexpr std::string_view kResource = "5cf8f73096256a8f31e491e813e4eb8e";
constexpr std::string_view kOutput = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
constexpr std::string_view kByteString = "803fd3297a5875dc03ca845dda5d2a98";
/// What is written for an unknown. Any of the seven sentinels is understood.
constexpr std::string_view kUnknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
bool is_unknown(std::string_view text);
}  // namespace wire

}  // namespace drydock
