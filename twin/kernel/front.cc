#include "twin/kernel/front.h"

#include <cstdio>
#include <exception>
#include <set>

#include "base/text.h"
#include "twin/kernel/signature.h"
#include "twin/kernel/wire.h"
#include "twin/kernel/world.h"

namespace drydock::twin {

namespace {

struct Route {
  std::string method;
  PathPattern pattern;
  std::string action;
};
struct ControlRoute {
  std::string method;
  PathPattern pattern;
  Operation handler;
};

constexpr std::string_view kControl = "/_drydock/";

SimTime wall_now() { return std::chrono::floor<Millis>(std::chrono::system_clock::now()); }

Credential administrator() {
  Principal admin{Principal::Kind::user, Account::id, Account::user_arn, Account::user_id, {}, {}, Account::access_key};
  return {std::move(admin), Account::secret_key, {}, std::nullopt};
}

/// Query parameters into `in`: repeated ones become arrays.
void merge_query(const HttpRequest& request, Json& in) {
  for (auto& [name, value] : request.query_pairs()) {
    if (name.starts_with("X-Amz-")) continue;
    Json* present = in.find(name);
    if (!present)
      in[name] = std::move(value);
    else if (present->is_array())
      present->push_back(std::move(value));
    else
      *present = Json::array({std::move(*present), std::move(value)});
  }
}

tl::expected<Json, ApiError> body_as_json(const HttpRequest& request) {
  if (trim(request.body).empty()) return Json::object();
  auto parsed = Json::parse(request.body);
  if (!parsed || !parsed->is_object())
    return tl::unexpected<ApiError>(
        {400, "SerializationException",
         parsed ? "Start of structure or map found where not expected." : parsed.error().message});
  return std::move(*parsed);
}

bool is_form(const HttpRequest& request) {
  return request.headers.get("content-type").starts_with("application/x-www-form-urlencoded");
}

/// Reads and lists; only calls beyond these break the clock's quiet.
bool only_reads(const HttpRequest& request) { return request.method == "GET" || request.method == "HEAD"; }

}  // namespace

struct Front::State {
  explicit State(World& w) : world(w) {}

  World& world;
  std::map<std::string, std::map<std::string, Operation>, std::less<>> operations;  // service, action
  std::map<std::string, std::vector<Route>, std::less<>> routes;
  std::map<std::string, std::function<HttpResponse(World&, Call&)>, std::less<>> raws;
  std::vector<ControlRoute> controls;
  std::vector<std::function<void(World&, Json&)>> statuses;
  std::map<std::string, std::function<std::optional<ApiError>(World&, Call&)>, std::less<>> befores;
  std::set<std::string, std::less<>> unsigned_actions, self_authorised;  // "sts:AssumeRoleWithWebIdentity"
  std::function<std::optional<Credential>(World&, const std::string&)> credentials;
  Authoriser authoriser;

  const Operation* find(const std::string& service, const std::string& action) const {
    auto of_service = operations.find(service);
    if (of_service == operations.end()) return nullptr;
    auto it = of_service->second.find(action);
    return it == of_service->second.end() ? nullptr : &it->second;
  }
};

Front::Front(World& world) : state_(std::make_unique<State>(world)) {
  state_->credentials = [](World&, const std::string& key) {
    return key == Account::access_key ? std::optional(administrator()) : std::nullopt;
  };
  install_control(*this);
}
Front::~Front() = default;

void Front::operation(std::string service, std::string action, Operation handler) {
  state_->operations[std::move(service)][std::move(action)] = std::move(handler);
}
void Front::rest(std::string service, std::string method, std::string path_pattern, std::string action) {
  state_->routes[std::move(service)].push_back({std::move(method), PathPattern(path_pattern), std::move(action)});
}
void Front::raw(std::string service, std::function<HttpResponse(World&, Call&)> handler) {
  state_->raws[std::move(service)] = std::move(handler);
}
void Front::unsigned_operation(std::string service, std::string action) {
  state_->unsigned_actions.insert(service + ":" + action);
}
void Front::before(std::string service, std::function<std::optional<ApiError>(World&, Call&)> check) {
  state_->befores[std::move(service)] = std::move(check);
}
void Front::control(std::string method, std::string path_pattern, Operation handler) {
  state_->controls.push_back({std::move(method), PathPattern(path_pattern), std::move(handler)});
}
void Front::status(std::function<void(World&, Json&)> more) { state_->statuses.push_back(std::move(more)); }
void Front::credentials(std::function<std::optional<Credential>(World&, const std::string&)> lookup) {
  state_->credentials = std::move(lookup);
}
void Front::authoriser(Authoriser decide) { state_->authoriser = std::move(decide); }
void Front::authorises_itself(std::string service, std::string action) {
  state_->self_authorised.insert(service + ":" + action);
}

Json Front::describe_status() const {
  World& world = state_->world;
  Json out = Json::object({{"account", world.account()},
                           {"worldId", world.id()},
                           {"region", "us-east-1"},
                           {"simTime", epoch_millis(world.now())},
                           {"now", iso_millis(world.now())}});
  for (const auto& more : state_->statuses) more(world, out);
  return out;
}

std::optional<ApiError> Front::may(const Call& call, const std::string& action,
                                   const std::vector<std::string>& resources) const {
  if (!state_->authoriser) return std::nullopt;
  return state_->authoriser(state_->world, call, action, resources);
}

tl::expected<Principal, ApiError> Front::authenticate(const HttpRequest& request, std::string* service,
                                                      std::string* region) {
  auto claim = read_signature(request);
  Protocol protocol = claim ? protocol_of(claim->service) : Protocol::query;
  if (!claim) return tl::unexpected<ApiError>(signature_error(protocol, claim.error()));
  if (service) *service = claim->service;
  if (region) *region = claim->region;
  auto credential = state_->credentials(state_->world, claim->access_key_id);
  if (!credential) return tl::unexpected<ApiError>(signature_error(protocol, {SignatureFault::unknown_key, {}}));
  if (auto problem = check_signature(request, *claim, *credential, wall_now()))
    return tl::unexpected<ApiError>(signature_error(protocol, *problem));
  credential->principal.access_key_id = claim->access_key_id;
  return std::move(credential->principal);
}

namespace {

std::string target_action(const HttpRequest& request) {
  const std::string_view target = request.headers.get("x-amz-target");
  return std::string(target.substr(std::min(target.size(), target.find('.') + 1)));
}

ApiError not_modelled(const std::string& service, const std::string& action) {
  return {
      501, "NotModelled",
      "not supported yet: " + service + ":" + action + " is not modelled by the twin (docs/fidelity.md lists what is)"};
}

}  // namespace

/// Finds the action and gathers the parameters. An error if nothing of the service matches.
std::optional<ApiError> Front::read_call(const HttpRequest& request, Call& call) const {
  switch (protocol_of(call.service)) {
    case Protocol::ec2:
    case Protocol::query:
      call.in = is_form(request) ? parse_form(request.body) : Json::object();
      if (!request.query().empty()) {
        Json from_query = parse_form(request.query());
        for (auto& [name, value] : from_query.as_object())
          if (!name.starts_with("X-Amz-")) call.in[name] = std::move(value);
      }
      call.action = call.in.at("Action").string_or();
      call.in.erase("Action");
      call.in.erase("Version");
      if (call.action.empty())
        return ApiError{400, "MissingAction", "Could not find operation; the request must name an Action"};
      return std::nullopt;
    case Protocol::json: {
      auto body = body_as_json(request);
      if (!body) return std::move(body.error());
      call.in = std::move(*body);
      call.action = target_action(request);
      if (call.action.empty()) return ApiError{400, "UnknownOperationException", ""};
      return std::nullopt;
    }
    case Protocol::rest_json:
      break;
    case Protocol::raw:
      return std::nullopt;
  }
  auto body = body_as_json(request);
  if (!body) return std::move(body.error());
  call.in = std::move(*body);
  auto routes = state_->routes.find(call.service);
  if (routes != state_->routes.end())
    for (const Route& route : routes->second)
      if (route.method == request.method && route.pattern.match(request.path(), call.in)) {
        call.action = route.action;
        merge_query(request, call.in);
        return std::nullopt;
      }
  return not_modelled(call.service, request.method + " " + std::string(request.path()));
}

HttpResponse Front::serve_aws(const HttpRequest& request, Call& call) {
  auto principal = authenticate(request, &call.service, &call.region);
  if (!principal) {
    // A call that needs no signature carries none; which service it means only its action tells.
    if (request.headers.find("authorization") || !is_form(request))
      return render_error(protocol_of(call.service), call.service, call.request_id, principal.error());
    Json form = parse_form(request.body);
    call.service = "sts", call.region = "us-east-1";
    if (!state_->unsigned_actions.contains(call.service + ":" + form.at("Action").string_or()))
      return render_error(Protocol::query, call.service, call.request_id, principal.error());
  } else {
    call.caller = std::move(*principal);
  }
  const Protocol protocol = protocol_of(call.service);
  auto failed = [&](const ApiError& error) { return render_error(protocol, call.service, call.request_id, error); };
  if (auto raw = state_->raws.find(call.service); raw != state_->raws.end()) return raw->second(state_->world, call);
  if (auto error = read_call(request, call)) return failed(*error);
  const Operation* operation = state_->find(call.service, call.action);
  if (!operation) return failed(not_modelled(call.service, call.action));
  const std::string name = call.service + ":" + call.action;
  if (!state_->self_authorised.contains(name) && !state_->unsigned_actions.contains(name))
    if (auto denied = may(call, name, {"*"})) return failed(*denied);
  if (call.service == "ec2" && call.flag("DryRun").value_or(false))
    return failed({412, "DryRunOperation", "Request would have succeeded, but DryRun flag is set."});
  if (auto check = state_->befores.find(call.service); check != state_->befores.end())
    if (auto error = check->second(state_->world, call)) return failed(*error);
  ApiResult result = (*operation)(state_->world, call);
  return result ? render(protocol, call, std::move(*result)) : failed(result.error());
}

HttpResponse Front::serve_control(const HttpRequest& request) {
  Call call;
  call.http = &request;
  call.service = "drydock";
  ApiResult result =
      refuse("NotFound", "no such control endpoint: " + request.method + " " + std::string(request.path()), 404);
  if (auto body = body_as_json(request); !body) {
    result = tl::unexpected<ApiError>(std::move(body.error()));
  } else {
    for (const ControlRoute& route : state_->controls) {
      call.in = *body;
      if (route.method != request.method || !route.pattern.match(request.path(), call.in)) continue;
      merge_query(request, call.in);
      result = route.handler(state_->world, call);
      break;
    }
  }
  HttpResponse response;
  response.headers.add("Content-Type", "application/json");
  response.status = result ? 200 : result.error().status;
  response.body =
      result ? result->dump_pretty() + "\n"
             : Json::object({{"code", result.error().code}, {"message", result.error().message}}).dump() + "\n";
  return response;
}

HttpResponse Front::serve(const HttpRequest& request) {
  World& world = state_->world;
  const bool control = request.path().starts_with(kControl);
  HttpResponse response;
  Call call;
  call.http = &request;
  call.request_id = world.new_uuid();
  try {
    response = control ? serve_control(request) : serve_aws(request, call);
  } catch (
      const std::exception& bug) {  // a handler that trusted its input too much; the world keeps what it did so far
    std::fprintf(stderr, "drydock twin: %s:%s failed: %s (a bug of the twin)\n", call.service.c_str(),
                 call.action.c_str(), bug.what());
    response = render_error(protocol_of(call.service), call.service, call.request_id,
                            {500, "InternalError", "An internal error has occurred"});
  }
  const std::uint64_t before = world.revision();
  world.commit();
  if (!control && world.revision() != before && !only_reads(request))
    world.clock().disturbed(std::chrono::steady_clock::now());
  response.headers.add("X-Drydock-Time", std::to_string(epoch_millis(world.now())));
  return response;
}

ApiResult Front::call(const std::string& service, const std::string& action, const std::string& region,
                      Principal caller, Json in) {
  const Operation* operation = state_->find(service, action);
  if (!operation) return tl::unexpected<ApiError>(not_modelled(service, action));
  Call call{service, action, region, state_->world.new_uuid(), std::move(caller), std::move(in), nullptr};
  if (auto check = state_->befores.find(service); check != state_->befores.end())
    if (auto error = check->second(state_->world, call)) return tl::unexpected<ApiError>(std::move(*error));
  return (*operation)(state_->world, call);
}

}  // namespace drydock::twin
