// What the proof found, for people, programs, code scanning and pull requests. Pure: a report in, text out.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "cli/report/paint.h"
#include "cloud/world/world.h"
#include "proof/readiness.h"

namespace drydock::cli {

struct Report {
  const cloud::World& world;  // all below is about it; must outlive the report
  proof::Readiness readiness;
  std::vector<std::string> notes;                   // of the reader
  std::string input;                                // "plan.json", as messages name it; may be empty
  std::optional<std::chrono::microseconds> took{};  // empty: not shown
};

/// What `drydock check` ends with: 0 ready, 2 not ready, 3 depends, 4 degraded or flaky.
int exit_code(proof::Verdict verdict);

/// A line a node group ("Readiness  node group 'cluster': 2 of 2 nodes will be Ready"), then the findings in full.
/// `hint` follows what depends on values: "known during the update; proved again before nodes launch"; with one, what
/// the values might do is not shown in full.
std::string report_text(const Report& report, const Style& style, const std::string& hint = {});
/// What decided, in order, each thing once.
std::vector<std::string> evidence_lines(const proof::Finding& finding);
/// One finding as report_text() shows it.
std::string finding_text(const Report& report, const proof::Finding& finding, const Style& style);

/// As docs/readiness.schema.json describes it.
Json report_json(const Report& report);
/// SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
Json report_sarif(const Report& report, const std::string& version);
/// For a comment on a pull request (GitHub's markdown).
std::string report_markdown(const Report& report);

/// What a code means, for people and as a row of docs/findings.md.
std::string code_text(const proof::Code& code, const Style& style);
std::string codes_markdown();

// --- Parts of the above, each in one place.

/// Where something stands, in the source's own words.
struct Place {
  std::string address;   // "aws:ec2/vpcEndpoint:VpcEndpoint::s3"; the noun's id where the source has no other
  std::string full;      // URN, Terraform address, logical ID; empty: the source does not have it
  std::string type;      // of the source
  std::string property;  // "policy.Statement[0].Resource"; empty: the whole
  std::string file;
  std::int64_t line = 0, column = 0;
  /// "s3.policy", with the type in front.
  std::string text() const;
  /// "main.cc:88", or nothing.
  std::string position() const;
};
Place place_of(const cloud::World& world, const proof::Place& where);

/// "policy = {...}", "+ aws:ec2/vpcEndpoint:VpcEndpoint {...}": one line.
std::string edit_text(const cloud::World& world, const proof::Edit& edit);
/// A text of the proof's with short addresses instead of URNs.
std::string in_words(std::string_view text);
/// What a node group is called in the source.
std::string group_name(const cloud::World& world, const proof::NodeGroup& group);

}  // namespace drydock::cli
