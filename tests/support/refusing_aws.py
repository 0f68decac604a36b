"""An AWS on loopback that answers each call with one error, or knows the caller and lets them assume no role."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class RefusingAws(ThreadingHTTPServer):
    """What it answers can be set between calls."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.error = ("InternalFailure", "nothing was set")
        """Code and message of every answer but the next one's."""
        self.account: str | None = None
        """Of the caller, whom GetCallerIdentity then answers."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def refusing() -> Generator[RefusingAws]:
    """Runs until the end of the block."""
    server = RefusingAws()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        aws = self.server
        assert isinstance(aws, RefusingAws)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        action = parse_qs(body).get("Action", [""])[0]
        if action == "GetCallerIdentity" and aws.account:
            account = aws.account
            identity = f"<Arn>arn:aws:iam::{account}:user/someone</Arn><UserId>A</UserId><Account>{account}</Account>"
            result = f"<GetCallerIdentityResult>{identity}</GetCallerIdentityResult>"
            self._send(200, "text/xml", f"<GetCallerIdentityResponse>{result}</GetCallerIdentityResponse>")
            return
        code, message = aws.error
        if "X-Amz-Target" in self.headers:
            self._send(400, "application/x-amz-json-1.1", json.dumps({"__type": code, "message": message}))
        else:
            error = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
            self._send(403, "text/xml", f"<ErrorResponse>{error}<RequestId>1</RequestId></ErrorResponse>")

    def _send(self, status: int, content_type: str, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Nothing: the commands' own output is what a test reads."""
