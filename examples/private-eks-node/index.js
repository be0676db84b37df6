// A private EKS cluster: no internet gateway, no NAT; nodes reach AWS through endpoints only.
// The same resources as ../private-eks/main.cc, on Pulumi's own Node SDK.
"use strict";
const pulumi = require("@pulumi/pulumi");
const aws = require("@pulumi/aws");
const eks = require("@pulumi/eks");

const config = new pulumi.Config();
const region = new pulumi.Config("aws").require("region");
const vpcCidr = "10.0.0.0/16";

const vpc = new aws.ec2.Vpc("main", {
    cidrBlock: vpcCidr,
    enableDnsHostnames: true,
    enableDnsSupport: true,
    tags: { Name: "private-eks" },
});

// Two private subnets in two zones, each with its own route table.
const subnets = ["a", "b"].map((letter, i) => {
    const name = `private-${letter}`;
    const subnet = new aws.ec2.Subnet(name, {
        availabilityZone: region + letter,
        cidrBlock: `10.0.${i + 1}.0/24`,
        tags: { Name: name, "kubernetes.io/role/internal-elb": "1" },
        vpcId: vpc.id,
    });
    const routeTable = new aws.ec2.RouteTable(name, { tags: { Name: name }, vpcId: vpc.id });
    const association = new aws.ec2.RouteTableAssociation(name, { routeTableId: routeTable.id, subnetId: subnet.id });
    return { subnet, routeTable, association };
});

const nodeRole = new aws.iam.Role("node", {
    assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" } }],
    }),
});
const attachments = [
    ["node-worker", "AmazonEKSWorkerNodePolicy"],
    ["node-cni", "AmazonEKS_CNI_Policy"],
    ["node-vpc-resource-controller", "AmazonEKSVPCResourceController"],
    ["node-ecr", "AmazonEC2ContainerRegistryReadOnly"],
].map(([name, policy]) => new aws.iam.RolePolicyAttachment(name, {
    policyArn: `arn:aws:iam::aws:policy/${policy}`,
    role: nodeRole.name,
}));

const endpointGroup = new aws.ec2.SecurityGroup("endpoints", {
    description: "HTTPS from the VPC to the interface endpoints",
    ingress: [{ cidrBlocks: [vpcCidr], fromPort: 443, protocol: "tcp", toPort: 443 }],
    vpcId: vpc.id,
});
const endpoints = ["eks", "ec2", "sts", "ecr.api", "ecr.dkr"].map(service => new aws.ec2.VpcEndpoint(service, {
    privateDnsEnabled: true,
    securityGroupIds: [endpointGroup.id],
    serviceName: `com.amazonaws.${region}.${service}`,
    subnetIds: subnets.map(s => s.subnet.id),
    vpcEndpointType: "Interface",
    vpcId: vpc.id,
}));

// The layers of ECR's images lie in a bucket of the region; the gateway's policy lets just that through.
const routeTableIds = config.get("routeTables") === "direct"
    ? subnets.map(s => s.routeTable.id)
    : subnets.map(s => pulumi.all([s.association.id, s.subnet.id]).apply(
        ([, subnetId]) => aws.ec2.getRouteTable({ subnetId }).then(table => table.routeTableId)));
endpoints.push(new aws.ec2.VpcEndpoint("s3", {
    policy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{
            Action: "s3:GetObject",
            Effect: "Allow",
            Principal: "*",
            Resource: `arn:aws:s3:::prod-${region}-starport-layer-bucket/*`,
        }],
    }),
    routeTableIds,
    serviceName: `com.amazonaws.${region}.s3`,
    vpcEndpointType: "Gateway",
    vpcId: vpc.id,
}));

const account = aws.getCallerIdentityOutput().accountId;
const operator = new aws.iam.Role("operator", {
    assumeRolePolicy: account.apply(id => JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Action: "sts:AssumeRole", Effect: "Allow", Principal: { AWS: `arn:aws:iam::${id}:root` } }],
    })),
});

const cluster = new eks.Cluster("cluster", {
    accessEntries: {
        operator: {
            accessPolicies: {
                admin: {
                    accessScope: { type: "cluster" },
                    policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
                },
            },
            principalArn: operator.arn,
        },
    },
    authenticationMode: "API_AND_CONFIG_MAP",
    endpointPrivateAccess: true,
    endpointPublicAccess: true,
    instanceRole: nodeRole,
    instanceType: "t3.medium",
    nodeAssociatePublicIpAddress: false,
    privateSubnetIds: subnets.map(s => s.subnet.id),
    vpcId: vpc.id,
}, { dependsOn: [...attachments, ...endpoints] });

exports.kubeconfig = cluster.kubeconfig;
