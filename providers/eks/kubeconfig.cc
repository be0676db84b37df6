#include "base/text.h"
#include "providers/eks/parts.h"

namespace drydock::eks_provider {

namespace {

constexpr const char* kAuthVersion = "client.authentication.k8s.io/v1beta1";

Json::Array token_arguments(const std::string& arn, const std::string& cluster, const std::string& profile,
                            const std::string& role) {
  const auto parts = split(arn, ':');
  Json::Array args{
      "--region", parts.size() > 3 ? parts[3] : "", "eks", "get-token", "--cluster-name", cluster, "--output", "json"};
  if (!role.empty()) args.insert(args.end(), {"--role", role});
  if (!profile.empty()) args.insert(args.end(), {"--profile", profile});
  return args;
}

}  // namespace

Output<Json> make_kubeconfig(const ClusterValues& cluster, const Output<std::string>& profile,
                             const Output<std::string>& role_arn) {
  return all(cluster.name, cluster.arn, cluster.endpoint, cluster.certificate, profile, role_arn)
      .apply([](const std::string& name, const std::string& arn, const std::string& endpoint,
                const std::string& certificate, const std::string& profile, const std::string& role) {
        auto named = [](const char* name, const char* key, Json value) {
          return Json::array({Json::object({{"name", name}, {key, std::move(value)}})});
        };
        Json exec = Json::object(
            {{"apiVersion", kAuthVersion},
             {"command", "aws"},
             {"args", token_arguments(arn, name, profile, role)},
             {"env", Json::array({Json::object({{"name", "KUBERNETES_EXEC_INFO"},
                                                {"value", Json::object({{"apiVersion", kAuthVersion}}).dump()}})})}});
        return Json::object(
            {{"apiVersion", "v1"},
             {"kind", "Config"},
             {"clusters", named("kubernetes", "cluster",
                                Json::object({{"server", endpoint}, {"certificate-authority-data", certificate}}))},
             {"contexts", named("aws", "context", Json::object({{"cluster", "kubernetes"}, {"user", "aws"}}))},
             {"current-context", "aws"},
             {"users", named("aws", "user", Json::object({{"exec", exec}}))}});
      });
}

}  // namespace drydock::eks_provider
