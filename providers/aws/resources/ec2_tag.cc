// aws:ec2/tag:Tag; its id is RESOURCE,KEY.
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

Json call_of(const Json& in, bool value) {
  Json tag = Json::object({{"Key", text(in, "key")}});
  if (value) tag["Value"] = text(in, "value");
  return Json::object({{"ResourceId", Json::array({text(in, "resourceId")})}, {"Tag", Json::array({tag})}});
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  TRY_AWS(op.ec2("CreateTags", call_of(in, true)));
  id = text(in, "resourceId") + "," + text(in, "key");
  return {};
}
Aws<Json> read(Operation& op, std::string& id, const Json&) {
  const std::size_t comma = id.find(',');
  if (comma == std::string::npos)
    return no(ErrorCode::invalid_input, "'" + id + "' is no import id: write RESOURCE,KEY");
  auto found = op.ec2_all(
      "DescribeTags",
      Json::object({{"Filter", filters({{"resource-id", id.substr(0, comma)}, {"key", id.substr(comma + 1)}})}}),
      "tagSet");
  if (!found || found->size() == 0) return found ? Aws<Json>(Json()) : found;
  return Json::object({{"resourceId", id.substr(0, comma)},
                       {"key", id.substr(comma + 1)},
                       {"value", found->item(0).at("value").string_or()}});
}
Aws<void> update(Operation& op, std::string&, const Json&, const Json& in, const Json&) {
  TRY_AWS(op.ec2("CreateTags", call_of(in, true)));
  return {};
}
Aws<void> remove(Operation& op, const std::string&, const Json& known) {
  return fine_if_gone(op.ec2("DeleteTags", call_of(known, false)));
}

}  // namespace

extern const ResourceType kTag;
const ResourceType kTag = {
    .token = "aws:ec2/tag:Tag", .create = create, .read = read, .update = update, .remove = remove};

}  // namespace drydock::aws_provider
