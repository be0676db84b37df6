// Lives and proves random worlds by hand:
//   agreement --worlds 10000 --seed 7 [--faults K] [--causes] [--fixes] [--shrink FOLDER]
// prints each disagreement, and writes the smallest world that shows it as a world file.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>

#include "base/file.h"
#include "cloud/world/world_file.h"
#include "tests/agreement/agree.h"
#include "tests/agreement/draw.h"
#include "tests/agreement/judge.h"

using namespace drydock;
using namespace drydock::agreement;

int main(int argc, char** argv) {
  std::uint64_t worlds = 1000, seed = 1;
  int faults = -1;
  Ask ask;
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    const auto value = [&] { return i + 1 < argc ? argv[++i] : ""; };
    if (name == "--worlds")
      worlds = std::strtoull(value(), nullptr, 10);
    else if (name == "--seed")
      seed = std::strtoull(value(), nullptr, 10);
    else if (name == "--faults")
      faults = std::atoi(value());
    else if (name == "--causes")
      ask.causes = true;
    else if (name == "--fixes")
      ask.fixes = true;
    else if (name == "--shrink")
      folder = value();
    else
      return std::fprintf(stderr,
                          "agreement: unknown option '%s'; there are --worlds N --seed S --faults K --causes --fixes "
                          "--shrink FOLDER\n",
                          name.c_str()),
             1;
  }
  std::uint64_t ready = 0, refused = 0, disagreements = 0, injected = 0, named = 0;
  std::map<std::string, int> kinds;
  const auto begun = std::chrono::steady_clock::now();
  for (std::uint64_t n = 0; n < worlds; ++n) {
    const Draw drawn = faults < 0 ? draw(seed + n) : draw_with(seed + n, static_cast<std::size_t>(faults));
    const Judgement judged = judge(drawn, ask);
    refused += !judged.comparison.life.refusal.empty();
    ready += judged.comparison.life.refusal.empty() && judged.comparison.life.all_ready();
    injected += judged.injected, named += judged.named;
    if (judged.differences.empty()) continue;
    ++disagreements;
    for (const std::string& difference : judged.differences) ++kinds[difference];
    fmt::print("seed {}: {}\n", seed + n, drawn.describe());
    for (const std::string& difference : judged.differences) fmt::print("  {}\n", difference);
    std::fflush(stdout);
    fmt::print("  lived:  {}\n  proved: {}\n", judged.comparison.life.describe(), describe(judged.comparison.proof));
    if (folder.empty() || judged.comparison.differences.empty()) continue;
    const std::string what = judged.comparison.differences.front();
    const cloud::World small = shrink(drawn.world(), [&](const cloud::World& world) {
      const auto again = compare(world).differences;
      return !again.empty() && again.front() == what;
    });
    (void)write_file(folder + "/seed-" + std::to_string(seed + n) + ".yaml",
                     "# " + what + "\n" + cloud::write_world(small));
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  for (const auto& [kind, count] : kinds) fmt::print("{:5} {}\n", count, kind);
  fmt::print("{} worlds in {:.1f} s: {} ready, {} refused by AWS, {} of {} faults named, {} disagreements\n", worlds,
             seconds, ready, refused, named, injected, disagreements);
  return disagreements ? 2 : 0;
}
