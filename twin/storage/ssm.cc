// SSM Parameter Store. Public parameters are computed from the AMIs of the region, as AWS keeps them in step.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "cloud/aws/ec2.h"
#include "cloud/aws/ssm.h"
#include "twin/ec2/ec2.h"
#include "twin/storage/storage.h"

namespace drydock::twin::storage {
namespace {

using aws::Parameter;

/// The newest image whose name starts so, or null.
const aws::Image* newest(World& world, const std::string& region, std::string_view prefix, std::string_view arch) {
  const aws::Image* best = nullptr;
  for (const auto& [id, image] : world.table<aws::Image>(region)) {
    if (!image.name.starts_with(prefix) || image.architecture != arch) continue;
    if (!best || image.creationDate > best->creationDate) best = &image;
  }
  return best;
}

/// "1.32.7-20250807": the patch version is in the image's description, "... (k8s: 1.32.7, containerd: ...)".
std::string release_of(const aws::Image& image) {
  const auto k8s = image.description.find("(k8s: "), v = image.name.rfind("-v");
  if (k8s == std::string::npos || v == std::string::npos) return {};
  const std::string patch = image.description.substr(k8s + 6, image.description.find(',', k8s) - k8s - 6);
  return patch + "-" + image.name.substr(v + 2);
}

/// /aws/service/eks/optimized-ami/V/amazon-linux-2023/ARCH/VARIANT/recommended[/image_id|/image_name|/release_version]
std::string eks_parameter(World& world, const std::string& region, const std::vector<std::string>& parts) {
  if (parts.size() < 9 || parts.size() > 10 || parts[5] != "amazon-linux-2023" || parts[8] != "recommended") return {};
  const std::string &version = parts[4], &arch = parts[6], &variant = parts[7];
  const std::string prefix = fmt::format("amazon-eks-node-al2023-{}-{}-{}-", arch, variant, version);
  const aws::Image* image = newest(world, region, prefix, arch);
  if (!image) return {};
  const std::string release = release_of(*image);
  if (parts.size() == 9) {
    return Json::object({{"schema_version", "2"},
                         {"image_id", image->imageId},
                         {"image_name", image->name},
                         {"release_version", release}})
        .dump();
  }
  if (parts[9] == "image_id") return image->imageId;
  if (parts[9] == "image_name") return image->name;
  return parts[9] == "release_version" ? release : std::string();
}

tl::unexpected<ApiError> not_found(const std::string& name) {
  return refuse("ParameterNotFound", fmt::format("Parameter {} not found.", name));
}

Json wire(const Parameter& p) { return fields::encode(p, fields::Scope::wire); }

std::optional<Json> lookup(World& world, const std::string& region, const std::string& name) {
  if (const Parameter* p = world.table<Parameter>(region).find(name)) return wire(*p);
  const std::string value = public_parameter(world, region, name);
  if (value.empty()) return std::nullopt;
  Parameter p;
  p.Name = name;
  p.Value = value;
  p.ARN = fmt::format("arn:aws:ssm:{}::parameter{}", region, name);
  p.LastModifiedDate = epoch_seconds(world.now());
  return wire(p);
}

ApiResult get_parameter(World& world, Call& call) {
  std::string name = call.text("Name");
  if (const auto at = name.find(":parameter"); name.starts_with("arn:") && at != std::string::npos) {
    name.erase(0, at + std::string_view(":parameter").size());
  }
  std::optional<Json> found = lookup(world, call.region, name);
  if (!found) return not_found(call.text("Name"));
  return Json::object({{"Parameter", std::move(*found)}});
}

ApiResult get_parameters(World& world, Call& call) {
  Json::Array found, invalid;
  for (const std::string& name : call.texts("Names")) {
    if (std::optional<Json> p = lookup(world, call.region, name)) {
      found.push_back(std::move(*p));
    } else {
      invalid.emplace_back(name);
    }
  }
  return Json::object({{"Parameters", std::move(found)}, {"InvalidParameters", std::move(invalid)}});
}

ApiResult get_parameters_by_path(World& world, Call& call) {
  std::string path = call.text("Path");
  if (!path.ends_with('/')) path += '/';
  if (path.starts_with("/aws/service/")) {
    return refuse("NotModelled", "listing AWS's public parameters by path: ask for one by its name", 501);
  }
  const bool deep = call.in.at("Recursive").bool_or(false);
  Json::Array found;
  for (const auto& [name, p] : world.table<Parameter>(call.region)) {
    if (!name.starts_with(path)) continue;
    if (deep || name.find('/', path.size()) == std::string::npos) found.push_back(wire(p));
  }
  return Json::object({{"Parameters", std::move(found)}});
}

void put_tags(std::map<std::string, std::string>& tags, const Json& list) {
  for (std::size_t i = 0; i < list.size(); ++i) {
    tags[list.item(i).at("Key").string_or()] = list.item(i).at("Value").string_or();
  }
}

ApiResult put_parameter(World& world, Call& call) {
  const std::string name = call.text("Name");
  if (name.empty()) return refuse("ValidationException", "Name must be given.");
  if (name.starts_with("/aws") || name.starts_with("aws") || name.starts_with("ssm")) {
    return refuse("AccessDeniedException", fmt::format("No access to reserved parameter name: {}.", name));
  }
  const Parameter* there = world.table<Parameter>(call.region).find(name);
  if (there && !call.in.at("Overwrite").bool_or(false)) {
    return refuse(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.");
  }
  if (!there && call.text("Type").empty()) {
    return refuse("ValidationException", "A parameter type is required when you create a parameter.");
  }
  Parameter p = there ? *there : Parameter{};
  if (there) ++p.Version;
  p.Name = name;
  p.Value = call.text("Value");
  p.Type = call.text("Type", p.Type);
  p.DataType = call.text("DataType", p.DataType);
  p.description = call.text("Description", p.description);
  p.ARN = fmt::format("arn:aws:ssm:{}:{}:parameter{}{}", call.region, world.account(), name.starts_with('/') ? "" : "/",
                      name);
  p.LastModifiedDate = epoch_seconds(world.now());
  put_tags(p.tags, call.in.at("Tags"));
  const std::int64_t version = p.Version;
  world.table<Parameter>(call.region).put(name, std::move(p));
  return Json::object({{"Version", version}, {"Tier", "Standard"}});
}

ApiResult delete_parameter(World& world, Call& call) {
  if (!world.table<Parameter>(call.region).erase(call.text("Name"))) return not_found(call.text("Name"));
  return Json::object();
}

ApiResult describe_parameters(World& world, Call& call) {
  Json::Array found;
  for (const auto& [name, p] : world.table<Parameter>(call.region)) {
    Json item = wire(p);
    item.erase("Value");
    item["Tier"] = "Standard";
    if (!p.description.empty()) item["Description"] = p.description;
    found.push_back(std::move(item));
  }
  return Json::object({{"Parameters", std::move(found)}});
}

ApiResult list_tags(World& world, Call& call) {
  const Parameter* p = world.table<Parameter>(call.region).find(call.text("ResourceId"));
  if (!p) return refuse("InvalidResourceId", fmt::format("{} is not a parameter.", call.text("ResourceId")));
  Json::Array tags;
  for (const auto& [key, value] : p->tags) tags.push_back(Json::object({{"Key", key}, {"Value", value}}));
  return Json::object({{"TagList", std::move(tags)}});
}

ApiResult add_tags(World& world, Call& call) {
  Parameter* p = world.table<Parameter>(call.region).edit(call.text("ResourceId"));
  if (!p) return refuse("InvalidResourceId", fmt::format("{} is not a parameter.", call.text("ResourceId")));
  put_tags(p->tags, call.in.at("Tags"));
  return Json::object();
}

ApiResult remove_tags(World& world, Call& call) {
  Parameter* p = world.table<Parameter>(call.region).edit(call.text("ResourceId"));
  if (!p) return refuse("InvalidResourceId", fmt::format("{} is not a parameter.", call.text("ResourceId")));
  for (const std::string& key : call.texts("TagKeys")) p->tags.erase(key);
  return Json::object();
}

}  // namespace

std::string public_parameter(World& world, const std::string& region, std::string_view name) {
  const std::vector<std::string> parts = split(name.starts_with('/') ? name.substr(1) : name, '/');
  if (parts.size() < 4 || parts[0] != "aws" || parts[1] != "service") return {};
  if (parts[2] == "eks" && parts[3] == "optimized-ami") return eks_parameter(world, region, parts);
  if (parts[2] == "ami-amazon-linux-latest" && parts.size() == 4) {
    const std::string arch = parts[3].ends_with("arm64") ? "arm64" : "x86_64";
    const aws::Image* image = newest(world, region, "al2023-ami-", arch);
    return image ? image->imageId : std::string();
  }
  if (parts[2] == "bottlerocket" && parts.size() == 7 && parts[6] == "image_id") {
    const aws::Image* image = newest(world, region, fmt::format("bottlerocket-{}-{}-", parts[3], parts[4]), parts[4]);
    return image ? image->imageId : std::string();
  }
  return {};
}

void install_ssm(Front& front) {
  front.operation("ssm", "GetParameter", get_parameter);
  front.operation("ssm", "GetParameters", get_parameters);
  front.operation("ssm", "GetParametersByPath", get_parameters_by_path);
  front.operation("ssm", "PutParameter", put_parameter);
  front.operation("ssm", "DeleteParameter", delete_parameter);
  front.operation("ssm", "DescribeParameters", describe_parameters);
  front.operation("ssm", "ListTagsForResource", list_tags);
  front.operation("ssm", "AddTagsToResource", add_tags);
  front.operation("ssm", "RemoveTagsFromResource", remove_tags);
}

}  // namespace drydock::twin::storage
