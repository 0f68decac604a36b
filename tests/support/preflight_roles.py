"""A role of the stack file that cannot be assumed, as `preflight` meets it."""

from __future__ import annotations

import json
from typing import Any

from tests.support.preflight_world import ADMINISTRATOR, EDGE, Before

NAME, PATH = "ingress-edge-network-role", "/privatelink-ingress/"
ARN = f"arn:aws:iam::{EDGE}:role{PATH}{NAME}"
_LIMIT = f"arn:aws:iam::{EDGE}:policy{PATH}ingress-edge-boundary"


def missing_role(before: Before) -> None:
    """The role of the stack file does not exist; its boundary does."""
    roles = f"central-ingress:roles:\n    network: {ARN}\n    permissionsBoundary: {_LIMIT}\n\n  central-ingress:dns:"
    before.edit("central-ingress/Pulumi.prod.yaml", "central-ingress:dns:", roles)
    document = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
    iam = before.edge.client("iam")
    if not [one for one in iam.list_policies(Scope="Local")["Policies"] if one["Arn"] == _LIMIT]:
        iam.create_policy(PolicyName="ingress-edge-boundary", Path=PATH, PolicyDocument=document)


def role(before: Before, principal: dict[str, Any], external_id: str | None = None) -> None:
    """The role of the stack file exists, may do everything, and admits `principal`, who sends an external id."""
    missing_role(before)
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam = before.edge.client("iam")
    iam.create_role(RoleName=NAME, Path=PATH, AssumeRolePolicyDocument=trust)
    iam.attach_role_policy(RoleName=NAME, PolicyArn=ADMINISTRATOR)
    before.undo.append(lambda: _delete(iam))


def _delete(iam: Any) -> None:
    iam.detach_role_policy(RoleName=NAME, PolicyArn=ADMINISTRATOR)
    iam.delete_role(RoleName=NAME)
