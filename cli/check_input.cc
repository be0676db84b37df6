#include "cli/check_input.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include "base/file.h"
#include "base/text.h"
#include "cli/run.h"

namespace drydock::cli {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_stdin() {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t n = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(ErrorCode::unavailable, "stdin cannot be read");
    if (n == 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

Result<readers::Format> parse_format(const std::string& name) {
  std::vector<std::string> known;
  for (const auto format :
       {readers::Format::pulumi_deployment, readers::Format::pulumi_preview, readers::Format::terraform,
        readers::Format::cloudformation, readers::Format::describe, readers::Format::world}) {
    if (name == readers::to_string(format)) return format;
    known.emplace_back(readers::to_string(format));
  }
  return fail(ErrorCode::invalid_input, fmt::format("--format '{}' is none of {}", name, join(known, ", ")));
}

/// Files of a folder that end in one of `ends`, sorted; those of hidden folders left out, but for terraform's own,
/// where it keeps the modules it fetched.
Result<std::vector<readers::File>> files_of(const std::string& folder, std::vector<std::string> ends, bool deep) {
  std::vector<std::string> names;
  std::error_code error;
  const auto note = [&](const fs::directory_entry& entry) {
    const std::string name = entry.path().string();
    if (entry.is_regular_file(error) &&
        std::any_of(ends.begin(), ends.end(), [&](const auto& end) { return name.ends_with(end); }))
      names.push_back(name);
  };
  if (!deep) {
    for (const auto& entry : fs::directory_iterator(folder, error)) note(entry);
  } else {
    for (auto it = fs::recursive_directory_iterator(folder, error); it != fs::recursive_directory_iterator();
         it.increment(error)) {
      if (error) break;
      const std::string name = it->path().filename().string();
      if (it->is_directory(error) && name.starts_with('.') && name != ".terraform") it.disable_recursion_pending();
      note(*it);
    }
  }
  if (error) return fail(ErrorCode::not_found, fmt::format("{} cannot be read: {}", folder, error.message()));
  std::sort(names.begin(), names.end());
  std::vector<readers::File> out;
  for (const std::string& name : names) {
    auto text = read_file(name);
    if (!text) return pass(text);
    out.push_back({fs::path(name).lexically_relative(folder).string(), std::move(*text)});
  }
  return out;
}

Result<std::map<std::string, std::string>> parameters_of(const std::vector<std::string>& given) {
  std::map<std::string, std::string> out;
  for (const std::string& one : given) {
    const auto equals = one.find('=');
    if (equals == std::string::npos || equals == 0)
      return fail(ErrorCode::invalid_input, fmt::format("--parameter '{}' is not KEY=VALUE", one));
    out[one.substr(0, equals)] = one.substr(equals + 1);
  }
  return out;
}

Result<std::vector<readers::File>> input_files(const std::string& path, const std::string& shown) {
  if (shown == "-") {
    auto text = read_stdin();
    if (!text) return pass(text);
    return std::vector<readers::File>{{"stdin", std::move(*text)}};
  }
  std::error_code error;
  if (fs::is_directory(path, error)) {
    auto files = files_of(path, {".json"}, false);
    if (files && files->empty())
      return fail(
          ErrorCode::invalid_input,
          fmt::format(
              "{} is neither a Pulumi project (no Pulumi.yaml) nor a folder of describe output (no .json files)",
              shown));
    return files;
  }
  auto text = read_file(path);
  if (!text) return pass(text);
  return std::vector<readers::File>{{shown, std::move(*text)}};
}

}  // namespace

Result<readers::Reading> read_input(const App& app, const InputFlags& flags) {
  const std::string path =
      flags.path == "-" ? flags.path : (fs::path(app.directory) / flags.path).lexically_normal().string();
  std::error_code error;
  if (flags.path != "-" && fs::exists(fs::path(path) / "Pulumi.yaml", error) && flags.format.empty()) {
    App there = app;
    there.directory = path;
    RunFlags run;
    run.stack = flags.stack;
    return preview_world(there, run);
  }
  auto files = input_files(path, flags.path);
  if (!files) return pass(files);
  auto parameters = parameters_of(flags.parameters);
  if (!parameters) return pass(parameters);
  readers::Input input{.files = std::move(*files),
                       .parameters = std::move(*parameters),
                       .account = flags.account,
                       .region = flags.region};
  if (!flags.source.empty()) {
    auto sources = files_of((fs::path(app.directory) / flags.source).string(), {".tf", "modules.json"}, true);
    if (!sources) return pass(sources);
    input.sources = std::move(*sources);
  }
  auto format = flags.format.empty() ? readers::detect(input) : parse_format(flags.format);
  if (!format) return pass(format);
  return readers::read(input, *format);
}

}  // namespace drydock::cli
