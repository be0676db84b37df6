// EC2's nouns as plain values, named and spelled as the API's XML does
// (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Types.html). No behaviour, no judging.
// Each lists its fields in each_field() (base/fields.h); a name that starts with '_' never goes on the wire.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.h"

namespace drydock::aws {

struct Tag {
  std::string key, value;
};
template <class V>
void each_field(V& v, Tag& x) {
  v("key", x.key), v("value", x.value);
}
using Tags = std::vector<Tag>;

struct CidrAssociation {
  std::string associationId, cidrBlock, state = "associated";
};
template <class V>
void each_field(V& v, CidrAssociation& x) {
  v("associationId", x.associationId), v("cidrBlock", x.cidrBlock), v("_state", x.state);
}

struct Vpc {
  static constexpr const char* kTable = "ec2.vpc";
  std::string vpcId, ownerId, state = "pending", cidrBlock, dhcpOptionsId, instanceTenancy = "default";
  bool isDefault = false;
  std::vector<CidrAssociation> cidrBlockAssociationSet;
  std::vector<CidrAssociation> ipv6CidrBlocks;  // rendered as ipv6CidrBlockAssociationSet, whose items differ
  Tags tagSet;
  bool enableDnsSupport = true;
  bool enableDnsHostnames = false;
  bool enableNetworkAddressUsageMetrics = false;
};
template <class V>
void each_field(V& v, Vpc& x) {
  v("vpcId", x.vpcId), v("ownerId", x.ownerId), v("state", x.state), v("cidrBlock", x.cidrBlock);
  v("dhcpOptionsId", x.dhcpOptionsId), v("instanceTenancy", x.instanceTenancy), v("isDefault", x.isDefault);
  v("cidrBlockAssociationSet", x.cidrBlockAssociationSet), v("_ipv6CidrBlocks", x.ipv6CidrBlocks);
  v("tagSet", x.tagSet), v("_enableDnsSupport", x.enableDnsSupport), v("_enableDnsHostnames", x.enableDnsHostnames);
  v("_enableNetworkAddressUsageMetrics", x.enableNetworkAddressUsageMetrics);
}

struct DhcpConfiguration {
  std::string key;
  std::vector<std::string> values;
};
template <class V>
void each_field(V& v, DhcpConfiguration& x) {
  v("key", x.key), v("_values", x.values);
}
struct DhcpOptions {
  static constexpr const char* kTable = "ec2.dhcp-options";
  std::string dhcpOptionsId, ownerId;
  std::vector<DhcpConfiguration> configurations;  // domain-name, domain-name-servers (AmazonProvidedDNS), ...
  Tags tagSet;
};
template <class V>
void each_field(V& v, DhcpOptions& x) {
  v("dhcpOptionsId", x.dhcpOptionsId), v("ownerId", x.ownerId), v("_configurations", x.configurations);
  v("tagSet", x.tagSet);
}

struct PrivateDnsNameOptions {
  std::string hostnameType = "ip-name";  // or resource-name
  bool enableResourceNameDnsARecord = false, enableResourceNameDnsAAAARecord = false;
};
template <class V>
void each_field(V& v, PrivateDnsNameOptions& x) {
  v("hostnameType", x.hostnameType), v("enableResourceNameDnsARecord", x.enableResourceNameDnsARecord);
  v("enableResourceNameDnsAAAARecord", x.enableResourceNameDnsAAAARecord);
}

struct Subnet {
  static constexpr const char* kTable = "ec2.subnet";
  std::string subnetId, subnetArn, ownerId, vpcId, state = "pending", cidrBlock, availabilityZone, availabilityZoneId;
  std::int64_t availableIpAddressCount = 0;
  bool defaultForAz = false, mapPublicIpOnLaunch = false, assignIpv6AddressOnCreation = false, ipv6Native = false;
  bool enableDns64 = false, mapCustomerOwnedIpOnLaunch = false;
  std::vector<CidrAssociation> ipv6CidrBlocks;  // rendered as ipv6CidrBlockAssociationSet
  PrivateDnsNameOptions privateDnsNameOptionsOnLaunch;
  Tags tagSet;
  std::vector<std::string> usedAddresses;  // v4, sorted; what the interfaces hold, so neither journaled nor on the wire
};
template <class V>
void each_field(V& v, Subnet& x) {
  v("subnetId", x.subnetId), v("subnetArn", x.subnetArn), v("ownerId", x.ownerId), v("vpcId", x.vpcId);
  v("state", x.state), v("cidrBlock", x.cidrBlock), v("availabilityZone", x.availabilityZone);
  v("availabilityZoneId", x.availabilityZoneId), v("availableIpAddressCount", x.availableIpAddressCount);
  v("defaultForAz", x.defaultForAz), v("mapPublicIpOnLaunch", x.mapPublicIpOnLaunch);
  v("assignIpv6AddressOnCreation", x.assignIpv6AddressOnCreation), v("ipv6Native", x.ipv6Native);
  v("enableDns64", x.enableDns64), v("mapCustomerOwnedIpOnLaunch", x.mapCustomerOwnedIpOnLaunch);
  v("_ipv6CidrBlocks", x.ipv6CidrBlocks), v("privateDnsNameOptionsOnLaunch", x.privateDnsNameOptionsOnLaunch);
  v("tagSet", x.tagSet);
}

/// Exactly one destination and one target is set.
struct Route {
  std::optional<std::string> destinationCidrBlock, destinationIpv6CidrBlock, destinationPrefixListId;
  std::optional<std::string>
      gatewayId;  // local, igw-..., vgw-..., vpce-... (gateway and Gateway Load Balancer endpoints)
  std::optional<std::string> natGatewayId, transitGatewayId, vpcPeeringConnectionId, networkInterfaceId, instanceId,
      egressOnlyInternetGatewayId, carrierGatewayId, localGatewayId, coreNetworkArn;
  std::string state = "active";             // or blackhole
  std::string origin = "CreateRouteTable";  // CreateRoute, EnableVgwRoutePropagation
};
template <class V>
void each_field(V& v, Route& x) {
  v("destinationCidrBlock", x.destinationCidrBlock), v("destinationIpv6CidrBlock", x.destinationIpv6CidrBlock);
  v("destinationPrefixListId", x.destinationPrefixListId), v("gatewayId", x.gatewayId);
  v("natGatewayId", x.natGatewayId), v("transitGatewayId", x.transitGatewayId);
  v("vpcPeeringConnectionId", x.vpcPeeringConnectionId), v("networkInterfaceId", x.networkInterfaceId);
  v("instanceId", x.instanceId), v("egressOnlyInternetGatewayId", x.egressOnlyInternetGatewayId);
  v("carrierGatewayId", x.carrierGatewayId), v("localGatewayId", x.localGatewayId);
  v("coreNetworkArn", x.coreNetworkArn), v("state", x.state), v("origin", x.origin);
}

struct AssociationState {
  std::string state = "associated";
};
template <class V>
void each_field(V& v, AssociationState& x) {
  v("state", x.state);
}
struct RouteTableAssociation {
  std::string routeTableAssociationId, routeTableId;
  std::optional<std::string> subnetId, gatewayId;
  bool main = false;
  AssociationState associationState;
};
template <class V>
void each_field(V& v, RouteTableAssociation& x) {
  v("routeTableAssociationId", x.routeTableAssociationId), v("routeTableId", x.routeTableId);
  v("subnetId", x.subnetId), v("gatewayId", x.gatewayId), v("main", x.main);
  v("associationState", x.associationState);
}
struct RouteTable {
  static constexpr const char* kTable = "ec2.route-table";
  std::string routeTableId, ownerId, vpcId;
  std::vector<Route> routeSet;
  std::vector<RouteTableAssociation> associationSet;
  Tags tagSet;
};
template <class V>
void each_field(V& v, RouteTable& x) {
  v("routeTableId", x.routeTableId), v("ownerId", x.ownerId), v("vpcId", x.vpcId), v("routeSet", x.routeSet);
  v("associationSet", x.associationSet), v("tagSet", x.tagSet);
}

struct ReferencedGroup {
  std::string groupId, userId;
};
template <class V>
void each_field(V& v, ReferencedGroup& x) {
  v("groupId", x.groupId), v("userId", x.userId);
}
/// One rule with exactly one peer; SecurityGroup.ipPermissions is a grouping of these made for the wire.
struct SecurityGroupRule {
  static constexpr const char* kTable = "ec2.security-group-rule";
  std::string securityGroupRuleId, securityGroupRuleArn, groupId, groupOwnerId;
  bool isEgress = false;
  std::string ipProtocol;  // tcp, udp, icmp, icmpv6, a number, or -1 for all
  std::int64_t fromPort = -1, toPort = -1;
  std::optional<std::string> cidrIpv4, cidrIpv6, prefixListId;
  std::optional<ReferencedGroup> referencedGroupInfo;
  std::optional<std::string> description;
  Tags tagSet;
};
template <class V>
void each_field(V& v, SecurityGroupRule& x) {
  v("securityGroupRuleId", x.securityGroupRuleId), v("securityGroupRuleArn", x.securityGroupRuleArn);
  v("groupId", x.groupId), v("groupOwnerId", x.groupOwnerId), v("isEgress", x.isEgress);
  v("ipProtocol", x.ipProtocol), v("fromPort", x.fromPort), v("toPort", x.toPort), v("cidrIpv4", x.cidrIpv4);
  v("cidrIpv6", x.cidrIpv6), v("prefixListId", x.prefixListId), v("referencedGroupInfo", x.referencedGroupInfo);
  v("description", x.description), v("tagSet", x.tagSet);
}
struct SecurityGroup {
  static constexpr const char* kTable = "ec2.security-group";
  std::string groupId, groupName, groupDescription, ownerId, vpcId, securityGroupArn;
  Tags tagSet;
};
template <class V>
void each_field(V& v, SecurityGroup& x) {
  v("groupId", x.groupId), v("groupName", x.groupName), v("groupDescription", x.groupDescription);
  v("ownerId", x.ownerId), v("vpcId", x.vpcId), v("securityGroupArn", x.securityGroupArn), v("tagSet", x.tagSet);
}

struct NetworkAclEntry {
  std::int64_t ruleNumber = 0;
  std::string protocol = "-1", ruleAction;  // allow or deny
  bool egress = false;
  std::optional<std::string> cidrBlock, ipv6CidrBlock;
  std::optional<std::int64_t> portFrom, portTo, icmpType, icmpCode;  // rendered as portRange, icmpTypeCode
};
template <class V>
void each_field(V& v, NetworkAclEntry& x) {
  v("ruleNumber", x.ruleNumber), v("protocol", x.protocol), v("ruleAction", x.ruleAction), v("egress", x.egress);
  v("cidrBlock", x.cidrBlock), v("ipv6CidrBlock", x.ipv6CidrBlock), v("_portFrom", x.portFrom);
  v("_portTo", x.portTo), v("_icmpType", x.icmpType), v("_icmpCode", x.icmpCode);
}
struct NetworkAclAssociation {
  std::string networkAclAssociationId, networkAclId, subnetId;
};
template <class V>
void each_field(V& v, NetworkAclAssociation& x) {
  v("networkAclAssociationId", x.networkAclAssociationId), v("networkAclId", x.networkAclId);
  v("subnetId", x.subnetId);
}
struct NetworkAcl {
  static constexpr const char* kTable = "ec2.network-acl";
  std::string networkAclId, vpcId, ownerId;
  bool isDefault = false;  // "default" on the wire
  std::vector<NetworkAclEntry> entrySet;
  std::vector<NetworkAclAssociation> associationSet;
  Tags tagSet;
};
template <class V>
void each_field(V& v, NetworkAcl& x) {
  v("networkAclId", x.networkAclId), v("vpcId", x.vpcId), v("ownerId", x.ownerId), v("default", x.isDefault);
  v("entrySet", x.entrySet), v("associationSet", x.associationSet), v("tagSet", x.tagSet);
}

struct GroupIdentifier {
  std::string groupId, groupName;
};
template <class V>
void each_field(V& v, GroupIdentifier& x) {
  v("groupId", x.groupId), v("groupName", x.groupName);
}
struct DnsEntry {
  std::string dnsName, hostedZoneId;
};
template <class V>
void each_field(V& v, DnsEntry& x) {
  v("dnsName", x.dnsName), v("hostedZoneId", x.hostedZoneId);
}
struct DnsOptions {
  std::string dnsRecordIpType = "ipv4";
  std::optional<bool> privateDnsOnlyForInboundResolverEndpoint;
};
template <class V>
void each_field(V& v, DnsOptions& x) {
  v("dnsRecordIpType", x.dnsRecordIpType);
  v("privateDnsOnlyForInboundResolverEndpoint", x.privateDnsOnlyForInboundResolverEndpoint);
}
struct VpcEndpoint {
  static constexpr const char* kTable = "ec2.vpc-endpoint";
  std::string vpcEndpointId, vpcEndpointType = "Gateway", vpcId, serviceName, state = "pending", policyDocument,
                             ownerId;
  std::vector<std::string> routeTableIdSet, subnetIdSet, networkInterfaceIdSet;
  std::vector<GroupIdentifier> groupSet;
  bool privateDnsEnabled = false, requesterManaged = false;
  std::vector<DnsEntry> dnsEntrySet;
  std::string ipAddressType = "ipv4";
  DnsOptions dnsOptions;
  std::string creationTimestamp;
  Tags tagSet;
  std::string prefixListId;  // of a gateway endpoint's service
};
template <class V>
void each_field(V& v, VpcEndpoint& x) {
  v("vpcEndpointId", x.vpcEndpointId), v("vpcEndpointType", x.vpcEndpointType), v("vpcId", x.vpcId);
  v("serviceName", x.serviceName), v("state", x.state), v("policyDocument", x.policyDocument), v("ownerId", x.ownerId);
  v("routeTableIdSet", x.routeTableIdSet), v("subnetIdSet", x.subnetIdSet);
  v("networkInterfaceIdSet", x.networkInterfaceIdSet), v("groupSet", x.groupSet);
  v("privateDnsEnabled", x.privateDnsEnabled), v("requesterManaged", x.requesterManaged);
  v("dnsEntrySet", x.dnsEntrySet), v("ipAddressType", x.ipAddressType), v("dnsOptions", x.dnsOptions);
  v("creationTimestamp", x.creationTimestamp), v("tagSet", x.tagSet), v("_prefixListId", x.prefixListId);
}

/// AWS-managed (S3, DynamoDB; owner AWS) and customer ones.
struct PrefixList {
  static constexpr const char* kTable = "ec2.prefix-list";
  std::string prefixListId, prefixListName, ownerId = "AWS";
  std::vector<std::string> cidrSet;
};
template <class V>
void each_field(V& v, PrefixList& x) {
  v("prefixListId", x.prefixListId), v("prefixListName", x.prefixListName), v("_ownerId", x.ownerId);
  v("cidrSet", x.cidrSet);
}

struct InternetGatewayAttachment {
  std::string vpcId, state = "available";
};
template <class V>
void each_field(V& v, InternetGatewayAttachment& x) {
  v("vpcId", x.vpcId), v("state", x.state);
}
struct InternetGateway {
  static constexpr const char* kTable = "ec2.internet-gateway";
  std::string internetGatewayId, ownerId;
  std::vector<InternetGatewayAttachment> attachmentSet;
  Tags tagSet;
};
template <class V>
void each_field(V& v, InternetGateway& x) {
  v("internetGatewayId", x.internetGatewayId), v("ownerId", x.ownerId), v("attachmentSet", x.attachmentSet);
  v("tagSet", x.tagSet);
}

struct NatGatewayAddress {
  std::optional<std::string> allocationId, associationId, publicIp;
  std::string networkInterfaceId, privateIp, status = "succeeded";
  bool isPrimary = true;
};
template <class V>
void each_field(V& v, NatGatewayAddress& x) {
  v("allocationId", x.allocationId), v("associationId", x.associationId), v("publicIp", x.publicIp);
  v("networkInterfaceId", x.networkInterfaceId), v("privateIp", x.privateIp), v("status", x.status);
  v("isPrimary", x.isPrimary);
}
struct NatGateway {
  static constexpr const char* kTable = "ec2.nat-gateway";
  std::string natGatewayId, subnetId, vpcId, state = "pending", connectivityType = "public", createTime;
  std::optional<std::string> failureCode, failureMessage, deleteTime;
  std::vector<NatGatewayAddress> natGatewayAddressSet;
  Tags tagSet;
};
template <class V>
void each_field(V& v, NatGateway& x) {
  v("natGatewayId", x.natGatewayId), v("subnetId", x.subnetId), v("vpcId", x.vpcId), v("state", x.state);
  v("connectivityType", x.connectivityType), v("createTime", x.createTime), v("failureCode", x.failureCode);
  v("failureMessage", x.failureMessage), v("deleteTime", x.deleteTime);
  v("natGatewayAddressSet", x.natGatewayAddressSet), v("tagSet", x.tagSet);
}

struct Address {  // an Elastic IP
  static constexpr const char* kTable = "ec2.address";
  std::string allocationId, publicIp, domain = "vpc", networkBorderGroup, publicIpv4Pool = "amazon";
  std::optional<std::string> associationId, instanceId, networkInterfaceId, privateIpAddress, networkInterfaceOwnerId;
  Tags tagSet;
};
template <class V>
void each_field(V& v, Address& x) {
  v("allocationId", x.allocationId), v("publicIp", x.publicIp), v("domain", x.domain);
  v("networkBorderGroup", x.networkBorderGroup), v("publicIpv4Pool", x.publicIpv4Pool);
  v("associationId", x.associationId), v("instanceId", x.instanceId), v("networkInterfaceId", x.networkInterfaceId);
  v("privateIpAddress", x.privateIpAddress), v("networkInterfaceOwnerId", x.networkInterfaceOwnerId);
  v("tagSet", x.tagSet);
}

struct NetworkInterfaceAttachment {
  std::string attachmentId, attachTime, status = "attached", instanceOwnerId;
  std::optional<std::string> instanceId;
  std::int64_t deviceIndex = 0;
  bool deleteOnTermination = true;
};
template <class V>
void each_field(V& v, NetworkInterfaceAttachment& x) {
  v("attachmentId", x.attachmentId), v("attachTime", x.attachTime), v("status", x.status);
  v("instanceOwnerId", x.instanceOwnerId), v("instanceId", x.instanceId), v("deviceIndex", x.deviceIndex);
  v("deleteOnTermination", x.deleteOnTermination);
}
struct NetworkInterface {
  static constexpr const char* kTable = "ec2.network-interface";
  std::string networkInterfaceId, subnetId, vpcId, availabilityZone, description, ownerId, status = "available";
  std::string interfaceType = "interface";  // vpc_endpoint, nat_gateway, ...
  std::string requesterId, privateIpAddress, privateDnsName, macAddress;
  bool requesterManaged = false, sourceDestCheck = true;
  std::vector<GroupIdentifier> groupSet;
  std::optional<NetworkInterfaceAttachment> attachment;
  std::vector<std::string> secondaryAddresses;  // beside privateIpAddress: what ipamd asked for
  std::vector<std::string> ipv6Addresses;
  std::optional<std::string> publicIp;
  Tags tagSet;
};
template <class V>
void each_field(V& v, NetworkInterface& x) {
  v("networkInterfaceId", x.networkInterfaceId), v("subnetId", x.subnetId), v("vpcId", x.vpcId);
  v("availabilityZone", x.availabilityZone), v("description", x.description), v("ownerId", x.ownerId);
  v("status", x.status), v("interfaceType", x.interfaceType), v("requesterId", x.requesterId);
  v("privateIpAddress", x.privateIpAddress), v("privateDnsName", x.privateDnsName), v("macAddress", x.macAddress);
  v("requesterManaged", x.requesterManaged), v("sourceDestCheck", x.sourceDestCheck), v("groupSet", x.groupSet);
  v("attachment", x.attachment), v("_secondaryAddresses", x.secondaryAddresses);
  v("_ipv6Addresses", x.ipv6Addresses), v("_publicIp", x.publicIp), v("tagSet", x.tagSet);
}

struct LaunchTemplate {
  static constexpr const char* kTable = "ec2.launch-template";
  std::string launchTemplateId, launchTemplateName, createTime, createdBy;
  std::int64_t defaultVersionNumber = 1, latestVersionNumber = 1;
  Tags tagSet;
};
template <class V>
void each_field(V& v, LaunchTemplate& x) {
  v("launchTemplateId", x.launchTemplateId), v("launchTemplateName", x.launchTemplateName);
  v("createTime", x.createTime), v("createdBy", x.createdBy), v("defaultVersionNumber", x.defaultVersionNumber);
  v("latestVersionNumber", x.latestVersionNumber), v("tagSet", x.tagSet);
}
/// Key in its table: "<launchTemplateId>/<versionNumber>". The data keeps the shape of ResponseLaunchTemplateData.
struct LaunchTemplateVersion {
  static constexpr const char* kTable = "ec2.launch-template-version";
  std::string launchTemplateId, launchTemplateName, createTime, createdBy;
  std::int64_t versionNumber = 1;
  bool defaultVersion = false;
  std::optional<std::string> versionDescription;
  Json launchTemplateData;
};
template <class V>
void each_field(V& v, LaunchTemplateVersion& x) {
  v("launchTemplateId", x.launchTemplateId), v("launchTemplateName", x.launchTemplateName);
  v("createTime", x.createTime), v("createdBy", x.createdBy), v("versionNumber", x.versionNumber);
  v("defaultVersion", x.defaultVersion), v("versionDescription", x.versionDescription);
  v("launchTemplateData", x.launchTemplateData);
}

struct InstanceState {
  std::int64_t code = 0;  // 0 pending, 16 running, 32 shutting-down, 48 terminated, 64 stopping, 80 stopped
  std::string name = "pending";
};
template <class V>
void each_field(V& v, InstanceState& x) {
  v("code", x.code), v("name", x.name);
}
struct IamInstanceProfileRef {
  std::string arn, id;
};
template <class V>
void each_field(V& v, IamInstanceProfileRef& x) {
  v("arn", x.arn), v("id", x.id);
}
struct MetadataOptions {
  std::string state = "applied", httpTokens = "optional", httpEndpoint = "enabled", httpProtocolIpv6 = "disabled",
              instanceMetadataTags = "disabled";
  std::int64_t httpPutResponseHopLimit = 1;
};
template <class V>
void each_field(V& v, MetadataOptions& x) {
  v("state", x.state), v("httpTokens", x.httpTokens), v("httpEndpoint", x.httpEndpoint);
  v("httpProtocolIpv6", x.httpProtocolIpv6), v("instanceMetadataTags", x.instanceMetadataTags);
  v("httpPutResponseHopLimit", x.httpPutResponseHopLimit);
}
struct StateReason {
  std::string code, message;
};
template <class V>
void each_field(V& v, StateReason& x) {
  v("code", x.code), v("message", x.message);
}
struct Instance {
  static constexpr const char* kTable = "ec2.instance";
  std::string instanceId, imageId, instanceType, privateDnsName, privateIpAddress, subnetId, vpcId, launchTime;
  std::string availabilityZone, reservationId, architecture = "x86_64", rootDeviceName = "/dev/xvda";
  std::optional<std::string> dnsName, ipAddress, keyName;  // public name and address
  InstanceState instanceState;
  std::optional<StateReason> stateReason;
  std::string stateTransitionReason;
  std::optional<IamInstanceProfileRef> iamInstanceProfile;
  MetadataOptions metadataOptions;
  PrivateDnsNameOptions privateDnsNameOptions;
  std::vector<GroupIdentifier> groupSet;
  std::vector<std::string> networkInterfaceIds;  // first is eth0
  Tags tagSet;
  std::string userData;    // base64, as DescribeInstanceAttribute gives it
  std::int64_t boots = 1;  // 1 + reboots
};
template <class V>
void each_field(V& v, Instance& x) {
  v("instanceId", x.instanceId), v("imageId", x.imageId), v("instanceType", x.instanceType);
  v("privateDnsName", x.privateDnsName), v("privateIpAddress", x.privateIpAddress), v("subnetId", x.subnetId);
  v("vpcId", x.vpcId), v("launchTime", x.launchTime), v("_availabilityZone", x.availabilityZone);
  v("_reservationId", x.reservationId), v("architecture", x.architecture), v("rootDeviceName", x.rootDeviceName);
  v("dnsName", x.dnsName), v("ipAddress", x.ipAddress), v("keyName", x.keyName), v("instanceState", x.instanceState);
  v("stateReason", x.stateReason), v("reason", x.stateTransitionReason);
  v("iamInstanceProfile", x.iamInstanceProfile), v("metadataOptions", x.metadataOptions);
  v("privateDnsNameOptions", x.privateDnsNameOptions), v("groupSet", x.groupSet);
  v("_networkInterfaceIds", x.networkInterfaceIds), v("tagSet", x.tagSet), v("_userData", x.userData);
  v("_boots", x.boots);
}

struct Image {
  static constexpr const char* kTable = "ec2.image";
  std::string imageId, name, description, imageOwnerId, imageOwnerAlias = "amazon", imageState = "available";
  std::string architecture = "x86_64", rootDeviceName = "/dev/xvda", creationDate, platformDetails = "Linux/UNIX";
  bool isPublic = true;
};
template <class V>
void each_field(V& v, Image& x) {
  v("imageId", x.imageId), v("name", x.name), v("description", x.description), v("imageOwnerId", x.imageOwnerId);
  v("imageOwnerAlias", x.imageOwnerAlias), v("imageState", x.imageState), v("architecture", x.architecture);
  v("rootDeviceName", x.rootDeviceName), v("creationDate", x.creationDate);
  v("platformDetails", x.platformDetails), v("isPublic", x.isPublic);
}

struct KeyPair {
  static constexpr const char* kTable = "ec2.key-pair";
  std::string keyPairId, keyName, keyFingerprint, keyType = "rsa", createTime, publicKey;
  Tags tagSet;
};
template <class V>
void each_field(V& v, KeyPair& x) {
  v("keyPairId", x.keyPairId), v("keyName", x.keyName), v("keyFingerprint", x.keyFingerprint);
  v("keyType", x.keyType), v("createTime", x.createTime), v("_publicKey", x.publicKey), v("tagSet", x.tagSet);
}

}  // namespace drydock::aws
