"""What the tests of the edge services stand on: a network, load balancers, buckets, and refusals read aloud."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Generator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from privatelink_ingress.local.cloud.session import Session

DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"
VISIBILITY = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
NOT_FOUND = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


@contextlib.contextmanager
def refused(code: str, saying: str = "") -> Generator[None]:
    with pytest.raises(ClientError) as caught:
        yield
    error = caught.value.response["Error"]
    assert error["Code"] == code
    assert saying in error["Message"]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Network:
    vpc: str
    subnets: list[str]
    group: str


def network(session: Session, *, second_octet: int = 12, gateway: bool = True) -> Network:
    """A VPC of /16 with a subnet of /24 in each of three zones, and a security group."""
    ec2 = session.client("ec2")
    vpc = ec2.create_vpc(CidrBlock=f"10.{second_octet}.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc, CidrBlock=f"10.{second_octet}.{number}.0/24", AvailabilityZone=f"{session.region}{letter}"
        )["Subnet"]["SubnetId"]
        for number, letter in enumerate("abc")
    ]
    if gateway:
        gateway_id = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway_id, VpcId=vpc)
    group = ec2.create_security_group(GroupName="front", Description="front", VpcId=vpc)["GroupId"]
    return Network(vpc=vpc, subnets=subnets, group=group)


def balancer(session: Session, place: Network, name: str = "edge", **over: Any) -> dict[str, Any]:
    """An internet-facing Application Load Balancer, unless `over` says otherwise."""
    parameters = {"Subnets": place.subnets, "SecurityGroups": [place.group], "Scheme": "internet-facing"} | over
    return session.client("elbv2").create_load_balancer(Name=name, **parameters)["LoadBalancers"][0]


def listener(session: Session, arn: str, port: int = 80, **over: Any) -> str:
    parameters = {"Protocol": "HTTP", "Port": port, "DefaultActions": NOT_FOUND} | over
    made = session.client("elbv2").create_listener(LoadBalancerArn=arn, **parameters)
    return made["Listeners"][0]["ListenerArn"]


def target_group(session: Session, place: Network, name: str = "shop", **over: Any) -> str:
    parameters = {"Protocol": "HTTP", "Port": 80, "TargetType": "ip", "VpcId": place.vpc} | over
    return session.client("elbv2").create_target_group(Name=name, **parameters)["TargetGroups"][0]["TargetGroupArn"]


def bucket(session: Session, name: str = "edge-logs") -> str:
    place = {"LocationConstraint": session.region}
    session.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration=place)
    return name


def bucket_policy(bucket: str, resource: str, service: str = DELIVERY, **over: Any) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/{resource}",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement | over]})


def certificate(session: Session, domain: str = "shop.example.com", *, validated: bool = True) -> str:
    """A certificate with its validation record in a hosted zone of example.com, or without."""
    acm, route53 = session.client("acm"), session.client("route53")
    arn = acm.request_certificate(DomainName=domain, ValidationMethod="DNS")["CertificateArn"]
    if validated:
        zones = route53.list_hosted_zones()["HostedZones"]
        zone = next((z["Id"] for z in zones if z["Name"] == "example.com."), None)
        zone = zone or route53.create_hosted_zone(Name="example.com", CallerReference="x")["HostedZone"]["Id"]
        option = acm.describe_certificate(CertificateArn=arn)["Certificate"]["DomainValidationOptions"][0]
        change(session, zone, "CREATE", **cname(option["ResourceRecord"]))
    return arn


def cname(record: dict[str, str]) -> dict[str, Any]:
    values = [{"Value": record["Value"]}]
    return {"Name": record["Name"], "Type": "CNAME", "TTL": 60, "ResourceRecords": values}


def change(session: Session, zone: str, action: str, **record: Any) -> None:
    changes = [{"Action": action, "ResourceRecordSet": record}]
    session.client("route53").change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": changes})
