"""What stands beside the path of a request, and decides whether the path stays: what `doctor` judges besides traces.

A part that the reader could not see is absent, and named in `unread`.
"""

from __future__ import annotations

import dataclasses
import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from privatelink_ingress.plan.workload import images
from privatelink_ingress.plan.workload.images import ImagePlan, RegistryContents
from privatelink_ingress.problems import Problem
from privatelink_ingress.trace.cluster_objects import ClusterKey
from privatelink_ingress.trace.expected import Place, Workload


@dataclasses.dataclass(frozen=True, kw_only=True)
class Published:
    """A workload's contract, where it is written."""

    connection: str
    """The connection's name, by which it was looked for."""
    source: str
    """Such as `parameter /central-ingress/connections/shop` or `outputs of eks-service/shop`."""
    fields: Mapping[str, Any] | None
    """As written; None where it is not there."""


def contract_fields(value: str | None) -> Mapping[str, Any] | None:
    """The fields of a contract in a parameter with this value; None where the value cannot be read.

    What is no object has no field, which the contract's reader says of each.
    """
    if value is None:
        return None
    try:
        fields = json.loads(value)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Versioned:
    """An add-on or a node group."""

    name: str
    version: str
    status: str
    """As EKS says: `ACTIVE`, `DEGRADED`, …"""
    issues: tuple[str, ...] = ()
    """What EKS says is wrong with it."""
    offered: tuple[str, ...] = ()
    """An add-on's versions that fit the cluster's version, the newest first; empty when unknown."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Cluster:
    """An EKS cluster."""

    account_id: str
    region: str
    name: str
    endpoint: str
    """URL of its Kubernetes API."""
    certificate_authority: str = ""
    """Of its Kubernetes API, in PEM and base64; empty when unknown."""
    version: str
    status: str
    supported_until: datetime.date | None = None
    """Last day of standard support, as EKS says; None when unknown."""
    addons: tuple[Versioned, ...] = ()
    node_groups: tuple[Versioned, ...] = ()

    @property
    def key(self) -> ClusterKey:
        """By which everything that concerns it is found."""
        return self.account_id, self.region, self.name


@dataclasses.dataclass(frozen=True, kw_only=True)
class Bucket:
    """A bucket that logs go to."""

    name: str
    exists: bool
    policy: Mapping[str, Any] | None = None
    """None without one."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Image:
    """An image that a stack pins, looked for in its registry."""

    connection: str
    name: str
    """Such as `controller`."""
    state: str
    """`there`, or as `plan.workload.images.State`."""
    reason: str
    remedy: str

    @classmethod
    def of(cls, workload: Workload, image: ImagePlan, held: RegistryContents | None) -> Image:
        """One of a workload's, from what its repository holds; None when the repository does not exist."""
        status = images.judge(image, held)
        return cls(
            connection=workload.connection,
            name=image.name,
            state=status.state,
            reason=f"{image.repository}@{image.digest}: {status.reason}",
            remedy=status.remedy or images.command(workload.stack),
        )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Alarm:
    """A CloudWatch alarm that has fired."""

    place: Place
    name: str
    reason: str
    """As CloudWatch says."""
    since: datetime.datetime | None
    resources: tuple[str, ...]
    """Values of its metrics' dimensions: names or ARNs' ends of what it watches."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Surroundings:
    """All of it, of all accounts."""

    published: tuple[Published, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    attributes: Mapping[str, Mapping[str, str]] = dataclasses.field(default_factory=dict)
    """By ARN of a load balancer or a target group (LoadBalancerAttribute and TargetGroupAttribute, ELBv2 API)."""
    deliveries: Mapping[Place, Mapping[tuple[str, str], str]] = dataclasses.field(default_factory=dict)
    """Name of the log group by the ARN of the load balancer and the log type (PutDeliverySource, CloudWatch Logs)."""
    buckets: Mapping[str, Bucket] = dataclasses.field(default_factory=dict)
    """By name."""
    log_groups: Mapping[Place, frozenset[str]] = dataclasses.field(default_factory=dict)
    """Names of those that exist, of the ones that were looked for."""
    firewall_logs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Name of the log group by the web ACL's name, empty where the web ACL logs nothing."""
    flow_logs: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """Delivery status by VPC id: `SUCCESS`, `FAILED`; empty for a VPC without flow logs."""
    limits: Mapping[Place, Mapping[str, int]] = dataclasses.field(default_factory=dict)
    """Applied values of Service Quotas, by quota code."""
    images: tuple[Image, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    unread: tuple[Problem, ...] = ()
    """What could not be read, and the right that it takes."""


def joined(parts: Iterable[Surroundings]) -> Surroundings:
    """The whole of what was read in several places."""
    whole = Surroundings()
    for part in parts:
        whole = Surroundings(
            published=(*whole.published, *part.published),
            clusters=(*whole.clusters, *part.clusters),
            attributes={**whole.attributes, **part.attributes},
            deliveries={**whole.deliveries, **part.deliveries},
            buckets={**whole.buckets, **part.buckets},
            log_groups={**whole.log_groups, **part.log_groups},
            firewall_logs={**whole.firewall_logs, **part.firewall_logs},
            flow_logs={**whole.flow_logs, **part.flow_logs},
            limits={**whole.limits, **part.limits},
            images=(*whole.images, *part.images),
            alarms=(*whole.alarms, *part.alarms),
            unread=(*whole.unread, *part.unread),
        )
    return whole
