"""The nodes of the cluster: one managed node group, or several by name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from privatelink_ingress.settings.fields import UNIQUE, InvalidSetting, Settings, matching

DEFAULT_GROUP = "default"
"""Name of the one group when the keys of a group stand right under `nodes`."""

InstanceType = Annotated[str, matching(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an EC2 instance type such as m7i.large")]

GroupName = Annotated[
    str, matching(r"[a-z](?:-?[a-z0-9]){0,15}", "1-16 lower-case letters, digits and single hyphens, a letter first")
]
"""16 characters: behind a connection's name and before what Pulumi adds, they fit the 63 of a node group's name."""

AmiType = Literal["AL2023_x86_64_STANDARD", "AL2023_ARM_64_STANDARD", "BOTTLEROCKET_x86_64", "BOTTLEROCKET_ARM_64"]

_WORD = r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?"
_PREFIX = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*/"
_RESERVED = ("kubernetes.io", "k8s.io", "eks.amazonaws.com")


def _free(key: str) -> str:
    """EKS refuses keys of these domains; of the first two, the kubelet would not start either.

    https://github.com/aws/containers-roadmap/issues/1451
    """
    domain = key.rpartition("/")[0]
    if any(domain == reserved or domain.endswith(f".{reserved}") for reserved in _RESERVED):
        raise InvalidSetting(
            f"is {key!r}, of a domain that Kubernetes and EKS keep for themselves", "Choose another domain."
        )
    return key


LabelKey = Annotated[
    str,
    # Kubernetes allows a longer prefix; labelKey and taintKey of the EKS API end at 63 characters.
    matching(
        rf"(?=.{{1,63}}\Z)(?:{_PREFIX})?{_WORD}",
        "at most 63 letters, digits and . _ - such as team or example.com/team",
    ),
    AfterValidator(_free),
]

LabelValue = Annotated[str, matching(rf"(?=.{{1,63}}\Z){_WORD}", "1-63 letters, digits and . _ - such as checkout")]
"""labelValue of the EKS API; unlike Kubernetes, it takes no empty one."""


MOST_NODES = 100_000
"""Of a whole cluster: https://docs.aws.amazon.com/eks/latest/best-practices/scale-cluster-services.html"""


DEFAULT_TYPE: Mapping[str, str] = {"amd64": "m7i.large", "arm64": "m7g.large"}
"""By architecture. Two processors and 8 GiB hold the add-ons and a pod of the controller."""


class Taint(Settings):
    """Keeps pods that do not tolerate it away from the nodes."""

    key: LabelKey
    value: Annotated[str, matching(rf"(?=.{{0,63}}\Z)(?:{_WORD})?", "at most 63 letters, digits and . _ -")] = ""
    effect: Literal["NO_SCHEDULE", "NO_EXECUTE", "PREFER_NO_SCHEDULE"]


class NodeGroup(Settings):
    """One managed node group."""

    instance_types: Annotated[tuple[InstanceType, ...], Field(min_length=1, max_length=20), UNIQUE] = ()
    """Of the architecture of `amiType`; m7i.large or m7g.large when not set. With SPOT, several make interruptions
    rarer. At most 20: CreateNodegroup, EKS API."""
    ami_type: AmiType = "AL2023_x86_64_STANDARD"
    min: Annotated[int, Field(ge=1)] = 3
    max: Annotated[int, Field(ge=1, le=MOST_NODES)] = 6
    """450 nodes unless AWS has raised the quota (L-BD136A63)."""
    disk_gib: Annotated[int, Field(ge=20, le=16384)] = 50
    """Root volume of a node, in GiB."""
    capacity_type: Literal["ON_DEMAND", "SPOT"] = "ON_DEMAND"
    """SPOT nodes are cheaper, but AWS may reclaim each at two minutes' notice."""
    max_unavailable: Annotated[int, Field(ge=1, le=100)] | None = None
    """Nodes that an update may take out at once; 1 when neither this nor the percentage is set."""
    max_unavailable_percentage: Annotated[int, Field(ge=1, le=100)] | None = None
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    taints: Annotated[tuple[Taint, ...], Field(max_length=50), UNIQUE] = ()
    """At most 50: https://docs.aws.amazon.com/eks/latest/userguide/node-taints-managed-node-groups.html"""

    @property
    def is_open(self) -> bool:
        """Whether pods without tolerations run here: CoreDNS and the controller are such."""
        return all(taint.effect == "PREFER_NO_SCHEDULE" for taint in self.taints)

    @property
    def architecture(self) -> Literal["amd64", "arm64"]:
        """What `ami_type` runs, in the words of images."""
        return "arm64" if "ARM_64" in self.ami_type else "amd64"

    @property
    def types(self) -> tuple[str, ...]:
        """Its instance types, by default one of its architecture."""
        return self.instance_types or (DEFAULT_TYPE[self.architecture],)

    @model_validator(mode="after")
    def _min_up_to_max(self) -> Self:
        if self.min > self.max:
            raise InvalidSetting(f"is {self.min}, more than max ({self.max})", "Lower it, or raise max.", at=("min",))
        return self

    @model_validator(mode="after")
    def _one_limit_of_updates(self) -> Self:
        if self.max_unavailable is not None and self.max_unavailable_percentage is not None:
            raise InvalidSetting(
                "is set beside maxUnavailable", "Keep one of the two.", at=("maxUnavailablePercentage",)
            )
        return self

    @model_validator(mode="after")
    def _one_architecture(self) -> Self:
        for index, instance_type in enumerate(self.instance_types):
            if (runs := _architecture(instance_type)) not in (None, self.architecture):
                raise InvalidSetting(
                    f"is {instance_type!r}, of architecture {runs}, but amiType {self.ami_type} is of "
                    f"{self.architecture}",
                    f"Write {_AMI_OF[runs]} for amiType, or instance types of {self.architecture}.",
                    at=("instanceTypes", index),
                )
        return self


class Nodes(NodeGroup):
    """The nodes: the keys of one group, or `groups`."""

    groups: Annotated[dict[GroupName, NodeGroup], Field(min_length=1)] | None = None
    """Several groups by name. The name `default` is that of the one group whose keys stand right under `nodes`: move
    them there to add a second group, and the first is left as it is."""

    @property
    def by_name(self) -> Mapping[str, NodeGroup]:
        """Every group by its name, sorted."""
        return dict(sorted(self.groups.items())) if self.groups else {DEFAULT_GROUP: self}

    def key(self, group: str) -> str:
        """Key path of a group, for messages."""
        return f"nodes.groups.{group}" if self.groups else "nodes"

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.groups is not None and (beside := sorted(self.model_fields_set - {"groups"})):
            key = type(self).model_fields[beside[0]].alias or beside[0]
            remedy = f"Move it to nodes.groups.{DEFAULT_GROUP}, which is the group that nodes itself describes."
            raise InvalidSetting("is set beside groups", remedy, at=(key,))
        return self

    @model_validator(mode="after")
    def _somewhere_to_run(self) -> Self:
        if not any(group.is_open for group in self.by_name.values()):
            raise InvalidSetting(
                "keep every pod away that does not tolerate them, CoreDNS and the controller too",
                "Leave at least one group without taints of NO_SCHEDULE and NO_EXECUTE.",
                at=("groups",) if self.groups else ("taints",),
            )
        return self


_AMI_OF: Mapping[str | None, str] = {
    "arm64": "AL2023_ARM_64_STANDARD or BOTTLEROCKET_ARM_64",
    "amd64": "AL2023_x86_64_STANDARD or BOTTLEROCKET_x86_64",
}


def _architecture(instance_type: str) -> Literal["amd64", "arm64"] | None:
    """What a type runs; None where its name does not tell.

    The first letter behind the generation names the processor, and g is Graviton:
    https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
    """
    family = instance_type.partition(".")[0].removesuffix("-flex")
    if family == "a1":  # the first Graviton, named before that rule
        return "arm64"
    named = re.fullmatch(r"[a-z]+\d+([a-z]*)", family)
    if named is None:
        return None
    return "arm64" if named[1].startswith("g") else "amd64"
