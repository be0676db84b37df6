#include "tests/golden/state.h"

#include <algorithm>
#include <map>

#include "base/file.h"
#include "engine/state/deployment.h"

namespace drydock::golden {
namespace {

void sort(Json& list) {
  if (list.is_array())
    std::sort(list.as_array().begin(), list.as_array().end(),
              [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
}

/// By URN; a twin that waits for its deletion has a mark behind it.
std::map<std::string, Json> records(const engine::Snapshot& snapshot) {
  std::map<std::string, Json> out;
  const engine::StateWriter writer(engine::SecretForm::plaintext);
  for (const engine::ResourcePtr& record : snapshot.resources) {
    Json json = *writer.resource(*record);
    for (const char* field : {"created", "modified", "sourcePosition", "stackTrace"}) json.erase(field);
    sort(json["dependencies"]);  // sets, in both engines
    if (json.at("propertyDependencies").is_object())
      for (auto& [key, urns] : json["propertyDependencies"].as_object()) sort(urns);
    out[record->urn.str() + (record->delete_ ? " (old)" : "")] = std::move(json);
  }
  return out;
}

}  // namespace

std::vector<std::string> state_differences(const std::string& exported_file, const engine::Snapshot& ours, Ids& ids) {
  const auto text = read_file(exported_file);
  if (!text) return {text.error().to_string()};
  const auto json = Json::parse(*text);
  if (!json) return {json.error().to_string()};
  const Json& deployment = json->at("deployment");
  engine::SecretsManager secrets(*engine::deployment_salt(deployment), [] { return Result<std::string>("x"); });
  const auto recorded = engine::read_deployment(deployment, secrets);
  if (!recorded) return {recorded.error().to_string()};

  std::vector<std::string> differences;
  // Default providers are made by the engine itself: nobody was told their ids.
  for (const engine::ResourcePtr& a : recorded->resources)
    for (const engine::ResourcePtr& b : ours.resources)
      if (a->urn == b->urn && engine::is_provider_type(a->type)) ids.pair(a->id, b->id);
  const auto want = records(*recorded);
  auto got = records(ours);
  for (const auto& [urn, record] : want) {
    const auto it = got.find(urn);
    if (it == got.end()) {
      differences.push_back("state: " + urn + " is missing");
      continue;
    }
    const std::string d = difference(record, ids.to_recorded(it->second));
    if (!d.empty()) differences.push_back("state: " + urn + ": " + d);
    got.erase(it);
  }
  for (const auto& [urn, record] : got) differences.push_back("state: " + urn + " should not be there");
  return differences;
}

}  // namespace drydock::golden
