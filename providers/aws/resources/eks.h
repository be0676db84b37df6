// What the EKS resource files share. https://docs.aws.amazon.com/eks/latest/APIReference/
#pragma once

#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {

/// "/clusters/NAME" + rest, percent-encoded. "{}" in `rest` stands for the next of `parts`.
std::string eks_path(const std::string& cluster, std::string_view rest = {},
                     std::initializer_list<std::string> parts = {});
/// Null when it is not there, otherwise the member that wraps the answer.
Aws<Json> eks_get(Operation& op, const std::string& path, std::string_view member);
/// Waits for an update that a call began ({"update": {"id"}}). `query` is "?addonName=..." or "".
Aws<void> wait_update(Operation& op, const std::string& cluster, const Json& reply, minutes timeout,
                      const std::string& query = {});
/// DeleteX: success if it is gone already; then waits until it is. `failed`: a state that ends the waiting.
Aws<void> eks_delete(Operation& op, const std::string& path, const std::string& query, std::string_view member,
                     const std::string& what, minutes timeout, std::string_view failed = {});
/// "code: message (resources)" of health.issues; "" if there are none.
std::string health_issues(const Json& thing);
/// Tags of the thing with this ARN.
Aws<void> retag_eks(Operation& op, const std::string& arn, const Json& set, const Json::Array& unset);
/// EKS sees new roles and principals only after a while.
bool role_is_new(const AwsError& error);
/// "CLUSTER:NAME" in two.
std::pair<std::string, std::string> split_id(const std::string& id, char separator = ':');
/// EKS times are numbers (seconds); ours are ISO 8601.
std::string iso_time(const Json& seconds);

}  // namespace drydock::aws_provider
