// Key pairs: imported and made ones. A made one's private key is a fresh RSA key, shown once and not kept.
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <memory>

#include "base/hash.h"
#include "twin/ec2/nouns.h"

namespace drydock::twin::ec2 {

using aws::KeyPair;

namespace {

ApiError no_pair(const std::string& name) { return no_such("InvalidKeyPair.NotFound", "key pair", name); }

std::string colons(const std::string& digest) {
  std::string text;
  for (std::size_t i = 0; i < digest.size(); i += 2) text += (i ? ":" : "") + digest.substr(i, 2);
  return text;
}

const Description<KeyPair> kPairs{"keySet",
                                  "KeyPairId",
                                  "InvalidKeyPair.NotFound",
                                  "key pair ID",
                                  [](World&, const Call&, const KeyPair& pair, std::string_view name) -> Values {
                                    if (name == "key-pair-id") return {{pair.keyPairId}};
                                    if (name == "key-name") return {{pair.keyName}};
                                    if (name == "fingerprint") return {{pair.keyFingerprint}};
                                    return std::nullopt;
                                  },
                                  [](World&, const Call& call, const KeyPair& pair) {
                                    Json out = rendered(pair);
                                    if (call.flag("IncludePublicKey").value_or(false) && !pair.publicKey.empty())
                                      out["publicKey"] = pair.publicKey;
                                    return out;
                                  }};

const KeyPair* find_named(World& world, const Call& call, const std::string& name) {
  for (const auto& [id, pair] : of<KeyPair>(world, call))
    if (pair.keyName == name) return &pair;
  return nullptr;
}

std::string new_private_key() {
  std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(EVP_RSA_gen(2048), EVP_PKEY_free);
  std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), BIO_free);
  PEM_write_bio_PrivateKey_traditional(out.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

tl::expected<KeyPair, ApiError> begin_pair(World& world, const Call& call) {
  auto tags = read_tags(call, "key-pair");
  if (!tags) return tl::unexpected<ApiError>(tags.error());
  const std::string name = call.text("KeyName");
  if (name.empty()) return tl::unexpected<ApiError>(missing("KeyName"));
  if (find_named(world, call, name))
    return refuse("InvalidKeyPair.Duplicate", "The keypair '" + name + "' already exists.");
  KeyPair pair;
  pair.keyPairId = world.new_id("key");
  pair.keyName = name;
  pair.createTime = iso_millis(world.now());
  pair.tagSet = *tags;
  return pair;
}

ApiResult create_pair(World& world, Call& call) {
  auto pair = begin_pair(world, call);
  if (!pair) return tl::unexpected<ApiError>(pair.error());
  if (const std::string type = call.text("KeyType", "rsa"); type != "rsa")
    return refuse("NotModelled",
                  "not supported yet: CreateKeyPair with KeyType " + type + "; import a public key instead", 501);
  const std::string material = new_private_key();
  pair->keyFingerprint = colons(hex(sha1(material)));
  Json out = rendered(of<KeyPair>(world, call).put(pair->keyPairId, *pair));
  out["keyMaterial"] = material;
  return out;
}

ApiResult import_pair(World& world, Call& call) {
  auto pair = begin_pair(world, call);
  if (!pair) return tl::unexpected<ApiError>(pair.error());
  const std::string text = unbase64(call.text("PublicKeyMaterial")).value_or("");
  const std::size_t first = text.find(' ');
  const std::string type = text.substr(0, first);
  const std::string body =
      first == std::string::npos ? "" : text.substr(first + 1, text.find_first_of(" \n", first + 1) - first - 1);
  auto blob = unbase64(body);
  if ((type != "ssh-rsa" && type != "ssh-ed25519") || !blob || blob->empty())
    return refuse("InvalidKey.Format", "Key is not in valid OpenSSH public key format");
  pair->keyType = type == "ssh-rsa" ? "rsa" : "ed25519";
  pair->keyFingerprint = type == "ssh-rsa" ? colons(hex(md5(*blob))) : base64(sha256(*blob));
  pair->publicKey = text;
  return rendered(of<KeyPair>(world, call).put(pair->keyPairId, *pair));
}

ApiResult delete_pair(World& world, Call& call) {
  const std::string id = call.text("KeyPairId"), name = call.text("KeyName");
  const KeyPair* pair = id.empty() ? find_named(world, call, name) : of<KeyPair>(world, call).find(id);
  if (!pair) return yes();  // AWS says yes to a name that is not there
  const std::string gone = pair->keyPairId;
  of<KeyPair>(world, call).erase(gone);
  return Json::object({{"return", "true"}, {"keyPairId", gone}});
}

ApiResult describe_pairs(World& world, Call& call) {
  const std::vector<std::string> names = call.texts("KeyName");
  if (!names.empty()) {
    Json::Array ids;
    for (const std::string& name : names) {
      const KeyPair* pair = find_named(world, call, name);
      if (!pair) return tl::unexpected<ApiError>(no_pair(name));
      ids.push_back(pair->keyPairId);
    }
    call.in["KeyPairId"] = std::move(ids);
  }
  return describe(world, call, kPairs);
}

}  // namespace

void install_key_pairs(Front& front, World&) {
  front.operation("ec2", "CreateKeyPair", create_pair);
  front.operation("ec2", "ImportKeyPair", import_pair);
  front.operation("ec2", "DeleteKeyPair", delete_pair);
  front.operation("ec2", "DescribeKeyPairs", describe_pairs);
}

}  // namespace drydock::twin::ec2
