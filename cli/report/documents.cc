// Findings for programs: JSON, SARIF, markdown.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "cli/report/report.h"
#include "cloud/eks/boot_chain.h"

namespace drydock::cli {
namespace {

using proof::Finding;
using proof::Severity;
using proof::Verdict;

Json texts(const std::vector<std::string>& values) { return Json::Array(values.begin(), values.end()); }

const char* kind_text(proof::Edit::Kind kind) {
  using Kind = proof::Edit::Kind;
  switch (kind) {
    case Kind::set:
      return "set";
    case Kind::add:
      return "add";
    case Kind::remove:
      return "remove";
    case Kind::create:
      return "create";
    case Kind::erase:
      return "delete";
  }
  return "set";
}

/// Members without a value are null, so that all are always there.
Json place_json(const Place& place) {
  const auto text = [](const std::string& value) { return value.empty() ? Json() : Json(value); };
  const auto number = [](std::int64_t value) { return value > 0 ? Json(value) : Json(); };
  return Json::object({{"address", place.full.empty() ? place.address : place.full},
                       {"type", text(place.type)},
                       {"property", text(place.property)},
                       {"file", text(place.file)},
                       {"line", number(place.line)},
                       {"column", number(place.column)}});
}

Json fix_json(const Report& report, const proof::Fix& fix) {
  Json edits = Json::array();
  for (const proof::Edit& edit : fix.edits) {
    const Place place = place_of(report.world, edit.where);
    edits.push_back(Json::object({{"op", kind_text(edit.kind)},
                                  {"where", place_json(place)},
                                  {"value", edit.value},
                                  {"text", edit_text(report.world, edit)}}));
  }
  return Json::object({{"text", in_words(fix.text)}, {"edits", std::move(edits)}, {"proved", true}});
}

Json finding_json(const Report& report, const Finding& finding) {
  const proof::Code* code = proof::find_code(finding.code);
  Json evidence = Json::array(), fixes = Json::array();
  for (const proof::Evidence& one : finding.evidence)
    evidence.push_back(Json::object({{"component", in_words(one.component)}, {"text", in_words(one.text)}}));
  for (const proof::Fix& fix : finding.fixes) fixes.push_back(fix_json(report, fix));
  return Json::object(
      {{"code", finding.code},
       {"class", code ? Json(code->cause_class) : Json()},
       {"step", finding.step.empty() ? Json() : Json(finding.step)},
       {"severity", proof::to_string(finding.severity)},
       {"effect", proof::to_string(finding.effect)},
       {"where", finding.where.noun ? place_json(place_of(report.world, finding.where)) : Json()},
       {"nodeGroups", texts(finding.node_groups)},
       {"message", in_words(finding.message)},
       {"evidence", std::move(evidence)},
       {"symptom", Json::object({{"text", in_words(finding.symptom.text)}, {"when", finding.symptom.when}})},
       {"dependsOn", texts(finding.depends_on)},
       {"fixes", std::move(fixes)}});
}

// ---- SARIF

Json text_of(std::string_view text) { return Json::object({{"text", text}}); }

Json rule_json(const proof::Code& code) {
  return Json::object({{"id", code.code},
                       {"shortDescription", text_of(code.title)},
                       {"fullDescription", text_of(code.explanation)},
                       {"help", text_of(fmt::format("drydock explain {}", code.code))},
                       {"properties", Json::object({{"causeClass", code.cause_class}})}});
}

const char* level_of(Severity severity) {
  switch (severity) {
    case Severity::error:
      return "error";
    case Severity::warning:
      return "warning";
    case Severity::note:
      break;
  }
  return "note";
}

Json location_of(const Report& report, const Finding& finding) {
  const Place place = place_of(report.world, finding.where);
  // Code scanning shows only what stands in a file, so the input itself is the place of last resort.
  const std::string file = place.file.empty() ? (report.input.empty() ? "stdin" : report.input) : place.file;
  Json physical = Json::object({{"artifactLocation", Json::object({{"uri", uri_encode(file, true)}})}});
  Json region = Json::object({{"startLine", place.file.empty() || place.line == 0 ? 1 : place.line}});
  if (!place.file.empty() && place.column > 0) region["startColumn"] = place.column;
  physical["region"] = std::move(region);
  Json out = Json::object({{"physicalLocation", std::move(physical)}});
  if (finding.where.noun)
    out["logicalLocations"] = Json::array({Json::object(
        {{"fullyQualifiedName", place.full.empty() ? place.address : place.full}, {"kind", "resource"}})});
  return out;
}

Json result_json(const Report& report, const Finding& finding) {
  std::string text = in_words(finding.message);
  if (!finding.symptom.text.empty()) text += "\nYou would see: " + in_words(finding.symptom.text);
  for (const proof::Fix& fix : finding.fixes) text += "\nFix (proved): " + in_words(fix.text);
  return Json::object({{"ruleId", finding.code},
                       {"level", level_of(finding.severity)},
                       {"message", text_of(text)},
                       {"locations", Json::array({location_of(report, finding)})},
                       {"properties", Json::object({{"step", finding.step},
                                                    {"effect", proof::to_string(finding.effect)},
                                                    {"nodeGroups", texts(finding.node_groups)}})}});
}

// ---- markdown

std::string cell(std::string text) {
  text = replace_all(std::move(text), "|", "\\|");
  return replace_all(std::move(text), "\n", " ");
}

const char* mark_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
      return "✅ ready";
    case Verdict::flaky:
      return "⚠️ flaky";
    case Verdict::degraded:
      return "⚠️ degraded";
    case Verdict::depends:
      return "❔ depends";
    case Verdict::not_ready:
      return "❌ not ready";
  }
  return "";
}

std::string finding_markdown(const Report& report, const Finding& finding) {
  const Place place = place_of(report.world, finding.where);
  std::string out = fmt::format("\n<details><summary><b>{}</b> <code>{}</code>: {}</summary>\n\n",
                                proof::to_string(finding.severity), finding.code, in_words(finding.message));
  const auto line = [&](const char* what, const std::string& text) {
    if (!text.empty()) out += fmt::format("- {}: {}\n", what, text);
  };
  if (finding.where.noun)
    line("where", fmt::format("`{}`{}", place.text(), place.position().empty() ? "" : " (" + place.position() + ")"));
  if (const eks::BootStep* step = eks::boot_step(finding.step))
    line("step", fmt::format("{} of {}, {} {}", eks::boot_step_number(finding.step), eks::boot_chain().size(),
                             step->actor, step->what));
  for (const std::string& one : evidence_lines(finding)) line("because", one);
  line("you would see",
       in_words(finding.symptom.text) + (finding.symptom.when.empty() ? "" : ", " + finding.symptom.when));
  for (const proof::Fix& fix : finding.fixes) {
    out += fmt::format("- fix (proved): {}\n  ```\n", in_words(fix.text));
    for (const proof::Edit& edit : fix.edits) out += "  " + edit_text(report.world, edit) + "\n";
    out += "  ```\n";
  }
  return out + "\n</details>\n";
}

}  // namespace

Json report_json(const Report& report) {
  Json groups = Json::array(), findings = Json::array(), unmodelled = Json::array();
  for (const proof::NodeGroup& group : report.readiness.node_groups)
    groups.push_back(Json::object({{"name", group.name},
                                   {"cluster", group.cluster},
                                   {"address", place_of(report.world, {group.noun, ""}).full},
                                   {"verdict", proof::to_string(group.verdict)},
                                   {"nodes", group.nodes},
                                   {"steps", group.steps},
                                   {"dependsOn", texts(group.depends_on)}}));
  for (const Finding& finding : report.readiness.findings) findings.push_back(finding_json(report, finding));
  for (const cloud::Unmodelled& one : report.world.unmodelled)
    unmodelled.push_back(
        Json::object({{"address", one.address}, {"type", one.type}, {"couldMatter", one.could_matter}}));
  return Json::object({{"version", 1},
                       {"verdict", proof::to_string(report.readiness.verdict)},
                       {"nodeGroups", std::move(groups)},
                       {"findings", std::move(findings)},
                       {"unmodelled", std::move(unmodelled)},
                       {"notes", texts(report.notes)}});
}

Json report_sarif(const Report& report, const std::string& version) {
  Json rules = Json::array(), results = Json::array();
  std::set<std::string_view> used;
  for (const Finding& finding : report.readiness.findings) {
    if (const proof::Code* code = proof::find_code(finding.code); code && used.insert(code->code).second)
      rules.push_back(rule_json(*code));
    results.push_back(result_json(report, finding));
  }
  const Json driver = Json::object({{"name", "drydock"}, {"semanticVersion", version}, {"rules", std::move(rules)}});
  return Json::object({{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"},
                       {"version", "2.1.0"},
                       {"runs", Json::array({Json::object({{"tool", Json::object({{"driver", driver}})},
                                                           {"columnKind", "utf16CodeUnits"},
                                                           {"results", std::move(results)}})})}});
}

std::string report_markdown(const Report& report) {
  std::string out = fmt::format("### Node readiness: {}\n\n", mark_of(report.readiness.verdict));
  if (report.readiness.node_groups.empty())
    out += "No node group is here.\n";
  else
    out += "| node group | cluster | verdict | nodes |\n|---|---|---|---|\n";
  for (const proof::NodeGroup& group : report.readiness.node_groups) {
    std::string verdict = mark_of(group.verdict);
    if (!group.depends_on.empty()) verdict += " on " + join(group.depends_on, ", ");
    out += fmt::format("| {} | {} | {} | {} |\n", cell(group_name(report.world, group)), cell(group.cluster),
                       cell(verdict), group.nodes);
  }
  for (const Finding& finding : report.readiness.findings) out += finding_markdown(report, finding);
  if (!report.notes.empty()) out += "\n" + join(report.notes, "  \n") + "\n";
  return out;
}

std::string codes_markdown() {
  std::string out =
      "# Findings\n\nEvery code that `drydock check` can answer with, in the order in which a booting node meets "
      "them.\n"
      "Written by `drydock explain --all --markdown`; cause classes group what has one kind of cure.\n\n"
      "| code | cause class | what it means | an example | AWS's own word |\n|---|---|---|---|---|\n";
  for (const proof::Code& code : proof::codes())
    out +=
        fmt::format("| `{}` | {} | **{}**. {} | `{}` | {} |\n", code.code, code.cause_class,
                    cell(std::string(code.title)), cell(std::string(code.explanation)), cell(std::string(code.example)),
                    code.aws_code.empty() ? "" : fmt::format("`{}`", code.aws_code));
  return out;
}

}  // namespace drydock::cli
