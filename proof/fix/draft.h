// What the files of proof/fix share: fixes while they are written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/fields.h"
#include "proof/fix/fix.h"

namespace drydock::proof {

using Edits = std::vector<Edit>;

struct Draft {
  const WorldView& view;
  const Problem& problem;
  std::vector<Candidate>& out;

  const cloud::World& world() const { return view.world(); }
  const Need& need() const { return problem.need; }
  const Place& where() const { return problem.finding.where; }
  const std::string& code() const { return problem.finding.code; }
  /// The noun to blame, if it is one of T.
  template <class T>
  const T* blamed(const std::vector<T>& table) const {
    return where().noun.table == T::kTable ? cloud::find(table, where().noun.id) : nullptr;
  }
  void offer(std::string text, Edits edits, bool broad = false) const {
    if (!edits.empty()) out.push_back({{std::move(text), std::move(edits)}, broad});
  }
};

inline Edit set(cloud::Ref noun, std::string field, Json value) {
  return {Edit::Kind::set, {std::move(noun), std::move(field)}, std::move(value)};
}
inline Edit add(cloud::Ref noun, std::string field, Json value) {
  return {Edit::Kind::add, {std::move(noun), std::move(field)}, std::move(value)};
}
inline Edit remove(cloud::Ref noun, std::string field, Json value) {
  return {Edit::Kind::remove, {std::move(noun), std::move(field)}, std::move(value)};
}
inline Edit erase(cloud::Ref noun) { return {Edit::Kind::erase, {std::move(noun), ""}, {}}; }
template <class T>
Edit create(const T& noun) {
  return {Edit::Kind::create, {cloud::ref_of(noun), ""}, fields::encode(noun)};
}

/// An id for a new noun: the name, with a number behind it where the world has one of that name.
template <class T>
std::string new_id(const std::vector<T>& table, const std::string& name) {
  std::string out = name;
  for (int number = 2; cloud::find(table, out); ++number) out = name + "-" + std::to_string(number);
  return out;
}

/// A rule for one port from or to one peer: a group ("sg-..."), a prefix list or a CIDR.
aws::SecurityGroupRule rule_for(const std::string& group, bool egress, const std::string& peer, int port);
/// Edits that put a statement into a policy document kept as text, whether its Statement is one or a list.
Edit add_statement(const cloud::Ref& noun, const std::string& field, const std::string& document, Json statement);
/// {"Effect": "Allow", "Action": ..., "Resource": ...}; one item of a list stands by itself.
Json allow(const std::set<std::string>& actions, const std::set<std::string>& resources);

// By kind of cause; each does nothing for a code it does not know.
void fix_endpoints(const Draft& draft);
void fix_groups(const Draft& draft);
void fix_ways(const Draft& draft);  // network ACLs, routes, gateways, DNS
void fix_policies(const Draft& draft);
void fix_cluster(const Draft& draft);  // mapping, API access, add-ons, what launches nodes
void fix_controllers(const Draft& draft);

}  // namespace drydock::proof
