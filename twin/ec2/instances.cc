// The operations on instances.
#include "twin/ec2/instances.h"

#include "cloud/aws/iam.h"
#include "twin/ec2/nouns.h"
#include "twin/ec2/template_data.h"
#include "twin/ec2/tokens.h"

namespace drydock::twin::ec2 {

using aws::Instance;

namespace {

ApiError no_instance(const std::string& id) {
  if (!id.starts_with("i-") || id.size() < 10)
    return {400, "InvalidInstanceID.Malformed", "Invalid id: \"" + id + "\""};
  return no_such("InvalidInstanceID.NotFound", "instance ID", id);
}

Json state_json(const aws::InstanceState& s) { return Json::object({{"code", s.code}, {"name", s.name}}); }

Values values(World& world, const Call& call, const Instance& i, std::string_view name) {
  if (name == "instance-id") return {{i.instanceId}};
  if (name == "instance-state-name") return {{i.instanceState.name}};
  if (name == "instance-state-code") return {{std::to_string(i.instanceState.code)}};
  if (name == "vpc-id" || name == "network-interface.vpc-id") return {{i.vpcId}};
  if (name == "subnet-id" || name == "network-interface.subnet-id") return {{i.subnetId}};
  if (name == "private-dns-name") return {{i.privateDnsName}};
  if (name == "private-ip-address" || name == "network-interface.addresses.private-ip-address")
    return {{i.privateIpAddress}};
  if (name == "ip-address") return one(i.ipAddress);
  if (name == "dns-name") return one(i.dnsName);
  if (name == "image-id") return {{i.imageId}};
  if (name == "instance-type") return {{i.instanceType}};
  if (name == "key-name") return one(i.keyName);
  if (name == "availability-zone") return {{i.availabilityZone}};
  if (name == "architecture") return {{i.architecture}};
  if (name == "reservation-id") return {{i.reservationId}};
  if (name == "launch-time") return {{i.launchTime}};
  if (name == "owner-id") return {{world.account()}};
  if (name == "root-device-type") return {{"ebs"}};
  if (name == "root-device-name") return {{i.rootDeviceName}};
  if (name == "tenancy") return {{"default"}};
  if (name == "iam-instance-profile.arn") {
    return i.iamInstanceProfile ? std::vector<std::string>{i.iamInstanceProfile->arn} : std::vector<std::string>{};
  }
  if (name == "metadata-options.http-tokens") return {{i.metadataOptions.httpTokens}};
  if (name == "metadata-options.http-endpoint") return {{i.metadataOptions.httpEndpoint}};
  if (name == "network-interface.network-interface-id") return i.networkInterfaceIds;
  std::vector<std::string> list;
  if (name == "instance.group-id" || name == "network-interface.group-id" || name == "group-id") {
    for (const auto& g : i.groupSet) list.push_back(g.groupId);
    return list;
  }
  if (name == "instance.group-name" || name == "group-name") {
    for (const auto& g : i.groupSet) list.push_back(g.groupName);
    return list;
  }
  if (name == "instance-lifecycle" || name == "platform" || name == "client-token") return list;
  (void)call;
  return std::nullopt;
}

Json render_interface_of(const Instance& i, const aws::NetworkInterface& eni) {
  Json out = rendered(eni);
  for (const char* gone : {"availabilityZone", "requesterId", "requesterManaged", "tagSet"}) out.erase(gone);
  Json::Array addresses;
  auto add = [&](const std::string& address, bool primary) {
    Json item = Json::object({{"privateIpAddress", address}, {"primary", primary}});
    if (primary && !eni.privateDnsName.empty()) item["privateDnsName"] = eni.privateDnsName;
    addresses.push_back(std::move(item));
  };
  add(eni.privateIpAddress, true);
  for (const std::string& address : eni.secondaryAddresses) add(address, false);
  out["privateIpAddressesSet"] = std::move(addresses);
  out["ipv6AddressesSet"] = Json::Array{};
  if (eni.attachment) {
    out["attachment"] = Json::object({{"attachmentId", eni.attachment->attachmentId},
                                      {"attachTime", eni.attachment->attachTime},
                                      {"deviceIndex", eni.attachment->deviceIndex},
                                      {"status", eni.attachment->status},
                                      {"networkCardIndex", 0},
                                      {"deleteOnTermination", eni.attachment->deleteOnTermination}});
  }
  if (eni.publicIp) {
    out["association"] =
        Json::object({{"publicIp", *eni.publicIp}, {"publicDnsName", i.dnsName.value_or("")}, {"ipOwnerId", "amazon"}});
  }
  return out;
}

Json render_instance(World& world, const Call& call, const Instance& i) {
  Json out = rendered(i);
  const bool gone = i.instanceState.name == "terminated";
  out["placement"] =
      Json::object({{"availabilityZone", i.availabilityZone}, {"groupName", ""}, {"tenancy", "default"}});
  out["monitoring"] = Json::object({{"state", "disabled"}});
  out["amiLaunchIndex"] = 0;
  out["productCodes"] = Json::Array{};
  out["rootDeviceType"] = "ebs";
  out["virtualizationType"] = "hvm";
  out["hypervisor"] = "xen";
  out["enaSupport"] = true;
  out["ebsOptimized"] = false;
  out["sourceDestCheck"] = true;
  out["clientToken"] = "";
  out["platformDetails"] = "Linux/UNIX";
  out["usageOperation"] = "RunInstances";
  out["dnsName"] = i.dnsName.value_or("");
  out["cpuOptions"] = Json::object({{"coreCount", 1}, {"threadsPerCore", 2}});
  out["blockDeviceMapping"] = Json::Array{};
  Json::Array interfaces;
  for (const std::string& id : i.networkInterfaceIds)
    if (const auto* eni = of<aws::NetworkInterface>(world, call).find(id))
      interfaces.push_back(render_interface_of(i, *eni));
  out["networkInterfaceSet"] = std::move(interfaces);
  if (!gone) {
    out["blockDeviceMapping"] =
        Json::array({Json::object({{"deviceName", i.rootDeviceName},
                                   {"ebs", Json::object({{"volumeId", "vol-" + i.instanceId.substr(2)},
                                                         {"status", "attached"},
                                                         {"attachTime", i.launchTime},
                                                         {"deleteOnTermination", true}})}})});
  } else {
    for (const char* name : {"privateIpAddress", "ipAddress", "subnetId", "vpcId", "iamInstanceProfile"})
      out.erase(name);
    out["privateDnsName"] = out["dnsName"] = "";
    out["groupSet"] = Json::Array{};
  }
  return out;
}

/// One reservation for each instance that is shown.
Json render_reservation(World& world, const Call& call, const Instance& i) {
  return Json::object({{"reservationId", i.reservationId},
                       {"ownerId", world.account()},
                       {"groupSet", Json::Array{}},
                       {"instancesSet", Json::array({render_instance(world, call, i)})}});
}

const Description<Instance> kInstances{"reservationSet", "InstanceId", "InvalidInstanceID.NotFound",
                                       "instance ID",    values,       render_reservation};

std::optional<ApiError> check_ids(World& world, const Call& call, const std::vector<std::string>& ids) {
  if (ids.empty()) return missing("InstanceId");
  for (const std::string& id : ids)
    if (!of<Instance>(world, call).contains(id)) return no_instance(id);
  return std::nullopt;
}

ApiResult describe_instances(World& world, Call& call) {
  for (const std::string& id : call.texts("InstanceId"))
    if (!of<Instance>(world, call).contains(id)) return tl::unexpected<ApiError>(no_instance(id));
  return describe(world, call, kInstances);
}

/// Whoever starts an instance with a profile passes its role to EC2.
std::optional<ApiError> may_pass_role(const Front& front, World& world, const Call& call, const Json& profile) {
  const std::string arn = profile.at("arn").string_or(), name = profile.at("name").string_or();
  const auto* found = world.table<aws::InstanceProfile>().find(name.empty() ? arn.substr(arn.rfind('/') + 1) : name);
  const auto* role = found ? world.table<aws::Role>().find(found->role) : nullptr;
  return role ? front.may(call, "iam:PassRole", {role->Arn}) : std::nullopt;
}

ApiResult reservation_of(World& world, const Call& call, const std::string& reservation) {
  Json::Array items;
  for (const auto& [id, instance] : of<Instance>(world, call))
    if (instance.reservationId == reservation) items.push_back(render_instance(world, call, instance));
  return Json::object({{"reservationId", reservation},
                       {"ownerId", world.account()},
                       {"groupSet", Json::Array{}},
                       {"instancesSet", std::move(items)}});
}

ApiResult run_instances(const Front& front, World& world, Call& call, Ec2& ec2) {
  const auto before = made_before<Instance>(world, call);
  if (!before) return tl::unexpected<ApiError>(before.error());
  if (!before->empty()) return reservation_of(world, call, of<Instance>(world, call).find(*before)->reservationId);
  auto tags = read_tags(call, "instance");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  Json parameters = call.in;
  for (const auto& [from, to] :
       {std::pair("networkInterface", "NetworkInterface"), std::pair("iamInstanceProfile", "IamInstanceProfile")})
    if (const Json* value = parameters.find(from)) parameters[to] = *value;
  parameters.erase("TagSpecification");
  LaunchRequest request;
  request.data = template_data(parameters);
  if (auto bad = check_template_data(request.data)) return tl::unexpected<ApiError>(*bad);
  if (const Json& t = call.in.at("LaunchTemplate"); t.is_object()) {
    auto version = ec2.template_version(call.region, t.at("LaunchTemplateId").string_or(),
                                        t.at("LaunchTemplateName").string_or(), t.at("Version").string_or());
    if (!version) return tl::unexpected<ApiError>(version.error());
    request.data = merged_template_data(version->launchTemplateData, request.data);
    request.tags = {{"aws:ec2launchtemplate:id", version->launchTemplateId},
                    {"aws:ec2launchtemplate:version", std::to_string(version->versionNumber)}};
  }
  request.tags.insert(request.tags.end(), tags->begin(), tags->end());
  if (auto denied = may_pass_role(front, world, call, request.data.at("iamInstanceProfile")))
    return tl::unexpected<ApiError>(*denied);
  const std::int64_t low = call.number("MinCount").value_or(1), high = call.number("MaxCount").value_or(1);
  if (low < 1 || high < low)
    return refuse("InvalidParameterValue", "Value (" + std::to_string(low) + ") for parameter minCount is invalid.");
  const std::string reservation = world.new_id("r");
  for (std::int64_t n = 0; n < high; ++n) {
    const auto id = ec2.launch(call.region, request);
    if (!id && n >= low) break;
    if (!id) return tl::unexpected<ApiError>(id.error());
    Instance& made = *of<Instance>(world, call).edit(*id);
    made.reservationId = reservation;
    if (n == 0) remember(world, call, *id);
  }
  return reservation_of(world, call, reservation);
}

Json change(const std::string& id, const aws::InstanceState& before, const aws::InstanceState& now) {
  return Json::object({{"instanceId", id}, {"currentState", state_json(now)}, {"previousState", state_json(before)}});
}

ApiResult terminate_instances(World& world, Call& call, Ec2& ec2) {
  const std::vector<std::string> ids = call.texts("InstanceId");
  if (auto bad = check_ids(world, call, ids)) return tl::unexpected<ApiError>(*bad);
  Json::Array items;
  for (const std::string& id : ids) {
    const aws::InstanceState before = of<Instance>(world, call).find(id)->instanceState;
    ec2.terminate(call.region, id);
    items.push_back(change(id, before, of<Instance>(world, call).find(id)->instanceState));
  }
  return Json::object({{"instancesSet", std::move(items)}});
}

ApiError wrong_state(const std::string& id, const std::string& what) {
  return {400, "IncorrectInstanceState",
          "The instance '" + id + "' is not in a state from which it can be " + what + "."};
}

ApiResult stop_instances(World& world, Call& call, Ec2& ec2) {
  const std::vector<std::string> ids = call.texts("InstanceId");
  if (auto bad = check_ids(world, call, ids)) return tl::unexpected<ApiError>(*bad);
  Json::Array items;
  for (const std::string& id : ids) {
    const aws::InstanceState before = of<Instance>(world, call).find(id)->instanceState;
    if (before.name == "terminated" || before.name == "shutting-down")
      return tl::unexpected<ApiError>(wrong_state(id, "stopped"));
    if (before.name == "running" || before.name == "pending") {
      of<Instance>(world, call).edit(id)->instanceState = {64, "stopping"};
      later(world, call.region, Millis(30'000), "ec2.instance-stopped", id);
      ec2.notify(call.region, *of<Instance>(world, call).find(id), "stopping");
    }
    items.push_back(change(id, before, of<Instance>(world, call).find(id)->instanceState));
  }
  return Json::object({{"instancesSet", std::move(items)}});
}

ApiResult start_instances(World& world, Call& call, Ec2& ec2) {
  const std::vector<std::string> ids = call.texts("InstanceId");
  if (auto bad = check_ids(world, call, ids)) return tl::unexpected<ApiError>(*bad);
  Json::Array items;
  for (const std::string& id : ids) {
    const aws::InstanceState before = of<Instance>(world, call).find(id)->instanceState;
    if (before.name != "stopped" && before.name != "running" && before.name != "pending")
      return tl::unexpected<ApiError>(wrong_state(id, "started"));
    if (before.name == "stopped") {
      Instance& i = *of<Instance>(world, call).edit(id);
      i.instanceState = {0, "pending"};
      i.launchTime = iso_millis(world.now());
      ++i.boots;
      later(world, call.region, Millis(20'000), "ec2.instance-running", id);
      ec2.notify(call.region, i, "pending");
    }
    items.push_back(change(id, before, of<Instance>(world, call).find(id)->instanceState));
  }
  return Json::object({{"instancesSet", std::move(items)}});
}

ApiResult reboot_instances(World& world, Call& call, Ec2& ec2) {
  const std::vector<std::string> ids = call.texts("InstanceId");
  if (auto bad = check_ids(world, call, ids)) return tl::unexpected<ApiError>(*bad);
  for (const std::string& id : ids) {
    Instance& i = *of<Instance>(world, call).edit(id);
    if (i.instanceState.name != "running") return tl::unexpected<ApiError>(wrong_state(id, "rebooted"));
    ++i.boots;
    ec2.notify(call.region, i, "rebooted");
  }
  return yes();
}

ApiResult describe_status(World& world, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  const std::vector<std::string> ids = call.texts("InstanceId");
  for (const std::string& id : ids)
    if (!of<Instance>(world, call).contains(id)) return tl::unexpected<ApiError>(no_instance(id));
  const bool all = call.flag("IncludeAllInstances").value_or(false);
  Json::Array items;
  for (const auto& [id, i] : of<Instance>(world, call)) {
    if (!ids.empty() && std::find(ids.begin(), ids.end(), id) == ids.end()) continue;
    if (!all && i.instanceState.name != "running") continue;
    bool keep = true;
    for (const Filter& filter : *filters) {
      Values v = filter.name.ends_with("status.status") ? Values{{"ok"}} : values(world, call, i, filter.name);
      if (!v) return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
      keep = keep && any_match(filter, *v);
    }
    if (!keep) continue;
    // EC2's own checks look at the machine, not at what runs on it: a node that never joins is "ok" here.
    const char* status = i.instanceState.name == "running" ? "ok" : "not-applicable";
    auto summary = [&] {
      return Json::object({{"status", status},
                           {"details", Json::array({Json::object({{"name", "reachability"}, {"status", "passed"}})})}});
    };
    items.push_back(Json::object({{"instanceId", id},
                                  {"availabilityZone", i.availabilityZone},
                                  {"instanceState", state_json(i.instanceState)},
                                  {"instanceStatus", summary()},
                                  {"systemStatus", summary()}}));
  }
  return Json::object({{"instanceStatusSet", std::move(items)}});
}

ApiResult describe_attribute(World& world, Call& call) {
  const std::string id = call.text("InstanceId"), attribute = call.text("Attribute");
  const Instance* i = of<Instance>(world, call).find(id);
  if (!i) return tl::unexpected<ApiError>(no_instance(id));
  auto value = [](Json v) { return Json::object({{"value", std::move(v)}}); };
  Json out = Json::object({{"instanceId", id}});
  if (attribute == "userData") {
    out["userData"] = i->userData.empty() ? Json::object() : value(i->userData);
  } else if (attribute == "instanceType") {
    out["instanceType"] = value(i->instanceType);
  } else if (attribute == "rootDeviceName") {
    out["rootDeviceName"] = value(i->rootDeviceName);
  } else if (attribute == "sourceDestCheck") {
    out["sourceDestCheck"] = value(true);
  } else if (attribute == "disableApiTermination" || attribute == "disableApiStop" || attribute == "ebsOptimized") {
    out[attribute] = value(false);
  } else if (attribute == "instanceInitiatedShutdownBehavior") {
    out[attribute] = value("stop");
  } else if (attribute == "groupSet") {
    out["groupSet"] = fields::encode(i->groupSet);
  } else {
    return refuse("NotModelled", "not supported yet: DescribeInstanceAttribute of " + attribute, 501);
  }
  return out;
}

ApiResult modify_attribute(World& world, Call& call) {
  const std::string id = call.text("InstanceId");
  if (!of<Instance>(world, call).contains(id)) return tl::unexpected<ApiError>(no_instance(id));
  const std::vector<std::string> groups = call.texts("GroupId");
  if (groups.empty())
    return refuse("NotModelled", "not supported yet: ModifyInstanceAttribute of anything but groups", 501);
  for (const std::string& group : groups)
    if (!of<aws::SecurityGroup>(world, call).contains(group))
      return refuse("InvalidGroup.NotFound", "The security group '" + group + "' does not exist");
  Instance& i = *of<Instance>(world, call).edit(id);
  i.groupSet = group_identifiers(world, call.region, groups);
  if (!i.networkInterfaceIds.empty())
    if (auto* eni = of<aws::NetworkInterface>(world, call).edit(i.networkInterfaceIds.front()))
      eni->groupSet = i.groupSet;
  return yes();
}

ApiResult modify_metadata(World& world, Call& call) {
  Instance* i = of<Instance>(world, call).edit(call.text("InstanceId"));
  if (!i) return tl::unexpected<ApiError>(no_instance(call.text("InstanceId")));
  aws::MetadataOptions& m = i->metadataOptions;
  m.httpTokens = call.text("HttpTokens", m.httpTokens);
  m.httpEndpoint = call.text("HttpEndpoint", m.httpEndpoint);
  m.httpProtocolIpv6 = call.text("HttpProtocolIpv6", m.httpProtocolIpv6);
  m.instanceMetadataTags = call.text("InstanceMetadataTags", m.instanceMetadataTags);
  m.httpPutResponseHopLimit = call.number("HttpPutResponseHopLimit").value_or(m.httpPutResponseHopLimit);
  return Json::object({{"instanceId", i->instanceId}, {"instanceMetadataOptions", rendered(m)}});
}

ApiResult describe_profile_associations(World& world, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  Json::Array items;
  for (const auto& [id, i] : of<Instance>(world, call)) {
    if (!i.iamInstanceProfile || i.instanceState.name == "terminated") continue;
    bool keep = true;
    for (const Filter& filter : *filters) {
      if (filter.name == "instance-id") keep = keep && any_match(filter, {id});
      if (filter.name == "state") keep = keep && any_match(filter, {"associated"});
    }
    if (!keep) continue;
    items.push_back(Json::object({{"associationId", "iip-assoc-" + id.substr(2)},
                                  {"instanceId", id},
                                  {"iamInstanceProfile", fields::encode(*i.iamInstanceProfile)},
                                  {"state", "associated"}}));
  }
  return Json::object({{"iamInstanceProfileAssociationSet", std::move(items)}});
}

}  // namespace

void install_instances(Front& front, World& world, Ec2& ec2) {
  front.operation("ec2", "DescribeInstances", describe_instances);
  front.operation("ec2", "RunInstances",
                  [&front, &ec2](World& w, Call& call) { return run_instances(front, w, call, ec2); });
  front.operation("ec2", "TerminateInstances",
                  [&ec2](World& w, Call& call) { return terminate_instances(w, call, ec2); });
  front.operation("ec2", "StopInstances", [&ec2](World& w, Call& call) { return stop_instances(w, call, ec2); });
  front.operation("ec2", "StartInstances", [&ec2](World& w, Call& call) { return start_instances(w, call, ec2); });
  front.operation("ec2", "RebootInstances", [&ec2](World& w, Call& call) { return reboot_instances(w, call, ec2); });
  front.operation("ec2", "DescribeInstanceStatus", describe_status);
  front.operation("ec2", "DescribeInstanceAttribute", describe_attribute);
  front.operation("ec2", "ModifyInstanceAttribute", modify_attribute);
  front.operation("ec2", "ModifyInstanceMetadataOptions", modify_metadata);
  front.operation("ec2", "DescribeIamInstanceProfileAssociations", describe_profile_associations);
  install_instance_types(front);
  install_instance_events(world, ec2);
}

}  // namespace drydock::twin::ec2
