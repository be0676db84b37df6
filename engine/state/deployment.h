// A stack's state as JSON: Pulumi's deployment of version 3.
// Source: https://github.com/pulumi/pulumi/blob/master/sdk/go/common/apitype/core.go and
// https://github.com/pulumi/pulumi/blob/master/pkg/resource/stack/deployment.go
#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"
#include "engine/snapshot.h"
#include "engine/state/secrets.h"

namespace drydock::engine {

/// How a secret is written.
enum class SecretForm {
  encrypted,  // at rest: {"<signature>": "<secret>", "ciphertext": ...}
  plaintext,  // `stack export --show-secrets`: the same with "plaintext"
  hidden,     // for eyes and logs: "[secret]"
  bare,       // for eyes that asked for it: the value alone
};

/// Writes values, records and whole states. `secrets` is needed for SecretForm::encrypted only.
class StateWriter {
 public:
  explicit StateWriter(SecretForm form, SecretsManager* secrets = nullptr) : form_(form), secrets_(secrets) {}
  Result<Json> value(const PropertyValue& value) const;
  Result<Json> map(const PropertyMap& map) const;
  Result<Json> resource(const Resource& resource) const;
  /// The whole deployment; with form `encrypted` also the salt of the secrets.
  Result<Json> deployment(const Snapshot& snapshot) const;

 private:
  Result<Json> secret(const PropertyValue& inside) const;

  SecretForm form_;
  SecretsManager* secrets_;
};

/// Reads what StateWriter or Pulumi wrote, encrypted or plaintext. Errors name the URN and the field.
Result<PropertyValue> read_value(const Json& json, SecretsManager& secrets);
Result<PropertyMap> read_map(const Json& json, SecretsManager& secrets);
Result<Resource> read_resource(const Json& json, SecretsManager& secrets);
/// A null deployment is an empty state. Checks the integrity rules too: a state that breaks them is refused whole.
Result<Snapshot> read_deployment(const Json& deployment, SecretsManager& secrets);

/// The salt that a deployment's secrets were made with; empty if it has none. Error for secrets providers we do not
/// know.
Result<std::string> deployment_salt(const Json& deployment);

const char* to_string(PendingOperation::Kind kind);  // "creating"
Result<PendingOperation::Kind> parse_pending_kind(std::string_view text);

std::string timestamp_now();  // RFC 3339, UTC

}  // namespace drydock::engine
