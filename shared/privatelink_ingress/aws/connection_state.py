"""A connection's remaining resources on AWS, read with the edge's clients and the workload owner's."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.aws.request_counts import request_counts
from privatelink_ingress.aws.tagged import by_key, with_tags
from privatelink_ingress.contracts import service as service_contract
from privatelink_ingress.fleet.offboarding import EdgeState
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.workload.removal import WorkloadState
from privatelink_ingress.problems import Problem, UserError

_HOUR = 3600


def edge_state(edge: Account, name: str, *, days: int) -> tuple[EdgeState, str]:
    """The edge account's resources of connection `name`, and the reason when its traffic could not be read.

    Found by the tags that all resources of a connection carry. Traffic is `RequestCount` of its target groups:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html says
    that it excludes health checks. An endpoint's `BytesProcessed` includes them, so it is never zero.

    Raises:
        ClientError, BotoCoreError: when AWS cannot be asked.
    """
    elbv2 = edge.client("elbv2")
    groups, balancers, stacks = [], set(), set()
    forwarding = answering = 0
    described = read(elbv2, "describe_target_groups", "TargetGroups")
    for group, found in _tagged(elbv2, described, "TargetGroupArn", name):
        groups.append(group["TargetGroupArn"])
        balancers |= set(group["LoadBalancerArns"])
        stacks.add(found["Stack"])
    for balancer in read(elbv2, "describe_load_balancers", "LoadBalancers"):
        arn = balancer["LoadBalancerArn"]
        for listener in read(elbv2, "describe_listeners", "Listeners", LoadBalancerArn=arn):
            rules = read(elbv2, "describe_rules", "Rules", ListenerArn=listener["ListenerArn"])
            own = [rule for rule in rules if not rule.get("IsDefault")]
            for rule, found in _tagged(elbv2, own, "RuleArn", name):
                forwards = any(action["Type"] == "forward" for action in rule["Actions"])
                forwarding, answering = forwarding + forwards, answering + (not forwards)
                stacks.add(found["Stack"])
                # In maintenance no rule forwards to the groups, so only the rules name the load balancer.
                balancers.add(arn)
    filters = [{"Name": f"tag:{key}", "Values": [value]} for key, value in _marks(name).items()]
    endpoints = read(edge.client("ec2"), "describe_vpc_endpoints", "VpcEndpoints", Filters=filters)
    stacks |= {by_key(endpoint["Tags"])["Stack"] for endpoint in endpoints}
    why, requests, last = "", None, None
    try:
        requests, last = _requests(edge.client("cloudwatch"), groups, balancers, days)
    except (BotoCoreError, ClientError) as error:
        why = str(error)
    state = EdgeState(
        forwarding=forwarding,
        answering=answering,
        endpoints={endpoint["VpcEndpointId"]: endpoint["State"] for endpoint in endpoints},
        requests=requests,
        last_request=last,
        stacks=tuple(sorted(stacks)),
    )
    return state, why


def workload_state(owner: Account, stack: str) -> WorkloadState:
    """The endpoint service of an `eks-service` stack and its connections, read with its owner's clients.

    Raises:
        ClientError, BotoCoreError: when AWS cannot be asked.
    """
    ec2 = owner.client("ec2")
    wanted = {"ManagedBy": tags.MANAGED_BY, "Stack": f"{service_contract.PROJECT}/{stack}"}
    for service in read(ec2, "describe_vpc_endpoint_service_configurations", "ServiceConfigurations"):
        if wanted.items() <= by_key(service.get("Tags", [])).items():
            return connected(owner, service["ServiceId"])
    return WorkloadState(service_id=None)


def connected(owner: Account, service_id: str) -> WorkloadState:
    """An endpoint service's connections; empty when the service does not exist.

    Raises:
        ClientError, BotoCoreError: when AWS cannot be asked.
    """
    filters = [{"Name": "service-id", "Values": [service_id]}]
    ec2 = owner.client("ec2")
    connections = read(ec2, "describe_vpc_endpoint_connections", "VpcEndpointConnections", Filters=filters)
    return WorkloadState(
        service_id=service_id,
        connections={
            connection["VpcEndpointId"]: (connection["VpcEndpointOwner"], connection["VpcEndpointState"])
            for connection in connections
        },
    )


def reject(owner: Account, state: WorkloadState) -> None:
    """Reject every open connection of the service.

    Raises:
        UserError: for those that AWS did not reject, which it reports within a successful response.
        ClientError, BotoCoreError: when AWS cannot be asked.
    """
    answer = owner.client("ec2").reject_vpc_endpoint_connections(
        ServiceId=state.service_id, VpcEndpointIds=sorted(state.open)
    )
    if failed := answer.get("Unsuccessful"):
        remedy = "Run the same offboard again once that is settled."
        problems = [Problem(failure["ResourceId"], failure["Error"]["Message"], remedy) for failure in failed]
        raise UserError("Connections are still open", problems)


def _requests(
    cloudwatch: Any, groups: Iterable[str], balancers: Iterable[str], days: int
) -> tuple[int, datetime.datetime | None]:
    """The sum of all, and the start of the last hour with one."""
    # CloudWatch answers in whole hours, so the current hour is requested as well.
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(hours=1)
    pairs = [(group, balancer) for group in groups for balancer in balancers]
    start = end - datetime.timedelta(days=days, hours=1)
    counted = request_counts(cloudwatch, pairs, start=start, end=end, period=_HOUR)
    points = [point for some in counted.values() for point in some]
    last = max((at for at, _ in points), default=None)
    return int(sum(value for _, value in points)), last and last.astimezone(datetime.UTC)


def _tagged(elbv2: Any, described: list[Any], key: str, name: str) -> list[tuple[Any, dict[str, str]]]:
    """A connection's resources, with their tags."""
    found = with_tags(elbv2, described, key)
    return [(one, known) for one, known in found if _marks(name).items() <= known.items()]


def _marks(name: str) -> dict[str, str]:
    return {"ManagedBy": tags.MANAGED_BY, "Connection": name}
