// Tags by ARN. The tags API has exceptions of its own: BadRequestException and NotFoundException.
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/eks/common.h"

namespace drydock::twin::eks {
namespace {

constexpr std::size_t kMaxTags = 50;

/// Calls `use` with the tags of the noun that has this ARN. A reader must not count as a change.
template <class T, class Use>
bool with_tags(World& world, const Call& call, std::string T::*field, bool change, const Use& use) {
  for (const auto& [key, noun] : world.table<T>(call.region)) {
    if (noun.*field != call.text("resourceArn")) continue;
    aws::eks::TagMap tags = noun.tags;
    use(tags);
    if (change) world.table<T>(call.region).edit(key)->tags = std::move(tags);
    return true;
  }
  return false;
}

template <class Use>
std::optional<ApiError> at(World& world, const Call& call, bool change, const Use& use) {
  const std::string text = call.text("resourceArn");
  const auto arn = aws::Arn::parse(text);
  if (!arn || arn->service != "eks") return refuse("BadRequestException", fmt::format("Invalid ARN: {}", text)).value();
  if (with_tags(world, call, &Cluster::arn, change, use) ||
      with_tags(world, call, &Nodegroup::nodegroupArn, change, use) ||
      with_tags(world, call, &Addon::addonArn, change, use) ||
      with_tags(world, call, &FargateProfile::fargateProfileArn, change, use) ||
      with_tags(world, call, &AccessEntry::accessEntryArn, change, use) ||
      with_tags(world, call, &aws::eks::PodIdentityAssociation::associationArn, change, use))
    return std::nullopt;
  return refuse("NotFoundException", fmt::format("Resource was not found: {}", text), 404).value();
}

ApiResult tag(World& world, Call& call) {
  const aws::eks::TagMap added = tags_of(call.in.at("tags"));
  for (const auto& [key, value] : added)
    if (key.starts_with("aws:")) return refuse("BadRequestException", "Tag keys that start with aws: are reserved");
  std::size_t count = 0;
  const auto merge = [&](aws::eks::TagMap& tags) {
    for (const auto& [key, value] : added) tags[key] = value;
    count = tags.size();
  };
  if (auto fault = at(world, call, false, merge)) return tl::unexpected(*fault);
  if (count > kMaxTags) return refuse("BadRequestException", fmt::format("A resource has at most {} tags", kMaxTags));
  (void)at(world, call, true, merge);
  return Json::object();
}

ApiResult untag(World& world, Call& call) {
  const auto erase = [&](aws::eks::TagMap& tags) {
    for (const std::string& key : texts(call.in.at("tagKeys"))) tags.erase(key);
  };
  if (auto fault = at(world, call, true, erase)) return tl::unexpected(*fault);
  return Json::object();
}

ApiResult list(World& world, Call& call) {
  Json out;
  if (auto fault = at(world, call, false, [&](const aws::eks::TagMap& tags) { out = fields::encode(tags); }))
    return tl::unexpected(*fault);
  return Json::object({{"tags", out}});
}

}  // namespace

void install_tags(Service& service) {
  service.front.operation("eks", "TagResource", tag);
  service.front.operation("eks", "UntagResource", untag);
  service.front.operation("eks", "ListTagsForResource", list);
}

}  // namespace drydock::twin::eks
