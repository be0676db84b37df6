# Modules as published ones are made: maps of anything as inputs, for_each over them, optional attributes by try(), blocks
# made by dynamic. (After the shapes of https://github.com/terraform-aws-modules/terraform-aws-vpc and -eks.)
terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "5.99.0"
    }
  }
}

provider "aws" {
  region = "us-east-1"
}

resource "aws_vpc" "main" {
  cidr_block           = "10.0.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  for_each          = { a = "10.0.1.0/24", b = "10.0.2.0/24" }
  vpc_id            = aws_vpc.main.id
  availability_zone = "us-east-1${each.key}"
  cidr_block        = each.value
}

resource "aws_route_table" "private" {
  vpc_id = aws_vpc.main.id
}

resource "aws_route_table_association" "private" {
  for_each       = aws_subnet.private
  subnet_id      = each.value.id
  route_table_id = aws_route_table.private.id
}

module "endpoints" {
  source = "./endpoints"
  vpc_id = aws_vpc.main.id
  cidr   = aws_vpc.main.cidr_block
  endpoints = merge({ for service in toset(["ec2", "eks", "sts", "ecr.api", "ecr.dkr"]) : service => {
    subnet_ids          = values(aws_subnet.private)[*].id
    private_dns_enabled = true
    } }, {
    s3 = {
      type            = "Gateway"
      route_table_ids = [aws_route_table.private.id]
    }
  })
}

resource "aws_iam_role" "cluster" {
  name                = "modules-cluster"
  managed_policy_arns = ["arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"]
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "eks.amazonaws.com" } }]
  })
}

resource "aws_eks_cluster" "main" {
  name     = "modules"
  role_arn = aws_iam_role.cluster.arn
  vpc_config {
    subnet_ids              = values(aws_subnet.private)[*].id
    endpoint_private_access = true
    endpoint_public_access  = false
  }
  access_config {
    authentication_mode = "API"
  }
}

module "nodes" {
  source       = "./nodes"
  for_each     = { default = { size = 2 } }
  cluster_name = aws_eks_cluster.main.name
  subnet_ids   = values(aws_subnet.private)[*].id
  group_ids    = [aws_eks_cluster.main.vpc_config[0].cluster_security_group_id]
  size         = each.value.size
}
