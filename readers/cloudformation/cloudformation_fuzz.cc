// Any text: a reading or an error, in bounded time and memory.
#include <cstddef>
#include <cstdint>

#include "readers/cloudformation/cloudformation.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  drydock::readers::Input input;
  input.files.push_back({"fuzz", std::string(reinterpret_cast<const char*>(data), size)});
  (void)drydock::readers::cloudformation::read(input);
  return 0;
}
