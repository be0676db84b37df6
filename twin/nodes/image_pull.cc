#include "twin/nodes/image_pull.h"

#include <fmt/format.h>

#include <set>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/aws/arn.h"
#include "cloud/aws/ecr.h"
#include "cloud/eks/images.h"

namespace drydock::twin::nodes {

using drydock::eks::boot_step;
using drydock::eks::ImageName;

namespace {

/// Whether the registry has the image. What an account of this world pushed to its repositories the twin does not know:
/// a repository that exists has every tag.
Outcome look_up(World& world, const ImageName& image, Outcome outcome) {
  if (drydock::eks::is_known_repository(image)) return outcome;
  const bool own = image.ecr_account == world.account();
  if (own && world.table<aws::Repository>(image.ecr_region).contains(image.repository)) return outcome;
  const bool of_others =
      !image.ecr_account.empty() && !own && image.ecr_account != drydock::eks::addon_registry(image.ecr_region);
  outcome.kind = Outcome::Kind::denied;
  outcome.cause = of_others ? "image.no-access" : "image.not-found";
  outcome.why = of_others
                    ? fmt::format("the twin knows no registry of account {} in {}", image.ecr_account, image.ecr_region)
                    : fmt::format("{} has no repository {}, as far as the twin knows", image.host, image.repository);
  return outcome;
}

}  // namespace

BootStep pull_step(const std::string& repository, std::string_view call) {
  static const std::map<std::string, std::string, std::less<>> kKnown = {{"amazon-k8s-cni-init", "pull.cni-init."},
                                                                         {"amazon-k8s-cni", "pull.cni."},
                                                                         {"eks/kube-proxy", "pull.kube-proxy."}};
  auto it = kKnown.find(repository);
  const BootStep* step = boot_step((it == kKnown.end() ? "pull.cni." : it->second) + std::string(call));
  BootStep copy = *step;
  if (it == kKnown.end()) {
    static std::set<std::string> kIds;  // step ids are views
    copy.id = *kIds.insert("pull." + repository + "." + std::string(call)).first;
    copy.image = {};
  }
  return copy;
}

Outcome pull_call(World& world, Networks& networks, const Place& place, const Signer& signer, std::string_view call,
                  const ImageName& image) {
  if (image.ecr_account.empty()) {
    Outcome outcome = reach(networks, place, image.host == "docker.io" ? "registry-1.docker.io" : image.host, 443);
    return outcome.ok() && call == "manifest" ? look_up(world, image, std::move(outcome)) : outcome;
  }
  const BootStep step = pull_step(image.repository, call);
  const std::map<std::string, std::string, std::less<>> values = {
      {"region", image.ecr_region},
      {"suffix", std::string(aws::dns_suffix_of(image.ecr_region))},
      {"registry", image.ecr_account},
      {"layers", drydock::eks::layer_bucket(image.ecr_region)},
      {"partition", std::string(aws::partition_of(image.ecr_region))},
      {"repository", image.repository}};
  Outcome outcome = reach(networks, place, drydock::eks::fill_in(step.host, values), step.port);
  if (!outcome.ok()) return outcome;
  const std::string resource = drydock::eks::fill_in(step.resource, values);
  if (call == "layers") {
    const std::string object = image.ecr_account + "/" + hex(sha256(image.repository)).substr(0, 12);
    return fetch_layer(world, place, replace_all(resource, "*", object), std::move(outcome));
  }
  outcome = ask(world, place, signer, step, resource, std::move(outcome));
  return outcome.ok() && call == "manifest" ? look_up(world, image, std::move(outcome)) : outcome;
}

}  // namespace drydock::twin::nodes
