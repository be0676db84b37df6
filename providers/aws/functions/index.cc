// Where we are, and who.
#include "cloud/aws/arn.h"
#include "providers/aws/resources/common.h"

namespace drydock::aws_provider {
namespace {

Aws<Json> caller_identity(Operation& op, const Json&) {
  auto reply = op.client().query("sts", "GetCallerIdentity", Json::object(), op.stop());
  if (!reply) return up(reply);
  return Json::object({{"id", reply->at("Account")},
                       {"accountId", reply->at("Account")},
                       {"arn", reply->at("Arn")},
                       {"userId", reply->at("UserId")}});
}

Aws<Json> partition(Operation& op, const Json&) {
  const std::string name(aws::partition_of(op.region())), suffix(aws::dns_suffix_of(op.region()));
  return Json::object({{"id", name},
                       {"partition", name},
                       {"dnsSuffix", suffix},
                       {"reverseDnsPrefix", suffix == "amazonaws.com" ? "com.amazonaws" : "cn.com.amazonaws"}});
}

Aws<Json> region(Operation& op, const Json& in) {
  std::string name = text(in, "region");
  if (name.empty()) name = text(in, "name");
  if (name.empty()) name = op.region();
  const std::string endpoint = "ec2." + name + "." + std::string(aws::dns_suffix_of(name));
  return Json::object({{"id", name}, {"name", name}, {"region", name}, {"description", name}, {"endpoint", endpoint}});
}

Aws<Json> arn(Operation&, const Json& in) {
  const auto parsed = aws::Arn::parse(text(in, "arn"));
  if (!parsed) return no(ErrorCode::invalid_input, "'" + text(in, "arn") + "' is not an ARN");
  return Json::object({{"id", text(in, "arn")},
                       {"partition", parsed->partition},
                       {"service", parsed->service},
                       {"region", parsed->region},
                       {"account", parsed->account},
                       {"resource", parsed->resource}});
}

}  // namespace

extern const FunctionType kGetCallerIdentity, kGetPartition, kGetRegion, kGetArn;
const FunctionType kGetCallerIdentity = {"aws:index/getCallerIdentity:getCallerIdentity", caller_identity};
const FunctionType kGetPartition = {"aws:index/getPartition:getPartition", partition};
const FunctionType kGetRegion = {"aws:index/getRegion:getRegion", region};
const FunctionType kGetArn = {"aws:index/getArn:getArn", arn};

}  // namespace drydock::aws_provider
