// What the IAM resource files share. https://docs.aws.amazon.com/IAM/latest/APIReference/
#pragma once

#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {

/// IAM answers with URL-encoded documents.
std::string decoded_document(const Json& document);
Json iam_tags(const Json& in);  // Tags of a create call; null without tags

/// Tagging calls of one kind of thing: TagRole + RoleName.
Aws<void> retag_iam(Operation& op, const char* tag, const char* untag, const char* parameter, const std::string& id,
                    const Json& set, const Json::Array& unset);
/// IAM's parts agree with each other only after a while: MalformedPolicyDocument "Invalid principal" of a new
/// principal.
bool principal_is_new(const AwsError& error);
/// DeleteConflict for a while is normal, too.
Aws<void> delete_iam(Operation& op, std::string_view action, const Json& parameters);
/// All members of a list, page by page.
Aws<Json> iam_list(Operation& op, std::string_view action, Json parameters, std::string_view list);

}  // namespace drydock::aws_provider
