// What a file is before any reader sees it: its text as UTF-8, and its outermost keys.
#pragma once

#include <set>
#include <string>
#include <string_view>

#include "base/result.h"

namespace drydock::readers {

/// No file of ours is larger; a bigger one is refused before it is parsed.
inline constexpr std::size_t kMaxBytes = 256u << 20;

/// The text as UTF-8 without a byte order mark. PowerShell's `>` writes UTF-16 with one; a UTF-16 file without a mark
/// is told by its zero bytes. Errors: invalid_input for a text that is no UTF-16 after its mark.
Result<std::string> to_utf8(std::string_view bytes);

/// The outermost keys of a JSON object or a YAML map, found by one pass without building anything. Tolerant: a broken
/// document gives the keys before the break.
struct Outline {
  enum class Kind { json_object, json_array, yaml_map, json_lines, other } kind = Kind::other;
  std::set<std::string, std::less<>> keys;
  bool has(std::string_view key) const { return keys.contains(key); }
};
Outline outline_of(std::string_view text);

}  // namespace drydock::readers
