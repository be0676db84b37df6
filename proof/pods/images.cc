// Registries of workloads' images. Those of the boot chain, in the region's own ECR, are its business.
#include <fmt/format.h>

#include "cloud/eks/registries.h"
#include "proof/pods/check.h"

namespace drydock::proof {
namespace {

std::string registry_host(const eks::ImageName& image) {
  return image.host == "docker.io" ? "registry-1.docker.io" : image.host;
}

void report(const Walk& walk, const Workload& workload, const std::string& image, const std::string& host,
            const std::string& subnet, const Contact& contact) {
  Problem p = walk.problem("image.registry", "pull", Fault::dropped);
  p.finding.severity = Severity::warning;
  p.finding.effect = Verdict::degraded;
  p.finding.where = {workload.noun, ""};
  p.subject = host;
  p.finding.message = fmt::format("{} pulls {}, but nodes in {} have no way to {}", workload.name, image, subnet, host);
  p.finding.symptom = {
      fmt::format("{} ImagePullBackOff: failed to do request: Head \"https://{}/v2/...\": dial tcp: i/o "
                  "timeout",
                  workload.name, host),
      "when its pods start"};
  for (const Wall& wall : contact.reach.walls) p.finding.evidence.push_back({wall.component, wall.evidence});
  p.need.host = host;
  walk.out.add(std::move(p));
}

/// Names that the console and the documents give to rules of pull-through caches. Which repositories are such caches is
/// not in the input otherwise.
/// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-creating-rule.html
bool looks_like_a_cache(const eks::ImageName& image) {
  for (const char* prefix : {"docker-hub/", "ecr-public/", "quay/", "kubernetes/", "github/", "gitlab/"})
    if (image.repository.starts_with(prefix)) return true;
  return false;
}

/// The first pull of an image through a cache imports it, which is an action of its own.
void check_pull_through(const Walk& walk, const Workload& workload, const std::string& image,
                        const eks::ImageName& name) {
  const cloud::World& world = walk.view.world();
  const aws::Role* role = walk.group.role;
  if (!role || name.ecr_account != world.account || !looks_like_a_cache(name)) return;
  const std::string resource =
      fmt::format("arn:{}:ecr:{}:{}:repository/{}", world.partition, world.region, world.account, name.repository);
  const Answer answer = may(walk.view, *role, {"ecr:BatchImportUpstreamImage", resource, {}}, {});
  if (!answer.refused.empty() || answer.permission.allowed != Tri::no) return;
  Problem p = walk.problem("iam.pull-through", "pull", Fault::denied);
  p.finding.severity = Severity::warning;
  p.finding.effect = Verdict::degraded;
  p.finding.where = {cloud::ref_of(*role), "grants.attached"};
  p.finding.message = fmt::format(
      "{} pulls {}, by its name through a pull-through cache, and role {} may not import what "
      "is not in the cache yet",
      workload.name, image, role->RoleName);
  p.finding.symptom = {fmt::format("{} ImagePullBackOff: {}: not found", workload.name, image), "at the first pull"};
  p.finding.evidence.push_back({role->RoleName, "no identity policy allows ecr:BatchImportUpstreamImage"});
  p.need.role = role->RoleName;
  p.need.actions = {"ecr:BatchImportUpstreamImage"};
  p.need.resources = {resource};
  walk.out.add(std::move(p));
}

}  // namespace

void check_images(const WorldView& view, const std::vector<const Group*>& groups, Contacts& contacts, Problems& out,
                  const std::vector<Workload>& workloads) {
  for (const Workload& workload : workloads)
    for (const std::string& image : workload.images) {
      const eks::ImageName name = eks::parse_image(image);
      for (const Group* group : groups) check_pull_through({view, *group, out, contacts}, workload, image, name);
      if (name.host == "localhost" || name.ecr_region == view.world().region) continue;
      const std::string host = registry_host(name);
      for (const Group* group : groups) {
        const Walk walk{view, *group, out, contacts};
        for (const std::string& subnet : group->subnets)
          if (const Contact& contact = contacts.of(walk.site(subnet), host, 443); contact.reach.reached == Tri::no)
            report(walk, workload, image, host, subnet, contact);
      }
    }
}

}  // namespace drydock::proof
