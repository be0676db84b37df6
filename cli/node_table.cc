#include "cli/node_table.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <chrono>

#include "base/text.h"
#include "cli/view/style.h"

namespace drydock::cli {
namespace {

const Json::Array& list_of(const Json& json, const char* key) {
  static const Json::Array none;
  const Json& list = json.is_array() ? json : json.at(key);
  return list.is_array() ? list.as_array() : none;
}

std::string name_of(const Json& node) {
  std::string name = node.at("name").string_or();
  return name.empty() ? node.at("instanceId").string_or("?") : name;
}

std::string state_of(const Json& node) {
  std::string state = node.at("state").string_or("?");
  if (state == "ready") return "Ready";
  if (state == "joined") return "NotReady";
  return state;
}

/// Columns wide enough for what they hold; the last one is not padded.
std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> width;
  for (const auto& row : rows) {
    width.resize(std::max(width.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) width[i] = std::max(width[i], columns(row[i]));
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += i + 1 < row.size() ? pad(row[i], width[i] + 2) : row[i];
    while (line.ends_with(' ')) line.pop_back();
    out += line + "\n";
  }
  return out;
}

std::string time_text(std::int64_t ms) {
  auto time = std::chrono::sys_time<std::chrono::milliseconds>(std::chrono::milliseconds(ms));
  return fmt::format("{:%H:%M:%S}.{:03}", std::chrono::floor<std::chrono::seconds>(time), ms % 1000);
}

/// "+12.3s" since the first entry.
std::string offset_text(std::int64_t ms) { return fmt::format("+{}.{:03}s", ms / 1000, ms % 1000); }

}  // namespace

std::string node_table(const Json& nodes) {
  std::vector<std::vector<std::string>> rows{{"NAME", "INSTANCE", "CLUSTER", "STATE", "STEP"}};
  for (const auto& node : list_of(nodes, "nodes"))
    rows.push_back({name_of(node), node.at("instanceId").string_or(), node.at("cluster").string_or(), state_of(node),
                    node.at("step").string_or()});
  if (rows.size() == 1) return "The twin has no nodes.\n";
  return table(rows);
}

std::string node_summary(const Json& nodes) {
  std::vector<std::string> parts;
  for (const auto& node : list_of(nodes, "nodes"))
    if (node.at("state").string_or() != "gone") parts.push_back(fmt::format("{}  {}", name_of(node), state_of(node)));
  return join(parts, "\n    ");
}

std::string story_text(const Json& story) {
  std::string out = fmt::format("{}  {}  {}\n", name_of(story), story.at("instanceId").string_or(), state_of(story));
  const auto& entries = list_of(story, story.has("story") ? "story" : "entries");
  std::int64_t begin = entries.empty() ? 0 : entries.front().at("ms").int_or(0), boot = 1;
  for (const auto& e : entries) {
    if (e.at("boot").int_or(1) != boot) {
      boot = e.at("boot").int_or(1);
      out += fmt::format("-- boot {} --\n", boot);
    }
    std::int64_t at = e.at("ms").int_or(0);
    std::string result = e.at("result").string_or("ok");
    out += fmt::format("{}  {}  {}  {} {}", time_text(at), pad(offset_text(at - begin), 11), pad(result, 7),
                       pad(e.at("actor").string_or(), 15), e.at("what").string_or(e.at("step").string_or()));
    if (std::string call = e.at("call").string_or(); !call.empty()) out += fmt::format("  [{}]", call);
    if (std::string to = e.at("to").string_or(); !to.empty()) out += fmt::format("  -> {}", to);
    if (std::string through = e.at("through").string_or(); !through.empty()) out += fmt::format(" through {}", through);
    out += "\n";
    const std::string inset(24, ' ');
    if (std::string why = e.at("why").string_or(); !why.empty()) out += inset + why + "\n";
    if (std::int64_t tries = e.at("attempts").int_or(1); tries > 1 && e.at("seconds").is_number())
      out += inset + fmt::format("tried {} times in {:.0f} s\n", tries, e.at("seconds").as_double());
    for (const auto& hop : list_of(e.at("path"), "")) out += inset + "  " + hop.string_or(hop.dump()) + "\n";
    for (const auto& word : list_of(e.at("words"), "")) out += inset + "| " + word.string_or() + "\n";
  }
  return out;
}

}  // namespace drydock::cli
