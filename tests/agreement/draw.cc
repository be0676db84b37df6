#include "tests/agreement/draw.h"

#include <algorithm>
#include <map>

#include "cloud/world/world_file.h"

namespace drydock::agreement {
namespace {

const cloud::World& base(const std::string& name) {
  static std::map<std::string, cloud::World> parsed;
  auto it = parsed.find(name);
  if (it == parsed.end()) it = parsed.emplace(name, cloud::base_world(name).value()).first;
  return it->second;
}

/// The bases that the twin can live.
const std::vector<std::string>& bases() {
  static const std::vector<std::string> kBases = [] {
    std::vector<std::string> names = cloud::base_names();
    std::erase(names, "ipv6");
    return names;
  }();
  return kBases;
}

}  // namespace

cloud::World Draw::world(std::vector<const Change*>* applied) const {
  cloud::World out = agreement::base(base);
  for (const Drawn& drawn : harmless) {
    Dice dice(drawn.seed);
    cloud::World trial = out;
    if (drawn.change->apply(trial, dice)) out = std::move(trial);
  }
  for (const Drawn& drawn : faults) {
    Dice dice(drawn.seed);
    cloud::World trial = out;
    if (!drawn.change->apply(trial, dice)) continue;
    out = std::move(trial);
    if (applied) applied->push_back(drawn.change);
  }
  return out;
}

std::string Draw::describe() const {
  std::string out = base;
  for (const Drawn& drawn : harmless) out += ", " + drawn.change->name;
  out += "; faults:";
  for (const Drawn& drawn : faults) out += " [" + drawn.change->name + "]";
  return out;
}

Draw draw_with(std::uint64_t seed, std::size_t count) {
  Dice dice(seed);
  Draw out;
  out.base = bases()[dice.below(bases().size())];
  for (std::size_t n = dice.below(6); n > 0; --n) {
    const Change& change = harmless_changes()[dice.below(harmless_changes().size())];
    out.harmless.push_back({&change, dice.next()});
  }
  cloud::World world = out.world();
  for (int tries = 0; tries < 200 && out.faults.size() < count; ++tries) {
    const Change& change = faults()[dice.below(faults().size())];
    const std::uint64_t own = dice.next();
    const bool twice =
        std::any_of(out.faults.begin(), out.faults.end(), [&](const Drawn& drawn) { return drawn.change == &change; });
    Dice its(own);
    cloud::World trial = world;
    if (twice || !change.apply(trial, its)) continue;
    world = std::move(trial);
    out.faults.push_back({&change, own});
  }
  return out;
}

Draw draw(std::uint64_t seed) { return draw_with(seed, Dice(seed ^ 0xFA17).below(6)); }

}  // namespace drydock::agreement
