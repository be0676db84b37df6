#include "engine/builtin_provider.h"

#include "base/hash.h"

namespace drydock::engine {
namespace {

constexpr std::string_view kStash = "pulumi:index:Stash";
constexpr std::string_view kStackReference = "pulumi:pulumi:StackReference";

class BuiltinProvider : public Provider {
 public:
  explicit BuiltinProvider(std::function<Result<PropertyMap>(const std::string&)> stack_outputs)
      : stack_outputs_(std::move(stack_outputs)) {}

  std::string schema() override { return R"({"name":"pulumi"})"; }
  Result<CheckReply> check_config(const CheckRequest& request) override { return CheckReply{request.news, {}}; }
  Result<DiffReply> diff_config(const DiffRequest&) override { return nothing_changed(); }
  Result<void> configure(const PropertyMap&) override { return {}; }

  Result<CheckReply> check(const CheckRequest& request) override {
    CheckReply reply{request.news, {}};
    const auto type = request.urn.type();
    if (type != kStash && type != kStackReference)
      return fail(ErrorCode::unsupported, "not supported yet: the type '" + std::string(type) + "'");
    const char* only = type == kStash ? "input" : "name";
    for (const auto& [key, value] : request.news)
      if (key != only)
        reply.failures.push_back({key, "'" + std::string(type) + "' has no such property; it has '" + only + "'"});
    if (!request.news.count(only)) reply.failures.push_back({only, "it is required"});
    return reply;
  }
  Result<DiffReply> diff(const DiffRequest& request) override {
    if (request.urn.type() == kStackReference) {
      DiffReply reply = nothing_changed();
      if (request.old_inputs != request.news) reply.changes = DiffReply::Changes::some, reply.replaces = {"name"};
      return reply;
    }
    return DiffReply{};  // the engine compares
  }
  OperationResult create(const CreateRequest& request, std::stop_token) override {
    if (request.urn.type() == kStackReference) {
      auto outputs = reference(at(request.inputs, "name"));
      if (!outputs) return tl::unexpected(OperationError{std::move(outputs.error()), std::nullopt});
      return drydock::ResourceState{at(request.inputs, "name").plain().string_or(), std::move(*outputs), {}, {}};
    }
    const PropertyValue& input = at(request.inputs, "input");
    return drydock::ResourceState{request.preview ? "" : random_uuid(), {{"input", input}, {"output", input}}, {}, {}};
  }
  Result<drydock::ResourceState> read(const ReadRequest& request, std::stop_token) override {
    if (request.urn.type() != kStackReference)
      return drydock::ResourceState{request.id, request.properties, request.inputs, {}};
    auto outputs =
        reference(at(request.inputs, "name").is_null() ? PropertyValue(request.id) : at(request.inputs, "name"));
    if (!outputs) return pass(outputs);
    return drydock::ResourceState{request.id, std::move(*outputs), request.inputs, {}};
  }
  OperationResult update(const UpdateRequest& request, std::stop_token) override {
    // A stash hands out what was put in first, for as long as it is not replaced.
    return drydock::ResourceState{
        request.id, {{"input", at(request.news, "input")}, {"output", at(request.olds, "output")}}, {}, {}};
  }
  Result<void> del(const DeleteRequest&, std::stop_token) override { return {}; }

  Result<InvokeReply> invoke(const InvokeRequest& request, std::stop_token) override {
    if (request.token != "pulumi:pulumi:readStackOutputs")
      return fail(ErrorCode::unsupported, "not supported yet: the function '" + request.token + "'");
    auto outputs = reference(at(request.args, "name"));
    if (!outputs) return pass(outputs);
    outputs->erase("secretOutputNames");
    return InvokeReply{std::move(*outputs), {}};
  }

 private:
  static DiffReply nothing_changed() {
    DiffReply reply;
    reply.changes = DiffReply::Changes::none;
    return reply;
  }
  Result<PropertyMap> reference(const PropertyValue& name) const {
    if (!stack_outputs_) return fail(ErrorCode::unsupported, "not supported yet: references to other stacks");
    auto outputs = stack_outputs_(name.plain().string_or());
    if (!outputs) return pass(outputs, "reading the outputs of stack '" + name.plain().string_or() + "'");
    PropertyList secret_names;
    for (const auto& [key, value] : *outputs)
      if (value.contains_secrets()) secret_names.push_back(key);
    return PropertyMap{
        {"name", name}, {"outputs", std::move(*outputs)}, {"secretOutputNames", std::move(secret_names)}};
  }

  std::function<Result<PropertyMap>(const std::string&)> stack_outputs_;
};

}  // namespace

std::unique_ptr<Provider> make_builtin_provider(std::function<Result<PropertyMap>(const std::string&)> stack_outputs) {
  return std::make_unique<BuiltinProvider>(std::move(stack_outputs));
}

}  // namespace drydock::engine
