#include "base/http_server.h"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/ssl/ssl_stream.hpp>
#include <ctime>
#include <deque>
#include <set>

namespace drydock {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using boost::system::error_code;

namespace {

/// RFC 9110 section 5.6.7; made once a second.
const std::string& http_date() {
  static std::time_t last = 0;
  static std::string text;
  std::time_t now = std::time(nullptr);
  if (now != last) {
    char buffer[64];
    std::tm parts{};
    gmtime_r(&now, &parts);
    std::strftime(buffer, sizeof buffer, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    last = now, text = buffer;
  }
  return text;
}

std::string head_text(const HttpResponse& response, bool keep_alive, std::string_view length_header) {
  std::string text;
  text.reserve(256);
  text += "HTTP/1.1 ";
  text += std::to_string(response.status);
  text += ' ';
  text += http_reason(response.status);
  text += "\r\n";
  for (const auto& [name, value] : response.headers) {
    text += name;
    text += ": ";
    text += value;
    text += "\r\n";
  }
  text += "Date: ";
  text += http_date();
  text += "\r\n";
  text += length_header;
  if (!keep_alive) text += "Connection: close\r\n";
  text += "\r\n";
  return text;
}

std::string hex_size(std::size_t n) {
  char buffer[20];
  std::snprintf(buffer, sizeof buffer, "%zx\r\n", n);
  return buffer;
}

}  // namespace

/// What sessions share; the acceptor's side of the server.
struct HttpServer::State : std::enable_shared_from_this<HttpServer::State> {
  struct Session;
  template <class Stream>
  struct SessionOf;
  struct Reply;

  State(Loop& loop, Options o, Handler h)
      : options(std::move(o)),
        handler(std::move(h)),
        acceptor(loop.context()),
        sweeper(loop.context()),
        context(loop.context()) {}

  void accept();
  void sweep();
  void close();

  Options options;
  Handler handler;
  tcp::acceptor acceptor;
  asio::steady_timer sweeper;
  asio::io_context& context;
  std::unique_ptr<asio::ssl::context> tls;
  std::set<Session*> sessions;
  bool closed = false;
};

/// One connection. Requests are answered in order: the next one is read while the current one is answered (which also
/// tells when the client goes), and waits in `ahead`.
struct HttpServer::State::Session : std::enable_shared_from_this<Session> {
  explicit Session(std::shared_ptr<State> s) : server(std::move(s)) { server->sessions.insert(this); }
  virtual ~Session() { server->sessions.erase(this); }
  virtual void read() = 0;
  virtual void write_front() = 0;
  virtual void shut() = 0;
  /// A stream's own timer cannot be moved while it reads and writes; the sweeper looks at this instead.
  void idle_limit(bool on) {
    idle = on;
    if (on) idle_since = std::chrono::steady_clock::now();
  }

  void arrived(HttpRequest request, bool keep) {
    if (busy) {
      ahead = std::make_pair(std::move(request), keep);
      return;
    }
    dispatch(std::move(request), keep);
  }
  void dispatch(HttpRequest request, bool keep);
  void answered() {
    busy = false;
    on_close = nullptr;
    if (!keep_alive || gone) {
      close_after_write = true;
      if (out.empty()) shut();
      return;
    }
    idle_limit(true);
    if (!ahead) return;
    auto next = std::move(*ahead);
    ahead.reset();
    asio::post(server->context, [self = shared_from_this(), next = std::move(next)]() mutable {
      self->dispatch(std::move(next.first), next.second);
      self->read();
    });
  }
  void enqueue(std::string text) {
    if (dead) return;
    queued += text.size();
    out.push_back(std::move(text));
    if (out.size() == 1) write_front();
  }
  void written(const error_code& error) {
    if (error) return lost();
    queued -= out.front().size();
    out.pop_front();
    if (!out.empty()) return write_front();
    if (close_after_write) shut();
  }
  /// The client closed its side: whole answers still go out, streams end.
  void ended() {
    gone = true;
    if (!busy) {
      close_after_write = true;
      if (out.empty()) shut();
    } else if (streaming) {
      lost();
    }
  }
  void lost() {
    if (dead) return;
    dead = gone = true;
    shut();
    if (auto task = std::exchange(on_close, nullptr)) task();
  }
  /// For requests that are not HTTP or too large: an answer, then the end.
  void refuse(int status) {
    HttpResponse response{status, {}, {}};
    close_after_write = true;
    enqueue(head_text(response, false, "Content-Length: 0\r\n"));
  }

  std::shared_ptr<State> server;
  std::deque<std::string> out;
  std::size_t queued = 0;
  std::optional<std::pair<HttpRequest, bool>> ahead;
  std::function<void()> on_close;
  std::chrono::steady_clock::time_point idle_since;
  bool busy = false, streaming = false, keep_alive = true, idle = false;
  bool gone = false, dead = false, close_after_write = false;
};

struct HttpServer::State::Reply final : HttpReply {
  Reply(std::shared_ptr<Session> s, bool h) : session(std::move(s)), head(h) {}
  ~Reply() override {
    if (!begun) send({500, {}, {}});
    if (!finished) finish();
  }
  void send(HttpResponse response) override {
    if (begun) return;
    begun = finished = true;
    std::string text = head_text(response, session->keep_alive && !session->gone,
                                 response.status == 204 || response.status == 304
                                     ? std::string()
                                     : "Content-Length: " + std::to_string(response.body.size()) + "\r\n");
    if (!head) text += response.body;
    session->enqueue(std::move(text));
    session->answered();
  }
  void start(HttpResponse response) override {
    if (begun) return;
    begun = true;
    session->streaming = true;
    session->enqueue(head_text(response, session->keep_alive, "Transfer-Encoding: chunked\r\n"));
    if (!response.body.empty()) write(std::move(response.body));
    if (session->gone) session->lost();
  }
  void write(std::string chunk) override {
    if (!begun || finished || head || chunk.empty()) return;
    session->enqueue(hex_size(chunk.size()) + chunk + "\r\n");
  }
  void finish() override {
    if (!begun || finished) return;
    finished = true;
    session->streaming = false;
    if (!head) session->enqueue("0\r\n\r\n");
    session->answered();
  }
  bool open() const override { return !session->dead && !session->gone; }
  std::size_t backlog() const override { return session->queued; }
  void on_close(std::function<void()> task) override { session->on_close = std::move(task); }

  std::shared_ptr<Session> session;
  bool head, begun = false, finished = false;
};

void HttpServer::State::Session::dispatch(HttpRequest request, bool keep) {
  busy = true;
  keep_alive = keep;
  idle_limit(false);
  auto reply = std::make_shared<Reply>(shared_from_this(), request.method == "HEAD");
  if (!server->closed) server->handler(std::move(request), reply);
}

template <class Stream>
struct HttpServer::State::SessionOf final : Session {
  static constexpr bool kTls = !std::is_same_v<Stream, beast::tcp_stream>;

  SessionOf(std::shared_ptr<State> s, tcp::socket socket) requires(!kTls)
      : Session(std::move(s)), stream(std::move(socket)) {}
  SessionOf(std::shared_ptr<State> s, tcp::socket socket) requires kTls : Session(std::move(s)),
                                                                          stream(std::move(socket), *server->tls) {}

  std::shared_ptr<SessionOf> self() { return std::static_pointer_cast<SessionOf>(shared_from_this()); }
  beast::tcp_stream& lowest() { return beast::get_lowest_layer(stream); }

  void begin() {
    lowest().socket().set_option(tcp::no_delay(true));
    idle_limit(true);
    if constexpr (kTls) {
      stream.async_handshake(asio::ssl::stream_base::server,
                             [me = self()](const error_code& error) { error ? me->lost() : me->read(); });
    } else {
      read();
    }
  }
  void read() override {
    if (dead || close_after_write) return;
    parser.emplace();
    parser->header_limit(static_cast<std::uint32_t>(server->options.max_header));
    parser->body_limit(server->options.max_body);
    http::async_read_header(stream, buffer, *parser, [me = self()](const error_code& error, std::size_t) {
      if (error) return me->failed(error);
      if (beast::iequals(me->parser->get()[http::field::expect], "100-continue") && !me->busy)
        me->enqueue("HTTP/1.1 100 Continue\r\n\r\n");
      if (me->parser->is_done()) return me->complete();
      http::async_read(me->stream, me->buffer, *me->parser, [me](const error_code& failure, std::size_t) {
        failure ? me->failed(failure) : me->complete();
      });
    });
  }
  void complete() {
    auto message = parser->release();
    HttpRequest request;
    request.method = std::string(message.method_string());
    request.target = std::string(message.target());
    for (const auto& field : message) request.headers.add(std::string(field.name_string()), std::string(field.value()));
    request.body = std::move(message.body());
    const bool was_busy = busy;
    arrived(std::move(request), message.keep_alive());
    if (!was_busy && !ahead) read();
  }
  void failed(const error_code& error) {
    if (dead) return;
    if (error == http::error::end_of_stream || error == asio::error::eof) return ended();
    if (error == http::error::body_limit) return refuse(413);
    if (error == http::error::header_limit) return refuse(431);
    if (error.category() == beast::http::make_error_code(http::error::bad_method).category() &&
        error != http::error::partial_message)
      return refuse(400);
    lost();
  }
  void write_front() override {
    asio::async_write(stream, asio::buffer(out.front()),
                      [me = self()](const error_code& error, std::size_t) { me->written(error); });
  }
  void shut() override {
    dead = true;
    error_code ignored;
    lowest().socket().shutdown(tcp::socket::shutdown_both, ignored);
    lowest().close();
  }

  Stream stream;
  beast::flat_buffer buffer;
  std::optional<http::request_parser<http::string_body>> parser;
};

void HttpServer::State::accept() {
  acceptor.async_accept([self = shared_from_this()](const error_code& error, tcp::socket socket) {
    if (self->closed || error == asio::error::operation_aborted) return;
    if (!error) {
      if (self->tls)
        std::make_shared<SessionOf<beast::ssl_stream<beast::tcp_stream>>>(self, std::move(socket))->begin();
      else
        std::make_shared<SessionOf<beast::tcp_stream>>(self, std::move(socket))->begin();
    }
    self->accept();
  });
}

void HttpServer::State::sweep() {
  sweeper.expires_after(
      std::max<std::chrono::steady_clock::duration>(options.idle / 4, std::chrono::milliseconds(250)));
  sweeper.async_wait([self = shared_from_this()](const error_code& error) {
    if (error || self->closed) return;
    const auto limit = std::chrono::steady_clock::now() - self->options.idle;
    std::vector<std::shared_ptr<Session>> late;
    for (Session* session : self->sessions)
      if (session->idle && session->idle_since < limit) late.push_back(session->shared_from_this());
    for (const auto& session : late) session->lost();
    self->sweep();
  });
}

void HttpServer::State::close() {
  closed = true;
  sweeper.cancel();
  error_code ignored;
  acceptor.close(ignored);
  std::vector<std::shared_ptr<Session>> open;
  for (Session* session : sessions) open.push_back(session->shared_from_this());
  for (const auto& session : open) session->lost();
}

HttpServer::HttpServer(std::shared_ptr<State> state) : state_(std::move(state)) {}
HttpServer::~HttpServer() { state_->close(); }
std::uint16_t HttpServer::port() const { return state_->acceptor.local_endpoint().port(); }

Result<std::unique_ptr<HttpServer>> HttpServer::listen(Loop& loop, Options options, Handler handler) {
  const std::string where = options.address + ":" + std::to_string(options.port);
  auto state = std::make_shared<State>(loop, std::move(options), std::move(handler));
  error_code error;
  auto address = asio::ip::make_address(state->options.address, error);
  if (error) return fail(ErrorCode::invalid_input, "'" + state->options.address + "' is not an IP address");
  if (state->options.tls) {
    state->tls = std::make_unique<asio::ssl::context>(asio::ssl::context::tls_server);
    const auto& [certificate, key] = *state->options.tls;
    state->tls->use_certificate_chain(asio::buffer(certificate), error);
    if (!error) state->tls->use_private_key(asio::buffer(key), asio::ssl::context::pem, error);
    if (error)
      return fail(ErrorCode::invalid_input, "the server's certificate or key is not usable: " + error.message());
  }
  tcp::endpoint endpoint(address, state->options.port);
  state->acceptor.open(endpoint.protocol(), error);
  if (!error) state->acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) state->acceptor.bind(endpoint, error);
  if (!error) state->acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) return fail(ErrorCode::unavailable, where + " is in use");
  if (error) return fail(ErrorCode::unavailable, "cannot listen on " + where + ": " + error.message());
  state->accept();
  state->sweep();
  return std::unique_ptr<HttpServer>(new HttpServer(std::move(state)));
}

}  // namespace drydock
