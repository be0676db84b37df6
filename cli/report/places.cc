// Nouns, fields and edits in the words of the source they came from.
#include <fmt/format.h>

#include <algorithm>

#include "base/fields.h"
#include "base/text.h"
#include "cli/report/report.h"
#include "readers/reader.h"

namespace drydock::cli {
namespace {

/// "urn:pulumi:dev::shop::a$aws:ec2/vpc:Vpc::main" -> "aws:ec2/vpc:Vpc::main"; other addresses stay.
std::string short_address(const std::string& address) {
  if (!address.starts_with("urn:pulumi:")) return address;
  auto at = address.find("::");
  at = at == std::string::npos ? at : address.find("::", at + 2);
  if (at == std::string::npos) return address;
  const auto parent = address.rfind('$', address.find("::", at + 2));
  return address.substr(parent == std::string::npos || parent < at ? at + 2 : parent + 1);
}

/// The type that a new noun of a table has in the source's language.
std::string_view type_name(cloud::Dialect dialect, std::string_view table) {
  struct Row {
    std::string_view table, pulumi, terraform, cloudformation, aws;
  };
  static constexpr Row kRows[] = {
      {aws::VpcEndpoint::kTable, "aws:ec2/vpcEndpoint:VpcEndpoint", "aws_vpc_endpoint", "AWS::EC2::VPCEndpoint",
       "VPC endpoint"},
      {aws::SecurityGroup::kTable, "aws:ec2/securityGroup:SecurityGroup", "aws_security_group",
       "AWS::EC2::SecurityGroup", "security group"},
      {aws::SecurityGroupRule::kTable, "aws:ec2/securityGroupRule:SecurityGroupRule", "aws_security_group_rule",
       "AWS::EC2::SecurityGroupIngress", "security group rule"},
      {aws::RouteTable::kTable, "aws:ec2/routeTable:RouteTable", "aws_route_table", "AWS::EC2::RouteTable",
       "route table"},
      {aws::eks::AccessEntry::kTable, "aws:eks/accessEntry:AccessEntry", "aws_eks_access_entry",
       "AWS::EKS::AccessEntry", "access entry"},
      {aws::eks::Addon::kTable, "aws:eks/addon:Addon", "aws_eks_addon", "AWS::EKS::Addon", "add-on"},
      {aws::Role::kTable, "aws:iam/role:Role", "aws_iam_role", "AWS::IAM::Role", "role"},
      {aws::InstanceProfile::kTable, "aws:iam/instanceProfile:InstanceProfile", "aws_iam_instance_profile",
       "AWS::IAM::InstanceProfile", "instance profile"},
      {aws::OpenIdConnectProvider::kTable, "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
       "aws_iam_openid_connect_provider", "AWS::IAM::OIDCProvider", "OIDC provider"},
      {cloud::KubernetesObject::kTable, "kubernetes:core/v1:ConfigMap", "kubernetes_config_map", "ConfigMap",
       "Kubernetes object"},
  };
  for (const Row& row : kRows) {
    if (row.table != table) continue;
    switch (dialect) {
      case cloud::Dialect::drydock:
      case cloud::Dialect::pulumi:
        return row.pulumi;
      case cloud::Dialect::terraform:
        return row.terraform;
      case cloud::Dialect::cloudformation:
        return row.cloudformation;
      case cloud::Dialect::aws:
        return row.aws;
    }
  }
  return table;
}

/// Values as one line: documents inside texts as they are, unless they are longer than a line.
std::string value_line(const Json& value) {
  return value.is_string() && value.as_string().find('\n') == std::string::npos ? value.as_string() : value.dump();
}

/// {"groupId": "sg"} is "sg" to programs.
Json only_id(const Json& value) {
  if (const Json& id = value.at("groupId"); id.is_string()) return id;
  if (!value.is_array()) return value;
  Json out = Json::array();
  for (const Json& item : value.as_array()) out.push_back(only_id(item));
  return out;
}

/// A new noun without what it would have anyway, and without its own id, under the source's names.
Json only_given(cloud::Dialect dialect, const std::string& table, const std::string& id, const Json& noun) {
  Json usual;
  const cloud::World none;
  cloud::each_table(
      [&](const char*, const auto& nouns) {
        using T = typename std::decay_t<decltype(nouns)>::value_type;
        if (table == T::kTable) usual = fields::encode(T{});
      },
      none);
  Json out = Json::object();
  if (!noun.is_object()) return noun;
  for (const auto& [key, value] : noun.as_object()) {
    if (value == usual.at(key) || value.is_null() || key == "ownerId" || key == "state") continue;
    if (value.is_string() && value.as_string() == id) continue;
    std::string field = key.starts_with('_') ? key.substr(1) : key;
    std::string name = readers::property_name(dialect, table, field);
    if (name.empty()) name = field;
    const bool list = name.ends_with("Blocks") && value.is_string();
    out[name] = list ? Json::array({value}) : only_id(value);
  }
  if (table == aws::SecurityGroupRule::kTable && !out.has("type"))
    out["type"] = noun.at("isEgress").bool_or(false) ? "egress" : "ingress";
  return out;
}

}  // namespace

std::string in_words(std::string_view text) {
  constexpr std::string_view mark = "urn:pulumi:";
  std::string out;
  for (;;) {
    const auto at = text.find(mark);
    out += text.substr(0, at);
    if (at == text.npos) return out;
    text.remove_prefix(at);
    auto end = std::min(text.find_first_of(" \n\t\"'`,;()[]{}"), text.size());
    if (end > 0 && (text[end - 1] == ':' || text[end - 1] == '.')) --end;
    out += short_address(std::string(text.substr(0, end)));
    text.remove_prefix(end);
  }
}

std::string Place::text() const { return property.empty() ? address : address + " " + property; }

std::string Place::position() const {
  if (file.empty()) return {};
  return line > 0 ? fmt::format("{}:{}", file, line) : file;
}

Place place_of(const cloud::World& world, const proof::Place& where) {
  Place out;
  out.address = where.noun.id;
  if (const cloud::Origin* origin = cloud::origin_of(world, where.noun)) {
    out.address = short_address(origin->address);
    out.full = origin->address;
    out.type = origin->type;
    out.file = origin->file;
    out.line = origin->line;
    out.column = origin->column;
  } else if (where.noun.id.starts_with("urn:pulumi:")) {
    out.address = short_address(where.noun.id);
  }
  if (!where.field.empty()) out.property = readers::property_name(world.dialect, where.noun.table, where.field);
  return out;
}

std::string edit_text(const cloud::World& world, const proof::Edit& edit) {
  using Kind = proof::Edit::Kind;
  const Place place = place_of(world, edit.where);
  const std::string value = in_words(value_line(edit.value));
  switch (edit.kind) {
    case Kind::set:
      return fmt::format("{} = {}", place.text(), value);
    case Kind::add:
      return fmt::format("{} += {}", place.text(), value);
    case Kind::remove:
      return fmt::format("{} -= {}", place.text(), value);
    case Kind::create:
      return fmt::format(
          "new {} {}", type_name(world.dialect, edit.where.noun.table),
          in_words(only_given(world.dialect, edit.where.noun.table, edit.where.noun.id, edit.value).dump()));
    case Kind::erase:
      return fmt::format("without {}", place.address);
  }
  return value;
}

std::string group_name(const cloud::World& world, const proof::NodeGroup& group) {
  const cloud::Origin* origin = cloud::origin_of(world, group.noun);
  if (!origin || !origin->address.starts_with("urn:pulumi:")) return group.name;
  const std::string address = short_address(origin->address);
  const auto name = address.rfind("::");
  return name == std::string::npos ? group.name : address.substr(name + 2);
}

}  // namespace drydock::cli
