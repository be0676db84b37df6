terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

variable "vpc_id" {}
variable "cidr" {}
variable "endpoints" {
  type = any
}

resource "aws_security_group" "this" {
  name   = "endpoints"
  vpc_id = var.vpc_id
}

resource "aws_security_group_rule" "this" {
  for_each                 = { https = { port = 443 } }
  security_group_id        = aws_security_group.this.id
  type                     = "ingress"
  protocol                 = "tcp"
  from_port                = each.value.port
  to_port                  = each.value.port
  cidr_blocks              = [var.cidr]
  source_security_group_id = try(each.value.source, null)
}

resource "aws_vpc_endpoint" "this" {
  for_each            = var.endpoints
  vpc_id              = var.vpc_id
  service_name        = "com.amazonaws.us-east-1.${each.key}"
  vpc_endpoint_type   = try(each.value.type, "Interface")
  subnet_ids          = try(each.value.type, "Interface") == "Interface" ? distinct(try(each.value.subnet_ids, [])) : null
  route_table_ids     = try(each.value.type, "Interface") == "Gateway" ? try(each.value.route_table_ids, null) : null
  security_group_ids  = try(each.value.type, "Interface") == "Interface" ? distinct([aws_security_group.this.id]) : null
  private_dns_enabled = try(each.value.private_dns_enabled, null)
  policy              = try(each.value.policy, null)
}
