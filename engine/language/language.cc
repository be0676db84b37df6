#include "engine/language/language.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "engine/language/cpp.h"
#include "engine/language/go.h"
#include "engine/language/nodejs.h"

namespace drydock::engine {
namespace {

/// 32 is what every SDK exits with after it has told its errors through the engine.
constexpr int kErrorsWereLogged = 32;

}  // namespace

std::string program_directory(const Project& project) {
  std::string path = absolute_path(join_path(project.directory, project.main));
  return file_exists(path) ? parent_directory(path) : path;
}

Result<std::unique_ptr<Language>> make_language(const Project& project, const std::string& sdk_directory) {
  std::string directory = program_directory(project);
  if (!directory_exists(directory)) {
    return fail(ErrorCode::invalid_input,
                fmt::format("{}: 'main' names {}, which does not exist", project.file, directory));
  }
  if (project.runtime == "cpp") return make_cpp(project, directory, sdk_directory);
  if (project.runtime == "go") return make_go(project, directory);
  if (project.runtime == "nodejs") return make_nodejs(project, directory);
  std::string near = nearest(project.runtime, {"cpp", "go", "nodejs"});
  return fail(ErrorCode::unsupported,
              fmt::format("{}: not supported yet: runtime '{}'{}; known are cpp, go and nodejs", project.file,
                          project.runtime, near.empty() ? "" : fmt::format(" (did you mean '{}'?)", near)));
}

std::map<std::string, std::string> program_environment(const ProgramInfo& info) {
  Json config = Json::object(), secret_keys = Json::Array{};
  for (const auto& [key, value] : info.config) config[key] = value;
  for (const auto& key : info.config_secret_keys) secret_keys.push_back(key);
  return {{"PULUMI_MONITOR", info.monitor_address},
          {"PULUMI_ENGINE", info.engine_address},
          {"PULUMI_ORGANIZATION", info.organization},
          {"PULUMI_PROJECT", info.project},
          {"PULUMI_STACK", info.stack},
          {"PULUMI_ROOT_DIRECTORY", info.root_directory},
          {"PULUMI_DRY_RUN", info.dry_run ? "true" : "false"},
          {"PULUMI_PARALLEL", std::to_string(info.parallel)},
          {"PULUMI_CONFIG", config.dump()},
          {"PULUMI_CONFIG_SECRET_KEYS", secret_keys.dump()}};
}

Program make_program(Language& language) {
  return [&language](const ProgramInfo& info, const ProgramOutput& output, std::stop_token cancelled) -> ProgramResult {
    auto command = language.command(info);
    if (!command) return {command.error().to_string(), false};
    // Whole lines, so that two streams do not cut each other's words.
    LineSplitter out([&](std::string_view line) { output(Severity::info, std::string(line) + "\n"); });
    LineSplitter err([&](std::string_view line) { output(Severity::info, std::string(line) + "\n"); });
    auto exit = run_process(
        *command, [&](Stream stream, std::string_view piece) { (stream == Stream::out ? out : err).add(piece); },
        cancelled);
    out.rest();
    err.rest();
    if (!exit) return {exit.error().to_string(), false};
    if (exit->ok()) return {};
    if (exit->code == kErrorsWereLogged) return {"", true};
    if (cancelled.stop_requested()) return {"the program was stopped", false};
    return {fmt::format("the program failed: {} ({})", exit->to_string(), command->argv.front()), false};
  };
}

}  // namespace drydock::engine
