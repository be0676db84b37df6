// Terraform's own source, read as far as a position and a local need: where each block begins, and what the expression
// of each local refers to. Tolerant: what it does not understand it passes over.
// https://developer.hashicorp.com/terraform/language/syntax/configuration
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "readers/reader.h"
#include "readers/terraform/plan.h"

namespace drydock::readers::terraform {

struct Position {
  std::string file;
  std::int64_t line = 0;
};

struct SourceIndex {
  /// "path of module|aws_vpc.main" -> where the block begins; data sources with "data." in front.
  std::map<std::string, Position> blocks;
  /// "path of module|name" of a local -> what its expression refers to.
  std::map<std::string, std::vector<std::string>> locals;
};

/// Modules are found by their sources ("./modules/net") and by terraform's own list (.terraform/modules/modules.json),
/// when that is among the files.
SourceIndex index_sources(const std::vector<File>& files, const ConfigModule& root);

}  // namespace drydock::readers::terraform
