// A folder of what the AWS CLI's describe, get and list commands print, one file a call, as a world.
#pragma once

#include "readers/reader.h"
#include "readers/text.h"

namespace drydock::readers::describe {

bool looks_like(const Outline& outline);
/// REQUIRES: UTF-8. Errors: invalid_input, naming the file.
Result<Reading> read(const Input& input);

}  // namespace drydock::readers::describe
