"""What every provider of the local cloud answers alike, whatever resources it has."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty  # ty: ignore[missing-module-member]
from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc

from privatelink_ingress.local.adapters.base import AdapterError


def answering(method: Callable[..., Any]) -> Callable[..., Any]:
    """Send the method's exception as the provider's error message."""

    @functools.wraps(method)
    def answer(self: Any, request: Any, context: grpc.ServicerContext) -> Any:
        try:
            return method(self, request)
        except AdapterError as refusal:
            context.abort(grpc.StatusCode.UNKNOWN, str(refusal))
        except Exception as error:
            context.abort(grpc.StatusCode.INTERNAL, f"{type(error).__name__}: {error}")

    return answer


class Servicer(provider_pb2_grpc.ResourceProviderServicer):
    """A provider that takes its configuration as it is and whose calls are short."""

    def __init__(self, version: str) -> None:
        """`version` is the one that the SDK requests."""
        self._version = version

    @answering
    def GetPluginInfo(self, request: Any) -> Any:  # noqa: N802
        """The version."""
        return plugin_pb2.PluginInfo(version=self._version)

    @answering
    def CheckConfig(self, request: Any) -> Any:  # noqa: N802
        """Accept the provider resource's inputs unchanged."""
        return provider_pb2.CheckResponse(inputs=request.news)

    @answering
    def DiffConfig(self, request: Any) -> Any:  # noqa: N802
        """Leave the comparison to the engine, which then configures the provider again and replaces nothing."""
        return provider_pb2.DiffResponse()

    @answering
    def Cancel(self, request: Any) -> Any:  # noqa: N802
        """Do nothing: no call runs for long."""
        return Empty()
