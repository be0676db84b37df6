#include "twin/load/load.h"

#include <fmt/format.h>

#include "base/fields.h"
#include "base/text.h"
#include "twin/load/loader.h"

namespace drydock::twin {
namespace load {
namespace {

Principal administrator() {
  return {Principal::Kind::user, Account::id, Account::user_arn, Account::user_id, {}, {}, Account::access_key};
}

}  // namespace

ApiResult Loader::call(const std::string& service, const std::string& action, Members members) {
  Json in = Json::object();
  for (const auto& [name, value] : members)
    if (!value.is_null() && !(value.is_array() && value.size() == 0)) in[name] = value;
  return call(service, action, std::move(in));
}
ApiResult Loader::call(const std::string& service, const std::string& action, Json in) {
  return place_.front.call(service, action, w_.region, administrator(), std::move(in));
}

Step Loader::fault(const cloud::Ref& noun, const ApiError& error) const {
  return fault(noun, error.code + ": " + error.message);
}
Step Loader::fault(const cloud::Ref& noun, const std::string& what) const {
  const cloud::Origin* origin = cloud::origin_of(w_, noun);
  return Error{
      ErrorCode::invalid_input, what, {fmt::format("loading {} {}", noun.table, origin ? origin->address : noun.id)}};
}

std::string Loader::text(std::string text) const {
  if (w_.account != Account::id)
    text = replace_all(std::move(text), ":" + w_.account + ":", std::string(":") + Account::id + ":");
  for (const auto& [from, to] : renamed_) text = replace_all(std::move(text), from, to);
  return text;
}
Json Loader::texts(const Json& value) const {
  if (value.is_string()) return text(value.as_string());
  Json out = value;
  if (out.is_array())
    for (Json& item : out.as_array()) item = texts(item);
  if (out.is_object())
    for (auto& [key, item] : out.as_object()) item = texts(item);
  return out;
}

Json Loader::tag_list(const aws::Tags& tags) {
  Json list = Json::array({});
  for (const aws::Tag& tag : tags)
    if (!tag.key.starts_with("aws:")) list.push_back(Json::object({{"Key", tag.key}, {"Value", tag.value}}));
  return list;
}
Json Loader::tag_specification(const aws::Tags& tags, const char* type) const {
  Json list = tag_list(tags);
  if (list.size() == 0) return {};
  return Json::array({Json::object({{"ResourceType", type}, {"Tag", std::move(list)}})});
}

void Loader::finish() {
  place_.world.commit();
  place_.world.clock().run_completions();
}

Result<Loaded> Loader::run() {
  if (!w_.unknowns.empty())
    return fail(ErrorCode::invalid_input, fmt::format("nobody knows {} yet: a world is lived when all of it is known",
                                                      w_.unknowns.front().source));
  place_.ec2.ensure_region(w_.region);
  for (const auto stage :
       {&Loader::tables_of_our_own, &Loader::identities, &Loader::network, &Loader::endpoints, &Loader::bridges,
        &Loader::clusters, &Loader::kubernetes, &Loader::launch_templates, &Loader::later_changes, &Loader::nodes}) {
    if (Step error = (this->*stage)()) return tl::unexpected(std::move(*error));
    if (stage != &Loader::nodes) finish();
  }
  place_.world.commit();
  return std::move(loaded_);
}

}  // namespace load

Result<Loaded> load_world(LoadPlace place, const cloud::World& world) { return load::Loader(place, world).run(); }

}  // namespace drydock::twin
