// A stack's settings, typed. Values are text or JSON, as `drydock config set` stores them; a secret one is only given
// as a secret output. A missing or malformed setting throws ProgramError with the command that sets it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "sdk/output.h"

namespace drydock {

struct ConfigValues {
  std::map<std::string, std::string> values;  // "space:name" -> text
  std::set<std::string> secret_keys;
};

class Config {
 public:
  Config(const ConfigValues& all, std::string space) : all_(&all), space_(std::move(space)) {}

  /// Types: std::string, bool, int, double, Json (anything).
  template <class T = std::string>
  std::optional<T> get(const std::string& name) const;
  template <class T = std::string>
  T require(const std::string& name) const;
  template <class T = std::string>
  T get_or(const std::string& name, T otherwise) const;
  std::string get_or(const std::string& name, const char* otherwise) const;
  Output<std::string> require_secret(const std::string& name) const;
  std::optional<Output<std::string>> get_secret(const std::string& name) const;
  bool is_secret(const std::string& name) const { return all_->secret_keys.contains(key(name)); }

 private:
  std::string key(const std::string& name) const { return space_ + ":" + name; }
  const std::string* find(const std::string& name) const;

  const ConfigValues* all_;
  std::string space_;
};

template <>
std::optional<std::string> Config::get<std::string>(const std::string& name) const;
template <>
std::optional<bool> Config::get<bool>(const std::string& name) const;
template <>
std::optional<int> Config::get<int>(const std::string& name) const;
template <>
std::optional<double> Config::get<double>(const std::string& name) const;
template <>
std::optional<Json> Config::get<Json>(const std::string& name) const;

template <class T>
T Config::get_or(const std::string& name, T otherwise) const {
  return get<T>(name).value_or(std::move(otherwise));
}
inline std::string Config::get_or(const std::string& name, const char* otherwise) const {
  return get<std::string>(name).value_or(otherwise);
}

}  // namespace drydock
