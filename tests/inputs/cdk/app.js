// A private cluster written with AWS's CDK: node app.js OUTDIR [ENDPOINT TO LEAVE OUT]
const cdk = require('aws-cdk-lib')
const ec2 = require('aws-cdk-lib/aws-ec2')
const eks = require('aws-cdk-lib/aws-eks')
const { KubectlV33Layer } = require('@aws-cdk/lambda-layer-kubectl-v33')

const [outdir, leftOut] = process.argv.slice(2)
const app = new cdk.App({ outdir })
const stack = new cdk.Stack(app, 'Private', { env: { account: '123456789012', region: 'us-east-1' } })
const isolated = { subnetType: ec2.SubnetType.PRIVATE_ISOLATED }
const vpc = new ec2.Vpc(stack, 'Vpc', {
  maxAzs: 2, natGateways: 0, subnetConfiguration: [{ name: 'isolated', cidrMask: 24, ...isolated }],
})
const services = {
  Ec2: ec2.InterfaceVpcEndpointAwsService.EC2, Sts: ec2.InterfaceVpcEndpointAwsService.STS,
  Eks: ec2.InterfaceVpcEndpointAwsService.EKS, EcrApi: ec2.InterfaceVpcEndpointAwsService.ECR,
  EcrDkr: ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
}
for (const [id, service] of Object.entries(services)) if (id !== leftOut) vpc.addInterfaceEndpoint(id, { service })
vpc.addGatewayEndpoint('S3', { service: ec2.GatewayVpcEndpointAwsService.S3 })
const cluster = new eks.Cluster(stack, 'Cluster', {
  vpc, version: eks.KubernetesVersion.V1_33, defaultCapacity: 0, endpointAccess: eks.EndpointAccess.PRIVATE,
  vpcSubnets: [isolated], placeClusterHandlerInVpc: false, kubectlLayer: new KubectlV33Layer(stack, 'Kubectl'),
})
cluster.addNodegroupCapacity('nodes', {
  desiredSize: 2, subnets: isolated, instanceTypes: [new ec2.InstanceType('t3.medium')],
  amiType: eks.NodegroupAmiType.AL2023_X86_64_STANDARD,
})
app.synth()
