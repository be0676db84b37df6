#include "cloud/aws/cidr.h"

#include <gtest/gtest.h>

namespace drydock::aws {
namespace {

TEST(Cidr, CanonicalFormAndContainment) {
  const auto vpc = *Cidr::parse("10.0.7.0/16");
  EXPECT_EQ(vpc.str(), "10.0.0.0/16");
  EXPECT_FALSE(Cidr::parse("10.0.7.0/16", true));
  EXPECT_TRUE(vpc.contains(*Cidr::parse("10.0.255.0/24")));
  EXPECT_FALSE(vpc.overlaps(*Cidr::parse("10.1.0.0/16")));
  EXPECT_TRUE(Cidr::parse("0.0.0.0/0")->contains(*IpAddress::parse("1.2.3.4")));
  EXPECT_FALSE(Cidr::parse("0.0.0.0/0")->contains(*IpAddress::parse("::1")));
}

TEST(Cidr, RefusesWhatIsNone) {
  for (const char* text : {"", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "::/129", "x/8", "10.0.0.0/8x"})
    EXPECT_FALSE(Cidr::parse(text)) << text;
}

TEST(IpAddress, CountsOn) {
  EXPECT_EQ(IpAddress::parse("10.0.0.255")->plus(2).str(), "10.0.1.1");
  EXPECT_EQ(IpAddress::parse("fd00::ff")->plus(1).str(), "fd00::100");
}

}  // namespace
}  // namespace drydock::aws
