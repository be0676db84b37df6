// drydock_gen --out DIR SCHEMA...: writes the C++ SDK of a package below DIR/drydock/. The schema may be split into
// several files (JSON or YAML). With --modules the files written are exactly those of the named modules, so that a
// build knows them beforehand; a module that the schema has and the list has not is an error.
#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/text.h"
#include "sdk/generator/emit.h"
#include "sdk/generator/names.h"

namespace drydock::generator {
namespace {

Result<Json> load(const std::string& file) {
  std::ifstream in(file);
  if (!in) return fail(ErrorCode::not_found, file + ": cannot be read");
  std::ostringstream text;
  text << in.rdbuf();
  auto json = file.ends_with(".json") ? Json::parse(text.str()) : parse_yaml(text.str());
  if (!json) return pass(json, "reading " + file);
  return json;
}

/// Leaves a file alone that already says the same, so that nothing is rebuilt for it.
Result<void> write(const std::filesystem::path& path, const std::string& text) {
  std::error_code error;
  std::filesystem::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary);
  out << text;
  out.close();
  if (!out) return fail(ErrorCode::unavailable, path.string() + ": cannot be written");
  return {};
}

Result<void> generate(const std::string& out, const std::vector<std::string>& files, std::set<std::string> modules) {
  std::vector<std::pair<std::string, Json>> parts;
  for (const auto& file : files) {
    auto json = load(file);
    if (!json) return pass(json);
    parts.emplace_back(file, std::move(*json));
  }
  auto schema = merge(parts);
  if (!schema) return pass(schema);
  auto package = read_package(*schema);
  if (!package) return pass(package);
  auto generated = emit(*package);
  for (auto& [module, text] : generated) {
    const auto shown = module.empty() ? "index" : module;
    if (!modules.empty() && modules.erase(shown) == 0) {
      return fail(ErrorCode::invalid_input,
                  fmt::format("the schema has a module '{}' that the build does not list", shown));
    }
    const std::filesystem::path header = std::filesystem::path(out) / header_of(package->name, module);
    auto source = header;
    source.replace_extension(".cc");
    if (auto done = write(header, text.header); !done) return done;
    if (auto done = write(source, text.source); !done) return done;
  }
  if (!modules.empty()) {
    return fail(ErrorCode::invalid_input, fmt::format("the schema has nothing in module '{}'", *modules.begin()));
  }
  return {};
}

}  // namespace
}  // namespace drydock::generator

int main(int argc, char** argv) {
  std::string out;
  std::vector<std::string> files;
  std::set<std::string> modules;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    if (arg == "--out" && i + 1 < argc) {
      out = argv[++i];
    } else if (arg == "--modules" && i + 1 < argc) {
      for (const auto& module : drydock::split(argv[++i], ',')) modules.insert(module);
    } else {
      files.emplace_back(arg);
    }
  }
  if (out.empty() || files.empty()) {
    std::fputs("usage: drydock_gen --out DIR [--modules a,b] SCHEMA...\n", stderr);
    return 2;
  }
  if (auto done = drydock::generator::generate(out, files, modules); !done) {
    std::fprintf(stderr, "error: %s\n", done.error().to_string().c_str());
    return 1;
  }
  return 0;
}
