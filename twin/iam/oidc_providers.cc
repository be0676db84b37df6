// OpenID Connect providers: what lets a service account's token become a role's session (IRSA).
#include <fmt/format.h>

#include <algorithm>

#include "twin/iam/api.h"

namespace drydock::twin::iam {
namespace {

tl::unexpected<ApiError> no_provider(const std::string& arn) {
  return no_such_entity(fmt::format("OpenIDConnect Provider not found for arn {}", arn));
}

template <class Change>
ApiResult with_provider(World& world, const Call& call, Change change) {
  if (auto missing = require(call, {"OpenIDConnectProviderArn"})) return tl::unexpected(*missing);
  const std::string arn = call.text("OpenIDConnectProviderArn");
  aws::OpenIdConnectProvider* provider = world.table<aws::OpenIdConnectProvider>().edit(arn);
  if (!provider) return no_provider(arn);
  return change(*provider);
}

ApiResult create(World& world, Call& call) {
  if (auto missing = require(call, {"Url"})) return tl::unexpected(*missing);
  const std::string url = call.text("Url");
  if (!url.starts_with("https://")) {
    return refuse("ValidationError", "Invalid Open ID Connect Provider URL");
  }
  aws::OpenIdConnectProvider provider;
  provider.Url = url.substr(8);
  while (provider.Url.ends_with('/')) provider.Url.pop_back();
  provider.Arn = iam_arn(world, "oidc-provider", "/", provider.Url);
  if (world.table<aws::OpenIdConnectProvider>().contains(provider.Arn)) {
    return already_exists(fmt::format("Provider with url {} already exists.", url));
  }
  provider.ClientIDList = call.texts("ClientIDList");
  provider.ThumbprintList = call.texts("ThumbprintList");
  for (const std::string& t : provider.ThumbprintList) {
    if (t.size() != 40) return refuse("InvalidInput", fmt::format("Thumbprint {} is not 40 characters long.", t));
  }
  if (provider.ThumbprintList.size() > 5)
    return refuse("InvalidInput", "Thumbprint list must contain fewer than 5 entries.");
  provider.CreateDate = iso_seconds(world.now());
  provider.Tags = tags_of(call.in.at("Tags"));
  Json out = Json::object({{"OpenIDConnectProviderArn", provider.Arn}});
  if (!provider.Tags.empty()) out["Tags"] = fields::encode(provider.Tags);
  const std::string arn = provider.Arn;
  world.table<aws::OpenIdConnectProvider>().put(arn, std::move(provider));
  return out;
}

ApiResult get(World& world, Call& call) {
  const std::string arn = call.text("OpenIDConnectProviderArn");
  const aws::OpenIdConnectProvider* provider = world.table<aws::OpenIdConnectProvider>().find(arn);
  if (!provider) return no_provider(arn);
  return fields::encode(*provider, fields::Scope::wire);
}

ApiResult remove(World& world, Call& call) {
  return with_provider(world, call, [&](aws::OpenIdConnectProvider& provider) -> ApiResult {
    world.table<aws::OpenIdConnectProvider>().erase(std::string(provider.Arn));
    return Json::object();
  });
}

ApiResult list(World& world, Call&) {
  Json::Array items;
  for (const auto& [arn, provider] : world.table<aws::OpenIdConnectProvider>()) {
    items.push_back(Json::object({{"Arn", arn}}));
  }
  return Json::object({{"OpenIDConnectProviderList", std::move(items)}});
}

ApiResult update_thumbprints(World& world, Call& call) {
  return with_provider(world, call, [&](aws::OpenIdConnectProvider& provider) -> ApiResult {
    provider.ThumbprintList = call.texts("ThumbprintList");
    return Json::object();
  });
}

ApiResult add_client(World& world, Call& call) {
  return with_provider(world, call, [&](aws::OpenIdConnectProvider& provider) -> ApiResult {
    const std::string client = call.text("ClientID");
    auto& list = provider.ClientIDList;
    if (std::find(list.begin(), list.end(), client) == list.end()) list.push_back(client);
    return Json::object();
  });
}

ApiResult remove_client(World& world, Call& call) {
  return with_provider(world, call, [&](aws::OpenIdConnectProvider& provider) -> ApiResult {
    std::erase(provider.ClientIDList, call.text("ClientID"));
    return Json::object();
  });
}

ApiResult tag(World& world, Call& call) {
  return with_provider(world, call, [&](aws::OpenIdConnectProvider& provider) -> ApiResult {
    add_tags(provider.Tags, call.in.at("Tags"));
    return Json::object();
  });
}
ApiResult untag(World& world, Call& call) {
  return with_provider(world, call, [&](aws::OpenIdConnectProvider& provider) -> ApiResult {
    remove_tags(provider.Tags, call.in.at("TagKeys"));
    return Json::object();
  });
}
ApiResult list_tags(World& world, Call& call) {
  const std::string arn = call.text("OpenIDConnectProviderArn");
  const aws::OpenIdConnectProvider* provider = world.table<aws::OpenIdConnectProvider>().find(arn);
  if (!provider) return no_provider(arn);
  std::vector<Json> tags;
  for (const aws::IamTag& t : provider->Tags) tags.push_back(fields::encode(t));
  return page(call, "Tags", std::move(tags));
}

}  // namespace

void install_oidc_providers(Front& front) {
  front.operation("iam", "CreateOpenIDConnectProvider", create);
  front.operation("iam", "GetOpenIDConnectProvider", get);
  front.operation("iam", "DeleteOpenIDConnectProvider", remove);
  front.operation("iam", "ListOpenIDConnectProviders", list);
  front.operation("iam", "UpdateOpenIDConnectProviderThumbprint", update_thumbprints);
  front.operation("iam", "AddClientIDToOpenIDConnectProvider", add_client);
  front.operation("iam", "RemoveClientIDFromOpenIDConnectProvider", remove_client);
  front.operation("iam", "TagOpenIDConnectProvider", tag);
  front.operation("iam", "UntagOpenIDConnectProvider", untag);
  front.operation("iam", "ListOpenIDConnectProviderTags", list_tags);
}

}  // namespace drydock::twin::iam
