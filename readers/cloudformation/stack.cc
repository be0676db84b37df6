#include "readers/cloudformation/stack.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace drydock::readers::cloudformation {
namespace {

std::string joined(std::string_view field, std::string_view name) {
  return field.empty() ? std::string(name) : fmt::format("{}.{}", field, name);
}

std::string lower_first(std::string text) {
  if (!text.empty()) text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  return text;
}

}  // namespace

void Stack::stands(const cloud::Ref& noun, const std::string& logical_id) {
  made[logical_id].push_back(noun);
  const YamlPlaces::Place place = source.places.at({"Resources", logical_id});
  world.origins.push_back({.noun = noun,
                           .address = logical_id,
                           .type = source.resource(logical_id).at("Type").string_or(),
                           .file = source.file,
                           .line = place.line,
                           .column = place.column});
}

void Stack::part(const std::string& logical_id, const cloud::Ref& noun, std::string field, Json value) {
  added[logical_id].push_back({noun, std::move(field), std::move(value)});
}

void Stack::unknown(const cloud::Ref& noun, std::string_view field, const std::string& source) {
  if (!noun || field.empty()) return;
  const bool there = std::any_of(world.unknowns.begin(), world.unknowns.end(),
                                 [&](const cloud::Unknown& u) { return u.noun == noun && u.field == field; });
  if (!there) world.unknowns.push_back({noun, std::string(field), source});
}

void Stack::homeless(const std::string& logical_id, std::string_view property) {
  world.unmodelled.push_back({logical_id + " (" + std::string(property) + " is not in this template)",
                              source.resource(logical_id).at("Type").string_or(), true});
}

Props::Props(Stack& stack, std::string logical_id, cloud::Ref noun)
    : stack_(&stack), id_(std::move(logical_id)), noun_(std::move(noun)), path_({"Resources", id_, "Properties"}) {
  value_ = stack.eval.value(stack.source.resource(id_).at("Properties"), path_);
}
Props::Props(const Props& parent, const Json& value, Path path)
    : stack_(parent.stack_), id_(parent.id_), noun_(parent.noun_), path_(std::move(path)), value_(value) {}

void Props::wrong(std::string_view name, const char* what) const {
  Path path = path_;
  path.emplace_back(name);
  stack_->eval.wrong(path, fmt::format("{} of {} {}", name, id_, what));
}

const Json* Props::known(std::string_view name, std::string_view field) const {
  const Json* found = value_.find(name);
  if (!found || found->is_null()) return nullptr;
  if (const std::string* source = unknown_source(*found)) {
    stack_->unknown(noun_, field, *source);
    return nullptr;
  }
  return found;
}

Json Props::without_unknowns(const Json& value, const std::string& field) const {
  if (const std::string* source = unknown_source(value)) return stack_->unknown(noun_, field, *source), Json();
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& item : value.as_array())
      if (unknown_source(item) == nullptr) {
        out.push_back(without_unknowns(item, field));
      } else {
        stack_->unknown(noun_, field, *unknown_source(item));
      }
    return out;
  }
  if (!value.is_object()) return value;
  Json out = Json::object();
  for (const auto& [key, member] : value.as_object())
    if (Json kept = without_unknowns(member, field.empty() ? field : joined(field, lower_first(key))); !kept.is_null())
      out[key] = std::move(kept);
  return out;
}

Json Props::raw(std::string_view name, std::string_view field) const {
  return without_unknowns(value_.at(name), std::string(field));
}

std::string Props::text(std::string_view name, std::string_view field, std::string_view otherwise) const {
  const Json* v = known(name, field);
  if (!v) return std::string(otherwise);
  if (v->is_string()) return v->as_string();
  if (v->is_int() || v->is_bool()) return v->dump();
  wrong(name, "must be a text");
  return {};
}

bool Props::flag(std::string_view name, std::string_view field, bool otherwise) const {
  const Json* v = known(name, field);
  if (!v) return otherwise;
  if (v->is_bool()) return v->as_bool();
  if (*v == Json("true")) return true;
  if (*v == Json("false")) return false;
  wrong(name, "must be true or false");
  return otherwise;
}

std::int64_t Props::number(std::string_view name, std::string_view field, std::int64_t otherwise) const {
  const Json* v = known(name, field);
  if (!v) return otherwise;
  if (v->is_number()) return v->as_int();
  const std::string text = v->string_or();
  const std::size_t digits = text.find_first_not_of("-0123456789");
  if (!text.empty() && text.size() < 12 && digits == text.npos && text != "-") return std::stoll(text);
  wrong(name, "must be a number");
  return otherwise;
}

std::vector<std::string> Props::texts(std::string_view name, std::string_view field) const {
  const Json* v = known(name, field);
  std::vector<std::string> out;
  if (!v) return out;
  if (v->is_string()) return {v->as_string()};
  if (!v->is_array()) return wrong(name, "must be a list"), out;
  for (const Json& item : v->as_array()) {
    if (const std::string* source = unknown_source(item)) {
      stack_->unknown(noun_, field, *source);
    } else if (item.is_string()) {
      out.push_back(item.as_string());
    } else if (item.is_number() || item.is_bool()) {
      out.push_back(item.dump());
    } else {
      wrong(name, "must be a list of texts");
    }
  }
  return out;
}

std::string Props::document(std::string_view name, std::string_view field) const {
  const Json* v = known(name, field);
  if (!v) return {};
  if (v->is_string()) return v->as_string();
  // A document with one unknown in it is not known at all.
  const auto unknown_inside = [](const auto& self, const Json& here) -> const std::string* {
    if (const std::string* source = unknown_source(here)) return source;
    if (here.is_array())
      for (const Json& item : here.as_array())
        if (const std::string* source = self(self, item)) return source;
    if (here.is_object())
      for (const auto& [key, member] : here.as_object())
        if (const std::string* source = self(self, member)) return source;
    return nullptr;
  };
  if (const std::string* source = unknown_inside(unknown_inside, *v)) stack_->unknown(noun_, field, *source);
  return v->dump();
}

std::vector<std::pair<std::string, std::string>> Props::tags() const {
  std::vector<std::pair<std::string, std::string>> out;
  const Json& list = value_.at("Tags");
  if (list.is_object() && !unknown_source(list))
    for (const auto& [key, value] : list.as_object()) out.emplace_back(key, value.string_or());
  if (list.is_array())
    for (const Json& tag : list.as_array()) out.emplace_back(tag.at("Key").string_or(), tag.at("Value").string_or());
  return out;
}

Props Props::about(cloud::Ref noun) const {
  Props out = *this;
  out.noun_ = std::move(noun);
  return out;
}

Props Props::child(std::string_view name) const {
  Path path = path_;
  path.emplace_back(name);
  const Json& value = value_.at(name);
  if (!value.is_null() && !value.is_object()) wrong(name, "must be a map");
  return Props(*this, unknown_source(value) ? Json() : value, std::move(path));
}

std::vector<Props> Props::children(std::string_view name, std::string_view field) const {
  const Json* list = known(name, field);
  std::vector<Props> out;
  if (!list) return out;
  if (!list->is_array()) return wrong(name, "must be a list"), out;
  for (std::size_t i = 0; i < list->size(); ++i) {
    Path path = path_;
    path.emplace_back(name);
    path.push_back(std::to_string(i));
    if (const std::string* source = unknown_source(list->item(i))) {
      stack_->unknown(noun_, field, *source);
    } else if (list->item(i).is_object()) {
      out.push_back(Props(*this, list->item(i), std::move(path)));
    } else {
      wrong(name, "must be a list of maps");
    }
  }
  return out;
}

aws::Tags tags_of(const Props& props) {
  aws::Tags out;
  for (auto& [key, value] : props.tags()) out.push_back({key, value});
  return out;
}

Json launch_template_data(const Json& in) {
  static const std::map<std::string, std::string, std::less<>> kLists = {
      {"BlockDeviceMappings", "blockDeviceMappingSet"},
      {"NetworkInterfaces", "networkInterfaceSet"},
      {"TagSpecifications", "tagSpecificationSet"},
      {"Tags", "tagSet"},
      {"SecurityGroupIds", "securityGroupIdSet"},
      {"SecurityGroups", "securityGroupSet"},
      {"LicenseSpecifications", "licenseSet"},
      {"Groups", "groupSet"},
      {"PrivateIpAddresses", "privateIpAddressesSet"},
      {"Ipv6Addresses", "ipv6AddressesSet"},
      {"Ipv4Prefixes", "ipv4PrefixSet"},
      {"Ipv6Prefixes", "ipv6PrefixSet"}};
  if (in.is_array()) {
    Json out = Json::array();
    for (const Json& item : in.as_array()) out.push_back(launch_template_data(item));
    return out;
  }
  if (!in.is_object()) return in;
  Json out = Json::object();
  for (const auto& [key, member] : in.as_object()) {
    const auto list = kLists.find(key);
    Json value = launch_template_data(member);
    // Templates may write numbers and truth as texts.
    if (value == Json("true")) value = true;
    if (value == Json("false")) value = false;
    if ((key == "HttpPutResponseHopLimit" || key == "DeviceIndex" || key == "VolumeSize") && value.is_string() &&
        !value.as_string().empty() && value.as_string().size() < 7 &&
        value.as_string().find_first_not_of("0123456789") == std::string::npos)
      value = static_cast<std::int64_t>(std::stoll(value.as_string()));
    out[list == kLists.end() ? lower_first(key) : list->second] = std::move(value);
  }
  return out;
}

}  // namespace drydock::readers::cloudformation
