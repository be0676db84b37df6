// Simulated time. What clients check (signatures, tokens, certificates, Date) is wall time and never this.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace drydock::twin {

using Millis = std::chrono::milliseconds;
using SimTime = std::chrono::sys_time<Millis>;

/// "2026-03-01T10:00:00.000Z", as EC2 writes times; whole seconds without the fraction, as Kubernetes does.
std::string iso_millis(SimTime time);
std::string iso_seconds(SimTime time);
inline std::int64_t epoch_millis(SimTime time) { return time.time_since_epoch().count(); }
inline SimTime from_epoch_millis(std::int64_t ms) { return SimTime(Millis(ms)); }
/// Seconds with fraction: how the JSON protocols write times.
inline double epoch_seconds(SimTime time) { return static_cast<double>(epoch_millis(time)) / 1000.0; }

}  // namespace drydock::twin
