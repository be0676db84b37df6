#include "twin/nodes/controller_start.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cloud/aws/arn.h"
#include "twin/nodes/pod_credentials.h"
#include "twin/nodes/words.h"

namespace drydock::twin::nodes {
namespace {

using drydock::eks::Controller;
using drydock::eks::ControllerCall;
using drydock::eks::Setting;
using Kind = Outcome::Kind;

/// The value of "--name=value" or "--name value"; nothing if the argument is not there.
std::optional<std::string> argument_of(const Json& container, std::string_view name) {
  for (const char* list : {"command", "args"})
    for (std::size_t i = 0; i < container.at(list).size(); ++i) {
      const std::string word = container.at(list).item(i).string_or();
      if (word == name) return container.at(list).item(i + 1).string_or();
      if (word.starts_with(name) && word.size() > name.size() && word[name.size()] == '=')
        return word.substr(name.size() + 1);
    }
  return std::nullopt;
}

std::optional<std::string> variable_of(const Json& container, std::string_view name) {
  for (std::size_t i = 0; i < container.at("env").size(); ++i)
    if (container.at("env").item(i).at("name").string_or() == name)
      return container.at("env").item(i).at("value").string_or();
  return std::nullopt;
}

bool is_set(const Json& container, const Setting& setting) {
  for (const auto& value : {setting.argument.empty() ? std::nullopt : argument_of(container, setting.argument),
                            setting.variable.empty() ? std::nullopt : variable_of(container, setting.variable)})
    if (value && (setting.text.empty() || *value == setting.text)) return true;
  return false;
}

/// A pod that is not on the host's network is one hop further from the metadata service than the node.
bool reaches_metadata(const aws::Instance& instance, const Json& pod) {
  const aws::MetadataOptions& options = instance.metadataOptions;
  if (options.httpEndpoint == "disabled") return false;
  return is_host_network(pod) || options.httpTokens != "required" || options.httpPutResponseHopLimit > 1;
}

Outcome no_metadata(std::string words) {
  Outcome out;
  out.kind = Kind::dropped;
  out.host = "169.254.169.254";
  out.cause = "imds.hop-limit";
  out.why = "the answer of the metadata service does not reach a pod: tokens are required and the hop limit is 1";
  out.words = {std::move(words)};
  return out;
}

Words words_of(const ControllerCall& call, const Outcome& outcome) {
  if (outcome.kind == Kind::denied)
    return {fmt::format("operation error {}, https response error StatusCode: 403, api error AccessDenied: {}",
                        replace_all(std::string(call.action), ":", ": "), outcome.why)};
  return {
      fmt::format("operation error {}, https response error StatusCode: 0, RequestID: , request send failed, Post "
                  "\"https://{}/\": {}",
                  replace_all(std::string(call.action), ":", ": "), outcome.host, dial_error(outcome))};
}

class Start {
 public:
  Start(Nodes::State& state, const Node& node, const aws::Instance& instance, const Json& pod, const Json& container,
        const Controller& controller, std::int64_t at)
      : state_(state),
        node_(node),
        instance_(instance),
        pod_(pod),
        container_(container),
        controller_(controller),
        place_(state.place_of(instance, node.region)),
        at_(at) {}

  ControllerStart run() {
    const bool asks_for_vpc = controller_.vpc_id && !is_set(container_, controller_.vpc_id);
    if (asks_for_vpc && !reaches_metadata(instance_, pod_)) {
      end(step("metadata", "asks instance metadata for the VPC"),
          no_metadata("failed to introspect vpcID from EC2Metadata or Node name, specify --aws-vpc-id instead if "
                      "EC2Metadata is unavailable: failed to fetch VPC ID from instance metadata: EC2MetadataError"));
      return std::move(out_);
    }
    if (controller_.calls.empty() || !find_credentials()) return std::move(out_);
    for (const ControllerCall& call : controller_.calls) {
      if (is_set(container_, call.unless) || (call.only_with && !is_set(container_, call.only_with))) continue;
      if (!make(call)) break;
    }
    return std::move(out_);
  }

 private:
  /// Its id lives in ids_, for a step only borrows it.
  BootStep step(std::string_view id, std::string_view what) {
    ids_.push_back(fmt::format("{}.{}", controller_.name, id));
    return {.id = ids_.back(),
            .track = drydock::eks::Track::aws_node,
            .actor = controller_.name,
            .what = what,
            .retry = std::chrono::seconds(300)};
  }

  void tell(const BootStep& step, const Outcome& outcome) {
    Entry entry = entry_of(node_, step, outcome, instance_.privateIpAddress, at_, at_);
    if (!outcome.ok()) entry.result = "failed";
    out_.entries.push_back(std::move(entry));
  }

  /// The process ends, and is started again.
  void end(const BootStep& step, Outcome outcome) {
    out_.obstacle = Obstacle{.step = std::string(step.id),
                             .cause = outcome.cause,
                             .why = outcome.why,
                             .crash = true,
                             .message = outcome.words.empty() ? outcome.why : outcome.words.back(),
                             .outcome = std::move(outcome)};
  }

  /// False if there are none: then no call goes out. Who needs an answer at its start ends there.
  bool find_credentials() {
    CredentialSearch search = find_pod_credentials(state_, node_, place_, pod_, container_);
    if (!search.step) {
      signer_ = instance_signer(node_);
      if (reaches_metadata(instance_, pod_)) return true;
      return lost(step("metadata", "asks instance metadata for credentials"),
                  no_metadata("get credentials: failed to refresh cached credentials, no EC2 IMDS role found"));
    }
    BootStep asked = *search.step;
    asked.actor = controller_.name;
    if (!search.outcome.ok()) return lost(asked, std::move(search.outcome));
    tell(asked, search.outcome);
    signer_ = search.signer;
    return true;
  }

  bool lost(const BootStep& step, Outcome outcome) {
    for (const ControllerCall& call : controller_.calls)
      if (call.at_start) {
        end(step, std::move(outcome));
        return false;
      }
    tell(step, outcome);
    return false;
  }

  bool make(const ControllerCall& call) {
    const std::map<std::string, std::string, std::less<>> values = {
        {"region", node_.region},
        {"suffix", std::string(aws::dns_suffix_of(node_.region))},
        {"partition", std::string(aws::partition_of(node_.region))},
        {"account", state_.world.account()},
        {"cluster", node_.cluster}};
    BootStep asked = step(call.id, call.what);
    asked.action = call.action;
    Outcome outcome = reach(state_.networks, place_, drydock::eks::fill_in(call.host, values), asked.port);
    std::string resource = drydock::eks::fill_in(call.resource, values);
    if (resource != "*") resource = replace_all(resource, "*", "0123456789abcdef0");  // any one will do
    if (outcome.ok()) outcome = ask(state_.world, place_, signer_, asked, resource, std::move(outcome));
    if (!outcome.ok()) outcome.words = words_of(call, outcome);
    if (!outcome.ok() && call.at_start) {
      end(asked, std::move(outcome));
      return false;
    }
    tell(asked, outcome);
    return true;
  }

  Nodes::State& state_;
  const Node& node_;
  const aws::Instance& instance_;
  const Json &pod_, &container_;
  const Controller& controller_;
  Place place_;
  std::int64_t at_;
  Signer signer_;
  std::deque<std::string> ids_;
  ControllerStart out_;
};

}  // namespace

ControllerStart start_controller(Nodes::State& state, const Node& node, const aws::Instance& instance, const Json& pod,
                                 const Json& container, const Controller& controller, std::int64_t at) {
  return Start(state, node, instance, pod, container, controller, at).run();
}

const Controller* controller_in(const Json& container) {
  const Controller* found =
      drydock::eks::controller_of_image(drydock::eks::parse_image(container.at("image").string_or()).repository);
  // The agent of Pod Identity calls when a pod asks it, which pod_credentials.h lives.
  return found && found->name == "eks-pod-identity-agent" ? nullptr : found;
}

}  // namespace drydock::twin::nodes
