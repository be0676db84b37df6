#pragma once

#include "engine/language/language.h"

namespace drydock::engine {

std::unique_ptr<Language> make_nodejs(const Project& project, std::string directory);

}  // namespace drydock::engine
