#include "providers/eks/provider.h"

#include <map>

#include "providers/eks/parts.h"
#include "providers/eks/reachable.h"

namespace drydock {

namespace eks_provider {
extern const std::string_view kSchemaParts[];  // generated: the text in pieces, then an empty one
}

namespace {

using namespace eks_provider;

using Component = AnyInputs (*)(ComponentHost&, const Surroundings&);
template <AnyInputs (*make)(ComponentHost&)>
AnyInputs alone(ComponentHost& host, const Surroundings&) {
  return make(host);
}
const std::map<std::string, Component, std::less<>> kComponents = {
    {"eks:index:Cluster", make_cluster},
    {"eks:index:ClusterCreationRoleProvider", make_creation_role_provider},
    {"eks:index:NodeGroup", alone<refuse_node_group>},
    {"eks:index:NodeGroupV2", alone<make_node_group_v2>},
    {"eks:index:ManagedNodeGroup", alone<make_managed_node_group>},
    {"eks:index:Addon", alone<make_addon_component>},
    {"eks:index:VpcCniAddon", alone<make_vpc_cni_component>},
    {"eks:index:NodeGroupSecurityGroup", alone<make_node_group_security_group>},
};

Surroundings surroundings(const EksOptions& options) {
  Surroundings out;
  out.await_endpoint = [](const std::string& url) { return await_endpoint(url); };
  if (!options.twin) {
    out.issuer_thumbprint = [](const std::string& issuer) { return issuer_thumbprint(issuer); };
    out.role_settles = std::chrono::seconds(30);
  }
  return out;
}

tl::unexpected<Error> no_resources(std::string_view type) {
  return fail(ErrorCode::unsupported,
              "package eks has components only; '" + std::string(type) + "' cannot be managed as a resource");
}

/// A component with outputs that getKubeconfig needs.
class ClusterReference : public ComponentResource {
 public:
  explicit ClusterReference(detail::CoreRef core)
      : ComponentResource(std::move(core)), json(property_of<std::string>(handle_, "kubeconfigJson")) {}
  Output<std::string> json;
};

/// The cluster's kubeconfig, with other credentials in the arguments of its exec section.
std::string with_credentials(const std::string& kubeconfig, const std::string& profile, const std::string& role) {
  auto config = Json::parse(kubeconfig);
  if (!config) return kubeconfig;
  Json::Array args;
  const Json given = config->path("users.0.user.exec.args");
  if (given.is_array()) args = given.as_array();
  if (!role.empty()) args.insert(args.end(), {"--role", role});
  if (!profile.empty()) args.insert(args.end(), {"--profile", profile});
  (*config)["users"].as_array()[0]["user"]["exec"]["args"] = args;
  return config->dump();
}

class EksProvider final : public Provider {
 public:
  explicit EksProvider(const EksOptions& options) : around_(surroundings(options)) {}

  std::string schema() override {
    std::string text;
    for (const std::string_view* part = kSchemaParts; !part->empty(); ++part) text += *part;
    return text;
  }

  Result<CheckReply> check_config(const CheckRequest& request) override { return CheckReply{request.news, {}}; }
  Result<DiffReply> diff_config(const DiffRequest&) override {
    DiffReply reply;
    reply.changes = DiffReply::Changes::none;
    return reply;
  }
  Result<void> configure(const PropertyMap&) override { return {}; }

  Result<CheckReply> check(const CheckRequest& request) override { return no_resources(request.urn.type()); }
  Result<DiffReply> diff(const DiffRequest& request) override { return no_resources(request.urn.type()); }
  OperationResult create(const CreateRequest& request, std::stop_token) override {
    return tl::unexpected(OperationError{no_resources(request.urn.type()).value(), {}});
  }
  Result<ResourceState> read(const ReadRequest& request, std::stop_token) override {
    return no_resources(request.urn.type());
  }
  OperationResult update(const UpdateRequest& request, std::stop_token) override {
    return tl::unexpected(OperationError{no_resources(request.urn.type()).value(), {}});
  }
  Result<void> del(const DeleteRequest& request, std::stop_token) override { return no_resources(request.urn.type()); }
  Result<InvokeReply> invoke(const InvokeRequest& request, std::stop_token) override {
    return fail(ErrorCode::not_found, "package eks has no function '" + request.token + "'");
  }

  Result<void> construct(const ConstructRequest& request, const std::function<void(ConstructReply)>& answer,
                         std::stop_token cancelled) override {
    auto found = kComponents.find(request.type);
    if (found == kComponents.end()) {
      return fail(ErrorCode::unsupported, "not supported yet: component '" + request.type + "'");
    }
    return host_component(request, answer, cancelled,
                          [this, make = found->second](ComponentHost& host) { return make(host, around_); });
  }

  Result<CallReply> call(const CallRequest& request, std::stop_token cancelled) override {
    if (request.token != "eks:index:Cluster/getKubeconfig") {
      return fail(ErrorCode::not_found, "package eks has no method '" + request.token + "'");
    }
    return host_call(request, cancelled, [](Context&, const ComponentInputs& in) {
      auto result = all(in.resource<ClusterReference>("__self__").json, text_or(in, "profileName", ""),
                        text_or(in, "roleArn", ""))
                        .apply(with_credentials);
      return AnyInputs{{"result", result}};
    });
  }

 private:
  const Surroundings around_;
};

}  // namespace

std::unique_ptr<Provider> make_eks_provider(const EksOptions& options) {
  return std::make_unique<EksProvider>(options);
}

}  // namespace drydock
