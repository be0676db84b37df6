#include <array>

#include "providers/eks/parts.h"

namespace drydock::eks_provider {

namespace {

struct Variable {
  const char* option;
  const char* variable;
  const char* unset;  // sent when the option is not given; null: nothing
};
// The VPC CNI's environment, by option. Two options for one variable: the later one wins.
constexpr std::array<Variable, 18> kVariables = {{
    {"warmEniTarget", "WARM_ENI_TARGET", "1"},
    {"warmIpTarget", "WARM_IP_TARGET", nullptr},
    {"warmPrefixTarget", "WARM_PREFIX_TARGET", nullptr},
    {"enablePrefixDelegation", "ENABLE_PREFIX_DELEGATION", nullptr},
    {"nodePortSupport", "AWS_VPC_CNI_NODE_PORT_SUPPORT", nullptr},
    {"cniConfigureRpfilter", "AWS_VPC_K8S_CNI_CONFIGURE_RPFILTER", nullptr},
    {"eniConfigLabelDef", "ENI_CONFIG_LABEL_DEF", nullptr},
    {"logLevel", "AWS_VPC_K8S_CNI_LOGLEVEL", "DEBUG"},
    {"logFile", "AWS_VPC_K8S_CNI_LOG_FILE", "/host/var/log/aws-routed-eni/ipamd.log"},
    {"pluginLogLevel", "AWS_VPC_K8S_PLUGIN_LOG_LEVEL", "DEBUG"},
    {"pluginLogFile", "AWS_VPC_K8S_PLUGIN_LOG_FILE", "/var/log/aws-routed-eni/plugin.log"},
    {"vethPrefix", "AWS_VPC_K8S_CNI_VETHPREFIX", "eni"},
    {"eniMtu", "AWS_VPC_ENI_MTU", "9001"},
    {"enablePodEni", "ENABLE_POD_ENI", "false"},
    {"customNetworkConfig", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", "false"},
    {"cniCustomNetworkCfg", "AWS_VPC_K8S_CNI_CUSTOM_NETWORK_CFG", nullptr},
    {"externalSnat", "AWS_VPC_K8S_CNI_EXTERNALSNAT", "false"},
    {"cniExternalSnat", "AWS_VPC_K8S_CNI_EXTERNALSNAT", nullptr},
}};

std::string as_text(const PropertyValue& value) {
  return value.is_string() ? value.as_string() : to_json(value).dump();
}

/// What `over` says wins, member by member.
Json overlaid(Json base, const Json& over) {
  if (!base.is_object() || !over.is_object()) return over;
  for (const auto& [key, value] : over.as_object()) base[key] = overlaid(base.at(key), value);
  return base;
}

AnyInput option(const ComponentInputs& options, const char* name, AnyInput otherwise = {}) {
  if (!options.has(name)) return otherwise;
  AnyInput out;
  hand_on(out, options.input(name));
  return out;
}

/// JSON text of an object, once it is known.
AnyInput json_text(const AnyInput& object) {
  AnyInput out;
  hand_on(out, detail::as_json_text(object));
  return out;
}

/// What the add-on's configuration cannot say. It stays when the component goes: the daemon needs it.
void patch_daemon_set(Context& ctx, const std::string& name, const ComponentInputs& options, ResourceOptions where) {
  if (!options.has("securityContextPrivileged")) return;
  where.retainOnDelete = true;
  AnyInput security;
  hand_on(security, InputValue(InputValue::Map{{"privileged", options.input("securityContextPrivileged")}}));
  InputValue::List containers;
  containers.push_back(AnyInput{{"name", "aws-node"}, {"securityContext", security}});
  AnyInput list;
  hand_on(list, InputValue(std::move(containers)));
  GenericResource(ctx, "kubernetes:apps/v1:DaemonSetPatch", name,
                  {{"metadata", AnyInput{{"name", "aws-node"},
                                         {"namespace", "kube-system"},
                                         {"annotations", AnyInput{{"pulumi.com/patchForce", "true"}}}}},
                   {"spec", AnyInput{{"template", AnyInput{{"spec", AnyInput{{"containers", list}}}}}}}},
                  std::move(where));
}

}  // namespace

Json vpc_cni_configuration(const PropertyMap& options) {
  Json env = Json::object();
  for (const auto& v : kVariables) {
    const auto& given = at(options, v.option);
    if (!given.is_null()) {
      env[v.variable] = as_text(given);
    } else if (v.unset) {
      env[v.variable] = v.unset;
    }
  }
  const auto& demux = at(options, "disableTcpEarlyDemux");
  Json config =
      Json::object({{"env", env},
                    {"init", Json::object({{"env", Json::object({{"DISABLE_TCP_EARLY_DEMUX",
                                                                  demux.is_null() ? "false" : as_text(demux)}})}})}});
  if (const auto& policy = at(options, "enableNetworkPolicy"); !policy.is_null()) {
    config["enableNetworkPolicy"] = as_text(policy);
  }
  if (const auto& own = at(options, "configurationValues"); own.is_map()) config = overlaid(config, to_json(own));
  return config;
}

aws::eks::Addon make_addon(Context& ctx, const std::string& name, const AddonSettings& s, ResourceOptions options) {
  aws::eks::AddonArgs args{.addonName = s.name, .clusterName = s.cluster_name};
  if (s.version.given()) {
    hand_on(args.addonVersion, s.version);
  } else if (s.kubernetes_version) {
    InvokeOptions same_provider{.parent = options.parent};
    args.addonVersion =
        aws::eks::GetAddonVersion(
            ctx, {.addonName = s.name, .kubernetesVersion = *s.kubernetes_version, .mostRecent = true}, same_provider)
            .get(&aws::eks::GetAddonVersionResult::version);
  }
  if (s.configuration.given()) hand_on(args.configurationValues, json_text(s.configuration));
  hand_on(args.preserve, s.preserve.given() ? s.preserve : AnyInput(true));
  hand_on(args.resolveConflictsOnCreate, s.on_create.given() ? s.on_create : AnyInput("OVERWRITE"));
  hand_on(args.resolveConflictsOnUpdate, s.on_update.given() ? s.on_update : AnyInput("OVERWRITE"));
  hand_on(args.serviceAccountRoleArn, s.role_arn);
  static_cast<InputValue&>(args.tags) = s.tags;
  return aws::eks::Addon(ctx, name, args, std::move(options));
}

aws::eks::Addon make_vpc_cni(Context& ctx, const std::string& name, const ComponentInputs& options,
                             const Output<std::string>& cluster_name,
                             const std::optional<Output<std::string>>& cluster_version, const AnyInput& tags,
                             ResourceOptions resource_options) {
  if (options.has("externalSnat") && options.has("cniExternalSnat")) {
    throw ProgramError("vpcCniOptions: externalSnat and cniExternalSnat exclude each other; give one");
  }
  std::vector<std::string> names{"enableNetworkPolicy", "disableTcpEarlyDemux", "configurationValues"};
  for (const auto& v : kVariables) names.emplace_back(v.option);
  AddonSettings settings{.name = "vpc-cni",
                         .cluster_name = cluster_name,
                         .kubernetes_version = cluster_version,
                         .version = option(options, "addonVersion"),
                         .configuration = options.only(names).whole().apply(vpc_cni_configuration),
                         .on_create = option(options, "resolveConflictsOnCreate"),
                         .on_update = option(options, "resolveConflictsOnUpdate"),
                         .role_arn = option(options, "serviceAccountRoleArn"),
                         .preserve = {},
                         .tags = tags};
  return make_addon(ctx, name, settings, std::move(resource_options));
}

VpcCniAddon::VpcCniAddon(Context& ctx, const std::string& name, const ComponentInputs& options,
                         const Output<std::string>& cluster_name, const Output<std::string>& cluster_version,
                         const AnyInput& tags, const GenericProvider& kubernetes, ResourceOptions resource_options)
    : ComponentResource(ctx, "eks:index:VpcCniAddon", name, std::move(resource_options)) {
  addon.emplace(make_vpc_cni(ctx, name, options, cluster_name, cluster_version, tags, {.parent = *this}));
  patch_daemon_set(ctx, name, options, {.dependsOn = *addon, .parent = *this, .provider = kubernetes});
  register_outputs();
}

AnyInputs make_vpc_cni_component(ComponentHost& host) {
  const auto& in = host.inputs();
  std::optional<Output<std::string>> version;
  if (in.has("clusterVersion")) version = in.output<std::string>("clusterVersion");
  if (!version && !in.has("addonVersion"))
    throw ProgramError("give clusterVersion or addonVersion, so that there is a version of the add-on to take");
  auto addon = make_vpc_cni(host.ctx(), host.name(), in, in.output<std::string>("clusterName"), version,
                            option(in, "tags"), {.parent = host.self()});
  patch_daemon_set(host.ctx(), host.name(), in, {.dependsOn = addon, .parent = host.self()});
  return {};
}

AnyInputs make_addon_component(ComponentHost& host) {
  const auto& in = host.inputs();
  AddonSettings settings{.name = in.plain<std::string>("addonName"),
                         .cluster_name = core_of(host).values.name,
                         .kubernetes_version = std::nullopt,
                         .version = option(in, "addonVersion"),
                         .configuration = option(in, "configurationValues"),
                         .on_create = option(in, "resolveConflictsOnCreate"),
                         .on_update = option(in, "resolveConflictsOnUpdate"),
                         .role_arn = option(in, "serviceAccountRoleArn"),
                         .preserve = option(in, "preserve"),
                         .tags = option(in, "tags")};
  make_addon(host.ctx(), host.name(), settings, {.parent = host.self()});
  return {};
}

}  // namespace drydock::eks_provider
