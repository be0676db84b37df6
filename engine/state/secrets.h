// Secrets at rest, in the exact format of Pulumi's passphrase provider, so that both tools read each other's stacks.
//
//   salt text   v1:<base64 of 8 random bytes>:<the word "pulumi" in value format>
//   key         PBKDF2-HMAC-SHA256(passphrase, salt, 1,000,000 rounds), 32 bytes
//   value       v1:<base64 of 12 nonce bytes>:<base64 of ciphertext and 16-byte tag>, AES-256-GCM, no associated data
//
// Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/resource/config/crypt.go and
// https://github.com/pulumi/pulumi/blob/master/pkg/secrets/passphrase/manager.go
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.h"

namespace drydock::engine {

/// Encrypts and decrypts for one stack. The key takes 0.4 s to derive, so that happens with the first secret and not
/// before; a stack without secrets never needs a passphrase. Any thread may call any method.
class SecretsManager {
 public:
  using PassphraseSource = std::function<Result<std::string>()>;

  /// `salt` as the stack's file has it; empty for a stack that has none yet (the first secret makes one).
  SecretsManager(std::string salt, PassphraseSource passphrase);

  /// Error access_denied: no passphrase, or not the one that the stack's secrets were made with.
  Result<std::string> encrypt(std::string_view plaintext);
  Result<std::string> decrypt(std::string_view ciphertext);

  /// Whether a secret could be made now: a passphrase is known, and it is the one of the secrets that are there. To ask
  /// before a run, since in its middle it is too late.
  Result<void> check_passphrase();

  /// Derives the key now, on a thread that has the time, so that the first secret need not wait for it. Errors are left
  /// to the first secret; a salt that is made here becomes the stack's with the first secret.
  void prepare();

  /// The salt text to store with the stack; empty as long as no secret was made.
  std::string salt() const;

 private:
  Result<void> unlock();  // REQUIRES: mutex_ is held
  Result<void> unlock_and_keep_salt();

  PassphraseSource passphrase_;
  mutable std::mutex mutex_;  // guards all below
  std::string salt_, key_;
  std::string new_salt_;                                // belongs to key_, and no secret was made with it yet
  std::unordered_map<std::string, std::string> known_;  // plaintext -> ciphertext it was read from: stays byte for byte
};

/// PULUMI_CONFIG_PASSPHRASE, else the first line of the file that PULUMI_CONFIG_PASSPHRASE_FILE names.
Result<std::string> passphrase_from_environment();

}  // namespace drydock::engine
