// The whole twin: one world behind one HTTP port. Owns its loop's work, not the loop.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "base/loop.h"
#include "base/result.h"

namespace drydock::twin {

struct TwinOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 4566;       // 0: any free one
  std::filesystem::path data_dir;  // the journal "world.journal" lies here; empty: in memory only
  std::string seed;                // of ids; empty: random
};

class World;
class Front;

class Twin {
 public:
  /// Reads or begins the world and listens. Errors: unavailable (port in use), invalid_input (damaged journal).
  /// REQUIRES: `loop` outlives the twin; loop.run() is what makes it answer.
  static Result<std::unique_ptr<Twin>> start(Loop& loop, TwinOptions options);
  ~Twin();

  std::uint16_t port() const;
  std::string url() const;  // "http://127.0.0.1:4566"
  World& world();
  Front& front();
  /// Begins a new world (another id) in place of this one, as POST /_drydock/reset does.
  Result<void> reset();
  /// Called when POST /_drydock/stop asks for the end; the answer is on its way by then.
  void on_stop(std::function<void()> task);

 private:
  struct State;
  explicit Twin(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace drydock::twin
