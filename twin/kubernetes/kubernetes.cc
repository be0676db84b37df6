// All clusters of a world: making them, their certificates and listeners.
#include <fmt/format.h>

#include "base/http_server.h"
#include "base/text.h"
#include "twin/kubernetes/api_server.h"
#include "twin/kubernetes/pki.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {
namespace {

/// The certificate authority of the world.
struct AuthorityRecord {
  static constexpr const char* kTable = "kube.authority";
  std::string certificate, key;
};
template <class V>
void each_field(V& v, AuthorityRecord& x) {
  v("certificate", x.certificate), v("_key", x.key);
}

std::string upper_hex(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'f' ? c - 'a' + 'A' : c);
  return text;
}

}  // namespace

struct Kubernetes::State {
  State(World& world, Neighbours neighbours, Loop* loop)
      : world(world), neighbours(std::move(neighbours)), loop(loop) {}

  struct Running {
    std::unique_ptr<KubeCluster> cluster;
    std::unique_ptr<ApiServer> api;
    std::unique_ptr<HttpServer> server;  // last: it stops before what it calls goes
  };
  World& world;
  Neighbours neighbours;
  Loop* loop;
  std::map<std::pair<std::string, std::string>, Running> running;  // region, name
  std::string url_host = "127.0.0.1";

  Result<const AuthorityRecord*> authority() {
    auto& table = world.table<AuthorityRecord>();
    if (const AuthorityRecord* found = table.find("ca")) return found;
    auto made = make_authority("kubernetes");
    if (!made) return pass(made);
    return &table.put("ca", {made->certificate, made->key});
  }

  Result<void> listen(ClusterRecord& record, Running& running) {
    if (loop == nullptr) return {};
    HttpServer::Options options;
    options.tls = HttpServer::Tls{record.certificate, record.key};
    options.port = static_cast<std::uint16_t>(record.port);
    ApiServer* api = running.api.get();
    auto handler = [api](HttpRequest request, std::shared_ptr<HttpReply> reply) {
      api->serve(request, std::move(reply));
    };
    auto server = HttpServer::listen(*loop, options, handler);
    // A port taken by another program in the meantime: a new one is better than no cluster; kubeconfigs go stale.
    if (!server && options.port != 0) {
      options.port = 0;
      server = HttpServer::listen(*loop, options, handler);
    }
    if (!server) return pass(server, fmt::format("starting the API server of cluster '{}'", record.name));
    record.port = (*server)->port();
    running.server = std::move(*server);
    return {};
  }

  Result<KubeCluster*> open(const std::string& region, const std::string& name) {
    Running& entry = running[{region, name}];
    entry.cluster = std::make_unique<KubeCluster>(world, neighbours, region, name);
    entry.api = std::make_unique<ApiServer>(*entry.cluster, loop);
    ClusterRecord record = entry.cluster->record();
    int before = record.port;
    if (auto listening = listen(record, entry); !listening) {
      running.erase({region, name});
      return pass(listening);
    }
    if (record.port != before) world.table<ClusterRecord>(region).edit(name)->port = record.port;
    return entry.cluster.get();
  }
};

Kubernetes::Kubernetes(World& world, Neighbours neighbours, Loop* loop)
    : state_(std::make_unique<State>(world, std::move(neighbours), loop)) {
  reload();
  world.on_change([state = state_.get()] {
    for (auto& [key, entry] : state->running) entry.cluster->settle();
  });
}

Kubernetes::~Kubernetes() = default;

void Kubernetes::reload() {
  state_->running.clear();
  for (const std::string& region : state_->world.regions(ClusterRecord::kTable)) {
    std::vector<std::string> names;
    for (const auto& [name, record] : state_->world.table<ClusterRecord>(region)) names.push_back(name);
    for (const std::string& name : names) {
      auto opened = state_->open(region, name);
      if (!opened) fmt::print(stderr, "drydock twin: {}\n", opened.error().to_string());
    }
  }
}

Result<KubeCluster*> Kubernetes::create(const NewCluster& what) {
  if (find(what.region, what.name) != nullptr)
    return fail(ErrorCode::already_exists, fmt::format("cluster '{}' exists already", what.name));
  auto authority = state_->authority();
  if (!authority) return pass(authority);
  World& world = state_->world;
  ClusterRecord record;
  record.name = what.name;
  record.region = what.region;
  record.version = what.version;
  record.issuer = what.issuer;
  record.service_cidr = what.service_cidr.empty() ? "10.100.0.0/16" : what.service_cidr;
  record.id = upper_hex(world.new_hex(32));
  record.hostname = fmt::format("{}.gr7.{}.eks.amazonaws.com", record.id, what.region);
  std::vector<std::string> names = {record.hostname,
                                    "localhost",
                                    "kubernetes",
                                    "kubernetes.default",
                                    "kubernetes.default.svc",
                                    "kubernetes.default.svc.cluster.local"};
  auto pair = make_server_certificate({(*authority)->certificate, (*authority)->key}, "kube-apiserver", names,
                                      {"127.0.0.1", "::1", service_address(record, 1)});
  if (!pair) return pass(pair);
  record.authority = (*authority)->certificate;
  record.certificate = pair->certificate;
  record.key = pair->key;
  world.table<ClusterRecord>(what.region).put(what.name, record);
  auto opened = state_->open(what.region, what.name);
  if (!opened) {
    world.table<ClusterRecord>(what.region).erase(what.name);
    return opened;
  }
  bootstrap(**opened);
  (*opened)->settle();
  return opened;
}

KubeCluster* Kubernetes::find(std::string_view region, std::string_view name) const {
  auto found = state_->running.find({std::string(region), std::string(name)});
  return found == state_->running.end() ? nullptr : found->second.cluster.get();
}

std::vector<KubeCluster*> Kubernetes::all() const {
  std::vector<KubeCluster*> out;
  for (const auto& [key, entry] : state_->running) out.push_back(entry.cluster.get());
  return out;
}

void Kubernetes::remove(std::string_view region, std::string_view name) {
  state_->running.erase({std::string(region), std::string(name)});
  World& world = state_->world;
  auto& objects = world.table<StoredObject>(region);
  std::string prefix = std::string(name) + "|";
  std::vector<std::string> keys;
  for (auto it = objects.lower_bound(prefix); it != objects.end() && it->first.starts_with(prefix); ++it)
    keys.push_back(it->first);
  for (const std::string& key : keys) objects.erase(key);
  world.table<ClusterCounters>(region).erase(name);
  world.table<ClusterRecord>(region).erase(name);
}

const std::string& Kubernetes::authority() const {
  static const std::string none;
  auto found = state_->authority();
  return found ? (*found)->certificate : none;
}

std::string Kubernetes::url(const KubeCluster& cluster) const {
  return fmt::format("https://{}:{}", state_->url_host, cluster.record().port);
}

}  // namespace drydock::twin::kubernetes
