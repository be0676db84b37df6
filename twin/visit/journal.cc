// journalctl
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/text.h"
#include "twin/visit/host.h"

namespace drydock::twin::visit {
namespace {

/// "-10m", "10 min ago", "1h ago", "today", "2026-11-18 16:45:00": milliseconds of simulated time; empty if it is none.
std::optional<std::int64_t> moment(const std::string& text, std::int64_t now) {
  constexpr std::int64_t kDay = 86400'000;
  if (text == "now") return now;
  if (text == "today") return now / kDay * kDay;
  if (text == "yesterday") return now / kDay * kDay - kDay;
  std::string_view rest = text;
  const bool ago = rest.ends_with(" ago");
  if (ago) rest.remove_suffix(4);
  if (ago || rest.starts_with("-")) {
    if (rest.starts_with("-")) rest.remove_prefix(1);
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
    if (fault != std::errc()) return std::nullopt;
    const std::string unit(trim(std::string_view(end, static_cast<std::size_t>(rest.data() + rest.size() - end))));
    const std::int64_t scale = unit.starts_with("s") || unit.empty() ? 1000
                               : unit.starts_with("h")               ? 3600'000
                               : unit.starts_with("d")               ? kDay
                               : unit.starts_with("m")               ? 60'000
                                                                     : 0;
    return scale ? std::optional(now - number * scale) : std::nullopt;
  }
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  const int read = std::sscanf(text.c_str(), "%d-%d-%d%*[ T]%d:%d:%d", &year, &month, &day, &hour, &minute, &second);
  if (read < 3) return std::nullopt;
  const std::chrono::sys_days date{std::chrono::year(year) / month / day};
  return std::chrono::duration_cast<std::chrono::milliseconds>(date.time_since_epoch()).count() +
         ((hour * 60LL + minute) * 60 + second) * 1000;
}

std::string unit_name(const std::string& unit) {
  return unit.find('.') == std::string::npos ? unit + ".service" : unit;
}

Reply journalctl(Host& host, const Args& args) {
  const Options options = read_options(
      args,
      {"f|follow", "x|catalog", "e|pager-end", "r|reverse", "q|quiet", "no-pager", "a|all", "no-hostname", "b|boot"},
      {"u|unit", "n|lines", "S|since", "U|until", "o|output", "g|grep", "p|priority"});
  if (!options.unknown.empty()) return failure(fmt::format("journalctl: unrecognized option '{}'\n", options.unknown));
  std::int64_t from = 0, until = host.now;
  for (const auto& [option, target] : {std::pair{"S", &from}, std::pair{"U", &until}}) {
    if (!options.has(option)) continue;
    const auto time = moment(options.value(option), host.now);
    if (!time) return failure(fmt::format("Failed to parse timestamp: {}\n", options.value(option)));
    *target = *time;
  }
  std::vector<JournalLine> lines = journal_of(host);
  std::erase_if(lines, [&](const JournalLine& line) {
    if (line.at < from || line.at > until) return true;
    if (options.has("g") && line.text.find(options.value("g")) == std::string::npos) return true;
    if (!options.has("u")) return false;
    const auto& units = options.values.find("u")->second;
    return std::none_of(units.begin(), units.end(), [&](const auto& unit) { return unit_name(unit) == line.unit; });
  });
  std::size_t count = lines.size();
  const std::string wanted = options.has("n") ? options.value("n") : options.has("f") ? "10" : "all";
  if (wanted != "all") {
    std::size_t number = 0;
    if (std::from_chars(wanted.data(), wanted.data() + wanted.size(), number).ec != std::errc())
      return failure(fmt::format("Failed to parse lines '{}'\n", wanted));
    count = std::min(count, number);
  }
  lines.erase(lines.begin(), lines.end() - static_cast<std::ptrdiff_t>(count));
  if (options.has("r")) std::reverse(lines.begin(), lines.end());
  Reply reply;
  for (const JournalLine& line : lines)
    reply.out += (options.value("o") == "cat" ? line.text : print_line(line)) + "\n";
  if (lines.empty()) reply.out = "-- No entries --\n";
  if (options.has("f")) reply.err = "(a visit shows what there is and ends: ask again for more)\n";
  return reply;
}

}  // namespace

void add_journal(std::map<std::string, Command, std::less<>>& commands) { commands["journalctl"] = journalctl; }

}  // namespace drydock::twin::visit
