// Systems Manager's parameters, named and spelled as the API's JSON does
// (https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html).
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "base/json.h"

namespace drydock::aws {

struct Parameter {  // key: Name
  static constexpr const char* kTable = "ssm.parameter";
  std::string Name, Type = "String", Value, ARN, DataType = "text";
  std::int64_t Version = 1;
  double LastModifiedDate = 0;  // seconds since the epoch, simulated
  std::string description;
  std::map<std::string, std::string> tags;
};
template <class V>
void each_field(V& v, Parameter& x) {
  v("Name", x.Name), v("Type", x.Type), v("Value", x.Value), v("ARN", x.ARN), v("DataType", x.DataType);
  v("Version", x.Version), v("LastModifiedDate", x.LastModifiedDate), v("_description", x.description);
  v("_tags", x.tags);
}

}  // namespace drydock::aws
