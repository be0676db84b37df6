#include "providers/aws/provider.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <mutex>

#include "base/text.h"
#include "providers/aws/check.h"
#include "providers/aws/config.h"
#include "providers/aws/connect.h"
#include "providers/aws/diagnostics.h"
#include "providers/aws/resource_type.h"
#include "providers/aws/schema.h"
#include "providers/aws/values.h"

namespace drydock {
namespace aws_provider {
namespace {

class AwsProvider : public Provider {
 public:
  explicit AwsProvider(AwsOptions options) : options_(std::move(options)) {}

  std::string schema() override { return std::string(package_schema_text()); }

  Result<CheckReply> check_config(const CheckRequest& request) override {
    return CheckReply{request.news, check_config_inputs(request.news)};
  }

  // Resources do not move: another region means another provider, and other resources.
  Result<DiffReply> diff_config(const DiffRequest& request) override {
    DiffReply reply;
    reply.changes = DiffReply::Changes::none;
    const PropertyMap& olds = request.old_inputs.empty() ? request.olds : request.old_inputs;
    for (const PropertyMap* side : {&olds, &request.news})
      for (const auto& [name, value] : *side)
        if (at(olds, name).plain() != at(request.news, name).plain() &&
            std::find(reply.diffs.begin(), reply.diffs.end(), name) == reply.diffs.end())
          reply.diffs.push_back(name);
    if (!reply.diffs.empty()) reply.changes = DiffReply::Changes::some;
    const std::string old_region = at(olds, "region").plain().string_or();
    const std::string region = at(request.news, "region").plain().string_or();
    if (!old_region.empty() && !region.empty() && old_region != region) reply.replaces.push_back("region");
    return reply;
  }

  Result<void> configure(const PropertyMap& inputs) override {
    auto config = read_config(inputs);
    if (!config) return pass(config, "configuring the aws provider");
    config_ = std::move(*config);
    return {};
  }

  Result<std::string> home() override {
    auto client = connected();
    if (!client) return pass(client);
    return home_of(**client, config_);
  }

  Result<CheckReply> check(const CheckRequest& request) override {
    auto type = type_of(request.urn.type());
    if (!type) return pass(type);
    return check_resource(**type, request, config_.default_tags);
  }

  Result<DiffReply> diff(const DiffRequest& request) override {
    auto type = type_of(request.urn.type());
    if (!type) return pass(type);
    return diff_resource(**type, request);
  }

  OperationResult create(const CreateRequest& request, std::stop_token cancelled) override {
    auto type = type_of(request.urn.type());
    if (!type) return lost(type.error());
    if (request.preview) return ResourceState{"", planned(**type, request.inputs), {}, {}};
    auto client = connected();
    if (!client) return lost(client.error());
    Operation op(**client, cancelled, request.timeout);
    const Json in = to_json(PropertyValue(plain(request.inputs)));
    if (auto there = same_region(op, in); !there) return lost(explain(there.error(), **type, request.urn, "creating"));
    std::string id;
    auto created = (*type)->create(op, in, id);
    if (!created) {
      OperationError failed{explain(created.error(), **type, request.urn, "creating"), {}};
      if (!id.empty()) failed.partial = state_after(op, **type, id, request.inputs, in);
      return tl::unexpected(std::move(failed));
    }
    return read_back(op, **type, std::move(id), request.inputs, in, request.urn, in, "creating");
  }

  Result<ResourceState> read(const ReadRequest& request, std::stop_token cancelled) override {
    auto type = type_of(request.urn.type());
    if (!type) return pass(type);
    auto client = connected();
    if (!client) return pass(client);
    Operation op(**client, cancelled, {});
    std::string id = request.id;
    const Json inputs = to_json(PropertyValue(plain(request.inputs)));
    auto now = (*type)->read(op, id, overlaid(to_json(PropertyValue(plain(request.properties))), inputs));
    if (!now) return tl::unexpected(explain(now.error(), **type, request.urn, "reading"));
    if (now->is_null()) return ResourceState{};
    settle_tags(**type, inputs, *now);
    ResourceState state;
    state.id = std::move(id);
    const Json new_inputs = fold_inputs(**type, inputs, *now);
    add_region(op, **type, *now);
    state.inputs = marked(**type, new_inputs, request.inputs);
    state.outputs = marked(**type, fold_outputs(**type, new_inputs, *now), request.inputs);
    return state;
  }

  OperationResult update(const UpdateRequest& request, std::stop_token cancelled) override {
    auto type = type_of(request.urn.type());
    if (!type) return lost(type.error());
    if (request.preview) return ResourceState{request.id, planned_update(**type, request), {}, {}};
    auto client = connected();
    if (!client) return lost(client.error());
    Operation op(**client, cancelled, request.timeout);
    const Json old = to_json(PropertyValue(plain(request.old_inputs)));
    Json in = to_json(PropertyValue(plain(request.news)));
    for (const auto& [key, value] : old.as_object())
      if (!in.has(key) && stays_when_left_out(**type, key)) in[key] = value;
    const Json known = to_json(PropertyValue(plain(request.olds)));
    std::string id = request.id;
    auto done = update_all(op, **type, id, old, in, known);
    if (!done) {
      OperationError failed{explain(done.error(), **type, request.urn, "updating"), {}};
      failed.partial = state_after(op, **type, id, request.old_inputs, known);
      return tl::unexpected(std::move(failed));
    }
    return read_back(op, **type, std::move(id), request.news, overlaid(known, in), request.urn, in, "updating");
  }

  Result<void> del(const DeleteRequest& request, std::stop_token cancelled) override {
    auto type = type_of(request.urn.type());
    if (!type) return pass(type);
    auto client = connected();
    if (!client) return pass(client);
    Operation op(**client, cancelled, request.timeout);
    auto done = (*type)->remove(op, request.id, to_json(PropertyValue(plain(request.properties))));
    if (!done) return tl::unexpected(explain(done.error(), **type, request.urn, "deleting"));
    return {};
  }

  Result<InvokeReply> invoke(const InvokeRequest& request, std::stop_token cancelled) override {
    const FunctionType* function = find_function(request.token);
    if (!function) return fail(ErrorCode::unsupported, not_there("function", request.token, function_tokens()));
    const Json& schema = function_schema(request.token);
    InvokeReply reply;
    PropertyMap args = request.args;
    reply.failures = check_arguments(schema.at("inputs"), args);
    if (!reply.failures.empty()) return reply;
    auto client = connected();
    if (!client) return pass(client);
    Operation op(**client, cancelled, {});
    const Json in = to_json(PropertyValue(plain(args)));
    auto result = function->call(op, in);
    if (!result) return tl::unexpected(explain(result.error(), request.token));
    Json::Object all = in.as_object();
    for (const auto& [key, value] : result->as_object()) all.insert_or_assign(key, value);
    for (const auto& [key, value] : all)
      reply.result[key] = secret_if(schema.at("outputs").at("properties").at(key).at("secret").bool_or(false), value);
    return reply;
  }

 private:
  static OperationResult lost(const Error& error) { return tl::unexpected(OperationError{error, {}}); }

  static std::string not_there(const char* what, std::string_view token, const std::vector<std::string>& known) {
    const std::string near = nearest(token, known);
    return fmt::format("not supported yet: {} {}{}", what, token,
                       near.empty() ? "" : fmt::format("; did you mean {}?", near));
  }
  static Result<const ResourceType*> type_of(std::string_view token) {
    if (const ResourceType* type = find_type(token)) return type;
    return fail(ErrorCode::unsupported, not_there("resource type", token, type_tokens()));
  }

  // Connecting may need calls (assumed roles), so it happens at the first one.
  Result<Client*> connected() {
    std::call_once(connect_once_, [this] {
      auto client = connect(options_, config_);
      if (client)
        client_ = std::move(*client);
      else
        connect_error_ = std::move(client.error());
    });
    if (client_) return client_.get();
    return tl::unexpected(connect_error_);
  }

  static PropertyValue secret_if(bool secret, const Json& value) {
    return secret ? PropertyValue::secret(from_json(value)) : from_json(value);
  }
  // A value that came in as a secret, or that the schema calls one, goes out as one.
  static PropertyMap marked(const ResourceType& type, const Json& values, const PropertyMap& inputs) {
    PropertyMap out;
    const Json& specs = resource_schema(type.token).at("properties");
    for (const auto& [key, value] : values.as_object())
      out[key] = secret_if(specs.at(key).at("secret").bool_or(false) || at(inputs, key).contains_secrets(), value);
    return out;
  }

  PropertyMap planned(const ResourceType& type, const PropertyMap& inputs) const {
    PropertyMap out = inputs;
    const std::string region = region_of(options_, config_);
    if (!region.empty() && !out.contains("region") && resource_schema(type.token).at("properties").has("region"))
      out["region"] = region;
    for (const Json& name : resource_schema(type.token).at("required").as_array())
      if (!out.contains(name.as_string())) out[name.as_string()] = PropertyValue::unknown();
    return out;
  }
  static PropertyMap planned_update(const ResourceType& type, const UpdateRequest& request) {
    PropertyMap out = request.olds;
    for (const auto& [key, value] : request.old_inputs)
      if (!request.news.contains(key)) out.erase(key);
    for (const auto& [key, value] : request.news) out[key] = value;
    for (std::string_view name : type.moves) out[std::string(name)] = PropertyValue::unknown();
    return out;
  }

  // The last outputs in the words of the inputs.
  static Json overlaid(Json outputs, const Json& inputs) {
    if (inputs.is_object())
      for (const auto& [key, value] : inputs.as_object()) outputs[key] = value;
    return outputs;
  }

  static Aws<void> same_region(Operation& op, const Json& in) {
    const std::string wanted = in.at("region").string_or();
    if (wanted.empty() || wanted == op.region()) return {};
    return no(
        ErrorCode::unsupported,
        fmt::format("not supported yet: region '{}' for one resource of a provider in '{}'; give it a provider of "
                    "its own, with that region",
                    wanted, op.region()));
  }
  static void add_region(Operation& op, const ResourceType& type, Json& read) {
    if (resource_schema(type.token).at("properties").has("region")) read["region"] = op.region();
  }

  // AWS's tags without those of others; the resource's own among them are those that no default tag gives.
  void settle_tags(const ResourceType& type, const Json& inputs, Json& read) const {
    if (!resource_schema(type.token).at("properties").has("tagsAll")) return;
    Json::Object all = read.at("tagsAll").is_object() ? read.at("tagsAll").as_object() : Json::Object{};
    std::erase_if(all, [&](const auto& tag) {
      const std::string& key = tag.first;
      if (key.starts_with("aws:")) return true;
      if (std::find(config_.ignore_keys.begin(), config_.ignore_keys.end(), key) != config_.ignore_keys.end())
        return true;
      return std::any_of(config_.ignore_prefixes.begin(), config_.ignore_prefixes.end(),
                         [&](const std::string& prefix) { return key.starts_with(prefix); });
    });
    Json::Object own;
    for (const auto& [key, value] : all)
      if (inputs.at("tags").has(key) || !(config_.default_tags.at(key) == value)) own.emplace(key, value);
    read["tagsAll"] = std::move(all);
    read["tags"] = std::move(own);
  }

  static Aws<void> update_all(Operation& op, const ResourceType& type, std::string& id, const Json& old, const Json& in,
                              const Json& known) {
    if (type.retag && changed(old, in, "tagsAll")) {
      Json set = Json::object();
      Json::Array unset;
      const Json &was = old.at("tagsAll"), &now = in.at("tagsAll");
      if (now.is_object())
        for (const auto& [key, value] : now.as_object())
          if (!(was.at(key) == value)) set[key] = value;
      if (was.is_object())
        for (const auto& [key, value] : was.as_object())
          if (!now.has(key)) unset.push_back(key);
      TRY_AWS(type.retag(op, id, known, set, unset));
    }
    if (type.update) TRY_AWS(type.update(op, id, old, in, known));
    return {};
  }

  // What exists after a failed operation, as far as it can still be told.
  ResourceState state_after(Operation& op, const ResourceType& type, std::string id, const PropertyMap& inputs,
                            const Json& known) const {
    const Json in = to_json(PropertyValue(plain(inputs)));
    auto now = type.read(op, id, known);
    Json read = now && now->is_object() ? std::move(*now) : known;
    settle_tags(type, in, read);
    add_region(op, type, read);
    return {std::move(id), marked(type, fold_outputs(type, in, read), inputs), inputs, {}};
  }

  OperationResult read_back(Operation& op, const ResourceType& type, std::string id, const PropertyMap& inputs,
                            const Json& known, const Urn& urn, const Json& in, const char* doing) const {
    auto now = type.read(op, id, known);
    if (!now || now->is_null()) {
      AwsError error = now ? AwsError{"", "it was gone when read back", "", "", 0, ErrorCode::not_found} : now.error();
      OperationError failed{explain(error, type, urn, doing), {}};
      failed.partial = ResourceState{std::move(id), marked(type, in, inputs), inputs, {}};
      return tl::unexpected(std::move(failed));
    }
    settle_tags(type, in, *now);
    add_region(op, type, *now);
    return ResourceState{std::move(id), marked(type, fold_outputs(type, in, *now), inputs), {}, {}};
  }

  const AwsOptions options_;
  Config config_;  // set by configure, before everything that reads it
  std::once_flag connect_once_;
  std::unique_ptr<Client> client_;
  Error connect_error_;
};

}  // namespace
}  // namespace aws_provider

std::unique_ptr<Provider> make_aws_provider(AwsOptions options) {
  return std::make_unique<aws_provider::AwsProvider>(std::move(options));
}

}  // namespace drydock
