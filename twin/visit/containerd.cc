// ctr, crictl, nerdctl: what containerd has and can pull
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "base/text.h"
#include "twin/nodes/image_pull.h"
#include "twin/nodes/words.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

using drydock::eks::ImageName;
using nodes::Outcome;

constexpr auto kPause = "localhost/kubernetes/pause:latest";
constexpr auto kSocket = "/run/containerd/containerd.sock";

std::string digest_of(const std::string& image) { return "sha256:" + hex(sha256(image)); }

/// Made up, but always the same: the twin has no bytes of any image.
double megabytes(const std::string& image) { return 8.0 + static_cast<unsigned char>(sha256(image)[0]) * 0.3; }

std::vector<std::string> images_of(const Host& host) {
  std::vector<std::string> out = host.node.images;
  out.emplace_back(kPause);
  std::sort(out.begin(), out.end());
  return out;
}

std::string platform(const Host& host) { return host.instance.architecture == "arm64" ? "linux/arm64" : "linux/amd64"; }

Reply ctr_list(const Host& host) {
  Reply reply;
  reply.out = "REF TYPE DIGEST SIZE PLATFORMS LABELS \n";
  for (const std::string& image : images_of(host))
    reply.out += fmt::format(
        "{} application/vnd.docker.distribution.manifest.list.v2+json {} {:.1f} MiB {} io.cri-containerd.image=managed "
        "\n",
        image, digest_of(image), megabytes(image), platform(host));
  return reply;
}

/// containerd's error without what the CRI puts before it.
std::string ctr_error(const std::string& image, std::string_view call, const Outcome& outcome) {
  std::string error = nodes::pull_error(image, call, outcome);
  if (const auto desc = error.find("desc = "); desc != std::string::npos) error = error.substr(desc + 7);
  if (error.starts_with("failed to pull and unpack image"))
    if (const auto end = error.find("\": "); end != std::string::npos) error = error.substr(end + 3);
  return error;
}

Reply pull(Host& host, const std::string& image, bool with_token) {
  const ImageName name = drydock::eks::parse_image(image);
  for (const std::string_view call : nodes::kPullCalls) {
    if (call == "token") continue;  // --user has brought it, or nobody has
    Outcome outcome = nodes::pull_call(host.world, host.networks, host.place, host.signer(), call, name);
    if (!with_token && !name.ecr_account.empty() && outcome.kind != Outcome::Kind::dropped &&
        outcome.kind != Outcome::Kind::unresolved) {
      outcome.kind = Outcome::Kind::denied;
      return failure(fmt::format("ctr: {}\n", ctr_error(image, "token", outcome)));
    }
    if (!outcome.ok()) return failure(fmt::format("ctr: {}\n", ctr_error(image, call, outcome)));
  }
  if (std::find(host.node.images.begin(), host.node.images.end(), image) == host.node.images.end())
    host.node.images.push_back(image);
  Reply reply;
  reply.out = fmt::format(
      "{}: resolved       |++++++++++++++++++++++++++++++++++++++| \nmanifest-{}: done           "
      "|++++++++++++++++++++++++++++++++++++++| \nelapsed: 1.2 s total: {:.1f} MiB\nunpacking {} {}...\ndone: 1.1s\n",
      image, digest_of(image), megabytes(image), platform(host), digest_of(image));
  return reply;
}

Reply ctr(Host& host, const Args& args) {
  const Options o = read_options(args, {"q", "plain-http", "k", "hosts-dir-none", "print-chainid"},
                                 {"n|namespace", "u|user", "a|address", "platform"});
  if (!o.unknown.empty())
    return failure(fmt::format("Incorrect Usage: flag provided but not defined: {}\n", o.unknown));
  if (!host.containerd_runs())
    return failure(fmt::format(
        "ctr: failed to dial \"{0}\": context deadline exceeded: connection error: desc = \"transport: error "
        "while dialing: dial unix {0}: connect: no such file or directory\"\n",
        kSocket));
  const auto word = [&](std::size_t i) { return i < o.words.size() ? o.words[i] : std::string(); };
  const bool images = word(0) == "image" || word(0) == "images" || word(0) == "i";
  const bool k8s = o.value("n", "default") == "k8s.io";
  if (images && (word(1) == "ls" || word(1) == "list"))
    return k8s ? ctr_list(host) : Reply{"REF TYPE DIGEST SIZE PLATFORMS LABELS \n", "", 0};
  if (images && word(1) == "pull" && !word(2).empty()) {
    const std::string user = o.value("u");
    const bool token = user.starts_with("AWS:") && user.size() > 4;
    return pull(host, word(2), token);
  }
  if (word(0) == "version") return {"Client:\n  Version:  1.7.25\n\nServer:\n  Version:  1.7.25\n", "", 0};
  return unsupported("ctr but 'ctr [-n k8s.io] image ls|pull [--user AWS:TOKEN] REF'");
}

Reply crictl_images(const Host& host) {
  Reply reply;
  reply.out = fmt::format("{:<72}{:<24}{:<20}{}\n", "IMAGE", "TAG", "IMAGE ID", "SIZE");
  for (const std::string& image : images_of(host)) {
    const ImageName name = drydock::eks::parse_image(image);
    reply.out += fmt::format("{:<72}{:<24}{:<20}{:.1f}MB\n", name.host + "/" + name.repository, name.tag,
                             digest_of(image).substr(7, 13), megabytes(image));
  }
  return reply;
}

std::vector<const Json*> pods_of(const Host& host) {
  std::vector<const Json*> out;
  auto* kube = host.kube();
  if (!kube || host.node.name.empty()) return out;
  for (const Json* pod : kube->list("pods"))
    if (pod->path("spec.nodeName").string_or() == host.node.name) out.push_back(pod);
  return out;
}

std::string short_id(const std::string& text) { return hex(sha256(text)).substr(0, 13); }

std::string age(const Host& host, const std::string& since) {
  const auto time = kube::parse_rfc3339(since);
  if (!time) return "-";
  const std::int64_t s = std::max<std::int64_t>(0, host.now - epoch_millis(*time)) / 1000;
  return s < 120    ? fmt::format("{} seconds ago", s)
         : s < 7200 ? fmt::format("{} minutes ago", s / 60)
                    : fmt::format("{} hours ago", s / 3600);
}

Reply crictl_pods(const Host& host) {
  Reply reply;
  reply.out = fmt::format("{:<20}{:<20}{:<10}{:<40}{:<16}{:<10}{}\n", "POD ID", "CREATED", "STATE", "NAME", "NAMESPACE",
                          "ATTEMPT", "RUNTIME");
  for (const Json* pod : pods_of(host)) {
    if (pod->path("status.podIP").string_or().empty()) continue;  // no sandbox yet
    reply.out += fmt::format("{:<20}{:<20}{:<10}{:<40}{:<16}{:<10}{}\n", short_id(kube::uid_of(*pod)),
                             age(host, pod->path("status.startTime").string_or()), "Ready", kube::name_of(*pod),
                             kube::namespace_of(*pod), 0, "(default)");
  }
  return reply;
}

Reply crictl_ps(const Host& host, bool all) {
  Reply reply;
  reply.out = fmt::format("{:<16}{:<16}{:<20}{:<10}{:<28}{:<10}{:<16}{}\n", "CONTAINER", "IMAGE", "CREATED", "STATE",
                          "NAME", "ATTEMPT", "POD ID", "POD");
  for (const Json* pod : pods_of(host))
    for (const char* list : {"initContainerStatuses", "containerStatuses"})
      for (std::size_t i = 0; i < pod->at("status").at(list).size(); ++i) {
        const Json& c = pod->at("status").at(list).item(i);
        const bool running = c.at("state").has("running"), exited = c.at("state").has("terminated");
        const bool crashed = c.path("state.waiting.reason").string_or() == "CrashLoopBackOff";
        if (!running && !(all && (exited || crashed))) continue;
        reply.out += fmt::format(
            "{:<16}{:<16}{:<20}{:<10}{:<28}{:<10}{:<16}{}\n", short_id(kube::uid_of(*pod) + c.at("name").string_or()),
            digest_of(c.at("image").string_or()).substr(7, 13), age(host, pod->path("status.startTime").string_or()),
            running ? "Running" : "Exited", c.at("name").string_or(), c.at("restartCount").int_or(0),
            short_id(kube::uid_of(*pod)), kube::name_of(*pod));
      }
  return reply;
}

Reply crictl(Host& host, const Args& args) {
  const Options o = read_options(args, {"a|all", "q", "v"},
                                 {"r|runtime-endpoint", "i|image-endpoint", "o|output", "name", "namespace"});
  if (!o.unknown.empty())
    return failure(fmt::format("NAME:\n   crictl - client for CRI\n\nflag provided but not defined: {}\n", o.unknown));
  if (!host.containerd_runs())
    return failure(
        fmt::format("FATA[0000] validate service connection: validate CRI v1 runtime API for endpoint \"unix://{0}\": "
                    "rpc error: code = Unavailable desc = "
                    "connection error: desc = \"transport: Error while dialing: dial unix {0}: connect: no such file "
                    "or directory\"\n",
                    kSocket));
  const std::string verb = o.words.empty() ? "" : o.words[0];
  if (verb == "images" || verb == "image" || verb == "img") return crictl_images(host);
  if (verb == "ps") return crictl_ps(host, o.has("a"));
  if (verb == "pods") return crictl_pods(host);
  if (verb == "info") {
    const bool ready = host.node.network;
    return {
        Json::object(
            {{"status",
              Json::object(
                  {{"conditions",
                    Json::array(
                        {Json::object({{"type", "RuntimeReady"}, {"status", true}, {"reason", ""}, {"message", ""}}),
                         Json::object(
                             {{"type", "NetworkReady"},
                              {"status", ready},
                              {"reason", ready ? "" : "NetworkPluginNotReady"},
                              {"message",
                               ready ? "" : "Network plugin returns error: cni plugin not initialized"}})})}})}})
                .dump_pretty(2) +
            "\n",
        "", 0};
  }
  if (verb == "logs") return unsupported("crictl logs: use kubectl logs, or cat a file below /var/log");
  return unsupported("crictl " + verb);
}

}  // namespace

void add_containerd(std::map<std::string, Command, std::less<>>& commands) {
  commands["ctr"] = ctr;
  commands["crictl"] = crictl;
}

}  // namespace drydock::twin::visit
