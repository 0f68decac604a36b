"""A container registry on the loopback interface: manifests by repository and digest, with tokens that anyone gets."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Generator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from privatelink_ingress.plan.workload import image_index

TOKEN = "anonymous-token"


def index(*platforms: str) -> bytes:
    """The manifest of an image of these platforms; of one image alone without any."""
    if not platforms:
        return json.dumps({"schemaVersion": 2, "mediaType": image_index.MANIFESTS[0], "layers": []}).encode()
    parts = [dict(zip(("os", "architecture"), one.split("/"), strict=True)) for one in platforms]
    manifests = [{"digest": f"sha256:{place:064x}", "platform": part} for place, part in enumerate(parts)]
    return json.dumps({"schemaVersion": 2, "mediaType": image_index.INDEXES[0], "manifests": manifests}).encode()


def digest(manifest: bytes) -> str:
    return f"sha256:{hashlib.sha256(manifest).hexdigest()}"


class Registry:
    """What it holds, and what it was asked for."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.manifests: dict[tuple[str, str], bytes] = {}
        """By repository and digest."""
        self.challenge = f'Bearer realm="http://{self.host}/token",service="{self.host}",scope="repository:{{}}:pull"'
        """Its answer to a request without a token; no token is needed when empty."""
        self.token: Any = {"token": TOKEN}
        """What it answers who asks for a token; None refuses."""
        self.failing = 0
        """Status of its answers to requests for manifests, when it fails."""
        self.asked: list[str] = []
        """Paths, in their order."""

    def push(self, repository: str, manifest: bytes) -> str:
        """Hold a manifest, and return its digest."""
        self.manifests[repository, digest(manifest)] = manifest
        return digest(manifest)


@contextlib.contextmanager
def registry() -> Generator[Registry]:
    """An empty one."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, content, headers = self._answer()
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _answer(self) -> tuple[int, bytes, dict[str, str]]:
            held.asked.append(self.path)
            if self.path.startswith("/token"):
                return (403, b"", {}) if held.token is None else (200, json.dumps(held.token).encode(), {})
            repository, _, reference = self.path.removeprefix("/v2/").partition("/manifests/")
            if held.challenge and self.headers["Authorization"] != f"Bearer {TOKEN}":
                return 401, b"", {"WWW-Authenticate": held.challenge.format(repository)}
            if held.failing:
                return held.failing, b"", {}
            manifest = held.manifests.get((repository, reference))
            return (404, b"", {}) if manifest is None else (200, manifest, {"Content-Type": image_index.INDEXES[0]})

        def log_message(self, *args: Any, **more: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        held = Registry(server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()
