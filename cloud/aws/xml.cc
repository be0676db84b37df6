#include "cloud/aws/xml.h"

#include <fmt/format.h>

#include <pugixml.hpp>

namespace drydock::aws {
namespace {

constexpr int kMaxDepth = 100;

bool has_elements(const pugi::xml_node& node) {
  for (pugi::xml_node child : node.children())
    if (child.type() == pugi::node_element) return true;
  return false;
}

bool is_list(const pugi::xml_node& node) {
  for (pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    const std::string_view name = child.name();
    if (name != "item" && name != "member") return false;
  }
  return true;
}

Json value_of(const pugi::xml_node& node, int depth) {
  if (depth > kMaxDepth || !has_elements(node)) return Json(node.child_value());
  if (is_list(node)) {
    Json::Array items;
    for (pugi::xml_node child : node.children())
      if (child.type() == pugi::node_element) items.push_back(value_of(child, depth + 1));
    return items;
  }
  Json::Object fields;
  for (pugi::xml_node child : node.children()) {
    if (child.type() != pugi::node_element) continue;
    Json value = value_of(child, depth + 1);
    auto [at, fresh] = fields.try_emplace(child.name(), value);
    if (fresh) continue;
    if (!at->second.is_array()) at->second = Json::Array{at->second};
    at->second.push_back(std::move(value));
  }
  return fields;
}

}  // namespace

Result<XmlReply> parse_xml(std::string_view text) {
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer(text.data(), text.size());
  const pugi::xml_node root = document.document_element();
  if (!parsed || !root)
    return fail(ErrorCode::invalid_input,
                fmt::format("invalid XML at byte {}: {}", parsed.offset, parsed ? "no element" : parsed.description()));
  return XmlReply{root.name(), value_of(root, 0)};
}

}  // namespace drydock::aws
