// dig, nslookup, host, getent
#include <fmt/format.h>

#include "base/text.h"
#include "twin/network/names.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

using network::Answer;

Answer look_up(Host& host, const std::string& name) {
  const auto* from = host.interface();
  if (!from) return {Answer::Kind::no_resolver, {}, "", ""};
  return network::resolve(host.networks.of(host.region()), *from, name);
}

/// What is asked for: a name is looked up in A; the twin has no v6 addresses.
struct Question {
  std::string name, type = "A", server;
};

std::string server_of(const Answer& answer) {
  const std::string server = answer.resolver.substr(0, answer.resolver.rfind(':'));
  return server.empty() ? "169.254.169.253" : server.substr(0, server.find(','));
}

std::string dig_header(const Question& q, const char* status, std::size_t answers) {
  return fmt::format(
      "\n; <<>> DiG 9.18.28 <<>> {0}\n;; global options: +cmd\n;; Got answer:\n;; ->>HEADER<<- opcode: QUERY, status: "
      "{1}, "
      "id: 4242\n;; flags: qr rd ra; QUERY: 1, ANSWER: {2}, AUTHORITY: 0, ADDITIONAL: 1\n\n;; QUESTION "
      "SECTION:\n;{0}.\t\tIN\t{3}\n\n",
      q.name, status, answers, q.type);
}

Reply dig(Host& host, const Args& args) {
  Question q;
  bool is_short = false;
  for (const std::string& word : args) {
    if (word == "+short")
      is_short = true;
    else if (word.starts_with("@"))
      q.server = word.substr(1);
    else if (word == "A" || word == "AAAA" || word == "CNAME" || word == "TXT")
      q.type = word;
    else if (!word.starts_with("+") && !word.starts_with("-"))
      q.name = word;
  }
  if (q.name.empty()) return unsupported("dig without a name");
  if (!q.server.empty()) return unsupported("dig @server: the twin asks the VPC's resolvers only");
  const Answer answer = look_up(host, q.name);
  Reply reply;
  if (answer.kind == Answer::Kind::no_resolver) {
    const std::string to = server_of(answer) + "#53";
    const std::string line = fmt::format(";; communications error to {}: timed out\n", to);
    reply.out = line + line + line +
                (is_short ? "" : fmt::format("\n; <<>> DiG 9.18.28 <<>> {}\n;; global options: +cmd\n", q.name)) +
                ";; no servers could be reached\n";
    reply.code = 9;
    return reply;
  }
  const bool found = answer.kind == Answer::Kind::addresses && q.type == "A";
  if (is_short) {
    if (found)
      for (const std::string& address : answer.addresses) reply.out += address + "\n";
    return reply;
  }
  reply.out = dig_header(q, answer.kind == Answer::Kind::no_such_host ? "NXDOMAIN" : "NOERROR",
                         found ? answer.addresses.size() : 0);
  if (found) {
    reply.out += ";; ANSWER SECTION:\n";
    for (const std::string& address : answer.addresses)
      reply.out += fmt::format("{}.\t60\tIN\tA\t{}\n", q.name, address);
    reply.out += "\n";
  }
  reply.out += fmt::format(";; Query time: 1 msec\n;; SERVER: {0}#53({0}) (UDP)\n", server_of(answer));
  return reply;
}

Reply nslookup(Host& host, const Args& args) {
  if (args.size() != 1) return unsupported("nslookup with other arguments than a name");
  const Answer answer = look_up(host, args[0]);
  if (answer.kind == Answer::Kind::no_resolver)
    return {fmt::format(";; communications error to {}#53: timed out\n;; no servers could be reached\n\n",
                        server_of(answer)),
            "", 1};
  Reply reply;
  reply.out = fmt::format("Server:\t\t{0}\nAddress:\t{0}#53\n\n", server_of(answer));
  if (answer.kind == Answer::Kind::no_such_host) {
    reply.out += fmt::format("** server can't find {}: NXDOMAIN\n\n", args[0]);
    reply.code = 1;
    return reply;
  }
  reply.out += "Non-authoritative answer:\n";
  for (const std::string& address : answer.addresses)
    reply.out += fmt::format("Name:\t{}\nAddress: {}\n", args[0], address);
  reply.out += "\n";
  return reply;
}

Reply host_command(Host& host, const Args& args) {
  if (args.size() != 1) return unsupported("host with other arguments than a name");
  const Answer answer = look_up(host, args[0]);
  if (answer.kind == Answer::Kind::no_resolver)
    return {";; connection timed out; no servers could be reached\n", "", 1};
  if (answer.kind == Answer::Kind::no_such_host)
    return {fmt::format("Host {} not found: 3(NXDOMAIN)\n", args[0]), "", 1};
  Reply reply;
  for (const std::string& address : answer.addresses) reply.out += fmt::format("{} has address {}\n", args[0], address);
  return reply;
}

Reply getent(Host& host, const Args& args) {
  if (args.size() < 2 || (args[0] != "hosts" && args[0] != "ahosts" && args[0] != "ahostsv4"))
    return unsupported("getent of other databases than hosts and ahosts");
  Reply reply;
  for (std::size_t i = 1; i < args.size(); ++i) {
    const Answer answer = look_up(host, args[i]);
    if (answer.kind != Answer::Kind::addresses) {
      reply.code = 2;
      continue;
    }
    for (const std::string& address : answer.addresses)
      reply.out += args[0] == "hosts" ? fmt::format("{:<15} {}\n", address, args[i])
                                      : fmt::format("{:<15} STREAM {}\n", address, args[i]);
  }
  return reply;
}

}  // namespace

void add_dns(std::map<std::string, Command, std::less<>>& commands) {
  commands["dig"] = dig;
  commands["nslookup"] = nslookup;
  commands["host"] = host_command;
  commands["getent"] = getent;
}

}  // namespace drydock::twin::visit
