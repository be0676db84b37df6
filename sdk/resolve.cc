#include "sdk/resolve.h"

#include <algorithm>

namespace drydock::detail {

namespace {

void unsettled(const InputValue& input, std::vector<std::shared_ptr<Cell>>& out) {
  if (!input.given()) return;
  std::visit(
      [&](const auto& v) {
        using T = std::decay_t<decltype(v)>;
        if constexpr (std::is_same_v<T, std::shared_ptr<Cell>>) {
          if (!v->done()) {
            out.push_back(v);
          } else if (v->known()) {
            unsettled(v->as_input(), out);
          }
        } else if constexpr (std::is_same_v<T, CoreRef>) {
          if (v && !v->registered->done()) out.push_back(v->registered);
        } else if constexpr (std::is_same_v<T, InputValue::List>) {
          for (const auto& item : v) unsettled(item, out);
        } else if constexpr (std::is_same_v<T, InputValue::Map>) {
          for (const auto& [key, item] : v) unsettled(item, out);
        }
      },
      input.variant());
}

class Resolver {
 public:
  explicit Resolver(const ResolveOptions& options) : options_(options) {}

  PropertyValue walk(const InputValue& input) {
    if (!input.given()) return {};
    return std::visit([&](const auto& v) { return one(v); }, input.variant());
  }
  Provenance provenance;
  bool failed = false;

 private:
  PropertyValue one(const PropertyValue& v) { return v; }

  PropertyValue one(const std::shared_ptr<Cell>& cell) {
    if (cell->failed()) return failed = true, PropertyValue();
    const auto& from = cell->provenance();
    Resolver inner(options_);
    PropertyValue value = cell->known() ? inner.walk(cell->as_input()) : PropertyValue::unknown();
    failed = failed || inner.failed;
    Provenance all = from;
    all.secret = false;
    all.merge({false, inner.provenance.dependencies});
    provenance.merge(all);
    if (options_.keep_outputs) {
      if (cell->known() && !from.secret && all.dependencies.empty()) return value;
      if (value.is_resource() && !from.secret) return value;
      return OutputValue{Box<PropertyValue>(cell->known() ? value : PropertyValue()), cell->known(), from.secret,
                         all.dependencies};
    }
    return from.secret && !value.is_secret() ? PropertyValue::secret(std::move(value)) : value;
  }

  PropertyValue one(const CoreRef& core) {
    if (!core || core->registered->failed()) return failed = true, PropertyValue();
    ResourceReference reference;
    reference.urn = Urn::parse(core->urn()).value_or(Urn());
    reference.has_id = core->kind == ResourceKind::custom;
    reference.id = core->id;
    reference.id_known = !core->id.empty();
    // A resource given to a remote component is no dependency of it by itself: the component says what it uses it for.
    if (!options_.keep_outputs) provenance.merge({false, {reference.urn}});
    return reference;
  }

  PropertyValue one(const InputValue::List& list) {
    PropertyList out;
    out.reserve(list.size());
    for (const auto& item : list) out.push_back(walk(item));
    return out;
  }
  PropertyValue one(const InputValue::Map& map) {
    PropertyMap out;
    for (const auto& [key, item] : map) {
      if (!item.given()) continue;
      auto value = walk(item);
      // An output without a value is as good as nothing said.
      if (!value.is_null()) out.emplace(key, std::move(value));
    }
    return out;
  }

  const ResolveOptions& options_;
};

void add_expanded(const CoreRef& core, std::vector<CoreRef>& out, std::set<const ResourceCore*>& seen) {
  if (!core || !seen.insert(core.get()).second) return;
  out.push_back(core);
  if (core->kind != ResourceKind::component) return;
  for (const auto& child : core->children) add_expanded(child, out, seen);
}

}  // namespace

void when_resolvable(const InputValue& input, std::function<void()> then) {
  std::vector<std::shared_ptr<Cell>> cells;
  unsettled(input, cells);
  if (cells.empty()) return then();
  // What arrives may hold further outputs, so look again.
  when_all_done(std::move(cells),
                [input, then = std::move(then)]() mutable { when_resolvable(input, std::move(then)); });
}

Resolved resolve(const InputValue& input, const ResolveOptions& options) {
  Resolver resolver(options);
  auto value = resolver.walk(input);
  return {std::move(value), std::move(resolver.provenance.dependencies), resolver.failed};
}

InputValue as_secret(const InputValue& v) {
  if (!v.given()) return v;
  auto cell = std::make_shared<ValueCell<InputValue>>();
  cell->settle(v, {.secret = true, .dependencies = {}});
  return InputValue(std::shared_ptr<Cell>(std::move(cell)));
}

InputValue as_json_text(const InputValue& v) {
  if (!v.given()) return v;
  auto cell = std::make_shared<ValueCell<std::string>>();
  when_resolvable(v, [v, cell] {
    auto resolved = resolve(v, {});
    if (resolved.failed) return cell->fail();
    Provenance provenance{resolved.value.contains_secrets(), std::move(resolved.dependencies)};
    if (resolved.value.contains_unknowns()) return cell->settle_unknown(std::move(provenance));
    auto plain = resolved.value.plain();
    cell->settle(plain.is_string() ? plain.as_string() : to_json(plain).dump(), std::move(provenance));
  });
  return InputValue(std::shared_ptr<Cell>(std::move(cell)));
}

void when_expanded(std::vector<CoreRef> resources, std::function<void(std::vector<Urn>, bool)> then) {
  std::vector<CoreRef> all;
  std::set<const ResourceCore*> seen;
  for (const auto& core : resources) add_expanded(core, all, seen);
  std::vector<std::shared_ptr<Cell>> cells;
  for (const auto& core : all)
    if (!core->registered->done()) cells.push_back(core->registered);
  if (!cells.empty()) {
    return when_all_done(std::move(cells), [resources = std::move(resources), then = std::move(then)]() mutable {
      when_expanded(std::move(resources), std::move(then));
    });
  }
  std::vector<Urn> urns;
  bool failed = false;
  for (const auto& core : all) {
    failed = failed || core->registered->failed();
    if (core->registered->failed() || core->kind == ResourceKind::component) continue;
    urns.push_back(Urn::parse(core->urn()).value_or(Urn()));
  }
  std::sort(urns.begin(), urns.end());
  then(std::move(urns), failed);
}

}  // namespace drydock::detail
