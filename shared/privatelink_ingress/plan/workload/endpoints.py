"""Which AWS services the private VPC reaches, and through which endpoints: there is no other way out of it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable

from privatelink_ingress.problems import Problem, UserError

CORE = ("ec2", "ecr.api", "ecr.dkr", "eks-auth")
"""What a node calls before it runs its first pod.

`ec2`: the node's own name and the CNI's addresses; `ecr.api`, `ecr.dkr`: images; `eks-auth`: Pod Identity.
https://docs.aws.amazon.com/eks/latest/userguide/private-clusters.html"""


@dataclasses.dataclass(frozen=True, kw_only=True)
class EndpointPlan:
    """One interface endpoint; its key is the short name of its service."""

    key: str
    service_name: str


def interface_endpoints(region: str, *, ami_type: str, extra: Iterable[str]) -> tuple[EndpointPlan, ...]:
    """The interface endpoints of a cluster's VPC, sorted by service.

    Args:
        region: Region of the VPC.
        ami_type: Of the nodes; Bottlerocket also asks the EKS API for the cluster's DNS address.
        extra: Further services by short name.

    Raises:
        UserError: when an extra service is the gateway's, or not written by its short name.
    """
    extra = tuple(extra)
    if problems := [problem for index, name in enumerate(extra) if (problem := _misfit(index, name))]:
        raise UserError("The endpoints do not fit", problems)
    bottlerocket = ("eks",) if ami_type.startswith("BOTTLEROCKET") else ()
    return tuple(
        EndpointPlan(key=name.replace(".", "-"), service_name=f"com.amazonaws.{region}.{name}")
        for name in sorted({*CORE, *bottlerocket, *extra})
    )


def image_layers_policy(region: str) -> str:
    """The S3 gateway's policy: reading the bucket in which ECR of this region keeps image layers, nothing else.

    https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html#ecr-minimum-s3-perms
    """
    statement = {
        "Sid": "ImageLayersOnly",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::prod-{region}-starport-layer-bucket/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _misfit(index: int, name: str) -> Problem | None:
    where = f"endpoints.extra[{index}]"
    if name == "s3":
        return Problem(where, "is 's3', which every VPC here reaches through a gateway endpoint", "Remove it.")
    if name.startswith("com.amazonaws."):
        return Problem(where, f"is {name!r}, a whole name", f"Write {name.split('.', 3)[-1]!r}: the region is known.")
    return None
