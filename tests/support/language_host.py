"""A language host for Pulumi's CLI that runs the programs of a test's stacks, each command's in a process of its own.

An installed CLI brings `pulumi-language-python`; a CLI that Go built from its module does not. Where none is on PATH,
this one takes its place: it serves the same interface, with the part of the SDK that runs inline programs. It neither
chooses a virtual environment nor installs packages: the tests' own has them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2, language_pb2_grpc, plugin_pb2

from privatelink_ingress.local.cloud.server import LOOPBACK
from privatelink_ingress.local.engine.program import as_program
from privatelink_ingress.local.providers import daemon
from tests.support import warm_python

NAME = "pulumi-language-python"
"""The program that the CLI looks for on PATH and beside itself."""

PYTHON = "warm-python"
"""The program beside it that runs Python in a process of its own (`warm_python`)."""


def real() -> Path | None:
    """The language host on PATH, if there is one."""
    found = shutil.which(NAME)
    return Path(found) if found else None


def install(folder: Path, python: Path) -> None:
    """Write the stand-in to a folder that is to be put on PATH. It runs in processes of the Python at that socket."""
    folder.mkdir(parents=True, exist_ok=True)
    warm_python.write_client(folder / NAME, python, __name__)
    warm_python.write_client(folder / PYTHON, python)


class LanguageHost(LanguageServer):
    """Runs programs in this process, and policy packs in processes of their own."""

    def __init__(self, engine_address: str) -> None:
        super().__init__(lambda: None)
        self._engine_address = engine_address

    def InstallDependencies(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802 (the interface's names)
        """Nothing is left to install."""
        return iter(())

    def GetRequiredPackages(self, request: Any, context: Any) -> Any:  # noqa: N802
        """The plugins of the SDKs that are installed."""
        return language_pb2.GetRequiredPackagesResponse(
            packages=[
                plugin_pb2.PackageDependency(name=name, kind="resource", version=f"v{daemon.version(name)}")
                for name in daemon.PACKAGES
            ]
        )

    def Run(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Run the program of a stack."""
        request.args[:] = [self._engine_address]  # where the SDK looks for it, when it serves an inline program
        with as_program(Path(request.info.program_directory) / request.info.entry_point) as main:
            return LanguageServer(main).Run(request, context)

    def RunPlugin(self, request: Any, context: Any) -> Iterator[Any]:  # noqa: N802
        """Run a plugin that is a program, as a policy pack is, until the engine has no more need of it."""
        process = subprocess.Popen(
            [PYTHON, request.info.program_directory, *request.args], cwd=request.pwd, stdout=subprocess.PIPE
        )
        context.add_callback(process.terminate)
        assert process.stdout
        for line in process.stdout:
            yield language_pb2.RunPluginResponse(stdout=line)
        yield language_pb2.RunPluginResponse(exitcode=process.wait())


def serve(engine_address: str) -> None:
    """Serve until the engine ends, however it ends."""
    engine = os.getppid()
    server = grpc.server(ThreadPoolExecutor(4))
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageHost(engine_address), server)
    port = server.add_insecure_port(f"{LOOPBACK}:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    with contextlib.suppress(KeyboardInterrupt):  # how the engine ends the host of a policy pack
        while os.getppid() == engine:
            time.sleep(0.1)
        os._exit(0)  # a program may still wait for the engine
    server.stop(None).wait()


if __name__ == "__main__":
    serve(sys.argv[-1])
