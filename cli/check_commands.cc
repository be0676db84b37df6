// drydock check | explain | path
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <set>

#include "base/file.h"
#include "base/text.h"
#include "cli/app.h"
#include "cli/check_input.h"
#include "cli/check_live.h"
#include "cli/report/report.h"
#include "proof/path.h"

namespace drydock::cli {
namespace {

struct CheckFlags {
  InputFlags input;
  std::string cluster;
  bool json = false, sarif = false, markdown = false, fix = false, live = false, print_policy = false;
  std::string cloud = "aws", profile;
};

/// Errors of the tool and of the input end with 1: the other codes are verdicts.
Result<int> failed(const App& app, const Error& error) {
  report(app, error);
  return kFailed;
}

std::string fixes_text(const Report& report) {
  std::string out;
  for (const proof::Finding& finding : report.readiness.findings) {
    if (finding.effect == proof::Verdict::ready) continue;
    out += fmt::format("# {}: {}\n", finding.code, finding.message);
    if (finding.fixes.empty()) out += "#   no fix was found that proves\n";
    if (!finding.fixes.empty())
      for (const proof::Edit& edit : finding.fixes.front().edits) out += edit_text(report.world, edit) + "\n";
  }
  return out.empty() ? "# nothing to mend\n" : out;
}

std::string notes_text(const Report& report, const Style& style) {
  std::string out;
  for (const std::string& note : report.notes) out += style.paint(Colour::dim, "note: " + note) + "\n";
  return out;
}

Result<readers::Reading> read(const App& app, const CheckFlags& flags) {
  if (!flags.live) return read_input(app, flags.input);
  return read_live(
      app, {.cloud = flags.cloud, .profile = flags.profile, .region = flags.input.region, .cluster = flags.cluster});
}

Result<int> check(const App& app, const CheckFlags& flags) {
  if (flags.print_policy) return app.out(live_policy()), kOk;
  auto reading = read(app, flags);
  if (!reading) return failed(app, reading.error());
  const auto began = std::chrono::steady_clock::now();
  Report report{.world = reading->world,
                .readiness = proof::prove(reading->world, {.cluster = flags.cluster}),
                .notes = reading->notes,
                .input = flags.input.path == "-" ? "" : flags.input.path};
  report.took = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  if (!flags.cluster.empty() && !cloud::find(report.world.clusters, flags.cluster))
    return failed(
        app,
        {ErrorCode::not_found, fmt::format("there is no cluster '{}' in {}", flags.cluster, flags.input.path), {}});
  if (flags.json) {
    app.out(report_json(report).dump_pretty() + "\n");
  } else if (flags.sarif) {
    app.out(report_sarif(report, "0.1.0").dump_pretty() + "\n");
  } else if (flags.markdown) {
    app.out(report_markdown(report));
  } else if (flags.fix) {
    app.out(fixes_text(report));
  } else {
    app.out(report_text(report, app.style()) + notes_text(report, app.style()));
  }
  return exit_code(report.readiness.verdict);
}

void add_input_flags(CLI::App* command, InputFlags& flags) {
  command->add_option(
      "--format", flags.format,
      "pulumi-deployment, pulumi-preview, terraform, cloudformation, describe or world; by content otherwise");
  command->add_option("--source", flags.source, "Folder of .tf files, to name file and line of blocks");
  command->add_option("--parameter", flags.parameters, "KEY=VALUE of a CloudFormation template; may be repeated");
  command->add_option("--account", flags.account, "The account, where the input does not say");
  command->add_option("--region", flags.region, "The region, where the input does not say");
  command->add_option("-s,--stack", flags.stack, "Of a Pulumi project; the selected one by default");
}

void add_check(CLI::App& parser, App& app) {
  auto flags = std::make_shared<CheckFlags>();
  auto* command = parser.add_subcommand("check", "Say whether the nodes will be Ready, and if not, every reason");
  command->fallthrough();
  command->footer(
      "Example: terraform show -json plan.bin | drydock check -\n"
      "Ends with 0 ready, 1 error, 2 not ready, 3 depends on what is not known, 4 degraded or flaky.");
  command->add_option("path", flags->input.path,
                      "A file, '-' for stdin, a Pulumi project, or a folder of describe output");
  add_input_flags(command, flags->input);
  command->add_option("--cluster", flags->cluster, "Only this cluster");
  auto* live = command->add_flag("--live", flags->live, "A running account, by read-only calls");
  command->add_option("--cloud", flags->cloud, "aws or twin, for --live")->needs(live);
  command->add_option("--profile", flags->profile, "Of the AWS configuration, for --live")->needs(live);
  command->add_flag("--print-policy", flags->print_policy, "The IAM policy that --live needs")->needs(live);
  auto* json = command->add_flag("-j,--json", flags->json, "As JSON (docs/readiness.schema.json)");
  auto* sarif = command->add_flag("--sarif", flags->sarif, "As SARIF 2.1.0, for code scanning")->excludes(json);
  auto* markdown = command->add_flag("--markdown", flags->markdown, "For a comment on a pull request")
                       ->excludes(json)
                       ->excludes(sarif);
  command->add_flag("--fix", flags->fix, "Only the edits that mend it, in the source's words; changes nothing")
      ->excludes(json)
      ->excludes(sarif)
      ->excludes(markdown);
  command->callback([&app, flags] { app.action = [&app, flags] { return check(app, *flags); }; });
}

// ---- explain

Result<int> explain(const App& app, const std::string& code, bool all, bool markdown) {
  if (all && markdown) return app.out(codes_markdown()), kOk;
  if (all) {
    for (const proof::Code& one : proof::codes()) app.out(code_text(one, app.style()) + "\n");
    return kOk;
  }
  if (const proof::Code* found = proof::find_code(code)) return app.out(code_text(*found, app.style())), kOk;
  std::vector<std::string> known;
  for (const proof::Code& one : proof::codes()) known.emplace_back(one.code);
  const std::string near = nearest(code, known);
  return fail(ErrorCode::invalid_input,
              fmt::format("'{}' is no code of a finding{}; 'drydock explain --all' lists them", code,
                          near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)));
}

void add_explain(CLI::App& parser, App& app) {
  struct Flags {
    std::string code;
    bool all = false, markdown = false;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = parser.add_subcommand("explain", "Tell what a finding's code means");
  command->fallthrough();
  command->footer("Example: drydock explain s3.endpoint-policy");
  auto* code = command->add_option("code", flags->code, "As 'drydock check' shows it");
  auto* all = command->add_flag("--all", flags->all, "Every code")->excludes(code);
  command->add_flag("--markdown", flags->markdown, "As docs/findings.md")->needs(all);
  command->callback([&app, flags] {
    app.action = [&app, flags]() -> Result<int> {
      if (!flags->all && flags->code.empty())
        return fail(ErrorCode::invalid_input, "which code? 'drydock explain --all' lists them");
      return explain(app, flags->code, flags->all, flags->markdown);
    };
  });
}

// ---- path

std::string path_text(const proof::PathAnswer& answer, const Style& style) {
  const bool yes = answer.reached == proof::Tri::yes, maybe = answer.reached == proof::Tri::maybe;
  std::string out = fmt::format("{} -> {}:{}  ", in_words(answer.from), answer.to, answer.port);
  out += style.paint(yes     ? Colour::green
                     : maybe ? Colour::yellow
                             : Colour::bright_red,
                     yes     ? "reaches it"
                     : maybe ? "reaches it at times, or nobody knows"
                             : "does not reach it") +
         "\n";
  std::set<std::string> said;  // both directions pass some of them
  for (const std::string& hop : answer.hops)
    if (said.insert(hop).second) out += "  " + in_words(hop) + "\n";
  for (const proof::Evidence& wall : answer.walls)
    out += style.paint(Colour::bright_red, "  stopped by ") + in_words(wall.component + ": " + wall.text) + "\n";
  return out;
}

Result<int> show_path(const App& app, const InputFlags& input, const std::string& from, std::string to) {
  auto reading = read_input(app, input);
  if (!reading) return failed(app, reading.error());
  int port = 443;
  if (const auto colon = to.rfind(':'); colon != std::string::npos && to.find(':') == colon) {
    port = std::atoi(to.c_str() + colon + 1);
    to.resize(colon);
  }
  if (port < 1 || port > 65535)
    return failed(app, {ErrorCode::invalid_input, fmt::format("port {} is none", port), {}});
  auto answers = proof::find_paths(reading->world, from, to, port);
  if (!answers) return failed(app, answers.error());
  proof::Tri worst = proof::Tri::yes;
  for (const proof::PathAnswer& answer : *answers) {
    app.out(path_text(answer, app.style()));
    worst = proof::both(worst, answer.reached);
  }
  return worst == proof::Tri::yes ? 0 : worst == proof::Tri::maybe ? 3 : 2;
}

void add_path(CLI::App& parser, App& app) {
  struct Flags {
    std::string from, to;
    InputFlags input;
  };
  auto flags = std::make_shared<Flags>();
  auto* command = parser.add_subcommand("path", "Show whether one thing reaches another, hop by hop");
  command->fallthrough();
  command->footer("Example: drydock path node:default ecr.dkr plan.json");
  command->add_option("from", flags->from, "node:GROUP, subnet:ID or eni-...")->required();
  command->add_option("to", flags->to, "A service (ecr.dkr, s3), 'api', a name or an address; with :PORT if not 443")
      ->required();
  command->add_option("path", flags->input.path, "As of 'drydock check'");
  add_input_flags(command, flags->input);
  command->callback(
      [&app, flags] { app.action = [&app, flags] { return show_path(app, flags->input, flags->from, flags->to); }; });
}

}  // namespace

void add_check_commands(CLI::App& parser, App& app) {
  add_check(parser, app);
  add_explain(parser, app);
  add_path(parser, app);
}

}  // namespace drydock::cli
