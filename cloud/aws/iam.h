// IAM's nouns as plain values, named and spelled as the API's XML does
// (https://docs.aws.amazon.com/IAM/latest/APIReference/API_Types.html). Policy documents are kept as the text that was
// given; the API hands them out URL-encoded. Times are ISO 8601, UTC.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::aws {

struct IamTag {
  std::string Key, Value;
};
template <class V>
void each_field(V& v, IamTag& x) {
  v("Key", x.Key), v("Value", x.Value);
}
using IamTags = std::vector<IamTag>;

struct PermissionsBoundary {
  std::string PermissionsBoundaryType = "Policy", PermissionsBoundaryArn;
};
template <class V>
void each_field(V& v, PermissionsBoundary& x) {
  v("PermissionsBoundaryType", x.PermissionsBoundaryType), v("PermissionsBoundaryArn", x.PermissionsBoundaryArn);
}

/// What a role and a user have in common: policies attached by ARN, and policies of their own by name.
struct Grants {
  std::vector<std::string> attached;           // policy ARNs in order of attachment
  std::map<std::string, std::string> inlined;  // policy name -> document
};
template <class V>
void each_field(V& v, Grants& x) {
  v("attached", x.attached), v("inlined", x.inlined);
}

struct Role {  // key: RoleName
  static constexpr const char* kTable = "iam.role";
  std::string Path = "/", RoleName, RoleId, Arn, CreateDate, AssumeRolePolicyDocument;
  std::optional<std::string> Description;
  std::int64_t MaxSessionDuration = 3600;
  std::optional<PermissionsBoundary> boundary;
  IamTags Tags;
  Grants grants;
  /// Principals of the trust policy as they were bound when it was written: ARN -> unique id (AROA..., AIDA...). A role
  /// that is deleted and made again has another id, and the trust no longer names it.
  std::map<std::string, std::string> bound;
};
template <class V>
void each_field(V& v, Role& x) {
  v("Path", x.Path), v("RoleName", x.RoleName), v("RoleId", x.RoleId), v("Arn", x.Arn);
  v("CreateDate", x.CreateDate), v("AssumeRolePolicyDocument", x.AssumeRolePolicyDocument);
  v("Description", x.Description), v("MaxSessionDuration", x.MaxSessionDuration);
  v("PermissionsBoundary", x.boundary), v("Tags", x.Tags), v("_grants", x.grants), v("_bound", x.bound);
}

struct User {  // key: UserName
  static constexpr const char* kTable = "iam.user";
  std::string Path = "/", UserName, UserId, Arn, CreateDate;
  std::optional<PermissionsBoundary> boundary;
  IamTags Tags;
  Grants grants;
};
template <class V>
void each_field(V& v, User& x) {
  v("Path", x.Path), v("UserName", x.UserName), v("UserId", x.UserId), v("Arn", x.Arn);
  v("CreateDate", x.CreateDate), v("PermissionsBoundary", x.boundary), v("Tags", x.Tags), v("_grants", x.grants);
}

struct AccessKey {  // key: AccessKeyId
  static constexpr const char* kTable = "iam.access-key";
  std::string UserName, AccessKeyId, Status = "Active", CreateDate;
  std::string secret;  // never on the wire but in CreateAccessKey's answer
};
template <class V>
void each_field(V& v, AccessKey& x) {
  v("UserName", x.UserName), v("AccessKeyId", x.AccessKeyId), v("Status", x.Status), v("CreateDate", x.CreateDate);
  v("_secret", x.secret);
}

/// Temporary credentials that STS, or the instance metadata service, gave out. Expiry is wall time: clients check it.
struct Session {  // key: AccessKeyId
  static constexpr const char* kTable = "sts.session";
  std::string AccessKeyId, secret, token;
  std::string role_arn, role_name, role_id, session_name;  // of a user's GetSessionToken: role_* are empty
  std::string user_name;
  std::int64_t issued = 0, expires = 0;  // ms since the epoch, wall time
  std::vector<std::string> policies;     // session policies: documents
  std::map<std::string, std::string> tags;
  std::string instance;  // the EC2 instance it was made for
};
template <class V>
void each_field(V& v, Session& x) {
  v("AccessKeyId", x.AccessKeyId), v("_secret", x.secret), v("_token", x.token), v("_roleArn", x.role_arn);
  v("_roleName", x.role_name), v("_roleId", x.role_id), v("_sessionName", x.session_name);
  v("_userName", x.user_name), v("_issued", x.issued), v("_expires", x.expires), v("_policies", x.policies);
  v("_tags", x.tags), v("_instance", x.instance);
}

struct PolicyVersion {
  std::string Document, VersionId;
  bool IsDefaultVersion = false;
  std::string CreateDate;
};
template <class V>
void each_field(V& v, PolicyVersion& x) {
  v("Document", x.Document), v("VersionId", x.VersionId), v("IsDefaultVersion", x.IsDefaultVersion);
  v("CreateDate", x.CreateDate);
}
struct Policy {  // key: Arn. The account's own; AWS's are in the twin's code
  static constexpr const char* kTable = "iam.policy";
  std::string PolicyName, PolicyId, Arn, Path = "/", DefaultVersionId, CreateDate, UpdateDate;
  std::optional<std::string> Description;
  IamTags Tags;
  std::vector<PolicyVersion> versions;  // oldest first
  std::int64_t last_version = 0;
};
template <class V>
void each_field(V& v, Policy& x) {
  v("PolicyName", x.PolicyName), v("PolicyId", x.PolicyId), v("Arn", x.Arn), v("Path", x.Path);
  v("DefaultVersionId", x.DefaultVersionId), v("CreateDate", x.CreateDate), v("UpdateDate", x.UpdateDate);
  v("Description", x.Description), v("Tags", x.Tags), v("_versions", x.versions), v("_lastVersion", x.last_version);
}

struct InstanceProfile {  // key: InstanceProfileName
  static constexpr const char* kTable = "iam.instance-profile";
  std::string Path = "/", InstanceProfileName, InstanceProfileId, Arn, CreateDate;
  IamTags Tags;
  std::string role;  // its name; one at most
};
template <class V>
void each_field(V& v, InstanceProfile& x) {
  v("Path", x.Path), v("InstanceProfileName", x.InstanceProfileName), v("InstanceProfileId", x.InstanceProfileId);
  v("Arn", x.Arn), v("CreateDate", x.CreateDate), v("Tags", x.Tags), v("_role", x.role);
}

struct OpenIdConnectProvider {  // key: Arn
  static constexpr const char* kTable = "iam.oidc-provider";
  std::string Arn, Url;  // without the scheme
  std::vector<std::string> ClientIDList, ThumbprintList;
  std::string CreateDate;
  IamTags Tags;
};
template <class V>
void each_field(V& v, OpenIdConnectProvider& x) {
  v("_arn", x.Arn), v("Url", x.Url), v("ClientIDList", x.ClientIDList), v("ThumbprintList", x.ThumbprintList);
  v("CreateDate", x.CreateDate), v("Tags", x.Tags);
}

}  // namespace drydock::aws
