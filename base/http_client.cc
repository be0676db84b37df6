#include "base/http_client.h"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <deque>
#include <map>
#include <mutex>
#include <optional>

namespace drydock {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using beast::error_code;

// One connection with an event loop of its own: "blocking with a timeout" is an asynchronous call run to its end.
struct Connection {
  asio::io_context loop{1};
  asio::ssl::context& tls_context;
  std::optional<beast::tcp_stream> plain;
  std::optional<beast::ssl_stream<beast::tcp_stream>> tls;
  beast::flat_buffer buffer;
  bool used = false;

  explicit Connection(asio::ssl::context& context) : tls_context(context) {}

  beast::tcp_stream& tcp() { return tls ? tls->next_layer() : *plain; }

  // `start` begins the operation with the handler it is given.
  template <class Start>
  error_code run(std::chrono::milliseconds timeout, Start start) {
    error_code result = asio::error::would_block;
    if (timeout.count() > 0) tcp().expires_after(timeout);
    start([&](error_code ec, auto&&...) { result = ec; });
    loop.restart();
    loop.run();
    return result;
  }

  error_code connect(const HttpOrigin& origin, std::chrono::milliseconds timeout) {
    error_code ec;
    asio::ip::tcp::resolver resolver(loop);
    auto endpoints = resolver.resolve(origin.host, origin.port, ec);
    if (ec) return ec;
    if (origin.tls) {
      tls.emplace(loop, tls_context);
      if (!SSL_set_tlsext_host_name(tls->native_handle(), origin.host.c_str()))
        return error_code(static_cast<int>(::ERR_get_error()), asio::error::get_ssl_category());
      tls->set_verify_callback(asio::ssl::host_name_verification(origin.host));
    } else {
      plain.emplace(loop);
    }
    ec = run(timeout, [&](auto done) { tcp().async_connect(endpoints, std::move(done)); });
    if (ec) return ec;
    tcp().socket().set_option(asio::ip::tcp::no_delay(true), ec);
    if (origin.tls)
      ec = run(timeout, [&](auto done) { tls->async_handshake(asio::ssl::stream_base::client, std::move(done)); });
    return ec;
  }

  template <class Message>
  error_code write(Message& message, std::chrono::milliseconds timeout) {
    return run(timeout, [&](auto done) {
      tls ? http::async_write(*tls, message, std::move(done)) : http::async_write(*plain, message, std::move(done));
    });
  }
  template <class Parser>
  error_code read(Parser& parser, std::chrono::milliseconds timeout) {
    return run(timeout, [&](auto done) {
      tls ? http::async_read(*tls, buffer, parser, std::move(done))
          : http::async_read(*plain, buffer, parser, std::move(done));
    });
  }
};

http::request<http::string_body> wire_form(const HttpOrigin& origin, const HttpRequest& request) {
  http::request<http::string_body> out;
  out.version(11);
  out.method_string(request.method);
  out.target(request.target);
  for (const auto& [name, value] : request.headers) out.insert(name, value);
  if (out.find(http::field::host) == out.end()) out.set(http::field::host, origin.host_header());
  if (out.find(http::field::user_agent) == out.end()) out.set(http::field::user_agent, "drydock");
  out.body() = request.body;
  if (!request.body.empty() || (request.method != "GET" && request.method != "HEAD" && request.method != "DELETE"))
    out.content_length(request.body.size());
  return out;
}

HttpResponse plain_form(http::response<http::string_body>&& message) {
  HttpResponse out;
  out.status = static_cast<int>(message.result_int());
  for (const auto& field : message) out.headers.add(std::string(field.name_string()), std::string(field.value()));
  out.body = std::move(message.body());
  return out;
}

// The peer closed a kept connection before it saw our request.
bool went_stale(const error_code& ec) {
  return ec == http::error::end_of_stream || ec == asio::error::connection_reset || ec == asio::error::broken_pipe ||
         ec == asio::error::eof || ec == asio::ssl::error::stream_truncated;
}

tl::unexpected<Error> failure(const HttpOrigin& origin, const error_code& ec) {
  if (ec == beast::error::timeout)
    return fail(ErrorCode::timeout, fmt::format("{} did not answer in time", origin.str()));
  if (ec == http::error::body_limit)
    return fail(ErrorCode::unavailable, fmt::format("the answer of {} is too large", origin.str()));
  if (ec.category() == asio::error::get_ssl_category() && ec.message().find("certificate verify") != std::string::npos)
    return fail(ErrorCode::access_denied, fmt::format("the certificate of {} is not trusted", origin.str()));
  return fail(ErrorCode::unavailable, fmt::format("cannot talk to {}: {}", origin.str(), ec.message()));
}

}  // namespace

Result<HttpOrigin> HttpOrigin::parse(std::string_view url) {
  HttpOrigin origin;
  std::string_view rest = url;
  if (rest.starts_with("https://"))
    origin.tls = true, rest.remove_prefix(8);
  else if (rest.starts_with("http://"))
    rest.remove_prefix(7);
  else
    return fail(ErrorCode::invalid_input, fmt::format("'{}' is not a URL that begins with http:// or https://", url));
  std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.starts_with("[")) {
    const std::size_t close = authority.find(']');
    origin.host = authority.substr(1, close == authority.npos ? authority.npos : close - 1);
    authority.remove_prefix(close == authority.npos ? authority.size() : close + 1);
  } else {
    origin.host = authority.substr(0, authority.find(':'));
    authority.remove_prefix(origin.host.size());
  }
  origin.port = authority.starts_with(":") ? std::string(authority.substr(1)) : origin.tls ? "443" : "80";
  if (origin.host.empty() || origin.port.empty() || origin.port.find_first_not_of("0123456789") != std::string::npos)
    return fail(ErrorCode::invalid_input, fmt::format("'{}' has no usable host and port", url));
  return origin;
}

std::string HttpOrigin::host_header() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? "443" : "80") ? name : name + ":" + port;
}
std::string HttpOrigin::str() const { return (tls ? "https://" : "http://") + host_header(); }
bool HttpOrigin::is_loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.") || host.ends_with(".localhost");
}

struct HttpClient::State {
  explicit State(Options o) : options(std::move(o)) {}

  const Options options;
  std::once_flag tls_once;
  asio::ssl::context tls{asio::ssl::context::tls_client};
  std::mutex mutex;
  std::map<std::string, std::deque<std::unique_ptr<Connection>>> idle;  // guarded by mutex; newest at the back

  // Reading the system's authorities costs milliseconds: only for those who speak TLS.
  asio::ssl::context& tls_context() {
    std::call_once(tls_once, [this] {
      error_code ignored;
      tls.set_default_verify_paths(ignored);
      if (!options.ca_pem.empty())
        tls.add_certificate_authority(asio::buffer(options.ca_pem.data(), options.ca_pem.size()), ignored);
      if (!options.ca_file.empty()) tls.load_verify_file(options.ca_file, ignored);
      tls.set_verify_mode(options.verify ? asio::ssl::verify_peer : asio::ssl::verify_none, ignored);
      SSL_CTX_set_min_proto_version(tls.native_handle(), TLS1_2_VERSION);
    });
    return tls;
  }

  std::unique_ptr<Connection> take(const std::string& key) {
    std::lock_guard lock(mutex);
    auto& kept = idle[key];
    if (kept.empty()) return nullptr;
    auto connection = std::move(kept.back());
    kept.pop_back();
    return connection;
  }
  void keep(const std::string& key, std::unique_ptr<Connection> connection) {
    std::lock_guard lock(mutex);
    auto& kept = idle[key];
    kept.push_back(std::move(connection));
    if (kept.size() > options.max_idle) kept.pop_front();
  }
};

HttpClient::HttpClient() : HttpClient(Options{}) {}
HttpClient::HttpClient(Options options) : state_(std::make_unique<State>(std::move(options))) {}
HttpClient::~HttpClient() = default;

Result<HttpResponse> HttpClient::send(const HttpOrigin& origin, const HttpRequest& request) {
  const std::string key = origin.str();
  const Options& options = state_->options;
  auto message = wire_form(origin, request);
  for (;;) {
    std::unique_ptr<Connection> connection = state_->take(key);
    if (!connection) {
      connection = std::make_unique<Connection>(origin.tls ? state_->tls_context() : state_->tls);
      if (error_code ec = connection->connect(origin, options.connect_timeout)) return failure(origin, ec);
    }
    http::response_parser<http::string_body> parser;
    parser.body_limit(options.max_body);
    parser.skip(request.method == "HEAD");
    error_code ec = connection->write(message, options.timeout);
    if (!ec) ec = connection->read(parser, options.timeout);
    if (ec) {
      if (connection->used && went_stale(ec) && !parser.got_some()) continue;
      return failure(origin, ec);
    }
    const bool keep_alive = parser.get().keep_alive();
    HttpResponse response = plain_form(parser.release());
    connection->used = true;
    connection->tcp().expires_never();
    if (keep_alive) state_->keep(key, std::move(connection));
    return response;
  }
}

}  // namespace drydock
