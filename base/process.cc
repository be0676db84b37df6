#include "base/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <optional>

#include "base/file.h"
#include "base/text.h"

extern char** environ;

namespace drydock {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kGrace = std::chrono::seconds(5);

class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  Fd(Fd&& o) noexcept : fd_(o.fd_) { o.fd_ = -1; }
  Fd& operator=(Fd&& o) noexcept { return std::swap(fd_, o.fd_), *this; }
  ~Fd() { close(); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

std::vector<std::string> merged_environment(const std::map<std::string, std::string>& extra) {
  std::map<std::string, std::string> all;
  for (char** e = environ; *e; ++e) {
    std::string_view entry(*e);
    auto equals = entry.find('=');
    if (equals != std::string_view::npos) all[std::string(entry.substr(0, equals))] = entry.substr(equals + 1);
  }
  for (const auto& [key, value] : extra) {
    if (value.empty())
      all.erase(key);
    else
      all[key] = value;
  }
  std::vector<std::string> out;
  for (const auto& [key, value] : all) out.push_back(key + "=" + value);
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (auto& text : texts) out.push_back(text.data());
  out.push_back(nullptr);
  return out;
}

/// What posix_spawn needs, freed at the end. Everything above stderr is closed in the child.
struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
};

Result<pid_t> spawn(const ProcessSpec& command, SpawnPlan& plan, short flags) {
  std::string program = command.argv.empty() ? "" : command.argv[0];
  if (program.find('/') == std::string::npos) program = find_in_path(program);
  if (program.empty()) return fail(ErrorCode::not_found, fmt::format("{} is not in PATH", command.argv.at(0)));
  posix_spawn_file_actions_addopen(&plan.actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, 3);
  if (!command.directory.empty()) posix_spawn_file_actions_addchdir_np(&plan.actions, command.directory.c_str());
  sigset_t all, none;
  sigfillset(&all);
  sigdelset(&all, SIGKILL);
  sigdelset(&all, SIGSTOP);
  sigemptyset(&none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setpgroup(&plan.attributes, 0);
  posix_spawnattr_setflags(&plan.attributes,
                           static_cast<short>(flags | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK));
  std::vector<std::string> argv = command.argv, env = merged_environment(command.environment);
  pid_t pid = 0;
  int error =
      posix_spawn(&pid, program.c_str(), &plan.actions, &plan.attributes, pointers(argv).data(), pointers(env).data());
  if (error != 0) {
    return fail(error == ENOENT ? ErrorCode::not_found : ErrorCode::unavailable,
                fmt::format("cannot start {}: {}", program, std::strerror(error)));
  }
  return pid;
}

/// Reads what is there. False once the other end is closed.
bool drain(int fd, Stream stream, const std::function<void(Stream, std::string_view)>& on_output) {
  char buffer[32768];
  for (;;) {
    ssize_t n = ::read(fd, buffer, sizeof buffer);
    if (n > 0) {
      on_output(stream, {buffer, static_cast<std::size_t>(n)});
    } else if (n == 0) {
      return false;
    } else if (errno != EINTR) {
      return errno == EAGAIN;
    }
  }
}

Exit exit_of(int status) {
  Exit exit;
  if (WIFSIGNALED(status)) {
    exit.signal = WTERMSIG(status);
    exit.code = 128 + exit.signal;
  } else {
    exit.code = WEXITSTATUS(status);
  }
  return exit;
}

/// One program under way: its pipes, its end, and our wish to stop it.
class Watch {
 public:
  Watch(pid_t pid, Fd out, Fd err) : pid_(pid), end_(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0))) {
    pipes_[0] = std::move(out);
    pipes_[1] = std::move(err);
  }

  Exit run(const std::function<void(Stream, std::string_view)>& on_output, std::stop_token stop) {
    Fd wake(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
    std::stop_callback on_stop(stop, [&] {
      std::uint64_t one = 1;
      [[maybe_unused]] ssize_t n = ::write(wake.get(), &one, sizeof one);
    });
    for (;;) {
      pollfd fds[4] = {{pipes_[0].get(), POLLIN, 0},
                       {pipes_[1].get(), POLLIN, 0},
                       {end_.get(), POLLIN, 0},
                       {stopping_ ? -1 : wake.get(), POLLIN, 0}};
      ::poll(fds, 4, timeout());
      for (int i : {0, 1})
        if (fds[i].revents && !drain(pipes_[i].get(), i ? Stream::err : Stream::out, on_output)) pipes_[i].close();
      if (stop.stop_requested() && !stopping_) begin_stop();
      if (stopping_ && Clock::now() >= *stopping_) ::kill(-pid_, SIGKILL);
      int status = 0;
      if (::waitpid(pid_, &status, WNOHANG) == pid_) {
        for (int i : {0, 1})
          if (pipes_[i].get() >= 0) drain(pipes_[i].get(), i ? Stream::err : Stream::out, on_output);
        return exit_of(status);
      }
    }
  }

 private:
  void begin_stop() {
    ::kill(-pid_, SIGINT);
    stopping_ = Clock::now() + kGrace;
  }
  // Without pidfds (old kernels) the end is polled for.
  int timeout() const {
    if (stopping_) return 100;
    return end_.get() < 0 ? 20 : -1;
  }

  pid_t pid_;
  Fd end_, pipes_[2];
  std::optional<Clock::time_point> stopping_;  // when to kill
};

}  // namespace

std::string Exit::to_string() const {
  if (signal != 0) return fmt::format("killed by signal {} ({})", signal, ::strsignal(signal));
  return fmt::format("exit code {}", code);
}

Result<Exit> run_process(const ProcessSpec& command, const std::function<void(Stream, std::string_view)>& on_output,
                         std::stop_token stop) {
  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0) return fail(ErrorCode::unavailable, "no file descriptors left");
  if (::pipe2(err, O_CLOEXEC) != 0) {
    ::close(out[0]);
    ::close(out[1]);
    return fail(ErrorCode::unavailable, "no file descriptors left");
  }
  Fd out_read(out[0]), out_write(out[1]), err_read(err[0]), err_write(err[1]);
  ::fcntl(out[0], F_SETFL, O_NONBLOCK);
  ::fcntl(err[0], F_SETFL, O_NONBLOCK);
  SpawnPlan plan;
  posix_spawn_file_actions_adddup2(&plan.actions, out[1], 1);
  posix_spawn_file_actions_adddup2(&plan.actions, err[1], 2);
  auto pid = spawn(command, plan, POSIX_SPAWN_SETPGROUP);
  if (!pid) return pass(pid);
  out_write.close();
  err_write.close();
  return Watch(*pid, std::move(out_read), std::move(err_read)).run(on_output, stop);
}

Result<Captured> capture_process(const ProcessSpec& command, std::stop_token stop) {
  Captured captured;
  auto exit = run_process(
      command, [&](Stream s, std::string_view piece) { (s == Stream::out ? captured.out : captured.err) += piece; },
      stop);
  if (!exit) return pass(exit);
  captured.exit = *exit;
  return captured;
}

Result<pid_t> spawn_daemon(const ProcessSpec& command, const std::string& log_path) {
  SpawnPlan plan;
  posix_spawn_file_actions_addopen(&plan.actions, 1, log_path.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
  posix_spawn_file_actions_adddup2(&plan.actions, 1, 2);
  return spawn(command, plan, POSIX_SPAWN_SETSID);
}

std::string find_in_path(std::string_view program) {
  const char* path = std::getenv("PATH");
  for (const auto& folder : split(path ? path : "/usr/bin:/bin", ':')) {
    std::string candidate = join_path(folder.empty() ? "." : folder, program);
    if (::access(candidate.c_str(), X_OK) == 0 && file_exists(candidate)) return candidate;
  }
  return {};
}

void LineSplitter::add(std::string_view piece) {
  for (;;) {
    auto newline = piece.find('\n');
    if (newline == std::string_view::npos) break;
    pending_ += piece.substr(0, newline);
    on_line_(pending_);
    pending_.clear();
    piece.remove_prefix(newline + 1);
  }
  pending_ += piece;
}

void LineSplitter::rest() {
  if (!pending_.empty()) on_line_(pending_);
  pending_.clear();
}

}  // namespace drydock
