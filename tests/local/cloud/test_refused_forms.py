"""Forms of networks and names that AWS refuses, and that moto takes."""

from __future__ import annotations

from typing import Any

import pytest

from privatelink_ingress.local.adapters.acm import ADAPTERS
from privatelink_ingress.local.cloud.session import Session
from tests.support import edge_world
from tests.support.edge_world import NOT_FOUND, balancer, change, listener, network


@pytest.mark.parametrize("block", ["10.12.0.0", "10.12.0.0/255.255.0.0", "10.12.0.0/0.0.255.255", "x"])
def test_a_block_is_an_address_and_a_prefix(edge: Session, refused: Any, block: str) -> None:
    ec2 = edge.client("ec2")
    refused("InvalidParameterValue", ec2.create_vpc, CidrBlock=block)
    vpc = ec2.create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    refused("InvalidParameterValue", ec2.create_subnet, VpcId=vpc, CidrBlock=block)
    group = ec2.create_security_group(GroupName="balancer", Description="x", VpcId=vpc)["GroupId"]
    rule = {"GroupId": group, "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": block}
    refused("InvalidParameterValue", ec2.authorize_security_group_ingress, **rule)


@pytest.mark.parametrize("block", ["0.0.0.0/16", "127.0.0.0/16", "169.254.0.0/16", "224.0.0.0/16", "240.0.0.0/16"])
def test_no_vpc_is_in_a_reserved_block(edge: Session, refused: Any, block: str) -> None:
    refused("InvalidVpc.Range", edge.client("ec2").create_vpc, CidrBlock=block)


@pytest.mark.parametrize("path", ["/ü", "/a b", "/a{b}", "/a%20", "/" + "a" * 128])
def test_a_path_pattern_has_the_characters_that_aws_takes(edge: Session, path: str) -> None:
    arn = listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])
    condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": [path]}}
    with edge_world.refused("ValidationError", "path pattern"):
        edge.client("elbv2").create_rule(ListenerArn=arn, Priority=1, Conditions=[condition], Actions=NOT_FOUND)


def test_a_label_has_at_most_63_characters(edge: Session) -> None:
    host = f"{'a' * 64}.example.com"
    arn = listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])
    condition = {"Field": "host-header", "HostHeaderConfig": {"Values": [host]}}
    with edge_world.refused("ValidationError", "host name"):
        edge.client("elbv2").create_rule(ListenerArn=arn, Priority=1, Conditions=[condition], Actions=NOT_FOUND)
    zone = edge.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")["HostedZone"]["Id"]
    with edge_world.refused("InvalidChangeBatch", "DomainLabelTooLong"):
        change(edge, zone, "CREATE", Name=host, Type="A", TTL=60, ResourceRecords=[{"Value": "192.0.2.1"}])


def test_the_first_name_of_a_certificate_has_at_most_64_characters(edge: Session, refused: Any) -> None:
    acm = edge.client("acm")
    long = f"{'a' * 60}.example.com"
    message = refused("ValidationException", acm.request_certificate, DomainName=long, ValidationMethod="DNS")
    assert "no longer than 64" in message
    assert acm.request_certificate(DomainName="example.com", SubjectAlternativeNames=[long])["CertificateArn"]


def test_a_gateway_is_not_detached_while_a_load_balancer_has_public_addresses(edge: Session, refused: Any) -> None:
    ec2 = edge.client("ec2")
    balancer(edge, network(edge))
    vpc = edge.client("elbv2").describe_load_balancers()["LoadBalancers"][0]["VpcId"]
    filters = [{"Name": "attachment.vpc-id", "Values": [vpc]}]
    gateways = ec2.describe_internet_gateways(Filters=filters)["InternetGateways"]
    gateway = gateways[0]["InternetGatewayId"] if gateways else None
    if gateway is None:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    message = refused("DependencyViolation", ec2.detach_internet_gateway, InternetGatewayId=gateway, VpcId=vpc)
    assert "mapped public address" in message


def test_the_adapter_sends_no_empty_list_of_names(edge: Session) -> None:
    from privatelink_ingress import tokens as t

    inputs = {"domainName": "shop.example.com", "subjectAlternativeNames": [], "validationMethod": "DNS"}
    created = ADAPTERS[t.CERTIFICATE].create(edge, inputs)
    assert created.outputs["subjectAlternativeNames"] == ["shop.example.com"]
