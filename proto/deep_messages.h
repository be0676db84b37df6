// How deep the values in a message may be nested when it is read off the wire.
//
// One object inside an object costs three of protobuf's levels, and its parser gives up after 100: gRPC then refuses a
// message whose properties are nested 34 deep, and nobody is told which. So whatever carries properties is read here,
// with the limit of Pulumi's own (Go) peers. What a property may be is decided behind it, by sdk/property_wire.h, which
// can name it. gRPC has no option for this; SerializationTraits is where it lets a type choose its own reader.
// Every <service>.grpc.pb.h includes this file (proto/CMakeLists.txt), so that a type has one reader
// everywhere. Source: https://protobuf.dev/reference/cpp/api-docs/google.protobuf.io.coded_stream/#CodedInputStream
#pragma once

#include <google/protobuf/io/coded_stream.h>
#include <grpcpp/impl/codegen/proto_utils.h>

#include "pulumi/provider.pb.h"
#include "pulumi/resource.pb.h"

namespace drydock::wire {

constexpr int kMaxMessageDepth = 10000;

template <class Message>
struct DeepMessage {
  static grpc::Status Serialize(const google::protobuf::MessageLite& message, grpc::ByteBuffer* out, bool* own) {
    return grpc::GenericSerialize<grpc::ProtoBufferWriter, Message>(message, out, own);
  }
  static grpc::Status Deserialize(grpc::ByteBuffer* in, google::protobuf::MessageLite* message) {
    if (!in) return {grpc::StatusCode::INTERNAL, "no payload"};
    grpc::Status status;
    {
      grpc::ProtoBufferReader bytes(in);
      if (!bytes.status().ok()) return bytes.status();
      google::protobuf::io::CodedInputStream coded(&bytes);
      coded.SetRecursionLimit(kMaxMessageDepth);
      if (!message->ParseFromCodedStream(&coded) || !coded.ConsumedEntireMessage())
        status = {grpc::StatusCode::INTERNAL, "the message is malformed, or its values are nested too deeply"};
    }
    in->Clear();
    return status;
  }
};

}  // namespace drydock::wire

// Generated stubs read every answer as a MessageLite; a server reads each request as what it is. So these are all
// requests that carry properties; proto/deep_messages_test.cc misses those that are forgotten.
#define DRYDOCK_DEEP_MESSAGES(X)    \
  X(CallRequest)                    \
  X(CheckRequest)                   \
  X(ConfigureRequest)               \
  X(ConstructRequest)               \
  X(CreateRequest)                  \
  X(DeleteRequest)                  \
  X(DiffRequest)                    \
  X(InvokeRequest)                  \
  X(ListRequest)                    \
  X(ReadRequest)                    \
  X(ReadResourceRequest)            \
  X(RegisterResourceOutputsRequest) \
  X(RegisterResourceRequest)        \
  X(ResourceCallRequest)            \
  X(ResourceInvokeRequest)          \
  X(UpdateRequest)

namespace grpc {
template <>
class SerializationTraits<google::protobuf::MessageLite>
    : public drydock::wire::DeepMessage<google::protobuf::MessageLite> {};
#define DRYDOCK_DEEP_MESSAGE(name) \
  template <>                      \
  class SerializationTraits<pulumirpc::name> : public drydock::wire::DeepMessage<pulumirpc::name> {};
DRYDOCK_DEEP_MESSAGES(DRYDOCK_DEEP_MESSAGE)
#undef DRYDOCK_DEEP_MESSAGE
}  // namespace grpc
