"""A Kubernetes API on loopback that lists the objects of an emulated cluster, to readers with a role."""

from __future__ import annotations

import contextlib
import json
import threading
import urllib.parse
from collections.abc import Generator, Iterable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

KINDS = {
    ("", "services"): "Service",
    ("discovery.k8s.io", "endpointslices"): "EndpointSlice",
    ("networking.k8s.io", "ingresses"): "Ingress",
    ("networking.k8s.io", "ingressclasses"): "IngressClass",
}


class Api:
    """What it has, who may read it, and what was asked."""

    def __init__(self, objects: Iterable[Mapping[str, Any]], role: Mapping[str, Any]) -> None:
        self.objects, self.role = list(objects), role
        self.url = ""
        self.requests: list[str] = []
        self.page = 500

    def answer(self, method: str, path: str) -> tuple[int, Any]:
        """Status and body of a request, as the API server has them."""
        self.requests.append(f"{method} {path}")
        url = urllib.parse.urlsplit(path)
        parts = url.path.strip("/").split("/")
        group, resource = ("" if parts[0] == "api" else parts[1]), parts[-1]
        if method != "GET" or not self._may_list(group, resource):
            name = f"{resource}.{group}" if group else resource
            message = f'{name} is forbidden: User "reader" cannot list resource "{resource}" in API group "{group}"'
            return 403, {"kind": "Status", "code": 403, "reason": "Forbidden", "message": message}
        query = dict(urllib.parse.parse_qsl(url.query))
        start, size = int(query.get("continue", 0)), min(int(query.get("limit", 500)), self.page)
        # The API server lists by name, and its items have no kind.
        held = sorted(
            (one for one in self.objects if one["kind"] == KINDS[group, resource]),
            key=lambda one: (one["metadata"].get("namespace", ""), one["metadata"]["name"]),
        )
        items = [{k: v for k, v in one.items() if k != "kind"} for one in held[start : start + size]]
        token = str(start + size) if start + size < len(held) else ""
        return 200, {"kind": "List", "metadata": {"continue": token} if token else {}, "items": items}

    def _may_list(self, group: str, resource: str) -> bool:
        return any(
            group in rule["apiGroups"] and resource in rule["resources"] and "list" in rule["verbs"]
            for rule in self.role["rules"]
        )


@contextlib.contextmanager
def serving(objects: Iterable[Mapping[str, Any]], role: Mapping[str, Any]) -> Generator[Api]:
    """The API, until the block ends."""
    api = Api(objects, role)

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            self.raw_requestline = self.rfile.readline(65537)
            if self.raw_requestline and self.parse_request():
                self._answer()

        def _answer(self) -> None:
            status, body = api.answer(self.command, self.path)
            data = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)
            self.wfile.flush()
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        api.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield api
        finally:
            server.shutdown()
            thread.join()


def kubeconfig(file: Path, server: str, endpoint: str, *, name: str = "shop") -> Path:
    """Writes a kubeconfig with one context, through a tunnel at `server` to a cluster's endpoint."""
    host = urllib.parse.urlsplit(endpoint).hostname
    document = {
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": name,
        "clusters": [{"name": name, "cluster": {"server": server, "tls-server-name": host}}],
        "contexts": [{"name": name, "context": {"cluster": name, "user": name}}],
        "users": [{"name": name, "user": {"token": "reader"}}],
    }
    file.write_text(json.dumps(document), encoding="utf-8")
    return file
