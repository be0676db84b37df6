// XML answers of the query protocols as JSON trees.
//
//   <CreateVpcResponse><requestId>1</requestId><vpcSet><item><vpcId>vpc-1</vpcId></item></vpcSet></CreateVpcResponse>
//   -> {"requestId": "1", "vpcSet": [{"vpcId": "vpc-1"}]}
//
// Every scalar is text; an empty element is "". An element is a list if all its children are <item> (EC2) or <member>
// (the other query services). Repeated names otherwise (S3) become a list under that name. Attributes are dropped.
#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace drydock::aws {

struct XmlReply {
  std::string root;  // "CreateVpcResponse"
  Json body;
};

/// Error invalid_input for anything that is not XML. Depth is at most 100.
Result<XmlReply> parse_xml(std::string_view text);

}  // namespace drydock::aws
