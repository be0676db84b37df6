#include "tests/golden/replay.h"

#include <fmt/format.h>
#include <google/protobuf/util/json_util.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <list>
#include <thread>

#include "base/text.h"
#include "pulumi/engine.grpc.pb.h"
#include "pulumi/resource.grpc.pb.h"

namespace drydock::golden {
namespace {

constexpr auto kPatience = std::chrono::seconds(20);  // a run that hangs is a failure, not a wait

Json message_json(const google::protobuf::Message& message) {
  std::string text;
  (void)google::protobuf::util::MessageToJsonString(message, &text);
  return *Json::parse(text);
}

template <class Request>
Request parse_request(const Json& json) {
  Request request;
  google::protobuf::util::JsonParseOptions options;
  options.ignore_unknown_fields = true;
  const auto status = google::protobuf::util::JsonStringToMessage(json.dump(), &request, options);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  return request;
}

// Which recorded provider call this is: a URN, a token, or the component's type and name.
std::string key_of(const RecordedCall& call) {
  const Json& r = call.request;
  if (call.method.ends_with("/Construct")) return r.at("type").string_or() + "::" + r.at("name").string_or();
  if (call.method.ends_with("/Invoke") || call.method.ends_with("/Call")) return r.at("tok").string_or();
  return r.at("urn").string_or();
}

// Calls that have no counterpart between our engine and a provider in the same process.
bool is_plumbing(const std::string& method) {
  for (const char* name : {"Handshake", "GetPluginInfo", "Cancel", "GetSchema", "Attach", "GetMapping", "GetMappings"})
    if (method == std::string("ResourceProvider/") + name) return true;
  return false;
}

}  // namespace

void Ids::pair(const std::string& recorded, const std::string& ours) {
  ours_[recorded] = ours;
  recorded_[ours] = recorded;
}
std::string Ids::replaced(const std::string& text, const std::map<std::string, std::string>& with) {
  std::string out = text;
  for (const auto& [from, to] : with) out = replace_all(std::move(out), from, to);
  return out;
}
Json Ids::to_ours(const Json& recorded) const {
  return map_strings(recorded, [&](const std::string& s) { return to_ours(s); });
}
Json Ids::to_recorded(const Json& ours) const {
  return map_strings(ours, [&](const std::string& s) { return to_recorded(s); });
}

Replay::Replay(Trace trace, Ids& ids) : trace_(std::move(trace)), ids_(ids) {}

void Replay::differ(std::string what) {
  const std::lock_guard lock(mutex_);
  differences_.push_back(std::move(what));
}

void Replay::finished(const RecordedCall& call) {
  const std::lock_guard lock(mutex_);
  done_.insert(&call);
  changed_.notify_all();
}

bool Replay::ready(const RecordedCall& call) const {
  for (const RecordedCall& other : trace_.calls) {
    if (other.started >= call.started) break;
    if (other.is_sdk() && other.ended && *other.ended < call.started && !done_.contains(&other)) return false;
    const bool outer = other.method == "ResourceProvider/Construct" || other.method == "ResourceProvider/Call";
    if (outer && !received_.contains(&other)) return false;
  }
  return true;
}

// Pulumi lists the dependencies of a component in no particular order.
Json in_order(const std::string& field, Json value) {
  if (field == "dependencies" && value.is_array())
    std::sort(value.as_array().begin(), value.as_array().end(),
              [](const Json& a, const Json& b) { return a.dump() < b.dump(); });
  return value;
}

const RecordedCall* Replay::provider_call(const std::string& method, const std::string& key, const Json& got) {
  const std::string full = "ResourceProvider/" + method;
  const RecordedCall* found = nullptr;
  std::string first_difference;
  {
    const std::lock_guard lock(mutex_);
    Json as_recorded = ids_.to_recorded(got);
    for (auto& [name, value] : as_recorded.as_object()) value = in_order(name, std::move(value));
    for (const RecordedCall& call : trace_.calls) {
      if (call.method != full || key_of(call) != key || received_.contains(&call)) continue;
      Json want = Json::object();
      for (const auto& [name, value] : as_recorded.as_object()) want[name] = in_order(name, call.request.at(name));
      const std::string d = difference(want, as_recorded);
      if (first_difference.empty()) first_difference = d;
      if (!d.empty()) continue;
      found = &call;
      break;
    }
    if (found) {
      received_.insert(found);
      changed_.notify_all();
      return found;
    }
    // None is equal: take the first that is left, and say how it differs.
    for (const RecordedCall& call : trace_.calls) {
      if (call.method != full || key_of(call) != key || received_.contains(&call)) continue;
      received_.insert(&call);
      changed_.notify_all();
      differences_.push_back(fmt::format("{} {}: {}", method, key, first_difference));
      return &call;
    }
    differences_.push_back(fmt::format("{} {}: not in the recording (any more): {}", method, key, got.dump()));
  }
  return nullptr;
}

void Replay::await_turn(const RecordedCall& call) {
  std::unique_lock lock(mutex_);
  const auto others = [&](const auto& must_have_come) {
    return std::all_of(trace_.calls.begin(), trace_.calls.end(), [&](const RecordedCall& other) {
      return &other == &call || !other.is_provider() || is_plumbing(other.method) || must_have_come(other);
    });
  };
  const auto come = [&] {
    const bool answered = std::all_of(trace_.calls.begin(), trace_.calls.end(), [&](const RecordedCall& other) {
      return !other.is_sdk() || !other.ended || *other.ended > *call.ended || done_.contains(&other);
    });
    if (call.error)  // what was under way in the recording is under way here, and what was answered is answered
      return answered && others([&](const RecordedCall& other) {
               return other.started > *call.ended || received_.contains(&other);
             });
    return others([&](const RecordedCall& other) {
      const bool failed_before = other.error && call.ended && *other.ended < *call.ended;
      return !failed_before || failed_.contains(other.request.at("urn").string_or());
    });
  };
  if (!changed_.wait_for(lock, kPatience, come))
    differences_.push_back(fmt::format("{} {}: what came before it did not", call.method, key_of(call)));
}

void Replay::told_failed(const std::string& urn) {
  const std::lock_guard lock(mutex_);
  failed_.insert(urn);
  changed_.notify_all();
}

void Replay::configure_call(const Json& arguments) {
  const std::lock_guard lock(mutex_);
  const Json got = ids_.to_recorded(arguments);
  for (const RecordedCall& call : trace_.calls) {
    if (call.method != "ResourceProvider/Configure" || received_.contains(&call)) continue;
    if (!difference(call.request.at("args"), got).empty()) continue;
    received_.insert(&call);
    return;
  }
  differences_.push_back("Configure: not in the recording (any more): " + got.dump());
}

void Replay::await_inner_calls(const RecordedCall& outer) {
  std::unique_lock lock(mutex_);
  const bool all = changed_.wait_for(lock, kPatience, [&] {
    for (const RecordedCall& call : trace_.calls) {
      const bool inner =
          call.is_sdk() && call.started > outer.started && call.ended && outer.ended && *call.ended < *outer.ended;
      if (inner && !done_.contains(&call)) return false;
    }
    return true;
  });
  if (!all) differences_.push_back(outer.method + ": the calls it made were not all answered");
}

engine::ProgramResult Replay::run_program(const engine::ProgramInfo& info, std::stop_token cancelled) {
  std::list<std::jthread> threads;
  std::stop_callback wake(cancelled, [this] {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
  });
  for (std::size_t i = 0; i < trace_.calls.size(); ++i) {
    const RecordedCall& call = trace_.calls[i];
    if (!call.is_sdk() && !(call.from == "program" && call.method == "Engine/Log")) continue;
    std::unique_lock lock(mutex_);
    const bool go = changed_.wait_for(lock, kPatience, [&] { return ready(call) || cancelled.stop_requested(); });
    if (cancelled.stop_requested()) break;
    if (!go) {
      differences_.push_back(
          fmt::format("{} (line {}): the calls before it were not all answered", call.method, call.started));
      break;
    }
    lock.unlock();
    threads.emplace_back([this, i, &info, cancelled] { send(i, info, cancelled); });
  }
  threads.clear();  // joins: every call is answered, or given up because the run was cancelled
  const Json* reply = nullptr;
  for (const RecordedCall& call : trace_.calls)
    if (call.method == "LanguageRuntime/Run") reply = &call.reply;
  if (!reply) return {"the recording has no Run", false};
  return {reply->at("error").string_or(), reply->at("bail").bool_or(false)};
}

void Replay::compare_answer(const RecordedCall& call, const Json& got) {
  if (call.method == "ResourceMonitor/GetDeploymentInfo" || call.method == "ResourceMonitor/SupportsFeature") return;
  const std::string urn = got.at("urn").string_or();
  const bool drawn = call.reply.at("id").string_or().starts_with("00000000-0000-4000-8000-");
  if (drawn && got.at("id") != call.reply.at("id"))
    ids_.pair(call.reply.at("id").string_or(), got.at("id").string_or());
  const auto id_behind = [](const Json& reply) {
    const std::string provider = reply.at("return").at("provider").string_or();
    return provider.substr(std::min(provider.size(), provider.rfind("::") + 2));
  };
  const std::string recorded = id_behind(call.reply), ours = id_behind(got);  // of getResource
  if (recorded.starts_with("00000000-0000-4000-8000-") && !ours.empty()) ids_.pair(recorded, ours);
  const std::string d = difference(call.reply, ids_.to_recorded(got));
  if (!d.empty())
    differences_.push_back(fmt::format("answer to {} {}: {}", call.method, call.request.at("name").string_or(), d));
}

void Replay::send(std::size_t index, const engine::ProgramInfo& info, std::stop_token cancelled) {
  const RecordedCall& call = trace_.calls[index];
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  const bool log = call.method == "Engine/Log";
  const auto channel = grpc::CreateCustomChannel(log ? info.engine_address : info.monitor_address,
                                                 grpc::InsecureChannelCredentials(), arguments);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + kPatience);
  // Calls that the recorded engine answered are answered by ours, in a failed run too.
  std::stop_callback stop(cancelled, [&] {
    if (!call.ended) context.TryCancel();
  });
  Json request;
  {
    const std::lock_guard lock(mutex_);
    request = ids_.to_ours(call.request);
  }
  grpc::Status status;
  Json got;
  const auto unary = [&]<class Stub, class Request, class Reply>(
                         Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Reply*)) {
    Reply reply;
    status = (stub.*method)(&context, parse_request<Request>(request), &reply);
    got = message_json(reply);
  };
  using Monitor = pulumirpc::ResourceMonitor::Stub;
  Monitor monitor(channel);
  if (log) {
    pulumirpc::Engine::Stub engine(channel);
    unary(engine, &pulumirpc::Engine::Stub::Log);
  } else if (call.method == "ResourceMonitor/RegisterResource") {
    unary(monitor, &Monitor::RegisterResource);
  } else if (call.method == "ResourceMonitor/RegisterResourceOutputs") {
    unary(monitor, &Monitor::RegisterResourceOutputs);
  } else if (call.method == "ResourceMonitor/Invoke") {
    unary(monitor, &Monitor::Invoke);
  } else if (call.method == "ResourceMonitor/Call") {
    unary(monitor, &Monitor::Call);
  } else if (call.method == "ResourceMonitor/ReadResource") {
    unary(monitor, &Monitor::ReadResource);
  } else if (call.method == "ResourceMonitor/SupportsFeature") {
    unary(monitor, &Monitor::SupportsFeature);
  } else if (call.method == "ResourceMonitor/GetDeploymentInfo") {
    unary(monitor, &Monitor::GetDeploymentInfo);
  } else if (call.method == "ResourceMonitor/SignalAndWaitForShutdown") {
    unary(monitor, &Monitor::SignalAndWaitForShutdown);
  } else {
    return differ("the replay does not know " + call.method);
  }
  const std::lock_guard lock(mutex_);
  done_.insert(&call);
  changed_.notify_all();
  if (!call.ended)
    return;  // the recorded engine never answered: a failed run. How ours ends the wait is its own affair.
  if (call.error) {
    if (status.ok())
      differences_.push_back("answer to " + call.method + ": want an error: " + *call.error);
    else if (status.error_message() != *call.error)
      differences_.push_back(
          fmt::format("answer to {}: want error '{}', got '{}'", call.method, *call.error, status.error_message()));
  } else if (!status.ok()) {
    if (!cancelled.stop_requested() || call.method != "ResourceMonitor/SignalAndWaitForShutdown")
      differences_.push_back(fmt::format("answer to {} {}: error {} {}", call.method,
                                         call.request.at("name").string_or(), static_cast<int>(status.error_code()),
                                         status.error_message()));
  } else {
    compare_answer(call, got);
  }
}

std::vector<std::string> Replay::differences() {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> all = differences_;
  for (const RecordedCall& call : trace_.calls)
    if (call.is_provider() && !is_plumbing(call.method) && !received_.contains(&call))
      all.push_back(fmt::format("{} {}: never came", call.method, key_of(call)));
  return all;
}

}  // namespace drydock::golden
