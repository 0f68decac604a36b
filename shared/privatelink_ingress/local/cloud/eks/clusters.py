"""EKS clusters: AWS's checks before it creates one, and the resources that it creates with it."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Mapping
from typing import Any

from moto.core.utils import utcnow
from moto.ec2.models import ec2_backends
from moto.eks.responses import EKSResponse
from moto.eks.urls import url_paths
from moto.iam.models import iam_backends
from moto.moto_api._internal import mock_random
from moto.utilities.utils import get_partition

from privatelink_ingress.local.cloud.eks.versions import DEFAULT_VERSION, VERSIONS
from privatelink_ingress.local.cloud.hardening import Params, after, before, refuse, undo

CLUSTER_SETTINGS = (
    "accessConfig",
    "upgradePolicy",
    "zonalShiftConfig",
    "computeConfig",
    "storageConfig",
    "deletionProtection",
    "controlPlaneScalingConfig",
    "kubeApiServerConfig",
    "kubeSchedulerConfig",
    "kubeControllerManagerConfig",
)
"""Inputs of create-cluster and update-cluster-config that moto drops and describe-cluster returns."""


def route(path: str) -> None:
    """Serve `path` by moto's EKS. Must run before the first EKS request of the process: the web app is built then."""
    url_paths["{0}" + path + "$"] = EKSResponse.dispatch


route("/cluster-versions")
route("/clusters/(?P<name>[^/]+)/updates")
route("/clusters/(?P<name>[^/]+)/updates/(?P<updateId>[^/]+)")


def cluster_of(request: Any, params: Params) -> Any:
    """The cluster that the request names; ResourceNotFoundException "No cluster found for name: …" when unknown."""
    return request.eks_backend.describe_cluster(params.get("clusterName") or params.get("name"))


def ec2_of(request: Any) -> Any:
    """The EC2 of the caller's account and region."""
    return ec2_backends[request.current_account][request.region]


def trusted_services(request: Any, role_arn: str) -> list[str] | None:
    """The service principals that role `role_arn` trusts, or None when the caller's account has no such role."""
    roles = iam_backends[request.current_account][get_partition(request.region)].get_roles()
    documents = [role.assume_role_policy_document for role in roles if role.arn == role_arn]
    return re.findall(r"[a-z0-9.-]+\.amazonaws\.com", documents[0]) if documents else None


def subnets_of(request: Any, subnet_ids: Iterable[str]) -> list[Any]:
    """The subnets by id. EKS refuses an id that does not exist (InvalidParameterException)."""
    found = []
    for subnet_id in subnet_ids:
        subnets = [zone.get(subnet_id) for zone in ec2_of(request).subnets.values() if subnet_id in zone]
        if not subnets:
            refuse("InvalidParameterException", f"The subnet ID '{subnet_id}' does not exist")
        found.append(subnets[0])
    return found


def has_networking(cluster: Any) -> bool:
    """Whether nodes of `cluster` become ready: vpc-cni is an add-on, or self-managed from the start."""
    return cluster.bootstrapSelfManagedAddons or "vpc-cni" in vars(cluster).get("addons", {})


def record_update(cluster: Any, kind: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """An update of `cluster` as update-* operations return it; it completes at once."""
    update = {
        "id": str(mock_random.uuid4()),
        "status": "Successful",
        "type": kind,
        "params": [{"type": name, "value": str(value)} for name, value in params.items()],
        "createdAt": utcnow(),
        "errors": [],
    }
    vars(cluster).setdefault("updates", {})[update["id"]] = update
    return update


@before(EKSResponse, "create_cluster")
def only_supported_versions(request: Any, params: Params) -> None:
    """EKS creates clusters of the versions in its release calendar only (API reference, CreateCluster)."""
    version = params.get("version") or DEFAULT_VERSION
    if version not in VERSIONS:
        refuse("InvalidParameterException", f"unsupported Kubernetes version {version}: one of {', '.join(VERSIONS)}")


@before(EKSResponse, "create_cluster")
def subnets_in_two_zones_of_one_vpc(request: Any, params: Params) -> None:
    """At least two subnets in two zones of one VPC (user guide, "network-reqs")."""
    subnets = subnets_of(request, params["resourcesVpcConfig"].get("subnetIds") or [])
    if len({subnet.availability_zone for subnet in subnets}) < 2:
        refuse("InvalidParameterException", "Subnets specified must be in at least two different AZs")
    if len({subnet.vpc_id for subnet in subnets}) > 1:
        refuse("InvalidParameterException", "Subnets specified must belong to the same VPC")
    for group_id in params["resourcesVpcConfig"].get("securityGroupIds") or []:
        group = ec2_of(request).get_security_group_from_id(group_id)
        if group is None or group.vpc_id != subnets[0].vpc_id:
            refuse("InvalidParameterException", f"The security group '{group_id}' does not exist in the cluster's VPC")


@before(EKSResponse, "create_cluster")
def cluster_role_is_assumable(request: Any, params: Params) -> None:
    """The cluster role exists and trusts eks.amazonaws.com (user guide, "cluster-iam-role")."""
    if "eks.amazonaws.com" not in (trusted_services(request, params["roleArn"]) or []):
        message = "could not be assumed because it does not exist or the trusted entity is not correct"
        refuse("InvalidParameterException", f"Role with arn: {params['roleArn']}, {message}")


@undo(EKSResponse, "create_cluster")
def no_cluster(request: Any, params: Params, answer: Any) -> None:
    """After a failed effect."""
    cluster, ec2 = request.eks_backend.delete_cluster(params["name"]), ec2_of(request)
    if group_id := cluster.resources_vpc_config.get("clusterSecurityGroupId"):
        ec2.delete_security_group(group_id=group_id)


@after(EKSResponse, "create_cluster")
def cluster_has_its_own_identity(request: Any, params: Params, answer: Any) -> Any:
    """Endpoint, issuer and certificate authority differ between clusters, and settings are kept (DescribeCluster)."""
    cluster = request.eks_backend.clusters[params["name"]]
    cluster.version = params.get("version") or DEFAULT_VERSION
    cluster.platformVersion = "eks.1"
    key = mock_random.get_random_hex(32).upper()
    cluster.endpoint = f"https://{key}.gr7.{request.region}.eks.amazonaws.com"
    cluster.identity = {"oidc": {"issuer": f"https://oidc.eks.{request.region}.amazonaws.com/id/{key}"}}
    body = base64.encodebytes(mock_random.get_random_hex(600).encode()).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
    cluster.certificate_authority = {"data": base64.b64encode(pem.encode()).decode()}
    cluster.health = {"issues": []}
    cluster.bootstrapSelfManagedAddons = params.get("bootstrapSelfManagedAddons", True)
    defaults: dict[str, Any] = {
        "accessConfig": {"authenticationMode": "CONFIG_MAP"},
        "upgradePolicy": {"supportType": "EXTENDED"},
        "deletionProtection": False,
        "zonalShiftConfig": {"enabled": False},
    }
    for name in CLUSTER_SETTINGS:
        given = params.get(name, defaults.get(name))
        if given is not None:
            setattr(cluster, name, {**defaults.get(name, {}), **given} if isinstance(given, dict) else given)
    config = cluster.resources_vpc_config
    config.setdefault("endpointPublicAccess", True)
    config.setdefault("endpointPrivateAccess", False)
    config.setdefault("securityGroupIds", [])
    config.setdefault("publicAccessCidrs", ["0.0.0.0/0"] if config["endpointPublicAccess"] else [])
    return answer


@after(EKSResponse, "create_cluster")
def cluster_has_a_security_group(request: Any, params: Params, answer: Any) -> Any:
    """EKS creates one group per cluster: all traffic within it, all traffic out (user guide, "sec-group-reqs")."""
    cluster = request.eks_backend.clusters[params["name"]]
    ec2 = ec2_of(request)
    vpc_id = subnets_of(request, cluster.resources_vpc_config["subnetIds"])[0].vpc_id
    group = ec2.create_security_group(
        f"eks-cluster-sg-{cluster.name}-{mock_random.randint(10**8, 10**10)}",
        "EKS created security group applied to ENI that is attached to EKS Control Plane master nodes, "
        "as well as any managed workloads.",
        vpc_id=vpc_id,
        tags={f"kubernetes.io/cluster/{cluster.name}": "owned", "aws:eks:cluster-name": cluster.name},
    )
    ec2.authorize_security_group_ingress(
        group.id, "-1", None, None, [], source_groups=[{"GroupId": group.id}], vpc_id=vpc_id
    )
    cluster.resources_vpc_config |= {"vpcId": vpc_id, "clusterSecurityGroupId": group.id}
    return answer


@before(EKSResponse, "delete_cluster")
def deletion_protection(request: Any, params: Params) -> None:
    """A cluster with deletion protection stays (user guide, "deletion-protection")."""
    cluster = cluster_of(request, params)
    if vars(cluster).get("deletionProtection"):
        refuse("InvalidRequestException", f"Cluster {cluster.name} has deletion protection enabled: disable it first")
    # Kept for `after`, since the deleted cluster no longer names it.
    request.cluster_security_group = cluster.resources_vpc_config["clusterSecurityGroupId"]


@after(EKSResponse, "delete_cluster")
def cluster_takes_its_security_group(request: Any, params: Params, answer: Any) -> Any:
    """Deleted with the cluster, unless a network interface still uses it (user guide, "sec-group-reqs")."""
    ec2, group_id = ec2_of(request), request.cluster_security_group
    used = any(group.id == group_id for eni in ec2.enis.values() for group in eni.group_set)
    if not used and ec2.get_security_group_from_id(group_id):
        ec2.delete_security_group(group_id=group_id)
    return answer
