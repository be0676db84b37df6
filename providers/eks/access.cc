#include "providers/eks/access.h"

#include "base/text.h"
#include "cloud/eks/aws_auth.h"

namespace drydock::eks_provider {

using eks::mapping_yaml;
using eks::RoleLine;

namespace {

constexpr const char* kConfigMap = "kubernetes:core/v1:ConfigMap";
constexpr const char* kStorageClass = "kubernetes:storage.k8s.io/v1:StorageClass";

std::vector<RoleLine> lines_from(const PropertyValue& list, const char* arn_key) {
  std::vector<RoleLine> out;
  if (!list.is_list()) return out;
  for (const auto& item : list.as_list()) {
    RoleLine line{item.at(arn_key).string_or(), item.at("username").string_or(), {}};
    if (item.at("groups").is_list())
      for (const auto& group : item.at("groups").as_list()) line.groups.push_back(group.string_or());
    out.push_back(std::move(line));
  }
  return out;
}

}  // namespace

GenericResource make_node_access(ComponentHost& host, const GenericProvider& kubernetes,
                                 const std::vector<aws::iam::Role>& node_roles) {
  const auto& in = host.inputs();
  std::vector<Output<std::string>> arns;
  for (const auto& role : node_roles) arns.push_back(role.arn);
  auto given = in.only({"roleMappings", "userMappings"}).whole();
  auto roles = all(given, all(arns)).apply([](const PropertyMap& inputs, const std::vector<std::string>& nodes) {
    auto lines = lines_from(at(inputs, "roleMappings"), "roleArn");
    for (const auto& arn : nodes) lines.push_back(eks::node_line(arn));
    return mapping_yaml("rolearn", lines);
  });
  InputValue::Map data{{"mapRoles", AnyInput(roles)}};
  if (in.has("userMappings")) {
    data.emplace("mapUsers", AnyInput(given.apply([](const PropertyMap& inputs) {
                   return mapping_yaml("userarn", lines_from(at(inputs, "userMappings"), "userArn"));
                 })));
  }
  AnyInput data_input;
  hand_on(data_input, InputValue(std::move(data)));
  return GenericResource(host.ctx(), kConfigMap, host.name() + "-nodeAccess",
                         {{"apiVersion", "v1"},
                          {"kind", "ConfigMap"},
                          {"metadata", AnyInput{{"name", "aws-auth"},
                                                {"namespace", "kube-system"},
                                                {"annotations", AnyInput{{"pulumi.com/patchForce", "true"}}}}},
                          {"immutable", false},
                          {"data", data_input}},
                         {.parent = host.self(), .provider = kubernetes});
}

void make_access_entries(ComponentHost& host, const aws::eks::Cluster& cluster, ResourceList& made) {
  const auto& in = host.inputs();
  if (!in.has("accessEntries")) return;
  const auto entries = in.inside("accessEntries");
  const auto& raw = in.raw("accessEntries");
  const PropertyValue& map = raw.is_output() ? *raw.as_output().value : raw;
  for (const auto& [key, ignored] : map.as_map()) {
    const auto entry = entries.inside(key);
    const std::string name = host.name() + "-" + key;
    aws::eks::AccessEntryArgs args{.clusterName = cluster.name};
    static_cast<InputValue&>(args.kubernetesGroups) = entry.input("kubernetesGroups");
    hand_on(args.principalArn, entry.input("principalArn"));
    hand_on(args.type, entry.input("type"));
    hand_on(args.userName, entry.input("username"));
    args.tags = merged({tags_of(in, "tags"), tags_of(entry, "tags")});
    aws::eks::AccessEntry access(host.ctx(), name, args, {.parent = host.self()});
    made.add(access);
    if (!entry.has("accessPolicies")) continue;
    const auto policies = entry.inside("accessPolicies");
    for (const auto& [policy_key, policy] : entry.raw("accessPolicies").as_map()) {
      const auto one = policies.inside(policy_key);
      aws::eks::AccessPolicyAssociationArgs association{.clusterName = cluster.name,
                                                        .principalArn = access.principalArn};
      hand_on(association.policyArn, one.input("policyArn"));
      hand_on(association.accessScope.whole_, one.input("accessScope"));
      made.add(aws::eks::AccessPolicyAssociation(host.ctx(), name + "-" + policy_key, association, {.parent = access}));
    }
  }
}

void make_storage_classes(ComponentHost& host, const GenericProvider& kubernetes, const ResourceList& after) {
  const auto& in = host.inputs();
  if (!in.has("storageClasses")) return;
  PropertyMap classes;
  const auto& given = in.raw("storageClasses");
  if (given.is_string()) {
    classes[given.as_string()] = PropertyMap{{"type", given}, {"default", true}};
  } else if (given.is_map()) {
    classes = plain(given.as_map());
  }
  for (const auto& [key, settings] : classes) {
    InputValue::Map parameters, fields;
    auto text = [&](const char* option, const char* parameter) {
      const auto& value = settings.at(option);
      if (value.is_null()) return;
      parameters.emplace(parameter, AnyInput(value.is_string() ? value.as_string() : to_json(value).dump()));
    };
    text("type", "type");
    text("iopsPerGb", "iopsPerGb");
    text("encrypted", "encrypted");
    text("kmsKeyId", "kmsKeyId");
    if (const auto& zones = settings.at("zones"); zones.is_list()) {
      std::vector<std::string> names;
      for (const auto& zone : zones.as_list()) names.push_back(zone.string_or());
      parameters.emplace("zones", AnyInput(join(names, ", ")));
    }
    PropertyMap metadata = settings.at("metadata").is_map() ? settings.at("metadata").as_map() : PropertyMap();
    metadata["name"] = key;
    if (settings.at("default").bool_or(false)) {
      PropertyMap annotations = metadata["annotations"].is_map() ? metadata["annotations"].as_map() : PropertyMap();
      annotations["storageclass.kubernetes.io/is-default-class"] = "true";
      metadata["annotations"] = annotations;
    }
    fields = {{"apiVersion", AnyInput("storage.k8s.io/v1")},
              {"kind", AnyInput("StorageClass")},
              {"metadata", AnyInput(PropertyValue(metadata))},
              {"provisioner", AnyInput("kubernetes.io/aws-ebs")},
              {"parameters", InputValue(parameters)}};
    for (const char* option : {"allowVolumeExpansion", "mountOptions", "reclaimPolicy", "volumeBindingMode"})
      if (!settings.at(option).is_null()) fields.emplace(option, AnyInput(settings.at(option)));
    AnyInputs inputs;
    static_cast<InputValue&>(inputs) = InputValue(std::move(fields));
    GenericResource(host.ctx(), kStorageClass, to_lower(host.name()) + "-" + key, inputs,
                    {.dependsOn = after, .parent = host.self(), .provider = kubernetes});
  }
}

}  // namespace drydock::eks_provider
