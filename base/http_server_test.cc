// The server as a client on a socket meets it. The client is a thread of blocking reads; the server's loop is this one.
#include "base/http_server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <thread>

namespace drydock {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Serving : public testing::Test {
 protected:
  void serve(HttpServer::Handler handler, HttpServer::Options options = {}) {
    auto server = HttpServer::listen(loop_, std::move(options), std::move(handler));
    ASSERT_TRUE(server) << server.error().to_string();
    server_ = std::move(*server);
  }
  /// Sends `text`, closes its own side if asked, and returns everything until the server closes.
  std::string talk(const std::string& text, bool half_close = true) {
    std::string answer;
    std::atomic<bool> done = false;
    std::thread client([&] {
      const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
      sockaddr_in to{};
      to.sin_family = AF_INET;
      to.sin_port = htons(server_->port());
      to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
      if (::connect(fd, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0) {
        EXPECT_EQ(::send(fd, text.data(), text.size(), MSG_NOSIGNAL), static_cast<ssize_t>(text.size()));
        if (half_close) ::shutdown(fd, SHUT_WR);
        char buffer[4096];
        for (ssize_t n; (n = ::read(fd, buffer, sizeof buffer)) > 0;)
          answer.append(buffer, static_cast<std::size_t>(n));
      }
      ::close(fd);
      done = true;
    });
    while (!done) loop_.poll_for(std::chrono::milliseconds(20));
    client.join();
    return answer;
  }

  Loop loop_;
  std::unique_ptr<HttpServer> server_;
};

void echo(HttpRequest request, std::shared_ptr<HttpReply> reply) {
  reply->send({200, {}, request.method + " " + request.target + " " + request.body});
}

TEST_F(Serving, AnswersPipelinedRequestsInOrderOnOneConnection) {
  serve(echo);
  const std::string answer =
      talk("GET /a HTTP/1.1\r\nHost: x\r\n\r\nPOST /b?c=d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 7\r\n\r\nGET /a "));
  EXPECT_THAT(answer, EndsWith("POST /b?c=d hi"));
}

TEST_F(Serving, AnswersLaterRequestsAfterEarlierOnesEvenIfTheseTakeTheirTime) {
  std::vector<std::shared_ptr<HttpReply>> kept;
  serve([&](HttpRequest request, std::shared_ptr<HttpReply> reply) {
    loop_.post([request, reply] { reply->send({200, {}, request.target}); });
  });
  const std::string answer =
      talk("GET /1 HTTP/1.1\r\nHost: x\r\n\r\nGET /2 HTTP/1.1\r\nHost: x\r\n\r\nGET /3 HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_LT(answer.find("/1"), answer.find("/2"));
  EXPECT_LT(answer.find("/2"), answer.find("/3"));
  EXPECT_NE(answer.find("/3"), std::string::npos);
}

TEST_F(Serving, StreamsInChunks) {
  serve([&](HttpRequest, std::shared_ptr<HttpReply> reply) {
    reply->start({200, {}, "one"});
    loop_.post([reply] {
      reply->write("two");
      reply->finish();
    });
  });
  const std::string answer = talk("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", false);
  EXPECT_THAT(answer, HasSubstr("Transfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, EndsWith("3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"));
}

TEST_F(Serving, TellsAStreamThatItsClientWent) {
  std::shared_ptr<HttpReply> kept;
  bool told = false;
  serve([&](HttpRequest, std::shared_ptr<HttpReply> reply) {
    kept = reply;
    reply->on_close([&] { told = true; });
    reply->start({200, {}, "hello"});
  });
  talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(told);
  EXPECT_FALSE(kept->open());
  kept->write("nobody reads this");
}

TEST_F(Serving, RefusesWhatIsTooLargeOrNoHttp) {
  HttpServer::Options options;
  options.max_body = 10;
  options.max_header = 200;
  serve(echo, options);
  EXPECT_THAT(talk("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\nhello world"), StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(talk("GET / HTTP/1.1\r\nHost: x\r\nX: " + std::string(300, 'x') + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(talk("this is no HTTP\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
}

TEST_F(Serving, LeavesTheBodyOfAHeadAway) {
  serve(echo);
  EXPECT_THAT(talk("HEAD /a HTTP/1.1\r\nHost: x\r\n\r\n"), EndsWith("Content-Length: 8\r\n\r\n"));
}

TEST_F(Serving, AnswersForAHandlerThatForgot) {
  serve([](HttpRequest, std::shared_ptr<HttpReply>) {});
  EXPECT_THAT(talk("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
}

TEST_F(Serving, SaysThatAPortIsInUse) {
  serve(echo);
  HttpServer::Options options;
  options.port = server_->port();
  auto second = HttpServer::listen(loop_, options, echo);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "127.0.0.1:" + std::to_string(options.port) + " is in use");
}

}  // namespace
}  // namespace drydock
