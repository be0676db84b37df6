#include "proof/finding.h"

namespace drydock::proof {

const char* to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::ready:
      return "ready";
    case Verdict::flaky:
      return "flaky";
    case Verdict::degraded:
      return "degraded";
    case Verdict::depends:
      return "depends";
    case Verdict::not_ready:
      return "not_ready";
  }
  return "";
}

const char* to_string(Severity severity) {
  switch (severity) {
    case Severity::note:
      return "note";
    case Severity::warning:
      return "warning";
    case Severity::error:
      return "error";
  }
  return "";
}

}  // namespace drydock::proof
