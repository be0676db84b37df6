#include "engine/snapshot.h"

#include <algorithm>
#include <set>

namespace drydock::engine {
namespace {

constexpr std::string_view kProviderPrefix = "pulumi:providers:";

const Urn& renamed(const Urn& urn, const std::map<Urn, Urn>& renames) {
  auto it = renames.find(urn);
  return it == renames.end() ? urn : it->second;
}

void rename_all(std::vector<Urn>& urns, const std::map<Urn, Urn>& renames) {
  for (Urn& urn : urns) urn = renamed(urn, renames);
}

bool mentions(const Resource& r, const std::map<Urn, Urn>& renames) {
  const auto hit = [&](const Urn& urn) { return renames.count(urn) > 0; };
  const auto any = [&](const std::vector<Urn>& urns) { return std::any_of(urns.begin(), urns.end(), hit); };
  const auto provider = ProviderReference::parse(r.provider);
  return hit(r.parent) || hit(r.deleted_with) || any(r.dependencies) || any(r.replace_with) ||
         (provider && hit(provider->urn)) ||
         std::any_of(r.property_dependencies.begin(), r.property_dependencies.end(),
                     [&](const auto& pair) { return any(pair.second); });
}

ResourcePtr with_renames(const ResourcePtr& record, const std::map<Urn, Urn>& renames) {
  if (renames.empty() || !mentions(*record, renames)) return record;
  auto copy = std::make_shared<Resource>(*record);
  copy->parent = renamed(copy->parent, renames);
  copy->deleted_with = renamed(copy->deleted_with, renames);
  rename_all(copy->dependencies, renames);
  rename_all(copy->replace_with, renames);
  for (auto& [key, urns] : copy->property_dependencies) rename_all(urns, renames);
  if (auto provider = ProviderReference::parse(copy->provider)) {
    provider->urn = renamed(provider->urn, renames);
    copy->provider = provider->str();
  }
  return copy;
}

/// Calls `visit` with every URN that a record refers to.
template <class Visit>
void for_each_reference(const Resource& r, const Visit& visit) {
  if (!r.parent.empty()) visit(r.parent);
  if (!r.deleted_with.empty()) visit(r.deleted_with);
  if (const auto provider = ProviderReference::parse(r.provider)) visit(provider->urn);
  for (const Urn& urn : r.dependencies) visit(urn);
  for (const Urn& urn : r.replace_with) visit(urn);
  for (const auto& [key, urns] : r.property_dependencies)
    for (const Urn& urn : urns) visit(urn);
}

/// The same records, each behind what it refers to, and otherwise in their order. A run that does not touch everything
/// leaves records where they were, and what it made may refer to them.
std::vector<ResourcePtr> behind_their_references(const std::vector<ResourcePtr>& records) {
  std::map<Urn, std::vector<std::size_t>> by_urn;
  for (std::size_t i = 0; i < records.size(); ++i) by_urn[records[i]->urn].push_back(i);
  std::vector<ResourcePtr> out;
  out.reserve(records.size());
  std::vector<bool> seen(records.size());
  const std::function<void(std::size_t)> place = [&](std::size_t i) {
    if (seen[i]) return;
    seen[i] = true;
    for_each_reference(*records[i], [&](const Urn& urn) {
      if (auto it = by_urn.find(urn); it != by_urn.end())
        for (const std::size_t other : it->second) place(other);
    });
    out.push_back(records[i]);
  };
  for (std::size_t i = 0; i < records.size(); ++i) place(i);
  return out;
}

}  // namespace

bool is_provider_type(std::string_view type) { return type.starts_with(kProviderPrefix); }

std::string package_of(std::string_view type) {
  if (is_provider_type(type)) return std::string(type.substr(kProviderPrefix.size()));
  return std::string(type.substr(0, type.find(':')));
}

std::optional<ProviderReference> ProviderReference::parse(std::string_view text) {
  const auto at = text.rfind("::");
  if (at == std::string_view::npos) return std::nullopt;
  auto urn = Urn::parse(text.substr(0, at));
  if (!urn) return std::nullopt;
  return ProviderReference{std::move(*urn), std::string(text.substr(at + 2))};
}
std::string ProviderReference::str() const { return urn.str() + "::" + id; }

Ledger::Ledger(Snapshot base) : base_count_(base.resources.size()) {
  for (std::size_t i = 0; i < base.resources.size(); ++i)
    records_.emplace_hint(records_.end(), i, std::move(base.resources[i]));
  for (PendingOperation& op : base.pending)
    if (op.kind == PendingOperation::Kind::creating) old_creates_.push_back(std::move(op));
}

void Ledger::apply(const Change& change) {
  if (change.begins) pending_.insert_or_assign(change.operation, *change.begins);
  if (change.ends) pending_.erase(change.operation);
  for (const auto& [slot, record] : change.puts) records_.insert_or_assign(slot, record);
  for (const Slot slot : change.erases) records_.erase(slot);
  for (const Urn& urn : change.resolved_creates)
    std::erase_if(old_creates_, [&](const PendingOperation& op) { return op.resource->urn == urn; });
  for (const auto& [from, to] : change.renames) renames_.insert_or_assign(from, to);
}

Snapshot Ledger::snapshot() const {
  Snapshot out;
  out.resources.reserve(records_.size());
  const auto first_new = records_.lower_bound(base_count_);
  const auto add = [&](const auto& entry) { out.resources.push_back(with_renames(entry.second, renames_)); };
  std::for_each(first_new, records_.end(), add);
  std::for_each(records_.begin(), first_new, add);
  if (first_new != records_.begin() && first_new != records_.end())
    out.resources = behind_their_references(out.resources);
  out.pending = old_creates_;
  for (const auto& [operation, pending] : pending_) out.pending.push_back(pending);
  return out;
}

std::vector<std::string> integrity_errors(const Snapshot& snapshot) {
  std::vector<std::string> errors;
  std::map<Urn, std::set<std::string>> seen;  // ids by URN
  std::set<Urn> alive;
  for (const ResourcePtr& record : snapshot.resources) {
    const Resource& r = *record;
    const auto say = [&](const std::string& what) { errors.push_back("resource '" + r.urn.str() + "' " + what); };
    const auto need = [&](const Urn& urn, const char* as) {
      if (!urn.empty() && !seen.count(urn))
        say(std::string("has the ") + as + " '" + urn.str() + "', which does not come before it");
    };
    if (r.type.empty()) say("has no type");
    if (!r.custom && !r.id.empty()) say("is a component and has an id");
    if (!r.delete_ && !alive.insert(r.urn).second) say("is there twice");
    if (!r.provider.empty()) {
      const auto reference = ProviderReference::parse(r.provider);
      const auto at = reference ? seen.find(reference->urn) : seen.end();
      if (!reference)
        say("has the malformed provider reference '" + r.provider + "'");
      else if (!r.pending_replacement && (at == seen.end() || !at->second.count(reference->id)))
        say("has the provider '" + r.provider + "', which does not come before it");
    }
    need(r.parent, "parent");
    need(r.deleted_with, "deletedWith");
    for (const Urn& urn : r.dependencies) need(urn, "dependency");
    for (const Urn& urn : r.replace_with) need(urn, "replaceWith");
    for (const auto& [key, urns] : r.property_dependencies)
      for (const Urn& urn : urns) need(urn, "property dependency");
    seen[r.urn].insert(r.id);
  }
  return errors;
}

}  // namespace drydock::engine
