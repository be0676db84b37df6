// Server-side apply: who owns which field of an object. A set of fields is kept in the form of fieldsV1:
//   {"f:spec": {"f:containers": {"k:{\"name\":\"app\"}": {".": {}, "f:image": {}}}}}
// https://kubernetes.io/docs/reference/using-api/server-side-apply/
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cloud/kube/objects.h"
#include "cloud/kube/schema.h"

namespace drydock::kube {

/// Every field `object` sets, without those that nobody owns (apiVersion, kind, name, uid ...).
Json fields_of(const Json& object, const Type& type);

struct FieldConflict {
  std::string manager, subresource, path;  // .spec.replicas, .spec.containers[name="app"].image
};
struct ApplyResult {
  Json object;
  std::vector<FieldConflict> conflicts;  // when not empty, `object` means nothing
};
/// Applies `applied` for `manager`. `live` null creates. With force, others lose the fields in conflict.
ApplyResult server_side_apply(const Json& live, const Json& applied, const Type& type, std::string_view manager,
                              std::string_view subresource, bool force, Time now);

/// After a create or update: what `manager` changed from `before` (null: all) to `after` becomes its own, in an entry
/// with operation Update; fields that are gone belong to nobody.
void track_update(const Json& before, Json& after, const Type& type, std::string_view manager,
                  std::string_view subresource, Time now);

}  // namespace drydock::kube
