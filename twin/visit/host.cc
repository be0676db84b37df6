#include "twin/visit/host.h"

#include "base/hash.h"
#include "cloud/aws/arn.h"
#include "twin/eks/eks.h"
#include "twin/iam/access.h"

namespace drydock::twin::visit {

Host::Host(World& w, const Neighbours& n, nodes::Node& visited, const aws::Instance& machine)
    : world(w), neighbours(n), node(visited), instance(machine), networks(w) {
  place = {node.region, instance.instanceId,
           instance.networkInterfaceIds.empty() ? "" : instance.networkInterfaceIds.front()};
  raw_user_data = unbase64(instance.userData).value_or(instance.userData);
  user_data = drydock::eks::parse_user_data(raw_user_data);
  now = epoch_millis(world.now());
  const std::string prefix = node.instanceId + "/";
  for (const auto& [key, entry] : world.table<nodes::Entry>(node.region))
    if (key.starts_with(prefix) && entry.boot == node.boots) story.push_back(entry);
}

const aws::NetworkInterface* Host::interface() const {
  return world.table<aws::NetworkInterface>(node.region).find(place.interface);
}
const aws::Vpc* Host::vpc() const { return world.table<aws::Vpc>(node.region).find(instance.vpcId); }

const aws::eks::Cluster* Host::cluster() const {
  return user_data.has_config ? eks::cluster_at(world, node.region, user_data.config.apiServerEndpoint) : nullptr;
}
kubernetes::KubeCluster* Host::kube() const {
  const auto* found = cluster();
  return found ? neighbours.kubernetes->find(node.region, found->name) : nullptr;
}

std::string Host::api_host() const {
  if (const auto* found = cluster()) return found->host;
  std::string host = user_data.config.apiServerEndpoint;
  if (host.starts_with("https://")) host = host.substr(8);
  return host.substr(0, host.find_first_of("/:"));
}

std::string Host::dns_suffix() const { return std::string(aws::dns_suffix_of(node.region)); }

const nodes::Entry* Host::entry(std::string_view step) const {
  const nodes::Entry* out = nullptr;
  for (const nodes::Entry& e : story)
    if (e.step == step) out = &e;
  return out;
}

bool Host::did(std::string_view step) const {
  const nodes::Entry* found = entry(step);
  return found && (found->result == "ok" || found->result == "healed");
}

/// cloud-init gives the machine its name; until then it is localhost.
std::string Host::hostname() const { return instance.privateDnsName.empty() ? "localhost" : instance.privateDnsName; }

nodes::Outcome Host::reach(const std::string& host, int port) { return nodes::reach(networks, place, host, port); }

nodes::Outcome Host::call(const std::string& action, const std::string& host, const std::string& resource) {
  nodes::Outcome outcome = reach(host, 443);
  if (!outcome.ok()) return outcome;
  const nodes::BootStep step{.id = "visit", .track = drydock::eks::Track::node, .action = action};
  return nodes::ask(world, place, signer(), step, resource, std::move(outcome));
}

nodes::Signer Host::signer() {
  if (!instance.iamInstanceProfile) return {};
  const auto found = iam::instance_credentials(world, instance.instanceId, instance.iamInstanceProfile->arn);
  if (found.code != "Success") return {};
  return {found.session->role_arn, found.session->role_id, instance.instanceId};
}

std::string Options::value(std::string_view name, std::string otherwise) const {
  auto it = values.find(name);
  return it == values.end() ? std::move(otherwise) : it->second.back();
}

namespace {

/// The first of the names that `spec` ("lines|n") lists, if `name` is among them.
std::string canonical(const std::vector<std::string>& specs, const std::string& name) {
  for (const std::string& spec : specs) {
    const std::string first = spec.substr(0, spec.find('|'));
    std::string rest = spec + "|";
    for (std::size_t at = 0; at < rest.size();) {
      const std::size_t bar = rest.find('|', at);
      if (rest.substr(at, bar - at) == name) return first;
      at = bar + 1;
    }
  }
  return {};
}

}  // namespace

Options read_options(const Args& args, const std::vector<std::string>& flags, const std::vector<std::string>& valued) {
  Options out;
  const auto unknown = [&](const std::string& word) {
    if (out.unknown.empty()) out.unknown = word;
  };
  for (std::size_t i = 0; i < args.size(); ++i) {
    const std::string& word = args[i];
    if (word == "--") {
      out.words.insert(out.words.end(), args.begin() + static_cast<std::ptrdiff_t>(i) + 1, args.end());
      break;
    }
    if (word.size() < 2 || word[0] != '-') {
      out.words.push_back(word);
      continue;
    }
    const auto take = [&](const std::string& name, bool has_value, const std::string& value) {
      if (const std::string flag = canonical(flags, name); !flag.empty() && !has_value) {
        out.values[flag].push_back("");
        return true;
      }
      const std::string with = canonical(valued, name);
      if (with.empty()) return false;
      if (has_value)
        out.values[with].push_back(value);
      else if (i + 1 < args.size())
        out.values[with].push_back(args[++i]);
      else
        unknown(word);
      return true;
    };
    if (word.starts_with("--")) {
      const auto equals = word.find('=');
      const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
      if (!take(name, equals != std::string::npos, equals == std::string::npos ? "" : word.substr(equals + 1)))
        unknown(word);
      continue;
    }
    // A bundle of letters; the first that takes a value takes the rest. Some tools have words behind one dash.
    if (take(word.substr(1), false, {})) continue;
    for (std::size_t k = 1; k < word.size(); ++k) {
      const std::string letter(1, word[k]);
      if (!canonical(flags, letter).empty()) {
        out.values[canonical(flags, letter)].push_back("");
        continue;
      }
      if (canonical(valued, letter).empty() || !take(letter, k + 1 < word.size(), word.substr(k + 1))) unknown(word);
      break;
    }
  }
  return out;
}

}  // namespace drydock::twin::visit
