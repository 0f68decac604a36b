"""Stands in for pulumi-eks: a component `eks:index:Cluster` that registers the real one's resources.

With this product's inputs these are the cluster and a kubernetes provider, both children of the component, with
the real one's names. Source: pulumi-eks 4.3, nodejs/eks/cluster/cluster.ts, and a run of it with these inputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2, resource_pb2, resource_pb2_grpc

from privatelink_ingress import tokens as t
from privatelink_ingress.local.adapters import eks_component
from privatelink_ingress.local.adapters.base import AdapterError, Properties
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.providers.base import Servicer, answering

OWN_CONNECTION = ("grpc.use_local_subchannel_pool", 1)
"""A channel's option: without it, gRPC lets all channels of a process to one address share a connection, and its
pauses after a failure. An engine on the port of one that ended would be refused without being asked."""


class ClusterComponent(Servicer):
    """The provider of `eks:index:Cluster`. It has no other resources."""

    @answering
    def Handshake(self, request: Any) -> Any:  # noqa: N802
        """Accept resources as inputs, such as `serviceRole`."""
        return provider_pb2.ProviderHandshakeResponse(accept_secrets=True, accept_resources=True, accept_outputs=True)

    @answering
    def Configure(self, request: Any) -> Any:  # noqa: N802
        """Answer as in the handshake."""
        return provider_pb2.ConfigureResponse(
            acceptSecrets=True, supportsPreview=True, acceptResources=True, acceptOutputs=True
        )

    @answering
    def Construct(self, request: Any) -> Any:  # noqa: N802
        """Register the component and its children."""
        if request.type != t.CLUSTER_COMPONENT:
            raise AdapterError(f"the local cloud has no component {request.type}")
        with grpc.insecure_channel(request.monitorEndpoint, options=[OWN_CONNECTION]) as channel:
            return _Construction(request, resource_pb2_grpc.ResourceMonitorStub(channel)).run()


class _Construction:
    """One component during its construction."""

    def __init__(self, request: Any, monitor: Any) -> None:
        self._request, self._monitor = request, monitor
        self._urns = sorted({urn for each in request.inputDependencies.values() for urn in each.urns})
        self._urn = ""

    def run(self) -> provider_pb2.ConstructResponse:
        name, inputs = self._request.name, wire.decode(self._request.inputs)[0]
        component = resource_pb2.RegisterResourceRequest(
            type=self._request.type,
            name=name,
            parent=self._request.parent,
            providers=dict(self._request.providers),
            aliases=self._request.aliases,
            protect=self._request.protect,
            dependencies=self._request.dependencies,
            acceptSecrets=True,
        )
        self._urn = self._monitor.RegisterResource(component).urn
        parts = eks_component.parts(inputs, self._role_arn(), name)
        if parts.kube_proxy:
            raise AdapterError(
                f"{t.CLUSTER_COMPONENT}: the local cloud needs `kubeProxyAddonOptions: {{enabled: false}}`: create the "
                "kube-proxy aws.eks.Addon yourself"
            )
        aws = self._request.providers["aws"]
        ignored = eks_component.IGNORED_CHANGES
        made = self._register(t.CLUSTER, f"{name}-eksCluster", parts.cluster, aws, self._urns, ignored)
        cluster, _ = wire.decode(made.object)
        # Of `vpcConfig`, only what AWS added: the preview of a new zone does not know all of its subnets.
        needed = [cluster.get(key, wire.UNKNOWN) for key in ("endpoint", "arn")]
        needed.append(cluster.get("vpcConfig", {}).get("clusterSecurityGroupId", wire.UNKNOWN))
        if not wire.has_unknown(needed):
            outputs = eks_component.outputs(cluster, parts.credentials)
        else:
            outputs = dict.fromkeys(eks_component.OUTPUTS, wire.UNKNOWN)
        self._register(
            t.KUBERNETES_PROVIDER, f"{name}-eks-k8s", {"kubeconfig": outputs["kubeconfigJson"]}, "", [made.urn]
        )
        state = wire.encode(outputs)
        self._monitor.RegisterResourceOutputs(resource_pb2.RegisterResourceOutputsRequest(urn=self._urn, outputs=state))
        needs = provider_pb2.ConstructResponse.PropertyDependencies(urns=[made.urn])
        return provider_pb2.ConstructResponse(
            urn=self._urn, state=state, stateDependencies=dict.fromkeys(outputs, needs)
        )

    def _register(
        self,
        type_: str,
        name: str,
        inputs: Properties,
        provider: str,
        needs: Iterable[str],
        ignored_changes: Iterable[str] = (),
    ) -> Any:
        needs = list(needs)
        dependencies = resource_pb2.RegisterResourceRequest.PropertyDependencies(urns=needs)
        return self._monitor.RegisterResource(
            resource_pb2.RegisterResourceRequest(
                type=type_,
                name=name,
                parent=self._urn,
                custom=True,
                object=wire.encode(inputs),
                # As the SDKs: a component's children inherit its protection.
                protect=self._request.protect,
                dependencies=needs,
                propertyDependencies=dict.fromkeys(inputs, dependencies),
                provider=provider,
                ignoreChanges=ignored_changes,
                version="" if provider else metadata.version("pulumi-kubernetes"),
                acceptSecrets=True,
                supportsPartialValues=True,
                supportsResultReporting=True,
            )
        )

    def _role_arn(self) -> str:
        """The ARN of `serviceRole`, a reference to a resource of this stack."""
        reference = self._request.inputs.fields["serviceRole"].struct_value.fields
        while "value" in reference:
            reference = reference["value"].struct_value.fields
        if "urn" not in reference:
            return wire.UNKNOWN
        # The engine's own function, with which the SDKs read another resource's outputs.
        args = wire.encode({"urn": reference["urn"].string_value})
        answer = self._monitor.Invoke(resource_pb2.ResourceInvokeRequest(tok=t.GET_RESOURCE, args=args))
        resource: Mapping[str, Any] = wire.decode(getattr(answer, "return"))[0]
        return resource.get("state", {}).get("arn", wire.UNKNOWN)
