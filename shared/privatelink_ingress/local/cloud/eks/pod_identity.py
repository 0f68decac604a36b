"""EKS Pod Identity: IAM roles for the pods of service accounts, which moto lacks."""

from __future__ import annotations

from typing import Any

from moto.core.utils import utcnow
from moto.eks.responses import EKSResponse
from moto.moto_api._internal import mock_random

from privatelink_ingress.local.cloud.eks.clusters import cluster_of, route, trusted_services
from privatelink_ingress.local.cloud.hardening import Params, operation, refuse

route("/clusters/(?P<name>[^/]+)/pod-identity-associations")
route("/clusters/(?P<name>[^/]+)/pod-identity-associations/(?P<associationId>[^/]+)")


def associations_of(cluster: Any) -> dict[str, dict[str, Any]]:
    """The pod identity associations of a cluster by id."""
    return vars(cluster).setdefault("pod_identity_associations", {})


def add_association(request: Any, cluster: Any, namespace: str, service_account: str, params: Params) -> dict[str, Any]:
    """Check and store one pod identity association.

    One role per service account, in the cluster's own account, that trusts pods.eks.amazonaws.com (user guide,
    "pod-id-association" and "pod-id-role").
    """
    _require_trust(request, params["roleArn"])
    for known in associations_of(cluster).values():
        if (known["namespace"], known["serviceAccount"]) == (namespace, service_account):
            refuse(
                "ResourceInUseException",
                f"Association already exists: {known['associationId']} for {namespace}/{service_account}",
            )
    association_id = f"a-{mock_random.get_random_hex(17)}"
    arn = f"arn:aws:eks:{request.region}:{request.current_account}:podidentityassociation/{cluster.name}"
    kept = ("roleArn", "targetRoleArn", "disableSessionTags", "policy", "ownerArn")
    association = {
        "clusterName": cluster.name,
        "namespace": namespace,
        "serviceAccount": service_account,
        "associationArn": f"{arn}/{association_id}",
        "associationId": association_id,
        "tags": params.get("tags") or {},
        "createdAt": utcnow(),
        "modifiedAt": utcnow(),
        "disableSessionTags": False,
        **{name: params[name] for name in kept if params.get(name) is not None},
    }
    associations_of(cluster)[association_id] = association
    return association


def _require_trust(request: Any, role_arn: str) -> None:
    trusted = trusted_services(request, role_arn)
    if trusted is None:
        refuse("InvalidParameterException", f"Role provided in the request does not exist: {role_arn}")
    if "pods.eks.amazonaws.com" not in trusted:
        refuse("InvalidParameterException", f"Trust policy of role {role_arn} does not allow pods.eks.amazonaws.com")


def _association(cluster: Any, params: Params) -> dict[str, Any]:
    if params["associationId"] not in associations_of(cluster):
        refuse("ResourceNotFoundException", f"Association {params['associationId']} not found")
    return associations_of(cluster)[params["associationId"]]


@operation(EKSResponse, "create_pod_identity_association")
def create_pod_identity_association(request: Any, params: Params) -> dict[str, Any]:
    """Gives the pods of a service account a role (API reference, CreatePodIdentityAssociation)."""
    cluster = cluster_of(request, params)
    return {"association": add_association(request, cluster, params["namespace"], params["serviceAccount"], params)}


@operation(EKSResponse, "describe_pod_identity_association")
def describe_pod_identity_association(request: Any, params: Params) -> dict[str, Any]:
    """One association by id (API reference, DescribePodIdentityAssociation)."""
    return {"association": _association(cluster_of(request, params), params)}


@operation(EKSResponse, "list_pod_identity_associations")
def list_pod_identity_associations(request: Any, params: Params) -> dict[str, Any]:
    """The associations, optionally by namespace and service account (ListPodIdentityAssociations)."""
    wanted = {name: params[name] for name in ("namespace", "serviceAccount") if params.get(name)}
    listed = associations_of(cluster_of(request, params)).values()
    return {"associations": [entry for entry in listed if wanted.items() <= entry.items()]}


@operation(EKSResponse, "update_pod_identity_association")
def update_pod_identity_association(request: Any, params: Params) -> dict[str, Any]:
    """Changes an association's roles, except of one that an add-on owns (UpdatePodIdentityAssociation)."""
    association = _association(cluster_of(request, params), params)
    if association.get("ownerArn"):
        refuse("InvalidRequestException", f"The association is owned by {association['ownerArn']}: change that instead")
    if params.get("roleArn"):
        _require_trust(request, params["roleArn"])
    changed = {name: params[name] for name in ("roleArn", "targetRoleArn", "disableSessionTags") if name in params}
    association.update(changed, modifiedAt=utcnow())
    return {"association": association}


@operation(EKSResponse, "delete_pod_identity_association")
def delete_pod_identity_association(request: Any, params: Params) -> dict[str, Any]:
    """Removes an association, except one that an add-on owns (API reference, DeletePodIdentityAssociation)."""
    cluster = cluster_of(request, params)
    association = _association(cluster, params)
    if association.get("ownerArn"):
        refuse("InvalidRequestException", f"The association is owned by {association['ownerArn']}: change that instead")
    del associations_of(cluster)[association["associationId"]]
    return {"association": association}
