"""A whole workload stack: the cluster, its ingress controller, and the endpoint service that publishes it."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import Any

import pulumi
import pulumi_aws as aws
import pulumi_kubernetes as kubernetes
from pulumi import ROOT_STACK_RESOURCE, Alias, Input, Output, ResourceOptions

from privatelink_ingress.components.base import Component
from privatelink_ingress.components.removal import RemovalGuard, RemovalGuardArgs
from privatelink_ingress.components.workload.alarms import WorkloadAlarms, WorkloadAlarmsArgs
from privatelink_ingress.components.workload.api_probe import ApiProbe
from privatelink_ingress.components.workload.controller import Controller, ControllerArgs
from privatelink_ingress.components.workload.foundation import ClusterFoundation, adopt_cluster, create_cluster
from privatelink_ingress.components.workload.publication import Publication, PublicationArgs
from privatelink_ingress.components.workload.registry import Registry, RegistryArgs
from privatelink_ingress.components.workload.sample import Sample, SampleArgs
from privatelink_ingress.lookups.providers import Providers
from privatelink_ingress.plan.alarms import Deployed
from privatelink_ingress.plan.workload import AdoptedClusterPlan, OwnClusterPlan, removal
from privatelink_ingress.plan.workload.alarms import measured
from privatelink_ingress.plan.workload.removal import RemovalPlan
from privatelink_ingress.settings.workload.registry import CONTROLLER, SAMPLE


@dataclasses.dataclass(frozen=True, kw_only=True)
class PrivateServiceArgs:
    """What to build, and the providers that build it."""

    plan: OwnClusterPlan | AdoptedClusterPlan
    providers: Providers
    parameter_provider: aws.Provider | None
    """Writes the contract's parameter as another role; None writes it with the network duty's provider."""
    refuse_removal: Callable[[RemovalPlan, str], None]
    """Raises while an endpoint is connected to the endpoint service with this id."""


class PrivateService(Component):
    """The workload side of the system.

    It owns the provider of its cluster's Kubernetes API, since the cluster is one of its children:

        PrivateService(
            "shop",
            PrivateServiceArgs(
                plan=plan, providers=providers, parameter_provider=None, refuse_removal=refuse_while_connected
            ),
        ).exports()
    """

    vpc_id: Output[str]
    endpoint_service_id: Output[str]
    endpoint_service_name: Output[str]

    def __init__(self, name: str, args: PrivateServiceArgs, opts: ResourceOptions | None = None) -> None:
        """The cluster comes before its objects; the guard depends on everything, so it is deleted first."""
        super().__init__(name, opts)
        plan, providers = args.plan, args.providers
        if isinstance(plan, AdoptedClusterPlan):
            foundation = adopt_cluster(self, name, plan, providers)
        else:
            foundation = create_cluster(self, name, plan, providers)
        registry = (
            Registry(name, RegistryArgs(plan=plan.registry, tags=plan.tags), self.child(provider=providers.ecr))
            if plan.registry
            else None
        )
        objects = self._in_cluster(plan, foundation, registry.repository_urls) if registry else []
        self._publication = Publication(
            name,
            PublicationArgs(
                plan=plan.publication,
                tags=plan.tags,
                vpc_id=foundation.vpc_id,
                subnet_ids=foundation.subnet_ids,
                security_group_id=foundation.load_balancer_security_group_id,
                node_security_group_ids=foundation.node_security_group_ids,
                autoscaling_group_names=foundation.autoscaling_group_names,
                parameter_provider=args.parameter_provider,
            ),
            self.child(provider=providers.network),
        )
        alarms = []
        if plan.alarms:
            watched = WorkloadAlarmsArgs(
                plan=plan.alarms, values=_measured(foundation, self._publication), tags=plan.tags
            )
            alarms.append(WorkloadAlarms(name, watched, self.child(provider=providers.network)))
        RemovalGuard(
            name,
            RemovalGuardArgs(
                guarded=plan.removal.guarded,
                hook=removal.HOOK,
                remembers=self._publication.endpoint_service_id,
                replaced_with_it=True,
                everything=[
                    *foundation.components,
                    *([registry] if registry else []),
                    *objects,
                    self._publication,
                    *alarms,
                ],
                check=functools.partial(args.refuse_removal, plan.removal),
            ),
            self.child(),
        )
        self.vpc_id = Output.from_input(foundation.vpc_id)
        self.endpoint_service_id = self._publication.endpoint_service_id
        self.endpoint_service_name = self._publication.endpoint_service_name
        self.publish()

    def child(self, **options: Any) -> ResourceOptions:
        """As of every component. Earlier versions registered these children without a parent, under the same names."""
        return super().child(**{"aliases": [Alias(parent=ROOT_STACK_RESOURCE)]} | options)

    def _in_cluster(
        self,
        plan: OwnClusterPlan | AdoptedClusterPlan,
        foundation: ClusterFoundation,
        repository_urls: Mapping[str, Output[str]],
    ) -> list[pulumi.Resource]:
        """The controller and the sample, through a provider of the cluster's API."""
        if plan.controller is None:
            return []
        cluster = kubernetes.Provider(
            f"{self._name}-cluster",
            kubeconfig=foundation.kubeconfig,
            # Without it, a new endpoint or certificate authority would replace every object.
            cluster_identifier=plan.cluster.name,
            enable_server_side_apply=True,
            # On destroy the objects go before the right, and the nodes, to delete them.
            opts=self.child(
                depends_on=foundation.needed_by_objects, aliases=[Alias(name="cluster", parent=ROOT_STACK_RESOURCE)]
            ),
        )
        is_private = isinstance(plan, OwnClusterPlan) and plan.cluster.is_private
        probe = ApiProbe(foundation.kubeconfig, private=is_private)
        options = self.child(provider=cluster, transformations=[probe.transformation])
        controller = ControllerArgs(plan=plan.controller, repository_url=repository_urls[CONTROLLER])
        objects: list[pulumi.Resource] = [Controller(self._name, controller, options)]
        if plan.sample:
            sample = SampleArgs(plan=plan.sample, repository_url=repository_urls[SAMPLE])
            objects.append(Sample(self._name, sample, options))
        return objects

    def exports(self) -> dict[str, Any]:
        """Outputs of the program: the contract that the edge reads. None is secret."""
        return self._publication.contract()


def _measured(foundation: ClusterFoundation, publication: Publication) -> dict[Deployed, Input[str]]:
    """What metrics call the parts of the workload."""
    return {
        measured.LOAD_BALANCER: publication.load_balancer.arn_suffix,
        measured.TARGET_GROUP: publication.target_group.arn_suffix,
        measured.SERVICE: publication.endpoint_service_id,
        **({measured.FLOW_LOGS: foundation.flow_log_group} if foundation.flow_log_group is not None else {}),
        **{measured.zone(zone_id): name for zone_id, name in foundation.zone_names.items()},
        **{measured.autoscaling_group(key): name for key, name in foundation.autoscaling_group_names.items()},
    }
