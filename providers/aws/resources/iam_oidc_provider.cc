// aws:iam/openIdConnectProvider:OpenIdConnectProvider
#include "providers/aws/resources/iam.h"

namespace drydock::aws_provider {
namespace {

Json named(const std::string& arn) { return Json::object({{"OpenIDConnectProviderArn", arn}}); }

std::string bare(const std::string& url) { return url.starts_with("https://") ? url.substr(8) : url; }

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.iam("CreateOpenIDConnectProvider", Json::object({{"Url", "https://" + bare(text(in, "url"))},
                                                                  {"ClientIDList", in.at("clientIdLists")},
                                                                  {"ThumbprintList", in.at("thumbprintLists")},
                                                                  {"Tags", iam_tags(in)}}));
  if (!made) return up(made);
  id = text(*made, "OpenIDConnectProviderArn");
  return {};
}

Aws<Json> read(Operation& op, std::string& id, const Json& known) {
  auto reply = unless(op.iam("GetOpenIDConnectProvider", named(id)), {"NoSuchEntity"});
  if (!reply || reply->is_null()) return reply;
  Json out;
  out["arn"] = id;
  // AWS leaves the scheme out; with or without it is the same issuer.
  out["url"] = bare(text(known, "url")) == text(*reply, "Url") ? text(known, "url") : text(*reply, "Url");
  out["clientIdLists"] = Json(items(reply->at("ClientIDList")));
  out["thumbprintLists"] = Json(items(reply->at("ThumbprintList")));
  out["tagsAll"] = tag_map(reply->at("Tags"));
  return out;
}

Aws<void> update(Operation& op, std::string& id, const Json& old, const Json& in, const Json&) {
  if (changed(old, in, "thumbprintLists") && in.at("thumbprintLists").size() > 0)
    TRY_AWS(op.iam("UpdateOpenIDConnectProviderThumbprint",
                   Json::object({{"OpenIDConnectProviderArn", id}, {"ThumbprintList", in.at("thumbprintLists")}})));
  const ListChange clients = list_change(old.at("clientIdLists"), in.at("clientIdLists"));
  for (const Json& client : clients.added)
    TRY_AWS(op.iam("AddClientIDToOpenIDConnectProvider",
                   Json::object({{"OpenIDConnectProviderArn", id}, {"ClientID", client}})));
  for (const Json& client : clients.removed)
    TRY_AWS(op.iam("RemoveClientIDFromOpenIDConnectProvider",
                   Json::object({{"OpenIDConnectProviderArn", id}, {"ClientID", client}})));
  return {};
}

Aws<void> retag(Operation& op, const std::string& id, const Json&, const Json& set, const Json::Array& unset) {
  return retag_iam(op, "TagOpenIDConnectProvider", "UntagOpenIDConnectProvider", "OpenIDConnectProviderArn", id, set,
                   unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  return fine_if(op.iam("DeleteOpenIDConnectProvider", named(id)), {"NoSuchEntity"});
}

bool replaces(std::string_view path, const Json& old, const Json& in, bool by_schema) {
  if (path == "url") return bare(text(old, path)) != bare(text(in, path));
  return by_schema;
}

}  // namespace

extern const ResourceType kOpenIdConnectProvider;
const ResourceType kOpenIdConnectProvider = {.token = "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
                                             .sets = {"clientIdLists", "thumbprintLists"},
                                             .create = create,
                                             .read = read,
                                             .update = update,
                                             .retag = retag,
                                             .remove = remove,
                                             .replaces = replaces};

}  // namespace drydock::aws_provider
