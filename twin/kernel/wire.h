// AWS's wire protocols, both directions, as functions of values.
// https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html, .../aws-query-protocol.html,
// .../aws-json-1_1-protocol.html,
// .../aws-restjson1-protocol.html
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/http.h"
#include "base/json.h"
#include "twin/kernel/call.h"

namespace drydock::twin {

enum class Protocol { ec2, query, json, rest_json, raw };

/// By signing name; services that nobody knows speak query.
Protocol protocol_of(std::string_view service);

/// A form body ("Filter.1.Name=vpc-id&Filter.1.Value.1=vpc-1") as nested Json with text scalars. Parts that are numbers
/// become arrays in the order of the numbers; ".member." before a number is left out. Names deeper than 32 are dropped.
Json parse_form(std::string_view body);

/// `value` as the content of an element: objects as child elements, arrays as repeated <item_name>. Nulls are left out.
/// A member "groupSet:groupId" is a list <groupSet> of <groupId>.
void append_xml(std::string& out, const Json& value, std::string_view item_name);
std::string xml_escape(std::string_view text);

HttpResponse render(Protocol protocol, const Call& call, Json result);
HttpResponse render_error(Protocol protocol, std::string_view service, const std::string& request_id,
                          const ApiError& error);

/// Splits "/clusters/{name}/node-groups" and matches paths against it, segment by segment.
class PathPattern {
 public:
  explicit PathPattern(std::string_view pattern);
  /// Fills `out` with the decoded parts in braces.
  bool match(std::string_view path, Json& out) const;

 private:
  struct Segment {
    std::string text;
    bool variable;
  };
  std::vector<Segment> segments_;
};

}  // namespace drydock::twin
