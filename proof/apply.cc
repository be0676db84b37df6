// Edits of a world, by the names that each_field gives its fields.
#include <optional>
#include <type_traits>

#include "base/fields.h"
#include "proof/readiness.h"

namespace drydock::proof {
namespace {

using cloud::World;
using Kind = Edit::Kind;

/// The member a path begins with, and what is left of the path. Keys may hold dots ("kubernetes.io/cluster/x"), and a
/// field's name may stand there without the '_' of internal ones, so the longest key that is there wins.
std::pair<std::string, std::string_view> split(const Json::Object& object, std::string_view path) {
  for (std::size_t end = path.size();; end = path.rfind('.', end - 1)) {
    const std::string_view rest = end == path.size() ? std::string_view() : path.substr(end + 1);
    for (std::string key : {std::string(path.substr(0, end)), "_" + std::string(path.substr(0, end))})
      if (object.contains(key)) return {std::move(key), rest};
    if (end == 0 || path.rfind('.', end - 1) == std::string_view::npos) break;
  }
  const std::size_t dot = path.find('.');
  return {std::string(path.substr(0, dot)), dot == std::string_view::npos ? "" : path.substr(dot + 1)};
}

void add(Json& field, const Json& value) {
  if (field.is_object() && value.is_object()) {
    for (const auto& [key, item] : value.as_object()) field[key] = item;
    return;
  }
  if (!field.is_array()) field = field.is_null() ? Json(Json::Array{}) : Json::array({field});
  for (const Json& item : field.as_array())
    if (item == value) return;
  field.push_back(value);
}

void remove(Json& field, const Json& value) {
  if (field.is_object()) {
    if (value.is_string()) field.erase(value.as_string());
    if (value.is_object())
      for (const auto& [key, item] : value.as_object()) field.erase(key);
  } else if (field.is_array()) {
    std::erase(field.as_array(), value);
  } else if (field == value) {
    field = Json();
  }
}

void change(Json& at, std::string_view path, const Edit& edit) {
  if (path.empty()) {
    if (edit.kind == Kind::set) at = edit.value;
    if (edit.kind == Kind::add) add(at, edit.value);
    if (edit.kind == Kind::remove) remove(at, edit.value);
    return;
  }
  if (at.is_string()) {  // a document kept as text
    Result<Json> inside = Json::parse(at.as_string());
    if (!inside) return;
    change(*inside, path, edit);
    at = inside->dump();
    return;
  }
  if (at.is_array()) {
    const std::size_t dot = path.find('.');
    const std::size_t index = std::strtoul(std::string(path.substr(0, dot)).c_str(), nullptr, 10);
    if (index < at.size())
      change(at.as_array()[index], dot == std::string_view::npos ? "" : path.substr(dot + 1), edit);
    return;
  }
  if (!at.is_object()) at = Json::object();
  const auto [key, rest] = split(at.as_object(), path);
  change(at[key], rest, edit);
}

/// In the document of a noun, so that one code serves every kind of noun.
template <class T>
void change(T& noun, const Edit& edit) {
  Json document = fields::encode(noun);
  change(document, edit.where.field, edit);
  noun = fields::decoded<T>(document);
}

void apply_one(World& world, const Edit& edit) {
  const cloud::Ref& noun = edit.where.noun;
  if (noun.table == "plan") {
    for (cloud::PlanStep& step : world.plan)
      if (step.address == noun.id) change(step, edit);
    return;
  }
  auto table = [&](const char*, auto& nouns) {
    using T = typename std::decay_t<decltype(nouns)>::value_type;
    if (noun.table != T::kTable) return;
    if (edit.kind == Kind::create) {
      nouns.push_back(fields::decoded<T>(edit.value));
    } else if (edit.kind == Kind::erase) {
      std::erase_if(nouns, [&](const T& x) { return cloud::key_of(x) == noun.id; });
    } else {
      for (T& x : nouns)
        if (cloud::key_of(x) == noun.id) change(x, edit);
    }
  };
  cloud::each_table(table, world);
}

/// What is set is no longer unknown, and what is gone has no unknown fields.
void forget_unknowns(World& world, const Edit& edit) {
  const auto covers = [](std::string_view outer, std::string_view inner) {
    return inner == outer || (inner.starts_with(outer) && inner[outer.size()] == '.');
  };
  if (edit.kind != Kind::set && edit.kind != Kind::erase) return;
  std::erase_if(world.unknowns, [&](const cloud::Unknown& unknown) {
    return unknown.noun == edit.where.noun && (edit.kind == Kind::erase || covers(edit.where.field, unknown.field));
  });
}

}  // namespace

World apply(const World& world, const std::vector<Edit>& edits) {
  World out = world;
  for (const Edit& edit : edits) {
    apply_one(out, edit);
    forget_unknowns(out, edit);
  }
  return out;
}

}  // namespace drydock::proof
