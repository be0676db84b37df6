// Calls that make no resource by themselves: invokes, methods, components of providers, logs.
#include <algorithm>

#include "engine/run.h"

namespace drydock::engine {
namespace {

std::map<std::string, std::vector<Urn>> plain_map(const UrnsByKey& by_key) { return {by_key.begin(), by_key.end()}; }
UrnsByKey by_key(const std::map<std::string, std::vector<Urn>>& map) { return {map.begin(), map.end()}; }

PropertyMap arguments(const PropertyMap& args, const Instance& provider) {
  return provider.accepts_resources ? without_outputs(args) : without_references(without_outputs(args));
}

}  // namespace

// ---- invoke

void Run::invoke(InvokeGoal invoke, Answer<Invoked> answer) {
  if (refuse_if_over(answer)) return;
  if (invoke.token == "pulumi:pulumi:getResource")  // of the engine's own package, whose provider is then in the state
    return with_default_provider(
        "pulumi", {}, {},
        [this, args = invoke.args, answer](const std::string&, const InstancePtr&) { get_resource(args, answer); },
        [answer](std::string why) {
          answer(tl::unexpected(Refusal{Refusal::Kind::failed, std::move(why)}));
        });
  if (options_.dry_run && std::any_of(invoke.depends_on.begin(), invoke.depends_on.end(), [&](const Urn& urn) {
        auto it = entries_.find(urn.str());
        return it != entries_.end() && it->second.custom && (it->second.op == Op::create || it->second.replaced);
      }))
    return answer(Invoked{{}, {}, true});
  ++registering_;
  Goal goal;
  goal.parent = invoke.parent;
  goal.provider = invoke.provider;
  goal.version = invoke.version;
  goal.plugin_download_url = invoke.plugin_download_url;
  const auto refuse = [this, answer, token = invoke.token](std::string why) {
    --registering_;
    answer(tl::unexpected(Refusal{Refusal::Kind::failed, "invoking '" + token + "': " + why}));
    advance();
  };
  with_provider(
      goal, package_of(invoke.token),
      [this, invoke, answer, refuse](const std::string&, InstancePtr provider) {
        if (!provider->configured) {
          --registering_;
          answer(Invoked{{}, {}, true});
          return advance();
        }
        const auto ask = [this, invoke, provider] {
          return std::make_shared<Result<InvokeReply>>(provider->provider->invoke(
              {invoke.token, arguments(invoke.args, *provider), options_.dry_run}, cancel_program_.get_token()));
        };
        const auto tell = [this, answer, refuse](const std::shared_ptr<Result<InvokeReply>>& reply) {
          if (!*reply) return refuse(reply->error().to_string());
          if (contains_unknowns((*reply)->result))
            return refuse("the provider answered with values that are not known");
          --registering_;
          answer(Invoked{std::move((*reply)->result), std::move((*reply)->failures), false});
          advance();
        };
        if (provider->inline_calls) return tell(ask());
        planners_.run([this, ask, tell] { strand_.post([tell, reply = ask()] { tell(reply); }); });
      },
      refuse);
}

void Run::get_resource(const PropertyMap& args, const Answer<Invoked>& answer) const {
  const std::string urn = at(args, "urn").plain().string_or();
  const auto it = entries_.find(urn);
  if (it == entries_.end() || !it->second.record)
    return answer(tl::unexpected(Refusal{Refusal::Kind::failed, "the resource '" + urn + "' is not registered"}));
  const Resource& record = *it->second.record;
  Invoked out;
  out.result["urn"] = urn;
  out.result["id"] = record.id;  // empty as long as it is not there
  out.result["state"] = record.outputs;
  if (!record.provider.empty()) out.result["provider"] = record.provider;
  answer(std::move(out));
}

// ---- methods

void Run::call(CallGoal call, Answer<CallReply> answer) {
  if (refuse_if_over(answer)) return;
  ++registering_;
  Goal goal;
  goal.provider = call.provider;
  goal.version = call.version;
  if (const PropertyValue& self = at(call.args, "__self__"); self.is_resource()) {
    const Urn& urn = self.as_resource().urn;
    if (auto it = entries_.find(urn.str()); it != entries_.end() && goal.provider.empty()) {
      goal.provider = it->second.provider;
      goal.parent = urn;
    }
  }
  const auto refuse = [this, answer, token = call.token](std::string why) {
    --registering_;
    diagnose(Severity::error, {}, "calling '" + token + "': " + why);
    stop(Outcome::failed);
    answer(tl::unexpected(Refusal{Refusal::Kind::failed, "calling '" + token + "': " + why}));
    advance();
  };
  with_provider(
      goal, package_of(call.token),
      [this, call, answer, refuse](const std::string&, InstancePtr provider) {
        CallRequest request;
        request.token = call.token;
        request.args = call.args;
        request.arg_dependencies = plain_map(call.arg_dependencies);
        request.project = program_.project;
        request.stack = program_.stack;
        request.organization = program_.organization;
        request.monitor_endpoint = program_.monitor_address;
        request.config = program_.config;
        request.dry_run = options_.dry_run;
        request.parallel = program_.parallel;
        // A method may register resources and wait for them, so it has a thread of its own.
        threads_.emplace_back([this, request, answer, refuse, provider] {
          auto reply =
              std::make_shared<Result<CallReply>>(provider->provider->call(request, cancel_program_.get_token()));
          strand_.post([this, reply, answer, refuse] {
            if (!*reply) return refuse(reply->error().to_string());
            --registering_;
            answer(std::move(**reply));
            advance();
          });
        });
      },
      refuse);
}

// ---- components of providers

void Run::construct(const RegistrationPtr& r) {
  given_[r->urn] = std::make_shared<const Given>(Given{without_outputs(r->goal.inputs), r->goal.property_dependencies});
  with_provider(
      r->goal, package_of(r->goal.type),
      [this, r](const std::string&, InstancePtr provider) {
        if (provider->configured) return constructing(r, std::move(provider));
        r->goal.remote = false;  // nobody can be asked yet: it stands there by itself, its outputs unknown
        if (admit(r)) plan_registration(r);
      },
      [this, r](std::string why) {
        complain(r->urn, std::move(why));
        --registering_;
        stop(Outcome::failed);
        refuse_if_over(r->answer);
        advance();
      });
}

void Run::constructing(const RegistrationPtr& r, InstancePtr provider) {
  const Goal& goal = r->goal;
  ConstructRequest request;
  request.project = program_.project;
  request.stack = program_.stack;
  request.organization = program_.organization;
  request.type = goal.type;
  request.name = goal.name;
  request.parent = goal.parent;
  request.inputs = goal.inputs;
  request.input_dependencies = plain_map(goal.property_dependencies);
  request.config = program_.config;
  request.config_secret_keys = program_.config_secret_keys;
  if (auto parent = entries_.find(goal.parent.str()); parent != entries_.end())
    request.providers = parent->second.providers;
  for (const auto& [package, reference] : goal.providers) request.providers[package] = reference;
  request.dependencies = goal.dependencies;
  for (const Alias& alias : goal.aliases)
    request.aliases.push_back(
        alias.urn.empty() ? Urn::make(alias.stack.value_or(program_.stack), alias.project.value_or(program_.project),
                                      alias.parent.value_or(goal.parent), alias.type.value_or(goal.type),
                                      alias.name.value_or(goal.name))
                                .str()
                          : alias.urn.str());
  request.protect = goal.protect;
  request.retain_on_delete = goal.retain_on_delete;
  request.dry_run = options_.dry_run;
  request.parallel = program_.parallel;
  request.monitor_endpoint = program_.monitor_address;
  ++constructing_;
  threads_.emplace_back([this, r, request, provider] {
    auto urn = std::make_shared<Urn>();
    const auto answer = [this, r, urn](ConstructReply reply) {
      *urn = reply.urn;
      strand_.post([this, r, reply = std::move(reply)]() mutable { constructed(r, std::move(reply)); });
    };
    auto result =
        std::make_shared<Result<void>>(provider->provider->construct(request, answer, cancel_program_.get_token()));
    strand_.post([this, r, urn, result] { construct_ended(r, *urn, std::move(*result)); });
  });
}

/// The outputs are known; children may still be under way.
void Run::constructed(const RegistrationPtr& r, ConstructReply reply) {
  --registering_;
  auto it = entries_.find(reply.urn.str());
  if (it == entries_.end() || !it->second.record) {
    diagnose(Severity::error, r->urn, "its provider constructed '" + reply.urn.str() + "', which it never registered");
    return stop(Outcome::failed);
  }
  it->second.open = true;
  if (refuse_if_over(r->answer)) return;
  Registered out;
  out.urn = reply.urn;
  out.outputs = std::move(reply.state);
  out.property_dependencies = by_key(reply.state_dependencies);
  r->answer(std::move(out));
  advance();
}

void Run::construct_ended(const RegistrationPtr& r, const Urn& urn, Result<void> result) {
  --constructing_;
  if (!urn.empty()) settle_component(urn);
  if (!result && !stopping_) {
    diagnose(Severity::error, urn.empty() ? r->urn : urn, result.error().to_string());
    errored_.insert(r->urn);
    stop(Outcome::failed);
  }
  if (urn.empty()) {  // it never answered
    --registering_;
    if (result && !stopping_) {
      diagnose(Severity::error, r->urn, "its provider constructed nothing");
      stop(Outcome::failed);
    }
    refuse_if_over(r->answer);
  }
  advance();
}

void Run::settle_component(const Urn& urn) {
  auto it = entries_.find(urn.str());
  if (it == entries_.end()) return;
  it->second.open = false;
  for (auto& waiting : std::exchange(it->second.when_settled, {})) waiting();
}

// ---- outputs of components

void Run::register_outputs(const Urn& urn, PropertyMap outputs, Answer<Nothing> answer) {
  if (refuse_if_over(answer)) return;
  const auto refuse = [&](const std::string& why) {
    answer(tl::unexpected(Refusal{Refusal::Kind::invalid, "outputs of '" + urn.str() + "': " + why}));
  };
  const auto it = entries_.find(urn.str());
  if (it == entries_.end() || !it->second.record) return refuse("it is not registered in this run");
  Entry& entry = it->second;
  if (std::exchange(entry.outputs_registered, true)) return refuse("they were registered before");
  if (!entry.targeted) return answer(Nothing{});
  outputs = without_outputs(outputs);
  if (urn == stack_urn_) {  // they count when the run is over
    stack_outputs_ = std::move(outputs);
    return answer(Nothing{});
  }
  const bool unchanged = entry.record->outputs == outputs && entry.op == Op::same;
  auto next = std::make_shared<Resource>(*entry.record);
  next->outputs = std::move(outputs);
  entry.record = next;
  StepInfo info{.op = entry.op, .urn = urn, .type = entry.type, .provider = {}, .previous = {}, .next = next};
  emit(ResourceOutputsEvent{std::move(info), options_.dry_run, {}});
  if (unchanged) return answer(Nothing{});
  Change change;
  change.puts.emplace_back(entry.slot, next);
  ++registering_;
  write(std::move(change), [this, answer] {
    --registering_;
    answer(Nothing{});
    advance();
  });
}

// ---- reads

void Run::read_resource(ReadGoal read, Answer<Registered> answer) {
  if (refuse_if_over(answer)) return;
  auto r = std::make_shared<Registration>();
  r->goal = std::move(read.goal);
  r->goal.custom = true;
  r->answer = std::move(answer);
  ++registering_;
  if (!admit(r)) return;
  with_provider(
      r->goal, package_of(r->goal.type),
      [this, r, id = read.id, known = read.id_known](std::string reference, InstancePtr provider) {
        r->goal.provider = std::move(reference);
        r->provider = std::move(provider);
        entries_[r->urn.str()].provider = r->goal.provider;
        submit_read(r, known ? id : std::string());
      },
      [this, r](std::string why) {
        complain(r->urn, std::move(why));
        answer_failure(*r, Registered::Result::fail);
      });
}

void Run::submit_read(const RegistrationPtr& r, const std::string& id) {
  find_old(*r);
  auto next = std::make_shared<Resource>();
  next->urn = r->urn;
  next->custom = true;
  next->external = true;
  next->id = id;
  next->type = r->goal.type;
  next->inputs = without_outputs(r->goal.inputs);
  next->parent = r->goal.parent;
  next->provider = r->goal.provider;
  next->dependencies = r->goal.dependencies;
  next->additional_secret_outputs = r->goal.additional_secret_outputs;
  next->source_position = r->goal.source_position;
  next->stack_trace = r->goal.stack_trace;
  if (r->old) next->created = r->old->created, next->modified = r->old->modified;
  const bool replaces = r->old && !r->old->external && r->old->id != id;
  auto chain = std::make_shared<Chain>();
  const auto add = [&](Op op) {
    Step step;
    step.info = {
        .op = op, .urn = r->urn, .type = next->type, .provider = next->provider, .previous = r->old, .next = next};
    step.info.logical = op != Op::read_replacement;
    step.previous_slot = r->old_slot;
    step.provider = r->provider;
    chain->steps.push_back({std::move(step), {}, {}, {}, {}, kNoSlot});
  };
  add(replaces ? Op::read_replacement : Op::read);
  if (replaces) add(Op::replace);
  chain->done = [this, r](bool ok) { registered(r, ok, false); };
  submit(std::move(chain));
}

// ---- logs and packages

void Run::log(LogLine line) {
  if (line.severity == Severity::error && !line.ephemeral) errored_.insert(line.urn.empty() ? stack_urn_ : line.urn);
  emit(DiagnosticEvent{line.urn, line.severity, std::move(line.message), line.stream_id, line.ephemeral});
}

std::string Run::register_package(const std::string& name, const std::string& version, const std::string& url) {
  for (const auto& [ref, package] : packages_)
    if (package.name == name && package.version == version && package.url == url) return ref;
  const std::string ref = "package-" + std::to_string(packages_.size() + 1);
  packages_[ref] = {name, version, url};
  return ref;
}

const Run::Package* Run::package(const std::string& ref) const {
  auto it = packages_.find(ref);
  return it == packages_.end() ? nullptr : &it->second;
}

}  // namespace drydock::engine
