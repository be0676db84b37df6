#include "providers/kubernetes/lease.h"

#include "base/json.h"

namespace drydock::kubernetes {

WaitLease::WaitLease(HttpClient& http, const std::string& twin_url) : http_(http) {
  if (auto origin = HttpOrigin::parse(twin_url)) twin_ = std::move(*origin);
}

std::string WaitLease::call(const char* method, const std::string& path, const char* body) {
  HttpRequest request{method, "/_drydock/clock/lease" + path, {}, body};
  request.headers.add("Content-Type", "application/json");
  auto response = http_.send(*twin_, request);
  return response && response->status == 200 ? response->body : "";
}

void WaitLease::keep() {
  if (!twin_) return;
  if (id_.empty()) {
    auto reply = Json::parse(call("POST", "", R"({"who":"kubernetes provider"})"));
    if (reply) id_ = reply->at("id").string_or();
  }
  if (!id_.empty() && call("PUT", "/" + id_, R"({"waiting":true})").empty()) id_.clear();  // the twin was reset
}

WaitLease::~WaitLease() {
  if (!id_.empty()) call("DELETE", "/" + id_, "");
}

}  // namespace drydock::kubernetes
