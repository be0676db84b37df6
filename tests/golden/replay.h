// Plays the SDK's side of a recorded run against our engine, and answers the engine's provider calls from the
// recording.
//
// A recorded call of the program is sent once every call that had been answered before it in the recording is answered
// by our engine too: what the program might have waited for, it has. A provider call is looked up by its method and
// URN; its contents must be the recorded ones, and each recorded one must come exactly once.
#pragma once

#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "tests/golden/trace.h"

namespace drydock::golden {

/// Ids that the recorded engine drew (UUIDs of providers), paired with those that ours drew. One for all phases of a
/// scenario, since ids live on in the state.
class Ids {
 public:
  void pair(const std::string& recorded, const std::string& ours);
  Json to_ours(const Json& recorded) const;
  Json to_recorded(const Json& ours) const;
  std::string to_ours(const std::string& text) const { return replaced(text, ours_); }
  std::string to_recorded(const std::string& text) const { return replaced(text, recorded_); }

 private:
  static std::string replaced(const std::string& text, const std::map<std::string, std::string>& with);
  std::map<std::string, std::string> ours_, recorded_;
};

/// One phase. Threads of the engine and of the replayed program call it at once.
class Replay {
 public:
  Replay(Trace trace, Ids& ids);

  /// The program to hand to the engine.
  engine::ProgramResult run_program(const engine::ProgramInfo& info, std::stop_token cancelled);
  std::unique_ptr<Provider> make_provider();

  /// What differed, provider calls that never came included. Empty if the run was the recorded one.
  std::vector<std::string> differences();

  /// The recorded call that answers this one, after its request was compared; null if the recording has none (left).
  /// `got` holds the fields to compare, in the recording's names.
  const RecordedCall* provider_call(const std::string& method, const std::string& key, const Json& got);
  /// A Configure with these arguments, whichever provider of the package it was for.
  void configure_call(const Json& arguments);
  /// Waits until the SDK calls that a recorded Construct or Call made are answered.
  void await_inner_calls(const RecordedCall& outer);
  /// Waits with the answer to a create, update or delete until the run is where the recorded one was: a failure comes
  /// when everything that was under way then has begun, and a success after a failure when the engine has seen the
  /// failure.
  void await_turn(const RecordedCall& call);
  /// The engine said that a step of this resource failed.
  void told_failed(const std::string& urn);
  void finished(const RecordedCall& call);
  void differ(std::string what);
  Ids& ids() { return ids_; }

 private:
  bool ready(const RecordedCall& call) const;  // REQUIRES: mutex_ held
  void send(std::size_t index, const engine::ProgramInfo& info, std::stop_token cancelled);
  void compare_answer(const RecordedCall& call, const Json& got);

  const Trace trace_;
  Ids& ids_;
  std::mutex mutex_;  // guards all below
  std::condition_variable changed_;
  std::set<const RecordedCall*> done_, received_;
  std::set<std::string> failed_;  // URNs
  std::vector<std::string> differences_;
};

}  // namespace drydock::golden
