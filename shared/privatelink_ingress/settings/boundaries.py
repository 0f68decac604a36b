"""The permissions boundary that bootstrap's roles demand: without it, IAM refuses the first role, half way through."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel

from privatelink_ingress.arns import Arn
from privatelink_ingress.problems import Problem
from privatelink_ingress.settings.assumed_roles import DEPLOYER_PATH, AssumedRoles

WHERE = "roles.permissionsBoundary"

_CREATES_ROLES = {
    "iam": ("workload", "-workload-iam-access"),
    "network": ("edge", "-edge-network-role"),
}
"""By the key of the role that creates roles: its side, and how bootstrap names it after the prefix."""


def problems(settings: BaseModel) -> Iterator[Problem]:
    """What is wrong with the boundary of a stack whose roles are bootstrap's.

    A role with another path is not bootstrap's, so only its owner knows what it demands.
    """
    roles = getattr(settings, "roles", None)
    if not isinstance(roles, AssumedRoles):
        return
    # Of the workload's duties, only `iam` creates roles.
    key = "iam" if hasattr(roles, "iam") else "network"
    side, suffix = _CREATES_ROLES[key]
    creator, boundary = getattr(roles, key), roles.permissions_boundary
    if creator is None or not Arn.parse(creator).resource.startswith(f"role{DEPLOYER_PATH}"):
        return
    role = Arn.parse(creator)
    if not role.name.endswith(suffix):
        return
    name = f"policy{DEPLOYER_PATH}{role.name.removesuffix(suffix)}-{side}-boundary"
    expected = str(Arn(partition=role.partition, service="iam", region="", account_id=role.account_id, resource=name))
    remedy = f"Write {expected}, which is permissions_boundaries.{side} of the bootstrap stack."
    if boundary is None:
        yield Problem(WHERE, f"is not set, but roles.{key} is bootstrap's and creates roles only with one", remedy)
    elif boundary != expected:
        yield Problem(WHERE, f"is {boundary}, but roles.{key} creates roles only with its own side's", remedy)
