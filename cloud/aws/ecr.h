// ECR's nouns, named and spelled as the API's JSON does
// (https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html).
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.h"

namespace drydock::aws {

struct Repository {  // key: repositoryName
  static constexpr const char* kTable = "ecr.repository";
  std::string repositoryArn, registryId, repositoryName, repositoryUri, imageTagMutability = "MUTABLE";
  double createdAt = 0;  // seconds since the epoch, simulated
  Json imageScanningConfiguration = Json::object({{"scanOnPush", false}});
  Json encryptionConfiguration = Json::object({{"encryptionType", "AES256"}});
  std::optional<Json> imageTagMutabilityExclusionFilters;
  std::map<std::string, std::string> tags;
  std::string policy, lifecycle_policy;  // documents; empty: none
};
template <class V>
void each_field(V& v, Repository& x) {
  v("repositoryArn", x.repositoryArn), v("registryId", x.registryId), v("repositoryName", x.repositoryName);
  v("repositoryUri", x.repositoryUri), v("imageTagMutability", x.imageTagMutability), v("createdAt", x.createdAt);
  v("imageScanningConfiguration", x.imageScanningConfiguration);
  v("encryptionConfiguration", x.encryptionConfiguration);
  v("imageTagMutabilityExclusionFilters", x.imageTagMutabilityExclusionFilters);
  v("_tags", x.tags), v("_policy", x.policy), v("_lifecyclePolicy", x.lifecycle_policy);
}

}  // namespace drydock::aws
