#include "base/http_client.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/http_server.h"

namespace drydock {
namespace {

// A real server on loopback, on a thread of its own.
struct Imposter {
  Loop loop;
  std::atomic<int> requests = 0;
  std::shared_ptr<HttpReply> kept;
  std::unique_ptr<HttpServer> server;
  std::thread thread;

  Imposter() {
    HttpServer::Options options;
    server = std::move(HttpServer::listen(loop, options, [this](HttpRequest request, std::shared_ptr<HttpReply> reply) {
               ++requests;
               if (request.target == "/silent")
                 kept = reply;
               else
                 answer(request, *reply);
             })).value();
    thread = std::thread([this] { loop.run(); });
  }
  ~Imposter() {
    loop.post([this] { loop.stop(); });  // not before run() has begun
    thread.join();
  }
  static void answer(const HttpRequest& request, HttpReply& reply) {
    HttpResponse response{200, {{{"X-Method", request.method}}}, request.target + " " + request.body};
    if (request.target == "/bye") response.headers.add("Connection", "close");
    if (request.target == "/big") response.body.assign(5000, 'x');
    reply.send(std::move(response));
  }
  HttpOrigin origin() const { return {false, "127.0.0.1", std::to_string(server->port())}; }
};

TEST(HttpClient, SendsAndKeepsTheConnection) {
  Imposter there;
  HttpClient client;
  for (const char* target : {"/a", "/b", "/bye", "/c"}) {
    auto response = client.send(there.origin(), {"POST", target, {}, "body"});
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->status, 200);
    EXPECT_EQ(response->body, std::string(target) + " body");
    EXPECT_EQ(response->headers.get("x-method"), "POST");
  }
  EXPECT_EQ(there.requests, 4);
}

TEST(HttpClient, SeveralThreadsShareOneClient) {
  Imposter there;
  HttpClient client;
  std::atomic<int> good = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 20; ++n) good += client.send(there.origin(), {"GET", "/x", {}, ""}).has_value();
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(good, 160);
}

TEST(HttpClient, SaysThatNobodyListens) {
  std::uint16_t port = Imposter().server->port();
  HttpClient client;
  auto response = client.send({false, "127.0.0.1", std::to_string(port)}, {});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code, ErrorCode::unavailable);
  EXPECT_EQ(response.error().message,
            "cannot talk to http://127.0.0.1:" + std::to_string(port) + ": Connection refused");
}

TEST(HttpClient, GivesUpInTimeAndOnLargeBodies) {
  Imposter there;
  HttpClient::Options options;
  options.timeout = std::chrono::milliseconds(20);
  options.max_body = 1000;
  HttpClient client(options);
  auto silent = client.send(there.origin(), {"GET", "/silent", {}, ""});
  ASSERT_FALSE(silent);
  EXPECT_EQ(silent.error().code, ErrorCode::timeout);
  auto big = client.send(there.origin(), {"GET", "/big", {}, ""});
  ASSERT_FALSE(big);
  EXPECT_EQ(big.error().message, "the answer of " + there.origin().str() + " is too large");
}

struct UrlCase {
  const char *url, *want;
};
TEST(HttpOrigin, Parses) {
  const UrlCase cases[] = {
      {"https://sts.amazonaws.com/", "https://sts.amazonaws.com"},
      {"http://127.0.0.1:4566", "http://127.0.0.1:4566"},
      {"http://[::1]:80/x?y", "http://[::1]"},
      {"ftp://x", "'ftp://x' is not a URL that begins with http:// or https://"},
      {"http://:80", "'http://:80' has no usable host and port"},
      {"http://a:b", "'http://a:b' has no usable host and port"},
  };
  for (const UrlCase& c : cases) {
    auto origin = HttpOrigin::parse(c.url);
    EXPECT_EQ(origin ? origin->str() : origin.error().message, c.want);
  }
}

}  // namespace
}  // namespace drydock
