"""The adapter: maps one Pulumi resource type to the API calls that create, read and delete it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

Properties = dict[str, Any]
"""Inputs or outputs by their wire names: camelCase, as the engine and `pulumi stack export` spell them."""


class Aws(Protocol):
    """One account and Region, chosen by the resource's provider."""

    @property
    def account_id(self) -> str:
        """Twelve digits."""

    @property
    def region(self) -> str:
        """Such as eu-west-1."""

    def client(self, service: str) -> Any:
        """The boto3 client of `service`."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Kubernetes:
    """One cluster, chosen by the resource's kubernetes provider: adapters of `kubernetes:` types get it as their `Aws`.

    It is the account and Region of the identity that calls the cluster, with the cluster beside it.
    """

    aws: Aws
    store: Any
    """The store of all clusters' objects."""
    server: str
    """The API server's address, as the kubeconfig has it."""
    cluster_name: str
    """The EKS cluster for which the kubeconfig gets tokens; empty without tokens."""
    namespace: str = "default"
    """The provider's namespace, for objects that name none."""

    @property
    def account_id(self) -> str:
        """Account of the calling identity."""
        return self.aws.account_id

    @property
    def region(self) -> str:
        """Region of the cluster."""
        return self.aws.region

    def client(self, service: str) -> Any:
        """The boto3 client of `service`."""
        return self.aws.client(service)


class AdapterError(Exception):
    """The local cloud cannot register a resource: unknown type, leftover input, or refused by the emulated AWS.

    `code` and `message` are AWS's own words when it refused, and empty otherwise.
    """

    def __init__(self, text: str, *, code: str = "", message: str = "") -> None:
        super().__init__(text)
        self.code, self.message = code, message


@dataclasses.dataclass(frozen=True)
class Created:
    """A created resource: its provider id, and its outputs beside the echoed inputs."""

    id: str
    outputs: Properties
    children: tuple[Child, ...] = ()
    """What a component registers in its own process."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Child:
    """A resource that a component registers."""

    type: str
    name: str
    """As the component's name goes on: `-eksCluster`."""
    id: str
    inputs: Properties
    outputs: Properties


Update = Callable[[Aws, str, Properties, Properties], Properties]
"""Updates a resource, by its id, from its current outputs to new inputs; returns the outputs that changed."""


@dataclasses.dataclass(frozen=True)
class Adapter:
    """One resource type."""

    create: Callable[[Aws, Properties], Created]
    """Calls AWS with the inputs, reads back, returns id and computed outputs. Every input must be used."""
    delete: Callable[[Aws, str, Properties], None]
    """Deletes by id and recorded outputs; raises AWS's refusal when the resource is in use."""
