// Other programs: started with nothing of ours inherited but what is asked for, watched, and never waited for in vain.
// posix_spawn, not fork: our threads (gRPC's among them) may hold locks that a forked child would never see released.
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace drydock {

struct ProcessSpec {
  std::vector<std::string> argv;                   // argv[0] is looked up in PATH unless it holds a slash
  std::string directory;                           // working folder; empty: ours
  std::map<std::string, std::string> environment;  // on top of ours; an empty value removes the variable
};

struct Exit {
  int code = 0;
  int signal = 0;  // killed by it, then code is 128 + signal
  bool ok() const { return code == 0; }
  /// "exit code 3" or "killed by signal 9 (Killed)"
  std::string to_string() const;
};

enum class Stream { out, err };

/// Runs a program in a process group of its own (a Ctrl-C on our terminal is ours to handle), stdin empty, and hands on
/// what it prints, in pieces, on the calling thread. On `stop`: SIGINT to the group, SIGKILL after five seconds. What
/// its own children leave running keeps nobody waiting. not_found if there is no such program.
Result<Exit> run_process(const ProcessSpec& command, const std::function<void(Stream, std::string_view)>& on_output,
                         std::stop_token stop = {});

struct Captured {
  Exit exit;
  std::string out, err;
};
Result<Captured> capture_process(const ProcessSpec& command, std::stop_token stop = {});

/// Starts a program in a session of its own that outlives us, stdin empty, stdout and stderr appended to `log_path`.
Result<pid_t> spawn_daemon(const ProcessSpec& command, const std::string& log_path);

/// Full path of a program in PATH; empty if there is none.
std::string find_in_path(std::string_view program);

/// Cuts a stream of pieces into lines; call `rest` at the end for a last line without newline.
class LineSplitter {
 public:
  explicit LineSplitter(std::function<void(std::string_view)> on_line) : on_line_(std::move(on_line)) {}
  void add(std::string_view piece);
  void rest();

 private:
  std::function<void(std::string_view)> on_line_;
  std::string pending_;
};

}  // namespace drydock
