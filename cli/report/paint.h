// Colours for terminals.
#pragma once

#include <string>
#include <string_view>

namespace drydock::cli {

enum class Colour {
  none,
  bold,
  dim,
  red,
  green,
  yellow,
  magenta,
  cyan,
  bright_red,
  bright_green,
  bright_magenta,
  bright_cyan
};

struct Style {
  bool colour = false;  // a terminal, and NO_COLOR is not set
  std::string paint(Colour colour, std::string_view text) const;
};

}  // namespace drydock::cli
