"""Whole runs of the command line: what is shown, what is kept, and what happens when things go wrong in the middle."""
import json
import os
import pathlib
import signal
import subprocess

import pytest

PROGRAM = r"""
#include <drydock/drydock.h>
#include <csignal>
#include <fstream>
#include <stdexcept>
#include <string>
#include <thread>
using namespace drydock;
int main() {
  return run([](Context& ctx) {
    auto config = ctx.config();
    std::string what = config.get_or("what", "stashes");
    if (what == "throw") throw std::runtime_error("the program gave up");
    if (what == "killed") std::raise(SIGKILL);
    if (what == "exit") std::_Exit(7);
    if (what == "twice") {
      pulumi::Stash a(ctx, "same", {.input = 1});
      pulumi::Stash b(ctx, "same", {.input = 2});
      return;
    }
    int count = config.get_or("count", 3);
    for (int i = 0; i < count; ++i) pulumi::Stash(ctx, "s" + std::to_string(i), {.input = config.get_or("value", "v")});
    if (config.is_secret("token")) pulumi::Stash(ctx, "token", {.input = config.require_secret("token")});
    if (what == "hang" && !ctx.dry_run())
      for (;;) std::this_thread::sleep_for(std::chrono::seconds(1));
    ctx.output("count", count);
  });
}
"""
CMAKE = "cmake_minimum_required(VERSION 3.24)\nproject(shop LANGUAGES CXX)\nfind_package(drydock REQUIRED)\ndrydock_program(main.cc)\n"


class Project:
    def __init__(self, folder, twin):
        self.folder, self.twin = folder, twin
        self.env = {"PULUMI_CONFIG_PASSPHRASE": "p"}
        (folder / "Pulumi.yaml").write_text("name: shop\nruntime: cpp\n")
        (folder / "CMakeLists.txt").write_text(CMAKE)
        (folder / "main.cc").write_text(PROGRAM)
        self.ok("stack", "init", "dev")

    def run(self, *args, **env):
        return self.twin.drydock(*args, "-C", str(self.folder), env={**self.env, **env})

    def ok(self, *args, **env):
        done = self.run(*args, **env)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def fails(self, *args, **env):
        done = self.run(*args, **env)
        assert done.returncode not in (0, 255), done.stdout + done.stderr
        return done.stdout + done.stderr

    def start(self, *args):
        command = [self.twin.env["PATH"].split(":")[0] + "/drydock", *args, "-C", str(self.folder)]
        return subprocess.Popen(command, env={**self.twin.env, **self.env}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                text=True)

    def state(self):
        return json.loads(self.ok("stack", "export"))["deployment"]

    def names(self):
        return sorted(r["urn"].split("::")[-1] for r in self.state().get("resources", []) if r["type"] == "pulumi:index:Stash")

    def journal(self):
        return self.folder / ".pulumi/stacks/shop/dev.journal"


@pytest.fixture(scope="module")
def project(tmp_path_factory, twin):
    return Project(tmp_path_factory.mktemp("project"), twin)


@pytest.fixture(autouse=True)
def fresh(project):
    yield
    (project.folder / "main.cc").write_text(PROGRAM)
    (project.folder / "Pulumi.dev.yaml").unlink(missing_ok=True)
    project.ok("destroy", "--yes", "--skip-preview")


def test_a_life(project):
    out = project.ok("up", "--yes")
    assert "+ 4 created" in out and "count: 3" in out and "Duration: " in out
    assert "4 unchanged" in project.ok("up", "--yes")
    assert project.run("up", "--yes", "--expect-no-changes").returncode == 0
    project.ok("config", "set", "value", "w")
    out = project.ok("preview")
    assert "~  pulumi:index:Stash s0 update [diff: ~input]" in out and "~ 3 to update" in out
    assert project.run("preview", "--expect-no-changes").returncode == 7
    assert "~ 3 updated" in project.ok("up", "--yes", "--skip-preview")
    assert project.ok("stack", "output", "count") == "3\n"
    assert "- 4 deleted" in project.ok("destroy", "--yes")
    assert project.names() == []


def test_without_yes_and_without_a_terminal_nothing_happens(project):
    assert "without a terminal, --yes must be given" in project.fails("up")
    assert project.names() == []


def test_json_is_for_programs(project):
    preview = json.loads(project.ok("preview", "--json"))
    assert preview["changeSummary"] == {"create": 4} and len(preview["steps"]) == 4
    events = [json.loads(line) for line in project.ok("up", "--yes", "--skip-preview", "--json").splitlines()]
    kinds = [next(k for k in e if k not in ("sequence", "timestamp")) for e in events]
    assert kinds[0] == "preludeEvent" and kinds[-2:] == ["summaryEvent", "cancelEvent"]
    assert events[-2]["summaryEvent"]["resourceChanges"] == {"create": 4}


@pytest.mark.parametrize("what, words", [
    ("throw", "the program gave up"),
    ("killed", "the program failed: killed by signal 9 (Killed)"),
    ("exit", "the program failed: exit code 7"),
    ("twice", "urn:pulumi:dev::shop::pulumi:index:Stash::same"),
])
def test_programs_that_fail_say_so_once(project, what, words):
    project.ok("config", "set", "what", what)
    before = project.state().get("resources")
    said = project.fails("up", "--yes", "--skip-preview" if what == "twice" else "--yes")
    assert said.count(words) >= 1, said
    if what != "twice":
        assert project.state().get("resources") == before


def test_a_program_that_does_not_compile(project):
    (project.folder / "main.cc").write_text("int main() { return nothing; }\n")
    run = project.run("up", "--yes")
    said = run.stdout + run.stderr
    assert run.returncode == 1, "a program that does not build is a program that fails"
    assert "main.cc:1:21: error:" in said and "does not compile; see above" in said


def test_targets_are_all_that_is_touched(project):
    stash = "urn:pulumi:dev::shop::pulumi:index:Stash::"
    assert "+ 2 created" in project.ok("up", "--yes", "--target", stash + "s1", "--message", "only one")
    assert project.names() == ["s1"]
    project.ok("up", "--yes")
    project.ok("config", "set", "value", "w")
    out = project.ok("up", "--yes", "-t", "**::s0", "-t", "**::s2")
    assert "~ 2 updated" in out and "2 unchanged" in out
    said = project.fails("destroy", "--yes", "--target", stash + "s4")
    assert f"'{stash}s4' is no resource of the stack or the program (did you mean '{stash}s" in said
    assert "- 1 deleted" in project.ok("destroy", "--yes", "--target", stash + "s0")
    assert project.names() == ["s1", "s2"]
    assert "Message: only one" in project.ok("stack", "history")


def test_a_killed_update_goes_on(project):
    project.ok("config", "set", "what", "hang")
    project.ok("config", "set", "count", "5")
    run = project.start("up", "--yes", "--skip-preview")
    for line in run.stdout:
        if " s4 created" in line:
            break
    run.send_signal(signal.SIGKILL)
    run.wait()
    assert project.journal().exists()
    locks = list((project.folder / ".pulumi/locks/organization/shop/dev").glob("*.json"))
    assert len(locks) == 1, "Pulumi must see that the stack is not to be touched yet"
    assert project.names() == ["s0", "s1", "s2", "s3", "s4"], "what was told as done is kept"
    assert not project.journal().exists()
    project.ok("config", "rm", "what")
    assert "unchanged" in project.ok("up", "--yes")


def test_ctrl_c_ends_cleanly(project):
    project.ok("config", "set", "what", "hang")
    run = project.start("up", "--yes", "--skip-preview")
    for line in run.stdout:
        if " s2 created" in line:
            break
    run.send_signal(signal.SIGINT)
    out = run.stdout.read()
    assert run.wait(timeout=60) == 8, out
    assert not project.journal().exists() and project.names() == ["s0", "s1", "s2"]


def test_a_second_command_is_refused_and_cancel_ends_the_first(project):
    project.ok("config", "set", "what", "hang")
    run = project.start("up", "--yes", "--skip-preview")
    for line in run.stdout:
        if " s2 created" in line:
            break
    assert "is locked by" in project.fails("up", "--yes", "--skip-preview")
    assert "was asked to stop" in project.ok("cancel", "--yes")
    run.stdout.read()
    assert run.wait(timeout=60) == 8
    assert project.ok("cancel") == "Nothing is at work on stack 'dev'.\n"


def test_secrets_need_their_passphrase(project):
    project.ok("config", "set", "--secret", "token", "hush")
    project.ok("up", "--yes", "--skip-preview")
    text = (project.folder / ".pulumi/stacks/shop/dev.json").read_text()
    assert "hush" not in text
    said = project.fails("up", "--yes", PULUMI_CONFIG_PASSPHRASE="other")
    assert "incorrect passphrase" in said
    assert (project.folder / ".pulumi/stacks/shop/dev.json").read_text() == text


def test_truncated_state_is_left_alone(project):
    project.ok("up", "--yes", "--skip-preview")
    path = project.folder / ".pulumi/stacks/shop/dev.json"
    whole = path.read_text()
    path.write_text(whole[:200])
    said = project.fails("up", "--yes")
    assert "is damaged" in said and ".bak" in said
    assert path.read_text() == whole[:200]
    path.write_text(whole)


def test_a_state_travels(project):
    project.ok("up", "--yes", "--skip-preview")
    exported = project.ok("stack", "export")
    project.ok("stack", "export", "--file", str(project.folder / "state.json"))
    project.ok("stack", "import", "--file", str(project.folder / "state.json"))
    again = json.loads(project.ok("stack", "export"))
    assert again["deployment"]["resources"] == json.loads(exported)["deployment"]["resources"]
    assert "4 unchanged" in project.ok("up", "--yes")


def test_the_twin_starts_says_where_and_stops(tmp_path, twin):
    env = {"DRYDOCK_HOME": str(tmp_path), "AWS_ENDPOINT_URL": ""}
    done = twin.drydock("twin", "start", "--listen", "127.0.0.1:0", env=env)
    assert done.returncode == 0 and "The twin listens on http://127.0.0.1:" in done.stdout, done.stderr
    world = done.stdout.split("world ")[1].strip(")\n")
    assert world in twin.drydock("twin", "start", env=env).stdout, "starting again says that it runs"
    url = done.stdout.split()[4]
    taken = twin.drydock("twin", "start", "--listen", url.removeprefix("http://"), env={"DRYDOCK_HOME": str(tmp_path / "other")})
    assert taken.returncode == 1 and "the twin did not start: " in taken.stderr and "in use" in taken.stderr, taken.stderr
    exports = twin.drydock("twin", "env", env=env).stdout
    assert f"export AWS_ENDPOINT_URL='{url}'" in exports and "KUBECONFIG" in exports
    os.kill(json.loads((tmp_path / "twin.json").read_text())["pid"], signal.SIGKILL)
    again = twin.drydock("twin", "start", "--listen", "127.0.0.1:0", env=env)
    assert world in again.stdout, "the world survives kill -9"
    assert twin.drydock("twin", "stop", env=env).returncode == 0
    down = twin.drydock("twin", "status", env=env)
    assert down.returncode == 1 and "drydock twin start" in down.stderr
