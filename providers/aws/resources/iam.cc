#include "providers/aws/resources/iam.h"

#include "base/text.h"

namespace drydock::aws_provider {

std::string decoded_document(const Json& document) { return uri_decode(document.string_or()); }

Json iam_tags(const Json& in) {
  Json tags = tag_list(in.at("tagsAll"));
  return tags.size() == 0 ? Json() : tags;
}

Aws<void> retag_iam(Operation& op, const char* tag, const char* untag, const char* parameter, const std::string& id,
                    const Json& set, const Json::Array& unset) {
  if (!unset.empty()) TRY_AWS(op.iam(untag, Json::object({{parameter, id}, {"TagKeys", unset}})));
  if (set.size() > 0) TRY_AWS(op.iam(tag, Json::object({{parameter, id}, {"Tags", tag_list(set)}})));
  return {};
}

bool principal_is_new(const AwsError& error) {
  return error.is("MalformedPolicyDocument") && error.mentions("Invalid principal in policy");
}

Aws<void> delete_iam(Operation& op, std::string_view action, const Json& parameters) {
  auto done = op.retry(
      minutes(2), [](const AwsError& e) { return e.is("DeleteConflict"); }, [&] { return op.iam(action, parameters); });
  return fine_if(done, {"NoSuchEntity"});
}

Aws<Json> iam_list(Operation& op, std::string_view action, Json parameters, std::string_view list) {
  return op.client().query_all("iam", action, std::move(parameters), list, op.stop());
}

}  // namespace drydock::aws_provider
