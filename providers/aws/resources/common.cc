#include "providers/aws/resources/common.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/http.h"
#include "base/text.h"
#include "cloud/aws/arn.h"

namespace drydock::aws_provider {
namespace {

const Json::Array kNoItems;

bool among(std::string_view word, std::initializer_list<std::string_view> list) {
  return std::any_of(list.begin(), list.end(), [&](std::string_view one) { return equals_ignoring_case(one, word); });
}

}  // namespace

bool flag(const Json& value) { return value.is_bool() ? value.as_bool() : value.string_or() == "true"; }

Json number_or_null(const Json& value) {
  if (value.is_number()) return value.as_int();
  const std::string digits = value.string_or();
  if (digits.empty() || digits.find_first_not_of("-0123456789") != std::string::npos) return {};
  return static_cast<std::int64_t>(std::atoll(digits.c_str()));
}
std::int64_t number(const Json& value) { return number_or_null(value).int_or(0); }
std::string text(const Json& in, std::string_view name) { return in.at(name).string_or(); }

Json pluck(const Json& list, std::string_view member) {
  Json::Array out;
  for (const Json& item : items(list)) out.push_back(item.at(member));
  return out;
}
const Json::Array& items(const Json& list) { return list.is_array() ? list.as_array() : kNoItems; }

void put(Json& out, std::string_view name, const Json& value) {
  if (value.is_null() || (value.is_string() && value.as_string().empty())) return;
  out[name] = value;
}

Aws<Json> unless(Aws<Json> reply, std::initializer_list<std::string_view> gone) {
  if (!reply && reply.error().is_any(gone)) return Json();
  return reply;
}
Aws<void> fine_if(const Aws<Json>& reply, std::initializer_list<std::string_view> gone) {
  if (reply || reply.error().is_any(gone)) return {};
  return tl::unexpected(reply.error());
}
bool not_found(const AwsError& error) {
  return error.code.find(".NotFound") != std::string::npos ||
         error.code.find("NotFoundException") != std::string::npos ||
         error.is_any({"NoSuchEntity", "NatGatewayNotFound"});
}

Json tag_specification(const char* resource_type, const Json& in) {
  Json tags = tag_list(in.at("tagsAll"));
  if (tags.size() == 0) return {};
  return Json::array({Json::object({{"ResourceType", resource_type}, {"Tag", std::move(tags)}})});
}

Aws<void> retag_ec2(Operation& op, const std::string& id, const Json&, const Json& set, const Json::Array& unset) {
  if (!unset.empty()) {
    Json::Array keys;
    for (const Json& key : unset) keys.push_back(Json::object({{"Key", key}}));
    TRY_AWS(op.ec2("DeleteTags", Json::object({{"ResourceId", Json::array({id})}, {"Tag", std::move(keys)}})));
  }
  if (set.size() > 0)
    TRY_AWS(op.ec2("CreateTags", Json::object({{"ResourceId", Json::array({id})}, {"Tag", tag_list(set)}})));
  return {};
}

Aws<Json> describe(Operation& op, std::string_view action, const char* id_parameter, const std::string& id,
                   std::string_view list) {
  auto reply = op.ec2(action, Json::object({{id_parameter, Json::array({id})}}));
  if (!reply && not_found(reply.error())) return Json();
  if (!reply) return reply;
  return reply->at(list).item(0);
}

std::string ec2_arn(const Operation& op, const std::string& owner, const std::string& resource) {
  const std::string& region = const_cast<Operation&>(op).region();
  return fmt::format("arn:{}:ec2:{}:{}:{}", aws::partition_of(region), region, owner, resource);
}

Aws<std::string> own_ec2_arn(Operation& op, const std::string& resource) {
  auto account = op.account();
  if (!account) return up(account);
  return ec2_arn(op, *account, resource);
}

Aws<void> delete_ec2(Operation& op, std::string_view action, const Json& parameters, minutes window,
                     std::initializer_list<std::string_view> busy) {
  auto reply = op.retry(
      window, [&](const AwsError& error) { return error.is_any(busy); }, [&] { return op.ec2(action, parameters); });
  return fine_if_gone(reply);
}

Aws<void> wait_gone(Operation& op, const std::string& what, minutes timeout, const std::function<Aws<Json>()>& read,
                    std::initializer_list<std::string_view> gone) {
  return op.wait(what + " to go", op.timeout_or(timeout), [&]() -> Aws<Poll> {
    auto now = read();
    if (!now) return up(now);
    const std::string state = text(*now, "state");
    return Poll{now->is_null() || among(state, gone), state.empty() ? "present" : state};
  });
}

Aws<void> wait_state(Operation& op, const std::string& what, std::chrono::milliseconds timeout,
                     const std::function<Aws<Json>()>& read, std::string_view member,
                     std::initializer_list<std::string_view> done, std::initializer_list<std::string_view> failed) {
  return op.wait(what, timeout, [&]() -> Aws<Poll> {
    auto now = read();
    if (!now) return up(now);
    if (now->is_null()) return Poll{false, "not visible yet"};
    const std::string state = now->path(member).string_or();
    if (among(state, failed)) return no(ErrorCode::unavailable, fmt::format("its state became '{}'", state));
    return Poll{among(state, done), state};
  });
}

Aws<void> clear_interfaces(Operation& op, const std::string& filter, const std::string& id) {
  auto found = op.ec2_all("DescribeNetworkInterfaces", Json::object({{"Filter", filters({{filter, id}})}}),
                          "networkInterfaceSet");
  if (!found) return up(found);
  for (const Json& interface : items(*found)) {
    const std::string words = text(interface, "description");
    // Leftovers of the VPC CNI and of Lambda; what belongs to a living instance or endpoint is not ours to remove.
    const bool left_over = words.starts_with("aws-K8S-") || words.starts_with("AWS Lambda VPC ENI");
    if (!left_over || text(interface, "status") != "available") continue;
    TRY_AWS(fine_if(
        op.ec2("DeleteNetworkInterface", Json::object({{"NetworkInterfaceId", text(interface, "networkInterfaceId")}})),
        {"InvalidNetworkInterfaceID.NotFound"}));
  }
  return {};
}

std::string segment(std::string_view part) { return uri_encode(part); }

}  // namespace drydock::aws_provider
