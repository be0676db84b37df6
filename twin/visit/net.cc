// nc, ip, and the little commands by which one sees where one is
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <charconv>

#include "base/text.h"
#include "cloud/aws/cidr.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

using nodes::Outcome;

Reply nc(Host& host, const Args& args) {
  const Options options = read_options(args, {"v", "z", "n", "u", "4"}, {"w|wait", "G"});
  if (!options.unknown.empty() || options.words.size() != 2 || options.has("u") || !options.has("z"))
    return unsupported("nc but as 'nc -vz [-w SECONDS] HOST PORT'");
  int port = 0;
  const std::string &name = options.words[0], &number = options.words[1];
  if (std::from_chars(number.data(), number.data() + number.size(), port).ec != std::errc() || port < 1 || port > 65535)
    return failure(fmt::format("Ncat: Invalid port number \"{}\". QUITTING.\n", number), 2);
  const Outcome outcome = host.reach(name, port);
  const std::string version = options.has("v") ? "Ncat: Version 7.93 ( https://nmap.org/ncat )\n" : "";
  if (outcome.ok())
    return {
        "",
        options.has("v")
            ? version + fmt::format("Ncat: Connected to {}.\nNcat: 0 bytes sent, 0 bytes received in 0.01 seconds.\n",
                                    outcome.address)
            : "",
        0};
  if (outcome.kind == Outcome::Kind::unresolved || outcome.cause == "dns.timeout")
    return failure(
        version + fmt::format("Ncat: Could not resolve hostname \"{}\": Name or service not known. QUITTING.\n", name),
        2);
  return failure(version + "Ncat: TIMEOUT.\n");
}

std::string gateway(const aws::Cidr& subnet) { return subnet.base.plus(1).str(); }

const aws::Subnet* subnet_of(const Host& host, const aws::NetworkInterface& interface) {
  return host.world.table<aws::Subnet>(host.region()).find(interface.subnetId);
}

std::string device(std::size_t index) { return "ens" + std::to_string(5 + index); }

Reply ip_route(Host& host) {
  const auto* interface = host.interface();
  const auto* subnet = interface ? subnet_of(host, *interface) : nullptr;
  const auto cidr = aws::Cidr::parse(subnet ? subnet->cidrBlock : "");
  if (!cidr) return {};
  Reply reply;
  const std::string& own = interface->privateIpAddress;
  reply.out = fmt::format(
      "default via {0} dev ens5 proto dhcp src {1} metric 512\n{2} dev ens5 proto kernel scope link src {1} metric "
      "512\n{0} dev ens5 proto dhcp scope link src {1} metric 512\n",
      gateway(*cidr), own, subnet->cidrBlock);
  // One route a pod with an address of its own.
  for (const auto& [key, pod] : host.world.table<nodes::Pod>(host.region()))
    if (pod.instanceId == host.node.instanceId && pod.state == "running" && !pod.address.empty())
      reply.out += fmt::format("{} dev eni{} scope link\n", pod.address, pod.uid.substr(0, 11));
  return reply;
}

Reply ip_address(Host& host) {
  Reply reply;
  reply.out =
      "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue state UNKNOWN group default qlen 1000\n"
      "    link/loopback 00:00:00:00:00:00 brd 00:00:00:00:00:00\n    inet 127.0.0.1/8 scope host lo\n";
  std::size_t index = 0;
  for (const std::string& id : host.instance.networkInterfaceIds) {
    const auto* interface = host.world.table<aws::NetworkInterface>(host.region()).find(id);
    const auto* subnet = interface ? subnet_of(host, *interface) : nullptr;
    if (!subnet) continue;
    reply.out += fmt::format(
        "{0}: {1}: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 9001 qdisc mq state UP group default qlen 1000\n    "
        "link/ether {2} brd "
        "ff:ff:ff:ff:ff:ff\n    inet {3}{4} scope global {5}{1}\n",
        index + 2, device(index), interface->macAddress, interface->privateIpAddress,
        subnet->cidrBlock.substr(subnet->cidrBlock.find('/')), index ? "" : "dynamic ");
    ++index;
  }
  return reply;
}

Reply ip(Host& host, const Args& args) {
  const Options options = read_options(args, {"4", "6", "br|brief", "o"}, {});
  const std::string what = options.words.empty() ? "" : options.words[0];
  if (!options.unknown.empty())
    return failure(fmt::format("Option \"{}\" is unknown, try \"ip -help\".\n", options.unknown), 255);
  if (what == "route" || what == "r") return ip_route(host);
  if (what == "addr" || what == "a" || what == "address") return ip_address(host);
  return unsupported("ip but 'ip addr' and 'ip route'");
}

Reply hostname(Host& host, const Args&) { return {host.hostname() + "\n", "", 0}; }
Reply whoami(Host&, const Args&) { return {"root\n", "", 0}; }
Reply uptime_of(Host& host, const Args&) {
  const nodes::Entry* boot = host.entry("imds");
  const std::int64_t minutes = boot ? (host.now - boot->at) / 60'000 : 0;
  return {fmt::format(" {:%H:%M:%S} up {} min,  0 users,  load average: 0.08, 0.03, 0.01\n",
                      std::chrono::floor<std::chrono::seconds>(from_epoch_millis(host.now)), minutes),
          "", 0};
}
Reply date(Host& host, const Args&) {
  return {fmt::format("{:%a %b %e %H:%M:%S UTC %Y}\n",
                      std::chrono::floor<std::chrono::seconds>(from_epoch_millis(host.now))),
          "", 0};
}
Reply uname(Host& host, const Args& args) {
  if (args.empty()) return {"Linux\n", "", 0};
  const std::string machine = host.instance.architecture == "arm64" ? "aarch64" : "x86_64";
  if (args[0] == "-r") return {"6.1.129-138.220.amzn2023." + machine + "\n", "", 0};
  if (args[0] == "-m") return {machine + "\n", "", 0};
  return {fmt::format("Linux {0} 6.1.129-138.220.amzn2023.{1} #1 SMP PREEMPT_DYNAMIC {1} {1} {1} GNU/Linux\n",
                      host.hostname(), machine),
          "", 0};
}

Reply shell(Host&, const Args&) { return unsupported("a shell: give one command at a time, without pipes"); }

Reply which(Host&, const Args& args) {
  static const std::map<std::string, const char*, std::less<>> kPrograms = {
      {"nodeadm", "/usr/bin/nodeadm"}, {"kubelet", "/usr/bin/kubelet"}, {"containerd", "/usr/bin/containerd"},
      {"ctr", "/usr/bin/ctr"},         {"crictl", "/usr/bin/crictl"},   {"aws", "/usr/bin/aws"},
      {"curl", "/usr/bin/curl"},       {"dig", "/usr/bin/dig"},         {"systemctl", "/usr/bin/systemctl"}};
  Reply reply;
  for (const std::string& name : args) {
    if (auto it = kPrograms.find(name); it != kPrograms.end()) {
      reply.out += std::string(it->second) + "\n";
      continue;
    }
    reply.err += fmt::format("/usr/bin/which: no {} in (/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin)\n", name);
    reply.code = 1;
  }
  return reply;
}

}  // namespace

void add_net(std::map<std::string, Command, std::less<>>& commands) {
  commands["nc"] = commands["ncat"] = nc;
  commands["ip"] = ip;
  commands["hostname"] = hostname;
  commands["whoami"] = whoami;
  commands["uptime"] = uptime_of;
  commands["date"] = date;
  commands["uname"] = uname;
  commands["bash"] = commands["sh"] = shell;
  commands["which"] = which;
}

}  // namespace drydock::twin::visit
