// The run a program takes part in: names, configuration, stack outputs, log, functions of providers.
//
//   int main() {
//     return drydock::run([](drydock::Context& ctx) {
//       drydock::aws::ec2::Vpc vpc(ctx, "main", {.cidrBlock = "10.0.0.0/16"});
//       ctx.output("vpcId", vpc.id);
//     });
//   }
//
// The program's function declares resources and returns; it never waits for one. run() then waits until all are
// settled. There are no globals: one process can hold several Contexts, each on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>

#include "sdk/config.h"
#include "sdk/resource.h"

namespace drydock {

/// Ends the program with this message as its one diagnostic.
class ProgramError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class LogLevel { debug, info, warning, error };

struct InvokeOptions {
  ResourceList dependsOn{};
  std::optional<Resource> parent{};
  std::string pluginDownloadURL{};
  std::optional<ProviderResource> provider{};
  std::string version{};
};

class Context {
 public:
  explicit Context(std::shared_ptr<detail::ContextCore> core) : core_(std::move(core)) {}
  Context(const Context&) = delete;

  const std::string& project() const;
  const std::string& stack() const;
  const std::string& organization() const;
  /// Whether this is a preview: outputs may be unknown.
  bool dry_run() const;

  /// Settings of the stack below `space:`; the project's own without a name.
  Config config(std::string space = {}) const;

  /// Shows a value as an output of the stack. The last one of a name counts.
  void output(std::string name, AnyInput value);

  /// One message for the user. An error does not end the program; throw ProgramError for that.
  void log(LogLevel level, std::string message, const Resource* resource = nullptr);
  void info(std::string message) { log(LogLevel::info, std::move(message)); }
  void warn(std::string message) { log(LogLevel::warning, std::move(message)); }

  /// A provider's function, by token. Unknown arguments (in a preview) give an unknown result.
  Output<PropertyValue> invoke(std::string token, InputValue args, InvokeOptions options = {},
                               std::source_location where = std::source_location::current());
  /// The same, waiting for the answer. REQUIRES: arguments that are known now. Throws ProgramError when the function
  /// fails.
  PropertyValue invoke_now(std::string token, InputValue args, InvokeOptions options = {},
                           std::source_location where = std::source_location::current());
  /// A method of a component.
  Output<PropertyValue> call(std::string token, const Resource& self, InputValue args,
                             std::source_location where = std::source_location::current());

  const std::shared_ptr<detail::ContextCore>& core() const { return core_; }

 private:
  std::shared_ptr<detail::ContextCore> core_;
};

/// Runs the program under the engine that started it. The exit code for main(): 0, or 32 after an error that was
/// reported.
int run(const std::function<void(Context&)>& program);

namespace detail {
// What generated code is made of.
inline InvokeOptions with_version(InvokeOptions options, const char* version, const char* url) {
  if (options.version.empty()) options.version = version;
  if (options.pluginDownloadURL.empty()) options.pluginDownloadURL = url;
  return options;
}
inline ResourceOptions with_secrets(ResourceOptions options, std::initializer_list<const char*> names) {
  options.additionalSecretOutputs.insert(options.additionalSecretOutputs.end(), names.begin(), names.end());
  return options;
}
/// The value of a function that answers just one.
inline PropertyValue only_member(const PropertyValue& value) {
  return value.is_map() && value.as_map().size() == 1 ? value.as_map().begin()->second : value;
}
inline Output<PropertyValue> only_member(const Output<PropertyValue>& value) {
  return value.apply([](const PropertyValue& v) { return only_member(v); });
}
/// A typed result of invoke and call.
template <class T>
Output<T> decoded(Context& ctx, const Output<PropertyValue>& raw, std::string where) {
  auto* core = ctx.core().get();
  return raw.apply([core, where](const PropertyValue& value) {
    T result{};
    Decoder decoder(core, where);
    decode_value(value, result, decoder);
    if (!decoder.ok()) throw_decode_error(decoder.problem());
    return result;
  });
}
template <class T>
T decoded_now(Context& ctx, const PropertyValue& value, std::string where) {
  T result{};
  Decoder decoder(ctx.core().get(), std::move(where));
  decode_value(value, result, decoder);
  if (!decoder.ok()) throw_decode_error(decoder.problem());
  return result;
}
}  // namespace detail

}  // namespace drydock
