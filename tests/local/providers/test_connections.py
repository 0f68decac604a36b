"""Engines come and go in the process of the tests, and the operating system gives their ports again."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty  # ty: ignore[missing-module-member]
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc
from pulumi.runtime.settings import Settings

from privatelink_ingress.local.cloud.server import LOOPBACK
from privatelink_ingress.local.providers.cluster_component import OWN_CONNECTION
from tests.support.engine import connect_afresh


class Engine(engine_pb2_grpc.EngineServicer):
    def Log(self, request: Any, context: Any) -> Any:  # noqa: N802 (the interface's name)
        return Empty()


def start(port: int = 0) -> tuple[grpc.Server, int]:
    server = grpc.server(ThreadPoolExecutor(1))
    engine_pb2_grpc.add_EngineServicer_to_server(Engine(), server)
    port = server.add_insecure_port(f"{LOOPBACK}:{port}")
    server.start()
    return server, port


def of_a_program(address: str) -> Any:
    return Settings("project", "stack", engine=address).engine


def of_the_component(address: str) -> Any:
    return engine_pb2_grpc.EngineStub(grpc.insecure_channel(address, options=[OWN_CONNECTION]))


@pytest.mark.parametrize("connect", [of_a_program, of_the_component])
def test_an_engine_is_reached_on_the_port_of_one_that_ended(connect: Callable[[str], Any]):
    connect_afresh()
    first, port = start()
    address = f"{LOOPBACK}:{port}"
    before = connect(address)
    before.Log(engine_pb2.LogRequest())
    first.stop(grace=None).wait()
    with pytest.raises(grpc.RpcError, match="UNAVAILABLE"):
        before.Log(engine_pb2.LogRequest())

    second, _ = start(port)
    try:
        assert connect(address).Log(engine_pb2.LogRequest()) == Empty()
    finally:
        second.stop(grace=None).wait()
