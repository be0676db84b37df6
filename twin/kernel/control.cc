// The endpoints below /_drydock/ that the kernel itself answers: status, clock, leases.
#include <chrono>

#include "twin/kernel/front.h"
#include "twin/kernel/world.h"

namespace drydock::twin {

namespace {

Clock::Real real_now() { return std::chrono::steady_clock::now(); }

/// "600", 600, "10m", "1h30m", "500ms" as milliseconds.
std::optional<Millis> parse_duration(const Json& json) {
  if (json.is_number()) return Millis(static_cast<std::int64_t>(json.as_double() * 1000));
  if (!json.is_string()) return std::nullopt;
  const std::string& text = json.as_string();
  double total = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t end = text.find_first_not_of("0123456789.", at);
    if (end == at) return std::nullopt;
    double number = 0;
    try {
      number = std::stod(text.substr(at, end == std::string::npos ? end : end - at));
    } catch (const std::exception&) {
      return std::nullopt;
    }
    const std::size_t next = end == std::string::npos ? end : text.find_first_of("0123456789.", end);
    const std::string unit =
        end == std::string::npos ? "s" : text.substr(end, next == std::string::npos ? next : next - end);
    const double factor = unit == "ms"  ? 1
                          : unit == "s" ? 1e3
                          : unit == "m" ? 6e4
                          : unit == "h" ? 3.6e6
                          : unit == "d" ? 8.64e7
                                        : -1;
    if (factor < 0) return std::nullopt;
    total += number * factor;
    at = next == std::string::npos ? text.size() : next;
  }
  if (text.empty()) return std::nullopt;
  return Millis(static_cast<std::int64_t>(total));
}

ApiResult advance(World& world, Call& call) {
  auto duration = parse_duration(call.in.at("duration"));
  if (!duration || *duration < Millis(0))
    return refuse("InvalidDuration", "duration must be seconds or a text like \"10m\" or \"1h30m\"");
  world.clock().advance(*duration);
  return world.clock().show();
}

ApiResult run(World& world, Call& call) {
  const Json& factor = call.in.at("factor");
  double value = 0;
  if (factor.is_number()) value = factor.as_double();
  if (factor.is_string()) value = std::atof(factor.as_string().c_str());
  if (!factor.is_null() && value <= 0)
    return refuse("InvalidFactor", "factor must be a number above 0; leave it out to run by events");
  factor.is_null() ? world.clock().run() : world.clock().run_at(value, real_now());
  return world.clock().show();
}

ApiResult no_lease(const std::string& id) {
  return refuse("NoSuchLease", "lease " + id + " does not exist; leases not renewed for 10 s end", 404);
}

}  // namespace

void install_control(Front& front) {
  front.control("GET", "/_drydock/status", [&front](World&, Call&) -> ApiResult { return front.describe_status(); });
  front.control("GET", "/_drydock/clock", [](World& world, Call& call) -> ApiResult {
    return world.clock().show(static_cast<std::size_t>(std::max<std::int64_t>(0, call.number("events").value_or(20))));
  });
  front.control("POST", "/_drydock/clock/pause", [](World& world, Call&) -> ApiResult {
    world.clock().pause();
    return world.clock().show();
  });
  front.control("POST", "/_drydock/clock/run", run);
  front.control("POST", "/_drydock/clock/advance", advance);
  front.control("POST", "/_drydock/clock/lease", [](World& world, Call& call) -> ApiResult {
    return Json::object({{"id", world.clock().lease(call.text("who", "somebody"), real_now())}});
  });
  front.control("PUT", "/_drydock/clock/lease/{id}", [](World& world, Call& call) -> ApiResult {
    if (!world.clock().renew(call.text("id"), call.flag("waiting").value_or(false), real_now()))
      return no_lease(call.text("id"));
    return Json::object({{"simTime", epoch_millis(world.now())}});
  });
  front.control("DELETE", "/_drydock/clock/lease/{id}", [](World& world, Call& call) -> ApiResult {
    if (!world.clock().release(call.text("id"), real_now())) return no_lease(call.text("id"));
    return Json::object();
  });
}

}  // namespace drydock::twin
