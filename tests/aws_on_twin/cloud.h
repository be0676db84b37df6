// The real provider against a real twin, both in this process, with HTTP between them.
#pragma once

#include <gmock/gmock.h>

#include <thread>

#include "base/loop.h"
#include "providers/aws/provider.h"
#include "twin/kernel/world.h"
#include "twin/twin.h"

namespace drydock {

class Cloud {
 public:
  Cloud() {
    twin::TwinOptions options;
    options.port = 0;
    options.seed = "story";
    twin_ = std::move(twin::Twin::start(loop_, options)).value();
    thread_ = std::thread([this] { loop_.run(); });
    AwsOptions aws;
    aws.twin_url = twin_->url();
    aws.twin_credentials = {twin::Account::access_key, twin::Account::secret_key, ""};
    provider = make_aws_provider(aws);
    EXPECT_TRUE(provider->configure({}));
  }
  ~Cloud() {
    provider.reset();
    loop_.post([this] { loop_.stop(); });
    thread_.join();
  }

  std::string url() const { return twin_->url(); }

  /// Checks and creates; fails the test if either fails.
  ResourceState create(const std::string& type, const std::string& name, PropertyMap in) {
    auto made = try_create(type, name, std::move(in));
    if (!made) {
      ADD_FAILURE() << made.error().error.to_string();
      return {};
    }
    // What was just made has not drifted.
    ResourceState now = read(type, name, *made);
    EXPECT_EQ(now.id, made->id) << type;
    if (now.inputs) {
      EXPECT_EQ(to_json(*now.inputs).dump(), to_json(inputs_[urn(type, name).str()]).dump()) << type;
    }
    return std::move(*made);
  }
  OperationResult try_create(const std::string& type, const std::string& name, PropertyMap in) {
    CreateRequest request;
    request.urn = urn(type, name);
    request.inputs = check(type, name, std::move(in));
    inputs_[request.urn.str()] = request.inputs;
    return provider->create(request, {});
  }
  PropertyMap check(const std::string& type, const std::string& name, PropertyMap in) {
    CheckRequest request;
    request.urn = urn(type, name);
    request.olds = inputs_[request.urn.str()];
    request.news = std::move(in);
    auto reply = provider->check(request);
    if (!reply) {
      ADD_FAILURE() << reply.error().to_string();
      return {};
    }
    for (const auto& failure : reply->failures) ADD_FAILURE() << failure.property << ": " << failure.reason;
    return reply->inputs;
  }
  DiffReply diff(const std::string& type, const std::string& name, const ResourceState& state, PropertyMap in) {
    DiffRequest request;
    request.urn = urn(type, name);
    request.id = state.id;
    request.olds = state.outputs;
    request.old_inputs = inputs_[request.urn.str()];
    request.news = check(type, name, std::move(in));
    return provider->diff(request).value();
  }
  ResourceState update(const std::string& type, const std::string& name, const ResourceState& state, PropertyMap in) {
    UpdateRequest request;
    request.urn = urn(type, name);
    request.id = state.id;
    request.olds = state.outputs;
    request.old_inputs = inputs_[request.urn.str()];
    request.news = check(type, name, std::move(in));
    auto made = provider->update(request, {});
    inputs_[request.urn.str()] = request.news;
    if (!made) {
      ADD_FAILURE() << made.error().error.to_string();
      return state;
    }
    return std::move(*made);
  }
  /// An empty id: it is gone.
  ResourceState read(const std::string& type, const std::string& name, const ResourceState& state) {
    ReadRequest request;
    request.urn = urn(type, name);
    request.id = state.id;
    request.properties = state.outputs;
    request.inputs = inputs_[request.urn.str()];
    auto now = provider->read(request, {});
    if (now) return std::move(*now);
    ADD_FAILURE() << now.error().to_string();
    return {};
  }
  void remove(const std::string& type, const std::string& name, const ResourceState& state) {
    DeleteRequest request;
    request.urn = urn(type, name);
    request.id = state.id;
    request.inputs = inputs_[request.urn.str()];
    request.properties = state.outputs;
    auto done = provider->del(request, {});
    if (!done) ADD_FAILURE() << done.error().to_string();
    EXPECT_EQ(read(type, name, state).id, "") << type << " " << name << " is still there";
  }
  PropertyMap invoke(const std::string& token, PropertyMap args) {
    auto reply = provider->invoke({token, std::move(args), false}, {});
    if (!reply) {
      ADD_FAILURE() << reply.error().to_string();
      return {};
    }
    for (const auto& failure : reply->failures) ADD_FAILURE() << failure.property << ": " << failure.reason;
    return reply->result;
  }
  static Urn urn(const std::string& type, const std::string& name) { return Urn::make("dev", "story", {}, type, name); }

  std::unique_ptr<Provider> provider;

 private:
  Loop loop_;
  std::unique_ptr<twin::Twin> twin_;
  std::thread thread_;
  std::map<std::string, PropertyMap> inputs_;
};

inline std::string get(const ResourceState& state, std::string_view name) {
  return at(state.outputs, name).plain().string_or();
}

}  // namespace drydock
