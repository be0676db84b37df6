// Watches: a stream of changes, from now or from a version that is still remembered.
// https://kubernetes.io/docs/reference/using-api/api-concepts/#efficient-detection-of-changes
#include <fmt/format.h>

#include <cstdlib>

#include "twin/kubernetes/api_server.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {

struct ApiServer::Watch {
  std::shared_ptr<HttpReply> reply;
  const kube::Kind* kind = nullptr;
  std::string resource, name_space, include;
  kube::LabelSelector labels;
  kube::FieldSelector fields;
  bool as_table = false, headers_sent = false;
  std::unique_ptr<Loop::Timer> timer;

  bool selects(const Json* object) const {
    if (object == nullptr) return false;
    if (!name_space.empty() && kube::namespace_of(*object) != name_space) return false;
    return (labels.empty() || labels.matches(object->at("metadata").at("labels"))) &&
           (fields.empty() || fields.matches(*object));
  }
  void send(std::string_view type, const Json& object, kube::Time now) {
    Json body = served_as(*kind, object);
    if (as_table && type != "BOOKMARK") {
      std::string version = body.at("metadata").at("resourceVersion").string_or();
      body = table(*kind, {body}, now, !headers_sent, include);
      body["metadata"] = Json::object({{"resourceVersion", version}});
      headers_sent = true;
    }
    reply->write(Json::object({{"type", type}, {"object", std::move(body)}}).dump() + "\n");
  }
  void send_error(const ApiStatus& status) {
    reply->write(Json::object({{"type", "ERROR"}, {"object", status_document(status)}}).dump() + "\n");
  }
  void send_bookmark(std::uint64_t version, bool initial) {
    Json object = Json::object({{"kind", kind->gvk.kind}, {"apiVersion", kind->gvk.api_version()}});
    object["metadata"]["resourceVersion"] = std::to_string(version);
    object["metadata"]["creationTimestamp"] = nullptr;
    if (initial) object["metadata"]["annotations"]["k8s.io/initial-events-end"] = "true";
    reply->write(Json::object({{"type", "BOOKMARK"}, {"object", object}}).dump() + "\n");
  }
  /// An object that starts or stops being selected is added or deleted, for this watcher.
  void pass_on(const Change& change, kube::Time now) {
    if (change.resource != resource) return;
    bool was = selects(change.previous.get()),
         is = change.type != Change::Type::deleted && selects(change.object.get());
    if (!was && !is) return;
    send(is ? (was ? "MODIFIED" : "ADDED") : "DELETED", *change.object, now);
  }
};

ApiServer::ApiServer(KubeCluster& cluster, Loop* loop) : cluster_(cluster), loop_(loop) {
  cluster_.on_change([this](const Change& change) { deliver(change); });
}

ApiServer::~ApiServer() = default;

void ApiServer::watch(const ApiRequest& request, std::shared_ptr<HttpReply> reply) {
  auto watch = std::make_unique<Watch>();
  auto labels = kube::LabelSelector::parse(request.parameter("labelSelector"));
  auto fields = kube::FieldSelector::parse(request.parameter("fieldSelector"));
  if (!labels || !fields)
    return reply->send(refusal(bad_request(!labels ? labels.error().message : fields.error().message).value()));
  watch->reply = reply;
  watch->kind = request.kind;
  watch->resource = storage_resource(*request.kind);
  watch->name_space = request.name_space;
  watch->labels = std::move(*labels);
  watch->fields = std::move(*fields);
  watch->as_table = wants_table(*request.http);
  watch->include = request.parameter("includeObject");
  HttpResponse head = json_response(200, {});
  head.body.clear();
  head.headers.set("X-Drydock-Time", std::to_string(epoch_millis(cluster_.world().now())));
  reply->start(std::move(head));

  kube::Time now = cluster_.world().now();
  std::string from = request.parameter("resourceVersion");
  bool initial = request.parameter("sendInitialEvents") == "true";
  auto version = static_cast<std::uint64_t>(std::atoll(from.c_str()));
  if (from.empty() || from == "0" || initial) {
    for (const Json* object : cluster_.list(watch->resource, watch->name_space)) {
      if (watch->selects(object)) watch->send("ADDED", *object, now);
    }
    if (initial) watch->send_bookmark(cluster_.version(), true);
  } else if (version < cluster_.state_->forgotten) {
    watch->send_error(
        {410, "Expired", fmt::format("too old resource version: {} ({})", version, cluster_.state_->forgotten), {}});
    return reply->finish();
  } else {
    for (const Change& change : cluster_.state_->history) {
      if (change.version > version) watch->pass_on(change, now);
    }
  }
  Watch* raw = watch.get();
  watches_.push_back(std::move(watch));
  auto forget = [this, raw, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.lock()) watches_.remove_if([raw](const auto& w) { return w.get() == raw; });
  };
  reply->on_close(forget);
  int seconds = std::atoi(request.parameter("timeoutSeconds").c_str());
  if (seconds <= 0 || loop_ == nullptr) return;
  bool bookmarks = request.parameter("allowWatchBookmarks") == "true";
  raw->timer = std::make_unique<Loop::Timer>(*loop_);
  raw->timer->after(std::chrono::seconds(seconds), [this, raw, forget, bookmarks] {
    if (bookmarks) raw->send_bookmark(cluster_.version(), false);
    auto kept = raw->reply;
    kept->finish();
    // The timer that runs this belongs to the watch: free it once this call is over.
    loop_->post(forget);
  });
}

void ApiServer::deliver(const Change& change) {
  constexpr std::size_t kTooSlow = 32 * 1024 * 1024;
  for (auto it = watches_.begin(); it != watches_.end();) {
    Watch& watch = **it;
    if (!watch.reply->open() || watch.reply->backlog() > kTooSlow) {
      if (watch.reply->open()) watch.reply->finish();
      it = watches_.erase(it);
      continue;
    }
    watch.pass_on(change, cluster_.world().now());
    ++it;
  }
}

}  // namespace drydock::twin::kubernetes
