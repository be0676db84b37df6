// Three-valued truth: a plan has unknowns, and what depends on one is neither yes nor no.
#pragma once

#include <algorithm>

namespace drydock::proof {

enum class Tri { no, maybe, yes };  // ordered: AND is the least, OR the greatest

constexpr Tri tri(bool known) { return known ? Tri::yes : Tri::no; }
constexpr Tri both(Tri a, Tri b) { return std::min(a, b); }
constexpr Tri either(Tri a, Tri b) { return std::max(a, b); }
constexpr Tri opposite(Tri a) { return a == Tri::maybe ? Tri::maybe : tri(a == Tri::no); }

}  // namespace drydock::proof
