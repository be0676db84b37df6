// Launch templates and their versions.
#include "base/text.h"
#include "twin/ec2/nouns.h"
#include "twin/ec2/template_data.h"
#include "twin/ec2/tokens.h"

namespace drydock::twin {

using aws::LaunchTemplate;
using aws::LaunchTemplateVersion;

namespace {

std::string version_key(const std::string& id, std::int64_t number) { return id + "/" + std::to_string(number); }

/// The template by id or name.
tl::expected<const LaunchTemplate*, ApiError> find_template(World& world, const std::string& region,
                                                            const std::string& id, const std::string& name) {
  const auto& table = world.table<LaunchTemplate>(region);
  if (!id.empty()) {
    if (!id.starts_with("lt-"))
      return refuse("InvalidLaunchTemplateId.Malformed", "Invalid id: \"" + id + "\" (expecting \"lt-...\")");
    if (const LaunchTemplate* found = table.find(id)) return found;
    return refuse("InvalidLaunchTemplateId.NotFound",
                  "The specified launch template, with template ID " + id + ", does not exist.");
  }
  for (const auto& [key, row] : table)
    if (row.launchTemplateName == name) return &row;
  return refuse("InvalidLaunchTemplateName.NotFoundException",
                "The specified launch template, with template name " + name + ", does not exist.");
}

/// "3", "$Latest", "$Default" or "" as a number; 0 if it is none.
std::int64_t version_number(const LaunchTemplate& t, const std::string& version) {
  if (version == "$Latest") return t.latestVersionNumber;
  if (version.empty() || version == "$Default") return t.defaultVersionNumber;
  return std::atoll(version.c_str());
}

ApiError no_version(const LaunchTemplate& t, const std::string& version) {
  return {400, "InvalidLaunchTemplateId.VersionNotFound",
          "Could not find the specified version " + version + " for the launch template with ID " + t.launchTemplateId +
              "."};
}

}  // namespace

tl::expected<LaunchTemplateVersion, ApiError> Ec2::template_version(const std::string& region, const std::string& id,
                                                                    const std::string& name,
                                                                    const std::string& version) const {
  const auto found = find_template(world_, region, id, name);
  if (!found) return tl::unexpected<ApiError>(found.error());
  const std::int64_t number = version_number(**found, version);
  const auto* row = world_.table<LaunchTemplateVersion>(region).find(version_key((*found)->launchTemplateId, number));
  if (!row) return tl::unexpected<ApiError>(no_version(**found, version));
  return *row;
}

namespace ec2 {
namespace {

tl::expected<const LaunchTemplate*, ApiError> named_template(World& world, const Call& call) {
  const std::string id = call.text("LaunchTemplateId"), name = call.text("LaunchTemplateName");
  if (id.empty() && name.empty()) return tl::unexpected<ApiError>(missing("LaunchTemplateId"));
  if (!id.empty() && !name.empty())
    return refuse("InvalidParameterCombination", "Only one of LaunchTemplateId and LaunchTemplateName may be given.");
  return find_template(world, call.region, id, name);
}

LaunchTemplateVersion& add_version(World& world, const Call& call, const LaunchTemplate& t, std::int64_t number,
                                   Json data) {
  LaunchTemplateVersion v;
  v.launchTemplateId = t.launchTemplateId;
  v.launchTemplateName = t.launchTemplateName;
  v.createTime = iso_millis(world.now());
  v.createdBy = call.caller.arn;
  v.versionNumber = number;
  v.defaultVersion = number == t.defaultVersionNumber;
  v.versionDescription = call.maybe("VersionDescription");
  v.launchTemplateData = std::move(data);
  return of<LaunchTemplateVersion>(world, call).put(version_key(t.launchTemplateId, number), std::move(v));
}

bool is_template_name(const std::string& name) {
  return name.size() >= 3 && name.size() <= 128 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || std::string_view("()./_-").find(static_cast<char>(c)) != std::string_view::npos;
         });
}

ApiResult create_template(World& world, Call& call) {
  const auto before = made_before<LaunchTemplate>(world, call);
  if (!before) return tl::unexpected<ApiError>(before.error());
  if (!before->empty())
    return Json::object({{"launchTemplate", rendered(*of<LaunchTemplate>(world, call).find(*before))}});
  auto tags = read_tags(call, "launch-template");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  LaunchTemplate t;
  t.launchTemplateName = call.text("LaunchTemplateName");
  if (t.launchTemplateName.empty()) return tl::unexpected<ApiError>(missing("LaunchTemplateName"));
  if (!is_template_name(t.launchTemplateName))
    return refuse("InvalidLaunchTemplateName.MalformedException", "The specified launch template name, " +
                                                                      t.launchTemplateName +
                                                                      ", is not valid: 3 to 128 of letters, "
                                                                      "digits and ()./_-");
  if (!call.in.at("LaunchTemplateData").is_object()) return tl::unexpected<ApiError>(missing("LaunchTemplateData"));
  if (find_template(world, call.region, "", t.launchTemplateName))
    return refuse("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
  Json data = template_data(call.in.at("LaunchTemplateData"));
  if (auto bad = check_template_data(data)) return tl::unexpected<ApiError>(*bad);
  t.launchTemplateId = world.new_id("lt");
  t.createTime = iso_millis(world.now());
  t.createdBy = call.caller.arn;
  t.tagSet = std::move(*tags);
  const LaunchTemplate& made = of<LaunchTemplate>(world, call).put(t.launchTemplateId, t);
  add_version(world, call, made, 1, std::move(data));
  remember(world, call, t.launchTemplateId);
  return Json::object({{"launchTemplate", rendered(made)}});
}

ApiResult create_version(World& world, Call& call) {
  const auto before = made_before<LaunchTemplateVersion>(world, call);
  if (!before) return tl::unexpected<ApiError>(before.error());
  if (!before->empty())
    return Json::object({{"launchTemplateVersion", rendered(*of<LaunchTemplateVersion>(world, call).find(*before))}});
  auto found = named_template(world, call);
  if (!found) return tl::unexpected<ApiError>(found.error());
  Json data = template_data(call.in.at("LaunchTemplateData"));
  if (auto bad = check_template_data(data)) return tl::unexpected<ApiError>(*bad);
  if (const std::string source = call.text("SourceVersion"); !source.empty()) {
    const auto* base = of<LaunchTemplateVersion>(world, call)
                           .find(version_key((*found)->launchTemplateId, version_number(**found, source)));
    if (!base) return tl::unexpected<ApiError>(no_version(**found, source));
    data = merged_template_data(base->launchTemplateData, data);
  }
  LaunchTemplate& t = *of<LaunchTemplate>(world, call).edit((*found)->launchTemplateId);
  const LaunchTemplateVersion& made = add_version(world, call, t, ++t.latestVersionNumber, std::move(data));
  remember(world, call, version_key(made.launchTemplateId, made.versionNumber));
  return Json::object({{"launchTemplateVersion", rendered(made)}});
}

ApiResult modify_template(World& world, Call& call) {
  auto found = named_template(world, call);
  if (!found) return tl::unexpected<ApiError>(found.error());
  LaunchTemplate& t = *of<LaunchTemplate>(world, call).edit((*found)->launchTemplateId);
  if (const std::string version = call.text("SetDefaultVersion"); !version.empty()) {
    auto& versions = of<LaunchTemplateVersion>(world, call);
    const std::int64_t number = version_number(t, version);
    auto* next = versions.edit(version_key(t.launchTemplateId, number));
    if (!next) return tl::unexpected<ApiError>(no_version(t, version));
    if (auto* old = versions.edit(version_key(t.launchTemplateId, t.defaultVersionNumber))) old->defaultVersion = false;
    next->defaultVersion = true;
    t.defaultVersionNumber = number;
  }
  return Json::object({{"launchTemplate", rendered(t)}});
}

std::vector<std::int64_t> numbers_of(World& world, const Call& call, const std::string& id) {
  std::vector<std::int64_t> numbers;
  const auto& table = of<LaunchTemplateVersion>(world, call);
  for (auto it = table.lower_bound(id + "/"); it != table.end() && it->first.starts_with(id + "/"); ++it)
    numbers.push_back(it->second.versionNumber);
  std::sort(numbers.rbegin(), numbers.rend());  // newest first, as AWS lists them
  return numbers;
}

ApiResult delete_template(World& world, Call& call) {
  auto found = named_template(world, call);
  if (!found) return tl::unexpected<ApiError>(found.error());
  const std::string id = (*found)->launchTemplateId;
  Json shown = rendered(**found);
  for (std::int64_t number : numbers_of(world, call, id))
    of<LaunchTemplateVersion>(world, call).erase(version_key(id, number));
  of<LaunchTemplate>(world, call).erase(id);
  return Json::object({{"launchTemplate", std::move(shown)}});
}

ApiResult delete_versions(World& world, Call& call) {
  auto found = named_template(world, call);
  if (!found) return tl::unexpected<ApiError>(found.error());
  const LaunchTemplate t = **found;
  Json::Array gone, kept;
  for (const std::string& version : call.texts("LaunchTemplateVersion")) {
    Json item = Json::object({{"launchTemplateId", t.launchTemplateId},
                              {"launchTemplateName", t.launchTemplateName},
                              {"versionNumber", std::atoll(version.c_str())}});
    const std::string key = version_key(t.launchTemplateId, std::atoll(version.c_str()));
    if (std::atoll(version.c_str()) != t.defaultVersionNumber && of<LaunchTemplateVersion>(world, call).erase(key)) {
      gone.push_back(std::move(item));
      continue;
    }
    item["responseError"] = Json::object({{"code", "launchTemplateVersionDoesNotExist"},
                                          {"message", "The version is the default one or does not exist."}});
    kept.push_back(std::move(item));
  }
  return Json::object({{"successfullyDeletedLaunchTemplateVersionSet", std::move(gone)},
                       {"unsuccessfullyDeletedLaunchTemplateVersionSet", std::move(kept)}});
}

Values values(World&, const Call&, const LaunchTemplate& t, std::string_view name) {
  if (name == "launch-template-name") return {{t.launchTemplateName}};
  if (name == "launch-template-id") return {{t.launchTemplateId}};
  if (name == "create-time") return {{t.createTime}};
  return std::nullopt;
}
const Description<LaunchTemplate> kTemplates{"launchTemplates",
                                             "LaunchTemplateId",
                                             "InvalidLaunchTemplateId.NotFound",
                                             "launch template ID",
                                             values,
                                             [](World&, const Call&, const LaunchTemplate& t) { return rendered(t); }};

ApiResult describe_templates(World& world, Call& call) {
  const std::vector<std::string> names = call.texts("LaunchTemplateName");
  Json::Array items;
  for (const std::string& name : names) {
    auto found = find_template(world, call.region, "", name);
    if (!found) return tl::unexpected<ApiError>(found.error());
    items.push_back(rendered(**found));
  }
  if (!names.empty()) return Json::object({{"launchTemplates", std::move(items)}});
  for (const std::string& id : call.texts("LaunchTemplateId")) {
    auto found = find_template(world, call.region, id, "");
    if (!found) return tl::unexpected<ApiError>(found.error());
  }
  return describe(world, call, kTemplates);
}

ApiResult describe_versions(World& world, Call& call) {
  const std::vector<std::string> wanted = call.texts("LaunchTemplateVersion");
  const auto& table = of<LaunchTemplateVersion>(world, call);
  Json::Array items;
  if (!call.has("LaunchTemplateId") && !call.has("LaunchTemplateName")) {
    // Across templates only "$Latest" and "$Default" make sense.
    for (const auto& [id, t] : of<LaunchTemplate>(world, call))
      for (const std::string& version : wanted)
        if (const auto* v = table.find(version_key(id, version_number(t, version)))) items.push_back(rendered(*v));
    return Json::object({{"launchTemplateVersionSet", std::move(items)}});
  }
  auto found = named_template(world, call);
  if (!found) return tl::unexpected<ApiError>(found.error());
  const LaunchTemplate& t = **found;
  for (const std::string& version : wanted) {
    const auto* v = table.find(version_key(t.launchTemplateId, version_number(t, version)));
    if (!v) return tl::unexpected<ApiError>(no_version(t, version));
    items.push_back(rendered(*v));
  }
  if (!wanted.empty()) return Json::object({{"launchTemplateVersionSet", std::move(items)}});
  const std::int64_t low = call.number("MinVersion").value_or(1), high = call.number("MaxVersion").value_or(1 << 30);
  for (std::int64_t number : numbers_of(world, call, t.launchTemplateId))
    if (number >= low && number <= high)
      items.push_back(rendered(*table.find(version_key(t.launchTemplateId, number))));
  return Json::object({{"launchTemplateVersionSet", std::move(items)}});
}

}  // namespace

void install_templates(Front& front, World&, Ec2&) {
  front.operation("ec2", "CreateLaunchTemplate", create_template);
  front.operation("ec2", "CreateLaunchTemplateVersion", create_version);
  front.operation("ec2", "ModifyLaunchTemplate", modify_template);
  front.operation("ec2", "DeleteLaunchTemplate", delete_template);
  front.operation("ec2", "DeleteLaunchTemplateVersions", delete_versions);
  front.operation("ec2", "DescribeLaunchTemplates", describe_templates);
  front.operation("ec2", "DescribeLaunchTemplateVersions", describe_versions);
}

}  // namespace ec2
}  // namespace drydock::twin
