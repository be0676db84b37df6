#include "cloud/kube/managed_fields.h"

#include <algorithm>
#include <set>

namespace drydock::kube {
namespace {

const std::set<std::string, std::less<>> kNobodysMetadata = {"name",
                                                             "namespace",
                                                             "creationTimestamp",
                                                             "selfLink",
                                                             "uid",
                                                             "resourceVersion",
                                                             "generation",
                                                             "managedFields",
                                                             "deletionTimestamp",
                                                             "deletionGracePeriodSeconds",
                                                             "generateName"};

Json key_of(const Json& item, const Field& field) {
  Json key = Json::object();
  for (const std::string& name : field.keys) {
    const Json& value = item.at(name);
    // The one key with a default in practice is a port's protocol.
    if (!value.is_null()) key[name] = value;
    if (value.is_null() && name == "protocol") key[name] = "TCP";
  }
  return key;
}

std::string keyed(const Json& item, const Field& field) { return "k:" + key_of(item, field).dump(); }

/// A document, its place in the schema, and how its parts are called in fieldsV1. `type` null: free form.
struct Place {
  const Type* type = nullptr;
  const Field* field = nullptr;  // set for the value of a field as a whole
};

Place member_of(const Place& place, const std::string& name) {
  if (place.field != nullptr && place.field->shape == Shape::map) return {place.field->type, nullptr};
  const Field* field = place.type ? place.type->find(name) : nullptr;
  if (field == nullptr) return {};
  return {field->shape == Shape::one ? field->type : nullptr, field};
}

bool opens(const Json& value, const Place& place) {
  if (place.field != nullptr &&
      (place.field->atomic || place.field->scalar == Scalar::any || place.field->scalar == Scalar::fields))
    return false;
  if (value.is_object()) return true;
  return value.is_array() && place.field != nullptr && (is_keyed(*place.field) || is_set(*place.field));
}

Json fields_in(const Json& value, const Place& place) {
  Json out = Json::object();
  if (!opens(value, place)) return out;
  if (value.is_object()) {
    for (const auto& [name, member] : value.as_object()) {
      if (!member.is_null()) out["f:" + name] = fields_in(member, member_of(place, name));
    }
    return out;
  }
  for (const Json& item : value.as_array()) {
    if (is_set(*place.field)) {
      out["v:" + item.dump()] = Json::object();
    } else {
      Json inner = fields_in(item, {place.field->type, nullptr});
      inner["."] = Json::object();
      out[keyed(item, *place.field)] = std::move(inner);
    }
  }
  return out;
}

void drop_nobodys(Json& fields) {
  fields.erase("f:apiVersion");
  fields.erase("f:kind");
  if (Json* metadata = fields.find("f:metadata")) {
    for (const auto& name : kNobodysMetadata) metadata->erase("f:" + name);
    if (metadata->size() == 0) fields.erase("f:metadata");
  }
}

bool is_leaf(const Json& fields) { return fields.size() == 0; }

Json union_of(Json a, const Json& b) {
  for (const auto& [key, inner] : b.as_object()) {
    Json& mine = a[key];
    mine = mine.is_null() ? inner : union_of(std::move(mine), inner);
  }
  return a;
}

/// `a` without what `b` has. A leaf of b takes the whole branch of a; a branch keeps what is left of it.
Json minus(const Json& a, const Json& b) {
  Json out = Json::object();
  for (const auto& [key, inner] : a.as_object()) {
    const Json* other = b.find(key);
    if (other == nullptr) {
      out[key] = inner;
    } else if (!is_leaf(inner) && !is_leaf(*other)) {
      Json rest = minus(inner, *other);
      if (!is_leaf(rest)) out[key] = std::move(rest);
    }
  }
  return out;
}

/// Steps into a document by one key of fieldsV1; null if it is not there.
const Json* child(const Json& value, const std::string& key, const Place& place) {
  if (key.starts_with("f:")) return value.find(key.substr(2));
  if (!value.is_array()) return nullptr;
  for (const Json& item : value.as_array()) {
    if (key.starts_with("v:") ? "v:" + item.dump() == key : place.field && keyed(item, *place.field) == key)
      return &item;
  }
  return nullptr;
}

Place place_of(const Place& place, const std::string& key) {
  if (key.starts_with("f:")) return member_of(place, key.substr(2));
  if (key.starts_with("k:") && place.field) return {place.field->type, nullptr};
  return {};
}

std::string path_word(const std::string& key) {
  if (key.starts_with("f:")) return "." + key.substr(2);
  auto parsed = Json::parse(key.substr(2));
  if (key.starts_with("v:") || !parsed || !parsed->is_object()) return "[=" + key.substr(2) + "]";
  std::string out;
  for (const auto& [name, value] : parsed->as_object()) out += (out.empty() ? "" : ",") + name + "=" + value.dump();
  return "[" + out + "]";
}

/// Leaves in both `mine` and `others` whose values differ between the two documents.
void collect_conflicts(const Json& mine, const Json& others, const Json* wanted, const Json* live, const Place& place,
                       const std::string& path, std::vector<std::string>& out) {
  for (const auto& [key, inner] : mine.as_object()) {
    const Json* other = others.find(key);
    if (other == nullptr || key == ".") continue;
    const Json* a = wanted ? child(*wanted, key, place) : nullptr;
    const Json* b = live ? child(*live, key, place) : nullptr;
    if (is_leaf(inner) || is_leaf(*other)) {
      if (a && b && *a != *b) out.push_back(path + path_word(key));
    } else {
      collect_conflicts(inner, *other, a, b, place_of(place, key), path + path_word(key), out);
    }
  }
}

/// The value as far as `fields` goes differs: the set of fields that `after` changed or added against `before`.
Json changed_fields(const Json& fields, const Json* before, const Json& after, const Place& place) {
  Json out = Json::object();
  for (const auto& [key, inner] : fields.as_object()) {
    if (key == ".") {
      if (before == nullptr) out["."] = Json::object();
      continue;
    }
    const Json* now = child(after, key, place);
    const Json* was = before ? child(*before, key, place) : nullptr;
    if (now == nullptr) continue;
    if (is_leaf(inner)) {
      if (was == nullptr || *was != *now) out[key] = Json::object();
    } else {
      Json deeper = changed_fields(inner, was, *now, place_of(place, key));
      if (!is_leaf(deeper)) out[key] = std::move(deeper);
    }
  }
  return out;
}

void remove_fields(Json& value, const Json& gone, const Place& place) {
  for (const auto& [key, inner] : gone.as_object()) {
    if (key == ".") continue;
    Json* at = const_cast<Json*>(child(value, key, place));
    if (at == nullptr) continue;
    bool whole = is_leaf(inner) || inner.has(".");
    if (!whole) {
      remove_fields(*at, inner, place_of(place, key));
      if (!(at->is_object() || at->is_array()) || at->size() != 0) continue;
    }
    if (value.is_object()) {
      value.erase(key.substr(2));
    } else {
      value.as_array().erase(value.as_array().begin() + (at - value.as_array().data()));
    }
  }
}

void merge_applied(Json& live, const Json& applied, const Place& place) {
  if (live.is_null() || !opens(applied, place) || live.is_object() != applied.is_object()) {
    live = applied;
    return;
  }
  if (applied.is_object()) {
    for (const auto& [name, member] : applied.as_object()) {
      if (!member.is_null()) merge_applied(live[name], member, member_of(place, name));
    }
    return;
  }
  for (const Json& item : applied.as_array()) {
    std::string key = is_set(*place.field) ? "v:" + item.dump() : keyed(item, *place.field);
    Json* found = const_cast<Json*>(child(live, key, place));
    if (found == nullptr) {
      live.push_back(item);
    } else if (!is_set(*place.field)) {
      merge_applied(*found, item, {place.field->type, nullptr});
    }
  }
}

Json entry(std::string_view manager, std::string_view operation, const std::string& api_version,
           std::string_view subresource, Json fields, Time now) {
  Json out = Json::object({{"manager", manager},
                           {"operation", operation},
                           {"apiVersion", api_version},
                           {"time", rfc3339(now)},
                           {"fieldsType", "FieldsV1"},
                           {"fieldsV1", std::move(fields)}});
  if (!subresource.empty()) out["subresource"] = subresource;
  return out;
}

bool is_entry(const Json& item, std::string_view manager, std::string_view operation, std::string_view subresource) {
  return item.at("manager").string_or() == manager && item.at("operation").string_or() == operation &&
         item.at("subresource").string_or() == subresource;
}

Json::Array managers_of(const Json& object) {
  const Json& list = object.at("metadata").at("managedFields");
  return list.is_array() ? list.as_array() : Json::Array{};
}

/// Takes `fields` away from every entry but `keep`; empty entries go.
void take_from_others(Json::Array& entries, const Json& fields, std::string_view manager, std::string_view operation,
                      std::string_view subresource) {
  for (Json& item : entries) {
    if (!is_entry(item, manager, operation, subresource)) item["fieldsV1"] = minus(item.at("fieldsV1"), fields);
  }
  std::erase_if(entries, [](const Json& item) { return is_leaf(item.at("fieldsV1")); });
}

std::set<std::string> dotted(const std::vector<std::string>& paths) { return {paths.begin(), paths.end()}; }

}  // namespace

Json fields_of(const Json& object, const Type& type) {
  Json fields = fields_in(object, {&type, nullptr});
  drop_nobodys(fields);
  return fields;
}

ApplyResult server_side_apply(const Json& live, const Json& applied, const Type& type, std::string_view manager,
                              std::string_view subresource, bool force, Time now) {
  ApplyResult out;
  Place root{&type, nullptr};
  Json wanted = fields_of(applied, type);
  Json::Array entries = managers_of(live);
  Json owned_before = Json::object(), owned_by_others = Json::object(), contested = Json::object();
  for (const Json& item : entries) {
    const Json& fields = item.at("fieldsV1");
    if (is_entry(item, manager, "Apply", subresource)) {
      owned_before = fields;
      continue;
    }
    owned_by_others = union_of(owned_by_others, fields);
    std::vector<std::string> paths;
    collect_conflicts(wanted, fields, &applied, &live, root, "", paths);
    for (const std::string& path : dotted(paths)) {
      out.conflicts.push_back({item.at("manager").string_or(), item.at("subresource").string_or(), path});
    }
  }
  if (!force && !out.conflicts.empty()) return out;
  bool contest = !out.conflicts.empty();
  out.conflicts.clear();
  out.object = live.is_null() ? Json::object() : live;
  // What this manager no longer applies, and nobody else owns, goes away.
  remove_fields(out.object, minus(minus(owned_before, wanted), owned_by_others), root);
  Json without = applied;
  if (without.at("metadata").is_object()) without["metadata"].erase("managedFields");
  merge_applied(out.object, without, root);
  if (contest) {
    Json changed = changed_fields(wanted, &live, out.object, root);
    take_from_others(entries, changed, manager, "Apply", subresource);
  }
  std::erase_if(entries, [&](const Json& item) { return is_entry(item, manager, "Apply", subresource); });
  Json mine = entry(manager, "Apply", applied.at("apiVersion").string_or(), subresource, wanted, now);
  // A time that moves on every equal apply would make every apply a change.
  for (const Json& item : managers_of(live)) {
    if (is_entry(item, manager, "Apply", subresource) && item.at("fieldsV1") == wanted) mine["time"] = item.at("time");
  }
  entries.insert(entries.begin(), std::move(mine));
  out.object["metadata"]["managedFields"] = entries;
  return out;
}

void track_update(const Json& before, Json& after, const Type& type, std::string_view manager,
                  std::string_view subresource, Time now) {
  Json::Array entries = managers_of(before);
  Json all = fields_of(after, type);
  Json changed = before.is_null() ? all : changed_fields(all, &before, after, {&type, nullptr});
  drop_nobodys(changed);
  if (!before.is_null()) {
    Json gone = minus(fields_of(before, type), all);
    for (Json& item : entries) item["fieldsV1"] = minus(item.at("fieldsV1"), gone);
  }
  if (!is_leaf(changed)) {
    take_from_others(entries, changed, manager, "Update", subresource);
    auto mine = std::find_if(entries.begin(), entries.end(),
                             [&](const Json& item) { return is_entry(item, manager, "Update", subresource); });
    if (mine == entries.end()) {
      entries.push_back(entry(manager, "Update", after.at("apiVersion").string_or(), subresource, changed, now));
    } else {
      (*mine)["fieldsV1"] = union_of(mine->at("fieldsV1"), changed);
      (*mine)["time"] = rfc3339(now);
    }
  }
  std::erase_if(entries, [](const Json& item) { return is_leaf(item.at("fieldsV1")); });
  after["metadata"]["managedFields"] = entries;
}

}  // namespace drydock::kube
