#include "twin/ec2/ec2.h"

#include "twin/ec2/nouns.h"

namespace drydock::twin {

using namespace ec2;

namespace {

/// Marks a region whose initial world was made: a default VPC that somebody deleted must not come back.
struct RegionMark {
  static constexpr const char* kTable = "ec2.region";
  std::string name;
};
template <class V>
void each_field(V& v, RegionMark& x) {
  v("name", x.name);
}

/// Prefix lists AWS keeps in every region: a sample of us-east-1's published S3 and DynamoDB ranges
/// (https://ip-ranges.amazonaws.com/ip-ranges.json), used in every region.
void make_prefix_lists(World& world, const std::string& region) {
  auto& table = world.table<aws::PrefixList>(region);
  const std::pair<const char*, std::vector<std::string>> lists[] = {
      {"s3", {"3.5.0.0/19", "16.15.176.0/20", "52.216.0.0/15", "54.231.0.0/16"}},
      {"dynamodb", {"3.218.180.0/22", "52.94.0.0/22"}}};
  for (const auto& [service, cidrs] : lists) {
    aws::PrefixList list;
    list.prefixListId = "pl-" + world.new_hex(8);
    if (region == "us-east-1") list.prefixListId = service == std::string("s3") ? "pl-63a5400a" : "pl-02cd2c6b";
    list.prefixListName = "com.amazonaws." + region + "." + service;
    list.cidrSet = cidrs;
    table.put(list.prefixListId, list);
  }
}

/// https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
void make_default_network(World& world, const std::string& region) {
  aws::Vpc& vpc = make_vpc(world, region, "172.31.0.0/16", true);
  vpc.state = "available";
  vpc.enableDnsHostnames = true;
  aws::InternetGateway gateway;
  gateway.internetGatewayId = world.new_id("igw");
  gateway.ownerId = world.account();
  gateway.attachmentSet.push_back({vpc.vpcId});
  world.table<aws::InternetGateway>(region).put(gateway.internetGatewayId, gateway);
  aws::Route out;
  out.destinationCidrBlock = "0.0.0.0/0";
  out.gatewayId = gateway.internetGatewayId;
  out.origin = "CreateRoute";
  const std::string main = main_table(world, region, vpc.vpcId)->routeTableId;
  world.table<aws::RouteTable>(region).edit(main)->routeSet.push_back(out);
  int third = 0;
  for (const Availability& zone : zones_of(region)) {
    aws::Subnet& subnet = make_subnet(world, region, vpc.vpcId, "172.31." + std::to_string(third) + ".0/20", zone);
    subnet.state = "available";
    subnet.defaultForAz = subnet.mapPublicIpOnLaunch = true;
    third += 16;
  }
}

}  // namespace

Ec2::Ec2(Front& front, World& world) : world_(world) {
  install_vpcs(front, world);
  install_subnets(front, world);
  install_route_tables(front, world);
  install_routes(front, world);
  install_groups(front, world);
  install_endpoints(front, world, *this);
  install_interfaces(front, world, *this);
  install_acls(front, world);
  install_gateways(front, world, *this);
  install_key_pairs(front, world);
  install_places(front, world);
  install_tags(front, world);
  install_images(front, world);
  install_templates(front, world, *this);
  install_instances(front, world, *this);
  front.before("ec2", [this](World&, Call& call) -> std::optional<ApiError> {
    if (zones_of(call.region).empty())
      return ApiError{400, "AuthFailure",
                      "Credential should be scoped to a valid region; '" + call.region + "' is not one the twin has."};
    ensure_region(call.region);
    return std::nullopt;
  });
  ensure_region("us-east-1");
}

void Ec2::ensure_region(const std::string& region) {
  auto& marks = world_.table<RegionMark>(region);
  if (!marks.empty()) return;
  marks.put(region, {region});
  make_prefix_lists(world_, region);
  make_images(world_, region);
  make_default_network(world_, region);
}

void Ec2::notify(const std::string& region, const aws::Instance& instance, const std::string& what) {
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i](world_, region, instance, what);
}

}  // namespace drydock::twin
