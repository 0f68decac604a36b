"""The control plane that pulumi-eks's component creates, as far as this product uses it: `eks:index:Cluster`.

The real component runs in a plugin of its own. Here its inputs become one EKS cluster
created by API. Inputs that would create anything else are refused, with the replacement to write.
"""

from __future__ import annotations

import dataclasses
import json
from typing import Any

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters.base import Adapter, AdapterError, Aws, Child, Created, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.eks import cluster_outputs, create_cluster, delete_cluster

NEEDED = {
    "skipDefaultNodeGroup": (True, "make aws.eks.NodeGroup yourself"),
    "skipDefaultSecurityGroups": (True, "the cluster has the group that EKS makes"),
    "useDefaultVpcCni": (True, "make the vpc-cni aws.eks.Addon yourself"),
    "authenticationMode": ("API", "other modes write to the cluster from inside"),
}
"""Inputs that must have one value, and why."""
IGNORED_CHANGES = ("accessConfig.bootstrapClusterCreatorAdminPermissions", "bootstrapSelfManagedAddons")
"""Inputs of its `aws.eks.Cluster` whose changes the component ignores. Source: cluster.ts, `ignoreChanges`."""
REFUSED = (
    "createOidcProvider",
    "fargate",
    "autoMode",
    "storageClasses",
    "roleMappings",
    "userMappings",
    "accessEntries",
)
"""Inputs that must be absent or false: they create resources or Kubernetes objects that the local cloud does not."""
SUBNETS = ("subnetIds", "privateSubnetIds", "publicSubnetIds")
PASSED_ON = (
    "name",
    "version",
    "enabledClusterLogTypes",
    "deletionProtection",
    "upgradePolicy",
    "bootstrapSelfManagedAddons",
)


OUTPUTS = (
    "autoModeNodeRoleName",
    "clusterIngressRuleId",
    "clusterSecurityGroupId",
    "kubeconfig",
    "kubeconfigJson",
    "nodeSecurityGroupId",
    "oidcIssuer",
    "oidcProviderUrl",
)


@dataclasses.dataclass(frozen=True)
class Parts:
    """The inputs that the component passes to its children."""

    cluster: Properties
    """Inputs of its `aws.eks.Cluster`."""
    credentials: Properties
    """`providerCredentialOpts`: what the kubeconfig's tokens are for."""
    vpc_id: str | None
    """The VPC given for the subnets."""
    kube_proxy: bool
    """Whether the component creates the vpc-cni add-on."""


def parts(inputs: Properties, role_arn: str, component: str = "") -> Parts:
    """Parse the component's inputs.

    Args:
        inputs: as the program gives them.
        role_arn: the ARN of its `serviceRole`.
        component: the component's name, for the cluster's tag `Name`.

    Raises:
        AdapterError: for an input that the local cloud does not act on, with the replacement to write.
    """
    rest = dict(inputs)
    for name, (value, instead) in NEEDED.items():
        if rest.pop(name, None) != value:
            raise AdapterError(f"{t.CLUSTER_COMPONENT}: the local cloud needs `{name}: {json.dumps(value)}`: {instead}")
    for name in REFUSED:
        if rest.pop(name, None):
            raise AdapterError(f"{t.CLUSTER_COMPONENT}: the local cloud does not act on `{name}`")
    _check_coredns(rest.pop("corednsAddonOptions", None))
    # Sent by the SDK even when the program leaves it out; useDefaultVpcCni, checked above, switches it off.
    rest.pop("vpcCniOptions", None)
    kube_proxy = (rest.pop("kubeProxyAddonOptions", None) or {}).get("enabled", True)
    credentials, vpc_id = rest.pop("providerCredentialOpts", None) or {}, rest.pop("vpcId", None)
    rest.pop("serviceRole", None)
    cluster = _cluster_inputs(rest, role_arn, component)
    if rest:
        raise AdapterError(f"{t.CLUSTER_COMPONENT}: the local cloud does not act on `{sorted(rest)[0]}`")
    return Parts(cluster, credentials, vpc_id, kube_proxy)


def outputs(cluster: Properties, credentials: Properties) -> Properties:
    """The component's outputs, from those of its `aws.eks.Cluster`."""
    kubeconfig = _kubeconfig(cluster, credentials)
    issuer = cluster["identities"][0]["oidcs"][0]["issuer"]
    return {
        "clusterSecurityGroupId": cluster["vpcConfig"]["clusterSecurityGroupId"],
        "kubeconfig": kubeconfig,
        "kubeconfigJson": json.dumps(kubeconfig),
        "oidcIssuer": issuer.removeprefix("https://"),
        "oidcProviderUrl": issuer,
        # Without the default groups there is neither a node group's security group nor a rule for it.
        "clusterIngressRuleId": "",
        "nodeSecurityGroupId": "",
        "autoModeNodeRoleName": "",
    }


def _create(aws: Aws, inputs: Properties) -> Created:
    made_of = parts(inputs, _role_arn(aws, inputs.get("serviceRole")))
    cluster = cluster_outputs(create_cluster(aws, t.CLUSTER_COMPONENT, made_of.cluster))
    if made_of.vpc_id not in (None, cluster["vpcConfig"]["vpcId"]):
        delete_cluster(aws, t.CLUSTER_COMPONENT, cluster["name"])
        raise AdapterError(
            f"{t.CLUSTER_COMPONENT}: `vpcId` is {made_of.vpc_id}, the subnets are of {cluster['vpcConfig']['vpcId']}"
        )
    if made_of.kube_proxy:
        addon = {"clusterName": cluster["name"], "addonName": "kube-proxy"}
        call(aws, "eks", "CreateAddon", addon, type_=t.CLUSTER_COMPONENT)
    made = outputs(cluster, made_of.credentials)
    provider: Properties = {"kubeconfig": made["kubeconfigJson"]}
    children = (
        Child(
            type=t.CLUSTER,
            name="-eksCluster",
            id=cluster["name"],
            inputs=made_of.cluster,
            outputs=made_of.cluster | cluster,
        ),
        Child(type=t.KUBERNETES_PROVIDER, name="-eks-k8s", id=cluster["name"], inputs=provider, outputs=provider),
    )
    return Created(cluster["name"], made, children)


def _check_coredns(options: Any) -> None:
    """The SDK sends `enabled: true` by default; with `skipDefaultNodeGroup` that add-on waits for nodes and fails."""
    if options and options.get("enabled", True):
        raise AdapterError(
            f"{t.CLUSTER_COMPONENT}: `corednsAddonOptions.enabled` is true, so the component would make CoreDNS before "
            "any node, and wait 20 minutes to fail. Write coredns_addon_options=CoreDnsAddonOptionsArgs(enabled=False) "
            "and make the coredns aws.eks.Addon after the node group"
        )


def _cluster_inputs(rest: Properties, role_arn: str, component: str) -> Properties:
    """The inputs of `aws.eks.Cluster` that the component derives from its own; those used are removed from `rest`."""
    tags = ({"Name": f"{component}-eksCluster"} if component else {}) | (rest.pop("clusterTags", None) or {})
    subnet_ids = [subnet for name in SUBNETS for subnet in rest.pop(name, None) or ()]
    vpc_config: Properties = {"subnetIds": subnet_ids}
    for name in ("endpointPrivateAccess", "endpointPublicAccess", "publicAccessCidrs"):
        if rest.get(name) is not None:
            vpc_config[name] = rest[name]
        rest.pop(name, None)
    if vpc_config.get("publicAccessCidrs") and not vpc_config.get("endpointPublicAccess", True):
        raise AdapterError(f"{t.CLUSTER_COMPONENT}: `publicAccessCidrs` needs `endpointPublicAccess: true`")
    made: Properties = {
        "roleArn": role_arn,
        "vpcConfig": vpc_config,
        "accessConfig": {"authenticationMode": "API", "bootstrapClusterCreatorAdminPermissions": True},
        "tags": tags | (rest.pop("tags", None) or {}),
    }
    if key_arn := rest.pop("encryptionConfigKeyArn", None):
        made["encryptionConfig"] = {"provider": {"keyArn": key_arn}, "resources": ["secrets"]}
    network = {
        "ipFamily": rest.pop("ipFamily", None),
        "serviceIpv4Cidr": rest.pop("kubernetesServiceIpAddressRange", None),
    }
    if any(network.values()):
        made["kubernetesNetworkConfig"] = {name: value for name, value in network.items() if value}
    return made | {name: rest.pop(name) for name in PASSED_ON if name in rest}


def _role_arn(aws: Aws, role: Any) -> str:
    """The ARN of `serviceRole`, a resource that arrives as its id: the role's name."""
    if not role:
        raise AdapterError(
            f"{t.CLUSTER_COMPONENT}: the local cloud needs `serviceRole`, an aws.iam.Role that EKS may assume"
        )
    return call(aws, "iam", "GetRole", {"roleName": role}, type_=t.CLUSTER_COMPONENT)["Role"]["Arn"]


def _kubeconfig(cluster: Properties, credentials: Properties) -> Properties:
    """The component's kubeconfig: a token by the AWS CLI, no credentials inside."""
    args = ["eks", "get-token", "--cluster-name", cluster["name"], "--output", "json"]
    args += ["--region", cluster["arn"].split(":")[3]]
    if credentials.get("roleArn"):
        args += ["--role-arn", credentials["roleArn"]]
    env = [{"name": "KUBERNETES_EXEC_INFO", "value": '{"apiVersion": "client.authentication.k8s.io/v1beta1"}'}]
    if credentials.get("profileName"):
        env.append({"name": "AWS_PROFILE", "value": credentials["profileName"]})
    command = {"apiVersion": "client.authentication.k8s.io/v1beta1", "command": "aws", "args": args, "env": env}
    server = {
        "server": cluster["endpoint"],
        "certificate-authority-data": cluster["certificateAuthority"]["data"],
    }
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "kubernetes", "cluster": server}],
        "contexts": [{"name": "aws", "context": {"cluster": "kubernetes", "user": "aws"}}],
        "current-context": "aws",
        "users": [{"name": "aws", "user": {"exec": command}}],
    }


def _delete(aws: Aws, id_: str, outputs: Properties) -> None:
    delete_cluster(aws, t.CLUSTER_COMPONENT, id_)


ADAPTERS: dict[str, Adapter] = {t.CLUSTER_COMPONENT: Adapter(_create, _delete)}
