#include "engine/state/secrets.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace drydock::engine {
namespace {

SecretsManager::PassphraseSource with(std::string passphrase) {
  return [passphrase]() -> Result<std::string> { return passphrase; };
}

// Recorded from Pulumi's own CLI, passphrase "x".
constexpr const char* kPulumiSalt = "v1:XpYVRsdd1fo=:v1:onyOCvsmS2rIOUg9:tQ/BqwZ1Fimb4GmBio/Mv0nAkXK/dA==";
constexpr const char* kPulumiSecret = "v1:pVuaB2E3oUPqP8TW:IAM7h5B79DqfkNKhBanYr3oUcQfu";

TEST(Secrets, ReadsWhatPulumiWrote) {
  SecretsManager secrets(kPulumiSalt, with("x"));
  auto plaintext = secrets.decrypt(kPulumiSecret);
  ASSERT_TRUE(plaintext) << plaintext.error().message;
  EXPECT_EQ(*plaintext, R"(["c"])");
  EXPECT_EQ(*secrets.encrypt(R"(["c"])"), kPulumiSecret) << "what did not change stays byte for byte";
}

TEST(Secrets, AWrongPassphraseIsSaid) {
  SecretsManager secrets(kPulumiSalt, with("y"));
  auto plaintext = secrets.decrypt(kPulumiSecret);
  ASSERT_FALSE(plaintext);
  EXPECT_EQ(plaintext.error().code, ErrorCode::access_denied);
  EXPECT_EQ(plaintext.error().message,
            "incorrect passphrase: the stack's secrets were made with another one; set PULUMI_CONFIG_PASSPHRASE or "
            "PULUMI_CONFIG_PASSPHRASE_FILE to it");
}

TEST(Secrets, APassphraseIsCheckedBeforeAnySecret) {
  EXPECT_TRUE(SecretsManager(kPulumiSalt, with("x")).check_passphrase());
  EXPECT_EQ(SecretsManager(kPulumiSalt, with("y")).check_passphrase().error().code, ErrorCode::access_denied);
  SecretsManager fresh("", with("p"));
  EXPECT_TRUE(fresh.check_passphrase());
  EXPECT_EQ(fresh.salt(), "") << "asking makes none";
}

TEST(Secrets, ANewStackGetsItsSaltWithTheFirstSecret) {
  SecretsManager mine("", with("p"));
  EXPECT_EQ(mine.salt(), "");
  std::string ciphertext = *mine.encrypt("hush");
  SecretsManager other(mine.salt(), with("p"));
  EXPECT_EQ(*other.decrypt(ciphertext), "hush");
}

TEST(Secrets, PreparingMakesNoSaltUntilThereIsASecret) {
  SecretsManager secrets("", with("p"));
  secrets.prepare();
  EXPECT_EQ(secrets.salt(), "");
  std::string ciphertext = *secrets.encrypt("hush");
  EXPECT_EQ(*SecretsManager(secrets.salt(), with("p")).decrypt(ciphertext), "hush");
}

TEST(Secrets, DamagedTextsAreErrorsNotCrashes) {
  SecretsManager secrets(kPulumiSalt, with("x"));
  for (const char* text : {"", "v1", "v1:AAAA:BBBB", "v2:pVuaB2E3oUPqP8TW:IAM7h5B79DqfkNKhBanYr3oUcQfu",
                           "v1:pVuaB2E3oUPqP8TW:IAM7h5B79DqfkNKhBanYr3oUcQfv", "v1:pVuaB2E3oUPqP8TW:"})
    EXPECT_EQ(secrets.decrypt(text).error().code, ErrorCode::invalid_input) << text;
  SecretsManager broken("v1:XpY", with("x"));
  EXPECT_EQ(broken.decrypt(kPulumiSecret).error().code, ErrorCode::invalid_input);
}

TEST(Secrets, NoPassphraseNamesBothVariables) {
  ::unsetenv("PULUMI_CONFIG_PASSPHRASE");
  ::unsetenv("PULUMI_CONFIG_PASSPHRASE_FILE");
  auto none = passphrase_from_environment();
  ASSERT_FALSE(none);
  EXPECT_NE(none.error().message.find("PULUMI_CONFIG_PASSPHRASE, or PULUMI_CONFIG_PASSPHRASE_FILE"), std::string::npos);
  ::setenv("PULUMI_CONFIG_PASSPHRASE_FILE", "/nowhere/at/all", 1);
  EXPECT_EQ(passphrase_from_environment().error().code, ErrorCode::not_found);
  ::unsetenv("PULUMI_CONFIG_PASSPHRASE_FILE");
}

}  // namespace
}  // namespace drydock::engine
