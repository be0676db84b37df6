#include "cli/interrupts.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <thread>

namespace drydock::cli {
namespace {

int pipe_fds[2] = {-1, -1};

/// A signal handler may do next to nothing; the byte wakes a thread that may do anything.
extern "C" void on_signal(int) {
  int saved = errno;
  char byte = 's';
  [[maybe_unused]] ssize_t n = ::write(pipe_fds[1], &byte, 1);
  errno = saved;
}

}  // namespace

struct Interrupts::Thread {
  struct sigaction old_int, old_term;
  std::thread thread;
};

Interrupts::Interrupts(std::function<void(int)> tell) : thread_(new Thread) {
  if (::pipe2(pipe_fds, O_CLOEXEC) != 0) pipe_fds[0] = pipe_fds[1] = -1;
  thread_->thread = std::thread([this, tell = std::move(tell)] {
    char byte = 0;
    for (int count = 0; ::read(pipe_fds[0], &byte, 1) == 1 && byte == 's';) {
      ++count;
      if (count <= 2) tell(count);
      if (count == 1) cancel_.request_stop();
      if (count == 2) abort_.request_stop();
      if (count >= 3) ::_exit(130);
    }
  });
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &thread_->old_int);
  ::sigaction(SIGTERM, &action, &thread_->old_term);
}

Interrupts::~Interrupts() {
  ::sigaction(SIGINT, &thread_->old_int, nullptr);
  ::sigaction(SIGTERM, &thread_->old_term, nullptr);
  char byte = 'q';
  [[maybe_unused]] ssize_t n = ::write(pipe_fds[1], &byte, 1);
  thread_->thread.join();
  ::close(pipe_fds[0]);
  ::close(pipe_fds[1]);
}

}  // namespace drydock::cli
