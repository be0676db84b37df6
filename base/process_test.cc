#include "base/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>

#include "base/file.h"
#include "base/hash.h"

namespace drydock {
namespace {

ProcessSpec shell(std::string script) { return {{"sh", "-c", std::move(script)}, "", {}}; }

TEST(Process, HandsOnOutputAndExitCode) {
  auto done = capture_process(shell("echo out; echo err >&2; exit 32"));
  ASSERT_TRUE(done) << done.error().to_string();
  EXPECT_EQ(done->out, "out\n");
  EXPECT_EQ(done->err, "err\n");
  EXPECT_EQ(done->exit.to_string(), "exit code 32");
}

TEST(Process, AKilledProgramSaysSo) {
  auto done = capture_process(shell("kill -9 $$"));
  ASSERT_TRUE(done);
  EXPECT_EQ(done->exit.to_string(), "killed by signal 9 (Killed)");
  EXPECT_EQ(done->exit.code, 137);
}

TEST(Process, EnvironmentIsAddedAndRemoved) {
  ::setenv("DRYDOCK_PROCESS_TEST", "ours", 1);
  auto command = shell("echo ${DRYDOCK_PROCESS_TEST-unset} $ADDED; pwd");
  command.environment = {{"ADDED", "1"}, {"DRYDOCK_PROCESS_TEST", ""}};
  command.directory = "/";
  EXPECT_EQ(capture_process(command)->out, "unset 1\n/\n");
}

TEST(Process, AChildOfTheChildKeepsNobodyWaiting) {
  // The grandchild holds the pipe open for a minute; the test ends at once all the same.
  auto done = capture_process(shell("sleep 60 & echo $!"));
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->exit.ok());
  ::kill(std::stoi(done->out), SIGKILL);
}

TEST(Process, StopInterruptsIt) {
  std::stop_source stop;
  std::string out;
  auto exit = run_process(
      shell("trap 'echo bye; exit 3' INT; echo ready; while :; do sleep 0.01; done"),
      [&](Stream, std::string_view piece) {
        out += piece;
        stop.request_stop();
      },
      stop.get_token());
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 3);
  EXPECT_EQ(out, "ready\nbye\n");
}

TEST(Process, AMissingProgramIsNamed) {
  auto done = capture_process({{"no-such-program-anywhere"}, "", {}});
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::not_found);
  EXPECT_EQ(done.error().message, "no-such-program-anywhere is not in PATH");
}

TEST(LineSplitter, JoinsPieces) {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  splitter.add("a\nb");
  splitter.add("c\n\nd");
  splitter.rest();
  EXPECT_EQ(lines, (std::vector<std::string>{"a", "bc", "", "d"}));
}

TEST(File, ReplacesAndAppends) {
  std::string folder = testing::TempDir() + "file-test-" + random_hex(8);
  ASSERT_TRUE(make_directories(folder));
  std::string path = join_path(folder, "x.json");
  EXPECT_EQ(read_file(path).error().code, ErrorCode::not_found);
  ASSERT_TRUE(write_file(path, "one", true));
  ASSERT_TRUE(write_file(path, "two"));
  {
    auto file = AppendFile::open(path);
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->append("+three"));
    ASSERT_TRUE(file->sync());
  }
  EXPECT_EQ(*read_file(path), "two+three");
  EXPECT_EQ(list_directory(folder), std::vector<std::string>{"x.json"});
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace drydock
