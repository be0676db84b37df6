// `count` resources of the engine's own type: the engine's cost without any cloud's.
#include <drydock/drydock.h>

#include <string>

int main() {
  return drydock::run([](drydock::Context& ctx) {
    const int count = ctx.config().get<int>("count").value_or(1000);
    for (int i = 0; i < count; ++i)
      drydock::pulumi::Stash(ctx, "stash-" + std::to_string(i), {.input = "value " + std::to_string(i)});
  });
}
