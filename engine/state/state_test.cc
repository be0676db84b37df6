// Whole stories of a stack's state: written, cut off, read back, damaged.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <future>

#include "base/file.h"
#include "base/hash.h"
#include "engine/state/deployment.h"
#include "engine/state/stack_file.h"
#include "sdk/property_wire.h"

namespace drydock::engine {
namespace {

constexpr const char* kStackUrn = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";

ResourcePtr record(const std::string& name, PropertyMap outputs = {}, std::vector<std::string> dependencies = {}) {
  auto r = std::make_shared<Resource>();
  r->urn = Urn::make("dev", "shop", {}, "t:i:Thing", name);
  r->type = "t:i:Thing";
  r->custom = true;
  r->id = name + "-id";
  r->outputs = std::move(outputs);
  for (const auto& on : dependencies) r->dependencies.push_back(Urn::make("dev", "shop", {}, "t:i:Thing", on));
  return r;
}

std::vector<std::string> names(const Snapshot& snapshot) {
  std::vector<std::string> out;
  for (const auto& r : snapshot.resources) out.emplace_back(r->urn.name());
  return out;
}

class State : public testing::Test {
 protected:
  State() {
    (void)make_directories(folder_);
    (void)write_file(join_path(folder_, "Pulumi.yaml"), "name: shop\nruntime: cpp\n");
    project_ = *load_project(folder_);
    EXPECT_TRUE(backend().create({"shop", "dev"}));
  }
  ~State() override { std::filesystem::remove_all(folder_); }

  Backend backend() { return *Backend::open("file://" + folder_); }
  Result<std::unique_ptr<StackFile>> open(StackFile::Access access = StackFile::Access::write,
                                          std::string passphrase = "p") {
    return StackFile::open(backend(), project_, "dev", access,
                           [passphrase]() -> Result<std::string> { return passphrase; });
  }
  /// Writes changes and waits until they are durable.
  static void put(SnapshotSink& sink, std::vector<std::pair<Slot, ResourcePtr>> puts, std::vector<Slot> erases = {}) {
    Change change;
    change.puts = std::move(puts);
    change.erases = std::move(erases);
    std::promise<Result<void>> durable;
    sink.write(change, [&](Result<void> r) { durable.set_value(std::move(r)); });
    EXPECT_TRUE(durable.get_future().get());
  }
  std::string path(const std::string& name) { return join_path(folder_, ".pulumi/stacks/shop/" + name); }
  std::vector<std::string> locks() { return list_directory(join_path(folder_, ".pulumi/locks/organization/shop/dev")); }

  std::string folder_ = testing::TempDir() + "state-" + random_hex(8);
  Project project_;
};

TEST_F(State, ARunEndsInTheCheckpoint) {
  {
    auto stack = open();
    ASSERT_TRUE(stack) << stack.error().to_string();
    auto sink = (*stack)->begin_run();
    ASSERT_TRUE(sink);
    put(**sink, {{0, record("a")}, {1, record("b", {}, {"a"})}});
    ASSERT_TRUE((*stack)->end_run({"update", "succeeded", 1, 2, Json::object(), Json::object({{"create", 2}})}));
  }
  EXPECT_FALSE(file_exists(path("dev.journal")));
  EXPECT_TRUE(locks().empty());
  EXPECT_EQ(names((*open(StackFile::Access::read))->snapshot()), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(list_directory(join_path(folder_, ".pulumi/history/shop/dev")).size(), 2u);
  EXPECT_EQ(list_directory(join_path(folder_, ".pulumi/backups/shop/dev")).size(), 1u);
}

TEST_F(State, WhatIsNestedAsDeepAsAllowedIsReadBackFromJournalAndCheckpoint) {
  PropertyValue deep = "leaf";
  for (int i = 0; i < kMaxPropertyDepth; ++i) {
    PropertyMap around;
    around.emplace("n", std::move(deep));
    deep = std::move(around);
  }
  put(**(*open())->begin_run(), {{0, record("a", {{"deep", deep}})}});  // killed: only its journal is left
  for (const auto access : {StackFile::Access::write, StackFile::Access::read}) {
    auto stack = open(access);
    ASSERT_TRUE(stack) << stack.error().to_string();
    EXPECT_TRUE(at((*stack)->snapshot().resources.front()->outputs, "deep") == deep);
  }
}

TEST_F(State, AKilledRunIsFoldedInByTheNextCommand) {
  {
    auto stack = open();
    auto sink = *(*stack)->begin_run();
    put(*sink, {{0, record("a", {{"token", PropertyValue::secret("hush")}})}});
    Change pending;
    pending.operation = 1;
    pending.begins = PendingOperation{PendingOperation::Kind::creating, record("b")};
    std::promise<void> durable;
    sink->write(pending, [&](Result<void>) { durable.set_value(); });
    durable.get_future().wait();
  }  // no end_run
  EXPECT_EQ(locks().size(), 1u) << "Pulumi must not touch the stack before the journal is folded in";
  EXPECT_EQ(read_file(path("dev.journal"))->find("hush"), std::string::npos);
  auto stack = open(StackFile::Access::read);
  ASSERT_TRUE(stack) << stack.error().to_string();
  EXPECT_EQ(names((*stack)->snapshot()), std::vector<std::string>{"a"});
  EXPECT_EQ((*stack)->snapshot().resources[0]->outputs.at("token"), PropertyValue::secret("hush"));
  ASSERT_EQ((*stack)->snapshot().pending.size(), 1u);
  EXPECT_EQ((*stack)->snapshot().pending[0].resource->urn.name(), "b");
  EXPECT_FALSE(file_exists(path("dev.journal")));
  EXPECT_TRUE(locks().empty());
}

TEST_F(State, APendingCreateIsForgottenWhenTheJournalSaysThatItIsResolved) {
  const auto write = [&](Change change) {
    auto stack = open();
    std::promise<void> durable;
    (*(*stack)->begin_run())->write(change, [&](Result<void>) { durable.set_value(); });
    durable.get_future().wait();
  };  // killed
  Change begun, resolved;
  begun.operation = 1;
  begun.begins = PendingOperation{PendingOperation::Kind::creating, record("b")};
  write(begun);
  ASSERT_EQ((*open())->snapshot().pending.size(), 1u);
  resolved.resolved_creates = {record("b")->urn};
  write(resolved);
  EXPECT_TRUE((*open())->snapshot().pending.empty());
}

TEST_F(State, ATornLastLineWasNeverAnswered) {
  {
    auto stack = open();
    auto sink = *(*stack)->begin_run();
    put(*sink, {{0, record("a")}});
    put(*sink, {{1, record("b")}});
  }
  std::string journal = *read_file(path("dev.journal"));
  ASSERT_TRUE(write_file(path("dev.journal"), journal.substr(0, journal.size() - 7)));
  EXPECT_EQ(names((*open())->snapshot()), std::vector<std::string>{"a"});
}

TEST_F(State, EveryCutOfAJournalIsAPrefixOfTheRun) {
  {
    auto stack = open();
    auto sink = *(*stack)->begin_run();
    for (Slot i = 0; i < 3; ++i) put(*sink, {{i, record("r" + std::to_string(i))}});
  }
  std::string journal = *read_file(path("dev.journal"));
  std::size_t before = 0;
  for (std::size_t size = 0; size <= journal.size(); ++size) {
    auto text = parse_journal("j", std::string_view(journal).substr(0, size));
    ASSERT_TRUE(text) << size;
    EXPECT_GE(text->changes.size(), before);
    before = text->changes.size();
  }
  EXPECT_EQ(before, 3u);
}

TEST_F(State, DamageInTheMiddleIsNotGuessedAt) {
  {
    auto stack = open();
    auto sink = *(*stack)->begin_run();
    put(*sink, {{0, record("a")}});
    put(*sink, {{1, record("b")}});
  }
  std::string journal = *read_file(path("dev.journal"));
  journal[journal.find("a-id")] = 'X';
  ASSERT_TRUE(write_file(path("dev.journal"), journal));
  auto stack = open();
  ASSERT_FALSE(stack);
  EXPECT_NE(stack.error().message.find("is damaged in line 2; nothing was changed"), std::string::npos);
  EXPECT_EQ(*read_file(path("dev.journal")), journal);
}

TEST_F(State, AFoldedJournalIsOnlyRemoved) {
  {
    auto stack = open();
    auto sink = *(*stack)->begin_run();
    put(*sink, {{0, record("a")}});
  }
  std::string journal = *read_file(path("dev.journal"));
  ASSERT_TRUE(open());
  // As if the machine had died after the new checkpoint, before the journal's removal.
  JournalText text = *parse_journal("j", journal);
  auto again = Journal::begin(path("dev.journal"), text.base, {}, (*open(StackFile::Access::read))->secrets());
  (void)(*again)->finish();
  ASSERT_TRUE((*again)->note_folded(backend().fingerprint({"shop", "dev"})));
  again->reset();
  EXPECT_EQ(names((*open())->snapshot()), std::vector<std::string>{"a"});
  EXPECT_FALSE(file_exists(path("dev.journal")));
}

TEST_F(State, AnotherToolsChangeIsNotOverwritten) {
  {
    auto stack = open();
    put(**(*stack)->begin_run(), {{0, record("a")}});
  }
  ASSERT_TRUE(
      write_file(path("dev.json"), R"({"version":3,"checkpoint":{"stack":"organization/shop/dev","latest":{}}})"));
  auto stack = open();
  ASSERT_FALSE(stack);
  EXPECT_EQ(stack.error().code, ErrorCode::conflict);
  EXPECT_TRUE(file_exists(path("dev.journal")));
}

TEST_F(State, TwoCommandsAtATimeAreRefused) {
  auto first = open();
  auto second = open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::conflict);
  EXPECT_NE(second.error().message.find("(pid " + std::to_string(::getpid()) + ")"), std::string::npos);
  EXPECT_TRUE(open(StackFile::Access::read)) << "reading waits for nobody";
  first->reset();
  EXPECT_TRUE(open());
}

TEST_F(State, AForeignLockStandsEvenIfItsOwnerIsGone) {
  std::string lock = join_path(folder_, ".pulumi/locks/organization/shop/dev/x.json");
  ASSERT_TRUE(make_directories(parent_directory(lock)));
  ASSERT_TRUE(
      write_file(lock, R"({"pid":1,"username":"ann","hostname":"elsewhere","timestamp":"2026-01-01T00:00:00Z"})"));
  auto stack = open();
  ASSERT_FALSE(stack);
  EXPECT_NE(stack.error().message.find("locked by ann@elsewhere (pid 1)"), std::string::npos);
  EXPECT_TRUE(file_exists(lock));
}

TEST_F(State, TruncatedStateIsNamedAndLeftAlone) {
  const std::string torn = R"({"version":3,"checkpoint":{"stack":"org)";
  ASSERT_TRUE(write_file(path("dev.json"), torn));
  auto stack = open();
  ASSERT_FALSE(stack);
  EXPECT_NE(stack.error().message.find("dev.json is damaged"), std::string::npos) << stack.error().message;
  EXPECT_EQ(*read_file(path("dev.json")), torn);
}

TEST_F(State, AMissingStackSuggestsANearOne) {
  auto stack = StackFile::open(backend(), project_, "devv", StackFile::Access::read, passphrase_from_environment);
  ASSERT_FALSE(stack);
  EXPECT_EQ(stack.error().code, ErrorCode::not_found);
  EXPECT_NE(stack.error().message.find("did you mean 'dev'?"), std::string::npos);
}

TEST_F(State, AWrongPassphraseChangesNothing) {
  {
    auto stack = open();
    put(**(*stack)->begin_run(), {{0, record("a", {{"s", PropertyValue::secret(1)}})}});
    ASSERT_TRUE((*stack)->end_run({}));
  }
  std::string before = *read_file(path("dev.json"));
  auto stack = open(StackFile::Access::write, "other");
  ASSERT_FALSE(stack);
  EXPECT_EQ(stack.error().code, ErrorCode::access_denied);
  EXPECT_EQ(*read_file(path("dev.json")), before);
  EXPECT_TRUE(locks().empty());
  EXPECT_NE(read_file(join_path(folder_, "Pulumi.dev.yaml"))->find("encryptionsalt: v1:"), std::string::npos);
}

TEST_F(State, BrokenReferencesAreRefused) {
  ASSERT_TRUE(write_file(path("dev.json"),
                         R"({"version":3,"checkpoint":{"latest":{"resources":[{"urn":")" + std::string(kStackUrn) +
                             R"(","type":"pulumi:pulumi:Stack","parent":"urn:pulumi:dev::shop::a:b:C::gone"}]}}})"));
  auto stack = open();
  ASSERT_FALSE(stack);
  EXPECT_NE(
      stack.error().message.find("has the parent 'urn:pulumi:dev::shop::a:b:C::gone', which does not come before it"),
      std::string::npos);
}

/// Two secrets with one plaintext may come back with one ciphertext.
Json without_ciphertexts(Json json) {
  if (json.has("ciphertext")) json["ciphertext"] = "...";
  if (json.is_object())
    for (auto& [key, item] : json.as_object()) item = without_ciphertexts(item);
  if (json.is_array())
    for (auto& item : json.as_array()) item = without_ciphertexts(item);
  return json;
}

TEST(Deployment, RecordedStatesComeBackUnchanged) {
  const char* other = std::getenv("DRYDOCK_TEST_STATE");  // any state of Pulumi's whose passphrase is "x"
  auto text = read_file(other ? other : std::string(DRYDOCK_SOURCE_DIR) + "/engine/state/testdata/pulumi.state.json");
  ASSERT_TRUE(text);
  Json recorded = *Json::parse(*text);
  const Json& deployment = recorded.at("deployment");
  SecretsManager secrets(*deployment_salt(deployment), []() -> Result<std::string> { return "x"; });
  auto snapshot = read_deployment(deployment, secrets);
  ASSERT_TRUE(snapshot) << snapshot.error().to_string();
  Json written = *StateWriter(SecretForm::encrypted, &secrets).deployment(*snapshot);
  EXPECT_EQ(written.at("secrets_providers"), deployment.at("secrets_providers"));
  ASSERT_EQ(written.at("resources").size(), deployment.at("resources").size());
  for (std::size_t i = 0; i < deployment.at("resources").size(); ++i)
    EXPECT_EQ(without_ciphertexts(written.at("resources").item(i)).dump(),
              without_ciphertexts(deployment.at("resources").item(i)).dump());
}

TEST(Deployment, SecretsAreHiddenFromEyes) {
  PropertyMap map{{"a", PropertyValue::secret(PropertyMap{{"b", 1}})}, {"c", PropertyValue::unknown()}};
  EXPECT_EQ(StateWriter(SecretForm::hidden).map(map)->dump(), R"({"a":"[secret]","c":"[unknown]"})");
  EXPECT_EQ(StateWriter(SecretForm::bare).map(map)->at("a").dump(), R"({"b":1})");
}

}  // namespace
}  // namespace drydock::engine
