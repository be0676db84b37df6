// aws:ec2/launchTemplate:LaunchTemplate
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RequestLaunchTemplateData.html
#include "providers/aws/resources/common.h"
#include "providers/aws/resources/launch_template_data.h"

namespace drydock::aws_provider {
namespace {

Aws<Json> describe_template(Operation& op, const std::string& id) {
  return describe(op, "DescribeLaunchTemplates", "LaunchTemplateId", id, "launchTemplates");
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.retry(
      minutes(2),
      [](const AwsError& e) { return e.is("InvalidParameterValue") && e.mentions("Invalid IAM Instance Profile"); },
      [&] {
        return op.ec2("CreateLaunchTemplate",
                      Json::object({{"LaunchTemplateName", text(in, "name")},
                                    {"VersionDescription", text(in, "description")},
                                    {"LaunchTemplateData", template_data(in)},
                                    {"ClientToken", Operation::token()},
                                    {"TagSpecification", tag_specification("launch-template", in)}}));
      });
  if (!made) return up(made);
  id = made->path("launchTemplate.launchTemplateId").string_or();
  return {};
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto found = describe_template(op, id);
  if (!found || found->is_null()) return found;
  auto versions =
      unless(op.ec2("DescribeLaunchTemplateVersions",
                    Json::object({{"LaunchTemplateId", id}, {"LaunchTemplateVersion", Json::array({"$Latest"})}})),
             {"InvalidLaunchTemplateId.NotFound", "InvalidLaunchTemplateId.VersionNotFound"});
  if (!versions || versions->is_null()) return versions;
  const Json& latest = versions->at("launchTemplateVersionSet").item(0);
  Json out;
  out["name"] = text(*found, "launchTemplateName");
  out["latestVersion"] = number(found->at("latestVersionNumber"));
  out["defaultVersion"] = number(found->at("defaultVersionNumber"));
  out["description"] = text(latest, "versionDescription");
  auto arn = own_ec2_arn(op, "launch-template/" + id);
  if (!arn) return up(arn);
  out["arn"] = *arn;
  read_template_data(latest.at("launchTemplateData"), out);
  out["tagsAll"] = tag_map(found->at("tagSet"));
  return out;
}

Aws<void> set_default(Operation& op, const std::string& id, const Json& version) {
  TRY_AWS(op.ec2("ModifyLaunchTemplate", Json::object({{"LaunchTemplateId", id}, {"SetDefaultVersion", version}})));
  return {};
}

bool data_changed(const Json& old, const Json& in) {
  return changed(old, in, "description") || !(template_data(old) == template_data(in));
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  Json latest;
  if (data_changed(old, in)) {
    auto made = op.ec2("CreateLaunchTemplateVersion", Json::object({{"LaunchTemplateId", id},
                                                                    {"VersionDescription", text(in, "description")},
                                                                    {"LaunchTemplateData", template_data(in)},
                                                                    {"ClientToken", Operation::token()}}));
    if (!made) return up(made);
    latest = made->path("launchTemplateVersion.versionNumber");
  }
  if (in.at("updateDefaultVersion").bool_or(false)) {
    if (latest.is_null()) {
      auto found = describe_template(op, id);
      if (!found) return up(found);
      latest = found->at("latestVersionNumber");
    }
    return set_default(op, id, latest);
  }
  if (changed(old, in, "defaultVersion") && in.has("defaultVersion"))
    return set_default(op, id, in.at("defaultVersion"));
  return {};
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  return fine_if_gone(op.ec2("DeleteLaunchTemplate", Json::object({{"LaunchTemplateId", id}})));
}

void check(const Json& in, const std::vector<std::string>&, std::vector<CheckFailure>& failures) {
  if (in.has("defaultVersion") && in.at("updateDefaultVersion").bool_or(false))
    failures.push_back(
        {"defaultVersion", "'defaultVersion' and 'updateDefaultVersion' exclude each other: leave one out"});
  if (in.has("instanceType") && in.has("instanceRequirements"))
    failures.push_back(
        {"instanceRequirements", "'instanceType' and 'instanceRequirements' exclude each other: leave one out"});
}

}  // namespace

extern const ResourceType kLaunchTemplate;
const ResourceType kLaunchTemplate = {.token = "aws:ec2/launchTemplate:LaunchTemplate",
                                      .naming = {.property = "name"},
                                      .sets = {"vpcSecurityGroupIds", "securityGroupNames"},
                                      .moves = {"latestVersion"},
                                      .create = create,
                                      .read = read,
                                      .update = update,
                                      .retag = retag_ec2,
                                      .remove = remove,
                                      .check = check};

}  // namespace drydock::aws_provider
