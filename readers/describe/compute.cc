#include "base/text.h"
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

void launch_templates(Filler& f) {
  for (const Item& item : f.all.of("LaunchTemplateVersions")) {
    auto x = noun_of<aws::LaunchTemplateVersion>(item.json);
    // "SecurityGroups" are names here; of instances they are ids.
    Json& data = x.launchTemplateData;
    if (data.has("securityGroups")) {
      data["securityGroupSet"] = data.at("securityGroups");
      data.erase("securityGroups");
    }
    add(f, f.world.launch_templates, std::move(x), item, "launch-template");
  }
  for (const Item& item : f.all.of("LaunchTemplates")) {
    const std::string id = item.json.at("launchTemplateId").string_or();
    bool there = false;
    for (const auto& version : f.world.launch_templates) there = there || version.launchTemplateId == id;
    if (there) continue;
    auto x = noun_of<aws::LaunchTemplateVersion>(item.json);
    loosely(item.json.at("latestVersionNumber"), x.versionNumber);
    f.world.unknowns.push_back({cloud::ref_of(x), "launchTemplateData", "describe-launch-template-versions of " + id});
    add(f, f.world.launch_templates, std::move(x), item, "launch-template");
  }
}

void instances(Filler& f) {
  for (const Item& reservation : f.all.of("Reservations")) {
    const Json& list =
        reservation.json.has("instancesSet") ? reservation.json.at("instancesSet") : reservation.json.at("instances");
    if (!list.is_array()) continue;
    for (const Json& json : list.as_array()) {
      auto x = noun_of<aws::Instance>(json);
      if (json.has("state")) loosely(json.at("state"), x.instanceState);
      if (x.instanceState.name == "terminated" || x.instanceState.name == "shutting-down") continue;
      if (json.has("securityGroups")) loosely(json.at("securityGroups"), x.groupSet);
      x.availabilityZone = json.path("placement.availabilityZone").string_or();
      if (const Json& interfaces = json.at("networkInterfaceSet"); interfaces.is_array())
        for (const Json& one : interfaces.as_array())
          x.networkInterfaceIds.push_back(one.at("networkInterfaceId").string_or());
      // Only describe-instance-attribute tells it.
      x.userData = json.path("userData.value").string_or();
      add(f, f.world.instances, std::move(x), {json, reservation.file}, "instance");
    }
  }
}

}  // namespace

void fill_compute(Filler& f) {
  launch_templates(f);
  instances(f);
  for (const Item& item : f.all.of("Images")) {
    auto x = noun_of<aws::Image>(item.json);
    if (item.json.has("ownerId")) x.imageOwnerId = item.json.at("ownerId").string_or();
    if (item.json.has("state")) x.imageState = item.json.at("state").string_or();
    add(f, f.world.images, std::move(x), item, "image");
  }
  for (const Item& item : f.all.of("AutoScalingGroups")) {
    auto x = noun_of<aws::AutoScalingGroup>(item.json);
    if (const Json& mixed = item.json.at("MixedInstancesPolicy"); mixed.is_object() && !x.LaunchTemplate)
      x.LaunchTemplate =
          noun_of<aws::LaunchTemplateSpecification>(mixed.path("LaunchTemplate.LaunchTemplateSpecification"));
    add(f, f.world.auto_scaling_groups, std::move(x), item, "auto-scaling-group");
  }
}

}  // namespace drydock::readers::describe
