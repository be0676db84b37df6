// IAM and STS as their callers meet them: what they answer, and what they refuse in AWS's words.
#include <gtest/gtest.h>

#include "base/hash.h"
#include "base/text.h"
#include "twin/iam/access.h"
#include "twin/iam/install.h"

namespace drydock::twin::iam {
namespace {

const char* kTrustEc2 =
    R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]})";
const char* kAllowAll = R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";

class Iam : public testing::Test {
 protected:
  Iam() : world_(std::move(*World::open({.seed = "iam"}))), front_(*world_) { install(front_, *world_); }

  /// 'x' stands for "x" in the parameters.
  ApiResult call(const std::string& service, const std::string& action, const std::string& parameters = "{}") {
    return front_.call(service, action, "us-east-1", credential(*world_, Account::access_key)->principal,
                       *Json::parse(replace_all(parameters, "'", "\"")));
  }
  std::string refusal(const std::string& action, const std::string& parameters) {
    const ApiResult result = call("iam", action, parameters);
    return result ? "" : result.error().code + ": " + result.error().message;
  }
  void make_role(const std::string& name, const std::string& trust = kTrustEc2) {
    Json in = Json::object({{"RoleName", name}, {"AssumeRolePolicyDocument", trust}});
    const ApiResult made = front_.call("iam", "CreateRole", "us-east-1", {}, in);
    ASSERT_TRUE(made) << made.error().message;
  }

  std::unique_ptr<World> world_;
  Front front_;
};

TEST_F(Iam, RoleKeepsWhatItWasGiven) {
  make_role("node");
  call("iam", "AttachRolePolicy", "{'RoleName':'node','PolicyArn':'arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy'}");
  const ApiResult role = call("iam", "GetRole", "{'RoleName':'node'}");
  ASSERT_TRUE(role);
  EXPECT_EQ(role->path("Role.Arn").string_or(), "arn:aws:iam::123456789012:role/node");
  EXPECT_EQ(uri_decode(role->path("Role.AssumeRolePolicyDocument").string_or()), kTrustEc2);
  EXPECT_TRUE(role->path("Role.RoleId").string_or().starts_with("AROA"));
  const ApiResult attached = call("iam", "ListAttachedRolePolicies", "{'RoleName':'node'}");
  EXPECT_EQ(attached->path("AttachedPolicies.0.PolicyName").string_or(), "AmazonEKS_CNI_Policy");
}

TEST_F(Iam, RefusesInTheWordsOfAws) {
  make_role("node");
  const char* kRows[][3] = {
      {"GetRole", "{'RoleName':'no'}", "NoSuchEntity: The role with name no cannot be found."},
      {"CreateRole", "{'RoleName':'a b','AssumeRolePolicyDocument':'{}'}",
       "ValidationError: The specified value for roleName is invalid. It must contain only alphanumeric characters "
       "and/or "
       "the following: +=,.@_-"},
      {"CreateRole", "{'RoleName':'x','AssumeRolePolicyDocument':'nonsense'}",
       "MalformedPolicyDocument: This policy contains invalid Json"},
      {"CreateRole", "{'RoleName':'node','AssumeRolePolicyDocument':'{}'}",
       "EntityAlreadyExists: Role with name node already exists."},
      {"AttachRolePolicy", "{'RoleName':'node','PolicyArn':'arn:aws:iam::aws:policy/AmazonEKSNoSuchPolicy'}",
       "NoSuchEntity: Policy arn:aws:iam::aws:policy/AmazonEKSNoSuchPolicy does not exist or is not attachable."},
      {"DetachRolePolicy", "{'RoleName':'node','PolicyArn':'arn:aws:iam::aws:policy/AdministratorAccess'}",
       "NoSuchEntity: Policy arn:aws:iam::aws:policy/AdministratorAccess was not found."},
      {"GetRolePolicy", "{'RoleName':'node','PolicyName':'p'}",
       "NoSuchEntity: The role policy with name p cannot be found."},
      {"GetInstanceProfile", "{'InstanceProfileName':'p'}", "NoSuchEntity: Instance Profile p cannot be found."},
  };
  for (const auto& [action, in, want] : kRows) EXPECT_EQ(refusal(action, in), want) << action;
}

TEST_F(Iam, RoleInUseCannotBeDeleted) {
  make_role("node");
  call("iam", "CreateInstanceProfile", "{'InstanceProfileName':'p'}");
  call("iam", "AddRoleToInstanceProfile", "{'InstanceProfileName':'p','RoleName':'node'}");
  EXPECT_EQ(refusal("DeleteRole", "{'RoleName':'node'}"),
            "DeleteConflict: Cannot delete entity, must remove roles from instance profile first.");
  EXPECT_EQ(refusal("AddRoleToInstanceProfile", "{'InstanceProfileName':'p','RoleName':'node'}"),
            "LimitExceeded: Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1");
  call("iam", "RemoveRoleFromInstanceProfile", "{'InstanceProfileName':'p','RoleName':'node'}");
  EXPECT_EQ(refusal("DeleteRole", "{'RoleName':'node'}"), "");
}

TEST_F(Iam, TrustMustNameSomebodyWhoExists) {
  const std::string trust =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/gone"},"Action":"sts:AssumeRole"}]})";
  const ApiResult made = front_.call("iam", "CreateRole", "us-east-1", {},
                                     Json::object({{"RoleName", "x"}, {"AssumeRolePolicyDocument", trust}}));
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().message, "Invalid principal in policy: \"AWS\":\"arn:aws:iam::123456789012:role/gone\"");
}

TEST_F(Iam, TrustForgetsARoleThatWasMadeAnew) {
  make_role("caller");
  make_role(
      "target",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:role/caller"},"Action":"sts:AssumeRole"}]})");
  auto may = [&] {
    const auto& roles = world_->table<aws::Role>();
    return authorise_assume_role(*world_, session_caller(*roles.find("caller"), "s"), *roles.find("target"),
                                 "sts:AssumeRole")
        .allowed();
  };
  EXPECT_TRUE(may());
  const std::string old_id = world_->table<aws::Role>().find("caller")->RoleId;
  call("iam", "DeleteRole", "{'RoleName':'caller'}");
  make_role("caller");
  EXPECT_FALSE(may());
  const ApiResult shown = call("iam", "GetRole", "{'RoleName':'target'}");
  EXPECT_NE(uri_decode(shown->path("Role.AssumeRolePolicyDocument").string_or()).find(old_id), std::string::npos);
}

TEST_F(Iam, InstanceGetsCredentialsOnlyIfTheRoleTrustsEc2) {
  make_role("node");
  make_role(
      "service",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"eks.amazonaws.com"},"Action":"sts:AssumeRole"}]})");
  for (const char* name : {"node", "service"}) {
    call("iam", "CreateInstanceProfile", std::string("{'InstanceProfileName':'") + name + "'}");
    call("iam", "AddRoleToInstanceProfile",
         std::string("{'InstanceProfileName':'") + name + "','RoleName':'" + name + "'}");
  }
  const std::string prefix = "arn:aws:iam::123456789012:instance-profile/";
  const InstanceCredentials good = instance_credentials(*world_, "i-1", prefix + "node");
  ASSERT_NE(good.session, nullptr);
  EXPECT_EQ(credential(*world_, good.session->AccessKeyId)->principal.arn,
            "arn:aws:sts::123456789012:assumed-role/node/i-1");
  EXPECT_EQ(instance_credentials(*world_, "i-1", prefix + "node").session, good.session) << "kept while it lasts";
  EXPECT_EQ(instance_credentials(*world_, "i-1", prefix + "service").code, "AssumeRoleUnauthorizedAccess");
  EXPECT_EQ(instance_credentials(*world_, "i-1", prefix + "nobody").code, "");
}

TEST_F(Iam, PolicyCountsUntilItIsDetached) {
  make_role("node");
  const Caller node = session_caller(*world_->table<aws::Role>().find("node"), "i-1");
  auto may = [&](const char* action) { return authorise(*world_, node, {action, "*", "", {}}).allowed(); };
  EXPECT_FALSE(may("ec2:DescribeInstances"));
  const char* kAttachment = "{'RoleName':'node','PolicyArn':'arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy'}";
  call("iam", "AttachRolePolicy", kAttachment);
  EXPECT_TRUE(may("ec2:DescribeInstances"));
  EXPECT_FALSE(may("ecr:GetAuthorizationToken"));
  call("iam", "DetachRolePolicy", kAttachment);
  EXPECT_FALSE(may("ec2:DescribeInstances"));
}

TEST_F(Iam, PolicyVersionsEndAtFive) {
  const Json document = Json::object({{"PolicyName", "p"}, {"PolicyDocument", kAllowAll}});
  ASSERT_TRUE(front_.call("iam", "CreatePolicy", "us-east-1", {}, document));
  const std::string arn = "arn:aws:iam::123456789012:policy/p";
  const Json version = Json::object({{"PolicyArn", arn}, {"PolicyDocument", kAllowAll}, {"SetAsDefault", "true"}});
  for (int i = 2; i <= 5; ++i) ASSERT_TRUE(front_.call("iam", "CreatePolicyVersion", "us-east-1", {}, version));
  const ApiResult sixth = front_.call("iam", "CreatePolicyVersion", "us-east-1", {}, version);
  ASSERT_FALSE(sixth);
  EXPECT_EQ(sixth.error().code, "LimitExceeded");
  EXPECT_EQ(call("iam", "GetPolicy", "{'PolicyArn':'" + arn + "'}")->path("Policy.DefaultVersionId").string_or(), "v5");
  EXPECT_EQ(refusal("DeletePolicyVersion", "{'PolicyArn':'" + arn + "','VersionId':'v5'}"),
            "DeleteConflict: Cannot delete the default version of a policy.");
}

TEST_F(Iam, WebIdentityNeedsProviderAudienceAndSubject) {
  const std::string issuer = "oidc.eks.us-east-1.amazonaws.com/id/EX";
  make_role(
      "pod",
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Federated":"arn:aws:iam::123456789012:oidc-provider/)" +
          issuer + R"("},"Action":"sts:AssumeRoleWithWebIdentity","Condition":{"StringEquals":{")" + issuer +
          R"(:sub":"system:serviceaccount:a:b"}}}]})");
  auto assume = [&](const std::string& sub, const std::string& aud) {
    const std::string claims =
        Json::object({{"iss", "https://" + issuer}, {"sub", sub}, {"aud", aud}, {"exp", 4102444800}}).dump();
    Json in = Json::object({{"RoleArn", "arn:aws:iam::123456789012:role/pod"}, {"RoleSessionName", "pod"}});
    in["WebIdentityToken"] = "e30." + base64url(claims) + ".x";
    const ApiResult result = front_.call("sts", "AssumeRoleWithWebIdentity", "us-east-1", {}, in);
    return result ? "ok" : result.error().code + ": " + result.error().message;
  };
  verify_web_identity_by(*world_, [](World&, const std::string&, const std::string&) { return true; });
  EXPECT_EQ(assume("system:serviceaccount:a:b", "sts.amazonaws.com"),
            "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://" + issuer);
  call("iam", "CreateOpenIDConnectProvider", "{'Url':'https://" + issuer + "','ClientIDList':['sts.amazonaws.com']}");
  EXPECT_EQ(assume("system:serviceaccount:a:b", "sts.amazonaws.com"), "ok");
  EXPECT_EQ(assume("system:serviceaccount:a:b", "other"), "InvalidIdentityToken: Incorrect token audience");
  EXPECT_EQ(assume("system:serviceaccount:a:x", "sts.amazonaws.com"),
            "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity");
  verify_web_identity_by(*world_, {});
  EXPECT_TRUE(assume("system:serviceaccount:a:b", "sts.amazonaws.com").starts_with("InvalidIdentityToken: Couldn't"));
}

TEST_F(Iam, ListsComeInPages) {
  for (int i = 0; i < 5; ++i) make_role("role" + std::to_string(i));
  const ApiResult first = call("iam", "ListRoles", "{'MaxItems':'3'}");
  EXPECT_EQ(first->at("Roles").size(), 3u);
  EXPECT_TRUE(first->at("IsTruncated").bool_or(false));
  const ApiResult rest =
      call("iam", "ListRoles", "{'MaxItems':'3','Marker':'" + first->at("Marker").string_or() + "'}");
  EXPECT_EQ(rest->at("Roles").size(), 2u);
  EXPECT_FALSE(rest->at("IsTruncated").bool_or(true));
}

}  // namespace
}  // namespace drydock::twin::iam
