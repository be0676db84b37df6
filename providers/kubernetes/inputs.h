// A resource's inputs, before they meet a cluster: what kind it is, what it is called, what may change in place.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "cloud/kube/objects.h"
#include "sdk/provider.h"

namespace drydock::kubernetes {

/// "kubernetes:core/v1:ConfigMap" -> {"", v1, ConfigMap}. apiVersion and kind of the inputs win where they are known.
/// Errors name tokens that are no plain kinds: charts, YAML files, lists.
Result<kube::GroupVersionKind> kind_of(std::string_view token, const PropertyMap& inputs);
/// "kubernetes:core/v1:ConfigMapPatch": owns single fields of an object somebody else made.
bool is_patch(std::string_view token);

/// What Check makes of the program's inputs: apiVersion, kind, name (given, kept from `olds`, or made of the resource's
/// name and 8 hex digits, marked by an annotation) and namespace. `namespaced` false leaves that out.
PropertyMap complete_inputs(const CheckRequest& request, const kube::GroupVersionKind& gvk, bool namespaced,
                            const std::string& default_namespace);
/// Unknown properties and wrong types, for kinds whose fields we know.
std::vector<CheckFailure> check_inputs(const PropertyMap& inputs, const kube::GroupVersionKind& gvk);

struct Mutability {
  bool config_maps = false, secrets = false;  // the provider's enableConfigMapMutable, enableSecretMutable
};
DiffReply compare_inputs(const PropertyMap& olds, const PropertyMap& news, const kube::GroupVersionKind& gvk,
                         const Mutability& mutability);

/// "namespace/name" or "name".
std::string id_of(const Json& object);
struct Id {
  std::string name_space, name;
};
Id parse_id(std::string_view id);

/// The live object as outputs; what was secret in the inputs, and a Secret's data, stays secret.
PropertyMap outputs_of(Json live, const PropertyMap& inputs, const std::string& manager,
                       const std::string& first_api_version);
/// The live object as a program would have written it, for imports.
PropertyMap inputs_of(Json live);

}  // namespace drydock::kubernetes
