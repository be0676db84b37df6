// Security group rules between our schema and AWS's IpPermissions.
#pragma once

#include <mutex>

#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {

/// "tcp" of "TCP", "6" and so on; "-1" of "all".
std::string protocol_name(const std::string& protocol);
/// One IpPermissions element of an inline rule or of a rule resource (`groups`: ids of the other side's groups).
Json permission(const Json& rule, const Json& groups);
/// AWS's permissions as inline rules of the group: `own_group` becomes self.
Json inline_rules(const Json& permissions, const std::string& own_group);
/// Whether two lists of inline rules let the same traffic through in the same words: AWS folds rules that differ only
/// in the other side into one.
bool same_rules(const Json& a, const Json& b);
Aws<Json> describe_group(Operation& op, const std::string& id);
Aws<void> authorize(Operation& op, const std::string& group, bool ingress, Json::Array permissions);
Aws<void> revoke(Operation& op, const std::string& group, bool ingress, Json::Array permissions);

/// Rules of one group are changed one after the other.
std::unique_lock<std::mutex> lock_group(const std::string& id);

}  // namespace drydock::aws_provider
