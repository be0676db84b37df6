// Findings for people.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cli/report/report.h"
#include "cloud/eks/boot_chain.h"

namespace drydock::cli {
namespace {

using proof::Finding;
using proof::NodeGroup;
using proof::Severity;
using proof::Verdict;

/// "node group 'a'", "node groups 'a' and 'b'"; by the source's names.
std::string groups_text(const Report& report, const Finding& finding) {
  std::vector<std::string> names;
  for (const std::string& name : finding.node_groups) {
    std::string shown = name;
    for (const NodeGroup& group : report.readiness.node_groups)
      if (group.name == name) shown = group_name(report.world, group);
    names.push_back("'" + shown + "'");
  }
  if (names.empty()) return {};
  if (names.size() == 1) return "node group " + names[0];
  const std::string last = names.back();
  names.pop_back();
  return "node groups " + join(names, ", ") + " and " + last;
}

std::string effect_text(const Report& report, const Finding& finding) {
  const std::string groups = groups_text(report, finding);
  const std::string who = groups.empty() ? "the cluster" : groups;
  switch (finding.effect) {
    case Verdict::not_ready:
      return who + " will not become Ready";
    case Verdict::depends:
      return fmt::format("{}: depends on {}", who,
                         finding.depends_on.empty() ? "what is not modelled" : join(finding.depends_on, ", "));
    case Verdict::degraded:
      return groups.empty() ? "the cluster will not be of full use" : who + " will be Ready, and not of full use";
    case Verdict::flaky:
      return who + " will be Ready with luck";
    case Verdict::ready:
      return groups.empty() ? "worth knowing" : who + " will be Ready all the same";
  }
  return who;
}

Colour colour_for(Severity severity) {
  return severity == Severity::error     ? Colour::bright_red
         : severity == Severity::warning ? Colour::yellow
                                         : Colour::cyan;
}

std::string step_text(const Finding& finding) {
  const eks::BootStep* step = eks::boot_step(finding.step);
  if (!step) return in_words(finding.message);
  std::string what = std::string(step->actor) + " " + std::string(step->what);
  if (!step->image.empty()) what += fmt::format(" of {}", step->image);
  return fmt::format("step {} of {}, {}: {}", eks::boot_step_number(finding.step), eks::boot_chain().size(), what,
                     in_words(finding.message));
}

std::string fix_text(const Report& report, const proof::Fix& fix) {
  std::string out = "  fix: " + in_words(fix.text) + "  (proved)\n";
  for (const proof::Edit& edit : fix.edits) out += "    " + edit_text(report.world, edit) + "\n";
  return out;
}

std::string group_line(const Report& report, const NodeGroup& group, const Style& style, const std::string& hint) {
  const std::string name = fmt::format("node group '{}'", group_name(report.world, group));
  const std::string label = style.paint(Colour::bold, "Readiness");
  const auto line = [&](Colour colour, const std::string& text) {
    return fmt::format("{}  {}: {}", label, name, style.paint(colour, text));
  };
  std::string out;
  switch (group.verdict) {
    case Verdict::ready:
      out = line(Colour::green, fmt::format("{0} of {0} nodes will be Ready", group.nodes));
      break;
    case Verdict::flaky:
    case Verdict::degraded:
      out = line(Colour::yellow, fmt::format("{0} of {0} nodes will be Ready, but {1}", group.nodes,
                                             group.verdict == Verdict::flaky ? "with luck" : "not of full use"));
      break;
    case Verdict::depends: {
      auto sources = group.depends_on;
      std::sort(sources.begin(), sources.end());
      sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
      out = line(Colour::yellow,
                 fmt::format("depends on {}", sources.empty() ? "what is not modelled" : join(sources, ", ")));
      if (!hint.empty()) out += " (" + hint + ")";
      break;
    }
    case Verdict::not_ready:
      out = line(Colour::bright_red, fmt::format("0 of {} nodes will be Ready", group.nodes));
      break;
  }
  if (report.took && group.verdict == Verdict::ready)
    out +=
        fmt::format("  ({} steps proved in {:.1f} ms)", group.steps, static_cast<double>(report.took->count()) / 1000);
  return out + "\n";
}

/// The group's own line says what it depends on; where that will be known soon, it is all there is to say.
bool says_more(const Finding& finding, const std::string& hint) {
  return finding.effect != Verdict::depends || finding.depends_on.empty() || hint.empty();
}

}  // namespace

int exit_code(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
      return 0;
    case Verdict::not_ready:
      return 2;
    case Verdict::depends:
      return 3;
    case Verdict::degraded:
    case Verdict::flaky:
      return 4;
  }
  return 1;
}

/// Each thing once, and no longer than it can be read.
std::vector<std::string> evidence_lines(const Finding& finding) {
  constexpr std::size_t kLongest = 180;
  std::vector<std::string> out;
  for (const proof::Evidence& evidence : finding.evidence) {
    const bool named = evidence.component.empty() || evidence.text.starts_with(evidence.component);
    std::string line = in_words(named ? evidence.text : evidence.component + ": " + evidence.text);
    if (line.size() > kLongest) line = line.substr(0, line.rfind(' ', kLongest)) + " ...";
    if (std::find(out.begin(), out.end(), line) == out.end()) out.push_back(std::move(line));
  }
  return out;
}

std::string finding_text(const Report& report, const Finding& finding, const Style& style) {
  const Colour colour = colour_for(finding.severity);
  std::string out = style.paint(colour, fmt::format("{}[{}]", proof::to_string(finding.severity), finding.code)) +
                    ": " + style.paint(Colour::bold, effect_text(report, finding)) + "\n";
  out += "  " + step_text(finding) + "\n";
  if (finding.where.noun) {
    const Place place = place_of(report.world, finding.where);
    out += "  at " + place.text();
    if (const std::string position = place.position(); !position.empty()) out += "  (" + position + ")";
    out += "\n";
  }
  for (const std::string& line : evidence_lines(finding)) out += "    " + line + "\n";
  if (!finding.symptom.text.empty())
    out += fmt::format("  you would see: {}{}\n", in_words(finding.symptom.text),
                       finding.symptom.when.empty() ? "" : ", " + finding.symptom.when);
  for (const proof::Fix& fix : finding.fixes) out += fix_text(report, fix);
  return out;
}

std::string report_text(const Report& report, const Style& style, const std::string& hint) {
  std::string out;
  for (const NodeGroup& group : report.readiness.node_groups) out += group_line(report, group, style, hint);
  if (report.readiness.node_groups.empty())
    out += style.paint(Colour::bold, "Readiness") + "  " +
           (report.world.clusters.empty() ? "no EKS cluster is here\n" : "no node group is here\n");
  for (const Finding& finding : report.readiness.findings)
    if (says_more(finding, hint)) out += "\n" + finding_text(report, finding, style);
  return out;
}

std::string code_text(const proof::Code& code, const Style& style) {
  std::string out = style.paint(Colour::bold, code.code) + ": " + std::string(code.title) + "\n\n  ";
  std::size_t column = 2;
  for (const std::string& word : split(code.explanation, ' ')) {
    if (column + word.size() > 100) out += "\n  ", column = 2;
    out += word + " ";
    column += word.size() + 1;
  }
  out.pop_back();
  out += fmt::format("\n\n  cause class: {}\n", code.cause_class);
  if (!code.example.empty()) out += fmt::format("  example:     {}\n", code.example);
  if (!code.aws_code.empty()) out += fmt::format("  AWS says:    {}\n", code.aws_code);
  return out;
}

}  // namespace drydock::cli
