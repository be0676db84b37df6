// Programs in C++: configured once, built incrementally, by the project's own CMakeLists.txt.
#include "engine/language/cpp.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"

namespace drydock::engine {
namespace {

constexpr const char* kQuery = ".cmake/api/v1/query/codemodel-v2";
constexpr const char* kReply = ".cmake/api/v1/reply";

class Cpp : public Language {
 public:
  Cpp(const Project& project, std::string directory, std::string sdk)
      : options_(project.runtime_options),
        directory_(std::move(directory)),
        sdk_(std::move(sdk)),
        build_(join_path(directory_, "build")) {}

  Result<void> build(const std::function<void(std::string_view)>& on_output, std::stop_token stop) override {
    for (const char* tool : {"cmake", "ninja"})
      if (find_in_path(tool).empty())
        return fail(ErrorCode::not_found, fmt::format("{} is not in PATH; programs in C++ are built with it", tool));
    if (!file_exists(join_path(directory_, "CMakeLists.txt")))
      return fail(
          ErrorCode::not_found,
          fmt::format("there is no CMakeLists.txt in {}; a program in C++ needs one of three lines", directory_));
    if (needs_configuring())
      if (auto done = configure(on_output, stop); !done) return done;
    if (auto done = compile(on_output, stop); !done) return done;
    return find_executable();
  }

  Result<ProcessSpec> command(const ProgramInfo& info) override {
    return ProcessSpec{{executable_}, directory_, program_environment(info)};
  }

 private:
  /// A build folder that was moved, or made for another SDK, is configured anew.
  bool needs_configuring() const {
    std::string cache = read_file(join_path(build_, "CMakeCache.txt")).value_or("");
    auto cached = [&](const std::string& line) { return cache.find(line + "\n") != std::string::npos; };
    // UNINITIALIZED until find_package() has taken the variable up.
    bool same_sdk = cached("drydock_DIR:UNINITIALIZED=" + sdk_) || cached("drydock_DIR:PATH=" + sdk_);
    return !same_sdk || !cached("CMAKE_CACHEFILE_DIR:INTERNAL=" + build_) ||
           !file_exists(join_path(build_, "build.ninja")) || list_directory(join_path(build_, kReply)).empty();
  }

  Result<void> configure(const std::function<void(std::string_view)>& on_output, std::stop_token stop) {
    if (auto made = make_directories(parent_directory(join_path(build_, kQuery))); !made) return made;
    if (auto asked = write_file(join_path(build_, kQuery), ""); !asked) return asked;
    // --fresh forgets a cache that belongs to another place.
    std::vector<std::string> argv{"cmake",
                                  "-S",
                                  directory_,
                                  "-B",
                                  build_,
                                  "--fresh",
                                  "-G",
                                  "Ninja",
                                  "-DCMAKE_BUILD_TYPE=Debug",
                                  "-DCMAKE_CXX_FLAGS_DEBUG=-O0",
                                  "-Ddrydock_DIR=" + sdk_};
    std::string said;
    auto exit = run_process(
        {argv, directory_, {}}, [&](Stream, std::string_view piece) { said += piece; }, stop);
    if (!exit) return pass(exit);
    if (exit->ok()) return {};
    on_output(said);
    (void)remove_file(join_path(build_, "CMakeCache.txt"));
    return fail(ErrorCode::invalid_input, fmt::format("cmake could not configure the program in {} ({}); see above",
                                                      directory_, exit->to_string()));
  }

  Result<void> compile(const std::function<void(std::string_view)>& on_output, std::stop_token stop) {
    std::string said;
    auto exit = run_process(
        {{"ninja", "-C", build_, "--quiet"}, directory_, {}}, [&](Stream, std::string_view piece) { said += piece; },
        stop);
    if (!exit) return pass(exit);
    // Warnings are shown too; ninja's own talk is not.
    std::string kept;
    for (const auto& line : split(said, '\n'))
      if (!line.starts_with("ninja: Entering") && !line.starts_with("ninja: no work") && !line.starts_with("[") &&
          !line.empty())
        kept += line + "\n";
    if (!kept.empty()) on_output(kept);
    if (exit->ok()) return {};
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "building the program was stopped");
    return fail(ErrorCode::invalid_input, fmt::format("the program in {} does not compile; see above", directory_));
  }

  /// CMake's file API says which executables there are; `options.target` chooses between several.
  Result<void> find_executable() {
    std::string reply = join_path(build_, kReply), wanted = options_.at("target").string_or();
    std::vector<std::string> found;
    for (const auto& name : list_directory(reply)) {
      if (!name.starts_with("target-")) continue;
      auto target = Json::parse(read_file(join_path(reply, name)).value_or(""));
      if (!target || target->at("type").string_or() != "EXECUTABLE") continue;
      std::string title = target->at("name").string_or();
      if (!wanted.empty() && title != wanted) continue;
      found.push_back(title);
      executable_ = join_path(build_, target->at("artifacts").item(0).at("path").string_or());
    }
    if (found.size() == 1) return {};
    return fail(ErrorCode::invalid_input,
                found.empty()
                    ? fmt::format("{}/CMakeLists.txt makes no executable{}", directory_,
                                  wanted.empty() ? "" : fmt::format(" named '{}' (runtime option 'target')", wanted))
                    : fmt::format("{}/CMakeLists.txt makes several executables ({}); choose one in Pulumi.yaml: "
                                  "runtime: {{name: cpp, options: {{target: {}}}}}",
                                  directory_, join(found, ", "), found.front()));
  }

  Json options_;
  std::string directory_, sdk_, build_, executable_;
};

}  // namespace

std::unique_ptr<Language> make_cpp(const Project& project, std::string directory, std::string sdk_directory) {
  return std::make_unique<Cpp>(project, std::move(directory), std::move(sdk_directory));
}

}  // namespace drydock::engine
