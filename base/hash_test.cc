#include "base/hash.h"

#include <gtest/gtest.h>

namespace drydock {
namespace {

TEST(Hash, KnownDigests) {
  EXPECT_EQ(hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex(sha1("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(hex(hmac_sha256("key", "The quick brown fox jumps over the lazy dog")),
            "f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8");
}

TEST(Hash, Base64RoundTripsAndRefusesGarbage) {
  for (const char* s : {"", "f", "fo", "foo", "foob", "\xff\xfe\xfd"}) {
    EXPECT_EQ(unbase64(base64(s)), s);
    EXPECT_EQ(unbase64(base64url(s)), s);
  }
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_FALSE(unbase64("Zm9v*"));
  EXPECT_FALSE(unbase64("Zm9vY"));
}

TEST(Hash, UuidsAreVersionFour) {
  const std::string id = random_uuid();
  ASSERT_EQ(id.size(), 36u);
  EXPECT_EQ(id[14], '4');
}

}  // namespace
}  // namespace drydock
