"""Forms of networks and names that AWS refuses, and that moto takes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from privatelink_ingress.local.adapters.acm import ADAPTERS
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.settings.edge import BucketName
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


def _header(name: str, value: str) -> dict[str, Any]:
    return {"Field": "http-header", "HttpHeaderConfig": {"HttpHeaderName": name, "Values": [value]}}


def _source(block: str) -> dict[str, Any]:
    return {"Field": "source-ip", "SourceIpConfig": {"Values": [block]}}


@pytest.mark.parametrize(
    ("conditions", "words"),
    [
        ([_source("255.255.255.255/32")], "not a valid CIDR block"),
        ([_source("10.0.0.0/255.0.0.0")], "not a valid CIDR block"),
        ([_source("10.0.0.0/8"), _source("192.168.0.0/16")], "only have one 'source-ip' condition"),
        ([_header("Host", "x")], "HTTP header name 'Host' is not valid"),
        ([_header("X Y", "x")], "HTTP header name 'X Y' is not valid"),
        ([_header("X", "ü")], "HTTP header value 'ü' is not valid"),
    ],
    ids=["broadcast", "mask", "two-of-a-field", "host", "blank", "umlaut"],
)
def test_conditions_have_the_fields_and_values_that_aws_takes(
    edge: Session, conditions: list[dict[str, Any]], words: str
) -> None:
    arn = listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])
    with edge_world.refused("ValidationError", words):
        edge.client("elbv2").create_rule(ListenerArn=arn, Priority=1, Conditions=conditions, Actions=NOT_FOUND)


@pytest.mark.parametrize("change", [{"HealthCheckPath": "x"}, {"Matcher": {"HttpCode": "200-600"}}], ids=str)
def test_a_health_check_has_a_path_and_codes_that_aws_takes(
    edge: Session, refused: Any, change: dict[str, Any]
) -> None:
    vpc = edge.client("ec2").create_vpc(CidrBlock="10.12.0.0/16")["Vpc"]["VpcId"]
    group = {"Name": "x", "Protocol": "HTTP", "Port": 80, "VpcId": vpc, "TargetType": "ip"}
    refused("ValidationError", edge.client("elbv2").create_target_group, **group, **change)


def test_a_certificate_has_at_most_ten_names(edge: Session, refused: Any) -> None:
    acm, more = edge.client("acm"), [f"a{number}.example.com" for number in range(10)]
    refused("LimitExceededException", acm.request_certificate, DomainName="example.com", SubjectAlternativeNames=more)
    assert acm.request_certificate(DomainName=more[0], SubjectAlternativeNames=more)["CertificateArn"]


def test_an_ip_set_has_prefixes_and_at_most_10_000_networks(edge: Session, refused: Any) -> None:
    wafv2 = edge.client("wafv2")
    ip_set = {"Name": "x", "Scope": "REGIONAL", "IPAddressVersion": "IPV4"}
    refused("WAFInvalidParameterException", wafv2.create_ip_set, **ip_set, Addresses=["10.0.0.0/255.0.0.0"])
    many = [f"10.{number // 256}.{number % 256}.0/24" for number in range(10_001)]
    refused("WAFLimitsExceededException", wafv2.create_ip_set, **ip_set, Addresses=many)
    assert wafv2.create_ip_set(**ip_set, Addresses=many[1:])["Summary"]


def test_a_role_has_a_path_between_slashes_and_a_name_in_one_case_alone(edge: Session, refused: Any) -> None:
    iam, trust = (
        edge.client("iam"),
        {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"},
    )
    role = {"AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [trust]})}
    refused("ValidationError", iam.create_role, RoleName="a", Path="a/b", **role)
    iam.create_role(RoleName="Deployer", **role)
    refused("EntityAlreadyExists", iam.create_role, RoleName="deployer", **role)


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


@pytest.mark.parametrize("name", ["a.-b", "a-.b", "a..b", "-ab", "ab-", "a_b", "192.168.0.1", "xn--ab", "a-s3alias"])
def test_a_bucket_has_a_name_of_dns(edge: Session, refused: Any, name: str) -> None:
    place = {"LocationConstraint": edge.region}
    refused("InvalidBucketName", edge.client("s3").create_bucket, Bucket=name, CreateBucketConfiguration=place)
    with pytest.raises(ValidationError):
        TypeAdapter(BucketName).validate_python(name)  # nor does a stack file


@pytest.mark.parametrize("name", ["a..example.com", ".example.com"])
def test_no_label_of_a_record_is_empty(edge: Session, name: str) -> None:
    zone = edge.client("route53").create_hosted_zone(Name="example.com", CallerReference="x")["HostedZone"]["Id"]
    with edge_world.refused("InvalidChangeBatch", "DomainLabelEmpty"):
        change(edge, zone, "CREATE", Name=name, Type="A", TTL=60, ResourceRecords=[{"Value": "192.0.2.1"}])


@pytest.mark.parametrize("key", ["x", "alias/logs", "arn:aws:kms:eu-west-1:222222222222:key/x", "arn:aws:kms:::"])
def test_a_log_group_has_a_key_that_exists_and_a_name_outside_aws_own(edge: Session, refused: Any, key: str) -> None:
    create = edge.client("logs").create_log_group
    refused("InvalidParameterException", create, logGroupName="shop", kmsKeyId=key)
    refused("InvalidParameterException", create, logGroupName="aws/eks/shop")
    create(logGroupName="/aws/eks/shop")


def test_logs_are_delivered_to_a_group_a_bucket_or_a_stream_alone(edge: Session, refused: Any) -> None:
    put = edge.client("logs").put_delivery_destination
    place = {"destinationResourceArn": "arn:aws:ec2:eu-west-1:222222222222:vpc/vpc-0"}
    refused("ValidationException", put, name="x", deliveryDestinationConfiguration=place)


@pytest.mark.parametrize("arn", ["x", "arn:broken", "arn:aws:xx"])
def test_where_an_arn_belongs_nothing_else_is_taken(edge: Session, refused: Any, arn: str) -> None:
    logs, wafv2, ec2 = edge.client("logs"), edge.client("wafv2"), edge.client("ec2")
    refused(
        "ValidationException",
        logs.put_delivery_destination,
        name="x",
        deliveryDestinationConfiguration={"destinationResourceArn": arn},
    )
    refused("ValidationException", logs.put_delivery_source, name="x", resourceArn=arn, logType="ALB_ACCESS_LOGS")
    acl = wafv2.create_web_acl(
        Name="x", Scope="REGIONAL", DefaultAction={"Allow": {}}, VisibilityConfig=edge_world.VISIBILITY
    )["Summary"]["ARN"]
    long = arn.ljust(20, "x")  # the least that the model takes
    refused("WAFInvalidParameterException", wafv2.associate_web_acl, WebACLArn=acl, ResourceArn=long)
    logging = {"ResourceArn": acl, "LogDestinationConfigs": [long]}
    refused("WAFInvalidParameterException", wafv2.put_logging_configuration, LoggingConfiguration=logging)
    flow = {"ResourceIds": [network(edge).vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogDestination": arn}
    refused("InvalidParameter", ec2.create_flow_logs, **flow, LogDestinationType="s3")


@pytest.mark.parametrize("protocol", ["http", "256", "-2"])
def test_a_rule_of_a_group_has_a_protocol(edge: Session, refused: Any, protocol: str) -> None:
    rule = {"GroupId": network(edge).group, "IpProtocol": protocol, "CidrIp": "10.0.0.0/8", "FromPort": 1, "ToPort": 2}
    refused("InvalidParameterValue", edge.client("ec2").authorize_security_group_ingress, **rule)


@pytest.mark.parametrize("name", ["ab", "a b", "x" * 129])
def test_a_launch_template_has_a_name_that_ec2_takes(edge: Session, refused: Any, name: str) -> None:
    create = edge.client("ec2").create_launch_template
    data = {"InstanceType": "m7i.large"}
    refused("InvalidLaunchTemplateName.MalformedException", create, LaunchTemplateName=name, LaunchTemplateData=data)


def test_a_rate_has_a_window_that_waf_takes(edge: Session, refused: Any) -> None:
    rate = {"Limit": 100, "AggregateKeyType": "IP", "EvaluationWindowSec": 90}
    rule = {"Name": "r", "Priority": 0, "Action": {"Block": {}}, "VisibilityConfig": edge_world.VISIBILITY}
    acl = {"Name": "x", "Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": edge_world.VISIBILITY}
    rules = [{**rule, "Statement": {"RateBasedStatement": rate}}]
    refused("WAFInvalidParameterException", edge.client("wafv2").create_web_acl, **acl, Rules=rules)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("server.enabled", "no"),
        ("x_frame_options.header_value", "NONE"),
        ("x_content_type_options.header_value", "sniff"),
        ("strict_transport_security.header_value", "one year"),
    ],
)
def test_a_listener_s_header_has_a_value_that_aws_takes(edge: Session, refused: Any, key: str, value: str) -> None:
    arn = listener(edge, balancer(edge, network(edge))["LoadBalancerArn"])
    attributes = [{"Key": f"routing.http.response.{key}", "Value": value}]
    change_it = edge.client("elbv2").modify_listener_attributes
    refused("InvalidConfigurationRequest", change_it, ListenerArn=arn, Attributes=attributes)


def test_the_adapter_sends_no_empty_list_of_names(edge: Session) -> None:
    from privatelink_ingress import tokens as t

    inputs = {"domainName": "shop.example.com", "subjectAlternativeNames": [], "validationMethod": "DNS"}
    created = ADAPTERS[t.CERTIFICATE].create(edge, inputs)
    assert created.outputs["subjectAlternativeNames"] == ["shop.example.com"]
