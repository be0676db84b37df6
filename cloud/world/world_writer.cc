#include "cloud/world/entry.h"
#include "cloud/world/world_file.h"

namespace drydock::cloud {
namespace {

/// The parts that make files long, one after the other with an empty line between them.
void add(std::string& out, const std::string& name, Json value) {
  if (value.size() == 0) return;
  out += (out.empty() ? "" : "\n") + write_yaml(Json::object({{name, std::move(value)}}));
}

Json refs(const std::vector<Ref>& nouns) {
  Json::Array out;
  for (const Ref& noun : nouns) out.push_back(spoken(noun));
  return out;
}

Json written(const Unknown& x) {
  return Json::object({{"noun", spoken(x.noun)}, {"field", x.field}, {"source", x.source}});
}
Json written(const Origin& x) {
  Json out = fields::encode(x);
  out["noun"] = spoken(x.noun);
  for (const char* name : {"type", "file"})
    if (out.at(name).string_or().empty()) out.erase(name);
  for (const char* name : {"line", "column"})
    if (out.at(name).int_or(0) == 0) out.erase(name);
  return out;
}
Json written(const PlanStep& x) {
  Json out = fields::encode(x);
  out["makes"] = refs(x.makes);
  if (x.makes.empty()) out.erase("makes");
  if (x.after.empty()) out.erase("after");
  if (!x.waits_for_nodes) out.erase("waitsForNodes");
  return out;
}
Json written(const Unmodelled& x) { return fields::encode(x); }

template <class T>
Json list(const std::vector<T>& items) {
  Json::Array out;
  for (const T& item : items) out.push_back(written(item));
  return out;
}

const char* name_of(Dialect dialect) {
  constexpr const char* kNames[] = {"aws", "drydock", "pulumi", "terraform", "cloudformation"};
  return kNames[static_cast<int>(dialect)];
}

void hide_secret_data(Entry& entry) {
  if (entry.key.find("/Secret/") == std::string::npos) return;
  entry.body.erase("data"), entry.body.erase("stringData");
}

}  // namespace

std::string write_world(const World& world) {
  const World natural;
  Json head = Json::object();
  if (world.account != natural.account) head["account"] = world.account;
  if (world.region != natural.region) head["region"] = world.region;
  if (world.partition != natural.partition) head["partition"] = world.partition;
  if (world.dialect != natural.dialect) head["dialect"] = name_of(world.dialect);
  std::string out = head.size() ? write_yaml(head) : std::string();
  for (const std::string& table : table_names()) {
    Json nouns = Json::object();
    for (Entry& entry : write_entries(world, table)) {
      hide_secret_data(entry);
      nouns[entry.key] = without_secrets(std::move(entry.body));
    }
    add(out, table, std::move(nouns));
  }
  add(out, "unknowns", list(world.unknowns));
  add(out, "origins", list(world.origins));
  add(out, "plan", list(world.plan));
  add(out, "unmodelled", list(world.unmodelled));
  return out.empty() ? "{}\n" : out;
}

}  // namespace drydock::cloud
