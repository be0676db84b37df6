// From a package schema to C++: one header and one source file per module, plus a header of forward declarations.
#pragma once

#include <map>
#include <string>

#include "sdk/generator/schema.h"

namespace drydock::generator {

struct Generated {
  std::string header, source;
};
/// By module; "" is the package itself. Equal schemas give equal text.
std::map<std::string, Generated> emit(const Package& package);

}  // namespace drydock::generator
