"""A stand-in for Pulumi's language host for Python, where a command of the CLI wants one and runs no program.

`pulumi import` starts the host of the project's runtime to ask which plugins the program needs; here, none.
"""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.empty_pb2 import Empty  # ty: ignore[missing-module-member]
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from privatelink_ingress.local.cloud.server import LOOPBACK

SCRIPT = """#!/usr/bin/env bash
echo {port}
sleep infinity  # the engine ends this process
"""


class _Host(language_pb2_grpc.LanguageRuntimeServicer):
    """Answers what the engine asks before it would run a program."""

    def GetPluginInfo(self, request: Any, context: Any) -> Any:  # noqa: N802
        return plugin_pb2.PluginInfo(version="1.0.0")

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802
        return language_pb2.GetRequiredPackagesResponse()

    def GetRequiredPlugins(self, request: Any, context: Any) -> Any:  # noqa: N802
        return language_pb2.GetRequiredPluginsResponse()

    def Cancel(self, request: Any, context: Any) -> Any:  # noqa: N802
        return Empty()


@contextlib.contextmanager
def on_path(folder: Path) -> Generator[str]:
    """A `PATH` with the stand-in first, which is in `folder`."""
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(_Host(), server)
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    script = folder / "pulumi-language-python"
    script.write_text(SCRIPT.format(port=port))
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    try:
        yield f"{folder}{os.pathsep}{os.environ['PATH']}"
    finally:
        server.stop(None)
