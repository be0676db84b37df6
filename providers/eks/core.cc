// What components take from the cluster they belong to.
#include "providers/eks/parts.h"
#include "sdk/generic_resource.h"

namespace drydock::eks_provider {

namespace {

class AnyComponent : public ComponentResource {
 public:
  explicit AnyComponent(detail::CoreRef core)
      : ComponentResource(std::move(core)), core(property_of<PropertyValue>(handle_, "core")) {}
  Output<PropertyValue> core;
};

/// A resource in a member of `data`; empty if there is none.
template <class R>
Output<std::optional<R>> resource_in(Context& ctx, const Output<PropertyValue>& data, const char* member) {
  auto* core = ctx.core().get();
  return data.apply([core, member](const PropertyValue& v) -> std::optional<R> {
    std::optional<R> out;
    detail::Decoder decoder(core, std::string("cluster.") + member);
    detail::decode_value(v.at(member), out, decoder);
    if (!decoder.ok()) detail::throw_decode_error(decoder.problem());
    return out;
  });
}

Texts texts_in(const Output<PropertyValue>& data, const char* member) {
  return data.apply([member](const PropertyValue& v) {
    std::vector<std::string> out;
    if (const auto& list = v.at(member); list.is_list())
      for (const auto& item : list.as_list()) out.push_back(item.string_or());
    return out;
  });
}

Tags tags_in(const Output<PropertyValue>& data, const char* member) {
  return data.apply([member](const PropertyValue& v) {
    std::map<std::string, std::string> out;
    if (const auto& map = v.at(member); map.is_map())
      for (const auto& [key, item] : map.as_map()) out[key] = item.string_or();
    return out;
  });
}

bool internal_range(const std::string& cidr) {
  if (cidr.starts_with("10.") || cidr.starts_with("192.168.")) return true;
  if (!cidr.starts_with("172.")) return false;
  const int second = std::atoi(cidr.c_str() + 4);
  return second >= 16 && second <= 31;
}

aws::ec2::LookupRouteTableResult table_of(Context& ctx, const InvokeOptions& options, const std::string& subnet) {
  try {
    return aws::ec2::LookupRouteTableNow(ctx, {.subnetId = subnet}, options);
  } catch (const ProgramError&) {
    // A subnet without an association uses its VPC's main table.
    auto vpc = aws::ec2::LookupSubnetNow(ctx, {.id = subnet}, options).vpcId;
    auto tables = aws::ec2::GetRouteTablesNow(
        ctx, {.filters = {{.name = "association.main", .values = {"true"}}}, .vpcId = vpc}, options);
    if (tables.ids.empty()) throw;
    return aws::ec2::LookupRouteTableNow(ctx, {.routeTableId = tables.ids.front()}, options);
  }
}

bool is_public(Context& ctx, const InvokeOptions& options, const std::string& subnet) {
  for (const auto& route : table_of(ctx, options, subnet).routes)
    if (!route.gatewayId.empty() && !route.cidrBlock.empty() && !internal_range(route.cidrBlock)) return true;
  return false;
}

}  // namespace

ClusterValues ClusterValues::of(const Output<aws::eks::Cluster>& cluster) {
  using aws::eks::Cluster;
  auto text = [&](auto member) { return cluster.apply([member](const Cluster& c) { return c.*member; }); };
  ClusterValues out;
  out.name = text(&Cluster::name);
  out.version = text(&Cluster::version);
  out.endpoint = text(&Cluster::endpoint);
  out.arn = text(&Cluster::arn);
  out.certificate = cluster.apply([](const Cluster& c) {
    return c.certificateAuthority.apply([](const auto& authority) { return authority.data; });
  });
  out.service_cidr = cluster.apply([](const Cluster& c) {
    return c.kubernetesNetworkConfig.apply([](const auto& network) { return network.serviceIpv4Cidr.value_or(""); });
  });
  out.own_security_group = cluster.apply([](const Cluster& c) {
    return c.vpcConfig.apply([](const auto& vpc) { return vpc.clusterSecurityGroupId.value_or(""); });
  });
  out.authentication_mode = cluster.apply([](const Cluster& c) {
    return c.accessConfig.apply([](const auto& access) { return access.authenticationMode.value_or(""); });
  });
  out.issuer = cluster.apply([](const Cluster& c) {
    return c.identities.apply([](const auto& identities) {
      return identities.empty() || identities[0].oidcs.empty() ? std::string() : identities[0].oidcs[0].issuer;
    });
  });
  return out;
}

Texts worker_subnets(Context& ctx, const Resource& parent, const Texts& private_ids, const Texts& public_ids,
                     const Texts& all_ids) {
  const InvokeOptions options{.parent = parent};
  return all(private_ids, public_ids, all_ids)
      .apply([&ctx, options](const auto& own, const auto& open, const auto& any) -> std::vector<std::string> {
        if (!own.empty()) return own;
        if (!open.empty()) return open;
        std::vector<std::string> closed;
        for (const auto& subnet : any)
          if (!is_public(ctx, options, subnet)) closed.push_back(subnet);
        return closed.empty() ? any : closed;
      });
}

Core core_of(ComponentHost& host) {
  auto& ctx = host.ctx();
  const auto& in = host.inputs();
  const auto& raw = in.raw("cluster");
  Core core;
  core.data = raw.is_resource() ? in.resource<AnyComponent>("cluster").core : in.output<PropertyValue>("cluster");
  auto cluster = resource_in<aws::eks::Cluster>(ctx, core.data, "cluster").apply([](const auto& found) {
    if (!found) throw ProgramError("property 'cluster' must be an eks Cluster or its output core");
    return *found;
  });
  core.values = ClusterValues::of(cluster);
  core.vpc_id = core.data.apply([](const PropertyValue& v) { return v.at("vpcId").string_or(); });
  core.subnet_ids = texts_in(core.data, "subnetIds");
  core.worker_subnets = worker_subnets(ctx, host.self(), texts_in(core.data, "privateSubnetIds"),
                                       texts_in(core.data, "publicSubnetIds"), core.subnet_ids);
  auto group = resource_in<aws::ec2::SecurityGroup>(ctx, core.data, "clusterSecurityGroup");
  core.cluster_security_group_id =
      all(group, core.values.own_security_group)
          .apply([](const std::optional<aws::ec2::SecurityGroup>& given, const std::string& own) {
            return given ? given->id : output_of(own);
          });
  core.instance_role_arns = core.data.apply([&ctx](const PropertyValue& v) {
    std::vector<aws::iam::Role> roles;
    detail::Decoder decoder(ctx.core().get(), "cluster.instanceRoles");
    if (v.at("instanceRoles").is_list()) detail::decode_value(v.at("instanceRoles"), roles, decoder);
    if (!decoder.ok()) detail::throw_decode_error(decoder.problem());
    std::vector<Output<std::string>> arns;
    for (const auto& role : roles) arns.push_back(role.arn);
    return all(arns);
  });
  core.tags = tags_in(core.data, "tags");
  core.node_security_group_tags = tags_in(core.data, "nodeSecurityGroupTags");
  return core;
}

}  // namespace drydock::eks_provider
