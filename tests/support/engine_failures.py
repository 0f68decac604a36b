"""Where the stacks of `tests/engine/test_failures_*.py` fail, and the table of docs/failures.md that says so."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping, Sequence

import pytest

from privatelink_ingress import tokens as t
from tests.support.engine_faults import Moment, Operation

OPERATIONS: tuple[Operation, ...] = ("create", "update", "delete")


@dataclasses.dataclass(frozen=True, kw_only=True)
class Way:
    """A way to fail, and what the operator then does."""

    what: str
    kill: bool
    moment: Moment
    adopt: bool = False
    """Whether orphans are adopted where their command is printed; otherwise they are deleted."""
    then: str
    """What the operator types before the same command again."""
    operations: tuple[Operation, ...] = OPERATIONS


RECOVERY = "`pulumi cancel`, `./run orphans`, "
WAYS: Mapping[str, Way] = {
    "fails": Way(what="the call fails", kill=False, moment="before", then=""),
    "killed-before": Way(
        what="the engine is killed before AWS receives the call",
        kill=True,
        moment="before",
        then=RECOVERY + "its last command",
    ),
    "killed-after-delete": Way(
        what="the engine is killed after AWS answered",
        kill=True,
        moment="after",
        then=RECOVERY + "its `aws` commands, its last command",
    ),
    "killed-after-adopt": Way(
        what="the engine is killed after AWS answered",
        kill=True,
        moment="after",
        adopt=True,
        then=RECOVERY + "its `pulumi import` commands, its last command",
        operations=("create",),
    ),
}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Small:
    """A stack that fails at each of its steps."""

    what: str
    created: Mapping[str, int]
    """How many resources of each type it creates and deletes, by the type's last part."""
    updated: Mapping[str, int]
    """How many of each type another environment updates, which is a tag of everything."""
    daily: Mapping[str, int]
    """The lives of the daily run: the index of one for each way."""
    tried: str
    """The day on which all of the night's lives last held, each way and step."""

    def steps(self, way: str, operation: Operation) -> Sequence[str]:
        """Each step of an operation at which it fails in this way, such as `Subnet-2`: the second one by URN."""
        if operation not in WAYS[way].operations:
            return []
        counted = self.updated if operation == "update" else self.created
        return [f"{type_}-{number}" for type_, count in counted.items() for number in range(1, count + 1)]


@dataclasses.dataclass(frozen=True)
class Life:
    """One life of a small stack: each of its commands fails at one step, the way says how."""

    way: str
    steps: Mapping[Operation, str]
    """The step that fails, for each command that does."""

    def __str__(self) -> str:
        return f"{self.way}-{'-'.join(f'{operation}-{step}' for operation, step in self.steps.items())}"


def lives(small: Small, *, every: bool) -> list[Life]:
    """The lives of a small stack: those of the night (`every`), or of the daily run."""
    found = []
    for way in WAYS:
        pairs = [[(operation, step) for step in small.steps(way, operation)] for operation in OPERATIONS]
        together = [dict(filter(None, steps)) for steps in itertools.zip_longest(*pairs)]
        daily = [small.daily[way]] if way in small.daily else []
        chosen = range(len(together)) if every else daily
        found += [Life(way, together[index]) for index in chosen]
    return found


ATTACHED = Small(
    what="an attached edge stack with one connection, on a shard that stays",
    created={"VpcEndpoint": 1, "TargetGroup": 1, "TargetGroupAttachment": 3, "ListenerRule": 1, "Record": 1},
    updated={"VpcEndpoint": 1, "TargetGroup": 1, "ListenerRule": 1},
    daily={"killed-after-delete": 0, "killed-after-adopt": 6},
    tried="2026-11-29",
)

PUBLICATION = Small(
    what="a workload stack that publishes an existing cluster",
    created={
        "SecurityGroup": 1,
        "SecurityGroupIngressRule": 4,
        "SecurityGroupEgressRule": 1,
        "LoadBalancer": 1,
        "TargetGroup": 1,
        "Listener": 1,
        "Attachment": 1,
        "VpcEndpointService": 1,
        "VpcEndpointServiceAllowedPrinciple": 1,
        "Parameter": 1,
    },
    updated={
        "SecurityGroup": 1,
        "SecurityGroupIngressRule": 4,
        "SecurityGroupEgressRule": 1,
        "LoadBalancer": 1,
        "TargetGroup": 1,
        "Listener": 1,
        "VpcEndpointService": 1,
        "Parameter": 1,
    },
    daily={"fails": 12, "killed-before": 6, "killed-after-delete": 9},
    tried="2026-11-29",
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Large:
    """A stack whose first `up` is killed once for each of some types, after AWS answered a create of that type."""

    what: str
    types: frozenset[str]
    """The types at night."""
    daily: Mapping[str, frozenset[str]]
    """Those of the daily run, for each way that it has."""
    tried: str
    """The day on which all of the night's types last held, in each way."""
    untried: frozenset[str] = frozenset()
    """Types that it has and that no run was killed at yet."""


LARGE_WAYS = ("killed-after-delete", "killed-after-adopt")
PROD = Large(
    what="the sample edge stack `prod`",
    types=frozenset(
        {
            t.BUCKET,
            t.BUCKET_ENCRYPTION,
            t.BUCKET_LIFECYCLE,
            t.BUCKET_OWNERSHIP,
            t.BUCKET_POLICY,
            t.BUCKET_PUBLIC_ACCESS,
            t.BUCKET_VERSIONING,
            t.CERTIFICATE,
            t.CERTIFICATE_VALIDATION,
            t.DEFAULT_SECURITY_GROUP,
            t.DASHBOARD,
            t.DNS_RECORD,
            t.EGRESS_RULE,
            t.FLOW_LOG,
            t.INGRESS_RULE,
            t.INTERNET_GATEWAY,
            t.LISTENER,
            t.LISTENER_RULE,
            t.LOAD_BALANCER,
            t.LOG_DELIVERY,
            t.LOG_DELIVERY_DESTINATION,
            t.LOG_DELIVERY_SOURCE,
            t.METRIC_ALARM,
            t.LOG_GROUP,
            t.QUERY_DEFINITION,
            t.ROLE,
            t.ROLE_POLICY,
            t.ROUTE,
            t.ROUTE_TABLE,
            t.ROUTE_TABLE_ASSOCIATION,
            t.SECURITY_GROUP,
            t.SUBNET,
            t.TARGET,
            t.TARGET_GROUP,
            t.TOPIC,
            t.VPC,
            t.VPC_ENDPOINT,
            t.WEB_ACL,
            t.WEB_ACL_ASSOCIATION,
            t.WEB_ACL_LOGGING,
        }
    ),
    daily={
        "killed-after-delete": frozenset({t.LOAD_BALANCER}),
        "killed-after-adopt": frozenset({t.QUERY_DEFINITION, t.WEB_ACL}),
    },
    tried="2026-11-29",
)
SHOP = Large(
    what="the sample workload stack `shop`, without what runs in its cluster",
    types=frozenset(
        {
            t.ACCESS_ENTRY,
            t.ACCESS_POLICY,
            t.ADDON,
            t.ALLOWED_PRINCIPAL,
            t.AUTOSCALING_ATTACHMENT,
            t.CLUSTER,
            t.DEFAULT_SECURITY_GROUP,
            t.EGRESS_RULE,
            t.ENDPOINT_SERVICE,
            t.FLOW_LOG,
            t.INGRESS_RULE,
            t.LAUNCH_TEMPLATE,
            t.LISTENER,
            t.LOAD_BALANCER,
            t.LOG_GROUP,
            t.NODE_GROUP,
            t.PARAMETER,
            t.REPOSITORY,
            t.REPOSITORY_LIFECYCLE,
            t.ROLE,
            t.ROLE_ATTACHMENT,
            t.ROLE_POLICY,
            t.ROUTE_TABLE,
            t.ROUTE_TABLE_ASSOCIATION,
            t.SECURITY_GROUP,
            t.SUBNET,
            t.TARGET_GROUP,
            t.VPC,
            t.VPC_ENDPOINT,
        }
    ),
    daily={"killed-after-delete": frozenset({t.ENDPOINT_SERVICE})},
    tried="2026-11-29",
)


def at_night(config: pytest.Config) -> bool:
    """Whether every step fails; otherwise those of the daily run."""
    return config.getoption("--hypothesis-profile") == "nightly"


def failures_of(metafunc: pytest.Metafunc, small: Small, large: Large) -> None:
    """Give a test its `life` of the small stack or the types `killed_at` of the large one: all of them at night."""
    every = at_night(metafunc.config)
    if "life" in metafunc.fixturenames:
        metafunc.parametrize("life", lives(small, every=every), ids=str)
    if "killed_at" in metafunc.fixturenames:
        metafunc.parametrize("killed_at", [killed_at(large, "killed-after-delete", every=every)], ids=["each-type"])


def killed_at(large: Large, way: str, *, every: bool) -> frozenset[str]:
    """The types of a large stack at whose creates the engine is killed: those of the night (`every`), or of the day."""
    return large.types if every else large.daily.get(way, frozenset())


SMALL = (ATTACHED, PUBLICATION)
LARGE = (PROD, SHOP)


def table() -> str:
    """What the tests try, for docs/failures.md."""
    rows = [
        "",
        "| stack | steps at night | of them daily | all held on | how it fails | what is typed before it again |",
    ]
    rows.append("|---|---|---|---|---|---|")
    for small in SMALL:
        for name, way in WAYS.items():
            every, daily = ([life for life in lives(small, every=every) if life.way == name] for every in (True, False))
            rows.append(
                f"| {small.what} | {_counted(every)} | {_counted(daily)} | {small.tried} | {way.what} | "
                f"{way.then or 'nothing'} |"
            )
    for large in LARGE:
        for name in LARGE_WAYS:
            way, daily = WAYS[name], len(killed_at(large, name, every=False))
            times = f"{daily} create{'s' if daily > 1 else ''}" if daily else "none"
            rows.append(
                f"| {large.what} | {len(large.types)} creates, each of another type{_without(large)} | {times} | "
                f"{large.tried} | {way.what} | {way.then} |"
            )
    return "\n".join([*rows, ""])


def _without(large: Large) -> str:
    names = sorted(type_.rpartition(":")[2] for type_ in large.untried)
    return f"; not yet {', '.join(names)}" if names else ""


def _counted(chosen: Sequence[Life]) -> str:
    counts = {operation: sum(operation in life.steps for life in chosen) for operation in OPERATIONS}
    texts = [f"{count} {operation}{'s' if count > 1 else ''}" for operation, count in counts.items() if count]
    return ", ".join(texts) or "none"
