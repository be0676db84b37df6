// AMIs: AWS's public ones that matter here, the same names in every region with ids of their own.
#include "base/hash.h"
#include "twin/ec2/nouns.h"

namespace drydock::twin {

std::string image_id_of(std::string_view region, std::string_view name) {
  return "ami-0" + hex(sha256(std::string(region) + "/" + std::string(name))).substr(0, 16);
}

namespace {

struct Release {
  const char* version;
  const char* patch;
  const char* date;
};
/// Kubernetes versions with the AMI release the twin offers; in step with what EKS lists here.
constexpr Release kReleases[] = {{"1.29", "1.29.15", "20250519"}, {"1.30", "1.30.11", "20250519"},
                                 {"1.31", "1.31.9", "20250704"},  {"1.32", "1.32.7", "20250807"},
                                 {"1.33", "1.33.3", "20250819"},  {"1.34", "1.34.0", "20250920"}};

constexpr const char* kEksOwner = "602401143452";
constexpr const char* kAmazonLinuxOwner = "137112412989";
constexpr const char* kBottlerocketOwner = "092701018921";

std::string iso_date(const std::string& date) {
  return date.substr(0, 4) + "-" + date.substr(4, 2) + "-" + date.substr(6, 2) + "T00:00:00.000Z";
}

void add_image(World& world, const std::string& region, const std::string& name, const std::string& description,
               const char* owner, const std::string& arch, const std::string& date) {
  aws::Image image;
  image.imageId = image_id_of(region, name);
  image.name = name;
  image.description = description;
  image.imageOwnerId = owner;
  image.architecture = arch;
  image.creationDate = iso_date(date);
  world.table<aws::Image>(region).put(image.imageId, image);
}

std::string eks_name(const Release& r, std::string_view arch, std::string_view variant) {
  return "amazon-eks-node-al2023-" + std::string(arch) + "-" + std::string(variant) + "-" + r.version + "-v" + r.date;
}

}  // namespace

std::string eks_image_name(std::string_view kubernetes_version, std::string_view architecture) {
  for (const Release& r : kReleases)
    if (kubernetes_version == r.version) return eks_name(r, architecture, "standard");
  return {};
}

namespace ec2 {

void make_images(World& world, const std::string& region) {
  for (const Release& r : kReleases) {
    const std::string about = std::string("(k8s: ") + r.patch + ", containerd: 2.0.*)";
    for (const char* arch : {"x86_64", "arm64"}) {
      add_image(world, region, eks_name(r, arch, "standard"),
                "EKS-optimized Kubernetes node based on Amazon Linux 2023, " + about, kEksOwner, arch, r.date);
      add_image(world, region, eks_name(r, arch, "nvidia"),
                "EKS-optimized Kubernetes node based on Amazon Linux 2023 with NVIDIA drivers, " + about, kEksOwner,
                arch, r.date);
      add_image(world, region, std::string("bottlerocket-aws-k8s-") + r.version + "-" + arch + "-v1.44.0-8d43cd09",
                std::string("Bottlerocket for Kubernetes ") + r.version, kBottlerocketOwner, arch, r.date);
    }
  }
  for (const char* arch : {"x86_64", "arm64"})
    add_image(world, region, std::string("al2023-ami-2023.8.20250808.1-kernel-6.1-") + arch,
              "Amazon Linux 2023 AMI 2023.8.20250808.1 kernel-6.1", kAmazonLinuxOwner, arch, "20250808");
}

namespace {

using aws::Image;

Values values(const Image& image, std::string_view name) {
  if (name == "image-id") return {{image.imageId}};
  if (name == "name") return {{image.name}};
  if (name == "description") return {{image.description}};
  if (name == "architecture") return {{image.architecture}};
  if (name == "state") return {{image.imageState}};
  if (name == "owner-id") return {{image.imageOwnerId}};
  if (name == "owner-alias") return {{image.imageOwnerAlias}};
  if (name == "is-public") return {{text_of(image.isPublic)}};
  if (name == "root-device-name") return {{image.rootDeviceName}};
  if (name == "root-device-type") return {{"ebs"}};
  if (name == "virtualization-type") return {{"hvm"}};
  if (name == "image-type") return {{"machine"}};
  if (name == "hypervisor") return {{"xen"}};
  if (name == "ena-support") return {{"true"}};
  if (name == "block-device-mapping.volume-type") return {{"gp3"}};
  if (name == "creation-date") return {{image.creationDate}};
  if (name == "platform" || name == "product-code" || name == "kernel-id") return std::vector<std::string>{};
  if (name.starts_with("tag")) return std::vector<std::string>{};
  return std::nullopt;
}

Json render_image(const Image& image) {
  Json out = rendered(image);
  out["imageLocation"] = "amazon/" + image.name;
  out["imageType"] = "machine";
  out["rootDeviceType"] = "ebs";
  out["virtualizationType"] = "hvm";
  out["hypervisor"] = "xen";
  out["enaSupport"] = true;
  out["sriovNetSupport"] = "simple";
  out["usageOperation"] = "RunInstances";
  out["blockDeviceMapping"] =
      Json::array({Json::object({{"deviceName", image.rootDeviceName},
                                 {"ebs", Json::object({{"deleteOnTermination", true},
                                                       {"snapshotId", "snap-" + image.imageId.substr(4)},
                                                       {"volumeSize", 20},
                                                       {"volumeType", "gp3"},
                                                       {"encrypted", false}})}})});
  return out;
}

bool owned_by(const Image& image, const std::vector<std::string>& owners, const std::string& self) {
  if (owners.empty()) return true;
  for (const std::string& owner : owners)
    if (owner == image.imageOwnerAlias || owner == image.imageOwnerId ||
        (owner == "self" && image.imageOwnerId == self))
      return true;
  return false;
}

ApiResult describe_images(World& world, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  const auto& table = of<Image>(world, call);
  const std::vector<std::string> ids = call.texts("ImageId"), owners = call.texts("Owner");
  for (const std::string& id : ids) {
    if (!id.starts_with("ami-"))
      return refuse("InvalidAMIID.Malformed", "Invalid id: \"" + id + "\" (expecting \"ami-...\")");
    if (!table.contains(id)) return refuse("InvalidAMIID.NotFound", "The image id '[" + id + "]' does not exist");
  }
  Json::Array items;
  for (const auto& [id, image] : table) {
    if (!ids.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
    if (!owned_by(image, owners, world.account())) continue;
    bool keep = true;
    for (const Filter& filter : *filters) {
      const Values v = values(image, filter.name);
      if (!v) return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
      keep = keep && any_match(filter, *v);
    }
    if (keep) items.push_back(render_image(image));
  }
  return Json::object({{"imagesSet", std::move(items)}});
}

}  // namespace

void install_images(Front& front, World&) { front.operation("ec2", "DescribeImages", describe_images); }

}  // namespace ec2
}  // namespace drydock::twin
