// A finding while it is being found: with what makes it one of its own, and with what the thing that failed had needed,
// in values, for whoever looks for a fix.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "proof/finding.h"

namespace drydock::proof {

/// What a step needed and did not get. Only what concerns the step is set.
struct Need {
  std::string vpc, cluster;
  std::set<std::string> subnets;         // of the nodes that are concerned
  std::vector<std::string> groups;       // security groups of the caller
  std::vector<std::string> peer_groups;  // of the interfaces it calls
  std::string service, host;             // "ecr.dkr"; who answers
  int port = 443;
  std::string role;                          // name of the role that calls
  std::set<std::string> actions, resources;  // what it must be allowed
  std::string table;                         // route table of the caller's subnet
  bool by_instance_id = false;               // nodes call themselves by instance id
};

struct Problem {
  Finding finding;      // without fixes
  std::string subject;  // two of the same code, place and subject are one
  Need need;
};

/// Collects problems; the same one met twice is one, that names all node groups, subnets, actions and the first step.
class Problems {
 public:
  void add(Problem problem);
  bool has(const Problem& problem) const { return by_key_.contains(key(problem)); }
  std::vector<Problem>& list() { return list_; }
  const std::vector<Problem>& list() const { return list_; }

  using Key = std::tuple<std::string, Place, std::string>;
  static Key key(const Problem& p) { return {p.finding.code, p.finding.where, p.subject}; }

 private:
  std::vector<Problem> list_;
  std::map<Key, std::size_t> by_key_;
};

/// By severity, then by the step of the chain, then by code.
void sort(std::vector<Problem>& problems);

}  // namespace drydock::proof
