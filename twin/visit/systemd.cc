// systemctl
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

enum class UnitState { inactive, starting, running, done, failed, restarting };

struct Unit {
  std::string name, what, exec, main;
  UnitState state = UnitState::inactive;
  std::int64_t since = 0;  // ms; 0: never
  bool enabled = false;
};

constexpr auto kConfigExec =
    "/usr/bin/nodeadm init --skip run --config-source imds://user-data --config-cache /run/eks/nodeadm/config.json";
constexpr auto kRunExec =
    "/usr/bin/nodeadm init --skip config --config-source imds://user-data --config-source file:///etc/eks/nodeadm.d/ "
    "--config-cache /run/eks/nodeadm/config.json";

/// A oneshot unit by the steps it goes through.
void judge_oneshot(const Host& host, Unit& unit, std::initializer_list<const char*> steps) {
  for (const char* step : steps) {
    const nodes::Entry* entry = host.entry(step);
    if (!entry) {
      if (unit.state != UnitState::inactive) unit.state = UnitState::starting;
      return;
    }
    unit.since = entry->until ? entry->until : entry->at;
    if (entry->result == "dead") {
      unit.state = UnitState::failed;
      return;
    }
    if (entry->result == "skipped") return;
    if (entry->result == "waiting") {
      unit.state = UnitState::starting;
      unit.since = entry->at;
      return;
    }
    unit.state = UnitState::done;
  }
}

Unit unit_of(const Host& host, std::string name) {
  if (name.find('.') == std::string::npos) name += ".service";
  Unit unit{.name = name};
  if (name == "nodeadm-boot-hook.service") {
    unit.what = "EKS Nodeadm Boot Hook", unit.exec = "/usr/bin/nodeadm-internal boot-hook", unit.main = "nodeadm";
    unit.enabled = true;
    judge_oneshot(host, unit, {"imds"});
  } else if (name == "nodeadm-config.service") {
    unit.what = "EKS Nodeadm Config", unit.exec = kConfigExec, unit.main = "nodeadm", unit.enabled = true;
    judge_oneshot(host, unit, {"user-data", "credentials", "ec2.describe-instances", "node-config", "files"});
  } else if (name == "nodeadm-run.service") {
    unit.what = "EKS Nodeadm Run", unit.exec = kRunExec, unit.main = "nodeadm", unit.enabled = true;
    judge_oneshot(host, unit, {"run"});
  } else if (name == "kubelet.service") {
    unit.what = "Kubernetes Kubelet", unit.exec = "/usr/bin/kubelet $NODEADM_KUBELET_ARGS", unit.main = "kubelet";
    const nodes::Entry* entry = host.entry("kubelet");
    if (host.kubelet_runs()) unit.state = UnitState::running;
    if (entry && entry->result == "failed") unit.state = UnitState::restarting;
    if (entry) unit.since = entry->at;
  } else if (name == "containerd.service") {
    unit.what = "containerd container runtime", unit.exec = "/usr/bin/containerd", unit.main = "containerd";
    if (host.containerd_runs()) unit.state = UnitState::running, unit.since = host.entry("run")->at;
  } else {
    unit.name.clear();
  }
  return unit;
}

std::string ago(std::int64_t ms) {
  const std::int64_t s = ms / 1000;
  if (s < 60) return fmt::format("{}s ago", s);
  if (s < 3600) return fmt::format("{}min {}s ago", s / 60, s % 60);
  if (s < 86400) return fmt::format("{}h {}min ago", s / 3600, s / 60 % 60);
  return fmt::format("{} days ago", s / 86400);
}

std::string since(const Host& host, std::int64_t at) {
  if (!at) return {};
  const auto time = std::chrono::floor<std::chrono::seconds>(from_epoch_millis(at));
  return fmt::format(" since {:%a %Y-%m-%d %H:%M:%S} UTC; {}", time, ago(std::max<std::int64_t>(0, host.now - at)));
}

const char* active_text(const Unit& unit) {
  switch (unit.state) {
    case UnitState::inactive:
    case UnitState::done:
      return "inactive (dead)";
    case UnitState::starting:
      return "activating (start)";
    case UnitState::running:
      return "active (running)";
    case UnitState::failed:
      return "failed (Result: exit-code)";
    case UnitState::restarting:
      return "activating (auto-restart) (Result: resources)";
  }
  return "";
}

const char* bullet(UnitState state) {
  if (state == UnitState::failed) return "×";
  return state == UnitState::inactive || state == UnitState::done ? "○" : "●";
}

tl::expected<Unit, Reply> known(const Host& host, const std::string& name) {
  Unit unit = unit_of(host, name);
  if (unit.name.empty())
    return tl::unexpected(failure(
        fmt::format("Unit {} could not be found.\n", name.find('.') == std::string::npos ? name + ".service" : name),
        4));
  return unit;
}

Reply status(Host& host, const std::string& name) {
  const auto unit = known(host, name);
  if (!unit) return unit.error();
  Reply reply;
  reply.out =
      fmt::format("{} {} - {}\n     Loaded: loaded (/etc/systemd/system/{}; {}; preset: disabled)\n     Active: {}{}\n",
                  bullet(unit->state), unit->name, unit->what, unit->name, unit->enabled ? "enabled" : "disabled",
                  active_text(*unit), since(host, unit->since));
  const int pid = pid_of(unit->main);
  if (unit->state == UnitState::running || unit->state == UnitState::starting)
    reply.out += fmt::format("   Main PID: {} ({})\n", pid, unit->main);
  if (unit->state == UnitState::failed)
    reply.out += fmt::format(
        "    Process: {} ExecStart={} (code=exited, status=1/FAILURE)\n   Main PID: {} (code=exited, "
        "status=1/FAILURE)\n",
        pid, unit->exec, pid);
  if (unit->state == UnitState::done)
    reply.out += fmt::format(
        "    Process: {} ExecStart={} (code=exited, status=0/SUCCESS)\n   Main PID: {} (code=exited, "
        "status=0/SUCCESS)\n",
        pid, unit->exec, pid);
  std::vector<JournalLine> lines = journal_of(host);
  std::erase_if(lines, [&](const auto& line) { return line.unit != unit->name; });
  if (!lines.empty()) reply.out += "\n";
  for (std::size_t i = lines.size() > 10 ? lines.size() - 10 : 0; i < lines.size(); ++i)
    reply.out += print_line(lines[i]) + "\n";
  reply.code = unit->state == UnitState::running || unit->state == UnitState::starting ? 0 : 3;
  return reply;
}

Reply is_active(Host& host, const std::string& name) {
  const Unit unit = unit_of(host, name);
  static const std::map<UnitState, const char*> kWords = {
      {UnitState::inactive, "inactive"},     {UnitState::done, "inactive"},  {UnitState::starting, "activating"},
      {UnitState::restarting, "activating"}, {UnitState::running, "active"}, {UnitState::failed, "failed"}};
  const bool there = !unit.name.empty();
  return {std::string(there ? kWords.at(unit.state) : "inactive") + "\n", "",
          there && unit.state == UnitState::running ? 0 : 3};
}

/// A unit that starts a real component again. nodeadm's phases walk the boot chain again; kubelet and containerd try at
/// once what they wait for, which on the twin they do with every change of the world anyway.
Reply restart(Host& host, const std::string& name) {
  const auto unit = known(host, name);
  if (!unit) {
    Reply reply = unit.error();
    reply.err = fmt::format("Failed to restart {0}: Unit {0} not found.\n",
                            name.find('.') == std::string::npos ? name + ".service" : name);
    return {"", reply.err, 5};
  }
  if (unit->name == "nodeadm-config.service" || unit->name == "nodeadm-run.service") {
    if (unit->state == UnitState::starting)
      return failure(fmt::format("{} is starting already; this would wait for it\n", unit->name));
    if (const std::string why = host.neighbours.nodes->run_nodeadm(host.node.region, host.node.instanceId);
        !why.empty())
      return failure(
          unit->name == "nodeadm-config.service"
              ? fmt::format(
                    "Job for {0} failed because the control process exited with error code.\nSee \"systemctl status "
                    "{0}\" and \"journalctl -xeu {0}\" for details.\n",
                    unit->name)
              : fmt::format("A dependency job for {0} failed. See 'journalctl -xe' for details.\n", unit->name));
    return {};
  }
  if (unit->name == "kubelet.service" && !host.has_files())
    return failure(
        fmt::format("Job for {0} failed because of unavailable resources or another system error.\nSee \"systemctl "
                    "status {0}\" and \"journalctl -xeu {0}\" for details.\n",
                    unit->name));
  if (unit->name == "containerd.service" || unit->name == "kubelet.service") {
    host.neighbours.nodes->try_again(host.node.region);
    return {};
  }
  return unsupported("systemctl restart " + unit->name);
}

Reply list_units(Host& host) {
  Reply reply;
  reply.out = "  UNIT                      LOAD   ACTIVE     SUB          DESCRIPTION\n";
  for (const char* name : {"containerd", "kubelet", "nodeadm-boot-hook", "nodeadm-config", "nodeadm-run"}) {
    const Unit unit = unit_of(host, name);
    const std::string active = active_text(unit);
    const auto open = active.find('(');
    reply.out += fmt::format(
        "{} {:<25} loaded {:<10} {:<12} {}\n", unit.state == UnitState::failed ? "●" : " ", unit.name,
        active.substr(0, open - 1),
        unit.state == UnitState::failed ? "failed" : active.substr(open + 1, active.find(')') - open - 1), unit.what);
  }
  return reply;
}

Reply systemctl(Host& host, const Args& args) {
  const Options options =
      read_options(args, {"no-pager", "l|full", "q|quiet", "a|all", "now", "failed"}, {"n|lines", "t|type"});
  if (!options.unknown.empty()) return failure(fmt::format("systemctl: unrecognized option '{}'\n", options.unknown));
  if (options.words.empty()) return list_units(host);
  const std::string& verb = options.words[0];
  if (verb == "list-units" || (verb == "status" && options.words.size() < 2)) return list_units(host);
  if (options.words.size() < 2) return failure("Too few arguments.\n");
  Reply all;
  for (std::size_t i = 1; i < options.words.size(); ++i) {
    Reply one = verb == "status"                       ? status(host, options.words[i])
                : verb == "is-active"                  ? is_active(host, options.words[i])
                : verb == "restart" || verb == "start" ? restart(host, options.words[i])
                                                       : unsupported("systemctl " + verb);
    all.out += (i > 1 && verb == "status" ? "\n" : "") + one.out;
    all.err += one.err;
    if (one.code) all.code = one.code;
  }
  return all;
}

}  // namespace

void add_systemd(std::map<std::string, Command, std::less<>>& commands) { commands["systemctl"] = systemctl; }

}  // namespace drydock::twin::visit
