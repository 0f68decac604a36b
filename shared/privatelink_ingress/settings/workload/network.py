"""The private VPC and its endpoints."""

from __future__ import annotations

from typing import Annotated, Literal

from privatelink_ingress.settings.edge import BucketName
from privatelink_ingress.settings.fields import UNIQUE, AccountId, Settings, Zones
from privatelink_ingress.settings.networks import VpcCidr
from privatelink_ingress.settings.workload.endpoint_services import EndpointService
from privatelink_ingress.settings.workload.existing import ExistingNetwork


class Network(Zones):
    """The private VPC."""

    cidr: VpcCidr = "10.11.0.0/16"
    """The VPC's IPv4 range. It may equal other workloads' ranges: PrivateLink never routes between them."""
    subnet_prefix: int = 21
    """Prefix length of each private subnet. Pods take their addresses from it, and from `podCidr`. The range depends on
    `cidr`, the zones and the nodes (`plan/workload/subnet_sizes.py`)."""
    pod_cidr: VpcCidr | None = None
    """A second range of the VPC, such as 100.64.0.0/16: a subnet of it in each zone gives pods more addresses."""
    existing: ExistingNetwork | None = None
    """An existing VPC. The stack then creates neither VPC nor subnets nor routes."""


class Endpoints(Settings):
    """VPC endpoints: the only way from the VPC to AWS services."""

    preset: Literal["minimal", "article"] = "minimal"
    """`minimal`: what nodes need to start. `article`: also sts, autoscaling and elasticloadbalancing, as the
    architecture was first described. Each feature of the stack adds its own to either."""
    extra: Annotated[tuple[EndpointService, ...], UNIQUE] = ()
    """More interface endpoints by short service name, such as `sts` or `kms`."""
    policy: Literal["restricted", "open"] = "restricted"
    """`restricted`: only principals of this account get through, to images, log groups and buckets that the stack
    needs. `open`: AWS's own default, which lets any credentials reach anything behind an endpoint, every bucket of the
    region included."""
    image_accounts: Annotated[tuple[AccountId, ...], UNIQUE] = ()
    """More accounts whose ECR repositories the nodes may pull from; their repositories must allow it as well."""
    resource_accounts: Annotated[tuple[AccountId, ...], UNIQUE] = ()
    """More accounts whose keys, queues and secrets pods may use, and whose roles they may assume; for `kms`, `sqs`,
    `secretsmanager` and `sts`. What belongs to this account is reached anyway."""
    buckets: Annotated[tuple[BucketName, ...], UNIQUE] = ()
    """S3 buckets of the region that pods use, by name, in whichever account. Not needed for images."""
