#include "tests/aws_on_twin/cloud.h"

namespace drydock {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string kRole = "aws:iam/role:Role", kAttachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
                  kRolePolicy = "aws:iam/rolePolicy:RolePolicy", kPolicy = "aws:iam/policy:Policy",
                  kProfile = "aws:iam/instanceProfile:InstanceProfile";

PropertyMap trust(const char* service) {
  return {{"Version", "2012-10-17"},
          {"Statement",
           PropertyList{PropertyMap{
               {"Effect", "Allow"}, {"Action", "sts:AssumeRole"}, {"Principal", PropertyMap{{"Service", service}}}}}}};
}
const char* const kReadBuckets =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"*"}]})";
const char* const kListBuckets =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}]})";

TEST(Iam, RoleWithAttachmentInlinePolicyAndProfile) {
  Cloud cloud;
  ResourceState role = cloud.create(kRole, "node", {{"assumeRolePolicy", trust("ec2.amazonaws.com")}});
  EXPECT_THAT(role.id, StartsWith("node-"));
  EXPECT_THAT(get(role, "arn"), HasSubstr(":role/" + role.id));
  EXPECT_THAT(get(role, "uniqueId"), StartsWith("AROA"));
  EXPECT_EQ(cloud.diff(kRole, "node", role, {{"assumeRolePolicy", trust("ec2.amazonaws.com")}}).changes,
            DiffReply::Changes::none);
  ResourceState attached = cloud.create(
      kAttachment, "cni", {{"role", role.id}, {"policyArn", "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy"}});
  ResourceState own = cloud.create(kRolePolicy, "own", {{"role", role.id}, {"policy", kReadBuckets}});
  EXPECT_THAT(own.id, StartsWith(role.id + ":own-"));
  ResourceState profile = cloud.create(kProfile, "node", {{"role", role.id}});
  EXPECT_EQ(get(profile, "role"), role.id);
  own = cloud.update(kRolePolicy, "own", own, {{"role", role.id}, {"policy", kListBuckets}});
  EXPECT_THAT(get(own, "policy"), HasSubstr("ListBucket"));
  cloud.remove(kProfile, "node", profile);
  cloud.remove(kRolePolicy, "own", own);
  cloud.remove(kAttachment, "cni", attached);
  cloud.remove(kRole, "node", role);
}

TEST(Iam, RoleChangesItsTrustInPlace) {
  Cloud cloud;
  ResourceState role = cloud.create(kRole, "r", {{"assumeRolePolicy", trust("ec2.amazonaws.com")}});
  role = cloud.update(kRole, "r", role,
                      {{"assumeRolePolicy", trust("eks.amazonaws.com")}, {"tags", PropertyMap{{"a", "b"}}}});
  EXPECT_THAT(get(role, "assumeRolePolicy"), HasSubstr("eks.amazonaws.com"));
  EXPECT_EQ(at(role.outputs, "tagsAll").at("a").string_or(), "b");
}

TEST(Iam, PolicyGetsVersionsWithoutEnd) {
  Cloud cloud;
  ResourceState policy = cloud.create(kPolicy, "p", {{"policy", kReadBuckets}});
  for (int i = 0; i < 7; ++i)
    policy = cloud.update(kPolicy, "p", policy, {{"policy", i % 2 ? kReadBuckets : kListBuckets}});
  EXPECT_THAT(get(policy, "policy"), HasSubstr("ListBucket"));
  cloud.remove(kPolicy, "p", policy);
}

TEST(Iam, BrokenPolicyNamesTheProperty) {
  Cloud cloud;
  auto made = cloud.try_create(kRole, "r", {{"assumeRolePolicy", "{"}});
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().error.to_string(), HasSubstr("MalformedPolicyDocument"));
  EXPECT_THAT(made.error().error.to_string(), HasSubstr("property 'assumeRolePolicy'"));
}

}  // namespace
}  // namespace drydock
