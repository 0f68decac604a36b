"""Query logs of the emulated Route 53: the zone, the log group and the policy that AWS asks for."""

from __future__ import annotations

import json
from typing import Any

import pytest

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import readings
from privatelink_ingress.local.adapters.route53 import ADAPTERS
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud.route53 import prepare_hosted_zone
from privatelink_ingress.local.cloud.session import Session
from tests.support.edge_world import network, refused

ZONE, OTHER, ACCOUNT = "Z0123456789PREPARED", "Z9876543210PREPARED", "222222222222"
GROUP = "/aws/route53/edge"
ARN = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:{GROUP}"


@pytest.fixture
def logs(edge: Session, cloud: Cloud) -> Any:
    """CloudWatch Logs of us-east-1 with the log group, beside a public hosted zone."""
    prepare_hosted_zone(ACCOUNT, ZONE, "example.com")
    client = cloud.session(ACCOUNT, "us-east-1").client("logs")
    client.create_log_group(logGroupName=GROUP)
    return client


def admit(logs: Any, **over: Any) -> None:
    """Put the policy that AWS's guide has; `over` replaces elements of its statement."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "route53.amazonaws.com"},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": f"{ARN}:*",
        "Condition": {
            "ArnLike": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{ZONE}"},
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
        },
        **over,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": statement})
    logs.put_resource_policy(policyName="route53", policyDocument=document)


def configure(edge: Session, arn: str = ARN, zone: str = ZONE) -> Any:
    created = edge.client("route53").create_query_logging_config(HostedZoneId=zone, CloudWatchLogsLogGroupArn=arn)
    return created["QueryLoggingConfig"]


@pytest.mark.parametrize("arn", [ARN, f"{ARN}:*"])
def test_a_zone_is_configured_once_and_keeps_the_arn_as_it_was_given(edge: Session, logs: Any, arn: str) -> None:
    admit(logs)
    found = configure(edge, arn)
    assert (found["HostedZoneId"], found["CloudWatchLogsLogGroupArn"]) == (ZONE, arn)
    with refused("QueryLoggingConfigAlreadyExists"):
        configure(edge, arn)
    edge.client("route53").delete_query_logging_config(Id=found["Id"])
    assert configure(edge, arn)["Id"] != found["Id"]


def test_a_private_zone_is_refused(edge: Session, logs: Any) -> None:
    admit(logs)
    private = edge.client("route53").create_hosted_zone(
        Name="example.org",
        CallerReference="private",
        HostedZoneConfig={"PrivateZone": True, "Comment": ""},
        VPC={"VPCRegion": "eu-west-1", "VPCId": network(edge).vpc},
    )
    with refused("InvalidInput", "is private"):
        configure(edge, zone=private["HostedZone"]["Id"].rpartition("/")[2])


@pytest.mark.parametrize(
    "arn", [ARN.replace("us-east-1", "eu-west-1"), ARN.replace(ACCOUNT, "111111111111"), f"{ARN}-2"]
)
def test_a_log_group_of_another_region_or_account_and_one_that_does_not_exist_are_refused(
    edge: Session, logs: Any, arn: str
) -> None:
    admit(logs, Resource="*")
    edge.client("logs").create_log_group(logGroupName=GROUP)
    with refused("NoSuchCloudWatchLogsLogGroup"):
        configure(edge, arn)


@pytest.mark.parametrize(
    "over",
    [
        {"Principal": {"Service": "es.amazonaws.com"}},
        {"Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}},
        {"Action": "logs:CreateLogStream"},
        {"Resource": f"{ARN}-2:*"},
        {"Effect": "Deny"},
        {"Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:route53:::hostedzone/{OTHER}"}}},
        {"Condition": {"StringEquals": {"aws:SourceAccount": "111111111111"}}},
    ],
)
def test_a_policy_that_does_not_admit_route_53_is_refused(edge: Session, logs: Any, over: dict[str, Any]) -> None:
    with refused("InsufficientCloudWatchLogsResourcePolicy"):
        configure(edge)
    admit(logs, **over)
    with refused("InsufficientCloudWatchLogsResourcePolicy"):
        configure(edge)
    admit(logs)
    assert configure(edge)["HostedZoneId"] == ZONE


def test_a_policy_of_another_region_does_not_count(edge: Session, logs: Any) -> None:
    admit(edge.client("logs"))
    with refused("InsufficientCloudWatchLogsResourcePolicy"):
        configure(edge)


def test_the_adapter_creates_reads_and_deletes_a_configuration(edge: Session, logs: Any) -> None:
    admit(logs)
    adapter, inputs = ADAPTERS[t.QUERY_LOG], {"zoneId": ZONE, "cloudwatchLogGroupArn": ARN}
    created = adapter.create(edge, inputs)
    assert created.outputs == {"arn": f"arn:aws:route53:::queryloggingconfig/{created.id}"}
    assert readings.read(edge, t.QUERY_LOG, created.id, inputs) == inputs
    adapter.delete(edge, created.id, inputs)
    assert readings.read(edge, t.QUERY_LOG, created.id, inputs) is None


def test_a_zone_lists_its_own_configuration_and_an_account_all(edge: Session, logs: Any) -> None:
    prepare_hosted_zone(ACCOUNT, OTHER, "example.org")
    admit(logs)
    configure(edge)

    def listed(**of: str) -> list[str]:
        found = edge.client("route53").list_query_logging_configs(**of)["QueryLoggingConfigs"]
        return [one["HostedZoneId"] for one in found]

    assert (listed(), listed(HostedZoneId=ZONE), listed(HostedZoneId=OTHER)) == ([ZONE], [ZONE], [])
