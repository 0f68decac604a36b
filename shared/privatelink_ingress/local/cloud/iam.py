"""IAM: checks of roles and policies that AWS makes and moto does not."""

from __future__ import annotations

import json
import re
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.iam import models
from moto.iam.models import IAMBackend, iam_backends
from moto.iam.responses import IamResponse
from moto.utilities.utils import get_partition

from privatelink_ingress.local.cloud.hardening import Params, around, before, refuse

PRINCIPALS = {"AWS", "Service", "Federated", "CanonicalUser"}
"""User guide, "reference_policies_elements_principal"."""


@before(IamResponse, "create_role")
def role_path_and_name_are_free(request: Any, params: Params) -> None:
    """A path begins and ends with `/`; names are unique in any case (API reference, CreateRole: Path, RoleName)."""
    path, name = params.get("Path") or "/", params["RoleName"]
    if not re.fullmatch(r"/|/[!-~]+/", path) or len(path) > 512:
        refuse("ValidationError", f"The specified value for path is invalid: {path}. It must begin and end with /.")
    if any(role.name.lower() == name.lower() and role.name != name for role in request.backend.roles.values()):
        refuse("EntityAlreadyExists", f"Role with name {name} already exists.")


@before(IamResponse, "create_role", "update_assume_role_policy")
def trust_policy_is_well_formed(request: Any, params: Params) -> None:
    """JSON with statements of Effect, Principal and an sts action (user guide, "reference_policies_grammar")."""
    problem = _trust_problem(params.get("AssumeRolePolicyDocument") or params.get("PolicyDocument") or "")
    if problem:
        refuse("MalformedPolicyDocument", problem)


def _trust_problem(document: str) -> str | None:
    try:
        policy = json.loads(document)
    except ValueError:
        return "This policy contains invalid Json"
    if not isinstance(policy, dict) or set(policy) - {"Version", "Id", "Statement"} or not policy.get("Statement"):
        return "Syntax errors in policy."
    if policy.get("Version", "2008-10-17") not in ("2012-10-17", "2008-10-17"):
        return "The policy must contain a valid version string"
    statements = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    for statement in statements:
        if not isinstance(statement, dict) or set(statement) - {"Sid", "Effect", "Principal", "Action", "Condition"}:
            return "Has prohibited field Resource" if "Resource" in statement else "Syntax errors in policy."
        if statement.get("Effect") not in ("Allow", "Deny"):
            return "Syntax errors in policy: Effect must be Allow or Deny"
        problem = _principal_problem(statement.get("Principal"))
        if problem:
            return problem
        actions = statement.get("Action") or []
        for action in actions if isinstance(actions, list) else [actions]:
            if not action.lower().startswith("sts:"):
                return "AssumeRole policy may only specify STS AssumeRole actions."
        if not actions:
            return "Missing required field Action"
    return None


def _principal_problem(principal: Any) -> str | None:
    if principal == "*":
        return None
    if not isinstance(principal, dict) or not principal:
        return "Missing required field Principal"
    for kind, values in principal.items():
        if kind not in PRINCIPALS:
            return f"Invalid principal in policy: {kind}"
        for value in values if isinstance(values, list) else [values]:
            valid = value != "" and (kind != "Service" or "." in value)
            if kind == "AWS":
                valid = value == "*" or re.fullmatch(r"\d{12}|arn:aws[\w-]*:(iam|sts)::\d{12}:\S+", value)
            if not valid:
                shown = f'"{kind.upper() if kind != "AWS" else kind}":"{value}"'
                return f"Invalid principal in policy: {shown}"
    return None


@before(IamResponse, "create_role", "put_role_permissions_boundary")
def permissions_boundary_exists(request: Any, params: Params) -> None:
    """The boundary is an existing policy (API reference, CreateRole: NoSuchEntity)."""
    arn = params.get("PermissionsBoundary")
    if arn and arn not in request.backend.managed_policies:
        refuse("NoSuchEntity", f"Scope ARN: {arn} does not exist or is not attachable.")


@before(IamResponse, "delete_policy")
def attached_policy_stays(request: Any, params: Params) -> None:
    """A policy that is attached, or a permissions boundary, is not deleted (API reference, DeletePolicy)."""
    policy = request.backend.managed_policies.get(params["PolicyArn"])
    bound = any(role.permissions_boundary_arn == params["PolicyArn"] for role in request.backend.get_roles())
    if policy is not None and (policy.attachment_count or bound):
        refuse("DeleteConflict", "Cannot delete a policy attached to entities.")


_aws_policies: dict[str, list[Any]] = {}


@around(IAMBackend, "_init_aws_policies")
def aws_policies_are_read_once(original: Any, self: IAMBackend) -> list[Any]:
    """Copies AWS's own policies, which moto parses, all 1,600, for every account and at every reset."""
    partition = get_partition(self.region_name)
    if partition not in _aws_policies:
        _aws_policies[partition] = original(self)
    # Copies, since each account counts its own attachments. Without the constructor, since moto tracks its instances.
    copies = [object.__new__(type(policy)) for policy in _aws_policies[partition]]
    for copied, policy in zip(copies, _aws_policies[partition], strict=True):
        vars(copied).update(vars(policy))
    return copies


@around(models, "get_account_id_from")
def access_keys_are_looked_up_in_existing_stores(original: Any, access_key: str) -> str:
    """Returns the account that an access key belongs to.

    Moto looks into seven partitions of every account, and so fills seven IAM stores where one is in use.
    """
    for account_id, partitions in list(iam_backends.items()):
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return account_id
    return DEFAULT_ACCOUNT_ID
