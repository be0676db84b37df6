// The three ways to patch an object.
// https://kubernetes.io/docs/tasks/manage-kubernetes-objects/update-api-object-kubectl-patch/
#pragma once

#include "base/json.h"
#include "base/result.h"
#include "cloud/kube/schema.h"

namespace drydock::kube {

/// RFC 6902: add, remove, replace, move, copy, test.
Result<Json> json_patch(Json document, const Json& operations);
/// RFC 7396: null removes.
Json merge_patch(Json document, const Json& patch);
/// Lists merge by the type's merge keys; $patch, $retainKeys, $deleteFromPrimitiveList, $setElementOrder are obeyed.
Result<Json> strategic_merge_patch(Json document, const Json& patch, const Type& type);

}  // namespace drydock::kube
