// Language hosts: how a project's program is built and run, by its `runtime`.
//
//   cpp      cmake and ninja in the project's build/ folder, then the one executable that its CMakeLists.txt makes
//   go       `go build`, then the binary (or `options.binary`)
//   nodejs   node with the SDK's own node_modules/@pulumi/pulumi/cmd/run
//
// What a program is told (environment and flags) is what Pulumi's own hosts tell it:
// https://github.com/pulumi/pulumi/tree/master/sdk/go/pulumi-language-go, .../sdk/nodejs/cmd/pulumi-language-nodejs
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/process.h"
#include "base/result.h"
#include "engine/engine.h"
#include "engine/state/project.h"

namespace drydock::engine {

/// A project's program, made ready once and then run for the preview and for the update.
class Language {
 public:
  virtual ~Language() = default;
  /// Builds what needs building. `on_output` gets what compilers print, as they print it. On an error the compiler has
  /// said why, or the message does.
  virtual Result<void> build(const std::function<void(std::string_view)>& on_output, std::stop_token stop) = 0;
  /// The command that runs the program. REQUIRES: build().
  virtual Result<ProcessSpec> command(const ProgramInfo& info) = 0;
};

/// `sdk_directory`: where the C++ SDK's package configuration is, for cpp. Errors: a runtime that we do not know.
Result<std::unique_ptr<Language>> make_language(const Project& project, const std::string& sdk_directory);

/// Where the program runs: the project's folder joined with `main` (of a file: its folder).
std::string program_directory(const Project& project);

/// The engine's view of a language: starts the command, hands on its output, and says how it ended.
Program make_program(Language& language);

/// PULUMI_* variables that Pulumi's Go host sets; our C++ SDK reads the same.
std::map<std::string, std::string> program_environment(const ProgramInfo& info);

}  // namespace drydock::engine
