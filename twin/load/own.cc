// Nouns without an API in the twin: they enter tables of their own.
#include "base/fields.h"
#include "twin/load/loader.h"

namespace drydock::twin::load {

Step Loader::tables_of_our_own() {
  const auto refused = [&](const auto& nouns, const char* what) -> Step {
    if (nouns.empty()) return {};
    return fault(cloud::ref_of(nouns.front()), std::string("not supported yet on the twin: ") + what);
  };
  if (Step error = refused(w_.peering_connections, "peering connections")) return error;
  if (Step error = refused(w_.transit_gateways, "transit gateways")) return error;
  if (Step error = refused(w_.firewalls, "firewalls and proxies")) return error;
  if (Step error = refused(w_.hosted_zones, "private hosted zones")) return error;
  const auto put = [&](const auto& nouns, const std::string& region) {
    for (const auto& noun : nouns) {
      using T = std::remove_cvref_t<decltype(noun)>;
      T copy = fields::decoded<T>(texts(fields::encode(noun)));
      place_.world.table<T>(region).put(cloud::key_of(copy), copy);
      made(noun, cloud::key_of(copy));
    }
  };
  put(w_.organization_policies, std::string(kGlobal));
  put(w_.kms_keys, w_.region);
  put(w_.prefix_lists, w_.region);
  put(w_.fargate_profiles, w_.region);
  return {};
}

}  // namespace drydock::twin::load
