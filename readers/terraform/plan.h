// Stage one: the document as resources and the configuration they come from; what terraform calls them, and nothing of
// what they mean. https://developer.hashicorp.com/terraform/internals/json-format
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace drydock::readers::terraform {

/// A module as written, once for all its instances. Points into Plan::document.
struct ConfigModule {
  std::string path;    // "" of the root, "eks.node_group"
  std::string source;  // as written: "terraform-aws-modules/eks/aws", "./modules/net"
  const ConfigModule* parent = nullptr;
  const Json* json = nullptr;                                    // variables, outputs
  const Json* call = nullptr;                                    // in the parent; null of the root
  std::map<std::string, const Json*, std::less<>> resources;     // "aws_vpc.main", "data.aws_vpc.main"
  std::map<std::string, std::unique_ptr<ConfigModule>> modules;  // by name of the call
};

/// One instance of a managed resource or a data source.
struct Resource {
  std::string address;  // module.net["a"].aws_vpc.main[0]
  std::string module;   // module.net["a"]; empty: the root
  std::string type, name;
  Json key;                             // of count or for_each; null: neither
  bool data = false;                    // a data source
  bool deferred = false;                // a data source that is read only during apply
  bool created = false;                 // by this plan, or replaced
  const Json* values = nullptr;         // never null; what is known
  const Json* unknown = nullptr;        // never null; after_unknown: true where a value is known after apply
  const Json* config = nullptr;         // null in a state
  const ConfigModule* scope = nullptr;  // null where the configuration does not know it
  std::vector<std::string> depends_on;  // of a state: addresses without keys
  std::string config_name() const;      // "aws_vpc.main", "data.aws_vpc.main"
  const Json& expressions() const;      // null Json if there is none
};

/// Neither moved nor copied: resources point into the document.
struct Plan {
  Json document;
  bool is_state = false;
  ConfigModule root;
  std::vector<Resource> resources;  // managed ones first
  std::unordered_map<std::string, std::size_t> by_address;
  /// Instances of a resource within one instance of its module, in the document's order. Null if there are none.
  const std::vector<std::size_t>* instances(std::string_view module, std::string_view config_name) const;
  const Json& variable(std::string_view name) const;  // of the root; null Json if it is not set

  std::map<std::string, std::vector<std::size_t>, std::less<>> by_config;  // module + "|" + config_name

  Plan() = default;
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;
};

/// Errors: invalid_input: no JSON, a format version of the future, a plan that failed, resources without addresses.
Result<std::unique_ptr<Plan>> parse_plan(std::string_view text);

}  // namespace drydock::readers::terraform
