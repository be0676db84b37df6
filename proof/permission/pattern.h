// Wildcard patterns over sets of texts: '*' is any run, '?' any one character.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "proof/tri.h"

namespace drydock::proof {

/// One position of a pattern: a character, any one character, or any run.
struct Symbol {
  enum class Kind : unsigned char { literal, any_one, any_run } kind = Kind::literal;
  char c = 0;
  friend bool operator==(const Symbol&, const Symbol&) = default;
};
using Pattern = std::vector<Symbol>;

/// '*' and '?' are wildcards; with `no_case`, letters are lowered.
Pattern wildcard_pattern(std::string_view text, bool no_case = false);
Pattern literal_pattern(std::string_view text);

bool matches(const Pattern& pattern, std::string_view text);
/// The subject is itself a set of texts: yes if all of them match, no if none does.
Tri matches_all(const Pattern& pattern, const Pattern& subject);

}  // namespace drydock::proof
