// What the proof says: verdicts, and findings with where they stand, why, what people would see, and proved fixes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cloud/world/world.h"

namespace drydock::proof {

/// From best to worst; the verdict of several is the worst of them.
enum class Verdict {
  ready,
  flaky,     // Ready, but some of the calls on the way are a matter of luck (one of several addresses is dead)
  degraded,  // Ready, but the cluster is not of full use: pods without addresses, CoreDNS unscheduled, one zone ...
  depends,   // on a value that nobody knows yet, or on a thing that is not modelled
  not_ready,
};
const char* to_string(Verdict verdict);  // "not_ready"

/// A place in the world: a noun, and one of its fields ("" for the whole noun), as each_field names it.
struct Place {
  cloud::Ref noun;
  std::string field;
  friend auto operator<=>(const Place&, const Place&) = default;
};

/// One change of the world. Fields may reach inside, also into documents that are kept as text:
/// "resourcesVpcConfig.endpointPrivateAccess", "policyDocument.Statement.0.Resource", "grants.inlined". A list takes
/// one item (`add` leaves it alone when it has it), a map takes {key: value}; what is removed from a map is named by
/// its key. An edit of a plan's order has the place {{"plan", address}, "after"}.
struct Edit {
  enum class Kind { set, add, remove, create, erase };  // a field; an item of a list; a whole noun
  Kind kind = Kind::set;
  Place where;
  Json value;  // of set, add, remove; of create the whole noun
};

struct Fix {
  std::string text;  // in one line: "add an interface endpoint for ec2 with private DNS"
  std::vector<Edit> edits;
};

/// A hop or a rule, and what it said.
struct Evidence {
  std::string component, text;
};

struct Symptom {
  std::string text;  // as people see it: "aws-node Init:ImagePullBackOff, ... 403 Forbidden"
  std::string when;  // "about 15 min after the node group's creation"; empty: at once
};

enum class Severity { note, warning, error };
const char* to_string(Severity severity);

struct Finding {
  std::string code;  // one of codes(): "s3.endpoint-policy"
  std::string step;  // id in the boot chain, or of a controller's call; empty where no step is concerned
  Severity severity = Severity::error;
  Verdict effect = Verdict::not_ready;  // what it does to the verdict by itself
  Place where;                          // what is to blame
  std::vector<std::string> node_groups;
  std::string message;  // one sentence: what will happen
  std::vector<Evidence> evidence;
  Symptom symptom;
  std::vector<Fix> fixes;               // each proved; smallest and least privileged first
  std::vector<std::string> depends_on;  // for effect == depends: sources of the unknowns
};

/// The one list of codes; docs/findings.md is written from it.
struct Code {
  std::string_view code;
  std::string_view cause_class;  // "vpc-endpoint-policy"
  std::string_view title;        // "the S3 endpoint's policy denies ECR's layers"
  std::string_view explanation;  // why, in a few sentences
  std::string_view example;      // a line of configuration that has it
  std::string_view aws_code;  // Reachability Analyzer's explanation code or EKS's health issue code, where one exists
};
const std::vector<Code>& codes();
/// Null for an unknown code.
const Code* find_code(std::string_view code);

}  // namespace drydock::proof
