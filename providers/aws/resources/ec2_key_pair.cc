// aws:ec2/keyPair:KeyPair; its id is its name.
#include "base/hash.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

Aws<Json> describe_key(Operation& op, const std::string& name) {
  return describe(op, "DescribeKeyPairs", "KeyName", name, "keySet");
}

Aws<void> create(Operation& op, const Json& in, std::string& id) {
  auto made = op.ec2("ImportKeyPair", Json::object({{"KeyName", text(in, "keyName")},
                                                    {"PublicKeyMaterial", base64(text(in, "publicKey"))},
                                                    {"TagSpecification", tag_specification("key-pair", in)}}));
  if (!made) return up(made);
  id = text(in, "keyName");
  return {};
}

Aws<Json> read(Operation& op, std::string& id, const Json&) {
  auto key = describe_key(op, id);
  if (!key || key->is_null()) return key;
  auto arn = own_ec2_arn(op, "key-pair/" + id);
  if (!arn) return up(arn);
  Json out;
  for (const char* name : {"keyName", "keyPairId", "keyType"}) put(out, name, key->at(name));
  put(out, "fingerprint", key->at("keyFingerprint"));
  out["arn"] = *arn;
  out["tagsAll"] = tag_map(key->at("tagSet"));
  return out;
}

Aws<void> retag(Operation& op, const std::string&, const Json& known, const Json& set, const Json::Array& unset) {
  return retag_ec2(op, text(known, "keyPairId"), known, set, unset);
}

Aws<void> remove(Operation& op, const std::string& id, const Json&) {
  return fine_if(op.ec2("DeleteKeyPair", Json::object({{"KeyName", id}})), {"InvalidKeyPair.NotFound"});
}

}  // namespace

extern const ResourceType kKeyPair;
const ResourceType kKeyPair = {.token = "aws:ec2/keyPair:KeyPair",
                               .naming = {.property = "keyName", .prefix_property = "keyNamePrefix"},
                               .create = create,
                               .read = read,
                               .retag = retag,
                               .remove = remove};

}  // namespace drydock::aws_provider
