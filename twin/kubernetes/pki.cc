#include "twin/kubernetes/pki.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <memory>

namespace drydock::twin::kubernetes {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Memory = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

tl::unexpected<Error> broken(const char* what) {
  return fail(ErrorCode::internal, std::string("making a certificate: ") + what);
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem(X509* certificate) {
  Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(memory.get(), certificate);
  return text_of(memory.get());
}

std::string pem(EVP_PKEY* key) {
  Memory memory(BIO_new(BIO_s_mem()));
  PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return text_of(memory.get());
}

bool add_extension(X509* certificate, X509* issuer, int id, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(
      X509V3_EXT_conf_nid(nullptr, &context, id, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

Certificate blank(EVP_PKEY* key, const std::string& common_name) {
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  std::unique_ptr<BIGNUM, Deleter<BN_free>> serial(BN_new());
  BN_rand(serial.get(), 127, BN_RAND_TOP_ANY, BN_RAND_BOTTOM_ANY);
  BN_to_ASN1_INTEGER(serial.get(), X509_get_serialNumber(certificate.get()));
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -24L * 3600);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), 3650L * 24 * 3600);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(certificate.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(common_name.c_str()), -1, -1, 0);
  return certificate;
}

constexpr int kHalf = 32;  // bytes of r and of s

using Signature = std::unique_ptr<ECDSA_SIG, Deleter<ECDSA_SIG_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

const unsigned char* bytes(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }

}  // namespace

std::string sign_es256(const std::string& key_pem, std::string_view text) {
  Memory memory(BIO_new_mem_buf(key_pem.data(), static_cast<int>(key_pem.size())));
  Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  Digest digest(EVP_MD_CTX_new());
  unsigned char der[128];
  std::size_t size = sizeof der;
  if (!key || EVP_DigestSignInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(digest.get(), der, &size, bytes(text), text.size()) != 1)
    return {};
  const unsigned char* at = der;
  Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::string out(2 * kHalf, '\0');
  auto* raw = reinterpret_cast<unsigned char*>(out.data());
  if (!signature || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw, kHalf) < 0 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw + kHalf, kHalf) < 0)
    return {};
  return out;
}

bool verifies_es256(const std::string& certificate_pem, std::string_view text, std::string_view signature) {
  if (signature.size() != 2 * kHalf) return false;
  Memory memory(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  Signature parts(ECDSA_SIG_new());
  if (!certificate || !parts) return false;
  ECDSA_SIG_set0(parts.get(), BN_bin2bn(bytes(signature), kHalf, nullptr),
                 BN_bin2bn(bytes(signature) + kHalf, kHalf, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(parts.get(), &der);
  if (size <= 0) return false;
  Digest digest(EVP_MD_CTX_new());
  const bool good =
      EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, X509_get0_pubkey(certificate.get())) == 1 &&
      EVP_DigestVerify(digest.get(), der, static_cast<std::size_t>(size), bytes(text), text.size()) == 1;
  OPENSSL_free(der);
  return good;
}

Result<KeyPair> make_authority(const std::string& common_name) {
  Key key(EVP_EC_gen("P-256"));
  if (!key) return broken("no key");
  Certificate certificate = blank(key.get(), common_name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(certificate.get()));
  bool good = add_extension(certificate.get(), certificate.get(), NID_basic_constraints, "critical,CA:TRUE") &&
              add_extension(certificate.get(), certificate.get(), NID_key_usage,
                            "critical,digitalSignature,keyEncipherment,keyCertSign") &&
              add_extension(certificate.get(), certificate.get(), NID_subject_key_identifier, "hash");
  if (!good || X509_sign(certificate.get(), key.get(), EVP_sha256()) == 0)
    return broken("signing the authority failed");
  return KeyPair{pem(certificate.get()), pem(key.get())};
}

Result<KeyPair> make_server_certificate(const KeyPair& authority, const std::string& common_name,
                                        const std::vector<std::string>& dns_names,
                                        const std::vector<std::string>& addresses) {
  Memory ca_text(BIO_new_mem_buf(authority.certificate.data(), static_cast<int>(authority.certificate.size())));
  Memory key_text(BIO_new_mem_buf(authority.key.data(), static_cast<int>(authority.key.size())));
  Certificate ca(PEM_read_bio_X509(ca_text.get(), nullptr, nullptr, nullptr));
  Key ca_key(PEM_read_bio_PrivateKey(key_text.get(), nullptr, nullptr, nullptr));
  Key key(EVP_EC_gen("P-256"));
  if (!ca || !ca_key || !key) return broken("the authority's certificate or key cannot be read");
  Certificate certificate = blank(key.get(), common_name);
  X509_set_issuer_name(certificate.get(), X509_get_subject_name(ca.get()));
  std::string names;
  for (const auto& name : dns_names) names += (names.empty() ? "DNS:" : ",DNS:") + name;
  for (const auto& address : addresses) names += ",IP:" + address;
  bool good = add_extension(certificate.get(), ca.get(), NID_basic_constraints, "critical,CA:FALSE") &&
              add_extension(certificate.get(), ca.get(), NID_key_usage, "critical,digitalSignature,keyEncipherment") &&
              add_extension(certificate.get(), ca.get(), NID_ext_key_usage, "serverAuth") &&
              add_extension(certificate.get(), ca.get(), NID_subject_alt_name, names);
  if (!good || X509_sign(certificate.get(), ca_key.get(), EVP_sha256()) == 0)
    return broken("signing the server's certificate failed");
  return KeyPair{pem(certificate.get()), pem(key.get())};
}

}  // namespace drydock::twin::kubernetes
