#include "proto/deep_messages.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>

#include <set>

namespace {

using google::protobuf::Descriptor;

bool carries_properties(const Descriptor& message, std::set<const Descriptor*>& seen) {
  if (!seen.insert(&message).second) return false;
  if (message.full_name() == "google.protobuf.Value" || message.full_name() == "google.protobuf.Struct") return true;
  for (int i = 0; i < message.field_count(); ++i)
    if (const Descriptor* field = message.field(i)->message_type(); field && carries_properties(*field, seen))
      return true;
  return false;
}

std::set<std::string> requests_with_properties(const char* service_name) {
  std::set<std::string> out;
  const auto* service = google::protobuf::DescriptorPool::generated_pool()->FindServiceByName(service_name);
  for (int i = 0; i < service->method_count(); ++i) {
    const Descriptor* message = service->method(i)->input_type();
    std::set<const Descriptor*> seen;
    if (carries_properties(*message, seen)) out.insert(message->name());
  }
  return out;
}

TEST(DeepMessages, EveryRequestWithPropertiesIsListed) {
  (void)pulumirpc::RegisterResourceRequest::descriptor();
  (void)pulumirpc::CheckRequest::descriptor();
  std::set<std::string> used = requests_with_properties("pulumirpc.ResourceMonitor");
  used.merge(requests_with_properties("pulumirpc.ResourceProvider"));
  std::set<std::string> listed;
#define NAME(message) listed.insert(#message);
  DRYDOCK_DEEP_MESSAGES(NAME)
#undef NAME
  EXPECT_EQ(listed, used);
}

}  // namespace
