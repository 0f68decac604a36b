"""Query logs of the hosted zone come and go, and their log group outlives them.

The claims are told in the order of one life, on one emulated AWS: each begins where the one above it ended.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.engine import REGION, Stack, World
from tests.support.engine_edge import connection, edge, publish
from tests.support.engine_traffic import EDGE_ACCOUNT, uninterrupted

ZONE, GROUP, HOST = "Z0123456789EXAMPLE", "/aws/route53/central-ingress-prod", "shop.example.com"
ARN = f"arn:aws:logs:us-east-1:{EDGE_ACCOUNT}:log-group:{GROUP}"


@pytest.fixture(scope="module")
def stack(world: World) -> Stack:
    made = edge(world, shop=connection("shop", 0, {"service": publish(world, "shop")}))
    made.up()
    return made


def configurations(world: World) -> list[tuple[str, str]]:
    """Zone and log group of every configuration."""
    route53 = world.cloud.session(EDGE_ACCOUNT, REGION).client("route53")
    found = route53.list_query_logging_configs()["QueryLoggingConfigs"]
    return [(one["HostedZoneId"], one["CloudWatchLogsLogGroupArn"]) for one in found]


def there(world: World, region: str = "us-east-1") -> Any:
    return world.cloud.session(EDGE_ACCOUNT, region).client("logs")


def retention(world: World) -> dict[str, int]:
    groups = there(world).describe_log_groups()["logGroups"]
    return {one["logGroupName"]: one["retentionInDays"] for one in groups}


def policies(world: World) -> list[str]:
    return [one["policyName"] for one in there(world).describe_resource_policies()["resourcePolicies"]]


def moved(world: World, stack: Stack, **query_logs: Any) -> list[list[str]]:
    """The steps to other settings as their preview shows them, while the host is served; those of AWS's resources."""
    stack.set("dns", queryLogs=query_logs)
    with uninterrupted(world, HOST):
        result = stack.up_as_previewed()
    assert stack.up().shown() == []
    shown = [str(step).split()[:2] for step in result.steps]
    return [[what, kind] for what, kind in shown if kind not in ("QueryLogs", "aws")]


def test_they_come_in_one_deployment_with_the_configuration_last(world: World, stack: Stack):
    steps = moved(world, stack, enabled=True)
    assert sorted(steps[:-1]) == [["create", "LogGroup"], ["create", "LogResourcePolicy"]]
    assert steps[-1] == ["create", "QueryLog"]
    assert configurations(world) == [(ZONE, ARN)]
    assert (retention(world), policies(world)) == ({GROUP: 365}, ["central-ingress-prod-query-logs"])
    stack.refresh()
    assert stack.up().shown() == []


def test_another_retention_changes_the_log_group_in_place(world: World, stack: Stack):
    stack.set("logs", retentionDays=30)
    assert {str(step).split()[0] for step in stack.up_as_previewed().of("update")} == {"update"}
    assert retention(world) == {GROUP: 30}


def test_without_them_the_configuration_goes_first_and_the_log_group_stays(world: World, stack: Stack):
    steps = moved(world, stack)
    assert steps[0] == ["delete", "QueryLog"]
    assert configurations(world) == []
    assert (retention(world), policies(world)) == ({GROUP: 30}, [])


def test_the_next_time_the_log_group_is_imported(world: World, stack: Stack):
    steps = moved(world, stack, enabled=True)
    assert ["import", "LogGroup"] in steps
    assert configurations(world) == [(ZONE, ARN)]


def test_a_zone_that_is_configured_already_is_refused_and_keeps_its_configuration(world: World, stack: Stack):
    moved(world, stack)
    other = "/aws/route53/other"
    logs = there(world)
    logs.create_log_group(logGroupName=other)
    logs.put_resource_policy(policyName="other", policyDocument=OPEN)
    route53 = world.cloud.session(EDGE_ACCOUNT, REGION).client("route53")
    route53.create_query_logging_config(HostedZoneId=ZONE, CloudWatchLogsLogGroupArn=ARN.replace(GROUP, other))
    stack.set("dns", queryLogs={"enabled": True})
    message = "\n".join(stack.failing("preview").errors)
    assert f"hosted zone {ZONE} has query logs already, in {ARN.replace(GROUP, other)}" in message
    assert configurations(world) == [(ZONE, ARN.replace(GROUP, other))]


OPEN = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "route53.amazonaws.com"},
"Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
"Resource": "arn:aws:logs:us-east-1:222222222222:log-group:*"}]}"""
