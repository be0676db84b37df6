// The formats, one row each: how a file is told by its outermost keys, and who reads it. A new format is a row in
// formats.cc and a folder.
#pragma once

#include <span>

#include "readers/reader.h"
#include "readers/text.h"

namespace drydock::readers {

struct FormatRow {
  Format format;
  const char* name;         // of --format
  const char* description;  // "a Terraform plan or state (`terraform show -json`)"
  bool (*looks_like)(const Outline&);
  Result<Reading> (*read)(const Input&);                                    // null: known by sight, and not read yet
  std::string (*property)(std::string_view table, std::string_view field);  // null: the noun's own names
};
std::span<const FormatRow> formats();
const FormatRow& row_of(Format format);

}  // namespace drydock::readers
