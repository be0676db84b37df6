#include "providers/eks/images.h"

#include <drydock/aws/ssm.h>

#include "base/text.h"

namespace drydock::eks_provider {

namespace {

struct AmiType {
  const char* name;
  NodeSystem system;
  const char* architecture;
  bool gpu;
};
// The first of a kind is what EKS calls it; the others are older names.
constexpr AmiType kTypes[] = {
    {"AL2_x86_64", NodeSystem::al2, "x86_64", false},
    {"amazon-linux-2", NodeSystem::al2, "x86_64", false},
    {"AL2_x86_64_GPU", NodeSystem::al2, "x86_64", true},
    {"amazon-linux-2-gpu", NodeSystem::al2, "x86_64", true},
    {"AL2_ARM_64", NodeSystem::al2, "arm64", false},
    {"amazon-linux-2-arm64", NodeSystem::al2, "arm64", false},
    {"AL2023_x86_64_STANDARD", NodeSystem::al2023, "x86_64", false},
    {"AL2023_ARM_64_STANDARD", NodeSystem::al2023, "arm64", false},
    {"AL2023_x86_64_NVIDIA", NodeSystem::al2023, "x86_64", true},
    {"BOTTLEROCKET_x86_64", NodeSystem::bottlerocket, "x86_64", false},
    {"BOTTLEROCKET_ARM_64", NodeSystem::bottlerocket, "arm64", false},
    {"BOTTLEROCKET_x86_64_NVIDIA", NodeSystem::bottlerocket, "x86_64", true},
    {"BOTTLEROCKET_ARM_64_NVIDIA", NodeSystem::bottlerocket, "arm64", true},
};

const AmiType* find_type(const std::string& name) {
  for (const auto& type : kTypes)
    if (name == type.name) return &type;
  return nullptr;
}

NodeSystem system_of(const std::string& name) {
  if (name == "AL2") return NodeSystem::al2;
  if (name == "AL2023") return NodeSystem::al2023;
  if (name == "Bottlerocket") return NodeSystem::bottlerocket;
  throw ProgramError("operatingSystem '" + name + "' is none of AL2, AL2023 and Bottlerocket");
}

}  // namespace

ImageKind image_kind(const ComponentInputs& options) {
  const auto system = options.plain_or<std::string>("operatingSystem", ""),
             type_name = options.plain_or<std::string>("amiType", "");
  ImageKind kind;
  kind.gpu = options.plain_or<bool>("gpu", false);
  if (!system.empty()) kind.system = system_of(system);
  if (type_name.empty()) return kind;
  const AmiType* type = find_type(type_name);
  if (!type) {
    throw ProgramError("amiType '" + type_name +
                       "' has no image that could be looked up: give amiId and the user data");
  }
  if (!system.empty() && type->system != kind.system)
    throw ProgramError("operatingSystem '" + system + "' and amiType '" + type_name + "' contradict each other");
  return {type->system, type->gpu || kind.gpu, type->architecture};
}

std::string architecture_of(const std::vector<std::string>& instance_types) {
  std::string found;
  for (const auto& type : instance_types) {
    // "t4g.medium": the letter after the generation's digits says it.
    const auto digit = type.find_first_of("0123456789");
    const auto after = type.find_first_not_of("0123456789", digit == std::string::npos ? 0 : digit);
    const bool arm = digit != std::string::npos && after != std::string::npos && type[after] == 'g';
    const std::string one = arm ? "arm64" : "x86_64";
    if (!found.empty() && found != one) {
      throw ProgramError("the instance types " + join(instance_types, ", ") +
                         " do not share one architecture, so no image fits all of them");
    }
    found = one;
  }
  return found.empty() ? "x86_64" : found;
}

std::string ami_type(const ImageKind& kind, const std::string& architecture) {
  for (const auto& type : kTypes)
    if (type.system == kind.system && type.gpu == kind.gpu && architecture == type.architecture) return type.name;
  throw ProgramError("EKS has no image with GPU drivers for " + architecture + " and this operating system");
}

std::string image_parameter(const ImageKind& kind, const std::string& version, const std::string& architecture) {
  const std::string eks = "/aws/service/eks/optimized-ami/" + version;
  switch (kind.system) {
    case NodeSystem::al2: {
      const char* variant = kind.gpu ? "-gpu" : architecture == "arm64" ? "-arm64" : "";
      return eks + "/amazon-linux-2" + variant + "/recommended/image_id";
    }
    case NodeSystem::al2023:
      return eks + "/amazon-linux-2023/" + architecture + "/" + (kind.gpu ? "nvidia" : "standard") +
             "/recommended/image_id";
    case NodeSystem::bottlerocket:
      return "/aws/service/bottlerocket/aws-k8s-" + version + (kind.gpu ? "-nvidia" : "") + "/" + architecture +
             "/latest/image_id";
  }
  return {};
}

Output<std::string> image_id(Context& ctx, const Resource& parent, const ComponentInputs& options,
                             const Output<std::string>& cluster_version,
                             const Output<std::vector<std::string>>& instance_types) {
  if (options.has("amiId")) return options.output<std::string>("amiId");
  const auto kind = image_kind(options);
  auto version = options.has("version") ? options.output<std::string>("version") : cluster_version;
  auto name =
      all(version, instance_types).apply([kind](const std::string& version, const std::vector<std::string>& types) {
        const auto architecture = kind.architecture.empty() ? architecture_of(types) : kind.architecture;
        (void)ami_type(kind, architecture);  // there is such an image
        return image_parameter(kind, version, architecture);
      });
  return aws::ssm::GetParameter(ctx, {.name = name}, {.parent = parent}).get(&aws::ssm::GetParameterResult::value);
}

}  // namespace drydock::eks_provider
