// Work that blocks, beside the Context's loop: asking a server, waiting for a file. Not for calls of the engine, which
// never block.
#pragma once

#include <functional>
#include <string>
#include <thread>

#include "sdk/context_core.h"

namespace drydock {

/// work(input) on a thread of its own; the run goes on meanwhile and does not end before it. An error ends the program
/// with its message. `work` returns T or Result<T>.
template <class T, class In, class Work>
Output<T> in_background(Context& ctx, In input, Work work) {
  auto core = ctx.core();
  auto to = std::make_shared<detail::ValueCell<T>>();
  auto start = [core, input = std::move(input), work = std::move(work)](auto done) {
    std::thread([core, input, work, done] {
      Result<T> result = work(input);
      if (result) return done(detail::CallResult<T>(std::move(*result)));
      done(detail::CallResult<T>(tl::unexpected(detail::CallError{result.error().to_string()})));
    }).detach();  // the loop waits for the answer, and the thread keeps the Context
  };
  detail::in_flight<T>(*core, start, [to](detail::CallResult<T> result) {
    if (result) return to->settle(std::move(*result), {});
    to->fail();
    throw ProgramError(result.error().message);
  });
  return Output<T>(std::move(to));
}

}  // namespace drydock
