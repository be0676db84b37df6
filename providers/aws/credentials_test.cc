#include "providers/aws/credentials.h"

#include <gmock/gmock.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "base/hash.h"
#include "providers/aws/config.h"

namespace drydock::aws_provider {
namespace {

using testing::HasSubstr;

// Shared files of this test alone, and no AWS_ variable of the machine's.
class Credentials : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name :
         {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION",
          "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE",
          "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"})
      unsetenv(name);
    folder_ = std::filesystem::temp_directory_path() / ("drydock-" + random_hex(12));
    std::filesystem::create_directories(folder_);
    settings.config_files = {(folder_ / "config").string()};
    settings.credentials_files = {(folder_ / "credentials").string()};
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  void write(const char* name, const char* text) { std::ofstream(folder_ / name) << text; }

  CredentialSettings settings;

 private:
  std::filesystem::path folder_;
};

TEST_F(Credentials, ComeFromTheProviderFirst) {
  settings.access_key = "A";
  settings.secret_key = "s";
  EXPECT_EQ(find_credentials(settings).value().keys.access_key, "A");
  settings.secret_key = "";
  EXPECT_THAT(find_credentials(settings).error().message, HasSubstr("one of them is missing"));
}

TEST_F(Credentials, ThenFromTheEnvironmentThenFromTheProfile) {
  write("credentials", "[default]\naws_access_key_id = FILE\naws_secret_access_key=s\n");
  EXPECT_EQ(find_credentials(settings).value().keys.access_key, "FILE");
  setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
  setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
  EXPECT_EQ(find_credentials(settings).value().keys.access_key, "ENV");
  settings.profile = "default";  // asked for by name
  EXPECT_EQ(find_credentials(settings).value().keys.access_key, "FILE");
}

TEST_F(Credentials, RolesOfProfilesAreAssumedInOrder) {
  write("config",
        "# comment\n[profile ops]\nrole_arn = arn:ops\nsource_profile = base\nregion = eu-west-3\n"
        "[profile base]\nrole_arn = arn:base\nsource_profile = keys\n");
  write("credentials", "[keys]\naws_access_key_id = K\naws_secret_access_key = s\n");
  settings.profile = "ops";
  auto found = find_credentials(settings);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->keys.access_key, "K");
  ASSERT_EQ(found->roles.size(), 2u);
  EXPECT_EQ(found->roles[0].role_arn, "arn:base");
  EXPECT_EQ(found->roles[1].role_arn, "arn:ops");
  EXPECT_EQ(find_region(settings), "eu-west-3");
}

TEST_F(Credentials, OfAProgram) {
  settings.profile = "tool";
  write("config",
        "[profile tool]\ncredential_process = echo '{\"Version\": 1, \"AccessKeyId\": \"P\", \"SecretAccessKey\": "
        "\"s\"}'\n"
        "[profile rude]\ncredential_process = echo 'log in first' >&2; exit 3\n"
        "[profile odd]\ncredential_process = echo secret-that-nobody-shall-see\n");
  EXPECT_EQ(find_credentials(settings).value().keys.access_key, "P");
  settings.profile = "rude";
  EXPECT_EQ(find_credentials(settings).error().message,
            "profile 'rude': its credential_process ended with exit code 3: log in first");
  settings.profile = "odd";
  EXPECT_EQ(find_credentials(settings).error().message, "profile 'odd': its credential_process printed no JSON object");
}

struct BadProfile {
  const char *name, *config, *message;
};
TEST_F(Credentials, OfARoleThatNobodyCanAssumeSayWhy) {
  const BadProfile rows[] = {
      {"circle",
       "[profile circle]\nrole_arn = a\nsource_profile = other\n[profile other]\nrole_arn = b\nsource_profile = "
       "circle\n",
       "profiles name each other as source_profile: circle -> other -> circle"},
      {"alone", "[profile alone]\nrole_arn = a\n",
       "profile 'alone' has a role_arn, and no source_profile or credential_source says whose keys assume it"},
      {"lost", "[profile lost]\nrole_arn = a\nsource_profile = gone\n",
       "profile 'gone' (source_profile of 'lost') is in no shared AWS file"},
      {"metadata", "[profile metadata]\nrole_arn = a\ncredential_source = Ec2InstanceMetadata\n",
       "profile 'metadata': not supported yet: credential_source Ec2InstanceMetadata. Export keys instead: eval "
       "\"$(aws "
       "configure export-credentials --profile metadata --format env)\""},
      {"env", "[profile env]\nrole_arn = a\ncredential_source = Environment\n",
       "profile 'env': credential_source is Environment, and AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set"},
  };
  for (const auto& row : rows) {
    write("config", row.config);
    settings.profile = row.name;
    EXPECT_EQ(find_credentials(settings).error().message, row.message);
  }
}

TEST_F(Credentials, OfTheEnvironmentAssumeARoleToo) {
  write("config", "[profile env]\nrole_arn = arn:x\ncredential_source = Environment\nduration_seconds = 900\n");
  setenv("AWS_ACCESS_KEY_ID", "ENV", 1);
  EXPECT_EQ(find_credentials(settings).error().message,
            "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY go together: AWS_SECRET_ACCESS_KEY is not set");
  setenv("AWS_SECRET_ACCESS_KEY", "s", 1);
  settings.profile = "env";
  auto found = find_credentials(settings);
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->keys.access_key, "ENV");
  EXPECT_EQ(found->roles.at(0).role_arn, "arn:x");
  EXPECT_EQ(found->roles.at(0).duration, "900");
}

TEST(Config, ReadsDurationsOfSessions) {
  EXPECT_EQ(duration_seconds("1h"), 3600);
  EXPECT_EQ(duration_seconds("1h30m5s"), 5405);
  EXPECT_EQ(duration_seconds(""), std::nullopt);
  EXPECT_EQ(duration_seconds("soon"), std::nullopt);
}

TEST_F(Credentials, SayWhatIsMissingOrNotSupported) {
  EXPECT_THAT(find_credentials(settings).error().message, HasSubstr("no AWS credentials"));
  write("config", "[profile sso]\nsso_session = x\n");
  settings.profile = "sso";
  EXPECT_THAT(find_credentials(settings).error().message, HasSubstr("not supported yet: sso_session"));
  settings.profile = "none";
  EXPECT_EQ(find_credentials(settings).error().message, "profile 'none' is in no shared AWS file");
}

TEST(Config, ReadsJsonTexts) {
  auto config = read_config({{"region", "eu-west-1"},
                             {"defaultTags", R"({"tags":{"team":"a"}})"},
                             {"skipRegionValidation", "true"},
                             {"allowedAccountIds", R"(["1"])"},
                             {"version", "7.48.0"}});
  ASSERT_TRUE(config) << config.error().message;
  EXPECT_EQ(config->default_tags.dump(), R"({"team":"a"})");
  EXPECT_EQ(config->allowed_accounts.at(0), "1");
}

TEST(Config, NamesWhatIsWrong) {
  auto failures = check_config_inputs({{"regin", "x"}, {"defaultTags", "{"}});
  ASSERT_EQ(failures.size(), 2u);
  EXPECT_THAT(failures[0].reason, HasSubstr("aws:defaultTags is not valid JSON"));
  EXPECT_EQ(failures[1].reason, "unknown setting 'aws:regin'; did you mean 'aws:region'?");
}

}  // namespace
}  // namespace drydock::aws_provider
