// The tree of a run as lines: types and parents left, what happens right.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "cli/view/view.h"

namespace drydock::cli {
namespace {

using engine::Op;

struct Line {
  const Row* row;
  std::string type;  // with the branches before it
  std::string status, info;
};

std::string status_of(const Row& row, std::chrono::steady_clock::time_point now) {
  switch (row.state) {
    case Row::State::planned:
      return verb(row.op, Tense::plan);
    case Row::State::running: {
      if (!row.changes()) return row.type == kStackType ? "running" : "";
      auto elapsed = std::chrono::duration_cast<std::chrono::seconds>(now - row.started);
      return fmt::format("{} ({}s)", verb(row.op, Tense::running), elapsed.count());
    }
    case Row::State::done:
      return row.changes() ? fmt::format("{} ({})", verb(row.op, Tense::done), duration_text(row.took)) : "";
    case Row::State::failed:
      return fmt::format("**{} failed**", verb(row.op, Tense::running));
  }
  return "";
}

std::string info_of(const Row& row) {
  if (row.state == Row::State::running) {
    if (!row.waits_for.empty()) return "waits for " + row.waits_for;
    return row.last_message;
  }
  std::string counts = counts_text(row);
  return row.diff + (row.diff.empty() || counts.empty() ? "" : "; ") + counts;
}

class Tree {
 public:
  Tree(const RunModel& model, bool all_sames, bool only_running) : model_(model) {
    for (const Row& row : model.rows()) {
      bool has_parent = !row.parent.empty() && model.find(row.parent);
      (has_parent ? children_[row.parent] : roots_).push_back(&row);
      bool busy = row.state == Row::State::running || row.state == Row::State::failed;
      bool wanted = only_running ? busy && row.changes() : row.changes() || all_sames || row.errors + row.warnings > 0;
      if (row.type == kStackType) wanted = true;
      if (wanted)
        for (const Row* r = &row; r && visible_.insert(r).second;)
          r = r->parent.empty() ? nullptr : model.find(r->parent);
    }
  }

  std::vector<Line> lines(std::chrono::steady_clock::time_point now) const {
    std::vector<Line> out;
    auto roots = shown(roots_);
    // The stack stands first, though what it holds may have been told before.
    std::stable_partition(roots.begin(), roots.end(), [](const Row* r) { return r->type == kStackType; });
    for (const Row* row : roots) add(*row, "", "", now, out);
    return out;
  }

 private:
  std::vector<const Row*> shown(const std::vector<const Row*>& rows) const {
    std::vector<const Row*> out;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(out), [&](const Row* r) { return visible_.contains(r); });
    return out;
  }
  void add(const Row& row, const std::string& branch, const std::string& below,
           std::chrono::steady_clock::time_point now, std::vector<Line>& out) const {
    out.push_back({&row, branch + short_type(row.type), status_of(row, now), info_of(row)});
    auto it = children_.find(row.urn);
    if (it == children_.end()) return;
    auto rows = shown(it->second);
    for (const Row* child : rows) {
      bool last = child == rows.back();
      add(*child, below + (last ? "└─ " : "├─ "), below + (last ? "   " : "│  "), now, out);
    }
  }

  const RunModel& model_;
  std::vector<const Row*> roots_;
  std::map<Urn, std::vector<const Row*>> children_;
  std::set<const Row*> visible_;
};

std::string more_text(const RunModel& model, std::size_t shown) {
  std::map<std::string, int> counts;
  for (const Row& row : model.rows())
    if (row.changes())
      ++counts[row.state == Row::State::running   ? verb(row.op, Tense::running)
               : row.state == Row::State::failed  ? "failed"
               : row.state == Row::State::planned ? "to " + verb(row.op, Tense::plan)
                                                  : verb(row.op, Tense::done)];
  std::string out = fmt::format("     {} shown of {}:", shown, model.rows().size());
  for (const auto& [word, count] : counts) out += fmt::format(" {} {}", count, word);
  return out;
}

}  // namespace

std::vector<std::string> tree_lines(const RunModel& model, bool planning, const ViewOptions& options,
                                    std::chrono::steady_clock::time_point now, std::size_t width, std::size_t height) {
  auto lines = Tree(model, options.show_sames, false).lines(now);
  bool cut = height > 0 && lines.size() + 2 > height;
  if (cut) lines = Tree(model, false, true).lines(now);
  if (cut && lines.size() + 3 > height) lines.resize(height > 3 ? height - 3 : 1);
  std::size_t type_width = 4, name_width = 4, status_width = 6;
  for (const auto& line : lines) {
    type_width = std::max(type_width, columns(line.type));
    name_width = std::max(name_width, columns(line.row->name));
    status_width = std::max(status_width, columns(line.status));
  }
  std::vector<std::string> out;
  if (lines.empty()) return out;
  out.push_back(options.style.paint(Colour::bold, fmt::format("     {}  {}  {}", pad("Type", type_width),
                                                              pad("Name", name_width), planning ? "Plan" : "Status")));
  for (const auto& line : lines) {
    Colour colour = line.row->state == Row::State::failed ? Colour::bright_red : colour_of(line.row->op);
    std::size_t fixed = 5 + type_width + 2 + name_width + 2 + status_width + 2;
    std::string info = width == 0 ? line.info : width > fixed ? fit(line.info, width - fixed) : "";
    std::string text =
        fmt::format(" {}  {}  {}  {}", options.style.paint(colour, symbol(line.row->op)), pad(line.type, type_width),
                    pad(line.row->name, name_width), options.style.paint(colour, line.status));
    if (!info.empty()) text += std::string(status_width - columns(line.status) + 2, ' ') + info;
    while (text.ends_with(' ')) text.pop_back();
    out.push_back(std::move(text));
  }
  if (cut) out.push_back(more_text(model, lines.size()));
  return out;
}

}  // namespace drydock::cli
