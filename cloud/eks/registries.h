// Where the images of EKS's add-ons are. https://docs.aws.amazon.com/eks/latest/userguide/add-ons-images.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace drydock::eks {

/// The account whose ECR registry holds the add-ons of a region; empty for a region we do not know.
std::string_view addon_registry(std::string_view region);
/// "602401143452.dkr.ecr.us-east-1.amazonaws.com"; empty for a region we do not know.
std::string addon_registry_host(std::string_view region);
/// The S3 bucket from which ECR serves layers.
std::string layer_bucket(std::string_view region);

struct ImageName {
  std::string host, repository, tag;    // "docker.io" when the name has no host
  std::string ecr_account, ecr_region;  // set when the host is a registry of ECR
};
/// "HOST/REPOSITORY:TAG" or with a digest, as containerd reads it.
ImageName parse_image(std::string_view image);

}  // namespace drydock::eks
