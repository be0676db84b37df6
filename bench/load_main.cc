// load HOST PORT FILE CONNECTIONS SECONDS: sends the request in FILE (a whole HTTP/1.1 request, signed beforehand)
// again and again on keep-alive connections, one thread each, and prints requests per second. Loopback only.
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

int connect_to(const std::string& host, int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1 || (ntohl(address.sin_addr.s_addr) >> 24) != 127) {
    std::fprintf(stderr, "load: %s is not a loopback address\n", host.c_str());
    std::exit(1);
  }
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("load: connect");
    std::exit(1);
  }
  return fd;
}

// Reads one reply with a Content-Length; false when the peer is gone. Counts as a failure what is not a 200.
bool read_reply(int fd, std::string& buffer, bool& ok) {
  char chunk[65536];
  std::size_t head = std::string::npos, need = 0;
  for (;;) {
    if (head == std::string::npos && (head = buffer.find("\r\n\r\n")) != std::string::npos) {
      ok = buffer.compare(9, 3, "200") == 0;
      auto at = buffer.find("Content-Length:");
      if (at == std::string::npos) at = buffer.find("content-length:");
      if (at == std::string::npos || at > head) return false;
      need = head + 4 + std::strtoul(buffer.c_str() + at + 15, nullptr, 10);
    }
    if (head != std::string::npos && buffer.size() >= need) return buffer.erase(0, need), true;
    const ssize_t n = read(fd, chunk, sizeof chunk);
    if (n <= 0) return false;
    buffer.append(chunk, static_cast<std::size_t>(n));
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: load HOST PORT FILE CONNECTIONS SECONDS\n");
    return 1;
  }
  std::ostringstream text;
  text << std::ifstream(argv[3]).rdbuf();
  const std::string request = text.str(), host = argv[1];
  const int port = std::atoi(argv[2]), connections = std::atoi(argv[4]);
  const auto end = Clock::now() + std::chrono::seconds(std::min(60, std::atoi(argv[5])));
  std::atomic<long> done = 0, failed = 0;
  const auto began = Clock::now();
  std::vector<std::thread> threads;
  for (int i = 0; i < connections; ++i) {
    threads.emplace_back([&] {
      const int fd = connect_to(host, port);
      std::string buffer;
      bool ok = true;
      while (Clock::now() < end) {
        if (write(fd, request.data(), request.size()) != static_cast<ssize_t>(request.size())) break;
        if (!read_reply(fd, buffer, ok)) break;
        ++(ok ? done : failed);
      }
      close(fd);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const double seconds = std::chrono::duration<double>(Clock::now() - began).count();
  std::printf("{\"requests\":%ld,\"failed\":%ld,\"perSecond\":%.0f}\n", done.load(), failed.load(),
              done.load() / seconds);
  return failed.load() == 0 && done.load() > 0 ? 0 : 1;
}
