#include "cli/view/style.h"

#include <fmt/format.h>

namespace drydock::cli {

using engine::Op;

std::string_view symbol(Op op) {
  switch (op) {
    case Op::same:
      return "  ";
    case Op::create:
      return "+ ";
    case Op::update:
    case Op::refresh:
    case Op::remove_pending_replace:
      return "~ ";
    case Op::delete_:
      return "- ";
    case Op::replace:
      return "+-";
    case Op::create_replacement:
      return "++";
    case Op::delete_replaced:
      return "--";
    case Op::read:
      return "> ";
    case Op::read_replacement:
      return ">>";
    case Op::discard:
      return "< ";
    case Op::discard_replaced:
      return "<<";
    case Op::import:
      return "= ";
    case Op::import_replacement:
      return "=>";
  }
  return "  ";
}

Colour colour_of(Op op) {
  switch (op) {
    case Op::same:
    case Op::remove_pending_replace:
      return Colour::dim;
    case Op::create:
    case Op::import:
    case Op::import_replacement:
      return Colour::green;
    case Op::update:
    case Op::refresh:
      return Colour::yellow;
    case Op::delete_:
    case Op::discard:
    case Op::discard_replaced:
      return Colour::red;
    case Op::replace:
      return Colour::bright_magenta;
    case Op::create_replacement:
      return Colour::bright_green;
    case Op::delete_replaced:
      return Colour::bright_red;
    case Op::read:
      return Colour::bright_cyan;
    case Op::read_replacement:
      return Colour::magenta;
  }
  return Colour::none;
}

std::string verb(Op op, Tense tense) {
  struct Words {
    const char *plan, *running, *done;
  };
  auto words = [&]() -> Words {
    switch (op) {
      case Op::same:
      case Op::remove_pending_replace:
        return {"", "", ""};
      case Op::create:
        return {"create", "creating", "created"};
      case Op::update:
        return {"update", "updating", "updated"};
      case Op::delete_:
        return {"delete", "deleting", "deleted"};
      case Op::replace:
        return {"replace", "replacing", "replaced"};
      case Op::create_replacement:
        return {"create replacement", "creating replacement", "created replacement"};
      case Op::delete_replaced:
        return {"delete original", "deleting original", "deleted original"};
      case Op::read:
        return {"read", "reading", "read"};
      case Op::read_replacement:
        return {"read for replacement", "reading for replacement", "read for replacement"};
      case Op::refresh:
        return {"refresh", "refreshing", "refresh"};
      case Op::discard:
        return {"discard", "discarding", "discarded"};
      case Op::discard_replaced:
        return {"discard original", "discarding original", "discarded original"};
      case Op::import:
        return {"import", "importing", "imported"};
      case Op::import_replacement:
        return {"import replacement", "importing replacement", "imported replacement"};
    }
    return {"", "", ""};
  }();
  return tense == Tense::plan ? words.plan : tense == Tense::running ? words.running : words.done;
}

std::string short_type(std::string_view type) {
  auto slash = type.find('/');
  auto colon = type.find(':', slash == std::string_view::npos ? 0 : slash);
  if (slash == std::string_view::npos || colon == std::string_view::npos) return std::string(type);
  return std::string(type.substr(0, slash)) + std::string(type.substr(colon));
}

std::string duration_text(std::chrono::milliseconds duration) {
  auto ms = duration.count();
  if (ms < 1000) return fmt::format("{:.2f}s", static_cast<double>(ms) / 1000);
  auto s = (ms + 999) / 1000;
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return s % 60 ? fmt::format("{}m{}s", s / 60, s % 60) : fmt::format("{}m", s / 60);
  return s / 60 % 60 ? fmt::format("{}h{}m", s / 3600, s / 60 % 60) : fmt::format("{}h", s / 3600);
}

std::size_t columns(std::string_view text) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size());
      continue;
    }
    n += (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80;
  }
  return n;
}

std::string fit(std::string_view text, std::size_t width) {
  if (columns(text) <= width) return std::string(text);
  std::string out;
  std::size_t n = 0;
  for (char c : text) {
    bool starts = (static_cast<unsigned char>(c) & 0xC0) != 0x80;
    if (starts && ++n >= width) break;
    out += c;
  }
  return width == 0 ? "" : out + "…";
}

std::string pad(std::string_view text, std::size_t width) {
  std::size_t n = columns(text);
  return std::string(text) + std::string(n < width ? width - n : 0, ' ');
}

}  // namespace drydock::cli
