#include "twin/kernel/time.h"

#include <cstdio>
#include <ctime>

namespace drydock::twin {

namespace {

std::string iso(SimTime time, const char* format) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
  const std::time_t clock = std::chrono::system_clock::to_time_t(seconds);
  std::tm parts{};
  gmtime_r(&clock, &parts);
  char day[40], text[64];
  std::strftime(day, sizeof day, "%Y-%m-%dT%H:%M:%S", &parts);
  std::snprintf(text, sizeof text, format, day, static_cast<int>((time - seconds).count()));
  return text;
}

}  // namespace

std::string iso_millis(SimTime time) { return iso(time, "%s.%03dZ"); }
std::string iso_seconds(SimTime time) { return iso(time, "%sZ"); }

}  // namespace drydock::twin
