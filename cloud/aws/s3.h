// S3's nouns; buckets are the account's, whatever their region.
#pragma once

#include <map>
#include <string>

#include "base/json.h"

namespace drydock::aws {

struct Bucket {  // key: name
  static constexpr const char* kTable = "s3.bucket";
  std::string name, region, created;                // created: ISO 8601, simulated
  std::string policy;                               // a document; empty: none
  std::map<std::string, std::string> subresources;  // "tagging", "versioning", ... as the XML that was put
};
template <class V>
void each_field(V& v, Bucket& x) {
  v("name", x.name), v("region", x.region), v("created", x.created), v("policy", x.policy);
  v("subresources", x.subresources);
}

}  // namespace drydock::aws
