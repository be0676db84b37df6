#include "twin/twin.h"

#include "base/http_server.h"
#include "twin/inside.h"

namespace drydock::twin {

namespace {

Result<std::unique_ptr<Inside>> open_world(const TwinOptions& options, Loop& loop) {
  World::Options about;
  about.seed = options.seed;
  if (!options.data_dir.empty()) about.journal = options.data_dir / "world.journal";
  return Inside::open(std::move(about), &loop);
}

}  // namespace

struct Twin::State {
  State(Loop& l, TwinOptions o) : loop(l), options(std::move(o)), pump(l) {}

  /// Asks the clock when it wants to run next; called whenever that may have changed.
  void arm() {
    if (armed) return;
    armed = true;
    loop.post([this, alive = std::weak_ptr<int>(token)] {
      if (alive.expired()) return;
      armed = false;
      tick();
    });
  }
  void tick() {
    const auto now = std::chrono::steady_clock::now();
    const auto next = inside->world->clock().pump(now);
    if (!next) return pump.cancel();
    const auto delay = std::max<std::chrono::nanoseconds>(*next - now, std::chrono::nanoseconds(0));
    pump.after(std::chrono::ceil<std::chrono::microseconds>(delay), [this] { tick(); });
  }
  void furnish(std::unique_ptr<Inside> fresh) {
    inside = std::move(fresh);
    inside->world->clock().on_wake([this] { arm(); });
    inside->front->control("POST", "/_drydock/reset", [this](World&, Call&) -> ApiResult {
      reset_asked = true;
      return Json::object({{"reset", true}});
    });
    inside->front->control("POST", "/_drydock/stop", [this](World&, Call&) -> ApiResult {
      if (on_stop) loop.post(on_stop);
      return Json::object({{"stopping", true}});
    });
    arm();
  }
  Result<void> reset() {
    std::error_code ignored;
    if (!options.data_dir.empty()) std::filesystem::remove(options.data_dir / "world.journal", ignored);
    pump.cancel();
    inside.reset();
    auto fresh = open_world(options, loop);
    if (!fresh) return pass(fresh);
    furnish(std::move(*fresh));
    return {};
  }
  void serve(const HttpRequest& request, HttpReply& reply) {
    HttpResponse response = inside->front->serve(request);
    if (reset_asked) {
      reset_asked = false;
      if (auto done = reset(); !done) response = {500, {}, done.error().to_string() + "\n"};
    }
    arm();
    reply.send(std::move(response));
  }

  Loop& loop;
  TwinOptions options;
  Loop::Timer pump;
  std::unique_ptr<Inside> inside;
  std::unique_ptr<HttpServer> server;
  std::function<void()> on_stop;
  bool reset_asked = false, armed = false;
  std::shared_ptr<int> token = std::make_shared<int>();
};

Twin::Twin(std::unique_ptr<State> state) : state_(std::move(state)) {}
Twin::~Twin() = default;

Result<std::unique_ptr<Twin>> Twin::start(Loop& loop, TwinOptions options) {
  auto state = std::make_unique<State>(loop, std::move(options));
  // The port first: a second twin on the same folder must not touch the first one's journal.
  HttpServer::Options listen;
  listen.address = state->options.address;
  listen.port = state->options.port;
  State* raw = state.get();
  auto server = HttpServer::listen(
      loop, listen, [raw](HttpRequest request, std::shared_ptr<HttpReply> reply) { raw->serve(request, *reply); });
  if (!server) return pass(server, "starting the twin");
  state->server = std::move(*server);
  auto inside = open_world(state->options, loop);
  if (!inside) return pass(inside);
  state->furnish(std::move(*inside));
  return std::unique_ptr<Twin>(new Twin(std::move(state)));
}

std::uint16_t Twin::port() const { return state_->server->port(); }
std::string Twin::url() const { return "http://" + state_->options.address + ":" + std::to_string(port()); }
World& Twin::world() { return *state_->inside->world; }
Front& Twin::front() { return *state_->inside->front; }
Result<void> Twin::reset() { return state_->reset(); }
void Twin::on_stop(std::function<void()> task) { state_->on_stop = std::move(task); }

}  // namespace drydock::twin
