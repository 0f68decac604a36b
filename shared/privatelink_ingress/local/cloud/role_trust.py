"""STS: who may assume a role that exists. Moto lets everyone."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.sts.responses import TokenResponse

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud.hardening import Params, before, refuse


@before(TokenResponse, "assume_role")
def the_trust_policy_names_the_caller(request: Any, params: Params) -> None:
    """A statement of the trust policy has to admit the caller and the external id (API reference, AssumeRole).

    Not emulated: conditions beside `sts:ExternalId`, and the caller's own rights. Callers with keys that IAM never gave
    out, and roles that do not exist, are let through: the emulated AWS's own sessions begin so.
    """
    role = _role(params["RoleArn"], request.partition)
    caller = _caller(request)
    if role is None or caller is None:
        return
    admitted = (f"arn:{request.partition}:iam::{request.current_account}:root", request.current_account, caller, "*")
    for statement in _statements(role.assume_role_policy_document):
        principal = statement.get("Principal", {})
        named = principal.get("AWS", ()) if isinstance(principal, dict) else principal
        named = (named,) if isinstance(named, str) else named
        wanted = statement.get("Condition", {}).get("StringEquals", {}).get("sts:ExternalId")
        if set(named) & set(admitted) and wanted in (None, params.get("ExternalId"), [params.get("ExternalId")]):
            return
    refuse(
        "AccessDenied",
        f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {params['RoleArn']}",
    )


def _role(arn: str, partition: str) -> Any:
    roles = iam_backends[Arn.parse(arn).account_id][partition].roles.values()
    return next((one for one in roles if one.arn == arn), None)


def _caller(request: Any) -> str | None:
    """ARN of the role or user whose keys the request has; None for keys of nobody."""
    key, account = request.get_access_key(), request.current_account
    if assumed := sts_backends[account][request.partition].get_assumed_role_from_access_key(key):
        return str(assumed.role_arn)
    user = iam_backends[account][request.partition].get_user_from_access_key_id(key)
    return str(user.arn) if user else None


def _statements(document: str) -> Iterator[Mapping[str, Any]]:
    listed = json.loads(document)["Statement"]
    yield from (one for one in (listed if isinstance(listed, list) else [listed]) if one["Effect"] == "Allow")
