#include "providers/eks/reachable.h"

#include <gmock/gmock.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <atomic>
#include <thread>

#include "base/hash.h"
#include "base/http_server.h"

namespace drydock::eks_provider {
namespace {

using namespace std::chrono_literals;

/// A certificate that nobody has reason to trust.
struct Certificate {
  HttpServer::Tls pem;
  std::string der;

  Certificate() {
    EVP_PKEY* key = EVP_EC_gen("P-256");
    X509* x509 = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(x509), 7);
    X509_gmtime_adj(X509_getm_notBefore(x509), -60);
    X509_gmtime_adj(X509_getm_notAfter(x509), 3600);
    X509_set_pubkey(x509, key);
    X509_NAME* name = X509_get_subject_name(x509);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("issuer"), -1, -1, 0);
    X509_set_issuer_name(x509, name);
    X509_sign(x509, key, EVP_sha256());
    pem.certificate = text([&](BIO* to) { PEM_write_bio_X509(to, x509); });
    pem.key = text([&](BIO* to) { PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr); });
    der = text([&](BIO* to) { i2d_X509_bio(to, x509); });
    X509_free(x509);
    EVP_PKEY_free(key);
  }

 private:
  template <class Write>
  static std::string text(Write write) {
    BIO* memory = BIO_new(BIO_s_mem());
    write(memory);
    char* data = nullptr;
    const long size = BIO_get_mem_data(memory, &data);
    std::string out(data, static_cast<std::size_t>(size));
    BIO_free(memory);
    return out;
  }
};

/// An API server that is not ready for its first answers.
class Endpoint {
 public:
  explicit Endpoint(int not_ready) : left_(not_ready) {
    server_ = HttpServer::listen(loop_, {.tls = certificate.pem},
                                 [this](HttpRequest request, std::shared_ptr<HttpReply> reply) {
                                   ++asked;
                                   const bool ready = request.target == "/healthz" && left_-- <= 0;
                                   reply->send({.status = ready ? 200 : 503});
                                 })
                  .value();
    url = "https://127.0.0.1:" + std::to_string(server_->port());
    thread_ = std::thread([this] { loop_.run(); });
  }
  ~Endpoint() {
    loop_.post([this] {
      server_.reset();
      loop_.stop();
    });
    thread_.join();
  }

  Certificate certificate;
  std::string url;
  std::atomic<int> asked = 0;

 private:
  Loop loop_;
  int left_;
  std::unique_ptr<HttpServer> server_;
  std::thread thread_;
};

TEST(AwaitEndpoint, AsksUntilItIsReady) {
  Endpoint endpoint(2);
  EXPECT_EQ(await_endpoint(endpoint.url, {.tries = 10, .pause = 1ms, .timeout = 5s}), endpoint.url);
  EXPECT_EQ(endpoint.asked, 3);
}

TEST(AwaitEndpoint, GivesUpWithoutAnError) {
  Endpoint endpoint(100);
  EXPECT_EQ(await_endpoint(endpoint.url, {.tries = 4, .pause = 1ms, .timeout = 5s}), endpoint.url);
  EXPECT_EQ(endpoint.asked, 4);
}

TEST(IssuerThumbprint, IsTheLastCertificatesHash) {
  Endpoint endpoint(0);
  auto print = issuer_thumbprint(endpoint.url + "/id/0123");
  ASSERT_TRUE(print) << print.error().to_string();
  EXPECT_EQ(*print, hex(sha1(endpoint.certificate.der)));
}

TEST(IssuerThumbprint, SaysWhatItIsFor) {
  EXPECT_EQ(issuer_thumbprint("http://x").error().message, "the issuer 'http://x' is not an https:// URL");
  EXPECT_THAT(issuer_thumbprint("https://127.0.0.1:1", 2s).error().message,
              testing::HasSubstr("createOidcProvider: cannot read the certificate of https://127.0.0.1:1"));
}

}  // namespace
}  // namespace drydock::eks_provider
