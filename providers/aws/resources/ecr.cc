// aws:ecr/repository:Repository and aws:ecr/repositoryPolicy:RepositoryPolicy; ids are the repository's name.
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

Aws<Json> ecr(Operation& op, std::string_view action, const Json& body) {
  return op.client().json("ecr", action, body, op.stop());
}
Json named(const std::string& name) { return Json::object({{"repositoryName", name}}); }

Json scanning(const Json& in) {
  return Json::object({{"scanOnPush", in.path("imageScanningConfiguration.scanOnPush").bool_or(false)}});
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  Json call = named(text(in, "name"));
  put(call, "imageTagMutability", in.at("imageTagMutability"));
  put(call, "imageTagMutabilityExclusionFilters", in.at("imageTagMutabilityExclusionFilters"));
  if (in.has("imageScanningConfiguration")) call["imageScanningConfiguration"] = scanning(in);
  put(call, "encryptionConfiguration", in.at("encryptionConfigurations").item(0));
  if (Json tags = tag_list(in.at("tagsAll")); tags.size() > 0) call["tags"] = std::move(tags);
  TRY_AWS(ecr(op, "CreateRepository", call));
  id = text(in, "name");
  return {};
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto reply = unless(ecr(op, "DescribeRepositories", Json::object({{"repositoryNames", Json::array({id})}})),
                      {"RepositoryNotFoundException"});
  if (!reply || reply->is_null()) return reply;
  const Json& repository = reply->at("repositories").item(0);
  Json out;
  out["name"] = text(repository, "repositoryName");
  out["arn"] = text(repository, "repositoryArn");
  out["repositoryUrl"] = text(repository, "repositoryUri");
  for (const char* name : {"registryId", "imageTagMutability", "imageScanningConfiguration"})
    put(out, name, repository.at(name));
  if (repository.at("encryptionConfiguration").is_object())
    out["encryptionConfigurations"] = Json::array({repository.at("encryptionConfiguration")});
  auto tags = ecr(op, "ListTagsForResource", Json::object({{"resourceArn", text(out, "arn")}}));
  if (!tags) return tags;
  out["tagsAll"] = tag_map(tags->at("tags"));
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (changed(old, in, "imageTagMutability")) {
    Json call = named(id);
    call["imageTagMutability"] = text(in, "imageTagMutability");
    TRY_AWS(ecr(op, "PutImageTagMutability", call));
  }
  if (changed(old, in, "imageScanningConfiguration")) {
    Json call = named(id);
    call["imageScanningConfiguration"] = scanning(in);
    TRY_AWS(ecr(op, "PutImageScanningConfiguration", call));
  }
  return {};
}

Aws<void> retag(Operation& op, const std::string&, const Json& known, const Json& set, const Json::Array& unset) {
  const std::string arn = text(known, "arn");
  if (!unset.empty()) TRY_AWS(ecr(op, "UntagResource", Json::object({{"resourceArn", arn}, {"tagKeys", unset}})));
  if (set.size() > 0) TRY_AWS(ecr(op, "TagResource", Json::object({{"resourceArn", arn}, {"tags", tag_list(set)}})));
  return {};
}

Aws<void> remove(Operation& op, const std::string& id, const Json& known) {
  Json call = named(id);
  if (known.at("forceDelete").bool_or(false)) call["force"] = true;
  return fine_if(ecr(op, "DeleteRepository", call), {"RepositoryNotFoundException"});
}

// --- Policy of a repository.

Aws<void> set_policy(Operation& op, const Json& in) {
  Json call = named(text(in, "repository"));
  call["policyText"] = text(in, "policy");
  auto done = op.retry(
      minutes(2), [](const AwsError& e) { return e.is("InvalidParameterException") && e.mentions("rincipal"); },
      [&] { return ecr(op, "SetRepositoryPolicy", call); });
  if (!done) return up(done);
  return {};
}
Aws<void> create_policy(Operation& op, const Json& in, std::string& id) {
  TRY_AWS(set_policy(op, in));
  id = text(in, "repository");
  return {};
}
Aws<Json> read_policy(Operation& op, std::string& id, const Json&) {
  auto reply = unless(ecr(op, "GetRepositoryPolicy", named(id)),
                      {"RepositoryPolicyNotFoundException", "RepositoryNotFoundException"});
  if (!reply || reply->is_null()) return reply;
  return Json::object(
      {{"repository", id}, {"policy", text(*reply, "policyText")}, {"registryId", text(*reply, "registryId")}});
}
Aws<void> update_policy(Operation& op, std::string&, const Json&, const Json& in, const Json&) {
  return set_policy(op, in);
}
Aws<void> remove_policy(Operation& op, const std::string& id, const Json&) {
  return fine_if(ecr(op, "DeleteRepositoryPolicy", named(id)),
                 {"RepositoryPolicyNotFoundException", "RepositoryNotFoundException"});
}

}  // namespace

extern const ResourceType kRepository, kRepositoryPolicy;
const ResourceType kRepository = {.token = "aws:ecr/repository:Repository",
                                  .naming = {.property = "name", .prefix_property = ""},
                                  .create = create,
                                  .read = read,
                                  .update = update,
                                  .retag = retag,
                                  .remove = remove};
const ResourceType kRepositoryPolicy = {.token = "aws:ecr/repositoryPolicy:RepositoryPolicy",
                                        .policies = {"policy"},
                                        .create = create_policy,
                                        .read = read_policy,
                                        .update = update_policy,
                                        .remove = remove_policy};

}  // namespace drydock::aws_provider
