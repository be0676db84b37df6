#include "engine/state/project.h"

#include <fmt/format.h>

#include <set>

#include "base/file.h"
#include "base/text.h"

namespace drydock::engine {
namespace {

constexpr std::string_view kFile = "Pulumi.yaml";

Result<Project> parse_project(const std::string& file, const std::string& text) {
  auto document = parse_yaml(text);
  if (!document) return fail(ErrorCode::invalid_input, fmt::format("{}: {}", file, document.error().message));
  if (!document->is_object())
    return fail(ErrorCode::invalid_input, fmt::format("{}: expected a map with 'name' and 'runtime'", file));
  Project project;
  project.file = file;
  project.directory = parent_directory(file);
  std::vector<std::string> wrong;
  const Json& name = document->at("name");
  const Json& runtime = document->at("runtime");
  if (name.is_string() && !name.as_string().empty())
    project.name = name.as_string();
  else
    wrong.push_back("'name' is missing (a text, for example 'name: private-eks')");
  if (runtime.is_string()) {
    project.runtime = runtime.as_string();
  } else if (runtime.at("name").is_string()) {
    project.runtime = runtime.at("name").as_string();
    project.runtime_options = runtime.at("options");
  } else {
    wrong.push_back("'runtime' is missing (a text, for example 'runtime: cpp')");
  }
  const Json& config = document->at("config");
  if (!config.is_null() && !config.is_object()) wrong.push_back("'config' must be a map of keys");
  if (!wrong.empty()) return fail(ErrorCode::invalid_input, fmt::format("{}: {}", file, join(wrong, "; ")));
  project.main = document->at("main").string_or();
  project.backend_url = document->at("backend").at("url").string_or();
  project.config = config;
  return project;
}

}  // namespace

Result<Project> load_project(const std::string& directory) {
  std::string start = absolute_path(directory);
  if (!directory_exists(start)) return fail(ErrorCode::not_found, fmt::format("there is no folder {}", start));
  for (std::string folder = start;; folder = parent_directory(folder)) {
    std::string file = join_path(folder, kFile);
    if (file_exists(file)) {
      auto text = read_file(file);
      if (!text) return pass(text);
      return parse_project(file, *text);
    }
    if (folder == "/") break;
  }
  return fail(
      ErrorCode::not_found,
      fmt::format("no Pulumi.yaml in {} or any folder above it; go to a project's folder, or name it with -C", start));
}

std::string Project::settings_file(std::string_view stack) const {
  return join_path(directory, fmt::format("Pulumi.{}.yaml", stack));
}

std::vector<std::string> Project::stacks_with_settings() const {
  std::vector<std::string> stacks;
  for (const auto& name : list_directory(directory)) {
    if (!name.starts_with("Pulumi.") || !name.ends_with(".yaml") || name == kFile) continue;
    stacks.push_back(name.substr(7, name.size() - 7 - 5));
  }
  return stacks;
}

std::string full_config_key(const Project& project, std::string_view key) {
  auto parts = split(key, ':');
  if (parts.size() == 1) return fmt::format("{}:{}", project.name, key);
  if (parts.size() == 3 && parts[1] == "config") return fmt::format("{}:{}", parts[0], parts[2]);
  return std::string(key);
}

}  // namespace drydock::engine
