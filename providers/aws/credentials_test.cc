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
    for (const char* name : {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
                             "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"})
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
