// --target: what a run leaves alone, and what it cannot do for that.
#include <algorithm>
#include <unordered_set>

#include "base/text.h"
#include "engine/run.h"

namespace drydock::engine {
namespace {

/// URNs that a record, or a goal, refers to.
std::vector<Urn> references(const Resource& r) {
  std::vector<Urn> out = r.dependencies;
  for (const auto& [key, urns] : r.property_dependencies) out.insert(out.end(), urns.begin(), urns.end());
  if (const auto provider = ProviderReference::parse(r.provider)) out.push_back(provider->urn);
  if (!r.parent.empty()) out.push_back(r.parent);
  if (!r.deleted_with.empty()) out.push_back(r.deleted_with);
  return out;
}
std::vector<Urn> dependencies(const Goal& goal) {
  std::vector<Urn> out = goal.dependencies;
  for (const auto& [key, urns] : goal.property_dependencies) out.insert(out.end(), urns.begin(), urns.end());
  if (!goal.parent.empty()) out.push_back(goal.parent);
  return out;
}

}  // namespace

bool Run::is_targeted(const Goal& goal, const Urn& urn) const {
  const bool stack = goal.type == kStackType && goal.parent.empty();
  if (targets_.named(urn) || is_provider_type(goal.type) || stack) return true;
  if (!options_.target_dependents) return false;
  const auto needed = dependencies(goal);
  return std::any_of(needed.begin(), needed.end(), [&](const Urn& other) {
    auto it = entries_.find(other.str());
    return it != entries_.end() && it->second.targeted && it->second.type != kStackType;
  });
}

/// A resource that nobody meant stays as it was; one that does not exist yet is not made.
void Run::leave_alone(const RegistrationPtr& r) {
  Entry& entry = entries_[r->urn.str()];
  if (!r->old) {
    entry.skipped = true;
    auto nothing = std::make_shared<Resource>();  // never written
    nothing->urn = r->urn;
    nothing->type = r->goal.type;
    entry.record = std::move(nothing);
    Registered out;
    out.urn = r->urn;
    out.unknown = true;
    --registering_;
    r->answer(std::move(out));
    return advance();
  }
  auto kept = std::make_shared<Resource>(*r->old);
  kept->urn = r->urn;
  Step step;
  step.info = {
      .op = Op::same, .urn = r->urn, .type = kept->type, .provider = kept->provider, .previous = r->old, .next = kept};
  step.previous_slot = r->old_slot;
  auto chain = std::make_shared<Chain>();
  chain->hidden = r->hidden;
  chain->steps.push_back({std::move(step), {}, {}, {}, {}, kNoSlot});
  chain->done = [this, r](bool ok) { registered(r, ok, false); };
  submit(std::move(chain));
}

bool Run::depends_on_skipped(const Registration& r) {
  if (targets_.all()) return false;
  for (const Urn& urn : dependencies(r.goal)) {
    auto it = entries_.find(urn.str());
    if (it == entries_.end() || !it->second.skipped) continue;
    diagnose(Severity::error, r.urn,
             "it depends on '" + urn.str() +
                 "', which does not exist yet and is not among the targets; add --target '" + urn.str() + "'");
    return true;
  }
  return false;
}

/// A target that is no pattern and names nothing is a slip of the pen.
void Run::miss_targets() {
  std::vector<std::string> known;
  for (const auto& [urn, entry] : entries_) known.push_back(urn);
  for (const Old& old : olds_)
    if (old.record) known.push_back(old.record->urn.str());
  for (const std::string& target : options_.targets) {
    if (target.find('*') != target.npos || std::find(known.begin(), known.end(), target) != known.end()) continue;
    const std::string near = nearest(target, known);
    diagnose(Severity::error, {},
             "the target '" + target + "' is no resource of the stack or the program" +
                 (near.empty() ? "" : " (did you mean '" + near + "'?)"));
    outcome_ = Outcome::failed;
  }
}

/// Leaves only what the targets name. False, with the reasons told, if something stays that needs one of those.
bool Run::deletes_are_targeted(std::vector<Deletion>& all) {
  if (targets_.all()) return true;
  std::unordered_set<std::string> going;
  for (const Deletion& d : all)
    if (targets_.named(d.step.info.urn)) going.insert(d.step.info.urn.str());
  std::vector<Urn> needing;
  for (const Deletion& d : all) {  // in the order of the state: what a record refers to was looked at before
    const Resource& record = *d.step.info.previous;
    if (going.count(record.urn.str())) continue;
    const auto needed = references(record);
    if (std::none_of(needed.begin(), needed.end(), [&](const Urn& urn) { return going.count(urn.str()) > 0; }))
      continue;
    if (options_.target_dependents)
      going.insert(record.urn.str());
    else
      needing.push_back(record.urn);
  }
  for (const auto& [key, entry] : entries_) {  // left as they were, with what they referred to
    if (entry.targeted || entry.skipped || !entry.record) continue;
    const auto needed = references(*entry.record);
    if (std::any_of(needed.begin(), needed.end(), [&](const Urn& urn) { return going.count(urn.str()) > 0; }))
      needing.push_back(entry.urn);
  }
  for (const Urn& urn : needing)
    diagnose(Severity::error, urn,
             "it depends on a target that would be deleted; add it to the targets, or give --target-dependents");
  if (!needing.empty()) {
    outcome_ = Outcome::failed;
    errored_.insert(needing.begin(), needing.end());
    return false;
  }
  std::erase_if(all, [&](const Deletion& d) { return !going.count(d.step.info.urn.str()); });
  return true;
}

}  // namespace drydock::engine
