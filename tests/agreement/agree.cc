#include "tests/agreement/agree.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/eks/boot_chain.h"
#include "twin/inside.h"

namespace drydock::agreement {
namespace {

/// Whether one is before the other in the chain; unknown ones (a controller's call) come last.
bool earlier(const std::string& a, const std::string& b) {
  const auto number = [](const std::string& step) {
    const int n = eks::boot_step_number(step);
    return n ? n : 1000;
  };
  return number(a) < number(b);
}
void take_earlier(std::string& first, const std::string& step) {
  if (first.empty() || earlier(step, first)) first = step;
}

/// The first step that keeps a group's nodes from being Ready.
std::string first_broken(const proof::Readiness& proof, const proof::NodeGroup& group) {
  std::string first;
  for (const proof::Finding& f : proof.findings) {
    const bool concerned = std::find(f.node_groups.begin(), f.node_groups.end(), group.name) != f.node_groups.end();
    if (concerned && f.effect == proof::Verdict::not_ready && !f.step.empty()) take_earlier(first, f.step);
  }
  return first;
}

}  // namespace

bool Life::all_ready() const {
  return std::all_of(groups.begin(), groups.end(), [](const auto& group) { return group.all_ready(); });
}

std::string Life::first_broken(const cloud::Ref& noun) const {
  std::string first;
  for (const auto& group : groups) {
    if (group.noun != noun) continue;
    if (static_cast<std::int64_t>(group.nodes.size()) < group.wanted) take_earlier(first, "launch");
    for (const auto& node : group.nodes)
      if (!node.ready) take_earlier(first, node.step);
  }
  return first;
}

std::string Life::describe() const {
  if (!refusal.empty()) return "refused: " + refusal;
  std::string out;
  for (const auto& group : groups) {
    out += group.noun.id + ":";
    if (!group.refusal.empty()) out += " launch (" + group.refusal + ")";
    for (const auto& node : group.nodes)
      out += node.ready ? " ready" : fmt::format(" {} ({}: {})", node.step, node.cause, node.why);
    out += "; ";
  }
  return out;
}

Life live(const cloud::World& world) {
  Life out;
  twin::World::Options options;
  options.seed = "agreement";
  auto inside = twin::Inside::open(options, nullptr);
  if (!inside) {
    out.refusal = inside.error().to_string();
    return out;
  }
  auto loaded = twin::load_world((*inside)->place(), world);
  if (!loaded) {
    out.refusal = loaded.error().to_string();
    return out;
  }
  (*inside)->world->clock().run_completions();
  out.groups = twin::lives_of((*inside)->place(), world, *loaded);
  return out;
}

cloud::World spread(cloud::World world) {
  for (auto& x : world.nodegroups) {
    auto& size = x.scalingConfig;
    size.desiredSize = std::max<std::int64_t>(size.desiredSize, static_cast<std::int64_t>(x.subnets.size()));
    size.maxSize = std::max(size.maxSize, size.desiredSize);
  }
  for (auto& x : world.auto_scaling_groups) {
    const auto subnets = static_cast<std::int64_t>(split(x.VPCZoneIdentifier, ',').size());
    x.DesiredCapacity = std::max(x.DesiredCapacity, subnets);
    x.MaxSize = std::max(x.MaxSize, x.DesiredCapacity);
  }
  return world;
}

Comparison compare(const cloud::World& world, bool find_fixes) {
  Comparison out;
  const cloud::World lived = spread(world);
  out.life = live(lived);
  proof::Options options;
  options.find_fixes = find_fixes;
  out.proof = proof::prove(lived, options);
  if (!out.life.refusal.empty()) return out;
  if (out.life.groups.size() != out.proof.node_groups.size())
    out.differences.push_back(
        fmt::format("{} node groups lived, {} proved", out.life.groups.size(), out.proof.node_groups.size()));
  for (const proof::NodeGroup& group : out.proof.node_groups) {
    const std::string lived_step = out.life.first_broken(group.noun), proved_step = first_broken(out.proof, group);
    if (group.verdict == proof::Verdict::depends)
      out.differences.push_back(fmt::format("{}: all is known, and the proof says depends", group.name));
    else if (lived_step.empty() != proved_step.empty())
      out.differences.push_back(fmt::format("{}: lived {}, proved {}", group.name,
                                            lived_step.empty() ? "ready" : lived_step,
                                            proved_step.empty() ? "ready" : proved_step));
    else if (lived_step != proved_step)
      out.differences.push_back(
          fmt::format("{}: stops at {} in life, at {} in the proof", group.name, lived_step, proved_step));
  }
  return out;
}

std::set<std::string> classes_of(const proof::Readiness& proof) {
  std::set<std::string> out;
  for (const proof::Finding& f : proof.findings)
    if (f.effect == proof::Verdict::not_ready)
      if (const auto* code = proof::find_code(f.code)) out.insert(std::string(code->cause_class));
  return out;
}

std::string describe(const proof::Readiness& proof) {
  std::string out = proof::to_string(proof.verdict);
  for (const proof::Finding& f : proof.findings)
    out += fmt::format("; {}{} at {} on {} {}: {}", f.code, f.effect == proof::Verdict::not_ready ? "" : "(no error)",
                       f.step, f.where.noun.table, f.where.noun.id, f.message);
  return out;
}

cloud::World shrink(cloud::World world, const std::function<bool(const cloud::World&)>& still) {
  for (bool smaller = true; smaller;) {
    smaller = false;
    std::size_t table = 0;
    std::size_t tables = 0;
    cloud::each_table([&](const char*, const auto&) { ++tables; }, world);
    for (; table < tables; ++table) {
      for (std::size_t item = 0;;) {
        cloud::World trial = world;
        bool erased = false;
        std::size_t at = 0;
        cloud::each_table(
            [&](const char*, auto& nouns) {
              if (at++ != table || item >= nouns.size()) return;
              nouns.erase(nouns.begin() + static_cast<std::ptrdiff_t>(item));
              erased = true;
            },
            trial);
        if (!erased) break;
        if (still(trial)) {
          world = std::move(trial);
          smaller = true;
        } else {
          ++item;
        }
      }
    }
  }
  return world;
}

}  // namespace drydock::agreement
