#include "twin/kernel/wire.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "base/text.h"

namespace drydock::twin {

Protocol protocol_of(std::string_view service) {
  static const std::map<std::string_view, Protocol> known = {
      {"ec2", Protocol::ec2},           {"eks", Protocol::rest_json}, {"kafka", Protocol::rest_json},
      {"ecr", Protocol::json},          {"ssm", Protocol::json},      {"kms", Protocol::json},
      {"logs", Protocol::json},         {"s3", Protocol::raw},        {"secretsmanager", Protocol::json},
      {"eks-auth", Protocol::rest_json}};
  auto it = known.find(service);
  return it == known.end() ? Protocol::query : it->second;
}

namespace {

constexpr std::size_t kMaxDepth = 32;

/// A name's parts as a tree, before lists are told from structures.
struct FormNode {
  std::string value;
  std::map<std::string, FormNode, std::less<>> parts;
};

bool is_number(std::string_view text) {
  return !text.empty() && text.size() < 7 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

Json to_json(FormNode& node) {
  if (node.parts.empty()) return std::move(node.value);
  if (node.parts.size() == 1 && node.parts.begin()->first == "member") {
    FormNode& members = node.parts.begin()->second;
    if (!members.parts.empty() && is_number(members.parts.begin()->first)) return to_json(members);
  }
  if (!std::all_of(node.parts.begin(), node.parts.end(), [](const auto& part) { return is_number(part.first); })) {
    Json::Object object;
    for (auto& [name, part] : node.parts) object.emplace(name, to_json(part));
    return object;
  }
  std::map<int, FormNode*> ordered;
  for (auto& [name, part] : node.parts) ordered[std::stoi(name)] = &part;
  Json::Array array;
  for (auto& [index, part] : ordered) array.push_back(to_json(*part));
  return array;
}

}  // namespace

Json parse_form(std::string_view body) {
  FormNode root;
  while (!body.empty()) {
    const std::string_view pair = body.substr(0, body.find('&'));
    body.remove_prefix(std::min(body.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = pair.find('=');
    std::vector<std::string> parts = split(uri_decode(pair.substr(0, equals), true), '.');
    if (parts.size() > kMaxDepth) continue;
    FormNode* node = &root;
    for (std::string& part : parts) node = &node->parts[std::move(part)];
    node->value = equals == std::string_view::npos ? "" : uri_decode(pair.substr(equals + 1), true);
  }
  if (root.parts.empty()) return Json::object();
  Json::Object object;
  for (auto& [name, part] : root.parts) object.emplace(name, to_json(part));
  return object;
}

std::string xml_escape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\r':
        out += "&#xD;";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20 || c == '\n' || c == '\t') out += c;  // XML 1.0 has no other controls
    }
  }
  return out;
}

namespace {

void append_element(std::string& out, std::string_view name, const Json& value, std::string_view item_name) {
  if (value.is_null()) return;
  // "groupSet:groupId": a list whose items have a name of their own.
  if (const std::size_t colon = name.find(':'); colon != std::string_view::npos) {
    item_name = name.substr(colon + 1);
    name = name.substr(0, colon);
  }
  out += '<';
  out += name;
  out += '>';
  append_xml(out, value, item_name);
  out += "</";
  out += name;
  out += '>';
}

}  // namespace

void append_xml(std::string& out, const Json& value, std::string_view item_name) {
  if (value.is_string()) {
    out += xml_escape(value.as_string());
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.as_object()) append_element(out, name, member, item_name);
  } else if (value.is_array()) {
    for (const Json& item : value.as_array()) append_element(out, item_name, item, item_name);
  } else if (!value.is_null()) {
    out += value.dump();
  }
}

namespace {

constexpr std::string_view kDeclaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

std::string_view xml_namespace(std::string_view service) {
  if (service == "ec2") return "http://ec2.amazonaws.com/doc/2016-11-15/";
  if (service == "iam") return "https://iam.amazonaws.com/doc/2010-05-08/";
  if (service == "sts") return "https://sts.amazonaws.com/doc/2011-06-15/";
  if (service == "autoscaling") return "http://autoscaling.amazonaws.com/doc/2011-01-01/";
  if (service == "cloudformation") return "http://cloudformation.amazonaws.com/doc/2010-05-15/";
  return "http://s3.amazonaws.com/doc/2006-03-01/";
}

HttpResponse xml_response(int status, std::string body, const std::string& request_id) {
  HttpResponse response{status, {}, std::move(body)};
  response.headers.add("Content-Type", "text/xml;charset=UTF-8");
  response.headers.add("x-amzn-RequestId", request_id);
  return response;
}

std::string ec2_body(const Call& call, const Json& result) {
  std::string out(kDeclaration);
  out += "<" + call.action + "Response xmlns=\"";
  out += xml_namespace("ec2");
  out += "\"><requestId>" + call.request_id + "</requestId>";
  append_xml(out, result, "item");
  out += "</" + call.action + "Response>";
  return out;
}

std::string query_body(const Call& call, const Json& result) {
  std::string out = "<" + call.action + "Response xmlns=\"";
  out += xml_namespace(call.service);
  out += "\">";
  if (!result.is_null()) {
    out += "<" + call.action + "Result>";
    append_xml(out, result, "member");
    out += "</" + call.action + "Result>";
  }
  out += "<ResponseMetadata><RequestId>" + call.request_id + "</RequestId></ResponseMetadata></" + call.action +
         "Response>";
  return out;
}

std::string xml_error_body(Protocol protocol, const std::string& request_id, const ApiError& error) {
  const std::string code = xml_escape(error.code), message = xml_escape(error.message);
  if (protocol == Protocol::ec2)
    return std::string(kDeclaration) + "<Response><Errors><Error><Code>" + code + "</Code><Message>" + message +
           "</Message></Error></Errors><RequestID>" + request_id + "</RequestID></Response>";
  if (protocol == Protocol::raw)
    return std::string(kDeclaration) + "<Error><Code>" + code + "</Code><Message>" + message + "</Message><RequestId>" +
           request_id + "</RequestId><HostId>twin</HostId></Error>";
  return "<ErrorResponse><Error><Type>" + std::string(error.status < 500 ? "Sender" : "Receiver") + "</Type><Code>" +
         code + "</Code><Message>" + message + "</Message></Error><RequestId>" + request_id +
         "</RequestId></ErrorResponse>";
}

HttpResponse json_response(int status, std::string body, const std::string& request_id, const char* type) {
  HttpResponse response{status, {}, std::move(body)};
  response.headers.add("Content-Type", type);
  response.headers.add("x-amzn-RequestId", request_id);
  return response;
}

}  // namespace

HttpResponse render(Protocol protocol, const Call& call, Json result) {
  switch (protocol) {
    case Protocol::ec2:
      return xml_response(200, ec2_body(call, result), call.request_id);
    case Protocol::query:
      return xml_response(200, query_body(call, result), call.request_id);
    case Protocol::json:
      return json_response(200, result.is_null() ? "{}" : result.dump(), call.request_id, "application/x-amz-json-1.1");
    case Protocol::rest_json:
    case Protocol::raw:
      break;
  }
  return json_response(200, result.is_null() ? "{}" : result.dump(), call.request_id, "application/json");
}

HttpResponse render_error(Protocol protocol, std::string_view, const std::string& request_id, const ApiError& error) {
  if (protocol != Protocol::json && protocol != Protocol::rest_json)
    return xml_response(error.status, xml_error_body(protocol, request_id, error), request_id);
  Json body = error.extra.is_object() ? error.extra : Json::object();
  body["message"] = error.message;
  body["__type"] = error.code;
  HttpResponse response = json_response(error.status, body.dump(), request_id,
                                        protocol == Protocol::json ? "application/x-amz-json-1.1" : "application/json");
  response.headers.add("x-amzn-ErrorType", error.code);
  return response;
}

PathPattern::PathPattern(std::string_view pattern) {
  for (std::string& part : split(pattern, '/')) {
    const bool variable = part.size() > 2 && part.front() == '{' && part.back() == '}';
    segments_.push_back({variable ? part.substr(1, part.size() - 2) : std::move(part), variable});
  }
}

bool PathPattern::match(std::string_view path, Json& out) const {
  const std::vector<std::string> parts = split(path, '/');
  if (parts.size() != segments_.size()) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (segments_[i].variable ? parts[i].empty() : parts[i] != segments_[i].text) return false;
  for (std::size_t i = 0; i < parts.size(); ++i)
    if (segments_[i].variable) out[segments_[i].text] = uri_decode(parts[i]);
  return true;
}

}  // namespace drydock::twin
