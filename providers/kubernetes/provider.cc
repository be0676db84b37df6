#include "providers/kubernetes/provider.h"

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "cloud/kube/kinds.h"
#include "providers/kubernetes/await.h"
#include "providers/kubernetes/client.h"
#include "providers/kubernetes/inputs.h"

namespace drydock::kubernetes {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr const char* kSchema = R"({"name":"kubernetes","version":"4.19.0","displayName":"Kubernetes",
"description":"Any kind a cluster serves, by discovery and server-side apply.","resources":{},"types":{},"functions":{},
"config":{"variables":{"kubeconfig":{"type":"string"},"context":{"type":"string"},"namespace":{"type":"string"}}},
"provider":{"inputProperties":{"kubeconfig":{"type":"string","description":"A kubeconfig, or the path of one."},
"context":{"type":"string","description":"The context to use; the current one if absent."},
"namespace":{"type":"string","description":"Where objects go that name no namespace."},
"enableServerSideApply":{"type":"boolean"},"enablePatchForce":{"type":"boolean","description":"Take fields over from other managers."},
"enableConfigMapMutable":{"type":"boolean","description":"Change ConfigMaps in place."},
"enableSecretMutable":{"type":"boolean","description":"Change Secrets in place."},
"deleteUnreachable":{"type":"boolean","description":"Forget objects of a cluster that cannot be reached."}}}})";

/// Booleans may arrive as text, as provider inputs do.
bool flag(const PropertyMap& inputs, std::string_view name) {
  const PropertyValue value = at(inputs, name).plain();
  return value.is_bool() ? value.as_bool() : value.string_or() == "true";
}

std::string text(const PropertyMap& inputs, std::string_view name) {
  const PropertyValue value = at(inputs, name).plain();
  if (value.is_map()) return to_json(value).dump();
  return value.string_or();
}

Json document_of(const PropertyMap& inputs) { return to_json(PropertyValue(inputs).plain()); }

std::string manager_of(const Urn& urn, const PropertyMap& state) {
  std::string kept = at(state, "__fieldManager").plain().string_or();
  return kept.empty() ? "pulumi-kubernetes-" + hex(sha256(urn.str())).substr(0, 8) : kept;
}

milliseconds timeout_of(const Json& object, milliseconds asked) {
  std::string seconds = kube::annotation(object, "pulumi.com/timeoutSeconds").string_or();
  if (!seconds.empty()) return std::chrono::seconds(std::atoll(seconds.c_str()));
  return asked.count() > 0 ? asked : milliseconds(10min);
}

tl::unexpected<OperationError> failed(Error error) { return tl::unexpected(OperationError{std::move(error), {}}); }

class KubernetesProvider final : public Provider {
 public:
  explicit KubernetesProvider(KubernetesOptions options) : options_(std::move(options)) {}

  std::string schema() override { return kSchema; }

  Result<CheckReply> check_config(const CheckRequest& request) override {
    CheckReply reply{request.news, {}};
    std::string kubeconfig = text(request.news, "kubeconfig");
    if (!kubeconfig.empty()) {
      auto parsed = read_kubeconfig(kubeconfig, text(request.news, "context"));
      if (!parsed) reply.failures.push_back({"kubeconfig", parsed.error().to_string()});
    }
    return reply;
  }

  Result<DiffReply> diff_config(const DiffRequest& request) override {
    DiffReply reply;
    PropertyMap before = plain(request.old_inputs), after = plain(request.news);
    reply.changes = before == after ? DiffReply::Changes::none : DiffReply::Changes::some;
    for (const auto& [key, value] : after) {
      if (at(before, key) != value) reply.diffs.push_back(key);
    }
    // Another cluster is another place: what lived in the old one must be made again in the new one.
    auto server = [](const PropertyMap& inputs) {
      auto parsed = read_kubeconfig(text(inputs, "kubeconfig"), text(inputs, "context"));
      return parsed ? parsed->server : std::string();
    };
    if (!contains_unknowns(request.news) && server(before) != server(after)) reply.replaces.push_back("kubeconfig");
    return reply;
  }

  Result<void> configure(const PropertyMap& inputs) override {
    mutability_ = {flag(inputs, "enableConfigMapMutable"), flag(inputs, "enableSecretMutable")};
    force_ = flag(inputs, "enablePatchForce");
    delete_unreachable_ = flag(inputs, "deleteUnreachable");
    default_namespace_ = text(inputs, "namespace");
    if (at(inputs, "kubeconfig").contains_unknowns()) {
      missing_ = Error{ErrorCode::unavailable, "the provider's kubeconfig is not known yet", {}};
      return {};
    }
    auto connection = read_kubeconfig(text(inputs, "kubeconfig"), text(inputs, "context"));
    if (!connection) {
      // A default provider may be configured and never used; whoever uses it hears the reason.
      missing_ = connection.error();
      return {};
    }
    if (default_namespace_.empty()) default_namespace_ = connection->name_space;
    client_ = std::make_unique<Client>(std::move(*connection), options_);
    return {};
  }

  Result<CheckReply> check(const CheckRequest& request) override {
    CheckReply reply;
    auto gvk = kind_of(request.urn.type(), request.news);
    if (!gvk) return pass(gvk);
    reply.inputs =
        complete_inputs(request, *gvk, namespaced(*gvk), default_namespace_.empty() ? "default" : default_namespace_);
    reply.failures = check_inputs(reply.inputs, *gvk);
    if (is_patch(request.urn.type()) && kube::name_of(document_of(request.news)).empty()) {
      reply.failures.push_back({"metadata.name", "a Patch resource must name the object it patches"});
    }
    return reply;
  }

  Result<DiffReply> diff(const DiffRequest& request) override {
    auto gvk = kind_of(request.urn.type(), request.news);
    if (!gvk) return pass(gvk);
    return compare_inputs(request.old_inputs, request.news, *gvk, mutability_);
  }

  OperationResult create(const CreateRequest& request, std::stop_token stop) override {
    if (request.preview) return ResourceState{"", request.inputs, {}, {}};
    return write(request.urn, request.inputs, {}, request.timeout, stop);
  }

  OperationResult update(const UpdateRequest& request, std::stop_token stop) override {
    if (request.preview) return ResourceState{request.id, request.news, {}, {}};
    return write(request.urn, request.news, request.olds, request.timeout, stop);
  }

  Result<ResourceState> read(const ReadRequest& request, std::stop_token stop) override {
    if (!client_) return tl::unexpected<Error>(missing_);
    auto gvk = kind_of(request.urn.type(), request.properties.empty() ? request.inputs : request.properties);
    if (!gvk) return pass(gvk);
    Id id = parse_id(request.id);
    auto path = client_->path(*gvk, id.name_space, id.name, stop);
    // A kind that is no longer served has no objects either.
    if (!path && path.error().code == ErrorCode::not_found) return ResourceState{};
    if (!path) return pass(path);
    auto live = client_->get(*path, stop);
    if (!live) return pass(live, "reading " + request.id);
    if (!*live) return ResourceState{};
    ResourceState state{request.id,
                        outputs_of(**live, request.inputs, manager_of(request.urn, request.properties),
                                   first_version(request.properties, *gvk)),
                        {},
                        {}};
    state.inputs = request.inputs.empty() ? inputs_of(**live) : request.inputs;
    return state;
  }

  Result<void> del(const DeleteRequest& request, std::stop_token stop) override {
    if (!client_) return tl::unexpected<Error>(missing_);
    auto gvk = kind_of(request.urn.type(), request.properties);
    if (!gvk) return pass(gvk);
    auto done = erase(request, *gvk, stop);
    if (!done && done.error().code == ErrorCode::unavailable && delete_unreachable_) return {};
    return done;
  }

  Result<InvokeReply> invoke(const InvokeRequest& request, std::stop_token) override {
    return fail(ErrorCode::unsupported, fmt::format("not supported yet: {}", request.token));
  }

 private:
  /// By our own table, which works without a cluster; else by the cluster's.
  bool namespaced(const kube::GroupVersionKind& gvk) {
    if (const kube::Kind* known = kube::find_kind(gvk)) return known->namespaced;
    if (!client_) return true;
    auto found = client_->resource(gvk, {});
    return found ? found->namespaced : true;
  }

  static std::string first_version(const PropertyMap& state, const kube::GroupVersionKind& gvk) {
    return at(state, "__initialApiVersion").plain().string_or(gvk.api_version());
  }

  OperationResult write(const Urn& urn, const PropertyMap& inputs, const PropertyMap& state, milliseconds timeout,
                        std::stop_token stop) {
    if (!client_) return failed(missing_);
    auto gvk = kind_of(urn.type(), inputs);
    if (!gvk) return failed(std::move(gvk.error()));
    Json object = document_of(inputs);
    std::string name = kube::name_of(object), manager = manager_of(urn, state);
    auto path = client_->path(*gvk, kube::namespace_of(object), name, stop);
    if (!path) return failed(std::move(path.error()));
    std::string about = fmt::format("{} {} '{}'", state.empty() ? "creating" : "updating", gvk->kind, name);
    bool force = force_ || kube::annotation(object, "pulumi.com/patchForce").string_or() == "true";
    auto live = name.empty() ? client_->create(*path, object, manager, stop)
                             : client_->apply(*path, object, {manager, force, false}, stop);
    if (!live) return failed(explained(std::move(live.error()), force).during(about));
    if (name.empty()) *path += "/" + uri_encode(kube::name_of(*live));
    auto result = [&](const Json& object, std::vector<std::string> reasons) {
      return ResourceState{
          id_of(object), outputs_of(object, inputs, manager, first_version(state, *gvk)), {}, std::move(reasons)};
    };
    ResourceState made = result(*live, {});
    if (is_patch(urn.type())) return made;
    auto awaited = await_ready(*client_, *path, std::move(*live), timeout_of(object, timeout), stop);
    if (!awaited) return tl::unexpected(OperationError{std::move(awaited.error()).during(about), std::move(made)});
    if (awaited->reasons.empty()) return result(awaited->object, {});
    ErrorCode code = stop.stop_requested() ? ErrorCode::cancelled : ErrorCode::timeout;
    Error error{code,
                fmt::format("{} '{}' was written, but did not become ready: {}", gvk->kind, id_of(awaited->object),
                            join(awaited->reasons, "; ")),
                {}};
    return tl::unexpected(OperationError{std::move(error), result(awaited->object, awaited->reasons)});
  }

  static Error explained(Error error, bool force) {
    if (error.code == ErrorCode::conflict && !force) {
      error.message +=
          ". Set the annotation pulumi.com/patchForce: \"true\" to take these fields over from their other manager";
    }
    return error;
  }

  Result<void> erase(const DeleteRequest& request, const kube::GroupVersionKind& gvk, std::stop_token stop) {
    Id id = parse_id(request.id);
    auto path = client_->path(gvk, id.name_space, id.name, stop);
    if (!path && path.error().code == ErrorCode::not_found) return {};
    if (!path) return pass(path);
    std::string about = fmt::format("deleting {} '{}'", gvk.kind, request.id);
    Json last = document_of(request.properties);
    if (is_patch(request.urn.type())) {
      // Applying nothing gives up every field this resource owns.
      Json nothing = kube::make_object(gvk.api_version(), gvk.kind, id.name_space, id.name);
      auto given_up = client_->apply(*path, nothing, {manager_of(request.urn, request.properties), false, false}, stop);
      if (!given_up && given_up.error().code != ErrorCode::not_found) return pass(given_up, about);
      return {};
    }
    std::string how = kube::annotation(last, "pulumi.com/deletionPropagationPolicy").string_or("Background");
    how[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(how[0])));
    auto gone = client_->remove(*path, how, stop);
    if (!gone) return pass(gone, about);
    auto waited = await_gone(*client_, *path, kube::uid_of(last), timeout_of(last, request.timeout), stop);
    if (!waited) return pass(waited, about);
    return {};
  }

  KubernetesOptions options_;
  std::unique_ptr<Client> client_;
  Error missing_{ErrorCode::internal, "the kubernetes provider was not configured", {}};
  Mutability mutability_;
  bool force_ = false, delete_unreachable_ = false;
  std::string default_namespace_;
};

}  // namespace

std::unique_ptr<Provider> make_kubernetes_provider(KubernetesOptions options) {
  return std::make_unique<KubernetesProvider>(std::move(options));
}

}  // namespace drydock::kubernetes
