#include "cli/report/paint.h"

#include <fmt/format.h>

namespace drydock::cli {

std::string Style::paint(Colour c, std::string_view text) const {
  static constexpr const char* kCodes[] = {"", "1", "2", "31", "32", "33", "35", "36", "91", "92", "95", "96"};
  if (!colour || c == Colour::none || text.empty()) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", kCodes[static_cast<int>(c)], text);
}

}  // namespace drydock::cli
