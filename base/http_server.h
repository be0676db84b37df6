// An HTTP/1.1 server on a Loop: keep-alive, pipelining in order, bounded header, body and idle time, optional TLS.
// The handler runs on the loop's thread and may answer at once, later, or as a stream of chunks.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/http.h"
#include "base/loop.h"
#include "base/result.h"

namespace drydock {

/// The answer to one request. Keep it as long as needed; used on the loop's thread only. Dropping it without an answer
/// sends 500. After the client has gone, every call is a no-op.
class HttpReply {
 public:
  virtual ~HttpReply() = default;
  /// The whole answer. Content-Length and Date are set here; a HEAD's body is dropped.
  virtual void send(HttpResponse response) = 0;
  /// Or a stream: the head, then chunks ("Transfer-Encoding: chunked"), then finish().
  virtual void start(HttpResponse head) = 0;
  virtual void write(std::string chunk) = 0;
  virtual void finish() = 0;
  /// False once the client has gone.
  virtual bool open() const = 0;
  /// Bytes handed to write() that the client has not taken yet; drop slow watchers by this.
  virtual std::size_t backlog() const = 0;
  /// Called once when the client goes before the answer is finished.
  virtual void on_close(std::function<void()> task) = 0;
};

class HttpServer {
 public:
  struct Tls {
    std::string certificate, key;  // PEM; the certificate may be a chain, leaf first
  };
  struct Options {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one
    std::optional<Tls> tls;
    std::size_t max_header = 64 * 1024;
    std::size_t max_body = 16 * 1024 * 1024;
    std::chrono::seconds idle{75};  // between requests, and for one request to arrive
  };
  using Handler = std::function<void(HttpRequest, std::shared_ptr<HttpReply>)>;

  /// Listens before it returns. Errors: unavailable "127.0.0.1:4566 is in use", invalid_input for a bad address or PEM.
  /// REQUIRES: the loop outlives the server; called on the loop's thread or before it runs.
  static Result<std::unique_ptr<HttpServer>> listen(Loop& loop, Options options, Handler handler);
  /// Stops listening, ends open connections; handlers of theirs are not called any more.
  ~HttpServer();

  std::uint16_t port() const;

 private:
  struct State;
  explicit HttpServer(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace drydock
