// CreateTags, DeleteTags, DescribeTags: on whatever has the id.
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

namespace {

std::optional<ApiError> each_resource(World& world, const Call& call, const std::function<void(aws::Tags&)>& change) {
  const std::vector<std::string> ids = call.texts("ResourceId");
  if (ids.empty()) return missing("resourceIdSet");
  for (const std::string& id : ids)  // all or none
    if (!edit_tags(world, call.region, id)) return ApiError{400, "InvalidID", "The ID '" + id + "' is not valid"};
  for (const std::string& id : ids) change(*edit_tags(world, call.region, id));
  return std::nullopt;
}

constexpr std::size_t kTagsPerResource = 50;

ApiResult create_tags(World& world, Call& call) {
  const Json& list = call.in.at("Tag");
  for (std::size_t i = 0; i < list.size(); ++i)
    if (list.item(i).at("Key").string_or().starts_with("aws:"))
      return refuse("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
  if (list.size() > kTagsPerResource) return refuse("TagLimitExceeded", "More than 50 tags specified");
  auto error = each_resource(world, call, [&](aws::Tags& tags) {
    for (std::size_t i = 0; i < list.size(); ++i)
      set_tag(tags, list.item(i).at("Key").string_or(), list.item(i).at("Value").string_or());
  });
  if (error) return tl::unexpected<ApiError>(*error);
  return yes();
}

ApiResult delete_tags(World& world, Call& call) {
  const Json& list = call.in.at("Tag");
  auto error = each_resource(world, call, [&](aws::Tags& tags) {
    std::erase_if(tags, [&](const aws::Tag& tag) {
      if (list.size() == 0) return !tag.key.starts_with("aws:");
      for (std::size_t i = 0; i < list.size(); ++i) {
        const Json& value = list.item(i).at("Value");
        if (list.item(i).at("Key").string_or() == tag.key && (value.is_null() || value.string_or() == tag.value))
          return true;
      }
      return false;
    });
  });
  if (error) return tl::unexpected<ApiError>(*error);
  return yes();
}

struct TagRow {
  std::string id, type;
  aws::Tag tag;
};
template <class T>
void collect(World& world, const Call& call, const char* type, std::vector<TagRow>& rows) {
  for (const auto& [id, noun] : of<T>(world, call))
    for (const aws::Tag& tag : noun.tagSet) rows.push_back({id, type, tag});
}

ApiResult describe_tags(World& world, Call& call) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  std::vector<TagRow> rows;
  collect<aws::Vpc>(world, call, "vpc", rows);
  collect<aws::Subnet>(world, call, "subnet", rows);
  collect<aws::RouteTable>(world, call, "route-table", rows);
  collect<aws::SecurityGroup>(world, call, "security-group", rows);
  collect<aws::SecurityGroupRule>(world, call, "security-group-rule", rows);
  collect<aws::VpcEndpoint>(world, call, "vpc-endpoint", rows);
  collect<aws::NetworkAcl>(world, call, "network-acl", rows);
  collect<aws::InternetGateway>(world, call, "internet-gateway", rows);
  collect<aws::NatGateway>(world, call, "natgateway", rows);
  collect<aws::Address>(world, call, "elastic-ip", rows);
  collect<aws::NetworkInterface>(world, call, "network-interface", rows);
  collect<aws::LaunchTemplate>(world, call, "launch-template", rows);
  collect<aws::Instance>(world, call, "instance", rows);
  Json::Array items;
  for (const TagRow& row : rows) {
    bool keep = true;
    for (const Filter& filter : *filters) {
      Values values;
      if (filter.name == "resource-id") values = {{row.id}};
      if (filter.name == "resource-type") values = {{row.type}};
      if (filter.name == "key") values = {{row.tag.key}};
      if (filter.name == "value") values = {{row.tag.value}};
      if (filter.name.starts_with("tag:")) values = tag_values({row.tag}, filter.name);
      if (!values) return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
      keep = keep && any_match(filter, *values);
    }
    if (keep)
      items.push_back(Json::object(
          {{"resourceId", row.id}, {"resourceType", row.type}, {"key", row.tag.key}, {"value", row.tag.value}}));
  }
  return Json::object({{"tagSet", std::move(items)}});
}

}  // namespace

void install_tags(Front& front, World&) {
  front.operation("ec2", "CreateTags", create_tags);
  front.operation("ec2", "DeleteTags", delete_tags);
  front.operation("ec2", "DescribeTags", describe_tags);
}

}  // namespace drydock::twin::ec2
