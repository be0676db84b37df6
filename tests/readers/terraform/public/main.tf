# A public cluster with a NAT gateway and self-managed nodes, in one file: rules and routes written inside their groups and
# tables, roles with policies inside, a launch template with a network interface and user data that is known after apply.
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.99.0"
    }
  }
}

provider "aws" {
  region = "eu-west-1"
}

locals {
  # The document says "local.cluster_group" and no more; only the source tells what it is.
  cluster_group = aws_eks_cluster.main.vpc_config[0].cluster_security_group_id
}

resource "aws_vpc" "main" {
  cidr_block           = "10.1.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_internet_gateway" "main" {
  vpc_id = aws_vpc.main.id
}

resource "aws_subnet" "public" {
  vpc_id                  = aws_vpc.main.id
  availability_zone       = "eu-west-1a"
  cidr_block              = "10.1.0.0/24"
  map_public_ip_on_launch = true
}

resource "aws_subnet" "private" {
  for_each          = { a = "10.1.1.0/24", b = "10.1.2.0/24" }
  vpc_id            = aws_vpc.main.id
  availability_zone = "eu-west-1${each.key}"
  cidr_block        = each.value
}

resource "aws_eip" "nat" {
  domain = "vpc"
}

resource "aws_nat_gateway" "main" {
  allocation_id = aws_eip.nat.id
  subnet_id     = aws_subnet.public.id
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.main.id
  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.main.id
  }
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route" "nat" {
  route_table_id         = aws_route_table.private.id
  destination_cidr_block = "0.0.0.0/0"
  nat_gateway_id         = aws_nat_gateway.main.id
}

resource "aws_route_table_association" "public" {
  subnet_id      = aws_subnet.public.id
  route_table_id = aws_route_table.public.id
}

resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

resource "aws_iam_role" "cluster" {
  name                = "public-cluster"
  managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"]
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}

resource "aws_iam_role" "node" {
  name = "public-node"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
  managed_policy_arns = [
    "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
    "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
    aws_iam_policy.pull.arn,
  ]
  inline_policy {
    name   = "describe"
    policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ec2:DescribeTags", Resource = "*" }] })
  }
}

resource "aws_iam_policy" "pull" {
  name = "pull"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ecr:GetAuthorizationToken", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"], Resource = "*" }]
  })
}

resource "aws_iam_instance_profile" "node" {
  name = "public-node"
  role = aws_iam_role.node.name
}

resource "aws_security_group" "node" {
  name   = "node"
  vpc_id = aws_vpc.main.id

  ingress {
    protocol  = "-1"
    from_port = 0
    to_port   = 0
    self      = true
  }

  ingress {
    protocol        = "tcp"
    from_port       = 1025
    to_port         = 65535
    security_groups = [aws_eks_cluster.main.vpc_config[0].cluster_security_group_id]
  }

  egress {
    protocol    = "-1"
    from_port   = 0
    to_port     = 0
    cidr_blocks = ["0.0.0.0/0"]
  }
}

resource "aws_security_group_rule" "node_to_cluster" {
  type                     = "ingress"
  security_group_id        = local.cluster_group
  source_security_group_id = aws_security_group.node.id
  protocol                 = "tcp"
  from_port                = 443
  to_port                  = 443
}

resource "aws_eks_cluster" "main" {
  name     = "public"
  role_arn = aws_iam_role.cluster.arn
  vpc_config {
    subnet_ids = concat([aws_subnet.public.id], values(aws_subnet.private)[*].id)
  }
  access_config {
    authentication_mode = "API"
  }
}

data "aws_ami" "node" {
  owners      = ["amazon"]
  most_recent = true
}

resource "aws_launch_template" "node" {
  name          = "node"
  image_id      = data.aws_ami.node.id
  instance_type = "t3.medium"
  iam_instance_profile {
    arn = aws_iam_instance_profile.node.arn
  }
  network_interfaces {
    associate_public_ip_address = false
    device_index                = 0
    security_groups             = [aws_security_group.node.id]
  }
  user_data = base64encode(<<-EOT
    apiVersion: node.eks.aws/v1alpha1
    kind: NodeConfig
    spec:
      cluster:
        name: ${aws_eks_cluster.main.name}
        apiServerEndpoint: ${aws_eks_cluster.main.endpoint}
        certificateAuthority: ${aws_eks_cluster.main.certificate_authority[0].data}
        cidr: 10.100.0.0/16
  EOT
  )
}

resource "aws_autoscaling_group" "node" {
  name                = "node"
  min_size            = 1
  max_size            = 2
  desired_capacity    = 1
  vpc_zone_identifier = [for s in aws_subnet.private : s.id]
  launch_template {
    id      = aws_launch_template.node.id
    version = "$Latest"
  }
  tag {
    key                 = "kubernetes.io/cluster/public"
    value               = "owned"
    propagate_at_launch = true
  }
}

resource "aws_eks_access_entry" "node" {
  cluster_name  = aws_eks_cluster.main.name
  principal_arn = aws_iam_role.node.arn
  type          = "EC2_LINUX"
}
