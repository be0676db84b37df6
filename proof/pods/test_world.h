// The private cluster of proof/test_world.h, with what pods need to have a role of their own.
#pragma once

#include "proof/test_world.h"

namespace drydock::proof::testing {

inline constexpr std::string_view kIssuer = "oidc.eks.us-east-1.amazonaws.com/id/0123456789ABCDEF0123456789ABCDEF";

/// The private cluster, with sts and what a controller needs to run under a role of its own.
struct ControllerWorld : PrivateWorld {
  ControllerWorld() {
    endpoint("sts");
    clusters[0].identity = Json::object({{"oidc", Json::object({{"issuer", "https://" + std::string(kIssuer)}})}});
    oidc_providers = {{.Arn = "arn:aws:iam::123456789012:oidc-provider/" + std::string(kIssuer),
                       .Url = std::string(kIssuer),
                       .ClientIDList = {"sts.amazonaws.com"}}};
  }
  void object(std::string_view yaml) { kubernetes_objects.push_back({"main", *parse_yaml(yaml)}); }
  aws::Role& web_role(const std::string& account, const std::string& key = "sub") {
    aws::Role role{.RoleName = "pods", .RoleId = "AROA2", .Arn = "arn:aws:iam::123456789012:role/pods"};
    role.AssumeRolePolicyDocument = fmt::format(
        R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"sts:AssumeRoleWithWebIdentity",
        "Principal":{{"Federated":"{}"}},"Condition":{{"StringEquals":{{"{}:{}":"system:serviceaccount:{}"}}}}}}]}})",
        oidc_providers[0].Arn, kIssuer, key, account);
    role.grants.inlined["all"] =
        R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]})";
    roles.push_back(role);
    return roles.back();
  }
  void addon(const std::string& name, const std::string& role = "") {
    aws::eks::Addon noun{.addonName = name, .clusterName = "main"};
    if (!role.empty()) noun.serviceAccountRoleArn = role;
    addons.push_back(noun);
  }
  void deployment(std::string_view name, std::string_view image, std::string_view more = "") {
    object(
        fmt::format("kind: Deployment\nmetadata: {{name: {0}, namespace: kube-system}}\nspec:\n  template:\n    spec:\n"
                    "      serviceAccountName: {0}\n      containers:\n      - image: {1}\n{2}",
                    name, image, more));
  }
  void account(std::string_view name) {
    object(
        fmt::format("kind: ServiceAccount\nmetadata:\n  name: {}\n  namespace: kube-system\n  annotations:\n"
                    "    eks.amazonaws.com/role-arn: arn:aws:iam::123456789012:role/pods\n",
                    name));
  }
};

}  // namespace drydock::proof::testing
