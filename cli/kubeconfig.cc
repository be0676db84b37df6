#include "cli/kubeconfig.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/file.h"
#include "base/text.h"
#include "cli/app.h"
#include "engine/state/project.h"

namespace drydock::cli {

std::string kubeconfig_text(const std::vector<ClusterAccess>& clusters, const std::string& drydock) {
  Json out = Json::object({{"apiVersion", "v1"}, {"kind", "Config"}, {"preferences", Json::object()}});
  out["clusters"] = out["contexts"] = out["users"] = Json::Array{};
  out["current-context"] = clusters.empty() ? "" : clusters.front().name;
  for (const auto& c : clusters) {
    Json exec =
        Json::object({{"apiVersion", "client.authentication.k8s.io/v1beta1"},
                      {"command", drydock},
                      {"args", Json::array({"eks", "get-token", "--cluster-name", c.name, "--region", c.region})},
                      {"interactiveMode", "Never"}});
    out["clusters"].push_back(Json::object(
        {{"name", c.arn},
         {"cluster",
          Json::object({{"server", c.endpoint}, {"certificate-authority-data", c.certificate_authority}})}}));
    out["users"].push_back(Json::object({{"name", c.arn}, {"user", Json::object({{"exec", std::move(exec)}})}}));
    out["contexts"].push_back(
        Json::object({{"name", c.name}, {"context", Json::object({{"cluster", c.arn}, {"user", c.arn}})}}));
  }
  return engine::to_yaml(out);
}

Result<void> refresh_kubeconfig(TwinClient& twin, const TwinHome& home, const std::string& region) {
  std::vector<std::pair<std::string, ClusterAccess>> clusters;  // by creation time, newest first
  auto names = twin.aws_get("eks", region, "/clusters");
  if (!names) return pass(names);
  if (const Json& list = names->at("clusters"); list.is_array()) {
    for (const auto& name : list.as_array()) {
      auto described = twin.aws_get("eks", region, "/clusters/" + uri_encode(name.string_or()));
      if (!described) continue;  // deleted meanwhile
      const Json& c = described->at("cluster");
      if (c.at("endpoint").string_or().empty()) continue;  // not active yet
      clusters.push_back({c.at("createdAt").dump(),
                          {c.at("name").string_or(), c.at("arn").string_or(), c.at("endpoint").string_or(),
                           c.at("certificateAuthority").at("data").string_or(), region}});
    }
  }
  std::sort(clusters.begin(), clusters.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::vector<ClusterAccess> ordered;
  for (auto& [time, cluster] : clusters) ordered.push_back(std::move(cluster));
  std::string text = kubeconfig_text(ordered, own_path());
  if (auto now = read_file(home.kubeconfig_file()); now && *now == text) return {};
  if (auto made = make_directories(home.directory()); !made) return made;
  return write_file(home.kubeconfig_file(), text, false, 0600);
}

}  // namespace drydock::cli
