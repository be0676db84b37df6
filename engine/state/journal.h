// The journal of a run: every change of the state, appended and made durable before its step is answered. It exists
// only while a run goes on; at the end it is folded into the checkpoint and removed. A killed run leaves it behind, and
// the next command folds it in.
//
// Rewriting the whole state with every step, as Pulumi's file backend does, makes N steps cost N*N; a line a step does
// not.
//
// Format: lines of `<crc32 of the text, 8 hex digits> <JSON text>`.
//   {"journal":1,"base":"<sha256 of the checkpoint file that the changes build on>"}      first
//   {"salt":"v1:..."}                          the stack's secrets got their salt; before the first secret
//   {"op":7,"begins":{"type":"creating","resource":{..}}}      one Change (snapshot.h); absent fields are empty
//   {"op":7,"ends":true,"puts":[[12,{..}]],"erases":[3],"renames":[["urn:..","urn:.."]],"resolved":["urn:.."]}
//   {"folded":"<sha256 of the checkpoint that now holds everything>"}                       last
// A last line without its newline, or with a wrong checksum, was being written when the machine died: it was never
// answered, and is left out. Damage before the last line is an error.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/file.h"
#include "base/json.h"
#include "base/result.h"
#include "engine/snapshot.h"
#include "engine/state/secrets.h"

namespace drydock::engine {

/// Writes changes on a thread of its own. Those that come while the disk is busy share the next flush.
class Journal : public SnapshotSink {
 public:
  /// Creates `path`. `base` is what the run starts from, `fingerprint` that of its checkpoint file.
  static Result<std::unique_ptr<Journal>> begin(std::string path, std::string fingerprint, Snapshot base,
                                                SecretsManager& secrets);
  ~Journal() override;

  void write(const Change& change, std::function<void(Result<void>)> durable) override;
  /// Waits until everything written is on the disk, and gives the state after it. Not for use with write() at one time.
  Result<Snapshot> finish();
  /// Notes that the checkpoint with this fingerprint holds everything. REQUIRES: after finish().
  Result<void> note_folded(const std::string& fingerprint);

 private:
  struct Pending {
    Change change;
    std::function<void(Result<void>)> durable;  // empty for a minor change, which was told at once
  };
  Journal(AppendFile file, Snapshot base, SecretsManager& secrets);
  void run();
  Result<void> commit(const std::deque<Pending>& batch);

  SecretsManager& secrets_;
  Ledger ledger_;     // write()'s caller
  AppendFile file_;   // the thread, or the caller after finish()
  std::string salt_;  // the thread: last one noted
  std::mutex mutex_;  // guards all below
  std::condition_variable wake_;
  std::deque<Pending> queue_;
  bool stopping_ = false;
  Result<void> failure_;
  std::thread thread_;  // last: uses all above
};

/// A journal that was read back.
struct JournalText {
  std::string base;    // fingerprint it builds on
  std::string salt;    // empty: none noted
  std::string folded;  // empty: not folded in
  std::vector<Json> changes;
};
Result<JournalText> parse_journal(const std::string& path, std::string_view text);
/// The state after the journal's changes.
Result<Snapshot> replay(const JournalText& journal, Snapshot base, SecretsManager& secrets);

}  // namespace drydock::engine
