"""An existing VPC or cluster that a stack uses without changing it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from privatelink_ingress.settings.existing import SubnetIds, VpcId, ZoneIds, check_zones
from privatelink_ingress.settings.fields import UNIQUE, Settings, matching
from privatelink_ingress.settings.workload.endpoint_services import EndpointService

SecurityGroupId = Annotated[
    str, matching(r"sg-[0-9a-f]{8,17}", "the id of a security group, such as sg-0123456789abcdef0")
]

ClusterName = Annotated[
    str,
    # name of CreateCluster, EKS API.
    matching(r"[0-9A-Za-z][A-Za-z0-9_-]{0,99}", "the name of an EKS cluster: 1-100 letters, digits, _ and -"),
]

NodeGroupName = Annotated[
    str,
    # nodegroupName of CreateNodegroup, EKS API.
    matching(r"[0-9A-Za-z][A-Za-z0-9_-]{0,62}", "the name of a managed node group: 1-63 letters, digits, _ and -"),
]

AutoscalingGroupName = Annotated[
    str,
    # AutoScalingGroupName of CreateAutoScalingGroup: no colon, at most 255 characters. In a deployer's policy, * and ?
    # would be wildcards, and $ would begin a variable.
    matching(r"[ -#%-)+-9;->@-~]{1,255}", "the name of an autoscaling group: 1-255 characters, and none of : * ? $"),
]


class ExistingNetwork(Settings):
    """An existing VPC for this stack's cluster."""

    vpc_id: VpcId
    subnet_ids: SubnetIds
    """Private subnets, one for each zone."""
    zone_ids: ZoneIds | None = None
    """The zones of those subnets. Only for the commands that read stack files without AWS; `pulumi` compares them."""
    endpoints: Annotated[tuple[EndpointService, ...], UNIQUE] = ()
    """Short names of services whose interface endpoints the VPC already has; the stack creates the missing ones."""

    @model_validator(mode="after")
    def _zones_of_the_subnets(self) -> Self:
        check_zones(self.zone_ids, subnetIds=self.subnet_ids)
        return self


class ExistingCluster(Settings):
    """An existing EKS cluster, which the stack publishes and does not change."""

    name: ClusterName
    subnet_ids: SubnetIds | None = None
    """Subnets of the load balancer, one for each zone; the cluster's own when not set."""
    zone_ids: ZoneIds | None = None
    """The zones of those subnets. Only for the commands that read stack files without AWS; `pulumi` compares them."""
    node_groups: Annotated[tuple[NodeGroupName, ...], Field(min_length=1), UNIQUE] | None = None
    """Managed node groups that serve; all of the cluster when neither this nor `autoscalingGroups` is set."""
    autoscaling_groups: Annotated[tuple[AutoscalingGroupName, ...], Field(min_length=1), UNIQUE] | None = None
    """Autoscaling groups of self-managed nodes."""
    node_security_group_ids: Annotated[tuple[SecurityGroupId, ...], Field(min_length=1), UNIQUE] | None = None
    """Groups of the nodes, where their launch template names some; the cluster's own when not set."""
    node_port: Annotated[int, Field(ge=30000, le=32767)] | None = None
    """Port on every node behind which the owner's own controller serves `publication.protocol`; 30080 for http and
    30043 for https when not set. Range: https://kubernetes.io/docs/concepts/services-networking/service/#type-nodeport"""
    health_node_port: Annotated[int, Field(ge=30000, le=32767)] | None = None
    """Port on every node where it answers `publication.healthPath` by plain HTTP; `nodePort` for http when not set."""

    @model_validator(mode="after")
    def _zones_of_the_subnets(self) -> Self:
        check_zones(self.zone_ids, subnetIds=self.subnet_ids)
        return self
