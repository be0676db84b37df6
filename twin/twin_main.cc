// The twin alone, for tests and development: twin [PORT [FOLDER]]. Prints its URL once it listens.
#include <cstdio>
#include <cstdlib>

#include "twin/twin.h"

int main(int argc, char** argv) {
  drydock::Loop loop;
  drydock::twin::TwinOptions options;
  options.port = argc > 1 ? static_cast<std::uint16_t>(std::atoi(argv[1])) : 0;
  if (argc > 2) options.data_dir = argv[2];
  auto twin = drydock::twin::Twin::start(loop, options);
  if (!twin) {
    std::fprintf(stderr, "error: %s\n", twin.error().to_string().c_str());
    return 1;
  }
  std::printf("%s\n", (*twin)->url().c_str());
  std::fflush(stdout);
  loop.on_signals([&] { loop.stop(); });
  (*twin)->on_stop([&] { loop.stop(); });
  loop.run();
}
