// The node that is being visited, as its commands see it. Shared by the files of this folder.
#pragma once

#include <map>
#include <optional>

#include "cloud/aws/eks.h"
#include "cloud/eks/node_config.h"
#include "twin/nodes/calls.h"
#include "twin/nodes/nouns.h"
#include "twin/visit/visit.h"

namespace drydock::twin::visit {

/// Borrows world and neighbours for one command.
class Host {
 public:
  Host(World& world, const Neighbours& neighbours, nodes::Node& node, const aws::Instance& instance);

  World& world;
  const Neighbours& neighbours;
  nodes::Node& node;
  const aws::Instance& instance;
  nodes::Networks networks;
  nodes::Place place;
  drydock::eks::UserData user_data;
  std::string raw_user_data;        // as IMDS hands it out
  std::vector<nodes::Entry> story;  // of this boot, in order
  std::int64_t now;                 // ms, simulated

  const aws::NetworkInterface* interface() const;
  const aws::Vpc* vpc() const;
  const aws::eks::Cluster* cluster() const;  // by user data; null if it names none of the twin's
  kubernetes::KubeCluster* kube() const;
  std::string api_host() const;  // of the API server, from user data
  std::string region() const { return node.region; }
  std::string dns_suffix() const;

  /// The last entry of a step in this boot; null if it never came so far.
  const nodes::Entry* entry(std::string_view step) const;
  /// Whether the step was done in this boot.
  bool did(std::string_view step) const;
  /// The files of nodeadm-config are written.
  bool has_files() const { return did("files"); }
  bool kubelet_runs() const { return did("kubelet"); }
  bool containerd_runs() const { return did("run"); }
  std::string hostname() const;

  nodes::Outcome reach(const std::string& host, int port);
  /// A signed call with the instance's role, by its action ("ecr:GetAuthorizationToken"), at a host.
  nodes::Outcome call(const std::string& action, const std::string& host, const std::string& resource = "*");
  /// The role behind IMDS's credentials; empty when there is none.
  nodes::Signer signer();
};

using Command = Reply (*)(Host&, const Args&);

// The families. `args` leaves out the command's own name.
void add_journal(std::map<std::string, Command, std::less<>>& commands);
void add_systemd(std::map<std::string, Command, std::less<>>& commands);
void add_curl(std::map<std::string, Command, std::less<>>& commands);
void add_dns(std::map<std::string, Command, std::less<>>& commands);
void add_net(std::map<std::string, Command, std::less<>>& commands);
void add_containerd(std::map<std::string, Command, std::less<>>& commands);
void add_aws(std::map<std::string, Command, std::less<>>& commands);
void add_files(std::map<std::string, Command, std::less<>>& commands);
void add_nodeadm(std::map<std::string, Command, std::less<>>& commands);

Reply failure(std::string text, int code = 1);
/// "not supported yet": what the real tool could do and this one does not.
Reply unsupported(std::string_view what);

// --- Options as the tools read them: "-n 5", "-n5", "--lines=5", "-vz".
struct Options {
  std::map<std::string, std::vector<std::string>, std::less<>> values;  // by the name without dashes; flags have {""}
  Args words;                                                           // what is no option
  std::string unknown;                                                  // the first option nobody knows
  bool has(std::string_view name) const { return values.contains(name); }
  std::string value(std::string_view name, std::string otherwise = {}) const;
};
/// `flags` and `valued`: names of options without dashes, one letter or a word; "lines|n" makes n a name of lines.
Options read_options(const Args& args, const std::vector<std::string>& flags, const std::vector<std::string>& valued);

// --- The journal (journal_lines.cc): used by journalctl and by systemctl status.
struct JournalLine {
  std::int64_t at = 0;  // ms, simulated
  std::string unit;     // "kubelet.service"
  std::string ident;    // "kubelet", "systemd"
  std::string host, text;
};
std::vector<JournalLine> journal_of(const Host& host);
std::string print_line(const JournalLine& line);
int pid_of(std::string_view ident);

/// Content of a file of the node; empty when it is not there.
std::optional<std::string> file_of(Host& host, std::string_view path);

/// What an HTTP request to the instance's metadata service answers.
struct HttpAnswer {
  int status = 200;
  std::string type = "text/plain", body;
};
HttpAnswer ask_imds(Host& host, const std::string& method, const std::string& path,
                    const std::map<std::string, std::string, std::less<>>& headers);  // names in lower case

}  // namespace drydock::twin::visit
