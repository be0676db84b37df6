// Any bytes as a protobuf body and any text as selectors: an answer or an error, never a crash.
#include <cstddef>
#include <cstdint>
#include <string>

#include "cloud/kube/protobuf.h"
#include "cloud/kube/selectors.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drydock;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto object = kube::decode_protobuf(text)) (void)kube::encode_protobuf(*object);
  // Most random bytes stop at the envelope: put a pod's in front.
  static const std::string head = std::string("k8s\0\n\t\n\x02v1\x12\x03Pod\x12", 17);
  if (size < 128) (void)kube::decode_protobuf(head + static_cast<char>(size) + std::string(text));
  if (auto labels = kube::LabelSelector::parse(text)) (void)labels->matches(Json::object({{"a", "b"}}));
  if (auto fields = kube::FieldSelector::parse(text)) (void)fields->matches(Json::object({{"a", "b"}}));
  return 0;
}
