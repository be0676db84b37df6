#include "readers/terraform/order.h"

#include <algorithm>

namespace drydock::readers::terraform {
namespace {

// Nodes of terraform's graph are resources as written, outputs, variables and modules; the ids are "path|name".
class Order {
 public:
  Order(Context& c, const std::map<std::string, std::vector<std::string>>& locals) : c_(c), locals_(locals) {
    for (const Resource& r : c.plan.resources)
      if (r.scope) instances_[r.scope->path + "|" + r.config_name()].push_back(&r);
  }

  // Addresses of created managed resources the resource waits for.
  std::vector<std::string> before(const Resource& r) {
    std::set<std::string> out;
    if (!r.scope || !r.config) return {};
    for (const std::string& node : needs(*r.scope, r.config_name()))
      for (const Resource* other : instances_[node])
        if (other->created && !other->data && other->address != r.address) out.insert(other->address);
    return {out.begin(), out.end()};
  }

 private:
  using Nodes = std::set<std::string>;  // resources as written

  // Managed resources directly before a resource, with data sources, values and modules passed through.
  const Nodes& needs(const ConfigModule& scope, const std::string& name) {
    const std::string id = scope.path + "|" + name;
    if (const auto found = done_.find(id); found != done_.end()) return found->second;
    Nodes out;
    std::set<std::string> seen{id};
    const auto config = scope.resources.find(name);
    if (config != scope.resources.end()) from_config(scope, *config->second, out, seen);
    return done_.emplace(id, std::move(out)).first->second;
  }

  void from_config(const ConfigModule& scope, const Json& config, Nodes& out, std::set<std::string>& seen) {
    for (const char* part : {"expressions", "count_expression", "for_each_expression"})
      for (const std::string& reference : pruned_references(config.at(part)))
        from_reference(scope, reference, out, seen);
    from_depends_on(scope, config.at("depends_on"), out, seen);
    // What a module as a whole waits for, all in it waits for.
    for (const ConfigModule* m = &scope; m->parent; m = m->parent)
      from_depends_on(*m->parent, m->call->at("depends_on"), out, seen);
  }

  void from_depends_on(const ConfigModule& scope, const Json& list, Nodes& out, std::set<std::string>& seen) {
    if (!list.is_array()) return;
    for (const Json& item : list.as_array()) from_reference(scope, item.string_or(), out, seen);
  }

  void from_reference(const ConfigModule& scope, const std::string& text, Nodes& out, std::set<std::string>& seen) {
    if (!seen.insert(scope.path + "|" + text).second || seen.size() > 50'000) return;
    const auto parts = parse_reference(text);
    if (parts.size() < 2) return;
    const std::string& head = parts[0].name;
    if (head == "var") {
      if (scope.parent)
        if (const Json* value = scope.call->at("expressions").find(parts[1].name))
          for (const std::string& r : pruned_references(*value)) from_reference(*scope.parent, r, out, seen);
    } else if (head == "local") {
      const auto found = locals_.find(scope.path + "|" + parts[1].name);
      const auto* known = found != locals_.end() ? &found->second : well_known_local(scope, parts[1].name);
      if (known)
        for (const std::string& r : *known) from_reference(scope, r, out, seen);
    } else if (head == "module") {
      from_module(scope, parts, out, seen);
    } else if (head == "data" && parts.size() > 2) {
      from_resource(scope, "data." + parts[1].name + "." + parts[2].name, out, seen);
    } else {
      from_resource(scope, head + "." + parts[1].name, out, seen);
    }
  }

  void from_resource(const ConfigModule& scope, const std::string& name, Nodes& out, std::set<std::string>& seen) {
    const auto config = scope.resources.find(name);
    if (config == scope.resources.end()) return;
    if (!name.starts_with("data.")) {
      out.insert(scope.path + "|" + name);
    } else {
      from_config(scope, *config->second, out, seen);
    }
  }

  void from_module(const ConfigModule& scope, const std::vector<ReferenceStep>& parts, Nodes& out,
                   std::set<std::string>& seen) {
    const auto child = scope.modules.find(parts[1].name);
    if (child == scope.modules.end()) return;
    if (parts.size() > 2) {
      const Json& output = child->second->json->at("outputs").at(parts[2].name);
      for (const std::string& r : pruned_references(output.at("expression")))
        from_reference(*child->second, r, out, seen);
      from_depends_on(*child->second, output.at("depends_on"), out, seen);
      return;
    }
    all_of(*child->second, out);  // depends_on = [module.x]
  }

  void all_of(const ConfigModule& module, Nodes& out) {
    for (const auto& [name, config] : module.resources)
      if (!name.starts_with("data.")) out.insert(module.path + "|" + name);
    for (const auto& [name, child] : module.modules) all_of(*child, out);
  }

  Context& c_;
  const std::map<std::string, std::vector<std::string>>& locals_;
  std::map<std::string, std::vector<const Resource*>> instances_;
  std::map<std::string, Nodes> done_;
};

// Add-ons that are Deployments become ACTIVE only with nodes; DaemonSets do without.
bool waits_for_nodes(const Resource& r) {
  if (r.type == "aws_eks_node_group") return r.values->at("scaling_config").item(0).at("desired_size").int_or(1) > 0;
  if (r.type == "aws_eks_addon") {
    const std::string name = r.values->at("addon_name").string_or();
    for (const char* daemon : {"vpc-cni", "kube-proxy", "eks-pod-identity-agent", "eks-node-monitoring-agent"})
      if (name == daemon) return false;
    return true;
  }
  if (r.type == "helm_release") return r.values->at("wait").bool_or(true);
  if (r.type == "kubernetes_deployment" || r.type == "kubernetes_deployment_v1")
    return r.values->at("wait_for_rollout").bool_or(true);
  return false;
}

}  // namespace

void read_order(Context& c, const std::map<std::string, std::vector<std::string>>& locals) {
  if (c.plan.is_state) return;
  Order order(c, locals);
  for (const Resource& r : c.plan.resources) {
    if (!r.created || r.data) continue;
    cloud::PlanStep step;
    step.address = r.address;
    step.after = order.before(r);
    if (const auto used = c.used.find(r.address); used != c.used.end())
      for (const std::string& address : used->second)
        if (address != r.address && std::find(step.after.begin(), step.after.end(), address) == step.after.end())
          step.after.push_back(address);
    step.waits_for_nodes = waits_for_nodes(r);
    if (const auto made = c.made.find(r.address); made != c.made.end()) step.makes = made->second;
    if (const auto added = c.added.find(r.address); added != c.added.end()) step.adds = added->second;
    c.world.plan.push_back(std::move(step));
  }
}

}  // namespace drydock::readers::terraform
