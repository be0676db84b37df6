// Worlds by chance: a known-good base, shaped and changed harmlessly, then 0 to 5 faults of known classes. Equal seeds
// draw equal worlds, and every part of a draw can be left out, which is how disagreements are shrunk.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cloud/world/world.h"

namespace drydock::agreement {

/// A generator of its own, so that seeds mean the same with every standard library.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9E3779B97F4A7C15ull + 1) {}
  std::uint64_t next() {  // splitmix64
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <class T>
  T& one_of(std::vector<T>& list) {
    return list[below(list.size())];
  }

 private:
  std::uint64_t state_;
};

/// A change of a world: what it is called, and the class of the cause where it is a fault.
struct Change {
  std::string name;
  std::string cause_class;  // empty: harmless
  /// False if the world has nothing to change so.
  bool (*apply)(cloud::World&, Dice&);
};
const std::vector<Change>& faults();
const std::vector<Change>& harmless_changes();

/// A change that was drawn, with the seed of its own dice.
struct Drawn {
  const Change* change = nullptr;
  std::uint64_t seed = 0;
};

struct Draw {
  std::string base;
  std::vector<Drawn> harmless, faults;
  /// The world without those that do not apply; `applied` lists the faults that did.
  cloud::World world(std::vector<const Change*>* applied = nullptr) const;
  std::string describe() const;
};
Draw draw(std::uint64_t seed);
/// With exactly `count` faults of different kinds, if the base has room for them.
Draw draw_with(std::uint64_t seed, std::size_t count);

}  // namespace drydock::agreement
