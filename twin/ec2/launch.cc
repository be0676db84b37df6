// From launch data to a running instance, and back to nothing.
#include "base/text.h"
#include "cloud/aws/iam.h"
#include "cloud/aws/instance_types.h"
#include "cloud/aws/zone_offers.h"
#include "twin/ec2/instances.h"
#include "twin/ec2/nouns.h"

namespace drydock::twin {

using namespace ec2;
using aws::Instance;

namespace {

constexpr Millis kBoots{20'000};      // pending to running
constexpr Millis kShutsDown{30'000};  // shutting-down to terminated

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(list.item(i).string_or());
  return out;
}
bool is_true(const Json& value) { return value.bool_or(false) || value.string_or() == "true"; }

/// ip-10-0-1-17.ec2.internal is the interface's; i-0abc.ec2.internal where the subnet names its hosts by resource.
std::string resource_name(const std::string& region, const std::string& id) {
  return id + (region == "us-east-1" ? ".ec2.internal" : "." + region + ".compute.internal");
}

/// AWS's own address space, drawn from the world.
std::string public_address(World& world) {
  const std::string h = world.new_hex(6);
  auto byte = [&](std::size_t i) { return std::to_string(std::stoi(h.substr(i, 2), nullptr, 16)); };
  return "3." + byte(0) + "." + byte(2) + "." + byte(4);
}
std::string public_name(const std::string& region, std::string address) {
  std::replace(address.begin(), address.end(), '.', '-');
  return "ec2-" + address +
         (region == "us-east-1" ? ".compute-1.amazonaws.com" : "." + region + ".compute.amazonaws.com");
}

/// What launch data means in this world, checked.
struct Plan {
  const aws::InstanceType* type = nullptr;
  const aws::Image* image = nullptr;
  const aws::Subnet* subnet = nullptr;
  std::vector<std::string> groups;
  std::string private_address, profile_arn, description;
  bool public_address = false;
  bool keeps_interface = false;
  std::vector<InterfaceRequest> more;  // interfaces beside the primary one, in order of their device indices
};

/// The profile's ARN, or why there is none.
tl::expected<std::string, ApiError> profile_of(World& world, const Json& reference) {
  const std::string arn = reference.at("arn").string_or(), name = reference.at("name").string_or();
  if (arn.empty() && name.empty()) return std::string();
  const std::string key = name.empty() ? arn.substr(arn.rfind('/') + 1) : name;
  const aws::InstanceProfile* profile = world.table<aws::InstanceProfile>().find(key);
  if (profile && (arn.empty() || profile->Arn == arn)) return profile->Arn;
  return tl::unexpected<ApiError>(
      bad_value(name.empty() ? arn : name, name.empty() ? "iamInstanceProfile.arn" : "iamInstanceProfile.name",
                std::string("Invalid IAM Instance Profile ") + (name.empty() ? "ARN" : "name")));
}

std::optional<ApiError> plan_machine(World& world, const std::string& region, const Json& data, Plan& plan) {
  const std::string image = data.at("imageId").string_or(), type = data.at("instanceType").string_or("m1.small");
  if (image.empty()) return missing("ImageId");
  plan.image = world.table<aws::Image>(region).find(image);
  if (!plan.image) return ApiError{400, "InvalidAMIID.NotFound", "The image id '[" + image + "]' does not exist"};
  plan.type = aws::instance_type(type);
  if (!plan.type) return ApiError{400, "InvalidParameterValue", "Invalid value '" + type + "' for InstanceType."};
  if (plan.image->architecture != plan.type->architecture)
    return ApiError{400, "InvalidParameterValue",
                    "The architecture '" + std::string(plan.type->architecture) +
                        "' of the specified instance type does not match the architecture '" +
                        plan.image->architecture +
                        "' of the specified AMI. Specify an instance type and an AMI that have matching architectures, "
                        "and try again. You can use 'describe-instance-types' or 'describe-images' to discover the "
                        "architecture of the instance type or AMI."};
  if (const std::string key = data.at("keyName").string_or(); !key.empty()) {
    bool there = false;
    for (const auto& [id, pair] : world.table<aws::KeyPair>(region)) there |= pair.keyName == key;
    if (!there) return ApiError{400, "InvalidKeyPair.NotFound", "The key pair '" + key + "' does not exist"};
  }
  return std::nullopt;
}

ApiError not_offered(const std::string& region, const std::string& type, const std::string& zone) {
  std::vector<std::string> others;
  for (const Availability& other : zones_of(region))
    if (!aws::known_not_offered(type, other.name)) others.push_back(other.name);
  return {400, "Unsupported",
          "Your requested instance type (" + type + ") is not supported in your requested Availability Zone (" + zone +
              "). Please retry your request by not specifying an Availability Zone or choosing " + join(others, ", ") +
              "."};
}

std::optional<ApiError> plan_network(World& world, const std::string& region, const LaunchRequest& request,
                                     Plan& plan) {
  const Json& data = request.data;
  const Json& eni = data.at("networkInterfaceSet").item(0);
  std::vector<std::string> groups = texts(data.at("securityGroupIdSet"));
  if (eni.is_object() && (!groups.empty() || data.at("securityGroupSet").size() > 0))
    return ApiError{
        400, "InvalidParameterCombination",
        "Network interfaces and an instance-level security groups may not be specified on the same request"};
  const bool several = data.at("networkInterfaceSet").size() > 1;
  if (!eni.at("networkInterfaceId").string_or().empty())
    return ApiError{501, "NotModelled", "not supported yet: launching with existing network interfaces"};
  std::string subnet = request.subnet_id;
  if (subnet.empty()) subnet = eni.at("subnetId").string_or(data.at("subnetId").string_or());
  if (subnet.empty()) {
    const aws::Vpc* vpc = default_vpc(world, region);
    for (const auto& [id, s] : world.table<aws::Subnet>(region))
      if (vpc && s.vpcId == vpc->vpcId && s.defaultForAz && subnet.empty() &&
          !aws::known_not_offered(plan.type->name, s.availabilityZone))
        subnet = id;
    if (subnet.empty())
      return ApiError{400, "MissingInput", "No subnets found for the default VPC. Please specify a subnet."};
  }
  plan.subnet = world.table<aws::Subnet>(region).find(subnet);
  if (!plan.subnet) return no_such("InvalidSubnetID.NotFound", "subnet ID", subnet);
  if (aws::known_not_offered(plan.type->name, plan.subnet->availabilityZone))
    return not_offered(region, plan.type->name, plan.subnet->availabilityZone);
  plan.groups = eni.is_object() ? texts(eni.at("groupSet")) : std::move(groups);
  for (const std::string& name : texts(data.at("securityGroupSet"))) {
    std::string id;
    for (const auto& [key, g] : world.table<aws::SecurityGroup>(region))
      if (g.groupName == name && g.vpcId == plan.subnet->vpcId) id = key;
    if (id.empty())
      return ApiError{400, "InvalidGroup.NotFound",
                      "The security group '" + name + "' does not exist in VPC '" + plan.subnet->vpcId + "'"};
    plan.groups.push_back(id);
  }
  plan.private_address = eni.at("privateIpAddress").string_or(data.at("privateIpAddress").string_or());
  plan.description = eni.at("description").string_or();
  const Json& wish = eni.at("associatePublicIpAddress");
  plan.public_address = wish.is_null() ? plan.subnet->mapPublicIpOnLaunch && !several : is_true(wish);
  if (several && plan.public_address)
    return ApiError{400, "InvalidParameterCombination",
                    "The associatePublicIPAddress parameter cannot be specified when launching with multiple network "
                    "interfaces."};
  for (std::size_t i = 1; i < data.at("networkInterfaceSet").size(); ++i) {
    const Json& other = data.at("networkInterfaceSet").item(i);
    plan.more.push_back({.subnet_id = other.at("subnetId").string_or(subnet),
                         .description = other.at("description").string_or(),
                         .groups = texts(other.at("groupSet"))});
  }
  if (plan.more.size() + 1 > static_cast<std::size_t>(plan.type->interfaces))
    return ApiError{
        400, "AttachmentLimitExceeded",
        "Interface count " + std::to_string(plan.more.size() + 1) + " exceeds the limit for " + plan.type->name};
  const Json& deletes = eni.at("deleteOnTermination");
  plan.keeps_interface = !deletes.is_null() && !is_true(deletes);
  return std::nullopt;
}

aws::MetadataOptions metadata_of(const Json& wish) {
  aws::MetadataOptions m;
  m.httpTokens = wish.at("httpTokens").string_or("required");  // what AL2023 AMIs ask for
  m.httpEndpoint = wish.at("httpEndpoint").string_or(m.httpEndpoint);
  m.httpProtocolIpv6 = wish.at("httpProtocolIpv6").string_or(m.httpProtocolIpv6);
  m.instanceMetadataTags = wish.at("instanceMetadataTags").string_or(m.instanceMetadataTags);
  const Json& hops = wish.at("httpPutResponseHopLimit");
  m.httpPutResponseHopLimit = hops.is_string() ? std::atoll(hops.as_string().c_str()) : hops.int_or(2);
  return m;
}

aws::Tags tags_of(const Json& data, const aws::Tags& more) {
  aws::Tags tags;
  const Json& specs = data.at("tagSpecificationSet");
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (specs.item(i).at("resourceType").string_or() != "instance") continue;
    const Json& list = specs.item(i).at("tagSet");
    for (std::size_t j = 0; j < list.size(); ++j)
      set_tag(tags, list.item(j).at("key").string_or(), list.item(j).at("value").string_or());
  }
  for (const aws::Tag& tag : more) set_tag(tags, tag.key, tag.value);
  return tags;
}

/// The credentials IMDS gave out end with the instance.
void forget_credentials(World& world, const std::string& instance_id) {
  std::vector<std::string> keys;
  for (const auto& [key, session] : world.table<aws::Session>())
    if (session.instance == instance_id) keys.push_back(key);
  for (const std::string& key : keys) world.table<aws::Session>().erase(key);
}

/// Interfaces that leave with their instance are deleted, others become free.
void release_interfaces(World& world, Ec2& ec2, const std::string& region, const std::string& instance_id) {
  std::vector<std::pair<std::string, bool>> mine;
  for (const auto& [id, eni] : world.table<aws::NetworkInterface>(region))
    if (eni.attachment && eni.attachment->instanceId == instance_id)
      mine.emplace_back(id, eni.attachment->deleteOnTermination);
  for (const auto& [id, goes] : mine) {
    if (goes) {
      ec2.delete_interface(region, id);
      continue;
    }
    aws::NetworkInterface* eni = world.table<aws::NetworkInterface>(region).edit(id);
    eni->attachment.reset();
    eni->status = "available";
  }
}

}  // namespace

tl::expected<std::string, ApiError> Ec2::launch(const std::string& region, const LaunchRequest& request) {
  Plan plan;
  const Json& data = request.data;
  if (auto bad = plan_machine(world_, region, data, plan)) return tl::unexpected<ApiError>(*bad);
  if (auto bad = plan_network(world_, region, request, plan)) return tl::unexpected<ApiError>(*bad);
  const auto profile = profile_of(world_, data.at("iamInstanceProfile"));
  if (!profile) return tl::unexpected<ApiError>(profile.error());
  InterfaceRequest wish;
  wish.subnet_id = plan.subnet->subnetId;
  wish.groups = plan.groups;
  wish.private_address = plan.private_address;
  wish.description = plan.description;
  const auto eni_id = create_interface(region, wish);
  if (!eni_id) return tl::unexpected<ApiError>(eni_id.error());

  Instance instance;
  instance.instanceId = world_.new_id("i");
  instance.reservationId = world_.new_id("r");
  instance.imageId = plan.image->imageId;
  instance.architecture = plan.image->architecture;
  instance.rootDeviceName = plan.image->rootDeviceName;
  instance.instanceType = plan.type->name;
  instance.subnetId = plan.subnet->subnetId;
  instance.vpcId = plan.subnet->vpcId;
  instance.availabilityZone = plan.subnet->availabilityZone;
  instance.launchTime = iso_millis(world_.now());
  instance.metadataOptions = metadata_of(data.at("metadataOptions"));
  instance.privateDnsNameOptions = plan.subnet->privateDnsNameOptionsOnLaunch;
  if (const std::string type = data.path("privateDnsNameOptions.hostnameType").string_or(); !type.empty())
    instance.privateDnsNameOptions.hostnameType = type;
  if (const std::string key = data.at("keyName").string_or(); !key.empty()) instance.keyName = key;
  if (!profile->empty()) {
    const aws::InstanceProfile* p = world_.table<aws::InstanceProfile>().find(profile->substr(profile->rfind('/') + 1));
    instance.iamInstanceProfile = aws::IamInstanceProfileRef{*profile, p ? p->InstanceProfileId : ""};
  }
  instance.userData = data.at("userData").string_or();
  instance.tagSet = tags_of(data, request.tags);
  instance.networkInterfaceIds = {*eni_id};

  aws::NetworkInterface& eni = *world_.table<aws::NetworkInterface>(region).edit(*eni_id);
  aws::NetworkInterfaceAttachment attachment;
  attachment.attachmentId = world_.new_id("eni-attach");
  attachment.attachTime = instance.launchTime;
  attachment.instanceOwnerId = world_.account();
  attachment.instanceId = instance.instanceId;
  attachment.deleteOnTermination = !plan.keeps_interface;
  eni.attachment = attachment;
  eni.status = "in-use";
  if (plan.public_address) {
    eni.publicIp = public_address(world_);
    instance.ipAddress = eni.publicIp;
    const aws::Vpc* vpc = world_.table<aws::Vpc>(region).find(instance.vpcId);
    if (vpc && vpc->enableDnsHostnames) instance.dnsName = public_name(region, *eni.publicIp);
  }
  instance.privateIpAddress = eni.privateIpAddress;
  instance.privateDnsName = instance.privateDnsNameOptions.hostnameType == "resource-name"
                                ? resource_name(region, instance.instanceId)
                                : eni.privateDnsName;
  instance.groupSet = eni.groupSet;

  const std::string id = instance.instanceId;
  world_.table<Instance>(region).put(id, std::move(instance));
  for (std::size_t i = 0; i < plan.more.size(); ++i) {
    auto other = create_interface(region, plan.more[i]);
    if (other && attach_interface(region, *other, id, static_cast<std::int64_t>(i) + 1)) {
      world_.table<aws::NetworkInterface>(region).edit(*other)->attachment->deleteOnTermination = true;
      continue;
    }
    if (other) delete_interface(region, *other);
    // All or nothing: what was made so far goes, as if nobody had asked.
    const ApiError fault = other ? ApiError{400, "InvalidParameterValue", "The interfaces lie in different zones."}
                                 : ApiError(other.error());
    for (const std::string& made : std::vector(world_.table<Instance>(region).find(id)->networkInterfaceIds))
      delete_interface(region, made);
    world_.table<Instance>(region).erase(id);
    return tl::unexpected<ApiError>(fault);
  }
  later(world_, region, kBoots, "ec2.instance-running", id);
  notify(region, *world_.table<Instance>(region).find(id), "pending");
  return id;
}

bool Ec2::terminate(const std::string& region, const std::string& instance_id, std::string reason_code,
                    std::string reason) {
  const Instance* found = world_.table<Instance>(region).find(instance_id);
  if (!found) return false;
  if (found->instanceState.name == "terminated" || found->instanceState.name == "shutting-down") return true;
  Instance& instance = *world_.table<Instance>(region).edit(instance_id);
  instance.instanceState = {32, "shutting-down"};
  instance.stateReason = aws::StateReason{std::move(reason_code), std::move(reason)};
  instance.stateTransitionReason = "User initiated (" + iso_seconds(world_.now()).substr(0, 10) + " " +
                                   iso_seconds(world_.now()).substr(11, 8) + " GMT)";
  later(world_, region, kShutsDown, "ec2.instance-terminated", instance_id);
  notify(region, *world_.table<Instance>(region).find(instance_id), "shutting-down");
  return true;
}

namespace ec2 {

void install_instance_events(World& world, Ec2& ec2) {
  // Moves an instance that is in `from`; others were overtaken by something else.
  auto moves = [&ec2](World& w, const Json& x, const char* from, aws::InstanceState to) {
    const std::string region = x.at("region").string_or(), id = x.at("id").string_or();
    const Instance* found = w.table<Instance>(region).find(id);
    if (!found || found->instanceState.name != from) return;
    w.table<Instance>(region).edit(id)->instanceState = to;
    if (to.name == "terminated") {
      release_interfaces(w, ec2, region, id);
      forget_credentials(w, id);
    }
    ec2.notify(region, *w.table<Instance>(region).find(id), to.name);
  };
  world.clock().handle("ec2.instance-running", [moves](World& w, const Json& x) {
    moves(w, x, "pending", {16, "running"});
  });
  world.clock().handle("ec2.instance-terminated", [moves](World& w, const Json& x) {
    moves(w, x, "shutting-down", {48, "terminated"});
  });
  world.clock().handle("ec2.instance-stopped", [moves](World& w, const Json& x) {
    moves(w, x, "stopping", {80, "stopped"});
  });
}

}  // namespace ec2
}  // namespace drydock::twin
