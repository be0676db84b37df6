#include "readers/terraform/source.h"

#include <algorithm>
#include <cctype>

#include "base/text.h"

namespace drydock::readers::terraform {
namespace {

bool is_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '-'; }
bool starts_name(char c) { return std::isalpha(static_cast<unsigned char>(c)) || c == '_'; }

// Walks one file; comments, strings and heredocs are skipped as wholes.
class Scanner {
 public:
  Scanner(const File& file, std::string module, SourceIndex& out)
      : file_(file), text_(file.text), module_(std::move(module)), out_(out) {}

  void run() {
    std::vector<std::string> words;  // of the block's header
    std::int64_t line = 1;
    while (pos_ < text_.size()) {
      if (skip_blank()) continue;
      const char c = text_[pos_];
      if (starts_name(c)) {
        if (words.empty()) line = line_;
        words.push_back(name());
      } else if (c == '"') {
        const std::size_t begin = pos_ + 1;
        skip_string();
        words.emplace_back(text_.substr(begin, pos_ > begin ? pos_ - begin - 1 : 0));
      } else if (c == '{') {
        block(words, line);
        words.clear();
      } else {
        if (c == '\n') ++line_;
        words.clear();
        ++pos_;
      }
    }
  }

 private:
  void block(const std::vector<std::string>& words, std::int64_t line) {
    const bool data = !words.empty() && words[0] == "data";
    if (words.size() == 3 && (data || words[0] == "resource")) {
      const std::string name = (data ? "data." : "") + words[1] + "." + words[2];
      out_.blocks.emplace(module_ + "|" + name, Position{file_.name, line});
    }
    if (words.size() == 1 && words[0] == "locals") {
      locals();
    } else {
      skip_brackets();
    }
  }

  // name = expression, each at the depth of the block.
  void locals() {
    ++pos_;
    while (pos_ < text_.size() && text_[pos_] != '}') {
      if (skip_blank()) continue;
      if (text_[pos_] == '\n') ++line_;
      if (!starts_name(text_[pos_])) {
        ++pos_;
        continue;
      }
      const std::string local = name();
      while (skip_blank()) {
      }
      if (pos_ >= text_.size() || text_[pos_] != '=') continue;
      const std::size_t begin = ++pos_;
      skip_expression();
      out_.locals[module_ + "|" + local] = references(text_.substr(begin, pos_ - begin));
    }
    if (pos_ < text_.size()) ++pos_;
  }

  void skip_expression() {
    while (pos_ < text_.size() && text_[pos_] != '\n' && text_[pos_] != '}') {
      if (skip_blank()) continue;
      const char c = text_[pos_];
      if (c == '"') {
        skip_string();
      } else if (c == '(' || c == '[' || c == '{') {
        skip_brackets();
      } else if (c == '<' && text_.substr(pos_, 2) == "<<") {
        skip_heredoc();
      } else {
        ++pos_;
      }
    }
  }

  void skip_brackets() {
    int depth = 0;
    while (pos_ < text_.size()) {
      if (skip_blank()) continue;
      const char c = text_[pos_];
      if (c == '"') {
        skip_string();
        continue;
      }
      if (c == '<' && text_.substr(pos_, 2) == "<<" && skip_heredoc()) continue;
      if (c == '\n') ++line_;
      if (c == '(' || c == '[' || c == '{') ++depth;
      if (c == ')' || c == ']' || c == '}') --depth;
      ++pos_;
      if (depth == 0) return;
    }
  }

  // "text ${ expression } text"; an expression may hold strings again. Bounded by counting instead of recursion.
  void skip_string() {
    std::vector<char> open{'"'};
    ++pos_;
    while (pos_ < text_.size() && !open.empty()) {
      const char c = text_[pos_];
      if (c == '\n') ++line_;
      if (open.back() == '"') {
        if (c == '\\') {
          ++pos_;
        } else if (c == '"') {
          open.pop_back();
        } else if ((c == '$' || c == '%') && text_.substr(pos_ + 1, 1) == "{") {
          open.push_back('}');
          ++pos_;
        }
      } else if (c == '}') {
        open.pop_back();
      } else if (c == '{') {
        open.push_back('}');
      } else if (c == '"') {
        open.push_back('"');
      }
      ++pos_;
    }
    pos_ = std::min(pos_, text_.size());
  }

  bool skip_heredoc() {
    std::size_t p = pos_ + 2;
    if (p < text_.size() && text_[p] == '-') ++p;
    const std::size_t begin = p;
    while (p < text_.size() && is_name(text_[p])) ++p;
    const std::string_view mark = text_.substr(begin, p - begin);
    if (mark.empty()) return false;
    while (p < text_.size()) {
      const std::size_t end = text_.find('\n', p);
      if (end == text_.npos) break;
      ++line_;
      p = end + 1;
      if (trim(text_.substr(p, text_.find('\n', p) - p)) == mark) {
        pos_ = std::min(text_.find('\n', p), text_.size());
        return true;
      }
    }
    pos_ = text_.size();
    return true;
  }

  // Spaces and comments; a line's end is left to the caller.
  bool skip_blank() {
    const std::string_view rest = text_.substr(pos_);
    if (rest.empty()) return false;
    if (rest[0] == ' ' || rest[0] == '\t' || rest[0] == '\r') {
      ++pos_;
      return true;
    }
    if (rest[0] == '#' || rest.starts_with("//")) {
      pos_ = std::min(text_.find('\n', pos_), text_.size());
      return true;
    }
    if (rest.starts_with("/*")) {
      const std::size_t end = std::min(text_.find("*/", pos_ + 2), text_.size() - 2) + 2;
      line_ += std::count(text_.begin() + static_cast<long>(pos_), text_.begin() + static_cast<long>(end), '\n');
      pos_ = end;
      return true;
    }
    return false;
  }

  std::string name() {
    const std::size_t begin = pos_;
    while (pos_ < text_.size() && is_name(text_[pos_])) ++pos_;
    return std::string(text_.substr(begin, pos_ - begin));
  }

  // Everything that looks like a traversal: names joined by dots, with keys.
  static std::vector<std::string> references(std::string_view expression) {
    std::vector<std::string> out;
    std::size_t i = 0;
    while (i < expression.size()) {
      if (!starts_name(expression[i])) {
        ++i;
        continue;
      }
      const std::size_t begin = i;
      int dots = 0;
      while (i < expression.size()) {
        if (is_name(expression[i])) {
          ++i;
        } else if (expression[i] == '.' && i + 1 < expression.size() && starts_name(expression[i + 1])) {
          ++dots, ++i;
        } else if (expression[i] == '[') {  // a literal key, or a splat
          const std::size_t end = expression.find(']', i);
          const std::string_view key = end == expression.npos ? "" : expression.substr(i + 1, end - i - 1);
          const bool literal = !key.empty() && (key[0] == '"' || std::isdigit(static_cast<unsigned char>(key[0])));
          if (!literal) break;
          i = end + 1;
        } else {
          break;
        }
      }
      if (dots > 0) out.emplace_back(expression.substr(begin, i - begin));
    }
    return out;
  }

  const File& file_;
  std::string_view text_;
  std::string module_;
  SourceIndex& out_;
  std::size_t pos_ = 0;
  std::int64_t line_ = 1;
};

std::string folder_of(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return slash == name.npos ? "" : std::string(name.substr(0, slash));
}

// "a/./b/../c" -> "a/c"
std::string normal(const std::string& path) {
  std::vector<std::string> out;
  for (const std::string& part : split(path, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == ".." && !out.empty() && out.back() != "..") {
      out.pop_back();
    } else {
      out.push_back(part);
    }
  }
  return join(out, "/");
}

// Folders of modules by their paths ("eks.node_group").
void find_folders(const ConfigModule& module, const std::string& folder,
                  const std::map<std::string, std::string>& listed,
                  std::map<std::string, std::vector<std::string>>& out) {
  out[folder].push_back(module.path);
  for (const auto& [name, child] : module.modules) {
    std::string where;
    if (const auto found = listed.find(child->path); found != listed.end()) {
      where = normal(found->second);
    } else if (child->source.starts_with(".")) {
      where = normal(folder + "/" + child->source);
    } else {
      continue;
    }
    find_folders(*child, where, listed, out);
  }
}

}  // namespace

SourceIndex index_sources(const std::vector<File>& files, const ConfigModule& root) {
  SourceIndex out;
  if (files.empty()) return out;
  std::map<std::string, std::string> listed;
  for (const File& file : files) {
    if (!file.name.ends_with("modules/modules.json")) continue;
    auto json = Json::parse(file.text);
    if (!json || !json->at("Modules").is_array()) continue;
    for (const Json& module : json->at("Modules").as_array())
      listed[module.at("Key").string_or()] = module.at("Dir").string_or();
  }
  std::map<std::string, std::vector<std::string>> folders;
  find_folders(root, "", listed, folders);
  for (const File& file : files) {
    if (!file.name.ends_with(".tf")) continue;
    const auto found = folders.find(normal(folder_of(file.name)));
    if (found == folders.end()) continue;
    for (const std::string& path : found->second) Scanner(file, path, out).run();
  }
  return out;
}

}  // namespace drydock::readers::terraform
