"""The provider plugin without an engine: its methods called in this process, with the sample stacks' resources."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import provider_pb2

from privatelink_ingress import tokens as t
from privatelink_ingress.local import deploy
from privatelink_ingress.local.adapters import eks_component
from privatelink_ingress.local.cloud import Cloud
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.engine import wire
from privatelink_ingress.local.engine.registration import Registration
from privatelink_ingress.local.providers.observation import Observer, Unobserved
from privatelink_ingress.local.providers.servicer import Provider

ROOT = Path(__file__).parents[2]
REGION = "eu-west-1"
Properties = dict[str, Any]
Secrets = frozenset[wire.Path]


class Refused(AssertionError):
    """The plugin answered with an error."""


class _Context:
    def abort(self, code: Any, details: str) -> None:
        raise Refused(details)


@dataclasses.dataclass(frozen=True)
class Difference:
    """The answer to a diff."""

    changed: frozenset[str]
    replaced_by: frozenset[str]
    delete_first: bool


class Plugin:
    """One provider instance."""

    def __init__(self, backend: CloudBackend, inputs: Properties, observer: Observer | None = None) -> None:
        self._provider = Provider(backend, "1.0.0", observer or Unobserved(), 0)
        self._call("Configure", provider_pb2.ConfigureRequest(args=wire.encode(inputs)))

    def check(
        self, urn: str, news: Properties, *, olds: Properties | None = None, secrets: Secrets = frozenset()
    ) -> Any:
        """The checked inputs, the paths of their secrets, and the reasons of the failures."""
        request = provider_pb2.CheckRequest(
            urn=urn, news=wire.encode(news, secrets), olds=wire.encode(olds or {}), randomSeed=b"seed"
        )
        answer = self._call("Check", request)
        return (*wire.decode(answer.inputs), [failure.reason for failure in answer.failures])

    def diff(self, urn: str, id_: str, *, news: Properties, olds: Properties, state: Properties) -> Difference:
        """What differs, and which of it replaces."""
        request = provider_pb2.DiffRequest(
            urn=urn, id=id_, news=wire.encode(news), old_inputs=wire.encode(olds), olds=wire.encode(state)
        )
        answer = self._call("Diff", request)
        return Difference(frozenset(answer.diffs), frozenset(answer.replaces), answer.deleteBeforeReplace)

    def create(
        self, urn: str, inputs: Properties, *, preview: bool = False, secrets: Secrets = frozenset()
    ) -> tuple[str, Properties, Secrets]:
        """The id, the outputs and the paths of the secret ones."""
        request = provider_pb2.CreateRequest(urn=urn, properties=wire.encode(inputs, secrets), preview=preview)
        answer = self._call("Create", request)
        return (answer.id, *wire.decode(answer.properties))

    def update(
        self,
        urn: str,
        id_: str,
        *,
        news: Properties,
        olds: Properties,
        state: Properties,
        preview: bool = False,
        secrets: Secrets = frozenset(),
    ) -> tuple[Properties, Secrets]:
        """The outputs and the paths of the secret ones."""
        request = provider_pb2.UpdateRequest(
            urn=urn,
            id=id_,
            news=wire.encode(news, secrets),
            old_inputs=wire.encode(olds),
            olds=wire.encode(state),
            preview=preview,
        )
        return wire.decode(self._call("Update", request).properties)

    def read(
        self, urn: str, id_: str, *, inputs: Properties, state: Properties, secrets: Secrets = frozenset()
    ) -> tuple[str, Properties, Properties, Secrets]:
        """The id (empty: gone), the inputs and the outputs as they are now, and the paths of the secret outputs."""
        request = provider_pb2.ReadRequest(
            urn=urn, id=id_, inputs=wire.encode(inputs, secrets), properties=wire.encode(state, secrets)
        )
        answer = self._call("Read", request)
        outputs, marked = wire.decode(answer.properties)
        return answer.id, wire.decode(answer.inputs)[0], outputs, marked

    def delete(self, urn: str, id_: str, *, inputs: Properties, state: Properties) -> None:
        """Delete the resource."""
        request = provider_pb2.DeleteRequest(
            urn=urn, id=id_, old_inputs=wire.encode(inputs), properties=wire.encode(state)
        )
        self._call("Delete", request)

    def _call(self, method: str, request: Any) -> Any:
        return getattr(self._provider, method)(request, _Context())


@dataclasses.dataclass
class Resource:
    """A deployed resource with its plugin, as the engine's state has it."""

    plugin: Plugin
    type: str
    urn: str
    id: str
    inputs: Properties
    state: Properties
    aws: Any
    """The session of an AWS resource's account; None for a Kubernetes object."""

    @property
    def stack(self) -> str:
        """The start of the URNs of its stack."""
        return "::".join(self.urn.split("::")[:2])

    def check(self, news: Properties) -> Any:
        """The plugin's `check`, after this resource's inputs."""
        return self.plugin.check(self.urn, news, olds=self.inputs)

    def diff(self, news: Properties, **over: Any) -> Difference:
        """The plugin's `diff` with this resource as the old one."""
        return self.plugin.diff(self.urn, self.id, **{"news": news, "olds": self.inputs, "state": self.state} | over)

    def update(self, news: Properties) -> Properties:
        """The plugin's `update`; returns the new outputs and leaves the recorded ones."""
        return self.plugin.update(self.urn, self.id, news=news, olds=self.inputs, state=self.state)[0]

    def read(self, **over: Properties) -> tuple[str, Properties, Properties]:
        """The plugin's `read`: id, inputs, outputs."""
        properties = {"inputs": self.inputs, "state": self.state} | over
        return self.plugin.read(self.urn, self.id, inputs=properties["inputs"], state=properties["state"])[:3]

    def record(self, inputs: Properties, state: Properties) -> None:
        """Keep what an update returned, as the engine does."""
        self.inputs, self.state = copy.deepcopy(inputs), copy.deepcopy(state)


class Samples:
    """The sample stacks on an emulated AWS, each resource with the plugin that its provider would start."""

    def __init__(self, cloud: Cloud) -> None:
        self.cloud = cloud
        self._deployment = deploy.Deployment(cloud)
        self._plugins: dict[tuple[str, str], Plugin] = {}
        self.resources: list[Resource] = []
        self._extra: list[tuple[str, Callable[[], Any]]] = []
        for stack in deploy.find(ROOT):
            run = self._deployment.up(stack)
            backend = CloudBackend(
                cloud, stack.settings.account_id, stack.region, kubernetes=self._deployment.kubernetes
            )
            providers = {each.urn: each for each in run.registrations if each.type.startswith("pulumi:providers:")}
            for registration in run.registrations:
                provider = registration.provider or registration.providers.get("aws", "")
                custom = registration.custom or registration.type == t.CLUSTER_COMPONENT
                if not custom or registration.external or provider not in providers:
                    continue
                plugin = self._plugin(backend, providers[provider])
                self.resources += _resources(registration, plugin, self._session(plugin, backend, providers[provider]))

    def of(self, type_: str) -> list[Resource]:
        """The resources of a type, in the order of their URNs."""
        return sorted((each for each in self.resources if each.type == type_), key=lambda each: each.urn)

    def created(self, resource: Resource, delete: Callable[[], Any]) -> None:
        """Note what a claim created in the network of a resource's stack, by the call that deletes it."""
        self._extra.append((resource.stack, delete))

    def delete_created(self, stack: str) -> None:
        """Delete what claims created in a stack's network, last first."""
        for each in [each for each in reversed(self._extra) if each[0] == stack]:
            self._extra.remove(each)
            each[1]()

    def types(self) -> list[str]:
        """The types of all resources."""
        return sorted({each.type for each in self.resources})

    def _plugin(self, backend: CloudBackend, provider: Registration) -> Plugin:
        return self._plugins.setdefault((provider.urn, provider.id), Plugin(backend, provider.inputs))

    def _session(self, plugin: Plugin, backend: CloudBackend, provider: Registration) -> Any:
        return backend._targets.aws(provider.inputs) if provider.type == t.AWS_PROVIDER else None


def _resources(registration: Registration, plugin: Plugin, aws: Any) -> list[Resource]:
    """The registration; instead of the component of the cluster, which another plugin constructs, its cluster."""
    if registration.type != t.CLUSTER_COMPONENT:
        inputs, state = registration.inputs, registration.inputs | registration.outputs
        return [Resource(plugin, registration.type, registration.urn, registration.id, dict(inputs), dict(state), aws)]
    role = aws.client("iam").get_role(RoleName=registration.inputs["serviceRole"])["Role"]["Arn"]
    inputs = eks_component.parts(registration.inputs, role).cluster
    urn = f"{registration.urn.rpartition('::')[0]}${t.CLUSTER}::{registration.name}-eksCluster"
    found = plugin.read(urn, inputs["name"], inputs={}, state=dict(inputs) | {"tagsAll": {}, "arn": _arn(aws, inputs)})
    return [Resource(plugin, t.CLUSTER, urn, inputs["name"], dict(inputs), inputs | found[2], aws)]


def _arn(aws: Any, inputs: Mapping[str, Any]) -> str:
    return aws.client("eks").describe_cluster(name=inputs["name"])["cluster"]["arn"]
