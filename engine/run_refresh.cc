// Refreshing: every resource of the old state is read again, and the state becomes what the cloud says.
#include <algorithm>

#include "engine/run.h"

namespace drydock::engine {

void Run::begin_refresh() {
  phase_ = Phase::refreshing;
  if (options_.command == Command::refresh) miss_targets();
  std::vector<Slot> slots;
  for (Slot slot = 0; slot < olds_.size(); ++slot) {
    const Resource& record = *olds_[slot].record;
    if (record.custom && !is_provider_type(record.type) && !record.pending_replacement && !record.delete_ &&
        targets_.named(record.urn))
      slots.push_back(slot);
  }
  refreshes_left_ = slots.size();
  for (const Slot slot : slots) refresh_one(slot);
  advance();
}

void Run::refresh_one(Slot slot) {
  const ResourcePtr record = olds_[slot].record;
  with_old_provider(
      record->provider,
      [this, slot, record](InstancePtr provider) {
        auto chain = std::make_shared<Chain>();
        Step step;
        step.info = {.op = Op::refresh,
                     .urn = record->urn,
                     .type = record->type,
                     .provider = record->provider,
                     .previous = record};
        step.previous_slot = slot;
        step.provider = std::move(provider);
        chain->steps.push_back({std::move(step), {}, {}, {}, {}, kNoSlot});
        auto* self = chain.get();
        chain->done = [this, slot, self](bool ok) { refreshed(slot, *self, ok); };
        submit(std::move(chain));
      },
      [this, record](std::string why) {
        complain(record->urn, std::move(why));
        --refreshes_left_;
        stop(Outcome::failed);
        advance();
      });
}

void Run::refreshed(Slot slot, const Chain& chain, bool ok) {
  --refreshes_left_;
  if (ok) {
    olds_[slot].record = chain.steps.front().performed.next;  // null: it is gone
    refreshed_slots_.push_back(slot);
  }
  advance();
}

/// The state without what is gone, and without references to it. Parents that are gone are followed by theirs.
void Run::refresh_ended() {
  std::map<Urn, Urn> parents;  // of what is gone
  for (const Slot slot : refreshed_slots_)
    if (!olds_[slot].record) {
      const Resource& gone = *deployment_.base.resources[slot];
      parents[gone.urn] = gone.parent;
      old_by_urn_.erase(gone.urn.str());
    }
  const auto is_gone = [&](const Urn& urn) { return parents.count(urn) > 0; };
  Change change;
  for (Slot slot = 0; slot < olds_.size(); ++slot) {
    if (!olds_[slot].record) {
      change.erases.push_back(slot);
      continue;
    }
    Resource copy = *olds_[slot].record;
    while (is_gone(copy.parent)) copy.parent = parents[copy.parent];
    if (is_gone(copy.deleted_with)) copy.deleted_with = {};
    std::erase_if(copy.dependencies, is_gone);
    for (auto& [key, urns] : copy.property_dependencies) std::erase_if(urns, is_gone);
    std::erase_if(copy.property_dependencies, [](const auto& pair) { return pair.second.empty(); });  // as Pulumi does
    if (copy == *deployment_.base.resources[slot]) continue;
    olds_[slot].record = std::make_shared<const Resource>(std::move(copy));
    change.puts.emplace_back(slot, olds_[slot].record);
  }
  const auto next = [this] {
    refresh_saved_ = true;
    advance();
  };
  if (options_.command == Command::refresh) change.resolved_creates = options_.clear_pending_creates;
  if (change.puts.empty() && change.erases.empty() && change.resolved_creates.empty()) return next();
  write(std::move(change), next);
}

}  // namespace drydock::engine
