// What resource files share: reading answers, tags, ids that are gone.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/aws/resource_type.h"
#include "providers/aws/values.h"
#include "providers/aws/wire.h"

namespace drydock::aws_provider {

using std::chrono::minutes;
using std::chrono::seconds;
using Poll = Operation::Poll;

// XML answers hold texts only.
bool flag(const Json& text);            // "true"
std::int64_t number(const Json& text);  // 0 if it is none
Json number_or_null(const Json& text);
std::string text(const Json& in, std::string_view name);
/// Values of one member of each item: pluck(groupSet, "groupId").
Json pluck(const Json& list, std::string_view member);
/// The list itself, or an empty one for anything else.
const Json::Array& items(const Json& list);
/// Sets out[name] unless the value is null or "".
void put(Json& out, std::string_view name, const Json& value);

/// Makes an error "it is not there" a null.
Aws<Json> unless(Aws<Json> reply, std::initializer_list<std::string_view> gone);
/// Makes such an error a success.
Aws<void> fine_if(const Aws<Json>& reply, std::initializer_list<std::string_view> gone);
bool not_found(const AwsError& error);  // any ...NotFound of EC2, NoSuchEntity, ResourceNotFoundException

/// Makes any "it is not there" a success: what was to be deleted is gone.
template <class T>
Aws<void> fine_if_gone(const Aws<T>& reply) {
  if (reply || not_found(reply.error())) return {};
  return tl::unexpected(reply.error());
}

// --- EC2
/// [{ResourceType, Tag}] for a create call; null without tags.
Json tag_specification(const char* resource_type, const Json& in);
Aws<void> retag_ec2(Operation& op, const std::string& id, const Json& known, const Json& set, const Json::Array& unset);
/// First item of a Describe by id; null when gone.
Aws<Json> describe(Operation& op, std::string_view action, const char* id_parameter, const std::string& id,
                   std::string_view list);
std::string ec2_arn(const Operation& op, const std::string& owner, const std::string& resource);
/// The same for what does not say who owns it: it belongs to the caller's account.
Aws<std::string> own_ec2_arn(Operation& op, const std::string& resource);
/// Deletes, repeating while other things still depend on it; gone already is fine.
Aws<void> delete_ec2(Operation& op, std::string_view action, const Json& parameters, minutes window,
                     std::initializer_list<std::string_view> busy = {"DependencyViolation"});
/// Waits until `describe` finds nothing, or something in one of the `gone` states.
Aws<void> wait_gone(Operation& op, const std::string& what, minutes timeout, const std::function<Aws<Json>()>& read,
                    std::initializer_list<std::string_view> gone = {});
/// Waits until the thing's `state` member is one of `done` (without case); `failed` states are errors.
Aws<void> wait_state(Operation& op, const std::string& what, std::chrono::milliseconds timeout,
                     const std::function<Aws<Json>()>& read, std::string_view member,
                     std::initializer_list<std::string_view> done, std::initializer_list<std::string_view> failed = {});
/// Detaches and deletes interfaces that services left behind.
Aws<void> clear_interfaces(Operation& op, const std::string& filter, const std::string& id);

// --- paths of REST services
std::string segment(std::string_view text);  // percent-encoded

}  // namespace drydock::aws_provider
