#include <cstdio>
#include <cstdlib>

#include "base/json.h"
#include "sdk/context_core.h"
#include "sdk/resolve.h"

namespace drydock {

namespace {

using namespace detail;

constexpr int kReported = 32;  // "the failure was reported already", to language hosts

std::string env(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

/// Keys are space:name, or space:config:name in an older form.
ConfigValues config_from(const std::string& values, const std::string& secret_keys) {
  auto key_of = [](std::string key) {
    auto at = key.find(":config:");
    return at == std::string::npos ? key : key.substr(0, at) + key.substr(at + 7);
  };
  ConfigValues config;
  if (auto json = Json::parse(values); json && json->is_object()) {
    for (const auto& [key, value] : json->as_object()) {
      config.values[key_of(key)] = value.is_string() ? value.as_string() : value.dump();
    }
  }
  if (auto json = Json::parse(secret_keys); json && json->is_array()) {
    for (const auto& key : json->as_array()) config.secret_keys.insert(key_of(key.string_or()));
  }
  return config;
}

RunInfo info_from_environment() {
  RunInfo info;
  info.project = env("PULUMI_PROJECT");
  info.stack = env("PULUMI_STACK");
  info.organization = env("PULUMI_ORGANIZATION");
  info.root_directory = env("PULUMI_ROOT_DIRECTORY");
  info.dry_run = env("PULUMI_DRY_RUN") == "true";
  info.config = config_from(env("PULUMI_CONFIG"), env("PULUMI_CONFIG_SECRET_KEYS"));
  return info;
}

CoreRef register_stack(Context& ctx) {
  auto& context = *ctx.core();
  auto stack = register_resource(ctx, {.type = std::string(kStackType),
                                       .name = context.info.project + "-" + context.info.stack,
                                       .kind = ResourceKind::component,
                                       .inputs = {}});
  context.settle([&] { return stack->registered->done(); });
  if (stack->registered->done() && !stack->registered->failed()) context.root_urn = stack->urn();
  return stack;
}

void run_program(Context& ctx, const std::function<void(Context&)>& program) {
  auto& errors = ctx.core()->errors;
  try {
    program(ctx);
  } catch (const std::exception& e) {
    errors.emplace_back(e.what());
  } catch (...) {
    errors.emplace_back("the program threw something that is no std::exception");
  }
  ctx.core()->settle();
}

/// One diagnostic: the first problem is the cause, the rest are its company.
void report(ContextCore& context) {
  if (context.errors.empty()) return;
  std::string message = context.errors.front();
  for (std::size_t i = 1; i < context.errors.size(); ++i) message += "\n" + context.errors[i];
  context.monitor->log(LogSeverity::error, message, context.root_urn);
}

}  // namespace

int detail::run_in(const std::shared_ptr<ContextCore>& core, const std::function<void(Context&)>& program) {
  Context ctx(core);
  auto& context = *core;
  auto stack = register_stack(ctx);
  if (context.ok()) run_program(ctx, program);
  if (context.ok()) {
    context.loop.post([&] { register_outputs(stack, InputValue(context.stack_outputs)); });
    context.settle();
  }
  if (context.ok()) {
    auto end = context.monitor->signal_and_wait();
    if (!end && !end.error().unimplemented) context.failed(end.error(), "ending the run");
  }
  report(context);
  return context.ok() ? 0 : kReported;
}

int run(const std::function<void(Context&)>& program) {
  const auto address = env("PULUMI_MONITOR");
  if (address.empty()) {
    std::fputs(
        "error: this program describes infrastructure and is started by an engine: run `drydock up` in its folder\n",
        stderr);
    return 1;
  }
  auto context = std::make_shared<ContextCore>(info_from_environment(), connect_monitor(address, env("PULUMI_ENGINE")));
  auto features = context->monitor->features();
  if (!features) {
    std::fprintf(stderr, "error: the engine at %s does not answer: %s\n", address.c_str(),
                 features.error().message.c_str());
    return 1;
  }
  context->features = std::move(*features);
  return run_in(context, program);
}

}  // namespace drydock
