#include "readers/text.h"

#include <cstdint>

#include "base/text.h"

namespace drydock::readers {
namespace {

void append_utf8(std::string& out, std::uint32_t c) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

Result<std::string> from_utf16(std::string_view bytes, bool big_endian) {
  if (bytes.size() % 2 != 0)
    return fail(ErrorCode::invalid_input, "the text is UTF-16 and ends in the middle of a character");
  const auto unit = [&](std::size_t i) -> std::uint32_t {
    const auto first = static_cast<unsigned char>(bytes[i]), second = static_cast<unsigned char>(bytes[i + 1]);
    return big_endian ? first << 8 | second : second << 8 | first;
  };
  std::string out;
  out.reserve(bytes.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); i += 2) {
    std::uint32_t c = unit(i);
    if (c >= 0xD800 && c < 0xDC00 && i + 2 < bytes.size() && unit(i + 2) >= 0xDC00 && unit(i + 2) < 0xE000) {
      c = 0x10000 + ((c - 0xD800) << 10) + (unit(i + 2) - 0xDC00);
      i += 2;
    } else if (c >= 0xD800 && c < 0xE000) {
      return fail(ErrorCode::invalid_input, "the text is UTF-16 with half a character at byte " + std::to_string(i));
    }
    append_utf8(out, c);
  }
  return out;
}

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// One pass over JSON, counting brackets; keys of depth 1 are the strings before a colon there.
Outline json_outline(std::string_view text) {
  Outline out;
  out.kind = text[0] == '{' ? Outline::Kind::json_object : Outline::Kind::json_array;
  int depth = 0;
  std::string last;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (--depth == 0 && out.kind == Outline::Kind::json_object) {
        const std::string_view rest = trim(text.substr(i + 1));
        if (!rest.empty() && rest[0] == '{') out.kind = Outline::Kind::json_lines;
        break;
      }
    } else if (c == '"') {
      const std::size_t begin = ++i;
      while (i < text.size() && text[i] != '"') i += text[i] == '\\' ? 2 : 1;
      if (depth == 1 && out.kind == Outline::Kind::json_object)
        last.assign(text.substr(begin, std::min(i, text.size()) - begin));
    } else if (c == ':' && depth == 1 && out.kind == Outline::Kind::json_object) {
      out.keys.insert(last);
    }
  }
  return out;
}

// Lines that begin at the left margin with "key:".
Outline yaml_outline(std::string_view text) {
  Outline out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.empty() || is_space(line[0]) || line[0] == '#' || line[0] == '-') continue;
    const std::size_t colon = line.find(':');
    if (colon == line.npos || (colon + 1 < line.size() && !is_space(line[colon + 1]))) continue;
    std::string_view key = line.substr(0, colon);
    if (key.size() > 1 && (key[0] == '"' || key[0] == '\'') && key.back() == key[0])
      key = key.substr(1, key.size() - 2);
    out.keys.emplace(key);
  }
  if (!out.keys.empty()) out.kind = Outline::Kind::yaml_map;
  return out;
}

}  // namespace

Result<std::string> to_utf8(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return std::string(bytes.substr(3));
  if (bytes.starts_with("\xFF\xFE")) return from_utf16(bytes.substr(2), false);
  if (bytes.starts_with("\xFE\xFF")) return from_utf16(bytes.substr(2), true);
  if (bytes.size() >= 4 && bytes[1] == 0 && bytes[3] == 0 && bytes[0] != 0) return from_utf16(bytes, false);
  if (bytes.size() >= 4 && bytes[0] == 0 && bytes[2] == 0 && bytes[1] != 0) return from_utf16(bytes, true);
  return std::string(bytes);
}

Outline outline_of(std::string_view text) {
  text = trim(text);
  if (text.empty()) return {};
  return text[0] == '{' || text[0] == '[' ? json_outline(text) : yaml_outline(text);
}

}  // namespace drydock::readers
