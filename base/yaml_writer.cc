// YAML as people write it: blocks, with short maps and lists on one line.
#include <algorithm>

#include "base/json.h"

namespace drydock {
namespace {

bool is_word(std::string_view text) {
  static constexpr std::string_view kWords[] = {"~",    "null",  "Null",  "NULL",  "true", "True",
                                                "TRUE", "false", "False", "FALSE", "yes",  "no",
                                                "Yes",  "No",    "on",    "off",   "On",   "Off"};
  return std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords);
}

/// A text may stand without quotes, in blocks and in flow style alike, if every reader gives back that very text.
bool stands_plain(std::string_view text) {
  constexpr std::string_view kPlain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@+*()$ =";
  if (text.empty() || is_word(text) || text.find_first_not_of(kPlain) != std::string_view::npos) return false;
  if (text.front() == ' ' || text.back() == ' ' || text.back() == ':' || text.find(": ") != std::string_view::npos)
    return false;
  const bool letter = (text[0] >= 'a' && text[0] <= 'z') || (text[0] >= 'A' && text[0] <= 'Z') || text[0] == '/';
  if (letter) return true;
  // What begins with a digit is a text only if it can not be a number: "10.0.0.0/16".
  return text[0] >= '0' && text[0] <= '9' && text.find_first_of("/ ") != std::string_view::npos;
}

std::string scalar(const Json& value) {
  if (value.is_string()) return stands_plain(value.as_string()) ? value.as_string() : json_quote(value.as_string());
  return value.dump();
}
std::string key_text(const std::string& key) { return stands_plain(key) ? key : json_quote(key); }

/// Gives up (empty) as soon as it is longer than `room`.
std::string flow(const Json& value, std::size_t room) {
  std::string out;
  const auto add = [&](std::string text) {
    if (!out.empty()) out += ", ";
    out += text;
    return !text.empty() && out.size() + 2 <= room;
  };
  if (value.is_array()) {
    for (const Json& item : value.as_array())
      if (!add(flow(item, room))) return {};
    return "[" + out + "]";
  }
  if (value.is_object()) {
    for (const auto& [key, item] : value.as_object()) {
      const std::string text = flow(item, room);
      if (text.empty() || !add(key_text(key) + ": " + text)) return {};
    }
    return "{" + out + "}";
  }
  if (value.is_string() && value.as_string().find('\n') != std::string::npos) return {};
  std::string text = scalar(value);
  return text.size() <= room ? text : std::string();
}

/// A text of several lines may stand as a block if nothing in it needs an escape.
bool stands_as_block(const std::string& text) {
  if (text.find('\n') == std::string::npos || text.front() == ' ' || text.front() == '\n') return false;
  return std::all_of(text.begin(), text.end(), [](unsigned char c) { return c == '\n' || (c >= 32 && c != 127); });
}

struct Writer {
  std::size_t width;
  std::string out;

  /// What follows "key:" or "-".
  void below(const Json& value, std::size_t indent, std::size_t used) {
    if (value.is_string() && stands_as_block(value.as_string())) return block_text(value.as_string(), indent);
    std::string line = flow(value, width > used + 1 ? width - used - 1 : 0);
    if (line.empty() && !value.is_array() && !value.is_object()) line = scalar(value);
    if (!line.empty()) {
      out += " " + line + "\n";
      return;
    }
    out += "\n";
    block(value, indent);
  }
  void block_text(const std::string& text, std::size_t indent) {
    const bool ends = text.ends_with('\n');
    out += !ends ? " |-\n" : text.ends_with("\n\n") ? " |+\n" : " |\n";
    std::string_view rest = text;
    if (ends) rest.remove_suffix(1);
    for (;;) {
      const std::size_t end = rest.find('\n');
      const std::string_view line = rest.substr(0, end);
      out += line.empty() ? std::string() : std::string(indent, ' ') + std::string(line);
      out += "\n";
      if (end == std::string_view::npos) return;
      rest.remove_prefix(end + 1);
    }
  }
  void block(const Json& value, std::size_t indent) {
    const std::string pad(indent, ' ');
    if (value.is_object()) {
      for (const auto& [key, item] : value.as_object()) {
        const std::string head = pad + key_text(key) + ":";
        out += head;
        below(item, indent + 2, head.size());
      }
    } else {
      for (const Json& item : value.as_array()) {
        out += pad + "-";
        below(item, indent + 2, indent + 1);
      }
    }
  }
};

}  // namespace

std::string write_yaml(const Json& document, std::size_t width) {
  Writer writer{width, {}};
  if (document.size() == 0) return flow(document, std::string::npos) + "\n";
  writer.block(document, 0);
  return std::move(writer.out);
}

}  // namespace drydock
