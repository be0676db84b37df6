// One stack as a command has it open: its state, its settings, its secrets, and, while a run goes on, its journal.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/snapshot.h"
#include "engine/state/backend.h"
#include "engine/state/journal.h"
#include "engine/state/project.h"
#include "engine/state/secrets.h"

namespace drydock::engine {

class StackFile {
 public:
  enum class Access {
    read,   // preview, output, export: changes nothing, waits for nobody
    write,  // holds the stack's lock until it is destroyed
  };
  /// Reads settings and state. A journal that a killed run left is folded into the checkpoint first (with `read`, only
  /// if nobody is at work).
  static Result<std::unique_ptr<StackFile>> open(Backend backend, const Project& project, std::string stack,
                                                 Access access, SecretsManager::PassphraseSource passphrase);
  ~StackFile();

  const StackId& id() const { return id_; }
  const Snapshot& snapshot() const { return snapshot_; }
  StackSettings& settings() { return settings_; }
  SecretsManager& secrets() { return *secrets_; }  // of the state
  SecretsManager& config_secrets() { return config_secrets_ ? *config_secrets_ : *secrets_; }
  Result<Config> config() { return settings_.config(project_, config_secrets()); }
  Backend& backend() { return backend_; }
  int folded_changes() const { return folded_changes_; }  // of a left journal; 0: there was none

  /// Starts the journal. REQUIRES: Access::write.
  Result<SnapshotSink*> begin_run();
  /// Folds the journal into the checkpoint and removes it; adds the run to the history. On an error the journal and the
  /// lock stay for the next command.
  Result<void> end_run(const HistoryEntry& entry);
  /// Replaces the state, for `stack import`. REQUIRES: Access::write.
  Result<void> import(const Snapshot& snapshot);

 private:
  StackFile(Backend backend, const Project& project, StackId id, StackSettings settings);
  Result<void> load(const SecretsManager::PassphraseSource& passphrase);
  Result<void> fold_left_journal(const SecretsManager::PassphraseSource& passphrase);
  Result<void> store(const Snapshot& snapshot, Journal* journal);

  Backend backend_;
  Project project_;
  StackId id_;
  StackSettings settings_;
  std::optional<StackLock> lock_;
  std::unique_ptr<SecretsManager> secrets_, config_secrets_;
  Snapshot snapshot_;
  std::unique_ptr<Journal> journal_;
  int folded_changes_ = 0;
};

}  // namespace drydock::engine
