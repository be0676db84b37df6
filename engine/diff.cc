#include "engine/diff.h"

#include <algorithm>
#include <set>

#include "engine/property_path.h"

namespace drydock::engine {
namespace {

class Comparison {
 public:
  DiffReply reply;

  void maps(const PropertyPath& at, const PropertyMap& olds, const PropertyMap& news) {
    std::set<std::string> keys;
    for (const auto& [key, value] : olds) keys.insert(key);
    for (const auto& [key, value] : news) keys.insert(key);
    for (const std::string& key : keys) {
      PropertyPath path = at;
      path.push_back(key);
      const auto o = olds.find(key);
      const auto n = news.find(key);
      values(path, o == olds.end() ? nullptr : &o->second, n == news.end() ? nullptr : &n->second);
    }
  }

 private:
  void lists(const PropertyPath& at, const PropertyList& olds, const PropertyList& news) {
    for (std::size_t i = 0; i < std::max(olds.size(), news.size()); ++i) {
      PropertyPath path = at;
      path.push_back(i);
      values(path, i < olds.size() ? &olds[i] : nullptr, i < news.size() ? &news[i] : nullptr);
    }
  }
  void values(const PropertyPath& at, const PropertyValue* o, const PropertyValue* n) {
    if (!o || !n) {
      if (o || n) add(at, o ? DiffKind::delete_ : DiffKind::add);
    } else if (o->is_map() && n->is_map()) {
      maps(at, o->as_map(), n->as_map());
    } else if (o->is_list() && n->is_list()) {
      lists(at, o->as_list(), n->as_list());
    } else if (!same(*o, *n)) {
      add(at, DiffKind::update);
    }
  }
  static bool same(const PropertyValue& o, const PropertyValue& n) {
    const auto* a = std::get_if<Asset>(&o.variant());
    const auto* b = std::get_if<Asset>(&n.variant());
    if (a && b && !a->hash.empty() && !b->hash.empty()) return a->hash == b->hash;
    const auto* c = std::get_if<Archive>(&o.variant());
    const auto* d = std::get_if<Archive>(&n.variant());
    if (c && d && !c->hash.empty() && !d->hash.empty()) return c->hash == d->hash;
    return o == n && !o.is_unknown();
  }
  void add(const PropertyPath& at, DiffKind kind) {
    reply.changes = DiffReply::Changes::some;
    reply.detailed.emplace(to_string(at), PropertyDiff{kind, true});
    const std::string& key = std::get<std::string>(at.front());
    if (reply.diffs.empty() || reply.diffs.back() != key) reply.diffs.push_back(key);
  }
};

DiffKind replacing(DiffKind kind) {
  switch (kind) {
    case DiffKind::add:
      return DiffKind::add_replace;
    case DiffKind::delete_:
      return DiffKind::delete_replace;
    case DiffKind::update:
      return DiffKind::update_replace;
    default:
      return kind;
  }
}

void add_once(std::vector<std::string>& keys, const std::string& key) {
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(key);
}

}  // namespace

DiffReply compare_inputs(const PropertyMap& olds, const PropertyMap& news) {
  Comparison comparison;
  comparison.reply.changes = DiffReply::Changes::none;
  comparison.reply.has_detailed = true;
  comparison.maps({}, plain(olds), plain(news));
  return std::move(comparison.reply);
}

void apply_replace_on_changes(DiffReply& diff, const std::vector<std::string>& paths, bool has_init_errors) {
  for (const std::string& text : paths) {
    const auto path = parse_path(text);
    if (!path) continue;
    for (auto& [at, change] : diff.detailed) {
      const auto where = parse_path(at);
      if (!where || where->empty() || !contains(*path, *where)) continue;
      change.kind = replacing(change.kind);
      if (const auto* key = std::get_if<std::string>(&where->front())) add_once(diff.replaces, *key);
    }
    for (const std::string& key : diff.diffs)
      if (contains(*path, {PathStep(key)})) add_once(diff.replaces, key);
    if (has_init_errors && contains(*path, {PathStep(std::string("#initerror"))})) {
      diff.changes = DiffReply::Changes::some;
      add_once(diff.replaces, "#initerror");
    }
  }
}

bool replaces(const DiffReply& diff) {
  return !diff.replaces.empty() || std::any_of(diff.detailed.begin(), diff.detailed.end(), [](const auto& entry) {
    return entry.second.kind == replacing(entry.second.kind);
  });
}

bool changes(const DiffReply& diff) { return diff.changes == DiffReply::Changes::some || replaces(diff); }

}  // namespace drydock::engine
