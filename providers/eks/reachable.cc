#include "providers/eks/reachable.h"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include <array>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <thread>

#include "base/hash.h"
#include "base/http_client.h"

namespace drydock::eks_provider {

std::string await_endpoint(const std::string& url, const Patience& patience) {
  auto origin = HttpOrigin::parse(url);
  if (!origin) return url;
  HttpClient client({.connect_timeout = patience.timeout, .timeout = patience.timeout, .verify = false});
  for (int i = 0; i < patience.tries; ++i) {
    if (i > 0) std::this_thread::sleep_for(patience.pause);
    HttpRequest request{.target = "/healthz"};
    if (auto answer = client.send(*origin, request); answer && answer->status == 200) break;
  }
  return url;
}

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

/// DER of the last certificate of the peer's chain; "" if there is none.
std::string last_of_chain(SSL* ssl) {
  STACK_OF(X509)* chain = SSL_get_peer_cert_chain(ssl);
  const int size = chain ? sk_X509_num(chain) : 0;
  if (size == 0) return {};
  unsigned char* bytes = nullptr;
  const int length = i2d_X509(sk_X509_value(chain, size - 1), &bytes);
  std::string der(reinterpret_cast<char*>(bytes), length > 0 ? static_cast<std::size_t>(length) : 0);
  OPENSSL_free(bytes);
  return der;
}

error_code handshake(asio::io_context& loop, boost::asio::ssl::stream<boost::beast::tcp_stream>& stream,
                     const HttpOrigin& origin, std::chrono::milliseconds timeout) {
  error_code result = asio::error::would_block;
  asio::ip::tcp::resolver resolver(loop);
  auto endpoints = resolver.resolve(origin.host, origin.port, result);
  if (result) return result;
  SSL_set_tlsext_host_name(stream.native_handle(), origin.host.c_str());
  stream.next_layer().expires_after(timeout);
  stream.next_layer().async_connect(endpoints, [&](error_code connected, const auto&) {
    result = connected;
    if (connected) return;
    stream.async_handshake(asio::ssl::stream_base::client, [&](error_code shaken) { result = shaken; });
  });
  loop.run();
  return result;
}

}  // namespace

Result<std::string> issuer_thumbprint(const std::string& url, std::chrono::milliseconds timeout) {
  auto origin = HttpOrigin::parse(url);
  if (!origin || !origin->tls)
    return fail(ErrorCode::invalid_input, fmt::format("the issuer '{}' is not an https:// URL", url));
  asio::io_context loop;
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_verify_mode(asio::ssl::verify_none);  // a thumbprint is how IAM comes to trust it
  boost::asio::ssl::stream<boost::beast::tcp_stream> stream(loop, tls);
  const error_code failed = handshake(loop, stream, *origin, timeout);
  const std::string der = failed ? "" : last_of_chain(stream.native_handle());
  if (der.empty()) {
    return fail(
        ErrorCode::unavailable,
        fmt::format("createOidcProvider: cannot read the certificate of {}: {}; IAM's list of thumbprints needs "
                    "it, so this machine must reach the issuer",
                    origin->str(), failed ? failed.message() : "it sends none"));
  }
  return hex(sha1(der));
}

}  // namespace drydock::eks_provider
