// Hostile JSON and YAML: no crash, and what was parsed prints and parses again as itself.
#include <cstdint>
#include <cstdlib>

#include "base/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (auto json = drydock::Json::parse(text)) {
    const std::string printed = json->dump();
    const auto again = drydock::Json::parse(printed);
    if (!again || again->dump() != printed) std::abort();
  }
  if (size < 4096) (void)drydock::parse_yaml(text);
  return 0;
}
