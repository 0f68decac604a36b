"""How requests reach the emulated AWS: over HTTP, or without a socket from boto3 clients of this process.

Both ways end in the same WSGI application. Half of a demo's time went to HTTP between threads of one process.
"""

from __future__ import annotations

import io
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.request import environ_key_for_header
from werkzeug.exceptions import InternalServerError
from werkzeug.test import run_wsgi_app

Application = Callable[[dict[str, Any], Any], Any]
"""A WSGI application."""


def serialised(application: Application) -> Application:
    """One request at a time: moto's stores are not safe between threads (iteration while another thread inserts)."""
    lock = threading.RLock()

    def locked(environ: dict[str, Any], start_response: Any) -> Any:
        with lock:
            return application(environ, start_response)

    return locked


class InProcess:
    """Answers botocore's requests from a WSGI application, as the HTTP server in front of it would."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def attach(self, client: Any) -> None:
        """Send all requests of a boto3 client to the application, in the calling thread."""
        client.meta.events.register("before-send", self._answer)

    def _answer(self, request: AWSPreparedRequest, **_: Any) -> AWSResponse:
        environ = _environ(request)
        try:
            body, status, headers = run_wsgi_app(self._application, environ, buffered=True)
        except Exception:
            # As the HTTP server does: the client does not learn the reason, and the cloud keeps running.
            body, status, headers = run_wsgi_app(InternalServerError(), environ, buffered=True)
        content = b"" if request.method == "HEAD" else b"".join(body)
        return AWSResponse(request.url, int(status.split(" ", 1)[0]), headers, _Raw(content))


class _Raw(io.BytesIO):
    """A body as botocore reads it."""

    def stream(self) -> Iterator[bytes]:
        yield self.read()


def _environ(request: AWSPreparedRequest) -> dict[str, Any]:
    """The request as a WSGI server hands it on (PEP 3333), with the raw URI that moto matches."""
    url = urllib.parse.urlsplit(request.url)
    path = url.path or "/"
    body = _body(request.body)
    environ: dict[str, Any] = {
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "REQUEST_METHOD": request.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": urllib.parse.unquote(path).encode().decode("latin1"),
        "QUERY_STRING": url.query,
        "RAW_URI": f"{path}?{url.query}" if url.query else path,
        "REMOTE_ADDR": url.hostname or "",
        "SERVER_NAME": url.hostname or "",
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": url.netloc,
    }
    for name, value in request.headers.items():
        if name.lower() != "transfer-encoding":  # the body comes in one piece
            environ[environ_key_for_header(name)] = _text(value)
    return environ | {"CONTENT_LENGTH": str(len(body))}


def _text(value: Any) -> str:
    return value.decode("latin1") if isinstance(value, bytes) else str(value)


def _body(body: Any) -> bytes:
    if body is None:
        return b""
    if isinstance(body, str):
        return body.encode()
    return body if isinstance(body, bytes | bytearray) else body.read()
