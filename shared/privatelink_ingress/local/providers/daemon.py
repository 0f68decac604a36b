"""The provider plugins, all in the emulated AWS's process: the engine's plugin processes only request a port.

The engine starts one process per provider instance. Here such a process is a short script: it connects to this
process, gets the port of a server of its own, prints it, and waits until the engine ends it. So no instance imports an
SDK, and all share the adapters' clients.
"""

from __future__ import annotations

import contextlib
import os
import socketserver
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import Any

import grpc
from pulumi.runtime.proto import provider_pb2_grpc

from privatelink_ingress.local.adapters.base import AdapterError
from privatelink_ingress.local.cloud.server import LOOPBACK
from privatelink_ingress.local.cloud_backend import CloudBackend
from privatelink_ingress.local.providers.cluster_component import ClusterComponent
from privatelink_ingress.local.providers.observation import Call, Observer, Unobserved
from privatelink_ingress.local.providers.servicer import Provider

PORT_VARIABLE = "LOCAL_CLOUD_PROVIDERS"
"""Environment variable of the plugin processes: the port of the process that serves them."""
ACCOUNT_VARIABLE = "LOCAL_CLOUD_ACCOUNT_ID"
"""Environment variable: the account of the ambient credentials, which a provider without a role uses."""

PACKAGES = ("aws", "eks", "kubernetes")
WORKERS = 64
"""Calls in flight at once. A component waits for its children, so there are more than the engine's parallel steps."""

SCRIPT = """#!/usr/bin/env bash
# A provider of the emulated AWS: its server is in the process that listens on that port.
exec 3<>"/dev/tcp/{loopback}/${{{port_variable}:?is not set: the emulated AWS is not running}}"
echo "{package} ${{{account_variable}:?}} $PPID" >&3
read -r port <&3
echo "$port"
read -r _ <&3  # until the engine ends this process
"""


class Daemon:
    """Serves provider instances on loopback. Use as a context manager."""

    def __init__(self, backend_of: Callable[[str], CloudBackend], observer: Observer | None = None) -> None:
        """Serve what `backend_of` returns for the ambient credentials' account; `observer` gets the calls."""
        self._backend_of, self.observer = backend_of, observer or Unobserved()
        self._workers = ThreadPoolExecutor(WORKERS, thread_name_prefix="provider")
        self._listener = _Listener((LOOPBACK, 0), self._serve_instance)
        self.port: int = self._listener.server_address[1]

    def __enter__(self) -> Daemon:
        threading.Thread(target=self._listener.serve_forever, daemon=True, name="providers").start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._workers.shutdown(wait=False, cancel_futures=True)

    def environment(self, account_id: str) -> Mapping[str, str]:
        """Environment variables for the engine's plugin processes."""
        return {PORT_VARIABLE: str(self.port), ACCOUNT_VARIABLE: account_id}

    def _serve_instance(self, connection: socketserver.StreamRequestHandler) -> None:
        """One provider instance, for as long as its plugin process holds the connection."""
        package, account_id, engine_pid = connection.rfile.readline().decode().split()
        server = grpc.server(self._workers)
        port = server.add_insecure_port(f"{LOOPBACK}:0")
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(
            self._provider(package, account_id, int(engine_pid)), server
        )
        server.start()
        try:
            connection.wfile.write(f"{port}\n".encode())
            with contextlib.suppress(ConnectionError):
                connection.rfile.read()
        finally:
            server.stop(None)

    def _provider(self, package: str, account_id: str, engine_pid: int) -> Any:
        if package == "eks":
            return ClusterComponent(version(package))
        return Provider(self._backend_of(account_id), version(package), self, engine_pid)

    def before(self, call: Call) -> None:
        """Call the current observer, which a test may have replaced since the instance started.

        Raises:
            AdapterError: the engine of the call has ended, as have the provider processes that it started.
        """
        if not _is_running(call.engine_pid):
            raise AdapterError("the engine has ended")
        self.observer.before(call)

    def after(self, call: Call) -> None:
        """As `before`."""
        self.observer.after(call)

    def ended(self, call: Call) -> None:
        """As `before`."""
        self.observer.ended(call)

    def interrupted(self, engine_pid: int) -> None:
        """As `before`."""
        self.observer.interrupted(engine_pid)


class _Listener(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], serve: Callable[[Any], None]) -> None:
        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                serve(self)

        super().__init__(address, Handler)


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def version(package: str) -> str:
    """The plugin version that the SDK requests: its own."""
    return metadata.version(f"pulumi-{package}")


def install(pulumi_home: Path) -> None:
    """Write the plugins' scripts to the engine's plugin folder, below `PULUMI_HOME`."""
    for package in PACKAGES:
        folder = pulumi_home / "plugins" / f"resource-{package}-v{version(package)}"
        folder.mkdir(parents=True, exist_ok=True)
        script = folder / f"pulumi-resource-{package}"
        names = {"port_variable": PORT_VARIABLE, "account_variable": ACCOUNT_VARIABLE, "loopback": LOOPBACK}
        script.write_text(SCRIPT.format(package=package, **names))
        script.chmod(0o755)
