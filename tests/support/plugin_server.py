"""A server of Pulumi's plugins on loopback, which has the emulated AWS's."""

from __future__ import annotations

import contextlib
import io
import tarfile
import tempfile
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from privatelink_ingress.local.cloud.server import LOOPBACK, POLL_SECONDS
from privatelink_ingress.local.providers import daemon


@contextlib.contextmanager
def plugin_server() -> Generator[str]:
    """Its address. It serves `pulumi-resource-<package>-v<version>-<system>-<architecture>.tar.gz`."""
    archives = {package: _archive(package) for package in daemon.PACKAGES}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            package, version = self.path.removeprefix("/pulumi-resource-").split("-")[:2]
            content = archives[package] if version == f"v{daemon.version(package)}" else b""
            self.send_response_only(200 if content else 404)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    threading.Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
    try:
        yield f"http://{LOOPBACK}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def _archive(package: str) -> bytes:
    with tempfile.TemporaryDirectory() as home, io.BytesIO() as content:
        daemon.install(Path(home))
        [folder] = Path(home).glob(f"plugins/resource-{package}-*")
        with tarfile.open(fileobj=content, mode="w:gz") as archive:
            for file in folder.iterdir():
                archive.add(file, arcname=file.name)
        return content.getvalue()
