terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "cluster_name" {}
variable "subnet_ids" {
  type = list(string)
}
variable "group_ids" {
  type = list(string)
}
variable "size" {
  type = number
}

resource "aws_iam_role" "this" {
  name_prefix = "node-"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "ec2.amazonaws.com" } }]
  })
}

resource "aws_iam_role_policy_attachment" "this" {
  for_each   = toset(["AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"])
  role       = aws_iam_role.this.name
  policy_arn = "arn:aws:iam::aws:policy/${each.key}"
}

resource "aws_launch_template" "this" {
  name_prefix            = "node-"
  vpc_security_group_ids = distinct(var.group_ids)
  depends_on             = [aws_iam_role_policy_attachment.this]
}

resource "aws_eks_node_group" "this" {
  cluster_name  = var.cluster_name
  node_role_arn = aws_iam_role.this.arn
  subnet_ids    = distinct(var.subnet_ids)

  scaling_config {
    desired_size = var.size
    max_size     = var.size
    min_size     = 1
  }

  dynamic "launch_template" {
    for_each = [1]
    content {
      id      = aws_launch_template.this.id
      version = aws_launch_template.this.default_version
    }
  }
}
