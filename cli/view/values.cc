#include "cli/view/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "base/text.h"
#include "cli/view/style.h"

namespace drydock::cli {
namespace {

std::string spaces(int n) { return std::string(static_cast<std::size_t>(std::max(n, 0)), ' '); }

/// Looks through secrets that may be shown, and outputs that are known.
const PropertyValue& seen(const PropertyValue& v, bool show_secrets) {
  if (v.is_secret() && show_secrets) return seen(*v.as_secret().value, show_secrets);
  if (v.is_output() && v.as_output().known && (!v.as_output().secret || show_secrets))
    return seen(*v.as_output().value, show_secrets);
  return v;
}

std::string number_text(double v) {
  if (v == std::trunc(v) && std::abs(v) < 1e15) return fmt::format("{}", static_cast<long long>(v));
  return fmt::format("{}", v);
}

std::string lines_of(const PropertyMap& map, bool show_secrets, int indent, std::size_t width) {
  std::string out;
  for (const auto& [key, value] : map)
    out += fmt::format("{}{}: {}\n", spaces(indent), pad(key, width), value_text(value, show_secrets, indent));
  return out;
}

std::size_t widest(const PropertyMap& map) {
  std::size_t width = 0;
  for (const auto& [key, value] : map) width = std::max(width, columns(key));
  return width;
}

bool is_internal(std::string_view key) { return key.starts_with("__"); }

PropertyMap without_internals(const PropertyMap& map) {
  PropertyMap out;
  for (const auto& [key, value] : map)
    if (!is_internal(key)) out.emplace(key, value);
  return out;
}

/// A value that would push everything else off the screen (a kubeconfig, a certificate).
std::string shortened(const std::string& text, const std::string& output) {
  constexpr std::size_t kLines = 12, kColumns = 200, kBeginning = 100;
  const auto lines = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  if (lines > kLines)
    return fmt::format("{}...{} ({} lines; 'drydock stack output {}' shows them)", text.front(), text.back(), lines,
                       output);
  if (lines > 1 || columns(text) <= kColumns) return text;
  std::size_t end = kBeginning;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;  // not inside a character
  return fmt::format("{}...\" ({} characters; 'drydock stack output {}' shows them)", text.substr(0, end),
                     columns(text) - 2, output);
}

/// Changed properties side by side; same ones are left out.
std::string difference(const PropertyMap& before, const PropertyMap& after, const std::set<std::string>& replaces,
                       bool show_secrets, int indent) {
  std::set<std::string> keys;
  std::size_t width = 0;
  for (const auto* map : {&before, &after})
    for (const auto& [key, value] : *map)
      if (!is_internal(key) && !(at(before, key) == at(after, key))) {
        keys.insert(key);
        width = std::max(width, columns(key));
      }
  std::string out;
  for (const auto& key : keys) {
    bool old = before.contains(key), now = after.contains(key);
    const auto mark = [&](char m) { return fmt::format("{}{} {}: ", spaces(indent - 2), m, pad(key, width)); };
    std::string note = replaces.contains(key) ? " (forces replacement)" : "";
    if (!old)
      out += mark('+') + value_text(at(after, key), show_secrets, indent) + note + "\n";
    else if (!now)
      out += mark('-') + value_text(at(before, key), show_secrets, indent) + note + "\n";
    else if (seen(at(before, key), show_secrets).is_map() && seen(at(after, key), show_secrets).is_map())
      out += mark('~') + "{" + note + "\n" +
             difference(seen(at(before, key), show_secrets).as_map(), seen(at(after, key), show_secrets).as_map(), {},
                        show_secrets, indent + 4) +
             spaces(indent) + "}\n";
    else
      out += mark('~') + value_text(at(before, key), show_secrets, indent) + " => " +
             value_text(at(after, key), show_secrets, indent) + note + "\n";
  }
  return out;
}

}  // namespace

std::string value_text(const PropertyValue& wrapped, bool show_secrets, int indent) {
  const PropertyValue& v = seen(wrapped, show_secrets);
  if (v.is_secret() || (v.is_output() && v.as_output().secret)) return "[secret]";
  if (v.is_unknown() || v.is_output()) return "[unknown]";
  if (v.is_null()) return "null";
  if (v.is_bool()) return v.as_bool() ? "true" : "false";
  if (v.is_number()) return number_text(v.as_number());
  if (v.is_string()) return json_quote(v.as_string());
  if (v.is_resource()) return json_quote(v.as_resource().has_id ? v.as_resource().id : v.as_resource().urn.str());
  if (v.is_list()) {
    if (v.as_list().empty()) return "[]";
    std::string out = "[\n";
    for (std::size_t i = 0; i < v.as_list().size(); ++i)
      out += fmt::format("{}[{}]: {}\n", spaces(indent + 4), i, value_text(v.as_list()[i], show_secrets, indent + 4));
    return out + spaces(indent) + "]";
  }
  if (v.is_map()) {
    PropertyMap map = without_internals(v.as_map());
    if (map.empty()) return "{}";
    return "{\n" + lines_of(map, show_secrets, indent + 4, widest(map)) + spaces(indent) + "}";
  }
  if (const auto* asset = std::get_if<Asset>(&v.variant()))
    return fmt::format("asset({}{}:{})", asset->path, asset->uri, asset->hash.substr(0, 7));
  const auto& archive = std::get<Archive>(v.variant());
  return fmt::format("archive({}{}:{})", archive.path, archive.uri, archive.hash.substr(0, 7));
}

std::string map_text(const PropertyMap& map, bool show_secrets, int indent) {
  return lines_of(map, show_secrets, indent, widest(map));
}

std::string outputs_text(const PropertyMap& old_outputs, const PropertyMap& outputs, const OutputsStyle& style) {
  PropertyMap all = outputs;
  all.insert(old_outputs.begin(), old_outputs.end());
  std::string out;
  std::size_t width = widest(all);
  for (const auto& [key, value] : all) {
    bool old = old_outputs.contains(key), now = outputs.contains(key);
    if (!now && !style.mark) continue;
    char sign = !style.mark ? ' ' : !old ? '+' : !now ? '-' : at(old_outputs, key) == value ? ' ' : '~';
    const auto shown = [&](const PropertyValue& v) {
      std::string text = value_text(v, style.show_secrets, 4);
      return style.whole ? text : shortened(text, key);
    };
    std::string text = shown(now ? at(outputs, key) : value);
    if (sign == '~') {
      std::string before = shown(at(old_outputs, key));
      if (before != text) text = before + " => " + text;
    }
    out += fmt::format("  {} {}: {}\n", sign, pad(key, width), text);
  }
  return out;
}

std::string diff_summary(const engine::StepInfo& step) {
  std::map<char, std::set<std::string>> keys;
  for (const auto& [path, diff] : step.detailed) {
    std::string key = path.substr(0, path.find_first_of(".["));
    char sign = diff.kind == DiffKind::add || diff.kind == DiffKind::add_replace          ? '+'
                : diff.kind == DiffKind::delete_ || diff.kind == DiffKind::delete_replace ? '-'
                                                                                          : '~';
    // A change below a key is a change of the key.
    keys[key == path ? sign : '~'].insert(key);
  }
  if (!step.has_detailed)
    for (const auto& key : step.diffs) keys['~'].insert(key);
  std::string out;
  for (char sign : {'+', '-', '~'})
    if (!keys[sign].empty()) out += sign + join({keys[sign].begin(), keys[sign].end()}, ",");
  return out.empty() ? "" : fmt::format("[diff: {}]", out);
}

std::string step_text(const engine::StepInfo& step, bool show_secrets) {
  const auto& before = step.previous;
  const auto& after = step.next;
  std::string out =
      fmt::format("{} {}: ({})\n", trim(symbol(step.op)), short_type(step.type), engine::to_string(step.op));
  std::string id = before && !before->id.empty() ? before->id : after ? after->id : "";
  if (!id.empty()) out += fmt::format("    [id={}]\n", id);
  out += fmt::format("    [urn={}]\n", step.urn.str());
  if (!step.provider.empty()) out += fmt::format("    [provider={}]\n", step.provider);
  if (before && after)
    out += difference(before->inputs, after->inputs, {step.replace_keys.begin(), step.replace_keys.end()}, show_secrets,
                      4);
  else if (after)
    out += map_text(without_internals(after->inputs), show_secrets, 4);
  else if (before)
    out += map_text(without_internals(before->inputs), show_secrets, 4);
  return out;
}

}  // namespace drydock::cli
