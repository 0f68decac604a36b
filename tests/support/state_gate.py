"""S3 and KMS that answer only what a principal's policies allow: a gate in front of the emulated AWS, which has no IAM.

It reads each request of Pulumi's CLI as the actions and resources that AWS checks, evaluates the policies of whose
access key signed it, and passes it on or refuses it as AWS does.
"""

from __future__ import annotations

import base64
import dataclasses
import http.client
import json
import re
import threading
import urllib.parse
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from privatelink_ingress.local.iam_policies import Policies, Request
from tests.support.state_requests import Backend

LOOPBACK = "127.0.0.1"


@dataclasses.dataclass(frozen=True)
class Asked:
    """One request, and whether the principal's policies allow it."""

    principal: str
    request: Request
    allowed: bool


@dataclasses.dataclass(frozen=True)
class Principal:
    """Who signs requests."""

    name: str
    policies: Policies
    context: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """What each of its requests carries, such as the tags of its session."""

    def may(self, request: Request) -> bool:
        return self.policies.allow(Request(request.action, request.resource, {**request.context, **self.context}))


class Gate:
    """Listens on loopback. Use as a context manager."""

    def __init__(self, port: int, backend: Backend, aliases: dict[str, str]) -> None:
        """Pass what is allowed on to the emulated AWS at `port`; `aliases` has those of its keys, by key id."""
        self._port, self._backend, self._aliases = port, backend, aliases
        self.principals: dict[str, Principal] = {}
        """By access key id."""
        self.asked: list[Asked] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a body after its headers would wait for the client's acknowledgement

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (its name in the standard library)
                pass

        for verb in ("GET", "HEAD", "PUT", "POST", "DELETE"):
            setattr(Handler, f"do_{verb}", lambda handler: self.answer(handler))
        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://{LOOPBACK}:{self._server.server_address[1]}"

    def __enter__(self) -> Gate:
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def of(self, principal: str) -> list[Asked]:
        """What a principal asked."""
        return [one for one in self.asked if one.principal == principal]

    def refused(self, principal: str) -> list[Request]:
        """What a principal was refused."""
        return [one.request for one in self.of(principal) if not one.allowed]

    def answer(self, handler: BaseHTTPRequestHandler) -> None:
        """Handle one HTTP request."""
        body = handler.rfile.read(int(handler.headers.get("Content-Length") or 0))
        key = re.search(r"Credential=(\w+)/", handler.headers.get("Authorization", ""))
        assert key, "the request is not signed"
        principal = self.principals[key[1]]
        asked = [Asked(principal.name, one, principal.may(one)) for one in self._requests(handler, body)]
        self.asked += asked
        denied = next((one for one in asked if not one.allowed), None)
        if denied:
            self._refuse(handler, denied)
            return
        connection = http.client.HTTPConnection(LOOPBACK, self._port)
        connection.request(handler.command, handler.path, body, dict(handler.headers.items()))
        response = connection.getresponse()
        content = response.read()
        if response.status == 404 and not principal.may(self._backend.listing()):
            self._refuse(handler, asked[0])
            return
        hidden = ("transfer-encoding", "connection", "content-length")
        headers = {name: value for name, value in response.getheaders() if name.lower() not in hidden}
        length = response.getheader("Content-Length") if handler.command == "HEAD" else str(len(content))
        self._send(handler, response.status, {**headers, "Content-Length": length or "0"}, content)

    def _requests(self, handler: BaseHTTPRequestHandler, body: bytes) -> Iterator[Request]:
        if target := handler.headers.get("X-Amz-Target", ""):
            yield self._of_kms(target.removeprefix("TrentService."), json.loads(body))
            return
        path, _, _ = handler.path.partition("?")
        bucket, _, name = urllib.parse.unquote(path).lstrip("/").partition("/")
        assert bucket == self._backend.bucket, f"{bucket} is another bucket"
        if not name:
            assert handler.command == "GET", f"{handler.command} of the bucket itself"
            yield self._backend.listing()
            return
        action = {"GET": "Get", "HEAD": "Get", "PUT": "Put", "POST": "Put", "DELETE": "Delete"}[handler.command]
        if source := handler.headers.get("X-Amz-Copy-Source"):
            yield from self._backend.object("Get", urllib.parse.unquote(source).lstrip("/").partition("/")[2])
        yield from self._backend.object(action, name)

    def _of_kms(self, action: str, body: dict[str, Any]) -> Request:
        """moto's ciphertext begins with the key's id, as AWS's names its key."""
        if action == "Decrypt":
            return self._backend.key(action, self._aliases[base64.b64decode(body["CiphertextBlob"])[:36].decode()])
        return self._backend.key(action, body["KeyId"])

    def _refuse(self, handler: BaseHTTPRequestHandler, denied: Asked) -> None:
        said = f"{denied.principal} is not authorized to perform {denied.request.action} on {denied.request.resource}"
        if handler.headers.get("X-Amz-Target"):
            text = json.dumps({"__type": "AccessDeniedException", "message": said})
            self._send(handler, 400, {"Content-Type": "application/x-amz-json-1.1"}, text.encode())
            return
        xml = f"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>{said}</Message></Error>"
        self._send(handler, 403, {"Content-Type": "application/xml"}, xml.encode())

    @staticmethod
    def _send(handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], content: bytes) -> None:
        handler.send_response_only(status)
        for name, value in ({"Content-Length": str(len(content))} | headers).items():
            handler.send_header(name, value)
        handler.end_headers()
        if handler.command != "HEAD":
            handler.wfile.write(content)
