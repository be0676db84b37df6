// What a folder of files says together: lists of the same call (pages, regions of a filter) are joined.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cloud/world/world.h"
#include "readers/reader.h"

namespace drydock::readers::describe {

struct Item {
  Json json;  // in the API's names for EC2, as printed otherwise
  const File* file = nullptr;
};

class Collection {
 public:
  /// Errors: invalid_input, naming the file: no JSON, or no call that we know.
  Result<void> add(const File& file);

  /// Items of a call by the CLI's outermost key: "Vpcs", "cluster".
  const std::vector<Item>& of(const std::string& key) const;
  bool has(const std::string& key) const { return items_.contains(key); }

 private:
  std::map<std::string, std::vector<Item>> items_;
};

/// Fills one area of the world.
class Filler {
 public:
  Filler(const Collection& collection, cloud::World& world) : all(collection), world(world) {}
  const Collection& all;
  cloud::World& world;

  void stands(const cloud::Ref& noun, const Item& item, const char* type) {
    cloud::Origin origin;
    origin.noun = noun;
    origin.address = noun.id;
    origin.type = type;
    origin.file = item.file ? item.file->name : "";
    world.origins.push_back(std::move(origin));
  }
};

void fill_network(Filler& filler);
void fill_compute(Filler& filler);
void fill_identity(Filler& filler);
void fill_eks(Filler& filler);

}  // namespace drydock::readers::describe
