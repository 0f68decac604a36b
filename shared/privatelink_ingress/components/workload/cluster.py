"""The control plane: the one place that knows `pulumi_eks`.

Only its control plane is used: it hides node group arguments, and installs CoreDNS before the nodes that CoreDNS needs.
Add-ons and nodes are plain resources in `nodes.py`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import pulumi
import pulumi_aws as aws
import pulumi_eks as eks
from pulumi import Output

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.log_groups import log_group
from privatelink_ingress.components.workload.roles import ServiceRole
from privatelink_ingress.plan.workload.access import AccessPlan
from privatelink_ingress.plan.workload.cluster import ClusterPlan
from privatelink_ingress.plan.workload.kubeconfig import through


@dataclasses.dataclass(frozen=True, kw_only=True)
class ControlPlaneArgs:
    """Inputs of a `ControlPlane`."""

    plan: ClusterPlan
    tags: Mapping[str, str]
    vpc_id: pulumi.Input[str]
    subnet_ids: Mapping[str, pulumi.Input[str]]
    """Private subnets by zone id."""
    iam: aws.Provider
    """Registers the cluster's role."""


class ControlPlane(Component):
    """An EKS cluster without nodes, open only inside its VPC unless its plan names networks."""

    cluster_name: Output[str]
    """Known once the cluster exists: its consumers are created after the cluster and deleted before it."""
    cluster_security_group_id: Output[str]
    """The group that EKS creates for the control plane and the nodes."""
    kubeconfig_json: Output[str]
    """A kubeconfig that calls `aws eks get-token`; it holds no credentials."""

    def __init__(self, name: str, args: ControlPlaneArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        """Register the control plane and its access entries."""
        super().__init__(name, opts)
        plan = args.plan
        logs = log_group(
            self,
            f"{name}-control-plane",
            plan.log_storage,
            tags=self.named("control-plane", args.tags),
            group=plan.log_group,
        )
        role = ServiceRole(name, plan.role, parent=self, iam=args.iam, tags=args.tags)
        public = bool(plan.public_access_cidrs)
        cluster = eks.Cluster(
            name,
            # Through the log group, so that it exists first: otherwise EKS creates one without retention.
            name=logs.name.apply(lambda _: plan.name),
            version=plan.version,
            vpc_id=args.vpc_id,
            private_subnet_ids=list(args.subnet_ids.values()),
            service_role=role.ready,
            endpoint_private_access=True,
            endpoint_public_access=public,
            public_access_cidrs=list(plan.public_access_cidrs) if public else None,
            authentication_mode=eks.AuthenticationMode.API,
            enabled_cluster_log_types=list(plan.log_types),
            encryption_config_key_arn=plan.secrets_key_arn,
            deletion_protection=plan.deletion_protection,
            # EKS's own default bills extended support of an old version instead of upgrading it.
            upgrade_policy=aws.eks.ClusterUpgradePolicyArgs(support_type="STANDARD"),
            create_oidc_provider=False,
            skip_default_node_group=True,
            skip_default_security_groups=True,
            bootstrap_self_managed_addons=False,
            use_default_vpc_cni=True,
            kube_proxy_addon_options=eks.KubeProxyAddonOptionsArgs(enabled=False),
            coredns_addon_options=eks.CoreDnsAddonOptionsArgs(enabled=False),
            provider_credential_opts=eks.KubeconfigOptionsArgs(role_arn=plan.kubeconfig_role_arn)
            if plan.kubeconfig_role_arn
            else None,
            tags={**args.tags, **plan.tags},
            # A replacement deletes node groups and add-ons before EKS is asked whether the cluster may go.
            opts=self.child(protect=plan.deletion_protection),
        )
        self.kubeconfig_json = cluster.kubeconfig_json.apply(lambda text: through(text, plan.kubernetes_api))
        self.cluster_security_group_id = cluster.cluster_security_group_id
        self.cluster_name = cluster.cluster_security_group_id.apply(lambda _: plan.name)
        self.access = [self._access(access, args.tags) for access in plan.access]
        """Access of administrators and viewers: objects in the cluster are deleted before it."""
        self.publish()

    def _access(self, plan: AccessPlan, tags: Mapping[str, str]) -> pulumi.Resource:
        entry = aws.eks.AccessEntry(
            f"{self._name}-{plan.key}",
            cluster_name=self.cluster_name,
            principal_arn=plan.principal_arn,
            type="STANDARD",
            tags=dict(tags),
            opts=self.child(),
        )
        return aws.eks.AccessPolicyAssociation(
            f"{self._name}-{plan.key}",
            cluster_name=self.cluster_name,
            principal_arn=entry.principal_arn,
            policy_arn=plan.policy_arn,
            access_scope=aws.eks.AccessPolicyAssociationAccessScopeArgs(type="cluster"),
            opts=self.child(),
        )
