// Private hosted zones of Route 53.
#include "readers/terraform/handlers.h"

namespace drydock::readers::terraform {
namespace {

using cloud::Ref;

std::string without_dot(std::string name) {
  if (name.ends_with(".")) name.pop_back();
  return name;
}

void zone(Context& c, const Resource& r) {
  const Block b = block_of(r);
  cloud::HostedZone x;
  x.id = r.values->at("zone_id").string_or(c.id_of(r));
  const Ref ref = cloud::ref_of(x);
  x.name = without_dot(c.text(b, "name", {ref, "name"}));
  for (const Block& vpc : b.blocks("vpc"))
    if (const std::string id = c.id(vpc, "vpc_id", Kind::vpc, {ref, "vpcIds"}); !id.empty()) x.vpcIds.push_back(id);
  if (x.vpcIds.empty() && !b.is_hidden("vpc")) return;  // a public zone; the VPC's resolver asks it like anyone
  c.world.hosted_zones.push_back(std::move(x));
  c.stands(r, ref);
}

void zone_association(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* zone = c.noun(c.world.hosted_zones, c.id(b, "zone_id", Kind::hosted_zone, {}));
  if (!zone) return c.homeless(r, "zone_id");
  const Ref ref = cloud::ref_of(*zone);
  const std::string vpc = c.id(b, "vpc_id", Kind::vpc, {ref, "vpcIds"});
  if (vpc.empty()) return;
  zone->vpcIds.push_back(vpc);
  c.adds(r, ref, "vpcIds", vpc);
}

void record(Context& c, const Resource& r) {
  const Block b = block_of(r);
  auto* zone = c.noun(c.world.hosted_zones, c.id(b, "zone_id", Kind::hosted_zone, {}));
  if (!zone) return;  // of a public zone, or of one that is not here
  const Ref ref = cloud::ref_of(*zone);
  const std::string type = b.at("type").string_or();
  if (type != "A" && type != "AAAA" && type != "CNAME") return;
  std::string name = without_dot(b.at("fqdn").string_or(b.at("name").string_or()));
  if (name.empty()) name = zone->name;
  if (name != zone->name && !name.ends_with("." + zone->name)) name += "." + zone->name;
  const Mark mark{ref, "records." + name};
  std::vector<std::string> values = c.texts(b, "records", mark);
  for (const Block& alias : b.blocks("alias")) {
    const auto endpoints = c.ids_if_exact(alias, "name", Kind::endpoint);
    if (endpoints.size() == 1) {
      values.push_back("alias " + endpoints[0]);
    } else if (const std::string target = c.text(alias, "name", mark); !target.empty()) {
      values.push_back("alias " + target);
    }
  }
  zone->records[name] = values;
  c.adds(r, ref, "records", Json::object({{name, fields::encode(values)}}));
}

}  // namespace

std::vector<Handler> dns_handlers() {
  return {
      {"aws_route53_zone", zone}, {"aws_route53_zone_association", zone_association}, {"aws_route53_record", record}};
}

}  // namespace drydock::readers::terraform
