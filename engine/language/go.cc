// Programs in Go. The binary stays in the program's build/ folder; Go's own cache makes the second build quick.
#include "engine/language/go.h"

#include <fmt/format.h>

#include "base/file.h"

namespace drydock::engine {
namespace {

class Go : public Language {
 public:
  Go(const Project& project, std::string directory)
      : directory_(std::move(directory)),
        name_(project.name),
        binary_(project.runtime_options.at("binary").string_or()) {}

  Result<void> build(const std::function<void(std::string_view)>& on_output, std::stop_token stop) override {
    if (!binary_.empty()) {
      binary_ = join_path(directory_, binary_);
      if (file_exists(binary_)) return {};
      return fail(ErrorCode::not_found,
                  fmt::format("the runtime option 'binary' names {}, which does not exist", binary_));
    }
    if (find_in_path("go").empty())
      return fail(ErrorCode::not_found, "go is not in PATH; programs with 'runtime: go' are built with it");
    binary_ = join_path(directory_, "build/" + name_);
    std::string said;
    auto exit = run_process(
        {{"go", "build", "-o", binary_, "."}, directory_, {}}, [&](Stream, std::string_view piece) { said += piece; },
        stop);
    if (!exit) return pass(exit);
    if (exit->ok()) return {};
    on_output(said);
    if (stop.stop_requested()) return fail(ErrorCode::cancelled, "building the program was stopped");
    return fail(ErrorCode::invalid_input, fmt::format("the program in {} does not compile; see above", directory_));
  }

  Result<ProcessSpec> command(const ProgramInfo& info) override {
    return ProcessSpec{{binary_}, directory_, program_environment(info)};
  }

 private:
  std::string directory_, name_, binary_;
};

}  // namespace

std::unique_ptr<Language> make_go(const Project& project, std::string directory) {
  return std::make_unique<Go>(project, std::move(directory));
}

}  // namespace drydock::engine
