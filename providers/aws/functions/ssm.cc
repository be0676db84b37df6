#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

Aws<Json> parameter(Operation& op, const Json& in) {
  const bool decrypt = in.at("withDecryption").bool_or(true);
  auto reply = op.client().json("ssm", "GetParameter",
                                Json::object({{"Name", in.at("name")}, {"WithDecryption", decrypt}}), op.stop());
  if (!reply) return up(reply);
  const Json& p = reply->at("Parameter");
  Json out = Json::object({{"id", p.at("Name")},
                           {"name", p.at("Name")},
                           {"arn", p.at("ARN")},
                           {"type", p.at("Type")},
                           {"value", p.at("Value")},
                           {"version", p.at("Version")},
                           {"withDecryption", decrypt}});
  if (p.at("Type").string_or() != "SecureString") out["insecureValue"] = p.at("Value");
  return out;
}

}  // namespace

extern const FunctionType kGetParameter;
const FunctionType kGetParameter = {"aws:ssm/getParameter:getParameter", parameter};

}  // namespace drydock::aws_provider
