// World files of strangers: whatever is read is written so that it reads the same.
#include <cstdint>
#include <cstdlib>

#include "cloud/world/world_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto world = drydock::cloud::parse_world({reinterpret_cast<const char*>(data), size}, "fuzz");
  if (!world) return 0;
  const std::string text = drydock::cloud::write_world(*world);
  auto again = drydock::cloud::parse_world(text, "again");
  if (!again || drydock::cloud::write_world(*again) != text) std::abort();
  return 0;
}
