#include "providers/aws/resources/eks.h"

#include <fmt/format.h>

#include <chrono>

#include "base/text.h"

namespace drydock::aws_provider {

std::string eks_path(const std::string& cluster, std::string_view rest, std::initializer_list<std::string> parts) {
  std::string path = "/clusters/" + segment(cluster);
  auto next = parts.begin();
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest.substr(i, 2) == "{}") {
      path += segment(*next++);
      ++i;
    } else {
      path += rest[i];
    }
  }
  return path;
}

Aws<Json> eks_get(Operation& op, const std::string& path, std::string_view member) {
  auto reply = op.eks("GET", path);
  if (!reply) {
    const AwsError& error = reply.error();
    const bool gone = error.is("ResourceNotFoundException") ||
                      (error.is("ClientException") && error.mentions("No cluster found for name:"));
    return gone ? Aws<Json>(Json()) : reply;
  }
  return reply->at(member);
}

Aws<void> wait_update(Operation& op, const std::string& cluster, const Json& reply, minutes timeout,
                      const std::string& query) {
  const std::string id = reply.path("update.id").string_or();
  if (id.empty()) return {};
  const std::string path = eks_path(cluster, "/updates/{}", {id}) + query;
  return op.wait(fmt::format("the update of {} to finish", cluster), op.timeout_or(timeout), [&]() -> Aws<Poll> {
    auto update = eks_get(op, path, "update");
    if (!update) return up(update);
    const std::string status = text(*update, "status");
    if (status == "Failed" || status == "Cancelled") {
      std::string why;
      for (const Json& error : items(update->at("errors")))
        why += fmt::format("; {}: {}", text(error, "errorCode"), text(error, "errorMessage"));
      return no(ErrorCode::unavailable, fmt::format("the update of {} ended as {}{}", cluster, status, why));
    }
    return Poll{status == "Successful", status};
  });
}

Aws<void> eks_delete(Operation& op, const std::string& path, const std::string& query, std::string_view member,
                     const std::string& what, minutes timeout, std::string_view failed) {
  auto done = op.retry(
      minutes(60), [](const AwsError& e) { return e.is("ResourceInUseException") && e.mentions("in progress"); },
      [&] { return op.eks("DELETE", path + query); });
  if (!done && !not_found(done.error()) && !done.error().mentions("No cluster found for name:")) return up(done);
  return op.wait(what + " to go", op.timeout_or(timeout), [&]() -> Aws<Poll> {
    auto now = eks_get(op, path, member);
    if (!now) return up(now);
    const std::string status = text(*now, "status");
    if (!failed.empty() && status == failed)
      return no(ErrorCode::unavailable, fmt::format("{} became {}: {}", what, status, health_issues(*now)));
    return Poll{now->is_null(), status};
  });
}

std::string health_issues(const Json& thing) {
  std::vector<std::string> out;
  for (const Json& issue : items(thing.path("health.issues"))) {
    std::vector<std::string> resources;
    for (const Json& id : items(issue.at("resourceIds"))) resources.push_back(id.string_or());
    out.push_back(fmt::format("{}: {}{}", text(issue, "code"), text(issue, "message"),
                              resources.empty() ? "" : fmt::format(" ({})", join(resources, ", "))));
  }
  return join(out, "; ");
}

Aws<void> retag_eks(Operation& op, const std::string& arn, const Json& set, const Json::Array& unset) {
  const std::string path = "/tags/" + segment(arn);
  if (!unset.empty()) {
    std::string query;
    for (const Json& key : unset) query += (query.empty() ? "?tagKeys=" : "&tagKeys=") + uri_encode(key.string_or());
    TRY_AWS(op.eks("DELETE", path + query));
  }
  if (set.size() > 0) TRY_AWS(op.eks("POST", path, Json::object({{"tags", set}})));
  return {};
}

bool role_is_new(const AwsError& error) {
  if (!error.is("InvalidParameterException")) return false;
  for (const char* words :
       {"does not exist", "Error in role params", "Role could not be assumed because the trusted entity is not correct",
        "is not associated with managed policies", "must include", "is invalid: Invalid principal",
        "Role provided in the request does not exist"})
    if (error.mentions(words)) return true;
  return false;
}

std::pair<std::string, std::string> split_id(const std::string& id, char separator) {
  const std::size_t at = id.find(separator);
  if (at == std::string::npos) return {id, ""};
  return {id.substr(0, at), id.substr(at + 1)};
}

std::string iso_time(const Json& value) {
  if (!value.is_number()) return value.string_or();
  const auto time = std::chrono::sys_seconds(std::chrono::seconds(value.as_int()));
  const std::string compact = aws::amz_date(time);  // 20240229T235959Z
  return fmt::format("{}-{}-{}T{}:{}:{}Z", compact.substr(0, 4), compact.substr(4, 2), compact.substr(6, 2),
                     compact.substr(9, 2), compact.substr(11, 2), compact.substr(13, 2));
}

}  // namespace drydock::aws_provider
