#include "sdk/context.h"

#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "sdk/context_core.h"
#include "sdk/resolve.h"

namespace drydock {

namespace detail {

SourcePosition ContextCore::position(const std::source_location& where) const {
  if (!where.file_name() || !*where.file_name()) return {};
  std::filesystem::path path(where.file_name());
  if (path.is_relative()) path = std::filesystem::path(info.root_directory) / path;
  return {"file://" + path.lexically_normal().generic_string(), static_cast<int>(where.line()),
          static_cast<int>(where.column())};
}

void ContextCore::failed(const CallError& error, const std::string& doing) {
  if (error.gone) {
    gone = true;
  } else {
    errors.push_back(doing + ": " + error.message);
  }
}

void ContextCore::settle(const std::function<bool()>& stop) {
  // After an exception the rest still runs: what was asked for must be answered before we leave.
  for (bool again = true; again;) try {
      again = false;
      loop.run(stop);
    } catch (const std::exception& e) {
      errors.emplace_back(e.what());
      again = true;
    } catch (...) {
      errors.emplace_back("the program threw something that is no std::exception");
      again = true;
    }
}

namespace {

FunctionRequest request_for(ContextCore& context, std::string token, const InvokeOptions& options,
                            const std::source_location& where) {
  FunctionRequest request;
  request.token = std::move(token);
  request.version = options.version;
  request.plugin_download_url = options.pluginDownloadURL;
  request.position = context.position(where);
  auto package = request.token.substr(0, request.token.find(':'));
  if (options.provider) {
    request.provider = provider_reference(*options.provider->handle());
  } else if (options.parent) {
    auto found = options.parent->handle()->providers.find(package);
    if (found != options.parent->handle()->providers.end()) request.provider = provider_reference(*found->second);
  }
  return request;
}

std::string failure_text(const std::string& token, const FunctionReply& reply) {
  std::string text = token + ": ";
  for (std::size_t i = 0; i < reply.failures.size(); ++i) {
    const auto& [property, reason] = reply.failures[i];
    text += (i ? "; " : "") + (property.empty() ? reason : "property '" + property + "': " + reason);
  }
  return text;
}

void finish_invoke(const std::string& token, const CallResult<FunctionReply>& reply, ContextCore& context,
                   Provenance provenance, const std::shared_ptr<ValueCell<PropertyValue>>& cell) {
  if (!reply) {
    context.failed(reply.error(), "calling " + token);
    return cell->fail();
  }
  if (!reply->failures.empty()) {
    context.errors.push_back(failure_text(token, *reply));
    return cell->fail();
  }
  if (reply->unknown) return cell->settle_unknown(std::move(provenance));
  PropertyValue result(reply->result);
  provenance.secret = provenance.secret || result.contains_secrets();
  if (result.contains_unknowns()) return cell->settle_unknown(std::move(provenance));
  cell->settle(provenance.secret ? result.plain() : std::move(result), std::move(provenance));
}

std::vector<CoreRef> cores_of(const InvokeOptions& options) {
  std::vector<CoreRef> out;
  for (const auto& resource : options.dependsOn.items()) out.push_back(resource.handle());
  if (options.parent)
    for (const auto& [package, provider] : options.parent->handle()->providers) out.push_back(provider);
  if (options.provider) out.push_back(options.provider->handle());
  return out;
}

}  // namespace

}  // namespace detail

using namespace detail;

const std::string& Context::project() const { return core_->info.project; }
const std::string& Context::stack() const { return core_->info.stack; }
const std::string& Context::organization() const { return core_->info.organization; }
bool Context::dry_run() const { return core_->info.dry_run; }

Config Context::config(std::string space) const {
  return Config(core_->info.config, space.empty() ? core_->info.project : std::move(space));
}

void Context::output(std::string name, AnyInput value) {
  core_->stack_outputs.insert_or_assign(std::move(name), value);
}

void Context::log(LogLevel level, std::string message, const Resource* resource) {
  std::string urn = resource && resource->handle()->registered->done() && !resource->handle()->registered->failed()
                        ? resource->handle()->urn()
                        : std::string();
  core_->monitor->log(static_cast<LogSeverity>(level), std::move(message), std::move(urn));
}

Output<PropertyValue> Context::invoke(std::string token, InputValue args, InvokeOptions options,
                                      std::source_location where) {
  auto cell = std::make_shared<ValueCell<PropertyValue>>();
  auto& context = *core_;
  when_expanded(cores_of(options), [&context, cell, token, args, options, where](std::vector<Urn>, bool failed) {
    if (failed) return cell->fail();
    when_resolvable(args, [&context, cell, token, args, options, where] {
      auto resolved = resolve(args, {});
      if (resolved.failed) return cell->fail();
      Provenance provenance{resolved.value.contains_secrets(), std::move(resolved.dependencies)};
      for (const auto& resource : options.dependsOn.items())
        if (auto urn = Urn::parse(resource.handle()->urn())) provenance.merge({false, {*urn}});
      if (resolved.value.contains_unknowns()) return cell->settle_unknown(std::move(provenance));
      auto request = request_for(context, token, options, where);
      auto plain = resolved.value.plain();
      if (plain.is_map()) request.args = std::move(plain.as_map());
      in_flight<FunctionReply>(
          context, [&](auto done) { context.monitor->invoke(std::move(request), done); },
          [&context, cell, token, provenance](CallResult<FunctionReply> reply) {
            finish_invoke(token, reply, context, provenance, cell);
          });
    });
  });
  return Output<PropertyValue>(cell);
}

PropertyValue Context::invoke_now(std::string token, InputValue args, InvokeOptions options,
                                  std::source_location where) {
  bool ready = false;
  when_resolvable(args, [&ready] { ready = true; });
  auto resolved = ready ? resolve(args, {}) : Resolved{};
  if (!ready || resolved.failed || resolved.value.contains_unknowns()) {
    throw ProgramError(token +
                       ": an argument is not known yet; use the form that ends in 'Output', or call it in an apply");
  }
  auto request = request_for(*core_, token, options, where);
  auto plain = resolved.value.plain();
  if (plain.is_map()) request.args = std::move(plain.as_map());
  std::mutex mutex;
  std::condition_variable changed;
  std::optional<CallResult<FunctionReply>> answer;
  core_->monitor->invoke(std::move(request), [&](CallResult<FunctionReply> reply) {
    std::lock_guard lock(mutex);
    answer.emplace(std::move(reply));
    changed.notify_one();
  });
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return answer.has_value(); });
  const auto& reply = *answer;
  if (!reply) {
    core_->gone = core_->gone || reply.error().gone;
    throw ProgramError("calling " + token + ": " + reply.error().message);
  }
  if (!reply->failures.empty()) throw ProgramError(failure_text(token, *reply));
  return PropertyValue(reply->result).plain();
}

Output<PropertyValue> Context::call(std::string token, const Resource& self, InputValue args,
                                    std::source_location where) {
  auto cell = std::make_shared<ValueCell<PropertyValue>>();
  auto& context = *core_;
  InputValue::Map all;
  if (args.given()) all = std::get<InputValue::Map>(args.variant());
  all.emplace("__self__", InputValue(self.handle()));
  InputValue everything(std::move(all));
  when_resolvable(everything, [&context, cell, token, everything, where] {
    FunctionRequest request;
    request.token = token;
    request.position = context.position(where);
    const bool keep_outputs = context.supports("outputValues");
    for (const auto& [key, input] : std::get<InputValue::Map>(everything.variant())) {
      auto resolved = resolve(input, {.keep_outputs = keep_outputs});
      if (resolved.failed) return cell->fail();
      request.arg_dependencies[key] = std::move(resolved.dependencies);
      request.args.emplace(key, std::move(resolved.value));
    }
    in_flight<FunctionReply>(
        context, [&](auto done) { context.monitor->call(std::move(request), done); },
        [&context, cell, token](CallResult<FunctionReply> reply) {
          Provenance provenance;
          if (reply)
            for (const auto& [key, urns] : reply->result_dependencies) provenance.merge({false, urns});
          finish_invoke(token, reply, context, std::move(provenance), cell);
        });
  });
  return Output<PropertyValue>(cell);
}

}  // namespace drydock
