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

}  // namespace

void check_images(const WorldView& view, const std::vector<const Group*>& groups, Contacts& contacts, Problems& out,
                  const std::vector<Workload>& workloads) {
  for (const Workload& workload : workloads)
    for (const std::string& image : workload.images) {
      const eks::ImageName name = eks::parse_image(image);
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
