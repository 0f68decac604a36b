"""Target health as states in time.

A target is `unused` before a rule names its group, `initial` before its first passed check, and `draining` after its
deregistration.

By default every state has settled: a registered target is healthy, and a deregistered one is gone. A test that is about
time sets `CLOCK` going, and time passes only when the test says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.elbv2.responses import ELBV2Response

from privatelink_ingress.local.cloud.elbv2 import references
from privatelink_ingress.local.cloud.hardening import Params, after, before, operation

DELAY = "deregistration_delay.timeout_seconds"


class Clock:
    """Seconds of the emulated load balancers; None while every state has settled."""

    def __init__(self) -> None:
        """Settled."""
        self.now: float | None = None
        self._last = 0.0
        self.silent: set[str] = set()
        """Addresses that answer no health check, or `address:port` that does not."""

    def start(self) -> None:
        """Let states take their time from now on. All earlier ones have settled: an hour has passed."""
        self.now = self._last + 3600

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        assert self.now is not None, "the clock was not started"
        self.now += seconds

    def stop(self) -> None:
        """Settle every state, those to come too."""
        self._last = self.now or self._last
        self.now = None
        self.silent = set()


CLOCK = Clock()
"""Of all accounts and Regions."""


@after(ELBV2Response, "register_targets")
def registration_starts_health_checks(request: Any, params: Params, response: Any) -> Any:
    """A new target is `initial` until it passes one health check.

    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
    """
    group = request.elbv2_backend.target_groups.get(params["TargetGroupArn"])
    for target in params["Targets"]:
        if CLOCK.now is not None:
            _times(group, "registered")[target["Id"]] = CLOCK.now
        _times(group, "drained").pop(target["Id"], None)
    return response


@before(ELBV2Response, "create_rule", "modify_rule", "create_listener", "modify_listener")
def a_rule_starts_health_checks(request: Any, params: Params) -> None:
    """A group's targets are checked once a listener rule names the group, with whatever weight.

    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html
    """
    for arn in references.forwards_to(params.get("Actions") or params.get("DefaultActions") or ()):
        group = request.elbv2_backend.target_groups.get(arn)
        if group is not None and CLOCK.now is not None and not _used(request.elbv2_backend, arn):
            _times(group, "used")["first"] = CLOCK.now


@before(ELBV2Response, "deregister_targets")
def deregistration_drains(request: Any, params: Params) -> None:
    """A deregistered target is `draining` for the whole deregistration delay, requests in flight or not.

    Source: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html,
    Deregistration delay.
    """
    group = request.elbv2_backend.target_groups.get(params["TargetGroupArn"])
    if group is None or CLOCK.now is None:
        return
    for target in params["Targets"]:
        if target["Id"] in group.targets:
            _times(group, "drained")[target["Id"]] = CLOCK.now + float(group.attributes[DELAY])


@operation(ELBV2Response, "describe_target_health")
def health_is_a_state_in_time(request: Any, params: Params) -> Mapping[str, Any]:
    """As moto says, but for targets that are unused, new, drain, or answer no check (API reference, TargetHealth)."""
    arn = params["TargetGroupArn"]
    found = request.elbv2_backend.describe_target_health(arn, params.get("Targets", []))
    group = request.elbv2_backend.target_groups[arn]
    used = _used(request.elbv2_backend, arn)
    described = [_described(group, one, used) for one in found]
    return {"TargetHealthDescriptions": [*described, *([] if params.get("Targets") else _draining(group))]}


def _described(group: Any, one: Any, used: bool) -> Mapping[str, Any]:
    state, reason = one.status, one.reason
    if state == "healthy" and not used:
        state, reason = "unused", "Target.NotInUse"
    if CLOCK.now is not None and state == "healthy":
        moments = [_times(group, "registered").get(one.instance_id), _times(group, "used").get("first")]
        checked_since = max((moment for moment in moments if moment is not None), default=None)
        if checked_since is not None and CLOCK.now < checked_since + float(group.health_check_interval_seconds):
            state, reason = "initial", "Elb.InitialHealthChecking"
        elif CLOCK.silent & {one.instance_id, f"{one.instance_id}:{one.port}"}:
            state, reason = "unhealthy", "Target.Timeout"
    return _description(one.instance_id, one.port, state, reason)


def _used(backend: Any, arn: str) -> bool:
    """Whether a rule of a load balancer names the group."""
    return any(arn in references.target_groups(balancer) for balancer in backend.load_balancers.values())


def _draining(group: Any) -> Iterator[Mapping[str, Any]]:
    for address, until in _times(group, "drained").items():
        if CLOCK.now is not None and CLOCK.now < until:
            yield _description(address, group.port, "draining", "Target.DeregistrationInProgress")


def _description(address: str, port: Any, state: str, reason: str | None) -> Mapping[str, Any]:
    health = {"State": state} | ({"Reason": reason} if reason else {})
    return {"Target": {"Id": address, "Port": port}, "HealthCheckPort": str(port), "TargetHealth": health}


def _times(group: Any, kind: str) -> dict[str, Any]:
    """Moments by address, kept with the group that they are of."""
    return vars(group).setdefault(f"_{kind}_at", {})
