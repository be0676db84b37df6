// Request and answer bodies: formats, strict field validation, refusals.
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/kube/protobuf.h"
#include "twin/kubernetes/api_server.h"
#include "twin/kubernetes/state.h"

namespace drydock::twin::kubernetes {

HttpResponse json_response(int status, const Json& body) {
  HttpResponse out;
  out.status = status;
  out.headers.set("Content-Type", "application/json");
  out.headers.set("Cache-Control", "no-cache, private");
  out.body = body.dump();
  out.body += '\n';
  return out;
}

HttpResponse refusal(const ApiStatus& status) { return json_response(status.code, status_document(status)); }

ApiReply<Json> read_body(const HttpRequest& request) {
  if (request.body.empty()) return Json();
  std::string type = to_lower(request.headers.get("content-type"));
  if (type.starts_with(kube::kProtobufMediaType)) {
    auto decoded = kube::decode_protobuf(request.body);
    if (!decoded) return bad_request(decoded.error().message);
    return *decoded;
  }
  bool yaml = type.find("yaml") != std::string::npos;
  auto parsed = yaml ? parse_yaml(request.body) : Json::parse(request.body);
  if (!parsed) return bad_request("the object provided is unrecognized: " + parsed.error().message);
  return *parsed;
}

ApiReply<Json> check_body(const ApiRequest& request, Json body, std::vector<std::string>& warnings) {
  const kube::Kind& kind = *request.kind;
  if (!body.is_object())
    return bad_request("the object provided is unrecognized (must be of type " + kind.gvk.kind + ")");
  if (body.at("kind").is_null()) body["kind"] = kind.gvk.kind;
  if (body.at("apiVersion").is_null()) body["apiVersion"] = kind.gvk.api_version();
  kube::GroupVersionKind got = kube::gvk_of(body);
  if (got != kind.gvk) {
    return bad_request(
        fmt::format("{} in version \"{}\" cannot be handled as a {}: no kind \"{}\" is registered for version \"{}\"",
                    got.kind, got.api_version(), kind.gvk.kind, got.kind, got.api_version()));
  }
  if (kind.type == nullptr) return body;
  kube::Mismatch mismatch = kube::check_fields(body, *kind.type);
  std::string about =
      fmt::format("{} in version \"{}\" cannot be handled as a {}: ", kind.gvk.kind, got.version, kind.gvk.kind);
  if (!mismatch.wrong_type.empty()) return bad_request(about + mismatch.wrong_type);
  std::vector<std::string> texts;
  for (const std::string& field : mismatch.unknown) texts.push_back(fmt::format("unknown field \"{}\"", field));
  std::string mode = request.parameter("fieldValidation");
  if (!texts.empty() && mode == "Strict") return bad_request(about + "strict decoding error: " + join(texts, ", "));
  if (mode != "Ignore") warnings.insert(warnings.end(), texts.begin(), texts.end());
  if (!texts.empty()) kube::prune(body, *kind.type);
  if (body.at("metadata").is_null()) body["metadata"] = Json::object();
  return body;
}

bool wants_table(const HttpRequest& request) {
  // The first alternative that we can serve decides; kubectl asks for tables first and for plain JSON last.
  std::string accept(request.headers.get("accept"));
  return accept.find("as=Table") != std::string::npos && accept.find("v=v1") != std::string::npos;
}

}  // namespace drydock::twin::kubernetes
