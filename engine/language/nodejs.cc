// Programs on Node.js, started by the SDK's own runner. Without the synchronous pipes of Pulumi's host, which only
// invokes of a long gone style need.
#include "engine/language/nodejs.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace drydock::engine {
namespace {

class NodeJs : public Language {
 public:
  NodeJs(const Project& project, std::string directory)
      : directory_(std::move(directory)), root_(project.directory), options_(project.runtime_options) {
    std::string main = absolute_path(join_path(project.directory, project.main));
    entry_ = file_exists(main) ? main : ".";
  }

  Result<void> build(const std::function<void(std::string_view)>&, std::stop_token) override {
    if (find_in_path("node").empty())
      return fail(ErrorCode::not_found, "node is not in PATH; programs with 'runtime: nodejs' run on it");
    for (std::string folder = directory_;; folder = parent_directory(folder)) {
      runner_ = join_path(folder, "node_modules/@pulumi/pulumi/cmd/run");
      if (directory_exists(runner_)) return {};
      if (folder == "/" || folder == ".") break;
    }
    return fail(ErrorCode::not_found,
                fmt::format("the package @pulumi/pulumi is not installed for {}; run: npm install --prefix {}",
                            directory_, directory_));
  }

  Result<ProcessSpec> command(const ProgramInfo& info) override {
    ProcessSpec command;
    command.directory = directory_;
    command.environment = program_environment(info);
    bool typescript = options_.at("typescript").bool_or(true);
    command.environment["PULUMI_NODEJS_TYPESCRIPT"] = typescript ? "true" : "false";
    auto& argv = command.argv;
    argv = {"node"};
    for (const auto& flag : split(options_.at("nodeargs").string_or(), ' '))
      if (!flag.empty()) argv.push_back(flag);
    argv.insert(argv.end(),
                {runner_, "--monitor", info.monitor_address, "--engine", info.engine_address, "--organization",
                 info.organization, "--project", info.project, "--stack", info.stack, "--root-directory", root_,
                 "--pwd", directory_, "--parallel", std::to_string(info.parallel)});
    if (info.dry_run) argv.push_back("--dry-run");
    argv.push_back(entry_);
    return command;
  }

 private:
  std::string directory_, root_, entry_, runner_;
  Json options_;
};

}  // namespace

std::unique_ptr<Language> make_nodejs(const Project& project, std::string directory) {
  return std::make_unique<NodeJs>(project, std::move(directory));
}

}  // namespace drydock::engine
