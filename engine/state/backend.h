// Where stacks live: a folder in the layout of Pulumi's file backend, so that both tools can take turns on it.
//
//   <root>/.pulumi/meta.yaml                                     version: 1
//   <root>/.pulumi/stacks/<project>/<stack>.json {"version":3,"checkpoint":{"stack":...,"latest":<deployment>}}
//   <root>/.pulumi/stacks/<project>/<stack>.json.bak             the version before
//   <root>/.pulumi/stacks/<project>/<stack>.journal              ours, only while an update runs (journal.h)
//   <root>/.pulumi/history/<project>/<stack>/<stack>-<ns>.history.json and .checkpoint.json
//   <root>/.pulumi/backups/<project>/<stack>/<stack>.<ns>.json
//   <root>/.pulumi/locks/organization/<project>/<stack>/<uuid>.json
//
// Source: https://github.com/pulumi/pulumi/tree/master/pkg/backend/diy
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace drydock::engine {

struct StackId {
  std::string project, stack;
  std::string qualified() const { return "organization/" + project + "/" + stack; }
};
/// Letters, digits, '-', '_', '.', at most 100: what Pulumi takes as a stack's name.
Result<void> check_stack_name(std::string_view name);

/// Held while a command writes. Other commands, and Pulumi's, see the lock file and refuse. The file is also locked in
/// the kernel's sense, which tells a lock in use from one whose owner was killed.
class StackLock {
 public:
  StackLock() = default;
  StackLock(StackLock&& other) noexcept;
  StackLock& operator=(StackLock&& other) noexcept;
  ~StackLock();  // removes the lock file, unless abandon() was called
  /// Leaves the lock file: the stack's journal is not folded in, and Pulumi must not touch it before that.
  void abandon();

 private:
  friend class Backend;
  std::string path_;
  int fd_ = -1;
};

/// A finished or failed run, for `stack history`.
struct HistoryEntry {
  std::string kind;                 // "update", "preview", "refresh", "destroy", "import"
  std::string result;               // "succeeded" or "failed"
  std::int64_t start = 0, end = 0;  // seconds since 1970
  Json config;                      // {"ns:key": {"value":..., "secret":bool}}
  Json changes;                     // {"create": 3}
  std::string message;              // --message
};

class Backend {
 public:
  /// `url`: "file://DIR", or a folder. "~" is the home folder. Other schemes: unsupported.
  static Result<Backend> open(const std::string& url);

  const std::string& root() const { return root_; }
  std::vector<std::string> list(const std::string& project) const;
  bool exists(const StackId& id) const;
  /// Error already_exists; not_found where a stack is missing, with the nearest name.
  Result<void> create(const StackId& id);
  Result<void> remove(const StackId& id);
  /// The deployment as it stands in the checkpoint, null for a stack that never ran. Truncated files are named, with
  /// the backup to take instead.
  Result<Json> read(const StackId& id) const;
  /// Durable and in one step; the version before becomes .bak.
  Result<void> write(const StackId& id, const std::string& checkpoint);
  Result<void> add_history(const StackId& id, const HistoryEntry& entry);
  /// The history files as they are, the newest first: {"kind", "startTime", "endTime", "message", "result", ...}.
  std::vector<Json> history(const StackId& id) const;

  /// Error conflict, naming the holder, if someone else is at work. A lock that a killed drydock left is taken over.
  Result<StackLock> lock(const StackId& id);
  /// The stack's lock files, whoever wrote them.
  struct LockFile {
    std::string path;
    Json holder;         // {"pid", "username", "hostname", "timestamp"}
    bool alive = false;  // a drydock on this machine holds it at this moment; of others nobody can tell
  };
  std::vector<LockFile> locks(const StackId& id) const;

  std::string checkpoint_path(const StackId& id) const;
  std::string journal_path(const StackId& id) const;
  /// SHA-256 of the checkpoint file, as hex; empty if there is none.
  std::string fingerprint(const StackId& id) const;
  /// What a checkpoint file holds; for write().
  static std::string checkpoint_text(const StackId& id, const Json& deployment);

 private:
  std::string below(std::string_view kind, const StackId& id) const;
  std::string root_;  // the folder that holds .pulumi
};

}  // namespace drydock::engine
