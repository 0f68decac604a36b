"""What an adapter is: one Pulumi resource type on the API calls that create, read back and delete it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, Protocol

Properties = dict[str, Any]
"""Inputs or outputs by their wire names: camelCase, as the engine and `pulumi stack export` spell them."""


class Aws(Protocol):
    """One account and region, as the resource's provider chose them."""

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
    """One cluster, as the resource's kubernetes provider chose it: what adapters of `kubernetes:` types get as `Aws`.

    It is the account and Region of the identity that calls the cluster, with the cluster beside it.
    """

    aws: Aws
    store: Any
    """Where the objects of all clusters are kept."""
    server: str
    """The API server's address, as the kubeconfig has it."""
    cluster_name: str
    """The EKS cluster that the kubeconfig gets its tokens for; empty when it gets none."""
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
    """What a resource became: its provider id, and its outputs beside the inputs that are echoed."""

    id: str
    outputs: Properties


Update = Callable[[Aws, str, Properties, Properties], Properties]
"""Brings a resource, by its id, from its present outputs to new inputs; answers the outputs that changed by it."""


@dataclasses.dataclass(frozen=True)
class Adapter:
    """One resource type."""

    create: Callable[[Aws, Properties], Created]
    """Calls AWS with the inputs, reads back, returns id and computed outputs. Every input must be used."""
    delete: Callable[[Aws, str, Properties], None]
    """Deletes by id and recorded outputs; raises what AWS answers when the resource is in use."""
