// The journal of a node, made from its story: what each component says when all is well, its own words where it was
// not, and the same words again for as long as it went on trying.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/hash.h"
#include "twin/nodes/state.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

constexpr std::size_t kRepeats = 200;  // of one message: a node may have waited for days

class Journal {
 public:
  explicit Journal(const Host& host) : host_(host) {}

  std::vector<JournalLine> write() {
    for (const nodes::Entry& entry : host_.story) add(entry);
    add_network_complaints();
    std::stable_sort(lines_.begin(), lines_.end(), [](const auto& a, const auto& b) { return a.at < b.at; });
    return std::move(lines_);
  }

 private:
  void say(std::int64_t at, const char* unit, const char* ident, std::string text) {
    const bool early =
        std::string_view(unit).starts_with("nodeadm-boot") || std::string_view(unit) == "nodeadm-config.service";
    lines_.push_back({at, unit, ident, early ? "localhost" : host_.hostname(), std::move(text)});
  }
  void nodeadm(std::int64_t at, const char* unit, std::initializer_list<const char*> texts) {
    for (const char* text : texts) say(at, unit, "nodeadm", text);
  }

  void add(const nodes::Entry& entry) {
    const bool good = entry.result == "ok" || entry.result == "healed";
    if (!entry.words.empty()) repeat(entry);
    if (good) well(entry);
    if (entry.result == "dead") died(entry);
  }

  static const char* unit_of(const nodes::Entry& entry) {
    if (entry.step == "imds") return "nodeadm-boot-hook.service";
    if (entry.step == "user-data" || entry.step == "credentials" || entry.step == "ec2.describe-instances" ||
        entry.step == "node-config" || entry.step == "files")
      return "nodeadm-config.service";
    if (entry.step == "user-scripts") return "cloud-final.service";
    if (entry.step == "run") return "nodeadm-run.service";
    if (entry.step.starts_with("ipamd.") || entry.step == "sts.web-identity" || entry.step.starts_with("pod-identity."))
      return nullptr;  // in the pods' own logs
    return "kubelet.service";
  }

  /// What went wrong, as often as it was tried. nodeadm's SDK counts its attempts; its last words come at the end.
  void repeat(const nodes::Entry& entry) {
    const char* unit = unit_of(entry);
    if (!unit || entry.step == "run") return;
    const bool systemd = entry.step == "kubelet";
    const char* ident = systemd                                                 ? "systemd"
                        : unit_of(entry) == std::string_view("kubelet.service") ? "kubelet"
                                                                                : "nodeadm";
    const std::int64_t until = entry.until ? entry.until : host_.now;
    const auto tries =
        entry.retry <= 0 ? std::size_t{1} : static_cast<std::size_t>((until - entry.at) / entry.retry + 1);
    for (std::size_t i = tries > kRepeats ? tries - kRepeats : 0; i < tries; ++i)
      for (const std::string& words : entry.words) {
        const std::int64_t at = entry.at + static_cast<std::int64_t>(i) * entry.retry;
        const bool last_words = words.starts_with("Command failed") || words.starts_with("request failed with");
        if (last_words) continue;
        if (words.ends_with(", attempt 2"))
          say(at, unit, ident, words.substr(0, words.size() - 1) + std::to_string(i + 2));
        else if (i == 0 || !words.starts_with("DEBUG attempting"))
          say(at, unit, ident, words);
      }
    for (const std::string& words : entry.words)
      if (words.starts_with("Command failed") || words.starts_with("request failed with"))
        say(until, unit, ident, words);
    if (entry.step.starts_with("pull.")) containerd_error(entry, until);
  }

  void containerd_error(const nodes::Entry& entry, std::int64_t at) {
    const std::string& words = entry.words.back();
    const auto image = words.find("image \"");
    if (image == std::string::npos) return;
    const std::string name = words.substr(image + 7, words.find('"', image + 7) - image - 7);
    std::string error = words;
    if (const auto desc = error.find("desc = "); desc != std::string::npos) error = error.substr(desc + 7);
    say(std::min(at, entry.at), "containerd.service", "containerd",
        fmt::format("level=error msg=\"PullImage \\\"{}\\\" failed\" error=\"{}\"", name, escaped(error)));
  }
  static std::string escaped(const std::string& text) {
    std::string out;
    for (char c : text) out += c == '"' ? "\\\"" : std::string(1, c);
    return out;
  }

  void well(const nodes::Entry& entry) {
    const std::int64_t at = entry.until ? entry.until : entry.at;
    constexpr auto config = "nodeadm-config.service", run = "nodeadm-run.service", kubelet = "kubelet.service";
    if (entry.step == "imds") {
      say(entry.at, "nodeadm-boot-hook.service", "systemd",
          "Starting nodeadm-boot-hook.service - EKS Nodeadm Boot Hook...");
      say(at, "nodeadm-boot-hook.service", "systemd", "Finished nodeadm-boot-hook.service - EKS Nodeadm Boot Hook.");
    } else if (entry.step == "user-data") {
      start_config(entry.at);
    } else if (entry.step == "credentials") {
      nodeadm(entry.at, config,
              {"Enriching configuration..", "Fetching kubelet version..", "Fetching instance details.."});
    } else if (entry.step == "ec2.describe-instances") {
      nodeadm(at, config, {"Instance details populated", "Fetching default options..."});
    } else if (entry.step == "node-config") {
      nodeadm(at, config, {"Loaded configuration", "Validating configuration.."});
    } else if (entry.step == "files") {
      nodeadm(at, config,
              {"Creating daemon manager..", "Setting up system config aspects...", "Configuring daemons...", "done!"});
      say(at, config, "systemd", "Finished nodeadm-config.service - EKS Nodeadm Config.");
    } else if (entry.step == "run") {
      say(entry.at, run, "systemd", "Starting nodeadm-run.service - EKS Nodeadm Run...");
      nodeadm(entry.at, run,
              {"Setting up system run aspects...", "Running daemons...", "Ensuring daemon is running..",
               "Daemon is running"});
      say(entry.at, "containerd.service", "systemd", "Started containerd.service - containerd container runtime.");
      say(at, kubelet, "systemd", "Started kubelet.service - Kubernetes Kubelet.");
      nodeadm(at, run, {"Ensuring daemon is running..", "Daemon is running", "done!"});
      say(at, run, "systemd", "Finished nodeadm-run.service - EKS Nodeadm Run.");
    } else if (entry.step == "node.register") {
      say(entry.at, kubelet, "kubelet", fmt::format("\"Attempting to register node\" node=\"{}\"", host_.node.name));
      say(at, kubelet, "kubelet", fmt::format("\"Successfully registered node\" node=\"{}\"", host_.node.name));
    } else if (entry.step == "node.ready") {
      say(at, kubelet, "kubelet", "\"Fast updating node status as it just became ready\"");
    }
  }

  void start_config(std::int64_t at) {
    constexpr auto config = "nodeadm-config.service";
    say(at, config, "systemd", "Starting nodeadm-config.service - EKS Nodeadm Config...");
    nodeadm(at, config,
            {"Checking user is root..", "Loading configuration..", "Setting up nodeadm environment aspect..."});
  }

  void died(const nodes::Entry& entry) {
    const std::string unit = unit_of(entry) ? unit_of(entry) : "kubelet.service";
    if (entry.step == "user-data") start_config(entry.at);
    if (!unit.starts_with("nodeadm")) return;
    const std::int64_t at = entry.until ? entry.until : host_.now;
    const char* known = unit == "nodeadm-config.service" ? "nodeadm-config.service" : "nodeadm-boot-hook.service";
    say(at, known, "systemd", unit + ": Main process exited, code=exited, status=1/FAILURE");
    say(at, known, "systemd", unit + ": Failed with result 'exit-code'.");
    say(at, known, "systemd",
        fmt::format("Failed to start {} - EKS Nodeadm {}.", unit,
                    unit == "nodeadm-config.service" ? "Config" : "Boot Hook"));
    say(at, "nodeadm-run.service", "systemd", "Dependency failed for nodeadm-run.service - EKS Nodeadm Run.");
  }

  /// kubelet complains until the CNI's configuration is there.
  void add_network_complaints() {
    const nodes::Entry* joined = host_.entry("node.register");
    if (!joined || !host_.did("node.register")) return;
    const nodes::Entry* ready = host_.entry("node.ready");
    const std::int64_t until = ready && host_.node.network ? ready->at : host_.now;
    const std::int64_t from = std::max(joined->until, until - static_cast<std::int64_t>(kRepeats) * kComplains);
    for (std::int64_t at = from; at < until; at += kComplains)
      say(at, "kubelet.service", "kubelet",
          fmt::format("\"Container runtime network not ready\" networkReady=\"{}\"",
                      std::string_view(nodes::kNetworkNotReady)
                          .substr(std::string_view("container runtime network not ready: ").size())));
  }
  static constexpr std::int64_t kComplains = 5000;

  const Host& host_;
  std::vector<JournalLine> lines_;
};

}  // namespace

std::vector<JournalLine> journal_of(const Host& host) { return Journal(host).write(); }

int pid_of(std::string_view ident) {
  if (ident == "systemd") return 1;
  if (ident == "nodeadm") return 1541;
  if (ident == "containerd") return 1702;
  return 1789;
}

std::string print_line(const JournalLine& line) {
  const auto time = std::chrono::floor<std::chrono::seconds>(from_epoch_millis(line.at));
  return fmt::format("{:%b %d %H:%M:%S} {} {}[{}]: {}", time, line.host, line.ident, pid_of(line.ident), line.text);
}

}  // namespace drydock::twin::visit
