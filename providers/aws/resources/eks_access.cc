// aws:eks/accessEntry:AccessEntry, aws:eks/accessPolicyAssociation:AccessPolicyAssociation and
// aws:eks/podIdentityAssociation:PodIdentityAssociation: who may what in a cluster, and what its pods may outside.
#include "providers/aws/resources/eks.h"

namespace drydock::aws_provider {
namespace {

// --- Access entry; its id is CLUSTER:PRINCIPAL_ARN.

std::string entry_path(const std::string& id) {
  const auto [cluster, principal] = split_id(id);
  return eks_path(cluster, "/access-entries/{}", {principal});
}

Aws<void> create_entry(Operation& op, const Json& in, std::string& id) {
  Json body = Json::object({{"principalArn", text(in, "principalArn")},
                            {"type", text(in, "type")},
                            {"clientRequestToken", Operation::token()}});
  put(body, "kubernetesGroups", in.at("kubernetesGroups"));
  put(body, "username", in.at("userName"));
  if (in.at("tagsAll").size() > 0) body["tags"] = in.at("tagsAll");
  auto made = op.retry(
      minutes(2), [](const AwsError& e) { return e.is("InvalidParameterException") && e.mentions("principal"); },
      [&] { return op.eks("POST", eks_path(text(in, "clusterName"), "/access-entries"), body); });
  if (!made) return up(made);
  id = text(in, "clusterName") + ":" + text(in, "principalArn");
  return {};
}

Aws<Json> read_entry(Operation& op, std::string& id, const Json&) {
  auto entry = eks_get(op, entry_path(id), "accessEntry");
  if (!entry || entry->is_null()) return entry;
  Json out;
  for (const char* name : {"clusterName", "principalArn", "type", "accessEntryArn"}) put(out, name, entry->at(name));
  out["kubernetesGroups"] = Json(items(entry->at("kubernetesGroups")));
  put(out, "userName", entry->at("username"));
  out["createdAt"] = iso_time(entry->at("createdAt"));
  out["modifiedAt"] = iso_time(entry->at("modifiedAt"));
  out["tagsAll"] = entry->at("tags");
  return out;
}

Aws<void> update_entry(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (!changed(old, in, "kubernetesGroups") && !changed(old, in, "userName")) return {};
  Json body = Json::object(
      {{"kubernetesGroups", Json(items(in.at("kubernetesGroups")))}, {"clientRequestToken", Operation::token()}});
  put(body, "username", in.at("userName"));
  TRY_AWS(op.eks("POST", entry_path(id), body));
  return {};
}

Aws<void> retag_entry(Operation& op, const std::string&, const Json& known, const Json& set, const Json::Array& unset) {
  return retag_eks(op, text(known, "accessEntryArn"), set, unset);
}

Aws<void> remove_entry(Operation& op, const std::string& id, const Json&) {
  return fine_if(op.eks("DELETE", entry_path(id)), {"ResourceNotFoundException"});
}

// --- Access policy of an entry; its id is CLUSTER#PRINCIPAL#POLICY.

struct AssociationId {
  std::string cluster, principal, policy;
};
AssociationId association_of(const std::string& id) {
  const auto [cluster, rest] = split_id(id, '#');
  const auto [principal, policy] = split_id(rest, '#');
  return {cluster, principal, policy};
}
std::string policies_path(const AssociationId& id) {
  return eks_path(id.cluster, "/access-entries/{}/access-policies", {id.principal});
}

Aws<void> associate(Operation& op, const Json& in, std::string& id) {
  const AssociationId own{text(in, "clusterName"), text(in, "principalArn"), text(in, "policyArn")};
  const Json& from = in.at("accessScope");
  Json scope = Json::object({{"type", text(from, "type")}});
  if (from.at("namespaces").size() > 0) scope["namespaces"] = from.at("namespaces");
  const Json body = Json::object({{"policyArn", own.policy}, {"accessScope", std::move(scope)}});
  auto made = op.retry(
      minutes(2),
      [](const AwsError& e) {
        return e.is("ResourceNotFoundException") && e.mentions("principalArn could not be found");
      },
      [&] { return op.eks("POST", policies_path(own), body); });
  if (!made) return up(made);
  id = own.cluster + "#" + own.principal + "#" + own.policy;
  return {};
}

Aws<Json> read_association(Operation& op, std::string& id, const Json&) {
  const AssociationId own = association_of(id);
  std::string token;
  do {
    auto page = unless(op.eks("GET", policies_path(own) + (token.empty() ? "" : "?nextToken=" + segment(token))),
                       {"ResourceNotFoundException"});
    if (!page || page->is_null()) return page;
    for (const Json& one : items(page->at("associatedAccessPolicies"))) {
      if (text(one, "policyArn") != own.policy) continue;
      Json out =
          Json::object({{"clusterName", own.cluster}, {"principalArn", own.principal}, {"policyArn", own.policy}});
      Json scope = Json::object({{"type", one.path("accessScope.type")}});
      if (one.path("accessScope.namespaces").size() > 0) scope["namespaces"] = one.path("accessScope.namespaces");
      out["accessScope"] = std::move(scope);
      out["associatedAt"] = iso_time(one.at("associatedAt"));
      out["modifiedAt"] = iso_time(one.at("modifiedAt"));
      return out;
    }
    token = text(*page, "nextToken");
  } while (!token.empty());
  return Json();
}

Aws<void> disassociate(Operation& op, const std::string& id, const Json&) {
  const AssociationId own = association_of(id);
  return fine_if(op.eks("DELETE", policies_path(own) + "/" + segment(own.policy)), {"ResourceNotFoundException"});
}

// --- Pod identity; its id is the association's, so the cluster comes from the state. Import: CLUSTER,ASSOCIATION.

std::string identity_path(const std::string& cluster, const std::string& id) {
  return eks_path(cluster, "/pod-identity-associations/{}", {id});
}

Json identity_body(const Json& in) {
  Json body = Json::object({{"roleArn", text(in, "roleArn")}, {"clientRequestToken", Operation::token()}});
  for (const char* name : {"disableSessionTags", "targetRoleArn", "policy"}) put(body, name, in.at(name));
  return body;
}

bool role_unknown(const AwsError& e) {
  return e.is("InvalidParameterException") && e.mentions("Role provided in the request does not exist");
}

Aws<void> create_identity(Operation& op, const Json& in, std::string& id) {
  Json body = identity_body(in);
  body["namespace"] = text(in, "namespace");
  body["serviceAccount"] = text(in, "serviceAccount");
  if (in.at("tagsAll").size() > 0) body["tags"] = in.at("tagsAll");
  auto made = op.retry(minutes(2), role_unknown, [&] {
    return op.eks("POST", eks_path(text(in, "clusterName"), "/pod-identity-associations"), body);
  });
  if (!made) return up(made);
  id = made->path("association.associationId").string_or();
  return {};
}

Aws<Json> read_identity(Operation& op, std::string& id, const Json& known) {
  std::string cluster = text(known, "clusterName");
  if (const std::size_t comma = id.find(','); comma != id.npos) {
    cluster = id.substr(0, comma);
    id = id.substr(comma + 1);
  }
  auto one = eks_get(op, identity_path(cluster, id), "association");
  if (!one || one->is_null()) return one;
  Json out;
  for (const char* name : {"clusterName", "namespace", "serviceAccount", "roleArn", "associationId", "associationArn",
                           "externalId", "disableSessionTags", "targetRoleArn", "policy"})
    put(out, name, one->at(name));
  out["tagsAll"] = one->at("tags");
  return out;
}

Aws<void> update_identity(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  bool any = false;
  for (const char* name : {"roleArn", "disableSessionTags", "targetRoleArn", "policy"})
    any = any || changed(old, in, name);
  if (!any) return {};
  auto done = op.retry(minutes(2), role_unknown,
                       [&] { return op.eks("POST", identity_path(text(in, "clusterName"), id), identity_body(in)); });
  if (!done) return up(done);
  return {};
}

Aws<void> retag_identity(Operation& op, const std::string&, const Json& known, const Json& set,
                         const Json::Array& unset) {
  return retag_eks(op, text(known, "associationArn"), set, unset);
}

Aws<void> remove_identity(Operation& op, const std::string& id, const Json& known) {
  return fine_if(op.eks("DELETE", identity_path(text(known, "clusterName"), id)), {"ResourceNotFoundException"});
}

}  // namespace

extern const ResourceType kAccessEntry, kAccessPolicyAssociation, kPodIdentityAssociation;
const ResourceType kAccessEntry = {.token = "aws:eks/accessEntry:AccessEntry",
                                   .sets = {"kubernetesGroups"},
                                   .create = create_entry,
                                   .read = read_entry,
                                   .update = update_entry,
                                   .retag = retag_entry,
                                   .remove = remove_entry};
const ResourceType kAccessPolicyAssociation = {.token = "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
                                               .sets = {"accessScope.namespaces"},
                                               .create = associate,
                                               .read = read_association,
                                               .remove = disassociate};
const ResourceType kPodIdentityAssociation = {.token = "aws:eks/podIdentityAssociation:PodIdentityAssociation",
                                              .create = create_identity,
                                              .read = read_identity,
                                              .update = update_identity,
                                              .retag = retag_identity,
                                              .remove = remove_identity};

}  // namespace drydock::aws_provider
