#include "providers/aws/resources/autoscaling_blocks.h"

#include <cctype>
#include <set>

#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

std::string with_first(std::string name, int (*change)(int)) {
  if (!name.empty()) name[0] = static_cast<char>(change(static_cast<unsigned char>(name[0])));
  return name;
}

// Where AWS's name and ours differ in more than the first letter.
struct Renamed {
  const char *ours, *wire;
};
constexpr Renamed kRenamed[] = {
    {"vcpuCount", "VCpuCount"},
    {"memoryMib", "MemoryMiB"},
    {"memoryGibPerVcpu", "MemoryGiBPerVCpu"},
    {"totalLocalStorageGb", "TotalLocalStorageGB"},
    {"acceleratorTotalMemoryMib", "AcceleratorTotalMemoryMiB"},
};

std::string to_wire_name(const std::string& name) {
  for (const auto& one : kRenamed)
    if (name == one.ours) return one.wire;
  return with_first(name, std::toupper);
}
std::string from_wire_name(const std::string& name) {
  for (const auto& one : kRenamed)
    if (name == one.wire) return one.ours;
  return with_first(name, std::tolower);
}

// Members that are numbers or booleans for programs; everything else in these blocks is text.
const std::set<std::string> kNumbers = {"onDemandBaseCapacity",
                                        "onDemandPercentageAboveBaseCapacity",
                                        "spotInstancePools",
                                        "min",
                                        "max",
                                        "maxHealthyPercentage",
                                        "minHealthyPercentage",
                                        "maxSpotPriceAsPercentageOfOptimalOnDemandPrice",
                                        "onDemandMaxPricePercentageOverLowestPrice",
                                        "spotMaxPricePercentageOverLowestPrice"};
const std::set<std::string> kFlags = {"requireHibernateSupport"};

}  // namespace

Json block_to_wire(const Json& block) {
  if (block.is_array()) {
    Json::Array out;
    for (const Json& item : block.as_array()) out.push_back(block_to_wire(item));
    return out;
  }
  if (!block.is_object()) return block;
  Json out = Json::object();
  for (const auto& [name, value] : block.as_object()) put(out, to_wire_name(name), block_to_wire(value));
  return out;
}

Json block_from_wire(const Json& answer) {
  if (answer.is_array()) {
    Json::Array out;
    for (const Json& item : answer.as_array()) out.push_back(block_from_wire(item));
    return out;
  }
  if (!answer.is_object()) return answer;
  Json out = Json::object();
  for (const auto& [wire, value] : answer.as_object()) {
    const std::string name = from_wire_name(wire);
    if (kNumbers.contains(name) && value.is_string()) {
      const std::string digits = value.as_string();
      out[name] = digits.find('.') == std::string::npos ? number_or_null(value) : Json(std::atof(digits.c_str()));
    } else if (kFlags.contains(name)) {
      out[name] = flag(value);
    } else {
      put(out, name, block_from_wire(value));
    }
  }
  return out;
}

Json mixed_instances_to_wire(const Json& block) { return block.is_object() ? block_to_wire(block) : Json(); }

Json mixed_instances_from_wire(const Json& answer) {
  if (!answer.is_object()) return {};
  Json out = block_from_wire(answer);
  if (out.path("launchTemplate.overrides").size() == 0 && out.at("launchTemplate").is_object())
    out["launchTemplate"].erase("overrides");
  return out;
}

Json hooks_to_wire(const Json& hooks) {
  Json::Array out;
  for (const Json& hook : items(hooks)) {
    Json one = Json::object();
    put(one, "LifecycleHookName", hook.at("name"));
    put(one, "LifecycleTransition", hook.at("lifecycleTransition"));
    put(one, "DefaultResult", hook.at("defaultResult"));
    put(one, "HeartbeatTimeout", hook.at("heartbeatTimeout"));
    put(one, "NotificationMetadata", hook.at("notificationMetadata"));
    put(one, "NotificationTargetARN", hook.at("notificationTargetArn"));
    put(one, "RoleARN", hook.at("roleArn"));
    out.push_back(std::move(one));
  }
  return out.empty() ? Json() : Json(std::move(out));
}

Json traffic_sources_to_wire(const Json& list) {
  Json::Array out;
  for (const Json& source : items(list)) {
    Json one = Json::object({{"Identifier", text(source, "identifier")}});
    put(one, "Type", source.at("type"));
    out.push_back(std::move(one));
  }
  return out.empty() ? Json() : Json(std::move(out));
}

Json traffic_sources_from_wire(const Json& answer) {
  Json::Array out;
  for (const Json& source : items(answer)) {
    Json one = Json::object({{"identifier", text(source, "Identifier")}});
    put(one, "type", source.at("Type"));
    out.push_back(std::move(one));
  }
  return out;
}

Json warm_pool_to_wire(const Json& block) {
  Json out = Json::object();
  put(out, "MaxGroupPreparedCapacity", block.at("maxGroupPreparedCapacity"));
  put(out, "MinSize", block.at("minSize"));
  put(out, "PoolState", block.at("poolState"));
  if (const Json& reuse = block.path("instanceReusePolicy.reuseOnScaleIn"); !reuse.is_null())
    out["InstanceReusePolicy"] = Json::object({{"ReuseOnScaleIn", reuse}});
  return out;
}

Json warm_pool_from_wire(const Json& answer) {
  if (!answer.is_object()) return {};
  Json out = Json::object();
  if (Json most = number_or_null(answer.at("MaxGroupPreparedCapacity")); !most.is_null())
    out["maxGroupPreparedCapacity"] = std::move(most);
  out["minSize"] = number(answer.at("MinSize"));
  put(out, "poolState", answer.at("PoolState"));
  if (answer.at("InstanceReusePolicy").is_object())
    out["instanceReusePolicy"] =
        Json::object({{"reuseOnScaleIn", flag(answer.path("InstanceReusePolicy.ReuseOnScaleIn"))}});
  return out;
}

}  // namespace drydock::aws_provider
