#pragma once

#include "engine/language/language.h"

namespace drydock::engine {

std::unique_ptr<Language> make_cpp(const Project& project, std::string directory, std::string sdk_directory);

}  // namespace drydock::engine
