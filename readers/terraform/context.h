// Stage two's tools: attributes of resources as values of nouns. What is not known goes to World::unknowns, with the
// attribute it depends on; what refers to another resource becomes the id of that resource's noun.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "cloud/world/world.h"
#include "readers/terraform/references.h"

namespace drydock::readers::terraform {

/// A resource's attributes, or those of one of its nested blocks.
struct Block {
  const Resource* resource = nullptr;
  const Json* values = nullptr;
  const Json* unknown = nullptr;      // true, or an object shaped as the values
  const Json* expressions = nullptr;  // of the configuration; null Json: none
  bool whole = false;                 // `expressions` is one expression for all attributes
  std::string path;                   // "vpc_config[0]."

  const Json& at(std::string_view name) const { return values->at(name); }
  bool has(std::string_view name) const { return !at(name).is_null(); }
  /// Set in the configuration, and known only after apply (or in part).
  bool is_unknown(std::string_view name) const;
  /// Blocks of this name whose number is known only after apply.
  bool is_hidden(std::string_view name) const;
  const Json& expression(std::string_view name) const { return whole ? *expressions : expressions->at(name); }
  /// Nested blocks of a name; an object counts as one.
  std::vector<Block> blocks(std::string_view name) const;
  /// The first of them, or an empty one.
  Block block(std::string_view name) const;
};
Block block_of(const Resource& resource);

/// What a reference may lead to, and what of it is meant.
enum class Kind {
  vpc,
  subnet,
  route_table,
  security_group,
  network_acl,
  internet_gateway,
  egress_gateway,
  nat_gateway,
  endpoint,
  dhcp_options,
  address,
  interface,
  instance,
  peering,
  transit_gateway,
  prefix_list,
  launch_template,
  auto_scaling_group,
  hosted_zone,
  cluster,
  role_name,
  role_arn,
  policy_arn,
  instance_profile_name,
  instance_profile_arn,
  oidc_arn,
  kms_key,
};

/// A field of a noun, for what turns out to be unknown.
struct Mark {
  cloud::Ref noun;
  std::string field;
};

class Context {
 public:
  Context(const Plan& plan, cloud::World& world, const References& references);

  const Plan& plan;
  cloud::World& world;

  // --- nouns and where they stand
  /// The noun was made from the resource.
  void stands(const Resource& resource, const cloud::Ref& noun);
  /// The resource made a part of a noun of another resource.
  void adds(const Resource& resource, const cloud::Ref& noun, std::string field, Json value);
  /// A part of a noun that is not in the plan: noted as a resource that could matter.
  void homeless(const Resource& resource, std::string_view attribute);
  void note_unknown(const Mark& mark, std::string source);
  void note_unknown(const Mark& mark, const Block& block, std::string_view attribute);

  // --- attributes
  std::string text(const Block& block, std::string_view name, const Mark& mark, std::string_view otherwise = {});
  bool flag(const Block& block, std::string_view name, const Mark& mark, bool otherwise);
  std::int64_t number(const Block& block, std::string_view name, const Mark& mark, std::int64_t otherwise);
  std::vector<std::string> texts(const Block& block, std::string_view name, const Mark& mark);
  /// Ids of nouns. A reference that cannot be told for sure is unknown, and the answer empty.
  std::string id(const Block& block, std::string_view name, Kind kind, const Mark& mark);
  std::vector<std::string> ids(const Block& block, std::string_view name, Kind kind, const Mark& mark);
  /// What an unknown attribute refers to, if that is sure and of that kind; else empty. Notes nothing.
  std::vector<std::string> ids_if_exact(const Block& block, std::string_view name, Kind kind);
  /// The one data source of a type that the attribute is taken from; null if it is not that simple.
  const Resource* data_behind(const Block& block, std::string_view name, std::string_view type) const;
  /// A computed attribute whose expression gave null is as unknown as one whose value is. Of documents: nothing but ids
  /// of the network stands in the entry of for_each that it is taken from, so it is not given at all.
  bool is_null_after_all(const Block& block, std::string_view name) const;
  /// A policy document as text.
  std::string policy(const Block& block, std::string_view name, const Mark& mark);

  // --- names
  /// The id of the resource's own noun.
  std::string id_of(const Resource& resource) const;
  /// Its name, where names are keys: roles, profiles, clusters, groups.
  std::string name_of(const Resource& resource) const;
  std::string arn_of(const Resource& resource) const;
  std::string arn(std::string_view service, std::string_view region, std::string_view resource) const;
  /// An id that the world understands without a noun: a VPC's default group, a cluster's own group.
  bool is_derived(std::string_view id) const { return derived_.contains(id); }
  /// The VPC whose derived id this is; empty: it is none.
  std::string vpc_of_derived(std::string_view id) const;
  /// The id of what AWS makes with a VPC or a cluster: ("aws_vpc.main", "default_security_group_id").
  std::string derived(std::string_view owner, std::string_view attribute);
  /// Takes such a noun out again: a resource of the plan (aws_default_...) has taken it over.
  void forget_derived(std::string_view id);
  /// The OIDC issuer of a cluster, made up (but the same everywhere) for one that is not there yet.
  std::string issuer_of(std::string_view cluster) const;

  /// Resources that make one noun of a role, a route table ... by its id.
  template <class T>
  T* noun(std::vector<T>& table, std::string_view key);

  const std::set<std::string, std::less<>>& derived_ids() const { return derived_; }

  std::vector<std::string> notes;
  std::unordered_map<std::string, std::vector<cloud::Ref>> made;        // by address
  std::unordered_map<std::string, std::vector<cloud::PlanPart>> added;  // by address
  /// Resources whose ids a resource took, by addresses. References in dynamic blocks are in no document; where their
  /// target was told otherwise, it is an order all the same.
  std::unordered_map<std::string, std::set<std::string>> used;

 private:
  struct Found;
  Found resolve(const Block& block, std::string_view name, Kind kind);
  std::string meaning(const Target& target, Kind kind);
  bool alone_in_being_unknown(const Resource& resource, std::string_view name) const;
  const Resource* only_one_created(Kind kind) const;

  const References& references_;
  void make_derived(std::string_view owner, std::string_view attribute, const std::string& id);
  std::set<std::string, std::less<>> derived_;
  std::map<std::string, std::string, std::less<>> owners_;  // of derived ids
};

template <class T>
T* Context::noun(std::vector<T>& table, std::string_view key) {
  for (T& noun : table)
    if (cloud::key_of(noun) == key) return &noun;
  return nullptr;
}

/// One row per resource type, in the order in which they are read: nouns before what adds to them.
struct Handler {
  const char* type;
  void (*read)(Context&, const Resource&);
};
const std::vector<Handler>& handlers();

}  // namespace drydock::readers::terraform
