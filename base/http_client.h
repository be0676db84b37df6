// A blocking HTTP/1.1 client for worker threads: keep-alive connections in a pool, timeouts, TLS with verification,
// bounded bodies. It never uses a proxy on loopback (nor elsewhere yet). Safe to use from several threads at once.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "base/http.h"
#include "base/result.h"

namespace drydock {

/// "https://host:8443" in parts. The path of a URL is the request's business.
struct HttpOrigin {
  bool tls = false;
  std::string host;  // without brackets for IPv6
  std::string port;  // "443"

  /// Error invalid_input for anything but http:// and https:// with a host.
  static Result<HttpOrigin> parse(std::string_view url);
  /// What stands in a Host header: without the scheme's own port.
  std::string host_header() const;
  std::string str() const;
  bool is_loopback() const;
};

class HttpClient {
 public:
  struct Options {
    std::chrono::milliseconds connect_timeout{10'000};
    std::chrono::milliseconds timeout{60'000};  // for one exchange
    std::size_t max_body = 64 * 1024 * 1024;
    std::string ca_pem;         // trusted besides the system's authorities
    std::string ca_file;        // likewise, a file of PEM certificates
    bool verify = true;         // false only where the user asked for it
    std::size_t max_idle = 32;  // connections kept per origin
  };
  HttpClient();
  explicit HttpClient(Options options);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;

  /// Sets Host, Content-Length and, if absent, User-Agent. A kept connection that turns out to be closed is replaced
  /// once; that never repeats a request the server has begun to answer. Errors: unavailable (cannot connect, connection
  /// lost), timeout, access_denied (certificate not trusted). Any HTTP status is a success here.
  Result<HttpResponse> send(const HttpOrigin& origin, const HttpRequest& request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace drydock
