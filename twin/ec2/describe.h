// What every Describe call of EC2 does alike: ids, filters with wildcards, paging; and reading of ids and tags.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Filter.html
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/fields.h"
#include "cloud/aws/ec2.h"
#include "twin/kernel/call.h"
#include "twin/kernel/world.h"

namespace drydock::twin::ec2 {

template <class T>
Table<T>& of(World& world, const Call& call) {
  return world.table<T>(call.region);
}

struct Filter {
  std::string name;
  std::vector<std::string> values;  // any of them; '*' and '?' are wildcards
};
tl::expected<std::vector<Filter>, ApiError> read_filters(const Call& call);
bool matches_wildcard(std::string_view pattern, std::string_view text);

/// A noun's values for a filter's name; nullopt: the name means nothing for this noun.
using Values = std::optional<std::vector<std::string>>;
/// tag:KEY, tag-key, tag-value.
Values tag_values(const aws::Tags& tags, std::string_view name);
bool any_match(const Filter& filter, const std::vector<std::string>& values);

inline std::string text_of(bool value) { return value ? "true" : "false"; }
inline std::vector<std::string> one(const std::optional<std::string>& value) {
  return value ? std::vector<std::string>{*value} : std::vector<std::string>{};
}

/// How the nouns of one kind are described.
template <class T>
struct Description {
  const char* set;           // "vpcSet"
  const char* id_parameter;  // "VpcId"
  const char* not_found;     // "InvalidVpcID.NotFound"
  const char* what;          // "vpc ID", for "The vpc ID 'vpc-1' does not exist"
  std::function<Values(World&, const Call&, const T&, std::string_view name)> values;
  std::function<Json(World&, const Call&, const T&)> render;
  std::function<bool(const T&)> hidden = {};  // not there any more
};

ApiError no_such(const char* code, const char* what, const std::string& id);

/// Position to start from, and how many at most. Error InvalidParameterValue, InvalidNextToken.
struct Page {
  std::string from;       // exclusive key; "" from the start
  std::size_t limit = 0;  // 0: all
};
tl::expected<Page, ApiError> read_page(const Call& call);
std::string next_token(const std::string& last_key);

template <class T>
ApiResult describe(World& world, Call& call, const Description<T>& d) {
  auto filters = read_filters(call);
  if (!filters) return tl::unexpected<ApiError>(filters.error());
  auto page = read_page(call);
  if (!page) return tl::unexpected<ApiError>(page.error());
  const Table<T>& table = of<T>(world, call);
  std::vector<std::string> ids = call.texts(d.id_parameter);
  for (const std::string& id : ids) {
    const T* row = table.find(id);
    if (!row || (d.hidden && d.hidden(*row))) return tl::unexpected<ApiError>(no_such(d.not_found, d.what, id));
  }
  Json::Array items;
  std::string token;
  for (auto it = page->from.empty() ? table.begin() : table.lower_bound(page->from); it != table.end(); ++it) {
    const auto& [key, row] = *it;
    if (key == page->from || (d.hidden && d.hidden(row))) continue;
    if (!ids.empty() && std::find(ids.begin(), ids.end(), key) == ids.end()) continue;
    bool keep = true;
    for (const Filter& filter : *filters) {
      Values values;
      if constexpr (requires { row.tagSet; }) values = tag_values(row.tagSet, filter.name);
      if (!values) values = d.values(world, call, row, filter.name);
      if (!values) return refuse("InvalidParameterValue", "The filter '" + filter.name + "' is invalid");
      if (!any_match(filter, *values)) {
        keep = false;
        break;
      }
    }
    if (!keep) continue;
    if (page->limit && items.size() == page->limit) {
      token = next_token(items.empty() ? page->from : std::prev(it)->first);
      break;
    }
    items.push_back(d.render(world, call, row));
  }
  Json out = Json::object();
  out[d.set] = std::move(items);
  if (!token.empty()) out["nextToken"] = token;
  return out;
}

template <class T>
Json rendered(const T& noun) {
  return fields::encode(noun, fields::Scope::wire);
}

/// Tags of TagSpecification.N for this resource type; error for other types.
tl::expected<aws::Tags, ApiError> read_tags(const Call& call, std::string_view resource_type);
/// The tags of whatever has this id; null if nothing has.
aws::Tags* edit_tags(World& world, const std::string& region, const std::string& id);
void set_tag(aws::Tags& tags, const std::string& key, const std::string& value);

ApiError missing(std::string_view parameter);
ApiError bad_value(const std::string& value, std::string_view parameter, std::string_view why);
/// {"return": "true"}
Json yes();
std::string arn_of(World& world, const Call& call, std::string_view type, std::string_view id);

/// A state that the clock brings: `name` is the event, `id` the noun.
void later(World& world, const std::string& region, Millis delay, const std::string& event, const std::string& id);

}  // namespace drydock::twin::ec2
