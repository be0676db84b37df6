// The provider "golden" of the recordings: answers what was recorded.
#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>

#include "sdk/property_wire.h"
#include "tests/golden/replay.h"

namespace drydock::golden {
namespace {

Json wire_json(const PropertyMap& map) {
  google::protobuf::Struct out;
  to_wire(map, out);
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(out, &text);
  return *Json::parse(text);
}

PropertyMap from_wire_json(const Json& json) {
  google::protobuf::Struct in;
  if (!json.is_null()) (void)google::protobuf::util::JsonStringToMessage(json.dump(), &in);
  return *from_wire(in);
}

Json urns_json(const std::map<std::string, std::vector<Urn>>& by_key) {
  Json out = Json::object();
  for (const auto& [key, urns] : by_key) {
    Json list = Json::array();
    for (const Urn& urn : urns) list.push_back(urn.str());
    out[key] = Json::object({{"urns", list}});
  }
  return out;
}

std::map<std::string, std::vector<Urn>> urns_from(const Json& json) {
  std::map<std::string, std::vector<Urn>> out;
  if (!json.is_object()) return out;
  for (const auto& [key, value] : json.as_object()) {
    auto& list = out[key];
    if (!value.at("urns").is_array()) continue;
    for (const Json& urn : value.at("urns").as_array()) list.push_back(*Urn::parse(urn.as_string()));
  }
  return out;
}

std::vector<std::string> texts(const Json& json) {
  std::vector<std::string> out;
  if (json.is_array())
    for (const Json& item : json.as_array()) out.push_back(item.string_or());
  return out;
}

std::vector<CheckFailure> failures(const Json& json) {
  std::vector<CheckFailure> out;
  if (json.is_array())
    for (const Json& f : json.as_array()) out.push_back({f.at("property").string_or(), f.at("reason").string_or()});
  return out;
}

DiffKind kind_of(const std::string& name) {
  if (name == "ADD_REPLACE") return DiffKind::add_replace;
  if (name == "DELETE") return DiffKind::delete_;
  if (name == "DELETE_REPLACE") return DiffKind::delete_replace;
  if (name == "UPDATE") return DiffKind::update;
  if (name == "UPDATE_REPLACE") return DiffKind::update_replace;
  return DiffKind::add;
}

DiffReply diff_reply(const Json& r) {
  DiffReply reply;
  const std::string changes = r.at("changes").string_or();
  reply.changes = changes == "DIFF_NONE"   ? DiffReply::Changes::none
                  : changes == "DIFF_SOME" ? DiffReply::Changes::some
                                           : DiffReply::Changes::unknown;
  reply.replaces = texts(r.at("replaces"));
  reply.stables = texts(r.at("stables"));
  reply.diffs = texts(r.at("diffs"));
  reply.delete_before_replace = r.at("deleteBeforeReplace").bool_or(false);
  reply.has_detailed = r.at("hasDetailedDiff").bool_or(false);
  if (r.at("detailedDiff").is_object())
    for (const auto& [path, d] : r.at("detailedDiff").as_object())
      reply.detailed[path] = {kind_of(d.at("kind").string_or()), d.at("inputDiff").bool_or(false)};
  return reply;
}

class GoldenProvider : public Provider {
 public:
  explicit GoldenProvider(Replay& replay) : replay_(replay) {}

  std::string schema() override { return "{}"; }

  Result<CheckReply> check_config(const CheckRequest& r) override {
    return check_as("CheckConfig", r, wire_json(plain(r.olds)), wire_json(plain(r.news)));
  }
  Result<CheckReply> check(const CheckRequest& r) override {
    return check_as("Check", r, wire_json(r.olds), wire_json(r.news));
  }
  Result<DiffReply> diff_config(const DiffRequest& r) override {
    return diff_as("DiffConfig", r, wire_json(plain(r.olds)), wire_json(plain(r.news)), wire_json(plain(r.old_inputs)));
  }
  Result<DiffReply> diff(const DiffRequest& r) override {
    return diff_as("Diff", r, wire_json(r.olds), wire_json(r.news), wire_json(r.old_inputs));
  }
  // In process a provider is not told its URN here, so the key is the recorded one with the same arguments.
  Result<void> configure(const PropertyMap& inputs) override {
    replay_.configure_call(wire_json(inputs));
    return {};
  }

  OperationResult create(const CreateRequest& r, std::stop_token) override {
    const auto* call = replay_.provider_call(
        "Create", r.urn.str(), Json::object({{"properties", wire_json(r.inputs)}, {"preview", r.preview}}));
    if (call) replay_.await_turn(*call);
    return operation(call, "");
  }
  OperationResult update(const UpdateRequest& r, std::stop_token) override {
    Json ignore = Json::array();
    for (const std::string& path : r.ignore_changes) ignore.push_back(path);
    const auto* call = replay_.provider_call("Update", r.urn.str(),
                                             Json::object({{"id", r.id},
                                                           {"olds", wire_json(r.olds)},
                                                           {"oldInputs", wire_json(r.old_inputs)},
                                                           {"news", wire_json(r.news)},
                                                           {"ignoreChanges", ignore},
                                                           {"preview", r.preview}}));
    if (call) replay_.await_turn(*call);
    return operation(call, r.id);
  }
  Result<ResourceState> read(const ReadRequest& r, std::stop_token) override {
    const auto* call = replay_.provider_call(
        "Read", r.urn.str(),
        Json::object({{"id", r.id}, {"properties", wire_json(r.properties)}, {"inputs", wire_json(r.inputs)}}));
    if (!call) return fail(ErrorCode::internal, "not in the recording");
    if (call->error) return fail(ErrorCode::internal, *call->error);
    ResourceState state{call->reply.at("id").string_or(), from_wire_json(call->reply.at("properties")), {}, {}};
    if (call->reply.has("inputs")) state.inputs = from_wire_json(call->reply.at("inputs"));
    return state;
  }
  Result<void> del(const DeleteRequest& r, std::stop_token) override {
    const auto* call = replay_.provider_call(
        "Delete", r.urn.str(),
        Json::object({{"id", r.id}, {"properties", wire_json(r.properties)}, {"oldInputs", wire_json(r.inputs)}}));
    if (call) replay_.await_turn(*call);
    if (!call) return fail(ErrorCode::internal, "not in the recording");
    if (call->error) return fail(ErrorCode::internal, *call->error);
    return {};
  }

  Result<InvokeReply> invoke(const InvokeRequest& r, std::stop_token) override {
    const auto* call =
        replay_.provider_call("Invoke", r.token, Json::object({{"args", wire_json(r.args)}, {"preview", r.preview}}));
    if (!call) return fail(ErrorCode::internal, "not in the recording");
    if (call->error) return fail(ErrorCode::internal, *call->error);
    return InvokeReply{from_wire_json(call->reply.at("return")), failures(call->reply.at("failures"))};
  }
  Result<CallReply> call(const CallRequest& r, std::stop_token) override {
    const auto* call = replay_.provider_call(
        "Call", r.token,
        Json::object({{"args", wire_json(r.args)}, {"argDependencies", urns_json(r.arg_dependencies)}}));
    if (!call) return fail(ErrorCode::internal, "not in the recording");
    replay_.await_inner_calls(*call);
    if (call->error) return fail(ErrorCode::internal, *call->error);
    return CallReply{from_wire_json(call->reply.at("return")), urns_from(call->reply.at("returnDependencies")),
                     failures(call->reply.at("failures"))};
  }
  Result<void> construct(const ConstructRequest& r, const std::function<void(ConstructReply)>& answer,
                         std::stop_token) override {
    Json dependencies = Json::array();
    for (const Urn& urn : r.dependencies) dependencies.push_back(urn.str());
    const auto* call = replay_.provider_call("Construct", r.type + "::" + r.name,
                                             Json::object({{"inputs", wire_json(r.inputs)},
                                                           {"inputDependencies", urns_json(r.input_dependencies)},
                                                           {"dependencies", dependencies},
                                                           {"parent", r.parent.str()},
                                                           {"dryRun", r.dry_run}}));
    if (!call) return fail(ErrorCode::internal, "not in the recording");
    replay_.await_inner_calls(*call);
    if (call->error) return fail(ErrorCode::internal, *call->error);
    answer({*Urn::parse(call->reply.at("urn").string_or()), from_wire_json(call->reply.at("state")),
            urns_from(call->reply.at("stateDependencies"))});
    return {};
  }

 private:
  Result<CheckReply> check_as(const char* method, const CheckRequest& r, Json olds, Json news) {
    const auto* call = replay_.provider_call(method, r.urn.str(), Json::object({{"olds", olds}, {"news", news}}));
    if (!call) return fail(ErrorCode::internal, "not in the recording");
    if (call->error) return fail(ErrorCode::internal, *call->error);
    return CheckReply{from_wire_json(call->reply.at("inputs")), failures(call->reply.at("failures"))};
  }
  Result<DiffReply> diff_as(const char* method, const DiffRequest& r, Json olds, Json news, Json old_inputs) {
    Json ignore = Json::array();
    for (const std::string& path : r.ignore_changes) ignore.push_back(path);
    const auto* call = replay_.provider_call(
        method, r.urn.str(),
        Json::object({{"olds", olds}, {"news", news}, {"oldInputs", old_inputs}, {"ignoreChanges", ignore}}));
    if (!call) return fail(ErrorCode::internal, "not in the recording");
    if (call->error) return fail(ErrorCode::internal, *call->error);
    return diff_reply(call->reply);
  }
  static OperationResult operation(const RecordedCall* call, std::string id) {
    if (!call) return tl::unexpected(OperationError{{ErrorCode::internal, "not in the recording", {}}, {}});
    if (!call->error) {
      if (call->reply.has("id")) id = call->reply.at("id").string_or();
      return ResourceState{id, from_wire_json(call->reply.at("properties")), {}, {}};
    }
    OperationError error{{ErrorCode::internal, *call->error, {}}, {}};
    const Json& detail = call->status.path("details.0");
    if (detail.has("reasons")) {
      ResourceState partial{
          detail.at("id").string_or(id), from_wire_json(detail.at("properties")), {}, texts(detail.at("reasons"))};
      if (detail.has("inputs")) partial.inputs = from_wire_json(detail.at("inputs"));
      error.partial = std::move(partial);
    }
    return tl::unexpected(std::move(error));
  }

  Replay& replay_;
};

}  // namespace

std::unique_ptr<Provider> Replay::make_provider() { return std::make_unique<GoldenProvider>(*this); }

}  // namespace drydock::golden
