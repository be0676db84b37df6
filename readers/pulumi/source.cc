#include "readers/pulumi/source.h"

#include <algorithm>
#include <charconv>

#include "base/text.h"

namespace drydock::readers::pulumi {
namespace {

// Pulumi's markers for "computed", by the type that the value will have
// (https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/plugin/rpc.go), and what we print for people.
constexpr std::string_view kUnknowns[] = {
    "04da6b54-80e4-46f7-96ec-b56ff0331ba9", "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
    "3eeb2bf0-c639-47a8-9e75-3b44932eb421", "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
    "030794c1-ac77-496b-92df-f27374a8bd58", "e48ece36-62e2-4504-bad9-02848725956a",
    "dd056dcd-154b-4c76-9bd3-c8f88648b5ff", "[unknown]",
};
constexpr std::string_view kSignature = "4dabf18193072939515e22adb298388d";
constexpr std::string_view kSecretSignature = "1b47061264138c4ac30d75fd1eb44270";
constexpr std::string_view kOutputSignature = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const Json kNull;

std::vector<std::string> texts(const Json& list) {
  std::vector<std::string> out;
  if (list.is_array())
    for (const Json& item : list.as_array())
      if (item.is_string()) out.push_back(item.as_string());
  return out;
}

/// "project:///main.cc#122,32"; Go's SDK puts a whole escaped path behind a second scheme.
void place(Source& source, std::string_view text) {
  const std::string decoded = uri_decode(text);
  std::string_view position = decoded;
  if (const auto scheme = position.rfind("://"); scheme != position.npos) position.remove_prefix(scheme + 3);
  const bool twice = text.find("://") != text.rfind("://");
  if (!twice && position.starts_with('/')) position.remove_prefix(1);
  const auto hash = position.rfind('#');
  source.file = position.substr(0, hash);
  if (hash == position.npos) return;
  const auto number = [](std::string_view text) {
    std::int64_t n = 0;
    std::from_chars(text.data(), text.data() + text.size(), n);
    return n;
  };
  const std::string_view where = position.substr(hash + 1);
  const auto comma = where.find(',');
  source.line = number(where.substr(0, comma));
  if (comma != where.npos) source.column = number(where.substr(comma + 1));
}

std::string name_of(std::string_view urn) {
  // urn:pulumi:<stack>::<project>::<qualified type>::<name>, and a name may hold "::".
  std::size_t at = 0;
  for (int i = 0; i < 3 && at != urn.npos; ++i) at = urn.find("::", at ? at + 2 : 0);
  return std::string(at == urn.npos ? urn : urn.substr(at + 2));
}

Source read(const Json& json) {
  Source s;
  s.urn = json.at("urn").string_or();
  s.type = json.at("type").string_or();
  s.name = name_of(s.urn);
  s.id = knowledge_of(json.at("id")) == Knowledge::known ? json.at("id").string_or() : "";
  s.parent = json.at("parent").string_or();
  s.provider = json.at("provider").string_or();
  s.custom = json.at("custom").bool_or(false);
  s.inputs = json.at("inputs");
  s.outputs = json.at("outputs");
  s.dependencies = texts(json.at("dependencies"));
  if (const Json& map = json.at("propertyDependencies"); map.is_object()) {
    s.has_property_dependencies = true;
    for (const auto& [key, list] : map.as_object()) s.property_dependencies[key] = texts(list);
  }
  place(s, json.at("sourcePosition").string_or());
  return s;
}

const Json& inside(const Json& value, std::string_view path) {
  const Json* here = &value;
  while (!path.empty()) {
    if (knowledge_of(*here) != Knowledge::known) return *here;  // all of it is as little known
    const auto dot = path.find('.');
    const std::string_view key = path.substr(0, dot);
    path = dot == path.npos ? std::string_view() : path.substr(dot + 1);
    here = here->is_array() ? &here->path(key) : &here->at(key);
  }
  return *here;
}

}  // namespace

Knowledge knowledge_of(const Json& value) {
  if (value.is_string()) {
    if (std::find(std::begin(kUnknowns), std::end(kUnknowns), value.as_string()) != std::end(kUnknowns))
      return Knowledge::unknown;
    return value.as_string() == "[secret]" ? Knowledge::secret : Knowledge::known;
  }
  if (const Json* signature = value.find(kSignature); signature && signature->is_string()) {
    if (signature->as_string() == kSecretSignature) return Knowledge::secret;
    if (signature->as_string() == kOutputSignature && !value.has("value")) return Knowledge::unknown;
  }
  return Knowledge::known;
}

bool has_unknowns(const Json& value) {
  if (knowledge_of(value) != Knowledge::known) return true;
  if (value.is_array()) return std::any_of(value.as_array().begin(), value.as_array().end(), has_unknowns);
  if (!value.is_object()) return false;
  return std::any_of(value.as_object().begin(), value.as_object().end(),
                     [](const auto& member) { return has_unknowns(member.second); });
}

const Json& Source::at(std::string_view path) const {
  const Json& input = inside(inputs, path);
  return input.is_null() ? inside(outputs, path) : input;
}

Sources::Sources(const std::vector<Json>& resources) {
  for (const Json& json : resources) {
    Source source = read(json);
    if (source.urn.empty()) continue;
    if (const auto known = by_urn_.find(source.urn); known != by_urn_.end()) {
      // A later state of the same resource (the halves of a replacement) is the one that counts.
      const_cast<Source&>(*known->second) = std::move(source);
      continue;
    }
    ++names_[source.name];
    all_.push_back(std::move(source));
    by_urn_[all_.back().urn] = &all_.back();
  }
}

const Source* Sources::find(std::string_view urn) const {
  const auto it = by_urn_.find(urn);
  return it == by_urn_.end() ? nullptr : it->second;
}

std::string Sources::short_name(const Source& source) const {
  const auto it = names_.find(source.name);
  return it != names_.end() && it->second > 1 ? source.type + "::" + source.name : source.name;
}

const Source* Sources::component(const Source& source) const {
  // A custom resource may be a parent, too: its children belong to the component around it.
  const Source* at = find(source.parent);
  while (at && at->custom) at = find(at->parent);
  return at && at->type != "pulumi:pulumi:Stack" ? at : nullptr;
}

const Source* Sources::eks_component(const Source& source) const {
  for (const Source* at = find(source.parent); at; at = find(at->parent))
    if (!at->custom && at->type.starts_with("eks:index:") && at->type != "eks:index:ServiceRole") return at;
  return nullptr;
}

std::vector<const Source*> Sources::children(const Source& component) const {
  std::vector<const Source*> out;
  for (const Source& source : all_) {
    for (const Source* at = find(source.parent); at; at = find(at->parent)) {
      if (at != &component) continue;
      out.push_back(&source);
      break;
    }
  }
  return out;
}

const std::set<std::string>& Sources::ancestors(const Source& source) const {
  if (const auto it = ancestors_.find(source.urn); it != ancestors_.end()) return it->second;
  ancestors_[source.urn];  // a cycle, which no engine makes, ends here
  std::set<std::string> found;
  std::vector<std::string> near = source.dependencies;
  if (!source.parent.empty()) near.push_back(source.parent);
  for (const std::string& urn : near) {
    if (!found.insert(urn).second) continue;
    if (const Source* other = find(urn)) {
      const std::set<std::string> more = ancestors(*other);
      found.insert(more.begin(), more.end());
    }
  }
  return ancestors_[source.urn] = std::move(found);
}

std::vector<const Source*> Sources::behind(const Source& source, std::string_view path,
                                           const std::vector<std::string_view>& types, std::size_t wanted) const {
  const std::string_view top = path.substr(0, path.find('.'));
  const bool nested = top.size() != path.size();
  const std::vector<std::string>* urns = &source.dependencies;
  if (const auto it = source.property_dependencies.find(top); it != source.property_dependencies.end())
    urns = &it->second;
  else if (source.has_property_dependencies)
    return {};
  std::vector<const Source*> found, others;
  for (const std::string& urn : *urns) {
    const Source* other = find(urn);
    if (!other) return {};
    const bool fits = std::find(types.begin(), types.end(), other->type) != types.end();
    if (fits)
      found.push_back(other);
    else if (other->custom)
      others.push_back(other);
  }
  // Of several, those that only stand before another one are its own inputs and not what is looked for.
  if (wanted > 0 && found.size() > wanted) {
    auto inner = found;
    std::erase_if(found, [&](const Source* one) {
      return std::any_of(inner.begin(), inner.end(),
                         [&](const Source* other) { return other != one && ancestors(*other).contains(one->urn); });
    });
  }
  if (found.empty() || (wanted > 0 && found.size() != wanted)) return {};
  // What else the value hangs on must be what those hang on themselves; otherwise something was computed. The parts of
  // a nested value share their list.
  const auto explained = [&](const Source* other) {
    return std::any_of(found.begin(), found.end(),
                       [&](const Source* one) { return ancestors(*one).contains(other->urn); });
  };
  if (!nested && !std::all_of(others.begin(), others.end(), explained)) return {};
  return found;
}

}  // namespace drydock::readers::pulumi
