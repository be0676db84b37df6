#include "cli/twin_server.h"

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "twin/kernel/world.h"
#include "twin/twin.h"

namespace drydock::cli {

Result<Listen> Listen::parse(const std::string& text) {
  Listen listen;
  if (text.empty()) return listen;
  auto colon = text.rfind(':');
  std::string port = colon == std::string::npos ? text : text.substr(colon + 1);
  if (colon != std::string::npos && colon > 0) listen.address = text.substr(0, colon);
  bool number = !port.empty() && port.size() <= 5 && port.find_first_not_of("0123456789") == std::string::npos;
  if (!number || std::stoi(port) > 65535)
    return fail(ErrorCode::invalid_input,
                fmt::format("--listen takes ADDRESS:PORT, for example 127.0.0.1:4566, not '{}'", text));
  listen.port = std::stoi(port);
  if (listen.address == "localhost") listen.address = "127.0.0.1";
  if (!listen.address.starts_with("127."))
    return fail(ErrorCode::invalid_input, fmt::format("the twin listens on loopback only, not on {}", listen.address));
  return listen;
}

Result<int> serve_twin(const App& app, const TwinHome& home, const Listen& listen) {
  if (auto made = make_directories(home.world_directory()); !made) return pass(made);
  Loop loop;
  twin::TwinOptions options;
  options.address = listen.address;
  options.port = static_cast<std::uint16_t>(listen.port);
  options.data_dir = home.world_directory();
  auto twin = twin::Twin::start(loop, options);
  if (!twin) return pass(twin);
  loop.on_signals([&] { loop.stop(); });
  (*twin)->on_stop([&] { loop.stop(); });
  if (auto written = home.write_record({::getpid(), (*twin)->url()}); !written) return pass(written);
  app.out(fmt::format("The twin listens on {} (world {})\n", (*twin)->url(), (*twin)->world().id()));
  loop.run();
  home.remove_record();
  return kOk;
}

}  // namespace drydock::cli
