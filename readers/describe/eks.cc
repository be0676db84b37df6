#include "readers/describe/collection.h"
#include "readers/describe/wire.h"

namespace drydock::readers::describe {
namespace {

template <class T>
void add(Filler& f, std::vector<T>& table, T noun, const Item& item, const char* type) {
  if (cloud::find(table, cloud::key_of(noun))) return;
  f.stands(cloud::ref_of(noun), item, type);
  table.push_back(std::move(noun));
}

void access_policies(Filler& f) {
  for (const Item& item : f.all.of("associatedAccessPolicies"))
    for (aws::eks::AccessEntry& entry : f.world.access_entries)
      if (entry.principalArn == item.json.at("principalArn").string_or() &&
          entry.clusterName == item.json.at("clusterName").string_or())
        loosely(item.json.at("associatedAccessPolicies"), entry.policies);
}

// `kubectl get ... -o json`: an object or a List of them. Data of Secrets stays outside.
void kubernetes(Filler& f, const Item& item, const Json& object) {
  const std::string kind = object.at("kind").string_or();
  if (kind == "List") {
    if (const Json& list = object.at("items"); list.is_array())
      for (const Json& one : list.as_array())
        if (one.at("kind").string_or() != "List") kubernetes(f, item, one);
    return;
  }
  if (kind.empty() || kind == "Secret" || f.world.clusters.empty()) return;
  Json kept = object;
  kept.erase("status");
  if (Json* meta = kept.find("metadata")) {
    meta->erase("managedFields");
    if (Json* notes = meta->find("annotations")) notes->erase("kubectl.kubernetes.io/last-applied-configuration");
  }
  cloud::KubernetesObject x{f.world.clusters[0].name, std::move(kept)};
  add(f, f.world.kubernetes_objects, std::move(x), item, "kubernetes-object");
}

}  // namespace

void fill_eks(Filler& f) {
  for (const Item& item : f.all.of("cluster")) {
    auto x = noun_of<aws::eks::Cluster>(item.json.at("cluster"));
    // A twin's API servers listen on this machine; its nodes know them by the name that user data has.
    if (x.endpoint && x.endpoint->starts_with("https://127.0.0.1")) x.endpoint.reset();
    add(f, f.world.clusters, std::move(x), item, "cluster");
  }
  for (const Item& item : f.all.of("nodegroup"))
    add(f, f.world.nodegroups, noun_of<aws::eks::Nodegroup>(item.json.at("nodegroup")), item, "nodegroup");
  for (const Item& item : f.all.of("addon"))
    add(f, f.world.addons, noun_of<aws::eks::Addon>(item.json.at("addon")), item, "addon");
  for (const Item& item : f.all.of("accessEntry"))
    add(f, f.world.access_entries, noun_of<aws::eks::AccessEntry>(item.json.at("accessEntry")), item, "access-entry");
  access_policies(f);
  for (const Item& item : f.all.of("fargateProfile"))
    add(f, f.world.fargate_profiles, noun_of<cloud::FargateProfile>(item.json.at("fargateProfile")), item,
        "fargate-profile");
  for (const Item& item : f.all.of("association"))
    add(f, f.world.pod_identity_associations, noun_of<aws::eks::PodIdentityAssociation>(item.json.at("association")),
        item, "pod-identity-association");
  for (const Item& item : f.all.of("kind")) kubernetes(f, item, item.json);
}

}  // namespace drydock::readers::describe
