"""Where the stacks of `tests/engine/test_failures_*.py` fail, and the table of docs/failures.md that says so."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Collection, Mapping, Sequence

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
        then=RECOVERY + "the command that forgets pending creates",
    ),
    "killed-after-delete": Way(
        what="the engine is killed after AWS answered",
        kill=True,
        moment="after",
        then=RECOVERY + "its `aws` commands, the command that forgets pending creates",
    ),
    "killed-after-adopt": Way(
        what="the engine is killed after AWS answered",
        kill=True,
        moment="after",
        adopt=True,
        then=RECOVERY + "its `pulumi import` commands, the command that forgets pending creates",
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
    nightly: Mapping[str, Collection[int] | None] = dataclasses.field(default_factory=lambda: dict.fromkeys(WAYS))
    """The ways in which it fails at night, each with the indices of the lives that do; None for all of them."""

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
    for way, nightly in small.nightly.items():
        pairs = [[(operation, step) for step in small.steps(way, operation)] for operation in OPERATIONS]
        together = [dict(filter(None, steps)) for steps in itertools.zip_longest(*pairs)]
        daily = [small.daily[way]] if way in small.daily else []
        chosen = daily if not every else range(len(together)) if nightly is None else nightly
        found += [Life(way, together[index]) for index in chosen]
    return found


ATTACHED = Small(
    what="an attached edge stack with one connection, on a shard that stays",
    created={"VpcEndpoint": 1, "TargetGroup": 1, "TargetGroupAttachment": 3, "ListenerRule": 1, "Record": 1},
    updated={"VpcEndpoint": 1, "TargetGroup": 1, "ListenerRule": 1},
    daily={"killed-after-delete": 0, "killed-after-adopt": 6},
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
    daily={"fails": 12, "killed-before": 6, "killed-after-delete": 10},
    nightly={"fails": None, "killed-before": (6, 10, 12), "killed-after-delete": (6, 10, 12)},
)


@dataclasses.dataclass(frozen=True, kw_only=True)
class Large:
    """A stack whose first `up` is killed once for each of some types, after AWS answered a create of that type."""

    what: str
    types: frozenset[str]
    """The types at night."""
    daily: frozenset[str]
    """Those of the daily run."""


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
            t.LOG_GROUP,
            t.ROLE,
            t.ROLE_POLICY,
            t.ROUTE,
            t.ROUTE_TABLE,
            t.ROUTE_TABLE_ASSOCIATION,
            t.SECURITY_GROUP,
            t.SUBNET,
            t.TARGET,
            t.TARGET_GROUP,
            t.VPC,
            t.VPC_ENDPOINT,
            t.WEB_ACL,
            t.WEB_ACL_ASSOCIATION,
            t.WEB_ACL_LOGGING,
        }
    ),
    daily=frozenset({t.LOAD_BALANCER}),
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
    daily=frozenset({t.ENDPOINT_SERVICE}),
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
        metafunc.parametrize("killed_at", [large.types if every else large.daily], ids=["each-type"])


SMALL = (ATTACHED, PUBLICATION)
LARGE = (PROD, SHOP)


def table() -> str:
    """What the tests try, for docs/failures.md."""
    rows = ["", "| stack | steps at night | of them daily | how it fails | what is typed before the same command |"]
    rows.append("|---|---|---|---|---|")
    for small in SMALL:
        for name in small.nightly:
            way = WAYS[name]
            every, daily = ([life for life in lives(small, every=every) if life.way == name] for every in (True, False))
            rows.append(
                f"| {small.what} | {_counted(every)} | {_counted(daily)} | {way.what} | {way.then or 'nothing'} |"
            )
    for large in LARGE:
        counts = f"{len(large.types)} creates, each of another type | {len(large.daily)} create"
        way = WAYS["killed-after-delete"]
        rows.append(f"| {large.what} | {counts} | {way.what} | {way.then} |")
    return "\n".join([*rows, ""])


def _counted(chosen: Sequence[Life]) -> str:
    counts = {operation: sum(operation in life.steps for life in chosen) for operation in OPERATIONS}
    texts = [f"{count} {operation}{'s' if count > 1 else ''}" for operation, count in counts.items() if count]
    return ", ".join(texts) or "none"
