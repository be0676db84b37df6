#include "cloud/aws/zone_offers.h"

#include <algorithm>
#include <array>

namespace drydock::aws {

bool known_not_offered(std::string_view type, std::string_view zone) {
  // The oldest zone of the oldest region was not fitted with the generations on Nitro.
  constexpr std::array<std::string_view, 24> kNitro = {"t3",  "t3a", "t4g", "m5",  "m5a", "m5d",  "m5n", "m6a",
                                                       "m6g", "m6i", "m7g", "m7i", "c5",  "c5d",  "c5n", "c6g",
                                                       "c6i", "c7g", "r5",  "r5a", "r5d", "r5dn", "r6g", "r6i"};
  const std::string_view family = type.substr(0, type.find('.'));
  return zone == "us-east-1e" && std::find(kNitro.begin(), kNitro.end(), family) != kNitro.end();
}

}  // namespace drydock::aws
