// A project's own files: Pulumi.yaml, and the settings of each stack, Pulumi.<stack>.yaml.
// Source of the shapes: https://www.pulumi.com/docs/iac/concepts/projects/project-file/ and
// .../stack-settings-file-reference/
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "engine/state/secrets.h"

namespace drydock::engine {

struct Project {
  std::string file;       // absolute path of Pulumi.yaml
  std::string directory;  // where it is
  std::string name;
  std::string runtime;  // "cpp", "nodejs", "go", ...; not judged here
  Json runtime_options;
  std::string main;         // program folder or file below `directory`; empty: the folder itself
  std::string backend_url;  // empty: not said
  Json config;              // the "config" block as it stands

  std::string settings_file(std::string_view stack) const;
  /// Stacks that have a settings file, sorted.
  std::vector<std::string> stacks_with_settings() const;
};

/// Reads Pulumi.yaml of `directory` or the nearest folder above it. Errors name the file, the line or key, and the
/// remedy.
Result<Project> load_project(const std::string& directory);

struct ConfigValue {
  std::string value;  // in clear; objects and lists as JSON text
  bool secret = false;
  bool object = false;
  friend bool operator==(const ConfigValue&, const ConfigValue&) = default;
};
/// By full key, "namespace:name".
using Config = std::map<std::string, ConfigValue>;

/// "name" -> "<project>:name"; full keys stay. "ns:config:name" is an old spelling of "ns:name".
std::string full_config_key(const Project& project, std::string_view key);

/// One stack's settings file. Edits keep the lines they do not touch, comments included.
class StackSettings {
 public:
  /// A missing file is an empty one.
  static Result<StackSettings> load(const Project& project, std::string stack);

  const std::string& file() const { return file_; }
  std::string encryption_salt() const { return document_.at("encryptionsalt").string_or(); }

  /// What the program gets: the stack's values, and the project's defaults. Secrets come back in clear and marked.
  Result<Config> config(const Project& project, SecretsManager& secrets) const;
  /// Keys only, as full keys, with true for those that hold a secret: needs no passphrase.
  std::map<std::string, bool> keys(const Project& project) const;

  /// `path`: "a.b[0]" addresses into an object. A secret is stored encrypted.
  Result<void> set(const Project& project, std::string_view key, std::string_view value, bool secret, bool path,
                   SecretsManager& secrets);
  /// not_found if there is no such key.
  Result<void> remove(const Project& project, std::string_view key, bool path);
  void set_encryption_salt(const std::string& salt);
  Result<void> save() const;
  const std::string& text() const { return text_; }

 private:
  Result<void> replace_entry(const std::string& key, const Json& value);
  std::string spelled_key(const Project& project, const std::string& full) const;
  void reparse();

  std::string file_, text_;
  Json document_;
};

/// A document as YAML, block style, with quotes only where a reader would otherwise take a text for something else.
std::string to_yaml(const Json& document, int indent = 0);

}  // namespace drydock::engine
