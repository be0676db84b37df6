// One noun of a world file: reading it into a world, and writing it as short as it reads back. Private to world files.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cloud/world/decode.h"

namespace drydock::cloud {

struct Entry {
  std::string key;
  Json body;
};

/// The names of each_table, in their order.
const std::vector<std::string>& table_names();
/// ec2.vpc-endpoint -> vpcEndpoints, and "endpoint"; empty for an unknown one.
std::string table_of(std::string_view kTable);
std::string kind_of(std::string_view kTable);
/// Table names (kTable) of kinds, in no order.
std::vector<std::pair<std::string, std::string>> kinds();

/// Puts the noun into its table (named as in world files), in place of one with the same key. After a fault the world
/// is not to be used.
std::optional<Fault> read_entry(World& world, const std::string& table, const std::string& key, Json body,
                                YamlPlaces::Path path);
/// The key that a noun written as `key` has in its table: "nodes" is "nodes:1" of launch templates.
std::string full_key(const World& world, const std::string& kTable, const std::string& key);
/// False if there is none.
bool erase_entry(World& world, const Ref& noun);

/// As written in files; nullopt if there is none.
std::optional<Entry> write_entry(const World& world, const Ref& noun);
/// All of a table.
std::vector<Entry> write_entries(const World& world, const std::string& table);

/// What looks like a secret is replaced.
Json without_secrets(Json body);

}  // namespace drydock::cloud
