#include "engine/state/stack_file.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/hash.h"
#include "engine/state/deployment.h"

namespace drydock::engine {

StackFile::StackFile(Backend backend, const Project& project, StackId id, StackSettings settings)
    : backend_(std::move(backend)), project_(project), id_(std::move(id)), settings_(std::move(settings)) {}

StackFile::~StackFile() {
  // A run that was not ended leaves its journal; the lock file must then guard it against tools that cannot read it.
  if (journal_ && lock_) lock_->abandon();
}

Result<std::unique_ptr<StackFile>> StackFile::open(Backend backend, const Project& project, std::string stack,
                                                   Access access, SecretsManager::PassphraseSource passphrase) {
  auto settings = StackSettings::load(project, stack);
  if (!settings) return pass(settings);
  std::unique_ptr<StackFile> file(
      new StackFile(std::move(backend), project, {project.name, std::move(stack)}, std::move(*settings)));
  // Before the lock: a missing stack is told as missing.
  if (!file->backend_.exists(file->id_))
    if (auto read = file->backend_.read(file->id_); !read) return pass(read);
  bool journal_left = file_exists(file->backend_.journal_path(file->id_));
  if (access == Access::write || journal_left) {
    auto lock = file->backend_.lock(file->id_);
    if (lock)
      file->lock_ = std::move(*lock);
    else if (access == Access::write)
      return pass(lock);
  }
  if (auto loaded = file->load(passphrase); !loaded) return pass(loaded);
  if (file->lock_ && journal_left)
    if (auto folded = file->fold_left_journal(passphrase); !folded) {
      file->lock_->abandon();
      return pass(folded);
    }
  if (access == Access::read) file->lock_.reset();
  return file;
}

Result<void> StackFile::load(const SecretsManager::PassphraseSource& passphrase) {
  auto deployment = backend_.read(id_);
  if (!deployment) return pass(deployment);
  auto salt = deployment_salt(*deployment);
  if (!salt) return pass(salt);
  std::string config_salt = settings_.encryption_salt();
  secrets_ = std::make_unique<SecretsManager>(salt->empty() ? config_salt : *salt, passphrase);
  if (!config_salt.empty() && config_salt != secrets_->salt())
    config_secrets_ = std::make_unique<SecretsManager>(config_salt, passphrase);
  auto snapshot = read_deployment(*deployment, *secrets_);
  if (!snapshot) return pass(snapshot, fmt::format("reading {}", backend_.checkpoint_path(id_)));
  snapshot_ = std::move(*snapshot);
  return {};
}

Result<void> StackFile::fold_left_journal(const SecretsManager::PassphraseSource& passphrase) {
  std::string path = backend_.journal_path(id_);
  auto text = read_file(path);
  if (!text) return pass(text);
  auto journal = parse_journal(path, *text);
  if (!journal) return pass(journal);
  std::string now = backend_.fingerprint(id_);
  // Cut off between the checkpoint and the journal's removal, or before its first line was whole: nothing is missing.
  if (journal->base.empty() || (!journal->folded.empty() && journal->folded == now)) return remove_file(path);
  if (journal->base != now) {
    return fail(
        ErrorCode::conflict,
        fmt::format("the state of stack '{}' was changed by another tool after a run of drydock was cut off; the steps "
                    "of that run are in {}. Move it away to go on without them, or restore {}.bak",
                    id_.stack, path, backend_.checkpoint_path(id_)));
  }
  if (secrets_->salt().empty() && !journal->salt.empty())
    secrets_ = std::make_unique<SecretsManager>(journal->salt, passphrase);
  auto snapshot = replay(*journal, snapshot_, *secrets_);
  if (!snapshot) return pass(snapshot);
  folded_changes_ = static_cast<int>(journal->changes.size());
  if (auto stored = store(*snapshot, nullptr); !stored) return stored;
  return remove_file(path);
}

/// The journal learns the fingerprint first: a crash between the two writes is then no riddle.
Result<void> StackFile::store(const Snapshot& snapshot, Journal* journal) {
  auto deployment = StateWriter(SecretForm::encrypted, secrets_.get()).deployment(snapshot);
  if (!deployment) return pass(deployment);
  if (auto errors = integrity_errors(snapshot); !errors.empty()) {
    (*deployment)["metadata"] = Json::object(
        {{"integrity_error", Json::object({{"version", ""}, {"command", "drydock"}, {"error", errors.front()}})}});
  }
  const std::string text = Backend::checkpoint_text(id_, *deployment);
  *deployment = Json();
  if (journal)
    if (auto noted = journal->note_folded(hex(sha256(text))); !noted) return noted;
  if (auto written = backend_.write(id_, text); !written) return written;
  snapshot_ = snapshot;
  // Pulumi looks for the salt in the settings file as well.
  if (settings_.encryption_salt().empty() && !secrets_->salt().empty()) {
    settings_.set_encryption_salt(secrets_->salt());
    return settings_.save();
  }
  return {};
}

Result<SnapshotSink*> StackFile::begin_run() {
  auto journal = Journal::begin(backend_.journal_path(id_), backend_.fingerprint(id_), snapshot_, *secrets_);
  if (!journal) return pass(journal);
  journal_ = std::move(*journal);
  return journal_.get();
}

Result<void> StackFile::end_run(const HistoryEntry& entry) {
  auto snapshot = journal_->finish();
  if (!snapshot) return pass(snapshot);
  if (auto stored = store(*snapshot, journal_.get()); !stored) return stored;
  if (auto removed = remove_file(backend_.journal_path(id_)); !removed) return removed;
  journal_.reset();
  return backend_.add_history(id_, entry);
}

Result<void> StackFile::import(const Snapshot& snapshot) { return store(snapshot, nullptr); }

}  // namespace drydock::engine
