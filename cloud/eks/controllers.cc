#include "cloud/eks/controllers.h"

#include <algorithm>

namespace drydock::eks {
namespace {

constexpr std::string_view kEc2 = "ec2.{region}.{suffix}";

ControllerCall ec2(std::string_view id, std::string_view what, std::string_view action) {
  return {.id = id, .what = what, .host = kEc2, .action = action, .service = "ec2"};
}

Controller ebs_csi() {
  return {.name = "aws-ebs-csi-driver",
          .addon = "aws-ebs-csi-driver",
          .chart = "aws-ebs-csi-driver",
          .image = "aws-ebs-csi-driver",
          .chart_image = "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver",
          .workload = "ebs-csi-controller",
          .service_account = "ebs-csi-controller-sa",
          .without = "EBS volumes are neither made nor attached: claims stay Pending",
          .managed_policy = "service-role/AmazonEBSCSIDriverPolicy",
          .source = "https://github.com/kubernetes-sigs/aws-ebs-csi-driver/blob/master/docs/install.md",
          .calls = {{.id = "describe-zones",
                     .what = "asks EC2 for zones, as its health check",
                     .host = kEc2,
                     .action = "ec2:DescribeAvailabilityZones",
                     .service = "ec2",
                     .at_start = true},
                    ec2("describe-volumes", "looks for volumes", "ec2:DescribeVolumes"),
                    {.id = "create-volume",
                     .what = "makes volumes",
                     .host = kEc2,
                     .action = "ec2:CreateVolume",
                     .resource = "arn:{partition}:ec2:{region}:{account}:volume/*",
                     .service = "ec2"},
                    {.id = "attach-volume",
                     .what = "attaches volumes to nodes",
                     .host = kEc2,
                     .action = "ec2:AttachVolume",
                     .resource = "arn:{partition}:ec2:{region}:{account}:instance/*",
                     .service = "ec2"}}};
}

Controller efs_csi() {
  constexpr std::string_view kEfs = "elasticfilesystem.{region}.{suffix}";
  return {.name = "aws-efs-csi-driver",
          .addon = "aws-efs-csi-driver",
          .chart = "aws-efs-csi-driver",
          .image = "aws-efs-csi-driver",
          .chart_image = "public.ecr.aws/efs-csi-driver/amazon/aws-efs-csi-driver",
          .workload = "efs-csi-controller",
          .service_account = "efs-csi-controller-sa",
          .without = "EFS access points are not made: claims stay Pending",
          .managed_policy = "service-role/AmazonEFSCSIDriverPolicy",
          .source = "https://github.com/kubernetes-sigs/aws-efs-csi-driver/blob/master/docs/iam-policy-create.md",
          .calls = {{.id = "describe-access-points",
                     .what = "looks for access points",
                     .host = kEfs,
                     .action = "elasticfilesystem:DescribeAccessPoints",
                     .service = "elasticfilesystem"},
                    {.id = "create-access-point",
                     .what = "makes access points",
                     .host = kEfs,
                     .action = "elasticfilesystem:CreateAccessPoint",
                     .service = "elasticfilesystem"}}};
}

Controller load_balancer() {
  constexpr std::string_view kElb = "elasticloadbalancing.{region}.{suffix}";
  return {.name = "aws-load-balancer-controller",
          .addon = "",
          .chart = "aws-load-balancer-controller",
          .image = "aws-load-balancer-controller",
          .chart_image = "public.ecr.aws/eks/aws-load-balancer-controller",
          .workload = "aws-load-balancer-controller",
          .service_account = "aws-load-balancer-controller",
          .without = "ingresses and services of type LoadBalancer get no address",
          .served_port = 9443,
          .served = "the webhook for services, ingresses and pods",
          .vpc_id = {.argument = "--aws-vpc-id", .chart_value = "vpcId"},
          .source = "https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/deploy/configurations/",
          .calls = {ec2("describe-subnets", "looks for tagged subnets", "ec2:DescribeSubnets"),
                    {.id = "describe-load-balancers",
                     .what = "looks for load balancers",
                     .host = kElb,
                     .action = "elasticloadbalancing:DescribeLoadBalancers",
                     .service = "elasticloadbalancing"},
                    {.id = "create-load-balancer",
                     .what = "makes load balancers",
                     .host = kElb,
                     .action = "elasticloadbalancing:CreateLoadBalancer",
                     .resource = "arn:{partition}:elasticloadbalancing:{region}:{account}:loadbalancer/*",
                     .service = "elasticloadbalancing"},
                    {.id = "wafv2",
                     .what = "asks WAF for the web ACL of every application load balancer",
                     .host = "wafv2.{region}.{suffix}",
                     .action = "wafv2:GetWebACLForResource",
                     .unless = {.argument = "--enable-wafv2", .chart_value = "enableWafv2", .text = "false"}},
                    {.id = "waf-regional",
                     .what = "asks WAF Classic for the web ACL of every application load balancer",
                     .host = "waf-regional.{region}.{suffix}",
                     .action = "waf-regional:GetWebACLForResource",
                     .unless = {.argument = "--enable-waf", .chart_value = "enableWaf", .text = "false"}},
                    {.id = "shield",
                     .what = "asks Shield for the account's subscription",
                     .host = "shield.us-east-1.{suffix}",
                     .action = "shield:GetSubscriptionState",
                     .unless = {.argument = "--enable-shield", .chart_value = "enableShield", .text = "false"}}}};
}

Controller cluster_autoscaler() {
  constexpr std::string_view kAutoscaling = "autoscaling.{region}.{suffix}";
  return {
      .name = "cluster-autoscaler",
      .addon = "",
      .chart = "cluster-autoscaler",
      .image = "cluster-autoscaler",
      .chart_image = "registry.k8s.io/autoscaling/cluster-autoscaler",
      .workload = "cluster-autoscaler",
      .service_account = "cluster-autoscaler",
      .without = "no node is added for pods that do not fit",
      .source = "https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/cloudprovider/aws/README.md",
      .calls = {{.id = "describe-groups",
                 .what = "looks for Auto Scaling groups",
                 .host = kAutoscaling,
                 .action = "autoscaling:DescribeAutoScalingGroups",
                 .service = "autoscaling",
                 .at_start = true},
                {.id = "describe-instance-types",
                 .what = "asks EC2 for instance types",
                 .host = kEc2,
                 .action = "ec2:DescribeInstanceTypes",
                 .service = "ec2",
                 .unless = {.argument = "--aws-use-static-instance-list",
                            .chart_value = "extraArgs.aws-use-static-instance-list",
                            .text = "true"},
                 .at_start = true},
                {.id = "describe-templates",
                 .what = "reads launch templates",
                 .host = kEc2,
                 .action = "ec2:DescribeLaunchTemplateVersions",
                 .service = "ec2"},
                {.id = "set-capacity",
                 .what = "changes the size of groups",
                 .host = kAutoscaling,
                 .action = "autoscaling:SetDesiredCapacity",
                 .resource = "arn:{partition}:autoscaling:{region}:{account}:autoScalingGroup:*",
                 .service = "autoscaling"}}};
}

Controller karpenter() {
  return {.name = "karpenter",
          .addon = "",
          .chart = "karpenter",
          .image = "karpenter/controller",
          .chart_image = "public.ecr.aws/karpenter/controller",
          .workload = "karpenter",
          .service_account = "karpenter",
          .without = "Karpenter launches no node for pods that do not fit",
          .served_port = 8443,
          .served = "Karpenter's webhooks (before 1.1)",
          .source = "https://karpenter.sh/docs/getting-started/getting-started-with-karpenter/#private-clusters",
          .calls = {{.id = "describe-cluster",
                     .what = "asks EKS for the cluster's endpoint",
                     .host = "eks.{region}.{suffix}",
                     .action = "eks:DescribeCluster",
                     .resource = "arn:{partition}:eks:{region}:{account}:cluster/{cluster}",
                     .service = "eks",
                     .unless = {.argument = "--cluster-endpoint",
                                .variable = "CLUSTER_ENDPOINT",
                                .chart_value = "settings.clusterEndpoint"},
                     .at_start = true},
                    {.id = "describe-instance-types",
                     .what = "asks EC2 for instance types",
                     .host = kEc2,
                     .action = "ec2:DescribeInstanceTypes",
                     .service = "ec2",
                     .at_start = true},
                    ec2("describe-subnets", "looks for subnets", "ec2:DescribeSubnets"),
                    {.id = "get-parameter",
                     .what = "asks SSM for AMIs",
                     .host = "ssm.{region}.{suffix}",
                     .action = "ssm:GetParameter",
                     .resource = "arn:{partition}:ssm:{region}::parameter/aws/service/*",
                     .service = "ssm"},
                    {.id = "create-fleet",
                     .what = "launches instances",
                     .host = kEc2,
                     .action = "ec2:CreateFleet",
                     .resource = "arn:{partition}:ec2:{region}:{account}:fleet/*",
                     .service = "ec2"},
                    {.id = "instance-profile",
                     .what = "makes an instance profile for the role of a node class",
                     .host = "iam.{suffix}",
                     .action = "iam:GetInstanceProfile",
                     .resource = "arn:{partition}:iam::{account}:instance-profile/*",
                     .only_with = {.object_kind = "EC2NodeClass", .object_path = "spec.role"}},
                    {.id = "interruptions",
                     .what = "reads interruption notices",
                     .host = "sqs.{region}.{suffix}",
                     .action = "sqs:ReceiveMessage",
                     .resource = "arn:{partition}:sqs:{region}:{account}:*",
                     .service = "sqs",
                     .only_with = {.argument = "--interruption-queue",
                                   .variable = "INTERRUPTION_QUEUE",
                                   .chart_value = "settings.interruptionQueue"}}}};
}

Controller external_dns() {
  return {.name = "external-dns",
          .addon = "external-dns",
          .chart = "external-dns",
          .image = "external-dns",
          .chart_image = "registry.k8s.io/external-dns/external-dns",
          .name_space = "external-dns",
          .workload = "external-dns",
          .service_account = "external-dns",
          .without = "no DNS record is made for services and ingresses",
          .source = "https://kubernetes-sigs.github.io/external-dns/latest/docs/tutorials/aws/",
          .calls = {{.id = "list-zones",
                     .what = "asks Route 53 for hosted zones",
                     .host = "route53.{suffix}",
                     .action = "route53:ListHostedZones",
                     .at_start = true},
                    {.id = "change-records",
                     .what = "changes records",
                     .host = "route53.{suffix}",
                     .action = "route53:ChangeResourceRecordSets",
                     .resource = "arn:{partition}:route53:::hostedzone/*"}}};
}

Controller external_secrets(std::string_view name, std::string_view image, int webhook) {
  return {.name = name,
          .addon = "",
          .chart = name,
          .image = image,
          .name_space = name,
          .workload = name,
          .service_account = name,
          .without = "no Secret is filled from Secrets Manager",
          .served_port = webhook,
          .served = "the webhook for its own kinds",
          .source = "https://external-secrets.io/latest/provider/aws-secrets-manager/",
          .calls = {{.id = "get-secret",
                     .what = "reads secrets",
                     .host = "secretsmanager.{region}.{suffix}",
                     .action = "secretsmanager:GetSecretValue",
                     .resource = "arn:{partition}:secretsmanager:{region}:{account}:secret:*",
                     .service = "secretsmanager"}}};
}

std::vector<ControllerCall> log_calls() {
  constexpr std::string_view kLogs = "logs.{region}.{suffix}";
  return {{.id = "create-stream",
           .what = "makes log streams",
           .host = kLogs,
           .action = "logs:CreateLogStream",
           .resource = "arn:{partition}:logs:{region}:{account}:log-group:*",
           .service = "logs"},
          {.id = "put-events",
           .what = "sends log events",
           .host = kLogs,
           .action = "logs:PutLogEvents",
           .resource = "arn:{partition}:logs:{region}:{account}:log-group:*",
           .service = "logs"}};
}

Controller cloudwatch_agent() {
  Controller out{.name = "cloudwatch-agent",
                 .addon = "amazon-cloudwatch-observability",
                 .chart = "amazon-cloudwatch-observability",
                 .image = "cloudwatch-agent",
                 .name_space = "amazon-cloudwatch",
                 .workload = "cloudwatch-agent",
                 .service_account = "cloudwatch-agent",
                 .host_network = true,
                 .daemon = true,
                 .without = "no metrics and logs arrive in CloudWatch",
                 .managed_policy = "CloudWatchAgentServerPolicy",
                 .source =
                     "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/"
                     "install-CloudWatch-Observability-EKS-addon.html",
                 .calls = log_calls()};
  out.calls.push_back({.id = "put-metrics",
                       .what = "sends metrics",
                       .host = "monitoring.{region}.{suffix}",
                       .action = "cloudwatch:PutMetricData",
                       .service = "monitoring"});
  return out;
}

Controller fluent_bit() {
  return {.name = "aws-for-fluent-bit",
          .addon = "",
          .chart = "aws-for-fluent-bit",
          .image = "aws-for-fluent-bit",
          .chart_image = "public.ecr.aws/aws-observability/aws-for-fluent-bit",
          .workload = "aws-for-fluent-bit",
          .service_account = "aws-for-fluent-bit",
          .daemon = true,
          .without = "no logs arrive in CloudWatch",
          .source = "https://github.com/aws/aws-for-fluent-bit",
          .calls = log_calls()};
}

Controller pod_identity_agent() {
  return {.name = "eks-pod-identity-agent",
          .addon = "eks-pod-identity-agent",
          .chart = "eks-pod-identity-agent",
          .image = "eks-pod-identity-agent",
          .workload = "eks-pod-identity-agent",
          .service_account = "default",
          .host_network = true,
          .daemon = true,
          .without = "pods with a Pod Identity association get no credentials",
          .source = "https://docs.aws.amazon.com/eks/latest/userguide/pod-id-agent-setup.html",
          .calls = {{.id = "assume-role",
                     .what = "asks EKS Auth for a pod's credentials",
                     .host = "eks-auth.{region}.api.aws",
                     .action = "eks-auth:AssumeRoleForPodIdentity",
                     .resource = "arn:{partition}:eks:{region}:{account}:cluster/{cluster}",
                     .service = "eks-auth",
                     .unless = {.variable = "AWS_ENDPOINT_URL_EKS_AUTH"}}}};
}

Controller metrics_server() {
  return {.name = "metrics-server",
          .addon = "metrics-server",
          .chart = "metrics-server",
          .image = "metrics-server",
          .chart_image = "registry.k8s.io/metrics-server/metrics-server",
          .workload = "metrics-server",
          .service_account = "metrics-server",
          .without = "kubectl top and horizontal autoscaling have no figures",
          .served_port = 10250,
          .served = "the aggregated metrics API",
          .asks_nodes_10250 = true,
          .source = "https://github.com/kubernetes-sigs/metrics-server#requirements"};
}

Controller cert_manager() {
  return {.name = "cert-manager",
          .addon = "cert-manager",
          .chart = "cert-manager",
          .image = "cert-manager-webhook",
          .chart_image = "quay.io/jetstack/cert-manager-webhook",
          .name_space = "cert-manager",
          .workload = "cert-manager-webhook",
          .service_account = "cert-manager-webhook",
          .without = "certificates are refused",
          .served_port = 10250,
          .served = "the webhook for its own kinds",
          .source = "https://cert-manager.io/docs/concepts/webhook/"};
}

Controller secrets_store() {
  Controller out =
      external_secrets("secrets-store-csi-driver-provider-aws", "secrets-store-csi-driver-provider-aws", 0);
  out.addon = "aws-secrets-store-csi-driver-provider";
  out.name_space = "kube-system";
  out.daemon = true;
  out.served = {};
  out.without = "pods that mount secrets do not start";
  out.source = "https://github.com/aws/secrets-store-csi-driver-provider-aws";
  return out;
}

}  // namespace

const std::vector<Controller>& controllers() {
  static const std::vector<Controller> kAll = {
      ebs_csi(),
      efs_csi(),
      load_balancer(),
      cluster_autoscaler(),
      karpenter(),
      external_dns(),
      external_secrets("external-secrets", "external-secrets", 10250),
      external_secrets("kubernetes-external-secrets", "kubernetes-external-secrets", 0),
      secrets_store(),
      cloudwatch_agent(),
      fluent_bit(),
      pod_identity_agent(),
      metrics_server(),
      cert_manager(),
  };
  return kAll;
}

namespace {
template <class Matches>
const Controller* first(Matches matches) {
  const auto& all = controllers();
  const auto it = std::find_if(all.begin(), all.end(), matches);
  return it == all.end() ? nullptr : &*it;
}
}  // namespace

const Controller* controller_of_addon(std::string_view addon) {
  return addon.empty() ? nullptr : first([&](const Controller& c) { return c.addon == addon; });
}
const Controller* controller_of_chart(std::string_view chart) {
  // Charts are named with their repository, too: "oci://public.ecr.aws/karpenter/karpenter", "eks/aws-load-...".
  const std::string_view name = chart.substr(chart.rfind('/') == chart.npos ? 0 : chart.rfind('/') + 1);
  return name.empty() ? nullptr : first([&](const Controller& c) { return c.chart == name; });
}
const Controller* controller_of_image(std::string_view repository) {
  return first([&](const Controller& c) {
    if (!repository.ends_with(c.image)) return false;
    const std::size_t rest = repository.size() - c.image.size();
    return rest == 0 || repository[rest - 1] == '/';
  });
}

}  // namespace drydock::eks
