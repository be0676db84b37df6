// drydock twin start | stop | status | reset | load | env | clock
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <memory>
#include <thread>

#include "base/file.h"
#include "base/process.h"
#include "base/text.h"
#include "cli/app.h"
#include "cli/credentials.h"
#include "cli/kubeconfig.h"
#include "cli/twin_home.h"
#include "cli/twin_server.h"
#include "cli/workspace.h"

namespace drydock::cli {
namespace {

using namespace std::chrono_literals;

struct TwinFlags {
  std::string listen, duration, factor, world;
  bool foreground = false, json = false, yes = false;
};
using Flags = std::shared_ptr<TwinFlags>;

std::string running_text(const std::string& url, const Json& status) {
  return fmt::format("The twin listens on {} (world {})\n", url, status.at("worldId").string_or("?"));
}

/// What the twin wrote since it was started, as the reason why it is gone.
std::string last_words(const std::string& log, std::size_t from) {
  std::string text = read_file(log).value_or("");
  auto lines = split(trim(std::string_view(text).substr(std::min(from, text.size()))), '\n');
  std::string last = lines.back();
  if (last.starts_with("error: ")) last = last.substr(7);
  return last.empty() ? "it ended without a word; see " + log : last;
}

Result<int> start(const App& app, const TwinFlags& flags) {
  TwinHome home = TwinHome::find(app.directory);
  auto listen = Listen::parse(flags.listen);
  if (!listen) return pass(listen);
  if (auto record = home.record()) {
    if (auto status = TwinClient(record->url).get("status")) {
      if (flags.foreground)
        return fail(ErrorCode::already_exists,
                    fmt::format("a twin of {} runs already at {}", home.directory(), record->url));
      app.out(running_text(record->url, *status));
      return kOk;
    }
  }
  if (flags.foreground) return serve_twin(app, home, *listen);
  if (auto made = make_directories(home.directory()); !made) return pass(made);
  std::size_t log_size = read_file(home.log_file()).value_or("").size();
  ProcessSpec spec;
  spec.argv = {own_path(),     "twin",     "start",
               "--foreground", "--listen", fmt::format("{}:{}", listen->address, listen->port)};
  spec.environment = {{"DRYDOCK_HOME", home.directory()}};
  spec.directory = home.directory();
  auto pid = spawn_daemon(spec, home.log_file());
  if (!pid) return pass(pid);
  for (auto deadline = std::chrono::steady_clock::now() + 30s; std::chrono::steady_clock::now() < deadline;) {
    if (auto record = home.record(); record && record->pid == *pid) {
      if (auto status = TwinClient(record->url).get("status")) {
        app.out(running_text(record->url, *status));
        return kOk;
      }
    }
    int status = 0;
    if (::waitpid(*pid, &status, WNOHANG) == *pid)
      return fail(ErrorCode::unavailable, "the twin did not start: " + last_words(home.log_file(), log_size));
    std::this_thread::sleep_for(2ms);
  }
  return fail(ErrorCode::timeout, fmt::format("the twin does not answer after 30 s; see {}", home.log_file()));
}

Result<int> stop(const App& app, const TwinFlags&) {
  TwinHome home = TwinHome::find(app.directory);
  auto record = home.record();
  if (!record) {
    app.out("No twin is running.\n");
    return kOk;
  }
  if (auto asked = TwinClient(record->url).post("stop"); !asked) ::kill(record->pid, SIGTERM);
  for (auto deadline = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < deadline;) {
    if (::kill(record->pid, 0) != 0) {
      app.out("The twin has stopped; its world is kept.\n");
      return kOk;
    }
    std::this_thread::sleep_for(2ms);
  }
  return fail(ErrorCode::timeout, fmt::format("the twin (pid {}) does not stop; see {}", record->pid, home.log_file()));
}

Result<int> status(const App& app, const TwinFlags& flags) {
  TwinHome home = TwinHome::find(app.directory);
  TwinClient twin(twin_url(home));
  auto status = twin.get("status");
  if (!status) return pass(status);
  if (flags.json) {
    app.out(status->dump_pretty(2) + "\n");
    return kOk;
  }
  app.out(running_text(twin.url(), *status));
  for (const auto& [key, value] : status->as_object())
    if (key != "worldId")
      app.out(fmt::format("  {}: {}\n", pad(key, 16), value.is_string() ? value.as_string() : value.dump()));
  app.out(fmt::format("  {}: {}\n", pad("home", 16), home.directory()));
  return kOk;
}

Result<int> reset(const App& app, const TwinFlags& flags) {
  TwinHome home = TwinHome::find(app.directory);
  TwinClient twin(twin_url(home));
  if (!flags.yes && app.interactive() && !ask_yes(app, "This empties the twin's world for good. Go on? [y/N] "))
    return fail(ErrorCode::cancelled, "the twin was not reset");
  if (auto done = twin.post("reset"); !done) return pass(done);
  auto status = twin.get("status");
  if (!status) return pass(status);
  app.out(fmt::format("The twin has a new, empty world: {}\n", status->at("worldId").string_or("?")));
  return kOk;
}

Result<int> load(const App& app, const TwinFlags& flags) {
  const bool base = !file_exists(flags.world) && flags.world.find_first_of("/.") == std::string::npos;
  auto text = base ? Result<std::string>("base: " + flags.world + "\n") : read_file(flags.world);
  if (!text) return pass(text);
  TwinClient twin(twin_url(TwinHome::find(app.directory)));
  auto done = twin.post("load", Json::object({{"text", *text}, {"name", flags.world}}));
  if (!done) return pass(done, "loading " + flags.world + " into the twin (drydock twin reset empties it)");
  app.out(fmt::format("Loaded {} nouns into {}. Their nodes are on their way: kubectl get nodes, drydock node story\n",
                      done->at("ids").size(), done->at("region").string_or("?")));
  return kOk;
}

std::string shell_quoted(const std::string& text) { return "'" + replace_all(text, "'", "'\\''") + "'"; }

/// The file that ./up made for the example, if the caller has not chosen another.
std::string passphrase_file(const App& app) {
  if (const char* chosen = std::getenv("PULUMI_CONFIG_PASSPHRASE_FILE"); chosen && *chosen) return chosen;
  std::string here = absolute_path(app.directory), source = parent_directory(build_tree());
  for (const auto& candidate : {join_path(here, ".passphrase"), join_path(here, "examples/private-eks/.passphrase"),
                                join_path(source, "examples/private-eks/.passphrase")})
    if (file_exists(candidate)) return candidate;
  return {};
}

Result<int> env(const App& app, const TwinFlags&) {
  TwinHome home = TwinHome::find(app.directory);
  auto record = home.record();
  std::string url = record ? record->url : twin_url(home), region = environment_region("us-east-1");
  aws::Credentials keys = twin_credentials();
  std::string bin = parent_directory(own_path());
  const char* path = std::getenv("PATH");
  std::string out;
  auto line = [&](const char* name, const std::string& value) {
    out += fmt::format("export {}={}\n", name, shell_quoted(value));
  };
  // Once is enough, however often this is evaluated.
  if (!path || !std::string_view(path).starts_with(bin + ":"))
    out += fmt::format("export PATH={}:\"$PATH\"\n", shell_quoted(bin));
  line("AWS_ENDPOINT_URL", url);
  line("AWS_ACCESS_KEY_ID", keys.access_key);
  line("AWS_SECRET_ACCESS_KEY", keys.secret_key);
  line("AWS_REGION", region);
  line("AWS_DEFAULT_REGION", region);
  out += "unset AWS_PROFILE AWS_SESSION_TOKEN\n";
  line("KUBECONFIG", home.kubeconfig_file());
  line("DRYDOCK_HOME", home.directory());
  if (std::string file = passphrase_file(app); !file.empty()) line("PULUMI_CONFIG_PASSPHRASE_FILE", file);
  app.out(out);
  TwinClient twin(url);
  if (auto done = refresh_kubeconfig(twin, home, region); !done) app.say("warning: " + done.error().to_string() + "\n");
  return kOk;
}

// --- clock -----------------------------------------------------------------------------------------------------------

void show_clock(const App& app, const TwinFlags& flags, const Json& clock) {
  if (flags.json) {
    app.out(clock.dump_pretty(2) + "\n");
    return;
  }
  std::string factor = clock.has("factor") ? fmt::format(" (factor {})", clock.at("factor").dump()) : "";
  app.out(fmt::format("{}  {}{}, {} events to come\n", clock.at("now").string_or("?"), clock.at("mode").string_or("?"),
                      factor, clock.at("pending").int_or(0)));
  if (const Json& leases = clock.at("leases"); leases.is_array())
    for (const auto& lease : leases.as_array())
      app.out(fmt::format("  held by {}{}\n", lease.at("who").string_or("?"),
                          lease.at("waiting").bool_or(false) ? ", which waits" : ""));
  if (const Json& events = clock.at("events"); events.is_array())
    for (const auto& event : events.as_array())
      app.out(fmt::format("  {}  {} {} {}\n", event.at("due").string_or("?"), pad(event.at("kind").string_or(), 9),
                          event.at("name").string_or(), event.at("argument").string_or(event.at("argument").dump())));
}

Result<int> clock(const App& app, const TwinFlags& flags, const std::string& verb, const Json& body) {
  TwinClient twin(twin_url(TwinHome::find(app.directory)));
  auto answer = verb == "show" ? twin.get("clock") : twin.post("clock/" + verb, body);
  if (!answer) return pass(answer);
  show_clock(app, flags, *answer);
  return kOk;
}

void add_clock(CLI::App& twin, App& app, const Flags& flags) {
  auto* parent = twin.add_subcommand("clock", "Look at the twin's time and move it");
  parent->require_subcommand(1);
  parent->fallthrough();
  auto add = [&](const char* name, const char* what, const char* example, std::function<Json()> body) {
    auto* command = parent->add_subcommand(name, what);
    command->fallthrough();
    command->footer(std::string("Example: ") + example);
    command->callback([&app, flags, name, body] {
      app.action = [&app, flags, name, body] { return clock(app, *flags, name, body()); };
    });
    return command;
  };
  auto nothing = [] { return Json::object(); };
  parent->add_flag("-j,--json", flags->json, "As JSON");
  add("show", "Time, mode, leases and the next events", "drydock twin clock show", nothing);
  add("pause", "Make time stand still", "drydock twin clock pause", nothing);
  auto* run = add("run", "Go on: by events, or at a rate of real time", "drydock twin clock run --factor 60", [flags] {
    return flags->factor.empty() ? Json::object() : Json::object({{"factor", flags->factor}});
  });
  run->add_option("--factor", flags->factor, "Simulated seconds a real second; 1 is real time");
  auto* advance = add("advance", "Move time on", "drydock twin clock advance 10m", [flags] {
    return Json::object({{"duration", flags->duration}});
  });
  advance->add_option("duration", flags->duration, "For example 90s, 10m, 1h30m")->required();
}

}  // namespace

void add_twin_commands(CLI::App& parser, App& app) {
  auto flags = std::make_shared<TwinFlags>();
  auto* twin = parser.add_subcommand("twin", "The pretend AWS on this machine");
  twin->require_subcommand(1);
  twin->fallthrough();
  twin->footer("Example: drydock twin start && eval \"$(drydock twin env)\"");
  auto add = [&](const char* name, const char* what, const char* example,
                 Result<int> (*run)(const App&, const TwinFlags&)) {
    auto* command = twin->add_subcommand(name, what);
    command->fallthrough();
    command->footer(std::string("Example: ") + example);
    command->callback([&app, flags, run] { app.action = [&app, flags, run] { return run(app, *flags); }; });
    return command;
  };
  auto* command = add("start", "Start it, or say that it runs", "drydock twin start --listen 127.0.0.1:4566", start);
  command->add_flag("--foreground", flags->foreground, "Stay in this terminal");
  command->add_option("--listen", flags->listen, "Address and port; port 0 takes a free one");
  add("stop", "Stop it; its world is kept", "drydock twin stop", stop);
  add("status", "Say where it listens and what it holds", "drydock twin status --json", status)
      ->add_flag("-j,--json", flags->json, "As JSON");
  add("reset", "Empty its world", "drydock twin reset --yes", reset)->add_flag("-y,--yes", flags->yes, "Do not ask");
  add("load", "Make a world file's world in it (docs: cloud/world/world_file.h), or a base's by its name",
      "drydock twin load private-eks", load)
      ->add_option("world", flags->world, "A world file, or the name of a base")
      ->required();
  add("env", "Print what a shell needs to speak to it", "eval \"$(drydock twin env)\"", env);
  add_clock(*twin, app, flags);
}

}  // namespace drydock::cli
