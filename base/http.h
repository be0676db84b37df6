// HTTP messages as plain values, shared by client and server. Bodies are whole; streaming is http_server.h's affair.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace drydock {

/// In the order of the wire; names compare without case (RFC 9110 section 5.1).
struct HttpHeaders {
  std::vector<std::pair<std::string, std::string>> items;

  /// First value, or null.
  const std::string* find(std::string_view name) const;
  /// First value, or "".
  std::string_view get(std::string_view name) const;
  void add(std::string name, std::string value) { items.emplace_back(std::move(name), std::move(value)); }
  /// Replaces every header of that name.
  void set(std::string_view name, std::string value);
  auto begin() const { return items.begin(); }
  auto end() const { return items.end(); }
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  // path and query exactly as on the wire
  HttpHeaders headers;
  std::string body;

  /// Still percent-encoded.
  std::string_view path() const;
  /// Without the '?'; "" if there is none.
  std::string_view query() const;
  /// Decoded pairs of the query, in its order. '+' stays '+': AWS clients write a space as %20.
  std::vector<std::pair<std::string, std::string>> query_pairs() const;
};

struct HttpResponse {
  int status = 200;
  HttpHeaders headers;
  std::string body;
};

/// "Not Found" for 404; "" for codes nobody registered.
std::string_view http_reason(int status);
/// ASCII, without case.
bool equals_ignoring_case(std::string_view a, std::string_view b);

}  // namespace drydock
