#include "cloud/kube/patch.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace drydock::kube {
namespace {

// --- RFC 6902

std::vector<std::string> pointer_parts(const std::string& pointer) {
  std::vector<std::string> parts;
  if (pointer.empty()) return parts;
  for (const std::string& part : split(std::string_view(pointer).substr(1), '/')) {
    parts.push_back(replace_all(replace_all(part, "~1", "/"), "~0", "~"));
  }
  return parts;
}

/// The member or item; null if the way there does not exist.
Json* step(Json& at, const std::string& part) {
  if (at.is_object()) return at.find(part);
  if (!at.is_array() || part.empty() || part.find_first_not_of("0123456789") != std::string::npos) return nullptr;
  auto index = std::strtoull(part.c_str(), nullptr, 10);
  return index < at.size() ? &at.as_array()[index] : nullptr;
}

Json* walk(Json& document, const std::vector<std::string>& parts, std::size_t count) {
  Json* at = &document;
  for (std::size_t i = 0; at != nullptr && i < count; i++) at = step(*at, parts[i]);
  return at;
}

bool put(Json& document, const std::vector<std::string>& parts, Json value, bool must_exist) {
  if (parts.empty()) {
    document = std::move(value);
    return true;
  }
  Json* parent = walk(document, parts, parts.size() - 1);
  if (parent == nullptr) return false;
  const std::string& last = parts.back();
  Json* existing = step(*parent, last);
  if (must_exist && existing == nullptr) return false;
  if (parent->is_object()) {
    (*parent)[last] = std::move(value);
    return true;
  }
  if (!parent->is_array()) return false;
  auto& items = parent->as_array();
  if (must_exist) {
    *existing = std::move(value);
  } else if (last == "-" || last == std::to_string(items.size())) {
    items.push_back(std::move(value));
  } else if (existing != nullptr) {
    items.insert(items.begin() + (existing - items.data()), std::move(value));
  } else {
    return false;
  }
  return true;
}

bool take(Json& document, const std::vector<std::string>& parts) {
  if (parts.empty()) return false;
  Json* parent = walk(document, parts, parts.size() - 1);
  Json* existing = parent ? step(*parent, parts.back()) : nullptr;
  if (existing == nullptr) return false;
  if (parent->is_object()) return parent->erase(parts.back());
  auto& items = parent->as_array();
  items.erase(items.begin() + (existing - items.data()));
  return true;
}

/// "" when done, else what was wrong.
std::string apply_operation(Json& document, const Json& operation) {
  std::string op = operation.at("op").string_or(), path = operation.at("path").string_or();
  auto parts = pointer_parts(path);
  auto missing = [&](const std::string& where) {
    return fmt::format("{} operation does not apply: doc is missing path: {}", op, where);
  };
  if (op == "add") return put(document, parts, operation.at("value"), false) ? "" : missing(path);
  if (op == "replace") return put(document, parts, operation.at("value"), true) ? "" : missing(path);
  if (op == "remove") return take(document, parts) ? "" : missing(path);
  if (op == "test") {
    Json* found = walk(document, parts, parts.size());
    Json value = found ? *found : Json();
    return value == operation.at("value") ? "" : fmt::format("testing value {} failed: test failed", path);
  }
  if (op == "move" || op == "copy") {
    auto from = pointer_parts(operation.at("from").string_or());
    Json* found = walk(document, from, from.size());
    if (found == nullptr) return missing(operation.at("from").string_or());
    Json value = *found;
    if (op == "move") take(document, from);
    return put(document, parts, std::move(value), false) ? "" : missing(path);
  }
  return fmt::format("Unexpected kind: {}", op);
}

// --- strategic merge

constexpr std::string_view kOrder = "$setElementOrder/", kDelete = "$deleteFromPrimitiveList/";

bool is_directive(std::string_view key) { return key.starts_with('$'); }

void retain_keys(Json& document, const Json& patch) {
  const Json& keep = patch.at("$retainKeys");
  if (!keep.is_array() || !document.is_object()) return;
  auto& members = document.as_object();
  std::erase_if(members, [&](const auto& member) {
    return std::none_of(keep.as_array().begin(), keep.as_array().end(),
                        [&](const Json& key) { return key.string_or() == member.first; });
  });
}

Json* find_by_key(Json& list, const std::string& key, const Json& value) {
  for (Json& item : list.as_array()) {
    if (item.at(key) == value) return &item;
  }
  return nullptr;
}

/// Puts the items that `order` names into its order; the others keep their places after those that preceded them.
void reorder(Json& list, const Json& order, const std::string& key) {
  auto rank = [&](const Json& item) -> std::size_t {
    for (std::size_t i = 0; i < order.size(); i++) {
      if (key.empty() ? order.item(i) == item : order.item(i).at(key) == item.at(key)) return i;
    }
    return order.size();
  };
  std::stable_sort(list.as_array().begin(), list.as_array().end(),
                   [&](const Json& a, const Json& b) { return rank(a) < rank(b); });
}

void merge_object(Json& document, const Json& patch, const Type* type);

void merge_keyed_list(Json& list, const Json& patch, const Field& field) {
  const std::string& key = field.merge_key;
  for (const Json& item : patch.as_array()) {
    std::string directive = item.at("$patch").string_or();
    if (directive == "replace") {
      list = Json::array();
      continue;
    }
    Json* found = find_by_key(list, key, item.at(key));
    if (directive == "delete") {
      if (found) list.as_array().erase(list.as_array().begin() + (found - list.as_array().data()));
    } else if (found != nullptr) {
      merge_object(*found, item, field.type);
    } else {
      Json fresh = Json::object();
      merge_object(fresh, item, field.type);
      list.push_back(std::move(fresh));
    }
  }
}

void merge_list(Json& target, const Json& patch, const Field* field) {
  bool merges = field != nullptr && field->merge;
  if (!merges || !target.is_array()) target = Json::array();
  if (!merges) {
    target = patch;
  } else if (!field->merge_key.empty() && field->type != nullptr) {
    merge_keyed_list(target, patch, *field);
  } else {
    for (const Json& item : patch.as_array()) {
      auto& items = target.as_array();
      if (std::find(items.begin(), items.end(), item) == items.end()) items.push_back(item);
    }
  }
}

void merge_directives(Json& document, const Json& patch, const Type* type) {
  for (const auto& [key, value] : patch.as_object()) {
    if (key.starts_with(kDelete)) {
      Json* list = document.find(key.substr(kDelete.size()));
      if (!list || !list->is_array() || !value.is_array()) continue;
      for (const Json& gone : value.as_array()) std::erase(list->as_array(), gone);
    }
    if (key.starts_with(kOrder)) {
      std::string name = key.substr(kOrder.size());
      Json* list = document.find(name);
      const Field* field = type ? type->find(name) : nullptr;
      if (list && list->is_array() && field) reorder(*list, value, field->merge_key);
    }
  }
}

void merge_object(Json& document, const Json& patch, const Type* type) {
  std::string directive = patch.at("$patch").string_or();
  if (!document.is_object() || directive == "replace" || directive == "delete") document = Json::object();
  if (directive == "delete") return;
  retain_keys(document, patch);
  for (const auto& [key, value] : patch.as_object()) {
    if (is_directive(key)) continue;
    const Field* field = type ? type->find(key) : nullptr;
    if (value.is_null()) {
      document.erase(key);
    } else if (value.is_object()) {
      const Type* inner = field && field->shape == Shape::one ? field->type : nullptr;
      merge_object(document[key], value, inner);
      if (value.at("$patch").string_or() == "delete") document.erase(key);
    } else if (value.is_array()) {
      merge_list(document[key], value, field);
    } else {
      document[key] = value;
    }
  }
  merge_directives(document, patch, type);
}

}  // namespace

Result<Json> json_patch(Json document, const Json& operations) {
  if (!operations.is_array()) return fail(ErrorCode::invalid_input, "a JSON patch is a list of operations");
  for (const Json& operation : operations.as_array()) {
    std::string wrong = apply_operation(document, operation);
    if (!wrong.empty()) return fail(ErrorCode::invalid_input, wrong);
  }
  return document;
}

Json merge_patch(Json document, const Json& patch) {
  if (!patch.is_object()) return patch;
  if (!document.is_object()) document = Json::object();
  for (const auto& [key, value] : patch.as_object()) {
    if (value.is_null()) {
      document.erase(key);
    } else {
      Json& member = document[key];
      member = merge_patch(std::move(member), value);
    }
  }
  return document;
}

Result<Json> strategic_merge_patch(Json document, const Json& patch, const Type& type) {
  if (!patch.is_object()) return fail(ErrorCode::invalid_input, "a strategic merge patch is an object");
  merge_object(document, patch, &type);
  return document;
}

}  // namespace drydock::kube
