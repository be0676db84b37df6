#include "readers/formats.h"

#include "cloud/world/world.h"
#include "cloud/world/world_file.h"
#include "readers/cloudformation/cloudformation.h"
#include "readers/describe/describe.h"
#include "readers/pulumi/pulumi.h"
#include "readers/terraform/terraform.h"

namespace drydock::readers {
namespace {

bool is_world(const Outline& o) {
  if (o.kind == Outline::Kind::json_object && o.has("format_version")) return false;
  bool found = o.has("base");
  cloud::World world;
  cloud::each_table([&](const char* name, const auto&) { found = found || o.has(name); }, world);
  return found;
}

Result<Reading> read_world(const Input& input) {
  auto world = cloud::parse_world(input.files[0].text, input.files[0].name);
  if (!world) return pass(world);
  return Reading{std::move(*world), {}};
}

constexpr FormatRow kFormats[] = {
    {Format::pulumi_deployment, "pulumi-deployment", "a Pulumi deployment (`pulumi stack export`)",
     pulumi::looks_like_deployment, pulumi::read_deployment, pulumi::property},
    {Format::pulumi_preview, "pulumi-preview", "a Pulumi preview (`pulumi preview --json`)", pulumi::looks_like_preview,
     pulumi::read_preview, pulumi::property},
    {Format::terraform, "terraform", "a Terraform plan or state (`terraform show -json`)", terraform::looks_like,
     terraform::read, terraform::property_name},
    {Format::cloudformation, "cloudformation", "a CloudFormation template", cloudformation::looks_like,
     cloudformation::read, cloudformation::property_name},
    {Format::describe, "describe", "describe output of the AWS CLI", describe::looks_like, describe::read, nullptr},
    {Format::world, "world", "a world file", is_world, read_world, nullptr},
};

}  // namespace

std::span<const FormatRow> formats() { return kFormats; }

const FormatRow& row_of(Format format) {
  for (const FormatRow& row : kFormats)
    if (row.format == format) return row;
  return kFormats[0];  // every format has its row
}

}  // namespace drydock::readers
