"""A create that fails after moto's own part of it leaves nothing in the emulated AWS, as in AWS."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from privatelink_ingress.local.cloud import hardening
from privatelink_ingress.local.cloud.session import Session
from tests.support import eks_world
from tests.support.edge_world import VISIBILITY, balancer, listener, network, target_group

Listing = Callable[[], Any]
Create = Callable[[], Any]


def flow_logs(session: Session) -> tuple[Create, Listing]:
    ec2, place = session.client("ec2"), network(session)
    role = eks_world.role(session, "flow", "vpc-flow-logs.amazonaws.com")
    wanted = {"ResourceIds": [place.vpc], "ResourceType": "VPC", "TrafficType": "ALL", "LogGroupName": "/flow"}
    return (
        lambda: ec2.create_flow_logs(**wanted, DeliverLogsPermissionArn=role),
        lambda: ec2.describe_flow_logs()["FlowLogs"],
    )


def subnet(session: Session) -> tuple[Create, Listing]:
    ec2, place = session.client("ec2"), network(session)
    return (
        lambda: ec2.create_subnet(VpcId=place.vpc, CidrBlock="10.12.9.0/24"),
        lambda: ec2.describe_subnets()["Subnets"],
    )


def certificate(session: Session) -> tuple[Create, Listing]:
    acm = session.client("acm")
    return (
        lambda: acm.request_certificate(DomainName="shop.example.com", ValidationMethod="DNS"),
        lambda: acm.list_certificates()["CertificateSummaryList"],
    )


def web_acl(session: Session) -> tuple[Create, Listing]:
    waf = session.client("wafv2")
    wanted = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": VISIBILITY}
    return lambda: waf.create_web_acl(Name="edge", **wanted), lambda: waf.list_web_acls(Scope="REGIONAL")["WebACLs"]


def ip_set(session: Session) -> tuple[Create, Listing]:
    waf = session.client("wafv2")
    wanted = {"Scope": "REGIONAL", "IPAddressVersion": "IPV4", "Addresses": []}
    return lambda: waf.create_ip_set(Name="deny", **wanted), lambda: waf.list_ip_sets(Scope="REGIONAL")["IPSets"]


def load_balancer(session: Session) -> tuple[Create, Listing]:
    elb, ec2, place = session.client("elbv2"), session.client("ec2"), network(session)
    return lambda: balancer(session, place), lambda: (
        elb.describe_load_balancers()["LoadBalancers"],
        ec2.describe_network_interfaces()["NetworkInterfaces"],
    )


def listeners(session: Session) -> tuple[Create, Listing]:
    elb, place = session.client("elbv2"), network(session)
    arn, group = balancer(session, place)["LoadBalancerArn"], target_group(session, place)
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    return lambda: listener(session, arn, DefaultActions=forward), lambda: (
        elb.describe_listeners(LoadBalancerArn=arn)["Listeners"],
        elb.describe_target_groups()["TargetGroups"][0]["LoadBalancerArns"],
    )


def rule(session: Session) -> tuple[Create, Listing]:
    elb, place = session.client("elbv2"), network(session)
    arn, group = listener(session, balancer(session, place)["LoadBalancerArn"]), target_group(session, place)
    condition = {"Field": "path-pattern", "PathPatternConfig": {"Values": ["/shop"]}}
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    return lambda: elb.create_rule(ListenerArn=arn, Priority=1, Conditions=[condition], Actions=forward), lambda: (
        elb.describe_rules(ListenerArn=arn)["Rules"],
        elb.describe_target_groups()["TargetGroups"][0]["LoadBalancerArns"],
    )


def group(session: Session) -> tuple[Create, Listing]:
    elb, place = session.client("elbv2"), network(session)
    return lambda: target_group(session, place), lambda: elb.describe_target_groups()["TargetGroups"]


def alarm(session: Session) -> tuple[Create, Listing]:
    cloudwatch = session.client("cloudwatch")
    metric = {"Namespace": "AWS/ApplicationELB", "MetricName": "HTTPCode_ELB_5XX_Count", "Statistic": "Sum"}
    limits = {"Period": 60, "EvaluationPeriods": 5, "Threshold": 10}
    return (
        lambda: cloudwatch.put_metric_alarm(
            AlarmName="errors", ComparisonOperator="GreaterThanThreshold", **metric, **limits
        ),
        lambda: cloudwatch.describe_alarms()["MetricAlarms"],
    )


def cluster(session: Session) -> tuple[Create, Listing]:
    eks, ec2, place = session.client("eks"), session.client("ec2"), eks_world.world(session)
    return place.create_cluster, lambda: (
        eks.list_clusters()["clusters"],
        sorted(group["GroupName"] for group in ec2.describe_security_groups()["SecurityGroups"]),
    )


def node_group(session: Session) -> tuple[Create, Listing]:
    eks, ec2, place = session.client("eks"), session.client("ec2"), eks_world.world(session)
    place.create_cluster()
    scaling = session.client("autoscaling")
    return place.create_nodes, lambda: (
        eks.list_nodegroups(clusterName="shop")["nodegroups"],
        eks.list_access_entries(clusterName="shop")["accessEntries"],
        scaling.describe_auto_scaling_groups()["AutoScalingGroups"],
        ec2.describe_launch_templates()["LaunchTemplates"],
        ec2.describe_network_interfaces()["NetworkInterfaces"],
    )


CREATES = {
    "create_cluster": cluster,
    "create_flow_logs": flow_logs,
    "create_ip_set": ip_set,
    "create_listener": listeners,
    "create_load_balancer": load_balancer,
    "create_nodegroup": node_group,
    "create_rule": rule,
    "create_subnet": subnet,
    "create_target_group": group,
    "create_web_acl": web_acl,
    "put_metric_alarm": alarm,
    "request_certificate": certificate,
}
NOT_CREATES = ("add", "delete", "describe", "modify", "register", "remove", "revoke", "set", "update")


def test_every_create_with_an_effect_can_be_taken_back(workload):
    creates = {operation for _, operation in hardening.EFFECTS if not operation.startswith(NOT_CREATES)}
    assert creates == {operation for _, operation in hardening.UNDONE} == CREATES.keys()


@pytest.mark.filterwarnings("ignore:Exception.Refusal. with code ServiceFailure")
@pytest.mark.parametrize("operation", CREATES)
def test_a_create_whose_effect_fails_leaves_nothing(workload, refused, monkeypatch, operation):
    create, listing = CREATES[operation](workload)
    [responses] = [responses for responses, name in hardening.UNDONE if name == operation]
    before = json.dumps(listing(), default=str)
    with monkeypatch.context() as patched:
        patched.setattr(responses, operation, getattr(responses, operation))
        hardening.after(responses, operation)(lambda *_: hardening.refuse("ServiceFailure", "an effect failed"))
        hardening.install()
        refused("ServiceFailure", create)
    assert json.dumps(listing(), default=str) == before
    create()
    assert json.dumps(listing(), default=str) != before
