#include "cloud/aws/endpoint_services.h"

#include <algorithm>
#include <map>

#include "cloud/aws/service_names.h"

namespace drydock::aws {

namespace {

/// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html; those a cluster may need.
constexpr const char* kInterfaces[] = {"acm-pca",
                                       "autoscaling",
                                       "cloudformation",
                                       "dynamodb",
                                       "ebs",
                                       "ec2",
                                       "ec2messages",
                                       "ecr.api",
                                       "ecr.dkr",
                                       "ecs",
                                       "eks",
                                       "eks-auth",
                                       "elasticfilesystem",
                                       "elasticloadbalancing",
                                       "events",
                                       "execute-api",
                                       "guardduty-data",
                                       "kafka",
                                       "kms",
                                       "lambda",
                                       "logs",
                                       "monitoring",
                                       "rds",
                                       "s3",
                                       "secretsmanager",
                                       "sns",
                                       "sqs",
                                       "ssm",
                                       "ssmmessages",
                                       "sts",
                                       "xray"};
constexpr const char* kGateways[] = {"dynamodb", "s3"};

std::vector<EndpointService> make_services(const std::string& region) {
  std::map<std::string, EndpointService> services;
  auto add = [&](const char* service) -> EndpointService& {
    EndpointService& row = services[service];
    row.service = service;
    row.name = "com.amazonaws." + region + "." + service;
    return row;
  };
  for (const char* service : kInterfaces) {
    EndpointService& row = add(service);
    row.interface = true;
    row.private_names = private_dns_names(service, region);
    if (row.private_names.empty()) row.private_names = {std::string(service) + "." + region + ".amazonaws.com"};
  }
  for (const char* service : kGateways) add(service).gateway = true;
  std::vector<EndpointService> list;
  for (auto& [name, row] : services) list.push_back(std::move(row));
  return list;
}

}  // namespace

const std::vector<EndpointService>& endpoint_services(const std::string& region) {
  static std::map<std::string, std::vector<EndpointService>> cache;
  auto it = cache.find(region);
  if (it == cache.end()) it = cache.emplace(region, make_services(region)).first;
  return it->second;
}

const EndpointService* find_endpoint_service(const std::string& region, std::string_view name) {
  for (const EndpointService& service : endpoint_services(region))
    if (service.name == name) return &service;
  return nullptr;
}

}  // namespace drydock::aws
