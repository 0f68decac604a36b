"""Waits until AWS has moved requests from targets that leave to those that stay."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Generator, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.pages import read
from privatelink_ingress.aws.tagged import with_tags
from privatelink_ingress.plan import tags
from privatelink_ingress.plan.edge import draining
from privatelink_ingress.plan.edge.draining import States
from privatelink_ingress.plan.edge.removal import EdgeRemovalPlan
from privatelink_ingress.problems import UserError

Say = Callable[[str], None]

sleep = time.sleep
"""Tests put the clock of the emulated AWS in its place."""


def wait_until_rule_may_forward(plan: EdgeRemovalPlan, rule_arn: str, wanted: Mapping[str, int], say: Say) -> None:
    """Return once a listener rule may change to the target groups `wanted`, weights by ARN.

    Until then the rule forwards as it did, and has the new groups with weight 0; one that answers the requests itself
    has these groups alone. After a refusal it is as it was.

    Raises:
        UserError: when a new group does not become healthy in time, or AWS cannot be asked.
    """
    with _asking(plan, f"listener rule {rule_arn}") as elbv2:
        [rule] = elbv2.describe_rules(RuleArns=[rule_arn])["Rules"]
        current = _weights(rule["Actions"])
        joining = draining.joining(current, wanted)
        # Another rule of the connection may have had a group checked already.
        unchecked = [arn for arn in joining if arn not in current and draining.unready(_states(elbv2, arn))]
        if unchecked:
            elbv2.modify_rule(RuleArn=rule_arn, Actions=_with_standby(rule["Actions"], unchecked))
        try:
            for arn in joining:
                _wait_until_ready(plan, arn, say, answering=not current)
        except BaseException:
            if unchecked:
                elbv2.modify_rule(RuleArn=rule_arn, Actions=_with_standby(rule["Actions"], []))
            raise


def _weights(actions: Sequence[Any]) -> dict[str, int]:
    """Weight of each target group that the actions of a rule forward to."""
    groups = [group for action in actions for group in action.get("ForwardConfig", {}).get("TargetGroups", ())]
    alone = {action["TargetGroupArn"]: 1 for action in actions if "TargetGroupArn" in action}
    return alone | {group["TargetGroupArn"]: group.get("Weight", 1) for group in groups}


def _with_standby(actions: Sequence[Any], standby: Sequence[str]) -> list[Any]:
    """The actions of a rule, which also forwards to the groups `standby`, with weight 0.

    In place of a fixed response it forwards to them alone: no action forwards beside one.
    """
    replaced = {"forward", "fixed-response"} if standby else {"forward"}
    return [_forward_with(action, standby) if action["Type"] in replaced else _as_it_is(action) for action in actions]


def _as_it_is(action: Any) -> Any:
    """An action to leave unchanged. AWS does not show the client secret of one, and takes it for a missing one.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html
    """
    if action["Type"] != "authenticate-oidc":
        return action
    return action | {"AuthenticateOidcConfig": action["AuthenticateOidcConfig"] | {"UseExistingClientSecret": True}}


def _forward_with(action: Any, standby: Sequence[str]) -> dict[str, Any]:
    weights = _weights([action]) | dict.fromkeys(standby, 0)
    groups = [{"TargetGroupArn": arn, "Weight": weight} for arn, weight in weights.items()]
    config = action.get("ForwardConfig", {}) | {"TargetGroups": groups}
    # Beside more than one group, the API refuses the ARN of a single one.
    kept = {key: value for key, value in action.items() if key not in ("TargetGroupArn", "FixedResponseConfig")}
    return kept | {"Type": "forward", "ForwardConfig": config}


def _wait_until_ready(plan: EdgeRemovalPlan, group_arn: str, say: Say, *, answering: bool) -> None:
    name = _name(group_arn)
    _wait(
        plan,
        f"target group {name}",
        lambda elbv2: draining.unready(_states(elbv2, group_arn)),
        "become healthy",
        say,
        seconds=draining.HEALTHY_SECONDS,
        failure=lambda addresses: draining.never_ready(name, addresses, answering=answering),
    )


def wait_until_healthy(
    plan: EdgeRemovalPlan, group_arn: str, leaving: str, remaining: Collection[str], say: Say
) -> None:
    """Return once a target may be deregistered: `plan.edge.draining.unhealthy`.

    Raises:
        UserError: when the remaining targets do not become healthy in time, or AWS cannot be asked.
    """
    name = _name(group_arn)

    def waiting(elbv2: Any) -> list[str]:
        return draining.unhealthy(leaving, remaining, _states(elbv2, group_arn))

    _wait(
        plan,
        f"target group {name}",
        waiting,
        "become healthy",
        say,
        seconds=draining.HEALTHY_SECONDS,
        failure=lambda addresses: draining.still_unhealthy(name, addresses),
    )


def wait_until_group_is_drained(plan: EdgeRemovalPlan, group_arn: str, say: Say) -> None:
    """Return once no target of a group is draining.

    Raises:
        UserError: when it takes too long, or AWS cannot be asked.
    """
    _drained(plan, f"target group {_name(group_arn)}", lambda elbv2: draining.draining(_states(elbv2, group_arn)), say)


def wait_until_endpoint_is_drained(
    plan: EdgeRemovalPlan, endpoint_id: str, connection: str, addresses: Collection[str], say: Say
) -> None:
    """Return once no target at an endpoint's addresses is draining, in any group of its connection.

    Raises:
        UserError: when it takes too long, or AWS cannot be asked.
    """
    wanted = {"ManagedBy": tags.MANAGED_BY, "Stack": plan.stack, "Connection": connection}

    def waiting(elbv2: Any) -> list[str]:
        described = read(elbv2, "describe_target_groups", "TargetGroups")
        groups = [
            group["TargetGroupArn"]
            for group, found in with_tags(elbv2, described, "TargetGroupArn")
            if wanted.items() <= found.items()
        ]
        return sorted({one for arn in groups for one in draining.draining(_states(elbv2, arn), addresses)})

    _drained(plan, f"endpoint {endpoint_id}", waiting, say)


def _drained(plan: EdgeRemovalPlan, name: str, waiting: Callable[[Any], list[str]], say: Say) -> None:
    _wait(
        plan,
        name,
        waiting,
        "finish draining",
        say,
        seconds=draining.DRAINED_SECONDS,
        failure=lambda addresses: draining.still_draining(name, addresses),
    )


def _wait(
    plan: EdgeRemovalPlan,
    name: str,
    waiting: Callable[[Any], list[str]],
    until: str,
    say: Say,
    *,
    seconds: int,
    failure: Callable[[list[str]], UserError],
) -> None:
    with _asking(plan, name) as elbv2:
        for waited in range(0, seconds + 1, draining.POLL_SECONDS):
            if not (addresses := waiting(elbv2)):
                return
            say(f"{name}: waiting for {', '.join(addresses)} to {until}, {waited} s so far")
            sleep(draining.POLL_SECONDS)
    raise failure(addresses)


@contextlib.contextmanager
def _asking(plan: EdgeRemovalPlan, name: str) -> Generator[Any]:
    """A client of the load balancers. Errors of AWS become a refusal to change `name`."""
    try:
        owner = credentials.deploying(plan.account_id, plan.region, plan.role_arn, plan.external_id)
        yield owner.client("elbv2")
    except (BotoCoreError, ClientError, credentials.WrongAccount) as error:
        raise draining.unseen(name, plan.account_id, str(error)) from None


def _name(group_arn: str) -> str:
    return group_arn.rpartition(":targetgroup/")[2].partition("/")[0]


def _states(elbv2: Any, group_arn: str) -> States:
    """A group that does not exist has no targets."""
    try:
        found = elbv2.describe_target_health(TargetGroupArn=group_arn)["TargetHealthDescriptions"]
    except elbv2.exceptions.TargetGroupNotFoundException:
        return {}
    return {one["Target"]["Id"]: one["TargetHealth"]["State"] for one in found}
