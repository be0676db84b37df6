// The inside of load_world: ids, calls, and one file a stage. Private to this folder.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "twin/load/load.h"

namespace drydock::twin::load {

using Step = std::optional<Error>;
using Members = std::initializer_list<std::pair<const std::string, Json>>;

class Loader {
 public:
  Loader(LoadPlace place, const cloud::World& world) : place_(place), w_(world) {}
  Result<Loaded> run();

 private:
  // --- One stage each.
  Step tables_of_our_own();  // own.cc
  Step bridges();
  Step identities();  // identity.cc
  Step network();     // network.cc
  Step endpoints();
  Step clusters();  // cluster.cc
  Step kubernetes();
  Step later_changes();     // later.cc: what can only come about once the rest is there
  Step launch_templates();  // nodes.cc
  Step nodes();

  Step vpc(const aws::Vpc& x);
  Step subnet(const aws::Subnet& x);
  Step route_table(const aws::RouteTable& x);
  Step route(const aws::RouteTable& table, const aws::Route& x);
  Step gateway(const aws::InternetGateway& x);
  Step nat(const aws::NatGateway& x);
  Step group(const aws::SecurityGroup& x);
  Step endpoint(const aws::VpcEndpoint& x);
  Step role(const aws::Role& x);
  Step cluster(const aws::eks::Cluster& x);
  Step access_entry(const aws::eks::AccessEntry& x);
  Step addon(const aws::eks::Addon& x);
  Step launch_template(const aws::LaunchTemplateVersion& x);
  Step nodegroup(const aws::eks::Nodegroup& x);
  Step scaling_group(const aws::AutoScalingGroup& x);
  Step instance(const aws::Instance& x);
  Step rules_of(const std::string& group, bool egress);
  Step acl(const aws::NetworkAcl& x);
  void free_addresses(const aws::Subnet& x);
  std::string image_of(const std::string& id, const std::string& instance_type);
  Json request_data(const Json& data, const std::string& instance_type);
  std::string user_data(const std::string& encoded);

  // --- Shared.
  /// As the account's administrator. Members that are null are left out.
  ApiResult call(const std::string& service, const std::string& action, Members members);
  ApiResult call(const std::string& service, const std::string& action, Json in);
  Step fault(const cloud::Ref& noun, const ApiError& error) const;
  Step fault(const cloud::Ref& noun, const std::string& what) const;
  template <class T>
  Step fault(const T& noun, const ApiResult& result) const {
    return result ? Step() : fault(cloud::ref_of(noun), result.error());
  }
  template <class T>
  void made(const T& noun, std::string id) {
    loaded_.ids[cloud::ref_of(noun)] = std::move(id);
  }
  /// The twin's id of a noun; the world's own where there is none, so that AWS's refusal names it.
  template <class T>
  std::string id(const std::string& id) const {
    auto it = loaded_.ids.find({T::kTable, id});
    return it == loaded_.ids.end() ? id : it->second;
  }
  template <class T>
  Json ids(const std::vector<std::string>& list) const {
    Json out = Json::array({});
    for (const std::string& item : list) out.push_back(id<T>(item));
    return out;
  }
  template <class T>
  Table<T>& table() {
    return place_.world.table<T>(w_.region);
  }
  /// ARNs and documents: the account, and roles whose names had to change.
  std::string text(std::string text) const;
  Json texts(const Json& value) const;
  Json tag_specification(const aws::Tags& tags, const char* type) const;
  static Json tag_list(const aws::Tags& tags);
  void finish();  // completions of what was begun

  LoadPlace place_;
  const cloud::World& w_;
  Loaded loaded_;
  std::vector<std::pair<std::string, std::string>> renamed_;
};

}  // namespace drydock::twin::load
