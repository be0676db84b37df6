#include "cloud/aws/managed_policies.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace drydock::aws {
namespace {

// clang-format off
constexpr ManagedPolicy kPolicies[] = {
    {"AWSServiceRoleForAmazonEKSNodegroup", "/aws-service-role/", "v11", "2019-11-07T01:34:26Z", "2026-02-17T18:42:07Z",
     R"~({"Statement":[{"Action":["ec2:RevokeSecurityGroupIngress","ec2:AuthorizeSecurityGroupEgress","ec2:Au)~"
     R"~(thorizeSecurityGroupIngress","ec2:DescribeInstances","ec2:RevokeSecurityGroupEgress","ec2:DeleteSecu)~"
     R"~(rityGroup"],"Condition":{"StringLike":{"ec2:ResourceTag/eks":"*"}},"Effect":"Allow","Resource":"*",")~"
     R"~(Sid":"SharedSecurityGroupRelatedPermissions"},{"Action":["ec2:RevokeSecurityGroupIngress","ec2:Autho)~"
     R"~(rizeSecurityGroupEgress","ec2:AuthorizeSecurityGroupIngress","ec2:DescribeInstances","ec2:RevokeSecu)~"
     R"~(rityGroupEgress","ec2:DeleteSecurityGroup"],"Condition":{"StringLike":{"ec2:ResourceTag/eks:nodegrou)~"
     R"~(p-name":"*"}},"Effect":"Allow","Resource":"*","Sid":"EKSCreatedSecurityGroupRelatedPermissions"},{"A)~"
     R"~(ction":["ec2:DeleteLaunchTemplate","ec2:CreateLaunchTemplateVersion"],"Condition":{"StringLike":{"ec)~"
     R"~(2:ResourceTag/eks:nodegroup-name":"*"}},"Effect":"Allow","Resource":"*","Sid":"LaunchTemplateRelated)~"
     R"~(Permissions"},{"Action":["autoscaling:UpdateAutoScalingGroup","autoscaling:DeleteAutoScalingGroup",")~"
     R"~(autoscaling:TerminateInstanceInAutoScalingGroup","autoscaling:CompleteLifecycleAction","autoscaling:)~"
     R"~(PutLifecycleHook","autoscaling:PutNotificationConfiguration","autoscaling:EnableMetricsCollection",")~"
     R"~(autoscaling:PutScheduledUpdateGroupAction","autoscaling:ResumeProcesses","autoscaling:SuspendProcess)~"
     R"~(es","autoscaling:PutWarmPool","autoscaling:DeleteWarmPool"],"Effect":"Allow","Resource":"arn:aws:aut)~"
     R"~(oscaling:*:*:*:autoScalingGroupName/eks-*","Sid":"AutoscalingRelatedPermissions"},{"Action":"iam:Cre)~"
     R"~(ateServiceLinkedRole","Condition":{"StringEquals":{"iam:AWSServiceName":"autoscaling.amazonaws.com"})~"
     R"~(},"Effect":"Allow","Resource":"*","Sid":"AllowAutoscalingToCreateSLR"},{"Action":["autoscaling:Creat)~"
     R"~(eOrUpdateTags","autoscaling:CreateAutoScalingGroup"],"Condition":{"ForAnyValue:StringEquals":{"aws:T)~"
     R"~(agKeys":["eks","eks:cluster-name","eks:nodegroup-name"]}},"Effect":"Allow","Resource":"*","Sid":"All)~"
     R"~(owASGCreationByEKS"},{"Action":"iam:PassRole","Condition":{"StringEquals":{"iam:PassedToService":"au)~"
     R"~(toscaling.amazonaws.com"}},"Effect":"Allow","Resource":"*","Sid":"AllowPassRoleToAutoscaling"},{"Act)~"
     R"~(ion":"iam:PassRole","Condition":{"StringEqualsIfExists":{"iam:PassedToService":["ec2.amazonaws.com"])~"
     R"~(}},"Effect":"Allow","Resource":"*","Sid":"AllowPassRoleToEC2"},{"Action":["iam:GetRole","ec2:CreateL)~"
     R"~(aunchTemplate","ec2:DescribeInstances","iam:GetInstanceProfile","ec2:DescribeLaunchTemplates","autos)~"
     R"~(caling:DescribeAutoScalingGroups","ec2:CreateSecurityGroup","ec2:DescribeLaunchTemplateVersions","ec)~"
     R"~(2:RunInstances","ec2:DescribeSecurityGroups","ec2:GetConsoleOutput","ec2:DescribeRouteTables","ec2:D)~"
     R"~(escribeSubnets","ec2:DescribeCapacityReservations","autoscaling:DescribeWarmPool"],"Effect":"Allow",)~"
     R"~("Resource":"*","Sid":"PermissionsToManageResourcesForNodegroups"},{"Action":["iam:CreateInstanceProf)~"
     R"~(ile","iam:DeleteInstanceProfile","iam:RemoveRoleFromInstanceProfile","iam:AddRoleToInstanceProfile"])~"
     R"~(,"Effect":"Allow","Resource":"arn:aws:iam::*:instance-profile/eks-*","Sid":"PermissionsToCreateAndMa)~"
     R"~(nageInstanceProfiles"},{"Action":["ec2:DeleteTags"],"Condition":{"ForAnyValue:StringLike":{"aws:TagK)~"
     R"~(eys":["eks","eks:cluster-name","eks:nodegroup-name","kubernetes.io/cluster/*"]}},"Effect":"Allow","R)~"
     R"~(esource":"*","Sid":"PermissionsToDeleteEKSAndKubernetesTags"},{"Action":["ec2:RebootInstances"],"Con)~"
     R"~(dition":{"StringLike":{"ec2:ResourceTag/eks:nodegroup-name":"*"}},"Effect":"Allow","Resource":"*","S)~"
     R"~(id":"PermissionsForManagedNodegroupsAutoRepair"},{"Action":["ec2:CreateTags"],"Condition":{"ForAnyVa)~"
     R"~(lue:StringLike":{"aws:TagKeys":["eks","eks:cluster-name","eks:nodegroup-name","kubernetes.io/cluster)~"
     R"~(/*"]}},"Effect":"Allow","Resource":["arn:*:ec2:*:*:security-group/*","arn:*:ec2:*:*:launch-template/)~"
     R"~(*"],"Sid":"PermissionsToCreateEKSAndKubernetesTags"},{"Action":["ec2:CreateTags"],"Condition":{"ForA)~"
     R"~(nyValue:StringLike":{"aws:TagKeys":["eks","eks:cluster-name","eks:nodegroup-name","kubernetes.io/clu)~"
     R"~(ster/*"]},"StringEquals":{"ec2:CreateAction":["RunInstances"]}},"Effect":"Allow","Resource":["arn:*:)~"
     R"~(ec2:*:*:instance/*","arn:*:ec2:*:*:volume/*","arn:*:ec2:*:*:network-interface/*"],"Sid":"AllowTaggin)~"
     R"~(gEC2ResourcesOnlyDuringInstanceCreation"}],"Version":"2012-10-17"})~"},
    {"AdministratorAccess", "/", "v1", "2015-02-06T18:39:46Z", "2015-02-06T18:39:46Z",
     R"~({"Statement":[{"Action":"*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEBSCSIDriverPolicy", "/service-role/", "v14", "2022-04-04T17:24:29Z", "2026-02-12T18:02:41Z",
     R"~({"Statement":[{"Action":["ec2:DescribeAvailabilityZones","ec2:DescribeInstances","ec2:DescribeSnapsh)~"
     R"~(ots","ec2:DescribeTags","ec2:DescribeVolumes","ec2:DescribeVolumesModifications","ec2:DescribeVolume)~"
     R"~(Status"],"Effect":"Allow","Resource":"*"},{"Action":["ec2:CreateSnapshot","ec2:ModifyVolume"],"Effec)~"
     R"~(t":"Allow","Resource":"arn:aws:ec2:*:*:volume/*"},{"Action":["ec2:CopyVolumes"],"Effect":"Allow","Re)~"
     R"~(source":["arn:aws:ec2:*:*:volume/vol-*"]},{"Action":["ec2:AttachVolume","ec2:DetachVolume"],"Effect")~"
     R"~(:"Allow","Resource":["arn:aws:ec2:*:*:volume/*","arn:aws:ec2:*:*:instance/*"]},{"Action":["ec2:Creat)~"
     R"~(eVolume","ec2:EnableFastSnapshotRestores"],"Effect":"Allow","Resource":"arn:aws:ec2:*:*:snapshot/*"})~"
     R"~(,{"Action":["ec2:CreateTags"],"Condition":{"StringEquals":{"ec2:CreateAction":["CreateVolume","Creat)~"
     R"~(eSnapshot","CopyVolumes"]}},"Effect":"Allow","Resource":["arn:aws:ec2:*:*:volume/*","arn:aws:ec2:*:*)~"
     R"~(:snapshot/*"]},{"Action":["ec2:DeleteTags"],"Effect":"Allow","Resource":["arn:aws:ec2:*:*:volume/*",)~"
     R"~("arn:aws:ec2:*:*:snapshot/*"]},{"Action":["ec2:CreateVolume","ec2:CopyVolumes"],"Condition":{"String)~"
     R"~(Like":{"aws:RequestTag/ebs.csi.aws.com/cluster":"true"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:)~"
     R"~(*:volume/*"},{"Action":["ec2:CreateVolume","ec2:CopyVolumes"],"Condition":{"StringLike":{"aws:Reques)~"
     R"~(tTag/CSIVolumeName":"*"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:volume/*"},{"Action":["ec2:De)~"
     R"~(leteVolume"],"Condition":{"StringLike":{"ec2:ResourceTag/ebs.csi.aws.com/cluster":"true"}},"Effect":)~"
     R"~("Allow","Resource":"arn:aws:ec2:*:*:volume/*"},{"Action":["ec2:DeleteVolume"],"Condition":{"StringLi)~"
     R"~(ke":{"ec2:ResourceTag/CSIVolumeName":"*"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:volume/*"},{)~"
     R"~("Action":["ec2:DeleteVolume"],"Condition":{"StringLike":{"ec2:ResourceTag/kubernetes.io/created-for/)~"
     R"~(pvc/name":"*"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:volume/*"},{"Action":["ec2:CreateSnapsh)~"
     R"~(ot"],"Condition":{"StringLike":{"aws:RequestTag/CSIVolumeSnapshotName":"*"}},"Effect":"Allow","Resou)~"
     R"~(rce":"arn:aws:ec2:*:*:snapshot/*"},{"Action":["ec2:CreateSnapshot"],"Condition":{"StringLike":{"aws:)~"
     R"~(RequestTag/ebs.csi.aws.com/cluster":"true"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:snapshot/*)~"
     R"~("},{"Action":["ec2:DeleteSnapshot","ec2:LockSnapshot"],"Condition":{"StringLike":{"ec2:ResourceTag/C)~"
     R"~(SIVolumeSnapshotName":"*"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:snapshot/*"},{"Action":["ec)~"
     R"~(2:DeleteSnapshot","ec2:LockSnapshot"],"Condition":{"StringLike":{"ec2:ResourceTag/ebs.csi.aws.com/cl)~"
     R"~(uster":"true"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:snapshot/*"}],"Version":"2012-10-17"})~"},
    {"AmazonEC2ContainerRegistryPowerUser", "/", "v3", "2015-12-21T17:05:33Z", "2019-12-10T20:48:08Z",
     R"~({"Statement":[{"Action":["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:GetDownl)~"
     R"~(oadUrlForLayer","ecr:GetRepositoryPolicy","ecr:DescribeRepositories","ecr:ListImages","ecr:DescribeI)~"
     R"~(mages","ecr:BatchGetImage","ecr:GetLifecyclePolicy","ecr:GetLifecyclePolicyPreview","ecr:ListTagsFor)~"
     R"~(Resource","ecr:DescribeImageScanFindings","ecr:InitiateLayerUpload","ecr:UploadLayerPart","ecr:Compl)~"
     R"~(eteLayerUpload","ecr:PutImage"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEC2ContainerRegistryPullOnly", "/", "v1", "2024-10-04T16:58:49Z", "2024-10-04T16:58:49Z",
     R"~({"Statement":[{"Action":["ecr:GetAuthorizationToken","ecr:BatchGetImage","ecr:GetDownloadUrlForLayer)~"
     R"~(","ecr:BatchImportUpstreamImage"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEC2ContainerRegistryReadOnly", "/", "v3", "2015-12-21T17:04:15Z", "2019-12-10T20:56:32Z",
     R"~({"Statement":[{"Action":["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:GetDownl)~"
     R"~(oadUrlForLayer","ecr:GetRepositoryPolicy","ecr:DescribeRepositories","ecr:ListImages","ecr:DescribeI)~"
     R"~(mages","ecr:BatchGetImage","ecr:GetLifecyclePolicy","ecr:GetLifecyclePolicyPreview","ecr:ListTagsFor)~"
     R"~(Resource","ecr:DescribeImageScanFindings"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEC2FullAccess", "/", "v5", "2015-02-06T18:40:15Z", "2018-11-27T02:16:56Z",
     R"~({"Statement":[{"Action":"ec2:*","Effect":"Allow","Resource":"*"},{"Action":"elasticloadbalancing:*",)~"
     R"~("Effect":"Allow","Resource":"*"},{"Action":"cloudwatch:*","Effect":"Allow","Resource":"*"},{"Action")~"
     R"~(:"autoscaling:*","Effect":"Allow","Resource":"*"},{"Action":"iam:CreateServiceLinkedRole","Condition)~"
     R"~(":{"StringEquals":{"iam:AWSServiceName":["autoscaling.amazonaws.com","ec2scheduled.amazonaws.com","e)~"
     R"~(lasticloadbalancing.amazonaws.com","spot.amazonaws.com","spotfleet.amazonaws.com","transitgateway.am)~"
     R"~(azonaws.com"]}},"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEC2ReadOnlyAccess", "/", "v5", "2015-02-06T18:40:17Z", "2026-02-12T18:03:17Z",
     R"~({"Statement":[{"Action":["ec2:Describe*","ec2:GetSecurityGroupsForVpc"],"Effect":"Allow","Resource":)~"
     R"~("*"},{"Action":"elasticloadbalancing:Describe*","Effect":"Allow","Resource":"*"},{"Action":["cloudwa)~"
     R"~(tch:ListMetrics","cloudwatch:GetMetricStatistics","cloudwatch:Describe*"],"Effect":"Allow","Resource)~"
     R"~(":"*"},{"Action":"autoscaling:Describe*","Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSBlockStoragePolicy", "/", "v1", "2024-10-30T20:18:13Z", "2024-10-30T20:18:13Z",
     R"~({"Statement":[{"Action":["ec2:AttachVolume","ec2:DetachVolume","ec2:ModifyVolume","ec2:EnableFastSna)~"
     R"~(pshotRestores"],"Condition":{"StringEquals":{"aws:ResourceTag/eks:eks-cluster-name":"${aws:Principal)~"
     R"~(Tag/eks:eks-cluster-name}"}},"Effect":"Allow","Resource":"*"},{"Action":"ec2:CreateTags","Condition")~"
     R"~(:{"StringEquals":{"ec2:CreateAction":["CreateVolume","CreateSnapshot"]}},"Effect":"Allow","Resource")~"
     R"~(:"*"},{"Action":["ec2:CreateVolume"],"Condition":{"ForAllValues:StringLike":{"aws:TagKeys":["eks:eks)~"
     R"~(-cluster-name","CSIVolumeName","ebs.csi.eks.amazonaws.com/cluster","kubernetes.io/cluster/*","kubern)~"
     R"~(etes.io/created-for/*","Name","KubernetesCluster"]},"StringEquals":{"aws:RequestTag/eks:eks-cluster-)~"
     R"~(name":"${aws:PrincipalTag/eks:eks-cluster-name}"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:volu)~"
     R"~(me/*"},{"Action":["ec2:CreateVolume"],"Effect":"Allow","Resource":"arn:aws:ec2:*:*:snapshot/*"},{"Ac)~"
     R"~(tion":["ec2:CreateSnapshot"],"Effect":"Allow","Resource":"arn:aws:ec2:*:*:volume/*"},{"Action":["ec2)~"
     R"~(:CreateSnapshot"],"Condition":{"ForAllValues:StringLike":{"aws:TagKeys":["eks:eks-cluster-name","CSI)~"
     R"~(VolumeSnapshotName","ebs.csi.eks.amazonaws.com/cluster","kubernetes.io/cluster/*","Name"]},"StringEq)~"
     R"~(uals":{"aws:RequestTag/eks:eks-cluster-name":"${aws:PrincipalTag/eks:eks-cluster-name}"}},"Effect":")~"
     R"~(Allow","Resource":"arn:aws:ec2:*:*:snapshot/*"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSClusterPolicy", "/", "v10", "2018-05-27T21:06:14Z", "2026-02-12T17:58:15Z",
     R"~({"Statement":[{"Action":["autoscaling:DescribeAutoScalingGroups","autoscaling:UpdateAutoScalingGroup)~"
     R"~(","ec2:AttachVolume","ec2:AuthorizeSecurityGroupIngress","ec2:CreateRoute","ec2:CreateSecurityGroup")~"
     R"~(,"ec2:CreateTags","ec2:CreateVolume","ec2:DeleteRoute","ec2:DeleteSecurityGroup","ec2:DeleteVolume",)~"
     R"~("ec2:DescribeInstances","ec2:DescribeRouteTables","ec2:DescribeSecurityGroups","ec2:DescribeSubnets")~"
     R"~(,"ec2:DescribeVolumes","ec2:DescribeVolumesModifications","ec2:DescribeVpcs","ec2:DescribeDhcpOption)~"
     R"~(s","ec2:DescribeNetworkInterfaces","ec2:DescribeAvailabilityZones","ec2:DetachVolume","ec2:ModifyIns)~"
     R"~(tanceAttribute","ec2:ModifyVolume","ec2:RevokeSecurityGroupIngress","ec2:DescribeAccountAttributes",)~"
     R"~("ec2:DescribeAddresses","ec2:DescribeInternetGateways","ec2:DescribeInstanceTopology","elasticloadba)~"
     R"~(lancing:AddTags","elasticloadbalancing:ApplySecurityGroupsToLoadBalancer","elasticloadbalancing:Atta)~"
     R"~(chLoadBalancerToSubnets","elasticloadbalancing:ConfigureHealthCheck","elasticloadbalancing:CreateLis)~"
     R"~(tener","elasticloadbalancing:CreateLoadBalancer","elasticloadbalancing:CreateLoadBalancerListeners",)~"
     R"~("elasticloadbalancing:CreateLoadBalancerPolicy","elasticloadbalancing:CreateTargetGroup","elasticloa)~"
     R"~(dbalancing:DeleteListener","elasticloadbalancing:DeleteLoadBalancer","elasticloadbalancing:DeleteLoa)~"
     R"~(dBalancerListeners","elasticloadbalancing:DeleteTargetGroup","elasticloadbalancing:DeregisterInstanc)~"
     R"~(esFromLoadBalancer","elasticloadbalancing:DeregisterTargets","elasticloadbalancing:DescribeListeners)~"
     R"~(","elasticloadbalancing:DescribeLoadBalancerAttributes","elasticloadbalancing:DescribeLoadBalancerPo)~"
     R"~(licies","elasticloadbalancing:DescribeLoadBalancers","elasticloadbalancing:DescribeTargetGroupAttrib)~"
     R"~(utes","elasticloadbalancing:DescribeTargetGroups","elasticloadbalancing:DescribeTargetHealth","elast)~"
     R"~(icloadbalancing:DetachLoadBalancerFromSubnets","elasticloadbalancing:ModifyListener","elasticloadbal)~"
     R"~(ancing:ModifyLoadBalancerAttributes","elasticloadbalancing:ModifyTargetGroup","elasticloadbalancing:)~"
     R"~(ModifyTargetGroupAttributes","elasticloadbalancing:RegisterInstancesWithLoadBalancer","elasticloadba)~"
     R"~(lancing:RegisterTargets","elasticloadbalancing:SetLoadBalancerPoliciesForBackendServer","elasticload)~"
     R"~(balancing:SetLoadBalancerPoliciesOfListener","kms:DescribeKey"],"Effect":"Allow","Resource":"*","Sid)~"
     R"~(":"AmazonEKSClusterPolicy"},{"Action":"iam:CreateServiceLinkedRole","Condition":{"StringEquals":{"ia)~"
     R"~(m:AWSServiceName":"elasticloadbalancing.amazonaws.com"}},"Effect":"Allow","Resource":"*","Sid":"Amaz)~"
     R"~(onEKSClusterPolicySLRCreate"},{"Action":"ec2:DeleteNetworkInterface","Condition":{"StringEquals":{"e)~"
     R"~(c2:ResourceTag/eks:eni:owner":"amazon-vpc-cni"}},"Effect":"Allow","Resource":"*","Sid":"AmazonEKSClu)~"
     R"~(sterPolicyENIDelete"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSComputePolicy", "/", "v6", "2024-11-01T21:46:52Z", "2026-04-17T21:27:07Z",
     R"~({"Statement":[{"Action":["ec2:CreateFleet","ec2:RunInstances"],"Effect":"Allow","Resource":["arn:aws)~"
     R"~(:ec2:*:*:placement-group/*","arn:aws:ec2:*:*:capacity-reservation/*","arn:aws:ec2:*::image/*","arn:a)~"
     R"~(ws:ec2:*:*:security-group/*","arn:aws:ec2:*:*:subnet/*"]},{"Action":["ec2:CreateFleet","ec2:RunInsta)~"
     R"~(nces"],"Condition":{"StringEquals":{"aws:ResourceTag/eks:eks-cluster-name":"${aws:PrincipalTag/eks:e)~"
     R"~(ks-cluster-name}"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:launch-template/*"},{"Action":["ec2)~"
     R"~(:CreateFleet","ec2:RunInstances","ec2:CreateLaunchTemplate"],"Condition":{"ForAllValues:StringLike":)~"
     R"~({"aws:TagKeys":["eks:eks-cluster-name","eks:kubernetes-node-class-name","eks:kubernetes-node-pool-na)~"
     R"~(me","kubernetes.io/cluster/*"]},"StringEquals":{"aws:RequestTag/eks:eks-cluster-name":"${aws:Princip)~"
     R"~(alTag/eks:eks-cluster-name}"},"StringLike":{"aws:RequestTag/eks:kubernetes-node-class-name":"*","aws)~"
     R"~(:RequestTag/eks:kubernetes-node-pool-name":"*"}},"Effect":"Allow","Resource":"*"},{"Action":"ec2:Cre)~"
     R"~(ateTags","Condition":{"StringEquals":{"ec2:CreateAction":["CreateFleet","RunInstances","CreateLaunch)~"
     R"~(Template"]}},"Effect":"Allow","Resource":"*"},{"Action":"iam:AddRoleToInstanceProfile","Effect":"All)~"
     R"~(ow","Resource":"arn:aws:iam::*:instance-profile/eks*"},{"Action":"iam:PassRole","Condition":{"String)~"
     R"~(Equals":{"iam:PassedToService":["ec2.amazonaws.com","ec2.amazonaws.com.cn"]}},"Effect":"Allow","Reso)~"
     R"~(urce":"*"},{"Action":["iam:CreateServiceLinkedRole"],"Condition":{"StringEquals":{"iam:AWSServiceNam)~"
     R"~(e":"spot.amazonaws.com"}},"Effect":"Allow","Resource":["arn:aws:iam::*:role/aws-service-role/spot.am)~"
     R"~(azonaws.com/AWSServiceRoleForEC2Spot"]}],"Version":"2012-10-17"})~"},
    {"AmazonEKSFargatePodExecutionRolePolicy", "/", "v1", "2019-11-22T04:34:29Z", "2019-11-22T04:34:29Z",
     R"~({"Statement":[{"Action":["ecr:GetAuthorizationToken","ecr:BatchCheckLayerAvailability","ecr:GetDownl)~"
     R"~(oadUrlForLayer","ecr:BatchGetImage"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSLoadBalancingPolicy", "/", "v7", "2024-10-30T20:18:06Z", "2026-04-27T22:12:10Z",
     R"~({"Statement":[{"Action":["elasticloadbalancing:CreateLoadBalancer","elasticloadbalancing:CreateTarge)~"
     R"~(tGroup","elasticloadbalancing:CreateListener","elasticloadbalancing:CreateRule","ec2:CreateSecurityG)~"
     R"~(roup"],"Condition":{"ForAllValues:StringEquals":{"aws:TagKeys":["eks:eks-cluster-name","ingress.eks.)~"
     R"~(amazonaws.com/stack","ingress.eks.amazonaws.com/resource","service.eks.amazonaws.com/stack","service)~"
     R"~(.eks.amazonaws.com/resource"]},"StringEquals":{"aws:RequestTag/eks:eks-cluster-name":"${aws:Principa)~"
     R"~(lTag/eks:eks-cluster-name}"}},"Effect":"Allow","Resource":"*"},{"Action":["ec2:CreateSecurityGroup"])~"
     R"~(,"Effect":"Allow","Resource":"arn:aws:ec2:*:*:vpc/*"},{"Action":["elasticloadbalancing:RegisterTarge)~"
     R"~(ts"],"Effect":"Allow","Resource":"arn:aws:elasticloadbalancing:*:*:targetgroup/*/*"},{"Action":["ec2)~"
     R"~(:AuthorizeSecurityGroupIngress"],"Condition":{"StringEquals":{"aws:RequestTag/eks:eks-cluster-name":)~"
     R"~("${aws:PrincipalTag/eks:eks-cluster-name}"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:security-g)~"
     R"~(roup-rule/*"},{"Action":["ec2:AuthorizeSecurityGroupIngress","ec2:RevokeSecurityGroupIngress"],"Cond)~"
     R"~(ition":{"StringLike":{"aws:ResourceTag/Name":"eks-cluster-sg*"}},"Effect":"Allow","Resource":"arn:aw)~"
     R"~(s:ec2:*:*:security-group/*"},{"Action":["ec2:AuthorizeSecurityGroupIngress","ec2:RevokeSecurityGroup)~"
     R"~(Ingress"],"Condition":{"StringEquals":{"aws:ResourceTag/eks:eks-cluster-name":"${aws:PrincipalTag/ek)~"
     R"~(s:eks-cluster-name}"}},"Effect":"Allow","Resource":"arn:aws:ec2:*:*:security-group/*"},{"Action":["e)~"
     R"~(lasticloadbalancing:AddTags"],"Condition":{"StringEquals":{"elasticloadbalancing:CreateAction":["Cre)~"
     R"~(ateLoadBalancer","CreateTargetGroup","CreateListener","CreateRule"]}},"Effect":"Allow","Resource":"*)~"
     R"~("},{"Action":["ec2:CreateTags"],"Condition":{"StringEquals":{"ec2:CreateAction":["CreateSecurityGrou)~"
     R"~(p","AuthorizeSecurityGroupIngress"]}},"Effect":"Allow","Resource":"*"},{"Action":["elasticloadbalanc)~"
     R"~(ing:ModifyLoadBalancerAttributes","elasticloadbalancing:SetIpAddressType","elasticloadbalancing:SetS)~"
     R"~(ecurityGroups","elasticloadbalancing:SetSubnets","elasticloadbalancing:ModifyTargetGroup","elasticlo)~"
     R"~(adbalancing:ModifyTargetGroupAttributes","elasticloadbalancing:ModifyListener","elasticloadbalancing)~"
     R"~(:AddListenerCertificates","elasticloadbalancing:ModifyListenerAttributes","elasticloadbalancing:Remo)~"
     R"~(veListenerCertificates","elasticloadbalancing:ModifyRule","elasticloadbalancing:ModifyIpPools","elas)~"
     R"~(ticloadbalancing:ModifyCapacityReservation","elasticloadbalancing:DescribeLoadBalancers"],"Condition)~"
     R"~(":{"StringEquals":{"aws:ResourceTag/eks:eks-cluster-name":"${aws:PrincipalTag/eks:eks-cluster-name}")~"
     R"~(}},"Effect":"Allow","Resource":"*"},{"Action":["wafv2:AssociateWebACL","wafv2:DisassociateWebACL"],")~"
     R"~(Effect":"Allow","Resource":["arn:aws:wafv2:*:*:*/webacl/*/*","arn:aws:elasticloadbalancing:*:*:loadb)~"
     R"~(alancer/app/*/*"]},{"Action":["shield:CreateProtection","shield:DeleteProtection"],"Effect":"Allow",)~"
     R"~("Resource":"*"},{"Action":["shield:TagResource"],"Condition":{"ForAllValues:StringEquals":{"aws:TagK)~"
     R"~(eys":["eks:eks-cluster-name","ingress.eks.amazonaws.com/stack","ingress.eks.amazonaws.com/resource",)~"
     R"~("service.eks.amazonaws.com/stack","service.eks.amazonaws.com/resource"]},"StringEquals":{"aws:Reques)~"
     R"~(tTag/eks:eks-cluster-name":"${aws:PrincipalTag/eks:eks-cluster-name}"}},"Effect":"Allow","Resource":)~"
     R"~("arn:aws:shield::*:protection/*"},{"Action":["cognito-idp:DescribeUserPoolClient","acm:ListCertifica)~"
     R"~(tes","acm:DescribeCertificate","wafv2:GetWebACL","wafv2:GetWebACLForResource","elasticloadbalancing:)~"
     R"~(SetWebAcl","elasticloadbalancing:DescribeTargetGroups"],"Effect":"Allow","Resource":"*"},{"Action":[)~"
     R"~("ec2:DescribeAccountAttributes","ec2:DescribeAddresses","ec2:DescribeInternetGateways","ec2:Describe)~"
     R"~(SecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","ec2:DescribeVpcClassicLink","ec2:DescribeI)~"
     R"~(nstances","ec2:DescribeNetworkInterfaces","ec2:DescribeClassicLinkInstances","ec2:DescribeRouteTable)~"
     R"~(s","ec2:DescribeCoipPools","ec2:GetCoipPoolUsage","ec2:GetSecurityGroupsForVpc","ec2:DescribeVpcPeer)~"
     R"~(ingConnections"],"Effect":"Allow","Resource":"*"},{"Action":["iam:CreateServiceLinkedRole"],"Conditi)~"
     R"~(on":{"StringEquals":{"iam:AWSServiceName":"elasticloadbalancing.amazonaws.com"}},"Effect":"Allow","R)~"
     R"~(esource":"arn:aws:iam::*:role/aws-service-role/elasticloadbalancing.amazonaws.com/AWSServiceRoleForE)~"
     R"~(lasticLoadBalancing"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSNetworkingPolicy", "/", "v2", "2024-10-28T22:34:33Z", "2026-02-20T19:12:09Z",
     R"~({"Statement":[{"Action":"ec2:CreateNetworkInterface","Condition":{"ForAllValues:StringEquals":{"aws:)~"
     R"~(TagKeys":["eks:eks-cluster-name","eks:kubernetes-cni-node-name"]},"StringEquals":{"aws:RequestTag/ek)~"
     R"~(s:eks-cluster-name":"${aws:PrincipalTag/eks:eks-cluster-name}"},"StringLike":{"aws:RequestTag/eks:ku)~"
     R"~(bernetes-cni-node-name":"*"}},"Effect":"Allow","Resource":"*"},{"Action":"ec2:CreateNetworkInterface)~"
     R"~(","Effect":"Allow","Resource":["arn:aws:ec2:*:*:security-group/*","arn:aws:ec2:*:*:subnet/*"]},{"Act)~"
     R"~(ion":"ec2:CreateTags","Condition":{"StringEquals":{"ec2:CreateAction":"CreateNetworkInterface"}},"Ef)~"
     R"~(fect":"Allow","Resource":"*"},{"Action":["ec2:AttachNetworkInterface","ec2:DetachNetworkInterface",")~"
     R"~(ec2:UnassignPrivateIpAddresses","ec2:UnassignIpv6Addresses","ec2:AssignPrivateIpAddresses","ec2:Assi)~"
     R"~(gnIpv6Addresses"],"Condition":{"StringEquals":{"aws:ResourceTag/eks:eks-cluster-name":"${aws:Princip)~"
     R"~(alTag/eks:eks-cluster-name}"}},"Effect":"Allow","Resource":"*"},{"Action":"ec2:ModifyNetworkInterfac)~"
     R"~(eAttribute","Condition":{"StringEquals":{"aws:ResourceTag/eks:eks-cluster-name":"${aws:PrincipalTag/)~"
     R"~(eks:eks-cluster-name}"}},"Effect":"Allow","Resource":["arn:aws:ec2:*:*:network-interface/*","arn:aws)~"
     R"~(:ec2:*:*:instance/*"]}],"Version":"2012-10-17"})~"},
    {"AmazonEKSServicePolicy", "/", "v7", "2018-05-27T21:08:21Z", "2024-10-14T21:12:40Z",
     R"~({"Statement":[{"Action":["ec2:CreateNetworkInterface","ec2:CreateNetworkInterfacePermission","ec2:De)~"
     R"~(leteNetworkInterface","ec2:DescribeInstances","ec2:DescribeNetworkInterfaces","ec2:DetachNetworkInte)~"
     R"~(rface","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVpcs","ec2:ModifyNetworkInter)~"
     R"~(faceAttribute","iam:ListAttachedRolePolicies","eks:UpdateClusterVersion","ec2:GetSecurityGroupsForVp)~"
     R"~(c"],"Effect":"Allow","Resource":"*"},{"Action":["ec2:CreateTags","ec2:DeleteTags"],"Effect":"Allow",)~"
     R"~("Resource":["arn:aws:ec2:*:*:vpc/*","arn:aws:ec2:*:*:subnet/*"]},{"Action":["ec2:CreateTags"],"Condi)~"
     R"~(tion":{"StringLike":{"aws:RequestTag/Name":"eks-cluster-*"}},"Effect":"Allow","Resource":["arn:aws:e)~"
     R"~(c2:*:*:network-interface/*"]},{"Action":"route53:AssociateVPCWithHostedZone","Effect":"Allow","Resou)~"
     R"~(rce":"*"},{"Action":"logs:CreateLogGroup","Effect":"Allow","Resource":"*"},{"Action":["logs:CreateLo)~"
     R"~(gStream","logs:DescribeLogStreams"],"Effect":"Allow","Resource":"arn:aws:logs:*:*:log-group:/aws/eks)~"
     R"~(/*:*"},{"Action":"logs:PutLogEvents","Effect":"Allow","Resource":"arn:aws:logs:*:*:log-group:/aws/ek)~"
     R"~(s/*:*:*"},{"Action":"iam:CreateServiceLinkedRole","Condition":{"StringLike":{"iam:AWSServiceName":"e)~"
     R"~(ks.amazonaws.com"}},"Effect":"Allow","Resource":"arn:aws:iam::*:role/aws-service-role/eks.amazonaws.)~"
     R"~(com/AWSServiceRoleForAmazonEKS"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSServiceRolePolicy", "/aws-service-role/", "v25", "2020-02-21T20:10:47Z", "2026-04-21T22:57:08Z",
     R"~({"Statement":[{"Action":["ec2:CreateNetworkInterface","ec2:DeleteNetworkInterface","ec2:DetachNetwor)~"
     R"~(kInterface","ec2:ModifyNetworkInterfaceAttribute","ec2:CreateSecurityGroup","ec2:CreateNetworkInterf)~"
     R"~(acePermission"],"Effect":"Allow","Resource":"*"},{"Action":["ec2:DescribeAccountAttributes","ec2:Des)~"
     R"~(cribeAddresses","ec2:DescribeAvailabilityZones","ec2:DescribeCapacityReservations","ec2:DescribeCoip)~"
     R"~(Pools","ec2:DescribeInstances","ec2:DescribeInstanceTypeOfferings","ec2:DescribeInstanceTypes","ec2:)~"
     R"~(DescribeInstanceStatus","ec2:DescribeInternetGateways","ec2:DescribeLaunchTemplates","ec2:DescribeNe)~"
     R"~(tworkInterfaces","ec2:DescribePlacementGroups","ec2:DescribeSecurityGroups","ec2:DescribeSnapshots",)~"
     R"~("ec2:DescribeSpotPriceHistory","ec2:DescribeSubnets","ec2:DescribeTags","ec2:DescribeVolumes","ec2:D)~"
     R"~(escribeVolumesModifications","ec2:DescribeVpcPeeringConnections","ec2:DescribeVpcs","ec2:DescribeRou)~"
     R"~(teTables","ec2:DescribeNetworkAcls","ec2:GetCoipPoolUsage","ec2:GetSecurityGroupsForVpc","eks:Descri)~"
     R"~(beCluster","ec2:DescribeIpamPools","elasticloadbalancing:DescribeListenerAttributes","elasticloadbal)~"
     R"~(ancing:DescribeListenerCertificates","elasticloadbalancing:DescribeListeners","elasticloadbalancing:)~"
     R"~(DescribeLoadBalancerAttributes","elasticloadbalancing:DescribeLoadBalancers","elasticloadbalancing:D)~"
     R"~(escribeRules","elasticloadbalancing:DescribeSSLPolicies","elasticloadbalancing:DescribeTags","elasti)~"
     R"~(cloadbalancing:DescribeTargetGroupAttributes","elasticloadbalancing:DescribeTargetGroups","elasticlo)~"
     R"~(adbalancing:DescribeTargetHealth","elasticloadbalancing:DeregisterTargets","elasticloadbalancing:Des)~"
     R"~(cribeTrustStores","elasticloadbalancing:DescribeCapacityReservation","iam:ListAttachedRolePolicies",)~"
     R"~("pricing:GetProducts","shield:GetSubscriptionState","shield:DescribeProtection","tag:GetResources"],)~"
     R"~("Effect":"Allow","Resource":"*"},{"Action":["ec2:DeleteSecurityGroup","ec2:RevokeSecurityGroupIngres)~"
     R"~(s","ec2:AuthorizeSecurityGroupIngress","ec2:RevokeSecurityGroupEgress","ec2:AuthorizeSecurityGroupEg)~"
     R"~(ress"],"Condition":{"StringLike":{"ec2:ResourceTag/Name":"eks-cluster-sg*"}},"Effect":"Allow","Resou)~"
     R"~(rce":"arn:aws:ec2:*:*:security-group/*"},{"Action":["ec2:CreateTags","ec2:DeleteTags"],"Condition":{)~"
     R"~("ForAnyValue:StringLike":{"aws:TagKeys":["kubernetes.io/cluster/*"]}},"Effect":"Allow","Resource":[")~"
     R"~(arn:aws:ec2:*:*:vpc/*","arn:aws:ec2:*:*:subnet/*","arn:aws:ec2:*:*:network-interface/*","arn:aws:ec2)~"
     R"~(:*:*:security-group/*"]},{"Action":["ec2:CreateTags","ec2:DeleteTags"],"Condition":{"StringLike":{"a)~"
     R"~(ws:RequestTag/Name":"eks-cluster-*"}},"Effect":"Allow","Resource":["arn:aws:ec2:*:*:security-group/*)~"
     R"~(","arn:aws:ec2:*:*:network-interface/*"]},{"Action":"route53:AssociateVPCWithHostedZone","Effect":"A)~"
     R"~(llow","Resource":"arn:aws:route53:::hostedzone/*"},{"Action":"logs:CreateLogGroup","Effect":"Allow",)~"
     R"~("Resource":"arn:aws:logs:*:*:log-group:/aws/eks/*"},{"Action":["logs:CreateLogStream","logs:Describe)~"
     R"~(LogStreams"],"Effect":"Allow","Resource":"arn:aws:logs:*:*:log-group:/aws/eks/*:*"},{"Action":"logs:)~"
     R"~(PutLogEvents","Effect":"Allow","Resource":"arn:aws:logs:*:*:log-group:/aws/eks/*:*:*"},{"Action":"cl)~"
     R"~(oudwatch:PutMetricData","Condition":{"StringLike":{"cloudwatch:namespace":"AWS/EKS"}},"Effect":"Allo)~"
     R"~(w","Resource":"*"},{"Action":["eks:CreateAccessEntry","eks:DeleteAccessEntry"],"Condition":{"ArnLike)~"
     R"~(":{"eks:principalArn":"arn:aws:iam::*:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazo)~"
     R"~(nEKS"},"StringEquals":{"eks:accessEntryType":"STANDARD"}},"Effect":"Allow","Resource":"*"},{"Action")~"
     R"~(:["eks:ListAssociatedAccessPolicies"],"Effect":"Allow","Resource":"arn:aws:eks:*:*:access-entry/*/ro)~"
     R"~(le/${aws:PrincipalAccount}/AWSServiceRoleForAmazonEKS/*"},{"Action":["eks:AssociateAccessPolicy","ek)~"
     R"~(s:DisassociateAccessPolicy"],"Condition":{"StringEquals":{"eks:policyArn":["arn:aws:eks::aws:cluster)~"
     R"~(-access-policy/AmazonEKSComputePolicy","arn:aws:eks::aws:cluster-access-policy/AmazonEKSComputeClust)~"
     R"~(erPolicy","arn:aws:eks::aws:cluster-access-policy/AmazonEKSNetworkingPolicy","arn:aws:eks::aws:clust)~"
     R"~(er-access-policy/AmazonEKSNetworkingClusterPolicy","arn:aws:eks::aws:cluster-access-policy/AmazonEKS)~"
     R"~(LoadBalancingPolicy","arn:aws:eks::aws:cluster-access-policy/AmazonEKSLoadBalancingClusterPolicy","a)~"
     R"~(rn:aws:eks::aws:cluster-access-policy/AmazonEKSBlockStoragePolicy","arn:aws:eks::aws:cluster-access-)~"
     R"~(policy/AmazonEKSBlockStorageClusterPolicy","arn:aws:eks::aws:cluster-access-policy/AmazonEKSHybridPo)~"
     R"~(licy","arn:aws:eks::aws:cluster-access-policy/AmazonEKSEventPolicy"]}},"Effect":"Allow","Resource":")~"
     R"~(arn:aws:eks:*:*:access-entry/*/role/${aws:PrincipalAccount}/AWSServiceRoleForAmazonEKS/*"},{"Action")~"
     R"~(:["ec2:DeleteNetworkInterface"],"Condition":{"StringLike":{"aws:ResourceTag/eks:eks-cluster-name":"*)~"
     R"~("}},"Effect":"Allow","Resource":"*"},{"Action":"eks:DescribeAccessEntry","Condition":{"StringEquals")~"
     R"~(:{"eks:accessEntryType":"EC2"}},"Effect":"Allow","Resource":"*"},{"Action":"events:PutRule","Conditi)~"
     R"~(on":{"ForAllValues:StringEquals":{"events:source":["aws.ec2","aws.health"]},"StringEquals":{"events:)~"
     R"~(ManagedBy":["eks.amazonaws.com"]}},"Effect":"Allow","Resource":"arn:aws:events:*:*:rule/EKS*"},{"Act)~"
     R"~(ion":"events:PutTargets","Effect":"Allow","Resource":"arn:aws:events:*:*:rule/EKS*"},{"Action":["iam)~"
     R"~(:CreateInstanceProfile","iam:DeleteInstanceProfile","iam:RemoveRoleFromInstanceProfile","iam:ListIns)~"
     R"~(tanceProfiles"],"Effect":"Allow","Resource":"arn:aws:iam::*:instance-profile/eks*"},{"Action":"iam:G)~"
     R"~(etInstanceProfile","Effect":"Allow","Resource":"arn:aws:iam::*:instance-profile/*"},{"Action":["ec2:)~"
     R"~(DeleteLaunchTemplate","ec2:TerminateInstances"],"Condition":{"StringLike":{"aws:ResourceTag/eks:eks-)~"
     R"~(cluster-name":"*"}},"Effect":"Allow","Resource":["arn:aws:ec2:*:*:launch-template/*","arn:aws:ec2:*:)~"
     R"~(*:instance/*"]},{"Action":["ec2:DeleteLaunchTemplate","ec2:TerminateInstances"],"Condition":{"String)~"
     R"~(Equals":{"ec2:ManagedResourceOperator":["eks.amazonaws.com"]}},"Effect":"Allow","Resource":"*"},{"Ac)~"
     R"~(tion":["ec2:DeleteVolume"],"Condition":{"StringLike":{"aws:ResourceTag/eks:eks-cluster-name":"*"}},")~"
     R"~(Effect":"Allow","Resource":"*"},{"Action":["ec2:DeleteSnapshot"],"Condition":{"StringLike":{"aws:Res)~"
     R"~(ourceTag/eks:eks-cluster-name":"*"}},"Effect":"Allow","Resource":"*"},{"Action":["elasticloadbalanci)~"
     R"~(ng:DeleteListener","elasticloadbalancing:DeleteRule","elasticloadbalancing:DeleteLoadBalancer","elas)~"
     R"~(ticloadbalancing:DeleteTargetGroup","ec2:DeleteSecurityGroup"],"Condition":{"StringLike":{"aws:Resou)~"
     R"~(rceTag/eks:eks-cluster-name":"*"}},"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSVPCResourceController", "/", "v1", "2020-08-12T00:55:34Z", "2020-08-12T00:55:34Z",
     R"~({"Statement":[{"Action":"ec2:CreateNetworkInterfacePermission","Condition":{"ForAnyValue:StringEqual)~"
     R"~(s":{"ec2:ResourceTag/eks:eni:owner":"eks-vpc-resource-controller"}},"Effect":"Allow","Resource":"*"})~"
     R"~(,{"Action":["ec2:CreateNetworkInterface","ec2:DetachNetworkInterface","ec2:ModifyNetworkInterfaceAtt)~"
     R"~(ribute","ec2:DeleteNetworkInterface","ec2:AttachNetworkInterface","ec2:UnassignPrivateIpAddresses",")~"
     R"~(ec2:AssignPrivateIpAddresses"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSWorkerNodeMinimalPolicy", "/", "v1", "2024-10-02T20:03:51Z", "2024-10-02T20:03:51Z",
     R"~({"Statement":[{"Action":["eks-auth:AssumeRoleForPodIdentity"],"Effect":"Allow","Resource":"*","Sid":)~"
     R"~("WorkerNodePermissions"}],"Version":"2012-10-17"})~"},
    {"AmazonEKSWorkerNodePolicy", "/", "v3", "2018-05-27T21:09:01Z", "2023-11-27T00:06:13Z",
     R"~({"Statement":[{"Action":["ec2:DescribeInstances","ec2:DescribeInstanceTypes","ec2:DescribeRouteTable)~"
     R"~(s","ec2:DescribeSecurityGroups","ec2:DescribeSubnets","ec2:DescribeVolumes","ec2:DescribeVolumesModi)~"
     R"~(fications","ec2:DescribeVpcs","eks:DescribeCluster","eks-auth:AssumeRoleForPodIdentity"],"Effect":"A)~"
     R"~(llow","Resource":"*","Sid":"WorkerNodePermissions"}],"Version":"2012-10-17"})~"},
    {"AmazonEKS_CNI_Policy", "/", "v6", "2018-05-27T21:07:42Z", "2026-03-04T19:12:14Z",
     R"~({"Statement":[{"Action":["ec2:AssignPrivateIpAddresses","ec2:AttachNetworkInterface","ec2:CreateNetw)~"
     R"~(orkInterface","ec2:DeleteNetworkInterface","ec2:DescribeInstances","ec2:DescribeTags","ec2:DescribeN)~"
     R"~(etworkInterfaces","ec2:DescribeInstanceTypes","ec2:DescribeSubnets","ec2:DescribeSecurityGroups","ec)~"
     R"~(2:DetachNetworkInterface","ec2:ModifyNetworkInterfaceAttribute","ec2:UnassignPrivateIpAddresses"],"E)~"
     R"~(ffect":"Allow","Resource":"*","Sid":"AmazonEKSCNIPolicy"},{"Action":["ec2:CreateTags"],"Effect":"All)~"
     R"~(ow","Resource":["arn:aws:ec2:*:*:network-interface/*"],"Sid":"AmazonEKSCNIPolicyENITag"}],"Version":)~"
     R"~("2012-10-17"})~"},
    {"AmazonS3FullAccess", "/", "v2", "2015-02-06T18:40:58Z", "2021-09-27T20:16:37Z",
     R"~({"Statement":[{"Action":["s3:*","s3-object-lambda:*"],"Effect":"Allow","Resource":"*"}],"Version":"2)~"
     R"~(012-10-17"})~"},
    {"AmazonS3ReadOnlyAccess", "/", "v3", "2015-02-06T18:40:59Z", "2023-08-10T21:31:39Z",
     R"~({"Statement":[{"Action":["s3:Get*","s3:List*","s3:Describe*","s3-object-lambda:Get*","s3-object-lamb)~"
     R"~(da:List*"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AmazonSSMManagedInstanceCore", "/", "v2", "2019-03-15T17:22:12Z", "2019-05-23T16:54:21Z",
     R"~({"Statement":[{"Action":["ssm:DescribeAssociation","ssm:GetDeployablePatchSnapshotForInstance","ssm:)~"
     R"~(GetDocument","ssm:DescribeDocument","ssm:GetManifest","ssm:GetParameter","ssm:GetParameters","ssm:Li)~"
     R"~(stAssociations","ssm:ListInstanceAssociations","ssm:PutInventory","ssm:PutComplianceItems","ssm:PutC)~"
     R"~(onfigurePackageResult","ssm:UpdateAssociationStatus","ssm:UpdateInstanceAssociationStatus","ssm:Upda)~"
     R"~(teInstanceInformation"],"Effect":"Allow","Resource":"*"},{"Action":["ssmmessages:CreateControlChanne)~"
     R"~(l","ssmmessages:CreateDataChannel","ssmmessages:OpenControlChannel","ssmmessages:OpenDataChannel"],")~"
     R"~(Effect":"Allow","Resource":"*"},{"Action":["ec2messages:AcknowledgeMessage","ec2messages:DeleteMessa)~"
     R"~(ge","ec2messages:FailMessage","ec2messages:GetEndpoint","ec2messages:GetMessages","ec2messages:SendR)~"
     R"~(eply"],"Effect":"Allow","Resource":"*"}],"Version":"2012-10-17"})~"},
    {"AutoScalingServiceRolePolicy", "/aws-service-role/", "v10", "2018-01-08T23:10:55Z", "2025-11-12T18:19:06Z",
     R"~({"Statement":[{"Action":["ec2:AttachClassicLinkVpc","ec2:CancelSpotInstanceRequests","ec2:CreateRepl)~"
     R"~(aceRootVolumeTask","ec2:CreateFleet","ec2:CreateTags","ec2:DeleteTags","ec2:Describe*","ec2:DetachCl)~"
     R"~(assicLinkVpc","ec2:GetInstanceTypesFromInstanceRequirements","ec2:GetSecurityGroupsForVpc","ec2:Modi)~"
     R"~(fyInstanceAttribute","ec2:RequestSpotInstances","ec2:RunInstances","ec2:StartInstances","ec2:StopIns)~"
     R"~(tances","ec2:TerminateInstances"],"Effect":"Allow","Resource":"*","Sid":"EC2InstanceManagement"},{"A)~"
     R"~(ction":["iam:PassRole"],"Condition":{"StringLike":{"iam:PassedToService":"ec2.amazonaws.com*"}},"Eff)~"
     R"~(ect":"Allow","Resource":"*","Sid":"EC2InstanceProfileManagement"},{"Action":["iam:CreateServiceLinke)~"
     R"~(dRole"],"Condition":{"StringEquals":{"iam:AWSServiceName":"spot.amazonaws.com"}},"Effect":"Allow","R)~"
     R"~(esource":"*","Sid":"EC2SpotManagement"},{"Action":["elasticloadbalancing:Register*","elasticloadbala)~"
     R"~(ncing:Deregister*","elasticloadbalancing:Describe*"],"Effect":"Allow","Resource":"*","Sid":"ELBManag)~"
     R"~(ement"},{"Action":["cloudwatch:DeleteAlarms","cloudwatch:DescribeAlarms","cloudwatch:GetMetricData",)~"
     R"~("cloudwatch:PutMetricAlarm"],"Effect":"Allow","Resource":"*","Sid":"CWManagement"},{"Action":["sns:P)~"
     R"~(ublish"],"Effect":"Allow","Resource":"*","Sid":"SNSManagement"},{"Action":["events:PutRule","events:)~"
     R"~(PutTargets","events:RemoveTargets","events:DeleteRule"],"Condition":{"StringEquals":{"events:Managed)~"
     R"~(By":"autoscaling.amazonaws.com"}},"Effect":"Allow","Resource":"*","Sid":"EventBridgeRuleManagement"})~"
     R"~(,{"Action":["ssm:GetParameters"],"Effect":"Allow","Resource":"*","Sid":"SystemsManagerParameterManag)~"
     R"~(ement"},{"Action":["vpc-lattice:DeregisterTargets","vpc-lattice:GetTargetGroup","vpc-lattice:ListTar)~"
     R"~(gets","vpc-lattice:ListTargetGroups","vpc-lattice:RegisterTargets"],"Effect":"Allow","Resource":"*",)~"
     R"~("Sid":"VpcLatticeManagement"},{"Action":["resource-groups:ListGroupResources"],"Effect":"Allow","Res)~"
     R"~(ource":"arn:*:resource-groups:*:*:group/*","Sid":"ResourceGroupsManagement"}],"Version":"2012-10-17")~"
     R"~(})~"},
    {"CloudWatchAgentServerPolicy", "/", "v3", "2018-03-07T01:06:44Z", "2024-02-06T16:37:37Z",
     R"~({"Statement":[{"Action":["cloudwatch:PutMetricData","ec2:DescribeVolumes","ec2:DescribeTags","logs:P)~"
     R"~(utLogEvents","logs:PutRetentionPolicy","logs:DescribeLogStreams","logs:DescribeLogGroups","logs:Crea)~"
     R"~(teLogStream","logs:CreateLogGroup","xray:PutTraceSegments","xray:PutTelemetryRecords","xray:GetSampl)~"
     R"~(ingRules","xray:GetSamplingTargets","xray:GetSamplingStatisticSummaries"],"Effect":"Allow","Resource)~"
     R"~(":"*","Sid":"CWACloudWatchServerPermissions"},{"Action":["ssm:GetParameter"],"Effect":"Allow","Resou)~"
     R"~(rce":"arn:aws:ssm:*:*:parameter/AmazonCloudWatch-*","Sid":"CWASSMServerPermissions"}],"Version":"201)~"
     R"~(2-10-17"})~"},
};
// clang-format on

}  // namespace

std::span<const ManagedPolicy> managed_policies() { return kPolicies; }

const ManagedPolicy* find_managed_policy(std::string_view arn) {
  constexpr std::string_view kMarker = ":iam::aws:policy/";
  const auto at = arn.find(kMarker);
  if (at == std::string_view::npos || !arn.starts_with("arn:")) return nullptr;
  const std::string_view wanted = arn.substr(at + kMarker.size() - 1);  // with the leading slash
  for (const ManagedPolicy& p : kPolicies) {
    const std::string_view path = p.path, name = p.name;
    if (wanted.size() == path.size() + name.size() && wanted.starts_with(path) && wanted.ends_with(name)) return &p;
  }
  return nullptr;
}

std::string managed_policy_arn(const ManagedPolicy& policy, std::string_view partition) {
  return fmt::format("arn:{}:iam::aws:policy{}{}", partition, policy.path, policy.name);
}

std::string managed_policy_id(const ManagedPolicy& policy) {
  constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string id = "ANPA";
  const std::string digest = sha256(policy.name);
  for (int i = 0; i < 17; ++i) id += kLetters[static_cast<unsigned char>(digest[static_cast<std::size_t>(i)]) % 32];
  return id;
}

}  // namespace drydock::aws
