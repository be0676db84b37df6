// A private EKS cluster: no internet gateway, no NAT; nodes reach AWS through endpoints only.
// The same resources as ../private-eks/main.cc, on Pulumi's own Go SDK.
package main

import (
	"encoding/json"
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awseks "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-eks/sdk/v3/go/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

const vpcCidr = "10.0.0.0/16"

// policy writes a document with one statement, its keys in order.
func policy(statement map[string]any) string {
	text, err := json.Marshal(map[string]any{"Version": "2012-10-17", "Statement": []any{statement}})
	if err != nil {
		panic(err)
	}
	return string(text)
}

func trust(kind, who string) string {
	return policy(map[string]any{"Action": "sts:AssumeRole", "Effect": "Allow", "Principal": map[string]any{kind: who}})
}

func program(ctx *pulumi.Context) error {
	conf := config.New(ctx, "")
	region := config.New(ctx, "aws").Require("region")

	vpc, err := ec2.NewVpc(ctx, "main", &ec2.VpcArgs{
		CidrBlock:          pulumi.String(vpcCidr),
		EnableDnsHostnames: pulumi.Bool(true),
		EnableDnsSupport:   pulumi.Bool(true),
		Tags:               pulumi.StringMap{"Name": pulumi.String("private-eks")},
	})
	if err != nil {
		return err
	}

	// Two private subnets in two zones, each with its own route table.
	var subnetIds, routeTableIds pulumi.StringArray
	for i, letter := range []string{"a", "b"} {
		name := "private-" + letter
		subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
			AvailabilityZone: pulumi.String(region + letter),
			CidrBlock:        pulumi.String(fmt.Sprintf("10.0.%d.0/24", i+1)),
			Tags:             pulumi.StringMap{"Name": pulumi.String(name), "kubernetes.io/role/internal-elb": pulumi.String("1")},
			VpcId:            vpc.ID(),
		})
		if err != nil {
			return err
		}
		table, err := ec2.NewRouteTable(ctx, name, &ec2.RouteTableArgs{
			Tags:  pulumi.StringMap{"Name": pulumi.String(name)},
			VpcId: vpc.ID(),
		})
		if err != nil {
			return err
		}
		association, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
			RouteTableId: table.ID(),
			SubnetId:     subnet.ID(),
		})
		if err != nil {
			return err
		}
		subnetIds = append(subnetIds, subnet.ID())
		if conf.Get("routeTables") == "direct" {
			routeTableIds = append(routeTableIds, table.ID())
			continue
		}
		// A subnet's table can be looked up only once the two are associated.
		routeTableIds = append(routeTableIds, pulumi.All(association.ID(), subnet.ID()).ApplyT(
			func(ids []any) (string, error) {
				subnetId := string(ids[1].(pulumi.ID))
				found, err := ec2.LookupRouteTable(ctx, &ec2.LookupRouteTableArgs{SubnetId: &subnetId})
				if err != nil {
					return "", err
				}
				return found.RouteTableId, nil
			}).(pulumi.StringOutput))
	}

	nodeRole, err := iam.NewRole(ctx, "node", &iam.RoleArgs{AssumeRolePolicy: pulumi.String(trust("Service", "ec2.amazonaws.com"))})
	if err != nil {
		return err
	}
	var before []pulumi.Resource // what the cluster waits for
	for _, a := range [][2]string{
		{"node-worker", "AmazonEKSWorkerNodePolicy"},
		{"node-cni", "AmazonEKS_CNI_Policy"},
		{"node-vpc-resource-controller", "AmazonEKSVPCResourceController"},
		{"node-ecr", "AmazonEC2ContainerRegistryReadOnly"},
	} {
		attachment, err := iam.NewRolePolicyAttachment(ctx, a[0], &iam.RolePolicyAttachmentArgs{
			PolicyArn: pulumi.String("arn:aws:iam::aws:policy/" + a[1]),
			Role:      nodeRole.Name,
		})
		if err != nil {
			return err
		}
		before = append(before, attachment)
	}

	group, err := ec2.NewSecurityGroup(ctx, "endpoints", &ec2.SecurityGroupArgs{
		Description: pulumi.String("HTTPS from the VPC to the interface endpoints"),
		Ingress: ec2.SecurityGroupIngressArray{ec2.SecurityGroupIngressArgs{
			CidrBlocks: pulumi.StringArray{pulumi.String(vpcCidr)},
			FromPort:   pulumi.Int(443),
			Protocol:   pulumi.String("tcp"),
			ToPort:     pulumi.Int(443),
		}},
		VpcId: vpc.ID(),
	})
	if err != nil {
		return err
	}
	for _, service := range []string{"eks", "ec2", "sts", "ecr.api", "ecr.dkr"} {
		endpoint, err := ec2.NewVpcEndpoint(ctx, service, &ec2.VpcEndpointArgs{
			PrivateDnsEnabled: pulumi.Bool(true),
			SecurityGroupIds:  pulumi.StringArray{group.ID()},
			ServiceName:       pulumi.String("com.amazonaws." + region + "." + service),
			SubnetIds:         subnetIds,
			VpcEndpointType:   pulumi.String("Interface"),
			VpcId:             vpc.ID(),
		})
		if err != nil {
			return err
		}
		before = append(before, endpoint)
	}
	// The layers of ECR's images lie in a bucket of the region; the gateway's policy lets just that through.
	s3, err := ec2.NewVpcEndpoint(ctx, "s3", &ec2.VpcEndpointArgs{
		Policy: pulumi.String(policy(map[string]any{
			"Action": "s3:GetObject", "Effect": "Allow", "Principal": "*",
			"Resource": "arn:aws:s3:::prod-" + region + "-starport-layer-bucket/*",
		})),
		RouteTableIds:   routeTableIds,
		ServiceName:     pulumi.String("com.amazonaws." + region + ".s3"),
		VpcEndpointType: pulumi.String("Gateway"),
		VpcId:           vpc.ID(),
	})
	if err != nil {
		return err
	}
	before = append(before, s3)

	caller, err := aws.GetCallerIdentity(ctx, nil)
	if err != nil {
		return err
	}
	operator, err := iam.NewRole(ctx, "operator", &iam.RoleArgs{
		AssumeRolePolicy: pulumi.String(trust("AWS", "arn:aws:iam::"+caller.AccountId+":root")),
	})
	if err != nil {
		return err
	}

	mode := eks.AuthenticationModeApiAndConfigMap
	cluster, err := eks.NewCluster(ctx, "cluster", &eks.ClusterArgs{
		AccessEntries: map[string]eks.AccessEntryArgs{"operator": {
			AccessPolicies: map[string]eks.AccessPolicyAssociationInput{"admin": eks.AccessPolicyAssociationArgs{
				AccessScope: awseks.AccessPolicyAssociationAccessScopeArgs{Type: pulumi.String("cluster")},
				PolicyArn:   pulumi.String("arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"),
			}},
			PrincipalArn: operator.Arn,
		}},
		AuthenticationMode:           &mode,
		EndpointPrivateAccess:        pulumi.Bool(true),
		EndpointPublicAccess:         pulumi.Bool(true),
		InstanceRole:                 nodeRole,
		InstanceType:                 pulumi.String("t3.medium"),
		NodeAssociatePublicIpAddress: pulumi.BoolRef(false),
		PrivateSubnetIds:             subnetIds,
		VpcId:                        vpc.ID(),
	}, pulumi.DependsOn(before))
	if err != nil {
		return err
	}
	ctx.Export("kubeconfig", cluster.Kubeconfig)
	return nil
}

func main() { pulumi.Run(program) }
