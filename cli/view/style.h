// Colours and words for what a run shows: symbols and verbs of the operations, durations, types as people write them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "cli/report/paint.h"
#include "engine/event.h"

namespace drydock::cli {

/// "+ ", "~ ", "+-"; two characters wide.
std::string_view symbol(engine::Op op);
Colour colour_of(engine::Op op);
enum class Tense { plan, running, done };
/// "create", "creating", "created"; empty for `same`.
std::string verb(engine::Op op, Tense tense);

/// "aws:ec2/vpc:Vpc" -> "aws:ec2:Vpc"
std::string short_type(std::string_view type);
/// "0.52s" below a second, "3s", "11m20s", "1h5m".
std::string duration_text(std::chrono::milliseconds duration);
/// Columns that a text takes on a terminal: code points, colours not counted.
std::size_t columns(std::string_view text);
/// At most `width` columns; cut texts end in "…". REQUIRES: no colours inside.
std::string fit(std::string_view text, std::size_t width);
std::string pad(std::string_view text, std::size_t width);

}  // namespace drydock::cli
