#include "proof/permission/pattern.h"

#include <cctype>

namespace drydock::proof {
namespace {

using Kind = Symbol::Kind;

// Some text belongs to both. Walks the product of the two automata; sizes are those of ARNs.
bool intersects(const Pattern& a, const Pattern& b) {
  const std::size_t width = b.size() + 1;
  std::vector<char> reachable((a.size() + 1) * width, 0);
  reachable[0] = 1;
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t k = 0; k <= b.size(); ++k) {
      if (!reachable[i * width + k]) continue;
      const bool run_a = i < a.size() && a[i].kind == Kind::any_run, run_b = k < b.size() && b[k].kind == Kind::any_run;
      if (run_a) {
        reachable[(i + 1) * width + k] = 1;
        if (k < b.size()) reachable[i * width + k + 1] = 1;
      }
      if (run_b) {
        reachable[i * width + k + 1] = 1;
        if (i < a.size()) reachable[(i + 1) * width + k] = 1;
      }
      if (run_a || run_b || i == a.size() || k == b.size()) continue;
      if (a[i].kind == Kind::any_one || b[k].kind == Kind::any_one || a[i].c == b[k].c)
        reachable[(i + 1) * width + k + 1] = 1;
    }
  }
  return reachable.back();
}

// Every text of `subject` belongs to `pattern`. Sound, and exact wherever the subject's runs meet runs of the pattern:
// a run of the subject can only be swallowed by a run of the pattern.
bool covers(const Pattern& pattern, const Pattern& subject) {
  const std::size_t width = subject.size() + 1;
  std::vector<char> ok((pattern.size() + 1) * width, 0);
  for (std::size_t i = pattern.size() + 1; i-- > 0;) {
    for (std::size_t k = subject.size() + 1; k-- > 0;) {
      char& here = ok[i * width + k];
      if (i == pattern.size()) {
        here = k == subject.size();
      } else if (pattern[i].kind == Kind::any_run) {
        here = ok[(i + 1) * width + k] || (k < subject.size() && ok[i * width + k + 1]);
      } else if (k < subject.size() && subject[k].kind != Kind::any_run) {
        const bool same =
            pattern[i].kind == Kind::any_one || (subject[k].kind == Kind::literal && pattern[i].c == subject[k].c);
        here = same && ok[(i + 1) * width + k + 1];
      }
    }
  }
  return ok[0];
}

}  // namespace

Pattern wildcard_pattern(std::string_view text, bool no_case) {
  Pattern out;
  out.reserve(text.size());
  for (char c : text) {
    if (c == '*') {
      if (out.empty() || out.back().kind != Kind::any_run) out.push_back({Kind::any_run, 0});
    } else if (c == '?') {
      out.push_back({Kind::any_one, 0});
    } else {
      out.push_back({Kind::literal, no_case ? static_cast<char>(std::tolower(static_cast<unsigned char>(c))) : c});
    }
  }
  return out;
}

Pattern literal_pattern(std::string_view text) {
  Pattern out;
  out.reserve(text.size());
  for (char c : text) out.push_back({Kind::literal, c});
  return out;
}

bool matches(const Pattern& pattern, std::string_view text) {
  // ARNs begin alike and differ at their ends.
  if (!pattern.empty() && pattern.back().kind == Kind::literal && (text.empty() || text.back() != pattern.back().c))
    return false;
  // The classic scan: remember the last run, and let it swallow one more character on a mismatch.
  std::size_t i = 0, k = 0, run = pattern.size(), mark = 0;
  while (k < text.size()) {
    if (i < pattern.size() && pattern[i].kind == Kind::any_run) {
      run = i++;
      mark = k;
    } else if (i < pattern.size() && (pattern[i].kind == Kind::any_one || pattern[i].c == text[k])) {
      ++i, ++k;
    } else if (run < pattern.size()) {
      i = run + 1;
      k = ++mark;
    } else {
      return false;
    }
  }
  while (i < pattern.size() && pattern[i].kind == Kind::any_run) ++i;
  return i == pattern.size();
}

Tri matches_all(const Pattern& pattern, const Pattern& subject) {
  if (covers(pattern, subject)) return Tri::yes;
  return intersects(pattern, subject) ? Tri::maybe : Tri::no;
}

}  // namespace drydock::proof
