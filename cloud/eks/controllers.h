// The controllers that decide whether a cluster is of use, as data: how each is recognised, whose pods it runs as,
// which calls it makes to AWS, what the control plane calls on it, and by which tags it finds things. Facts only, like
// the boot chain; whether a call succeeds is for others to decide. Nothing here makes a node Ready or not.
//
// Hosts and resources hold the placeholders of the boot chain's (boot_chain.h: fill_in) {region} {suffix} {partition}
// {account} {cluster}. Each controller names the page its facts come from.
#pragma once

#include <string_view>
#include <vector>

namespace drydock::eks {

/// What people set on a controller: an argument of its container, a variable, a value of its chart (dotted path), or a
/// field of a custom object in the cluster. Any of them will do.
struct Setting {
  std::string_view argument{}, variable{}, chart_value{};
  std::string_view object_kind{}, object_path{};
  std::string_view text{};  // what it is set to; empty: to anything
  explicit operator bool() const {
    return !argument.empty() || !variable.empty() || !chart_value.empty() || !object_kind.empty();
  }
};

struct ControllerCall {
  std::string_view id;    // "wafv2"; with the controller's name before it, the id of a step
  std::string_view what;  // "asks WAF for web ACLs"
  std::string_view host;
  std::string_view action;
  std::string_view resource = "*";
  std::string_view service{};  // the endpoint service that can carry it; empty: none does
  Setting unless{}, only_with{};
  bool at_start = false;  // its failure ends the process; else it is logged, and what it was for does not happen
};

struct Controller {
  std::string_view name;           // "aws-load-balancer-controller"
  std::string_view addon;          // of EKS; empty: there is none
  std::string_view chart, image;   // chart's name; end of its image's repository
  std::string_view chart_image{};  // what the chart pulls unless its values say otherwise
  std::string_view name_space = "kube-system", workload{}, service_account{};
  bool host_network = false, daemon = false;
  std::string_view without;           // what people miss: "volumes stay Pending"
  std::string_view managed_policy{};  // of AWS, that allows its calls; empty: it has a document of its own
  int served_port = 0;                // on which the control plane calls its pods: webhooks, aggregated APIs
  std::string_view served{};          // "the webhook for services and ingresses"
  bool asks_nodes_10250 = false;      // calls kubelets
  Setting vpc_id{};                   // set: it need not ask instance metadata for the VPC; no setting: it never does
  std::string_view source;
  std::vector<ControllerCall> calls{};
};

const std::vector<Controller>& controllers();
// Null for what is no controller of these.
const Controller* controller_of_addon(std::string_view addon);
const Controller* controller_of_chart(std::string_view chart);
/// By the repository of an image: "eks/aws-load-balancer-controller", "karpenter/controller".
const Controller* controller_of_image(std::string_view repository);

}  // namespace drydock::eks
