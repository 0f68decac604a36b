"""Access entries and access policies of EKS clusters, which moto lacks."""

from __future__ import annotations

import re
from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.moto_api._internal import mock_random
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from privatelink_ingress.arns import Arn
from privatelink_ingress.local.cloud.eks.clusters import cluster_of, route, trusted_services
from privatelink_ingress.local.cloud.hardening import Params, after, operation, refuse

route("/access-policies")
route("/clusters/(?P<name>[^/]+)/access-entries")
route("/clusters/(?P<name>[^/]+)/access-entries/(?P<principalArn>.+)")

POLICY_ARN = "arn:aws:eks::aws:cluster-access-policy/"
POLICIES = (
    "AmazonEKSAdminPolicy",
    "AmazonEKSClusterAdminPolicy",
    "AmazonEKSAdminViewPolicy",
    "AmazonEKSEditPolicy",
    "AmazonEKSViewPolicy",
    "AmazonEKSSecretReaderPolicy",
)
"""The cluster access policies that people and tools use (user guide, "access-policy-permissions")."""
ENTRY_TYPES = ("STANDARD", "EC2_LINUX", "EC2_WINDOWS", "FARGATE_LINUX", "EC2", "HYBRID_LINUX", "HYPERPOD_LINUX")
RESERVED_NAMES = ("system:", "eks:", "aws:", "amazon:", "iam:")
"""Beginnings of user names (user guide, "creating-access-entries")."""
PRINCIPAL = re.compile(r"arn:aws:iam::\d{12}:(role|user)/\S+")


def entries_of(cluster: Any) -> dict[str, dict[str, Any]]:
    """The access entries of a cluster by principal ARN."""
    return vars(cluster).setdefault("access_entries", {})


def add_entry(request: Any, cluster: Any, principal_arn: str, params: Params) -> dict[str, Any]:
    """Store and return one access entry; EKS itself adds one for the role of each managed node group."""
    principal = Arn.parse(principal_arn)
    kind, name = principal.resource.split("/", 1)
    arn = f"arn:aws:eks:{request.region}:{request.current_account}:access-entry/{cluster.name}/{kind}"
    entry = {
        "clusterName": cluster.name,
        "principalArn": principal_arn,
        "kubernetesGroups": params.get("kubernetesGroups") or [],
        "accessEntryArn": f"{arn}/{principal.account_id}/{name}/{mock_random.uuid4()}",
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "tags": params.get("tags") or {},
        "username": params.get("username") or principal_arn,
        "type": params.get("type") or "STANDARD",
        "policies": {},
    }
    entries_of(cluster)[principal_arn] = entry
    return entry


@after(EKSResponse, "create_cluster")
def the_creator_is_an_administrator(request: Any, params: Params, answer: Any) -> Any:
    """EKS gives the creator an entry, unless told otherwise (API reference, CreateAccessConfigRequest).

    A session gets the role's entry; callers without a role or user in IAM get none here.
    """
    cluster = request.eks_backend.clusters[params["name"]]
    config = cluster.accessConfig
    wanted = config.get("bootstrapClusterCreatorAdminPermissions", True)
    creator = _principal(request)
    if wanted and config["authenticationMode"] != "CONFIG_MAP" and creator and PRINCIPAL.fullmatch(creator):
        entry = add_entry(request, cluster, creator, {})
        scope = {"policyArn": f"{POLICY_ARN}AmazonEKSClusterAdminPolicy", "accessScope": {"type": "cluster"}}
        entry["policies"][scope["policyArn"]] = scope | {"associatedAt": utcnow(), "modifiedAt": utcnow()}
    return answer


def _principal(request: Any) -> str | None:
    """ARN of the role, with its path, or of the user that calls."""
    sts = sts_backends[request.current_account][get_partition(request.region)]
    session = sts.get_assumed_role_from_access_key(request.get_access_key())
    if session is not None:
        return session.role_arn
    return sts.get_caller_identity(request.get_access_key(), request.region)[1]


def _entry(cluster: Any, params: Params) -> dict[str, Any]:
    if params["principalArn"] not in entries_of(cluster):
        refuse(
            "ResourceNotFoundException",
            f"The specified principalArn could not be found: {params['principalArn']} has no access entry "
            f"in cluster {cluster.name}",
        )
    return entries_of(cluster)[params["principalArn"]]


def _shown(entry: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entry.items() if key != "policies"}


@operation(EKSResponse, "create_access_entry")
def create_access_entry(request: Any, params: Params) -> dict[str, Any]:
    """One entry per principal, in a cluster that uses access entries (API reference, CreateAccessEntry)."""
    cluster, principal_arn = cluster_of(request, params), params["principalArn"]
    if cluster.accessConfig["authenticationMode"] == "CONFIG_MAP":
        message = "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP]"
        refuse("InvalidRequestException", f"{message} to perform this operation.")
    if not PRINCIPAL.fullmatch(principal_arn):
        refuse("InvalidParameterException", f"The principalArn parameter format is not valid: {principal_arn}")
    own_role = principal_arn.startswith(f"arn:aws:iam::{request.current_account}:role/")
    if own_role and trusted_services(request, principal_arn) is None:
        refuse("InvalidParameterException", f"The specified principalArn is invalid: no such role {principal_arn}")
    if (params.get("type") or "STANDARD") not in ENTRY_TYPES:
        refuse("InvalidParameterException", f"The type parameter is not valid: one of {', '.join(ENTRY_TYPES)}")
    _require_groups(params)
    if params.get("kubernetesGroups") and (params.get("type") or "").startswith("EC2_"):
        refuse("InvalidParameterException", f"Kubernetes groups cannot be specified for type {params['type']}")
    _require_username(params)
    if principal_arn in entries_of(cluster):
        refuse("ResourceInUseException", "The specified access entry resource is already in use on this cluster.")
    return {"accessEntry": _shown(add_entry(request, cluster, principal_arn, params))}


def _require_groups(params: Params) -> None:
    if any(group.startswith("system:") for group in params.get("kubernetesGroups") or []):
        refuse("InvalidParameterException", "The kubernetes group name cannot start with system:")


def _require_username(params: Params) -> None:
    """None that EKS keeps for itself; a session's name after a colon (user guide, "creating-access-entries")."""
    name = params.get("username") or ""
    if name.startswith(RESERVED_NAMES) or re.search(r"(?<!:)\{\{SessionName(Raw)?\}\}", name):
        refuse("InvalidParameterException", f"The username {name} is not valid")


@operation(EKSResponse, "describe_access_entry")
def describe_access_entry(request: Any, params: Params) -> dict[str, Any]:
    """One access entry (API reference, DescribeAccessEntry)."""
    return {"accessEntry": _shown(_entry(cluster_of(request, params), params))}


@operation(EKSResponse, "list_access_entries")
def list_access_entries(request: Any, params: Params) -> dict[str, Any]:
    """The principals that have an entry, or those with one policy, without paging (ListAccessEntries)."""
    entries, policy = entries_of(cluster_of(request, params)), params.get("associatedPolicyArn")
    return {"accessEntries": [arn for arn, entry in entries.items() if policy is None or policy in entry["policies"]]}


@operation(EKSResponse, "update_access_entry")
def update_access_entry(request: Any, params: Params) -> dict[str, Any]:
    """Changes groups or user name; the type never changes (API reference, UpdateAccessEntry)."""
    entry = _entry(cluster_of(request, params), params)
    _require_groups(params)
    _require_username(params)
    entry |= {name: params[name] for name in ("kubernetesGroups", "username") if params.get(name) is not None}
    entry["modifiedAt"] = utcnow()
    return {"accessEntry": _shown(entry)}


@operation(EKSResponse, "delete_access_entry")
def delete_access_entry(request: Any, params: Params) -> dict[str, Any]:
    """Removes an entry with its policies (API reference, DeleteAccessEntry)."""
    cluster = cluster_of(request, params)
    del entries_of(cluster)[_entry(cluster, params)["principalArn"]]
    return {}


@operation(EKSResponse, "associate_access_policy")
def associate_access_policy(request: Any, params: Params) -> dict[str, Any]:
    """A known policy for a STANDARD entry, for the cluster or for named namespaces (AssociateAccessPolicy)."""
    entry = _entry(cluster_of(request, params), params)
    policy_arn, scope = params["policyArn"], params["accessScope"]
    if not policy_arn.startswith(POLICY_ARN) or policy_arn.removeprefix(POLICY_ARN) not in POLICIES:
        refuse("InvalidParameterException", f"The specified policyArn is invalid: invalid policy {policy_arn}")
    if entry["type"] != "STANDARD":
        refuse("InvalidParameterException", f"Access policies cannot be associated with type {entry['type']}")
    if scope.get("type") not in ("cluster", "namespace"):
        refuse("InvalidParameterException", "The accessScope type must be one of cluster, namespace")
    if (scope["type"] == "namespace") != bool(scope.get("namespaces")):
        refuse("InvalidParameterException", "Namespaces are needed for accessScope type namespace, and only for it")
    association = {"policyArn": policy_arn, "accessScope": scope, "associatedAt": utcnow(), "modifiedAt": utcnow()}
    entry["policies"][policy_arn] = association
    names = {"clusterName": entry["clusterName"], "principalArn": entry["principalArn"]}
    return {**names, "associatedAccessPolicy": association}


@operation(EKSResponse, "disassociate_access_policy")
def disassociate_access_policy(request: Any, params: Params) -> dict[str, Any]:
    """Removes a policy from an entry (API reference, DisassociateAccessPolicy)."""
    entry = _entry(cluster_of(request, params), params)
    if entry["policies"].pop(params["policyArn"], None) is None:
        refuse("ResourceNotFoundException", f"The policy {params['policyArn']} is not associated with this principal")
    return {}


@operation(EKSResponse, "list_associated_access_policies")
def list_associated_access_policies(request: Any, params: Params) -> dict[str, Any]:
    """The policies of an entry with their scopes (API reference, ListAssociatedAccessPolicies)."""
    entry = _entry(cluster_of(request, params), params)
    names = {"clusterName": entry["clusterName"], "principalArn": entry["principalArn"]}
    return {**names, "associatedAccessPolicies": list(entry["policies"].values())}


@operation(EKSResponse, "list_access_policies")
def list_access_policies(request: Any, params: Params) -> dict[str, Any]:
    """The access policies that EKS offers (API reference, ListAccessPolicies)."""
    return {"accessPolicies": [{"name": name, "arn": POLICY_ARN + name} for name in POLICIES]}
