#include "engine/state/secrets.h"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <cstdlib>
#include <memory>
#include <optional>

#include "base/file.h"
#include "base/hash.h"
#include "base/text.h"

namespace drydock::engine {
namespace {

constexpr int kRounds = 1'000'000;
constexpr std::size_t kSaltSize = 8, kKeySize = 32, kNonceSize = 12, kTagSize = 16;
constexpr std::string_view kCheckWord = "pulumi";

using Cipher = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string derive_key(std::string_view passphrase, std::string_view salt) {
  std::string key(kKeySize, '\0');
  PKCS5_PBKDF2_HMAC(passphrase.data(), static_cast<int>(passphrase.size()), bytes(salt), static_cast<int>(salt.size()),
                    kRounds, EVP_sha256(), kKeySize, bytes(key));
  return key;
}

std::string seal(std::string_view key, std::string_view plaintext) {
  std::string nonce = random_bytes(kNonceSize), out(plaintext.size(), '\0'), tag(kTagSize, '\0');
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  EVP_EncryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(nonce));
  EVP_EncryptUpdate(cipher.get(), bytes(out), &length, bytes(plaintext), static_cast<int>(plaintext.size()));
  unsigned char none[kTagSize];
  EVP_EncryptFinal_ex(cipher.get(), none, &length);
  EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_GET_TAG, kTagSize, tag.data());
  return fmt::format("v1:{}:{}", base64(nonce), base64(out + tag));
}

/// Empty if the text is not in value format, or was made with another key.
std::optional<std::string> open(std::string_view key, std::string_view value) {
  auto parts = split(value, ':');
  if (parts.size() != 3 || parts[0] != "v1") return {};
  auto nonce = unbase64(parts[1]), sealed = unbase64(parts[2]);
  if (!nonce || nonce->size() != kNonceSize || !sealed || sealed->size() < kTagSize) return {};
  std::string tag = sealed->substr(sealed->size() - kTagSize);
  sealed->resize(sealed->size() - kTagSize);
  std::string out(sealed->size(), '\0');
  Cipher cipher(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  int length = 0;
  EVP_DecryptInit_ex(cipher.get(), EVP_aes_256_gcm(), nullptr, bytes(key), bytes(*nonce));
  EVP_DecryptUpdate(cipher.get(), bytes(out), &length, bytes(*sealed), static_cast<int>(sealed->size()));
  EVP_CIPHER_CTX_ctrl(cipher.get(), EVP_CTRL_GCM_SET_TAG, kTagSize, tag.data());
  unsigned char none[kTagSize];
  if (EVP_DecryptFinal_ex(cipher.get(), none, &length) <= 0) return {};
  return out;
}

}  // namespace

SecretsManager::SecretsManager(std::string salt, PassphraseSource passphrase)
    : passphrase_(std::move(passphrase)), salt_(std::move(salt)) {}

Result<void> SecretsManager::unlock() {
  if (!key_.empty()) return {};
  auto passphrase = passphrase_();
  if (!passphrase) return pass(passphrase);
  if (salt_.empty()) {
    std::string salt = random_bytes(kSaltSize);
    key_ = derive_key(*passphrase, salt);
    new_salt_ = fmt::format("v1:{}:{}", base64(salt), seal(key_, kCheckWord));
    return {};
  }
  // The check word has colons of its own: only the first two separate.
  auto first = salt_.find(':'), second = salt_.find(':', first + 1);
  auto salt = second == std::string::npos ? std::nullopt : unbase64(salt_.substr(first + 1, second - first - 1));
  if (!salt || salt_.substr(0, first) != "v1") {
    return fail(ErrorCode::invalid_input,
                "the stack's encryption salt is malformed; expected v1:<salt>:v1:<nonce>:<check>");
  }
  std::string key = derive_key(*passphrase, *salt);
  if (open(key, std::string_view(salt_).substr(second + 1)) != kCheckWord) {
    return fail(ErrorCode::access_denied,
                "incorrect passphrase: the stack's secrets were made with another one; set PULUMI_CONFIG_PASSPHRASE or "
                "PULUMI_CONFIG_PASSPHRASE_FILE to it");
  }
  key_ = std::move(key);
  return {};
}

Result<void> SecretsManager::unlock_and_keep_salt() {
  auto unlocked = unlock();
  if (unlocked && salt_.empty()) salt_ = new_salt_;
  return unlocked;
}

void SecretsManager::prepare() {
  std::lock_guard lock(mutex_);
  (void)unlock();
}

Result<std::string> SecretsManager::encrypt(std::string_view plaintext) {
  std::lock_guard lock(mutex_);
  if (auto unlocked = unlock_and_keep_salt(); !unlocked) return pass(unlocked);
  if (auto it = known_.find(std::string(plaintext)); it != known_.end()) return it->second;
  return seal(key_, plaintext);
}

Result<std::string> SecretsManager::decrypt(std::string_view ciphertext) {
  std::lock_guard lock(mutex_);
  if (auto unlocked = unlock_and_keep_salt(); !unlocked) return pass(unlocked);
  auto plaintext = open(key_, ciphertext);
  if (!plaintext)
    return fail(ErrorCode::invalid_input, "a secret's ciphertext is damaged, or was made for another stack");
  known_.try_emplace(*plaintext, ciphertext);
  return std::move(*plaintext);
}

Result<void> SecretsManager::check_passphrase() {
  const std::lock_guard lock(mutex_);
  if (!salt_.empty()) return unlock();
  auto passphrase = passphrase_();
  if (!passphrase) return pass(passphrase);
  return {};
}

std::string SecretsManager::salt() const {
  std::lock_guard lock(mutex_);
  return salt_;
}

Result<std::string> passphrase_from_environment() {
  if (const char* value = std::getenv("PULUMI_CONFIG_PASSPHRASE")) return std::string(value);
  if (const char* path = std::getenv("PULUMI_CONFIG_PASSPHRASE_FILE"); path && *path) {
    auto text = read_file(path);
    if (!text) return pass(text, "reading the passphrase that PULUMI_CONFIG_PASSPHRASE_FILE names");
    return std::string(trim(*text));
  }
  return fail(ErrorCode::access_denied,
              "no passphrase for the secrets of this stack; set PULUMI_CONFIG_PASSPHRASE, or "
              "PULUMI_CONFIG_PASSPHRASE_FILE to a file that holds it");
}

}  // namespace drydock::engine
