"""The deployed system as one model: the path from a client to the ingress controller's node ports."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from privatelink_ingress.settings.route_protocols import ProtocolVersion
from privatelink_ingress.trace.cluster_objects import ClusterKey, ClusterObjects
from privatelink_ingress.trace.listeners import Listener
from privatelink_ingress.trace.public_names import PublicNames
from privatelink_ingress.trace.security_groups import SecurityGroup

Part = Literal[
    "records",
    "load balancers",
    "web ACLs",
    "target groups",
    "endpoints",
    "endpoint services",
    "instances",
    "security groups",
    "subnets",
    "certificates",
]
"""What a reader reads apart, with a right of its own."""

OF_WORKLOAD: frozenset[Part] = frozenset(
    ("load balancers", "target groups", "endpoint services", "instances", "security groups", "subnets", "certificates")
)
"""The parts that are unread where a workload account cannot be read at all."""

UNSEEN = "unseen"
"""State of a target, node or certificate of which the reader knows that it exists, and no more."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alias:
    """An alias record of a public hosted zone."""

    name: str
    """Without the trailing dot; may begin with `*.`."""
    type: str
    target: str
    """DNS name of the load balancer, lower case, without the trailing dot."""
    zone: str


@dataclasses.dataclass(frozen=True, kw_only=True)
class HostedZone:
    """A public hosted zone."""

    id: str
    name: str
    """Without the trailing dot, in lower case."""
    servers: tuple[str, ...] = ()
    """Its name servers, sorted; read for zones with an alias of a load balancer."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class WebAclRule:
    """A rule of a web ACL."""

    name: str
    action: str
    """In small letters, as `block`; of a managed group, `none` or `count`."""
    statement: Mapping[str, Any]
    """As the WAFv2 API has it; a reference to an IP set also has its `Addresses`."""
    status: int | None = None
    """Of a custom answer, when the rule blocks."""
    group: tuple[WebAclRule, ...] | None = None
    """The rules of the rule group that it refers to; None without one, or when the group cannot be read."""

    @property
    def group_arn(self) -> str | None:
        """ARN of the rule group that it refers to."""
        return self.statement.get("RuleGroupReferenceStatement", {}).get("ARN")


@dataclasses.dataclass(frozen=True, kw_only=True)
class WebAcl:
    """The web ACL in front of a load balancer, with its rules in the order of evaluation."""

    arn: str = ""
    name: str
    default_allows: bool
    rules: tuple[WebAclRule, ...]
    default_status: int | None = None
    """Of a custom answer, when the default action blocks."""
    known: bool = True
    """False where the reader knows only which one it is, not its rules."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """An Application or Network Load Balancer."""

    arn: str
    name: str
    type: str
    scheme: str
    state: str
    dns_name: str
    vpc_id: str
    subnets: Mapping[str, str]
    """CIDR by zone id."""
    security_group_ids: tuple[str, ...]
    enforces_private_link_rules: bool
    """Whether a network load balancer's inbound rules also apply to traffic over PrivateLink."""
    listeners: tuple[Listener, ...]
    web_acl: WebAcl | None = None
    ip_address_type: str = "ipv4"
    """`dualstack` with IPv6 addresses."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Target:
    """A registered target."""

    id: str
    """An IPv4 address or an instance id."""
    port: int
    state: str
    """As DescribeTargetHealth says: `healthy`, `unhealthy`, `initial`, …; or `UNSEEN`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class TargetGroup:
    """A target group with its targets."""

    arn: str
    name: str
    protocol: str
    port: int
    target_type: str
    health_path: str | None
    targets: tuple[Target, ...]
    version: ProtocolVersion = "HTTP1"
    """Of the requests that an Application Load Balancer forwards to it."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Interface:
    """A network interface of an endpoint."""

    id: str
    address: str
    zone_id: str
    security_group_ids: tuple[str, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Endpoint:
    """An interface endpoint of the edge."""

    id: str
    vpc_id: str
    service_name: str
    state: str
    interfaces: tuple[Interface, ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class EndpointService:
    """An endpoint service of a workload account, as its owner sees it."""

    id: str
    name: str
    owner: str
    state: str
    acceptance_required: bool
    principals: tuple[str, ...]
    zone_ids: tuple[str, ...]
    load_balancer_arns: tuple[str, ...]
    connections: Mapping[str, str]
    """State by endpoint id."""

    @property
    def region(self) -> str:
        """Where it is, as its name says: `com.amazonaws.vpce.<region>.<id>`."""
        return self.name.split(".")[3]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Node:
    """A worker node behind a network load balancer."""

    zone_id: str
    state: str
    security_group_ids: tuple[str, ...]
    cluster: str = ""
    """Name of its EKS cluster; empty for other instances."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Topology:
    """Both sides, read at one time."""

    aliases: tuple[Alias, ...]
    load_balancers: Mapping[str, LoadBalancer]
    """By ARN, of all accounts."""
    target_groups: Mapping[str, TargetGroup]
    endpoints: tuple[Endpoint, ...]
    services: Mapping[str, EndpointService]
    """By service name; a service that the reader's accounts do not own is absent."""
    nodes: Mapping[str, Node]
    security_groups: Mapping[str, SecurityGroup]
    """By id."""
    clusters: Mapping[ClusterKey, ClusterObjects] = dataclasses.field(default_factory=dict)
    """A cluster whose API the reader cannot reach is absent."""
    cnames: frozenset[tuple[str, str]] | None = None
    """Name and value of all CNAME records of public hosted zones, without trailing dots; from states, of those that the
    stacks registered; None where they are not read."""
    hosted_zones: tuple[HostedZone, ...] = ()
    """Public ones; a state has none."""
    public_names: PublicNames | None = None
    """What public DNS answers; None where it was not asked."""
    owners: frozenset[str] = frozenset()
    """Accounts of which all endpoint services were read."""
    unread: frozenset[str] = frozenset()
    """Parts that could not be read in some account: what is not there may exist all the same (`Part`)."""

    def lacks(self, part: Part) -> bool:
        """Whether a part is not whole, so that nothing follows from what is missing in it."""
        return part in self.unread


def joined(parts: Iterable[Topology]) -> Topology:
    """The whole of what was read in several accounts and Regions. A hosted zone is seen from each Region."""
    whole = Topology(
        aliases=(), load_balancers={}, target_groups={}, endpoints=(), services={}, nodes={}, security_groups={}
    )
    for part in parts:
        whole = Topology(
            aliases=tuple(dict.fromkeys((*whole.aliases, *part.aliases))),
            load_balancers={**whole.load_balancers, **part.load_balancers},
            target_groups={**whole.target_groups, **part.target_groups},
            endpoints=(*whole.endpoints, *part.endpoints),
            services={**whole.services, **part.services},
            nodes={**whole.nodes, **part.nodes},
            security_groups={**whole.security_groups, **part.security_groups},
            clusters={**whole.clusters, **part.clusters},
            cnames=_both(whole.cnames, part.cnames),
            hosted_zones=tuple(dict.fromkeys((*whole.hosted_zones, *part.hosted_zones))),
            owners=whole.owners | part.owners,
            unread=whole.unread | part.unread,
        )
    return whole


def _both(
    some: frozenset[tuple[str, str]] | None, others: frozenset[tuple[str, str]] | None
) -> frozenset[tuple[str, str]] | None:
    return some if others is None else others if some is None else some | others
