#include <fmt/format.h>

#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

Json details(const kube::Kind& kind, std::string_view name) {
  Json out = Json::object({{"name", name}, {"kind", kind.plural}});
  if (!kind.gvk.group.empty()) out["group"] = kind.gvk.group;
  return out;
}

std::string one(const Cause& cause) { return cause.field + ": " + cause.message; }

}  // namespace

std::string quoted(const kube::Kind& kind, std::string_view name) {
  return fmt::format("{} \"{}\"", kind.resource(), name);
}

tl::unexpected<ApiStatus> not_found(const kube::Kind& kind, std::string_view name) {
  return tl::unexpected(ApiStatus{404, "NotFound", quoted(kind, name) + " not found", details(kind, name)});
}

tl::unexpected<ApiStatus> already_exists(const kube::Kind& kind, std::string_view name) {
  return tl::unexpected(ApiStatus{409, "AlreadyExists", quoted(kind, name) + " already exists", details(kind, name)});
}

tl::unexpected<ApiStatus> conflict(const kube::Kind& kind, std::string_view name, std::string_view why) {
  return tl::unexpected(ApiStatus{409, "Conflict",
                                  fmt::format("Operation cannot be fulfilled on {}: {}", quoted(kind, name), why),
                                  details(kind, name)});
}

tl::unexpected<ApiStatus> bad_request(std::string message) {
  return tl::unexpected(ApiStatus{400, "BadRequest", std::move(message), {}});
}

tl::unexpected<ApiStatus> invalid(const kube::Kind& kind, std::string_view name, const std::vector<Cause>& causes) {
  Json info = Json::object({{"name", name}, {"kind", kind.gvk.kind}});
  if (!kind.gvk.group.empty()) info["group"] = kind.gvk.group;
  std::string text;
  for (const Cause& cause : causes) {
    info["causes"].push_back(
        Json::object({{"reason", cause.reason}, {"message", cause.message}, {"field", cause.field}}));
    text += (text.empty() ? "" : ", ") + one(cause);
  }
  if (causes.size() > 1) text = "[" + text + "]";
  std::string what = kind.gvk.group.empty() ? kind.gvk.kind : kind.gvk.kind + "." + kind.gvk.group;
  return tl::unexpected(
      ApiStatus{422, "Invalid", fmt::format("{} \"{}\" is invalid: {}", what, name, text), std::move(info)});
}

Json status_document(const ApiStatus& status) {
  Json out = Json::object({{"kind", "Status"},
                           {"apiVersion", "v1"},
                           {"metadata", Json::object()},
                           {"status", "Failure"},
                           {"message", status.message},
                           {"reason", status.reason},
                           {"code", status.code}});
  if (!status.details.is_null()) out["details"] = status.details;
  return out;
}

}  // namespace drydock::twin::kubernetes
