// Hostile plans, states and source files: an error or a world, never a crash; bounded in depth and steps.
#include <cstdint>

#include "readers/reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace drydock::readers;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // Behind a zero byte: a file of the source.
  const std::size_t cut = std::min(text.find('\0'), text.size());
  Input input;
  input.files = {{"plan.json", std::string(text.substr(0, cut))}};
  if (cut < text.size()) input.sources = {{"main.tf", std::string(text.substr(cut + 1))}};
  (void)detect(input);
  (void)read(input, Format::terraform);
  return 0;
}
