#include "twin/ec2/describe.h"

#include <algorithm>
#include <set>

#include "base/hash.h"

namespace drydock::twin::ec2 {

tl::expected<std::vector<Filter>, ApiError> read_filters(const Call& call) {
  std::vector<Filter> filters;
  const Json& list = call.in.at("Filter");
  for (std::size_t i = 0; i < list.size(); ++i) {
    Filter filter{list.item(i).at("Name").string_or(), {}};
    const Json& values = list.item(i).at("Value");
    for (std::size_t j = 0; j < values.size(); ++j) filter.values.push_back(values.item(j).string_or());
    if (filter.name.empty()) return refuse("InvalidParameterValue", "The filter '' is invalid");
    if (filter.values.empty())
      return refuse("InvalidParameterValue", "The filter '" + filter.name + "' must have at least one value");
    filters.push_back(std::move(filter));
  }
  return filters;
}

bool matches_wildcard(std::string_view pattern, std::string_view text) {
  std::size_t p = 0, t = 0, star = std::string_view::npos, mark = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++, mark = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p, ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1, t = ++mark;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

Values tag_values(const aws::Tags& tags, std::string_view name) {
  const bool keys = name == "tag-key", values = name == "tag-value", pair = name.starts_with("tag:");
  if (!keys && !values && !pair) return std::nullopt;
  std::vector<std::string> found;
  for (const aws::Tag& tag : tags) {
    if (keys) found.push_back(tag.key);
    if (values || (pair && tag.key == name.substr(4))) found.push_back(tag.value);
  }
  return found;
}

bool any_match(const Filter& filter, const std::vector<std::string>& values) {
  for (const std::string& pattern : filter.values)
    for (const std::string& value : values)
      if (matches_wildcard(pattern, value)) return true;
  return false;
}

ApiError no_such(const char* code, const char* what, const std::string& id) {
  return {400, code, std::string("The ") + what + " '" + id + "' does not exist"};
}

tl::expected<Page, ApiError> read_page(const Call& call) {
  Page page;
  if (call.has("MaxResults")) {
    auto limit = call.number("MaxResults");
    if (!limit || *limit < 1)
      return refuse("InvalidParameterValue",
                    "Value ( " + call.text("MaxResults") +
                        " ) for parameter maxResults is invalid. Expecting a positive number.");
    page.limit = static_cast<std::size_t>(std::min<std::int64_t>(*limit, 1000));
  }
  if (const std::string token = call.text("NextToken"); !token.empty()) {
    auto key = unbase64(token);
    if (!key || !key->starts_with("after:")) return refuse("InvalidNextToken", "The token '" + token + "' is invalid");
    page.from = key->substr(6);
  }
  return page;
}

std::string next_token(const std::string& last_key) { return base64("after:" + last_key); }

tl::expected<aws::Tags, ApiError> read_tags(const Call& call, std::string_view resource_type) {
  aws::Tags tags;
  const Json& specs = call.in.at("TagSpecification");
  for (std::size_t i = 0; i < specs.size(); ++i) {
    const std::string type = specs.item(i).at("ResourceType").string_or();
    if (type != resource_type)
      return refuse("InvalidParameterValue",
                    "'" + type + "' is not a valid taggable resource type for this operation.");
    const Json& list = specs.item(i).at("Tag");
    for (std::size_t j = 0; j < list.size(); ++j) {
      const std::string key = list.item(j).at("Key").string_or();
      if (key.starts_with("aws:"))
        return refuse("InvalidParameterValue", "Tag keys starting with 'aws:' are reserved for internal use");
      if (key.size() > 127 + 1)
        return refuse("InvalidParameterValue", "Tag key exceeds the maximum length of 128 characters");
      for (const aws::Tag& tag : tags)
        if (tag.key == key) return refuse("InvalidParameterValue", "Duplicate tag key '" + key + "' specified.");
      tags.push_back({key, list.item(j).at("Value").string_or()});
    }
  }
  return tags;
}

void set_tag(aws::Tags& tags, const std::string& key, const std::string& value) {
  for (aws::Tag& tag : tags)
    if (tag.key == key) {
      tag.value = value;
      return;
    }
  tags.push_back({key, value});
}

namespace {

template <class T>
aws::Tags* tags_in(World& world, const std::string& region, const std::string& id) {
  T* row = world.table<T>(region).edit(id);
  return row ? &row->tagSet : nullptr;
}

using TagFinder = aws::Tags* (*)(World&, const std::string&, const std::string&);
const std::map<std::string, TagFinder, std::less<>>& tag_finders() {
  static const std::map<std::string, TagFinder, std::less<>> finders = {{"vpc", tags_in<aws::Vpc>},
                                                                        {"subnet", tags_in<aws::Subnet>},
                                                                        {"rtb", tags_in<aws::RouteTable>},
                                                                        {"sg", tags_in<aws::SecurityGroup>},
                                                                        {"sgr", tags_in<aws::SecurityGroupRule>},
                                                                        {"vpce", tags_in<aws::VpcEndpoint>},
                                                                        {"acl", tags_in<aws::NetworkAcl>},
                                                                        {"igw", tags_in<aws::InternetGateway>},
                                                                        {"nat", tags_in<aws::NatGateway>},
                                                                        {"eipalloc", tags_in<aws::Address>},
                                                                        {"eni", tags_in<aws::NetworkInterface>},
                                                                        {"lt", tags_in<aws::LaunchTemplate>},
                                                                        {"i", tags_in<aws::Instance>},
                                                                        {"dopt", tags_in<aws::DhcpOptions>},
                                                                        {"key", tags_in<aws::KeyPair>}};
  return finders;
}

}  // namespace

aws::Tags* edit_tags(World& world, const std::string& region, const std::string& id) {
  auto finder = tag_finders().find(id.substr(0, id.find('-')));
  return finder == tag_finders().end() ? nullptr : finder->second(world, region, id);
}

ApiError missing(std::string_view parameter) {
  return {400, "MissingParameter", "The request must contain the parameter " + std::string(parameter)};
}

ApiError bad_value(const std::string& value, std::string_view parameter, std::string_view why) {
  return {400, "InvalidParameterValue",
          "Value (" + value + ") for parameter " + std::string(parameter) + " is invalid. " + std::string(why)};
}

Json yes() { return Json::object({{"return", "true"}}); }

std::string arn_of(World& world, const Call& call, std::string_view type, std::string_view id) {
  return "arn:aws:ec2:" + call.region + ":" + world.account() + ":" + std::string(type) + "/" + std::string(id);
}

void later(World& world, const std::string& region, Millis delay, const std::string& event, const std::string& id) {
  world.clock().after(delay, Clock::Kind::completes, event, Json::object({{"region", region}, {"id", id}}));
}

}  // namespace drydock::twin::ec2
