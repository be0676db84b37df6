// The kinds an API server of EKS serves that the twin models, as a table: names, scope, short names, subresources.
// https://kubernetes.io/docs/reference/kubectl/generated/kubectl_api-resources/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cloud/kube/objects.h"
#include "cloud/kube/schema.h"

namespace drydock::kube {

struct Kind {
  GroupVersionKind gvk;
  std::string plural, singular;
  bool namespaced = false;
  std::vector<std::string> short_names, categories;
  std::vector<std::string> subresources;  // status, scale, log, eviction, binding, token
  bool review = false;                    // only create; answered at once, never stored
  const Type* type = nullptr;

  /// "pods", "daemonsets.apps": how objects of the kind are stored and named in messages.
  std::string resource() const { return gvk.group.empty() ? plural : plural + "." + gvk.group; }
  bool has(std::string_view subresource) const;
};

/// In the order in which discovery lists them.
const std::vector<Kind>& kinds();
/// Null when nothing of that name is served.
const Kind* find_kind(const GroupVersionKind& gvk);
const Kind* find_resource(std::string_view group, std::string_view version, std::string_view plural);
/// By "pods" or "daemonsets.apps"; the preferred version.
const Kind* find_resource(std::string_view resource);

/// Objects of two groups that are the same stored thing (events): the resource they are stored as.
std::string storage_resource(const Kind& kind);

}  // namespace drydock::kube
