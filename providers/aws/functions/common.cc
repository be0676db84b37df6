#include "providers/aws/functions/common.h"

#include <fmt/format.h>

#include <algorithm>

namespace drydock::aws_provider {

Json user_filters(const Json& in) {
  Json out = Json::array();
  for (const Json& filter : items(in.at("filters")))
    out.push_back(Json::object({{"Name", text(filter, "name")}, {"Value", filter.at("values")}}));
  if (in.at("tags").is_object())
    for (const auto& [key, value] : in.at("tags").as_object())
      out.push_back(Json::object({{"Name", "tag:" + key}, {"Value", Json::array({value})}}));
  return out;
}

Json all_filters(const Json& in, std::initializer_list<std::pair<std::string, std::string>> pairs) {
  Json out = filters(pairs);
  const Json given = user_filters(in);  // named: a range-for keeps no temporary alive that it only refers into
  for (const Json& filter : items(given)) out.push_back(filter);
  return out;
}

Aws<Json> only(const Json& list, const std::string& what) {
  if (list.size() == 1) return list.item(0);
  if (list.size() == 0) return no(ErrorCode::not_found, fmt::format("no {} matches the arguments", what));
  return no(
      ErrorCode::invalid_input,
      fmt::format("{} {}s match the arguments, but exactly one was expected: narrow them down", list.size(), what));
}

Json sorted(Json texts) {
  if (texts.is_array())
    std::sort(texts.as_array().begin(), texts.as_array().end(),
              [](const Json& a, const Json& b) { return a.string_or() < b.string_or(); });
  return texts;
}

}  // namespace drydock::aws_provider
