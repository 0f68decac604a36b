"""IAM's policy simulator, which moto lacks: SimulatePrincipalPolicy over the policies of one role or user."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from moto.iam.responses import IamResponse

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud.hardening import Params, before, operation, refuse
from privatelink_ingress.local.iam_policies import Policies, Request

OPERATOR = "local-cloud"
"""Name of the role that the emulated AWS's own sessions are of."""

_ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@before(IamResponse, "get_role")
def the_operators_role_exists(request: Any, params: Params) -> None:
    """Whoever has a session of a role finds the role. That of the emulated AWS's sessions may do everything."""
    if params["RoleName"] != OPERATOR or any(role.name == OPERATOR for role in request.backend.roles.values()):
        return
    trust = {"Effect": "Allow", "Principal": {"AWS": request.current_account}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    request.backend.create_role(OPERATOR, document, "/", None, "", [], 3600)
    request.backend.attach_role_policy(_ADMINISTRATOR, OPERATOR)


@operation(IamResponse, "simulate_principal_policy")
def policies_of_a_principal_decide(request: Any, params: Params) -> dict[str, Any]:
    """Each action on each resource, by its policies and boundary (API reference, SimulatePrincipalPolicy).

    Resource policies, policies of an organization and `CallerArn` are not emulated.
    """
    source = params["PolicySourceArn"]
    known = {one.arn: one for one in (*request.backend.roles.values(), *request.backend.users.values())}
    principal = known.get(source)
    if principal is None:
        kind = "role" if ":role/" in source else "user"
        refuse("NoSuchEntity", f"The {kind} with name {Arn.parse(source).name} cannot be found.")
    own = Policies(*_documents(principal))
    limit = getattr(principal, "permissions_boundary_arn", None)
    boundary = Policies(_default(request.backend.managed_policies[limit])) if limit else None
    context = _context(params.get("ContextEntries") or ())
    asked = [
        Request(action, resource, context)
        for action in params["ActionNames"]
        for resource in params.get("ResourceArns") or ["*"]
    ]
    return {"EvaluationResults": [_result(one, own, boundary) for one in asked], "IsTruncated": False}


def _result(asked: Request, own: Policies, boundary: Policies | None) -> dict[str, Any]:
    within = boundary is None or boundary.allow(asked)
    decision = own.decide(asked)
    result: dict[str, Any] = {
        "EvalActionName": asked.action,
        "EvalResourceName": asked.resource,
        "EvalDecision": decision if within or decision == "explicitDeny" else "implicitDeny",
        "MatchedStatements": [],
        "MissingContextValues": [],
    }
    if boundary is not None:
        result["PermissionsBoundaryDecisionDetail"] = {"AllowedByPermissionsBoundary": within}
    return result


def _documents(principal: Any) -> Iterator[str]:
    """Managed and inline policies, a user's groups included."""
    for one in (principal, *_groups(principal)):
        yield from (_default(policy) for policy in one.managed_policies.values())
        yield from (_text(document) for document in one.policies.values())


def _default(policy: Any) -> str:
    return next(_text(one.document) for one in policy.versions if one.version_id == policy.default_version_id)


def _groups(principal: Any) -> Iterable[Any]:
    return getattr(principal, "groups", ()) or ()


def _text(document: Any) -> str:
    return document if isinstance(document, str) else json.dumps(document)


def _context(entries: Iterable[Mapping[str, Any]]) -> dict[str, str | list[str]]:
    return {
        one["ContextKeyName"]: one["ContextKeyValues"]
        if one["ContextKeyType"].endswith("List")
        else one["ContextKeyValues"][0]
        for one in entries
    }
