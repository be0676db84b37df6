// The boot of a group's nodes, walked along the chain: every step asked for by itself, whatever became of the steps
// before it, so that the causes of several broken steps are all found at once.
#pragma once

#include <map>
#include <string>

#include "cloud/eks/boot_chain.h"
#include "proof/boot/group.h"
#include "proof/caller.h"
#include "proof/network/reach.h"
#include "proof/problem.h"

namespace drydock::proof {

/// How a step fails, which decides what people see.
enum class Fault { dropped, unresolved, denied };

/// What people see when a step fails, and when.
Symptom symptom_of(std::string_view step, Fault fault, const std::string& region);

/// Connections that were already judged: nodes of one subnet and the same groups are alike.
class Contacts {
 public:
  explicit Contacts(const Network& network) : network_(network) {}
  const Contact& of(const Site& from, const std::string& host, int port);

 private:
  const Network& network_;
  std::map<std::string, Contact> known_;
};

/// One group while it is walked.
struct Walk {
  const WorldView& view;
  const Group& group;
  Problems& out;
  Contacts& contacts;
  const aws::Role* cni_role = nullptr;  // with which ipamd calls; null: it gets no credentials

  Site site(const std::string& subnet) const;
  std::string vpc_of(const std::string& subnet) const;
  /// A problem of this group at a step, with symptom; the caller adds place and words.
  Problem problem(std::string_view code, std::string_view step, Fault fault) const;
  std::string host_of(const eks::BootStep& step) const;
  std::string resource_of(const eks::BootStep& step) const;
};

/// The noun of a component that evidence names: a group, table, ACL, gateway or endpoint, or what EKS and EC2 made
/// unasked, which is blamed on the noun it belongs to.
Place place_of(const WorldView& view, const std::string& component, const Group& group);

// The parts of the chain, each in a file of its own.
void check_launch(const Walk& walk);
/// EKS refuses the subnet for this managed group, as check_launch says: it leads to an internet gateway and assigns no
/// public addresses.
bool refused_as_public(const Walk& walk, const std::string& subnet);
void check_volumes(const Walk& walk);    // their key
void check_conflicts(const Walk& walk);  // endpoints that exclude each other
void check_image(const Walk& walk);      // first steps of other images than AL2023
void check_metadata(const Walk& walk);   // steps imds and credentials
void check_user_data(const Walk& walk);  // steps user-data, node-config, user-scripts
void check_name(const Walk& walk);       // what the node calls itself
void check_mapping(const Walk& walk);    // step api.authorise
void check_cni(const Walk& walk);        // is there one, and who is it
void check_addons(const Walk& walk);     // kube-proxy, CoreDNS
/// Name, way and answer of a step's host, from one subnet. What the way turned out to be; nothing where it fails.
std::optional<Way> check_contact(const Walk& walk, const eks::BootStep& step, const std::string& subnet);
/// What the caller of a step may do.
void check_call(const Walk& walk, const eks::BootStep& step, const Way& way);

void walk_group(const WorldView& view, const Group& group, Contacts& contacts, Problems& out);

}  // namespace drydock::proof
