"""Requests that AWS throttles are sent again; what is throttled to the end is told, and the rest is read."""

from __future__ import annotations

import collections
import io
import threading
from collections.abc import Callable, Iterator
from typing import Any
from unittest import mock

import pytest
from botocore.awsrequest import AWSResponse

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.reads import Reads
from privatelink_ingress.aws.topology import live
from privatelink_ingress.cli.accounts import Accounts
from privatelink_ingress.cli.reading import Reading
from privatelink_ingress.settings.assumed_roles import AssumedRoles
from privatelink_ingress.trace.topology import joined

ACCOUNT, REGION = "111111111111", "eu-west-1"
ATTEMPTS = 3

EC2 = "<R><Errors><Error><Code>RequestLimitExceeded</Code><Message>Too many.</Message></Error></Errors></R>"
ELB = "<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"
EKS = '{"message": "Rate exceeded"}'
THROTTLED: dict[str, tuple[int, dict[str, str], str]] = {
    "ec2": (503, {}, EC2),
    "elastic-load-balancing-v2": (400, {}, ELB),
    "eks": (429, {"x-amzn-errortype": "ThrottlingException"}, EKS),
}
"""Status, headers and body of each service's answer to one request too many."""

EMPTY = {
    "DescribeSubnets": "<DescribeSubnetsResponse><subnetSet/></DescribeSubnetsResponse>",
    "DescribeInstances": "<DescribeInstancesResponse><reservationSet/></DescribeInstancesResponse>",
    "DescribeSecurityGroups": "<DescribeSecurityGroupsResponse><securityGroupInfo/></DescribeSecurityGroupsResponse>",
    "DescribeVpcEndpointServiceConfigurations": "<R><serviceConfigurationSet/></R>",
    "DescribeLoadBalancers": "<R><DescribeLoadBalancersResult><LoadBalancers/></DescribeLoadBalancersResult></R>",
    "DescribeTargetGroups": "<R><DescribeTargetGroupsResult><TargetGroups/></DescribeTargetGroupsResult></R>",
    "ListClusters": '{"clusters": []}',
}


class Body(io.BytesIO):
    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


class Account(credentials.Own):
    """Clients whose requests are answered here; `throttled` says which attempt of an operation is one too many."""

    def __init__(self, throttled: Callable[[str, int], bool]) -> None:
        keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        super().__init__(credentials.session_of(**keys), ACCOUNT, REGION)
        self.throttled, self.sent = throttled, collections.Counter[str]()

    def client(self, service: str) -> Any:
        client = super().client(service)
        client.meta.events.register("before-send", self._answer, unique_id="here")
        return client

    def _answer(self, request: Any, event_name: str, **_: Any) -> AWSResponse:
        service, operation = event_name.split(".")[1:]
        self.sent[operation] += 1
        if self.throttled(operation, self.sent[operation]):
            status, headers, body = THROTTLED[service]
        else:
            status, headers, body = 200, {}, EMPTY[operation]
        return AWSResponse(request.url, status, headers, Body(body.encode()))


@pytest.fixture(autouse=True)
def no_time_passes() -> Iterator[mock.Mock]:
    """Between two attempts."""
    with mock.patch("botocore.endpoint.time.sleep") as slept:
        yield slept


@pytest.mark.parametrize(
    ("service", "operation"),
    [("ec2", "DescribeSubnets"), ("elbv2", "DescribeLoadBalancers"), ("eks", "ListClusters")],
)
def test_a_throttled_request_is_sent_again_after_a_pause(service: str, operation: str, no_time_passes: mock.Mock):
    account = Account(lambda _, attempt: attempt < ATTEMPTS)
    method = {"DescribeSubnets": "describe_subnets", "DescribeLoadBalancers": "describe_load_balancers"}
    answer = getattr(account.client(service), method.get(operation, "list_clusters"))()
    assert (account.sent[operation], answer["ResponseMetadata"]["RetryAttempts"]) == (ATTEMPTS, ATTEMPTS - 1)
    assert no_time_passes.call_count == ATTEMPTS - 1


@pytest.mark.parametrize(
    ("operation", "part", "code"),
    [
        ("DescribeInstances", "instances", "RequestLimitExceeded"),
        ("DescribeTargetGroups", "target groups", "Throttling"),
    ],
)
def test_what_is_throttled_to_the_end_is_told_and_the_rest_is_read(operation: str, part: str, code: str):
    account = Account(lambda name, _: name == operation)
    reads = Reads(account)
    topology = live.workload(reads)
    [problem] = reads.unread.values()
    assert (problem.where, topology.unread) == (f"account {ACCOUNT}, {REGION}", {part})
    assert problem.reason.startswith(f"{part} cannot be read: An error occurred ({code})")
    assert problem.remedy == (
        "AWS throttles this account, whose limit other tools use up as well: run the command again later."
    )
    assert (account.sent[operation], topology.owners) == (ATTEMPTS, {ACCOUNT})
    assert account.sent.keys() == EMPTY.keys() - {"ListClusters"}


def test_a_storm_in_which_every_request_is_throttled_ends_with_every_part_told():
    reads = Reads(Account(lambda *_: True))
    topology = live.workload(reads)
    assert reads.unread.keys() == topology.unread
    assert (topology.services, topology.owners, topology.load_balancers) == ({}, frozenset(), {})
    assert {problem.remedy.partition(" ")[0] for problem in reads.unread.values()} == {"AWS"}


class Open(Accounts):
    """Every account is there, and nothing is asked."""

    def account(self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None) -> Any:
        return mock.Mock(account_id=account_id, region=region)


def test_accounts_are_read_at_one_time_and_kept_in_their_order():
    reading, both = Reading(Open()), threading.Barrier(2, timeout=60)

    def look(reads: Reads) -> Any:
        both.wait()  # for the other account, which would never come if one were read after the other
        return joined(())

    places = {(account, REGION): AssumedRoles() for account in (ACCOUNT, "222222222222")}
    reading.read(places, look)
    assert (list(reading.read_accounts), reading.lost) == (list(places), [])
