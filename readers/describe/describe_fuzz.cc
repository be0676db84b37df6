// Hostile describe output, files divided by zero bytes: an error or a world, never a crash.
#include <cstdint>

#include "readers/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drydock::readers;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Input input;
  while (!text.empty() && input.files.size() < 16) {
    const std::size_t cut = std::min(text.find('\0'), text.size());
    input.files.push_back({"call.json", std::string(text.substr(0, cut))});
    text.remove_prefix(std::min(cut + 1, text.size()));
  }
  if (input.files.empty()) return 0;
  (void)detect(input);
  (void)read(input, Format::describe);
  return 0;
}
