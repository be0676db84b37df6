// Deleting what the program no longer asks for, in reverse order of dependence: a resource goes as soon as everything
// that refers to it is gone.
#include <algorithm>

#include "engine/run.h"

namespace drydock::engine {

void Run::begin_deletes() {
  phase_ = Phase::deleting;
  miss_targets();
  deletions_ = deletions();
  if (!deletes_are_targeted(deletions_)) deletions_.clear();
  deletions_left_ = deletions_.size();
  for (const Deletion& d : deletions_) being_deleted_.insert(d.step.info.urn);
  order_deletions();
  for (std::size_t i = 0; i < deletions_.size() && !stopping_; ++i)
    if (deletions_[i].blocked_by == 0) try_delete(i);
  advance();
}

/// What is left of the old state: twins of replaced resources, and what nobody registered.
std::vector<Run::Deletion> Run::deletions() const {
  std::vector<Deletion> out;
  for (Slot slot = 0; slot < olds_.size(); ++slot) {
    const Old& old = olds_[slot];
    if (!old.record || (old.claimed && !old.record->delete_)) continue;
    const Resource& record = *old.record;
    if (old.claimed && old.gone) continue;
    Deletion d;
    d.slot = slot;
    Op op = Op::delete_;
    if (record.delete_)
      op = record.external ? Op::discard_replaced : Op::delete_replaced;
    else if (record.pending_replacement)
      op = Op::remove_pending_replace;
    else if (record.external)
      op = Op::discard;
    d.step.info = {
        .op = op, .urn = record.urn, .type = record.type, .provider = record.provider, .previous = old.record};
    d.step.info.logical = op != Op::delete_replaced && op != Op::discard_replaced;
    d.step.info.hidden =
        is_provider_type(record.type) && record.urn.name().starts_with("default") && record.parent.empty();
    d.step.previous_slot = slot;
    out.push_back(std::move(d));
  }
  return out;
}

/// Edges: who refers to a resource goes before it. Who depends on a component goes before the component's children,
/// too.
void Run::order_deletions() {
  std::unordered_map<std::string, std::vector<std::size_t>> by_urn, children;
  const auto now = [&](const Urn& urn) {  // a parent may have been renamed in this run; both names lead to it
    auto it = renamed_.find(urn);
    return it == renamed_.end() ? urn.str() : it->second.str();
  };
  for (std::size_t i = 0; i < deletions_.size(); ++i) {
    const Resource& record = *deletions_[i].step.info.previous;
    by_urn[record.urn.str()].push_back(i);
    if (!record.parent.empty()) children[record.parent.str()].push_back(i);
  }
  const auto before = [&](std::size_t first, std::size_t second) {
    if (deletions_[second].slot >= deletions_[first].slot) return;  // what a record refers to comes before it
    deletions_[first].unblocks.push_back(second);
    ++deletions_[second].blocked_by;
  };
  for (std::size_t i = 0; i < deletions_.size(); ++i) {
    const Resource& record = *deletions_[i].step.info.previous;
    std::set<std::size_t> targets;
    const auto refer = [&](const Urn& urn) {
      if (urn.empty()) return;
      if (auto it = by_urn.find(urn.str()); it != by_urn.end()) targets.insert(it->second.begin(), it->second.end());
      if (auto it = by_urn.find(now(urn)); it != by_urn.end()) targets.insert(it->second.begin(), it->second.end());
    };
    const auto refer_with_children = [&](const Urn& urn) {
      refer(urn);
      std::vector<std::string> open{urn.str()};
      while (!open.empty()) {
        const auto it = children.find(open.back());
        open.pop_back();
        if (it == children.end()) continue;
        for (const std::size_t child : it->second) {
          const Resource& c = *deletions_[child].step.info.previous;
          if (child == i || c.urn == record.parent) continue;
          if (targets.insert(child).second && !c.custom) open.push_back(c.urn.str());
        }
      }
    };
    const auto is_component = [&](const Urn& urn) {
      auto it = by_urn.find(urn.str());
      return it != by_urn.end() && !deletions_[it->second.front()].step.info.previous->custom;
    };
    for (const Urn& urn : record.dependencies) is_component(urn) ? refer_with_children(urn) : refer(urn);
    for (const auto& [key, urns] : record.property_dependencies)
      for (const Urn& urn : urns) is_component(urn) ? refer_with_children(urn) : refer(urn);
    for (const Urn& urn : record.replace_with) refer(urn);
    refer(record.parent);
    refer(record.deleted_with);
    if (const auto provider = ProviderReference::parse(record.provider)) refer(provider->urn);
    for (const std::size_t target : targets) before(i, target);
  }
}

void Run::try_delete(std::size_t index) {
  const Step& planned = deletions_[index].step;
  const Resource& record = *planned.info.previous;
  const bool removes = planned.info.op == Op::delete_ || planned.info.op == Op::delete_replaced;
  if (record.protect && planned.info.op == Op::delete_ && !options_.ignore_protect) {
    diagnose(Severity::error, record.urn,
             "it is protected, so it is not deleted. To delete it, set 'protect' to false and update first.");
    errored_.insert(record.urn);
    outcome_ = Outcome::failed;
    return deleted(index, false);
  }
  const auto go = [this, index](InstancePtr provider) {
    auto chain = std::make_shared<Chain>();
    Step step = deletions_[index].step;
    step.provider = std::move(provider);
    chain->hidden = step.info.hidden;
    chain->steps.push_back({std::move(step), {}, {}, {}, {}, kNoSlot});
    chain->done = [this, index](bool ok) { deleted(index, ok); };
    submit(std::move(chain));
  };
  const bool goes_with_another = !record.deleted_with.empty() && being_deleted_.count(record.deleted_with);
  const bool calls = removes && record.custom && !record.external && !record.retain_on_delete && !options_.dry_run &&
                     !goes_with_another && !record.provider.empty();
  if (!calls) return go(nullptr);
  with_old_provider(record.provider, go, [this, index](std::string why) {
    complain(deletions_[index].step.info.urn, std::move(why));
    stop(Outcome::failed);
    deleted(index, false);
  });
}

/// What a resource that stays refers to stays as well: nothing that it blocks is tried.
void Run::deleted(std::size_t index, bool ok) {
  --deletions_left_;
  std::vector<std::size_t> kept;
  if (!ok) kept.push_back(index);
  while (!kept.empty()) {
    const std::size_t at = kept.back();
    kept.pop_back();
    for (const std::size_t next : std::exchange(deletions_[at].unblocks, {})) {
      if (deletions_[next].blocked_by == kNeverDelete) continue;
      deletions_[next].blocked_by = kNeverDelete;
      --deletions_left_;
      kept.push_back(next);
    }
  }
  if (ok) {
    const auto unblocks = std::exchange(deletions_[index].unblocks, {});
    for (const std::size_t next : unblocks)
      if (deletions_[next].blocked_by != kNeverDelete && --deletions_[next].blocked_by == 0) try_delete(next);
  }
  advance();
}

}  // namespace drydock::engine
