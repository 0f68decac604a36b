"""A key of KMS for the secrets of stacks that are not about their secrets.

From a passphrase, every process of Pulumi's CLI derives its key with a million hashes, which takes longer than most
commands on a small stack. With a key of KMS, it asks once.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from privatelink_ingress.local.cloud.server import LOOPBACK, POLL_SECONDS

PROVIDER = "awskms://00000000-0000-0000-0000-000000000000?region=eu-west-1"
"""What a stack names as the provider of its secrets."""


class SecretsKey:
    """Answers `Encrypt` and `Decrypt` on loopback for any account, with the bytes that it is given."""

    def __init__(self) -> None:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True  # a body after its headers would wait for the client's acknowledgement

            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                content = json.dumps(answer(self.headers["X-Amz-Target"], asked)).encode()
                self.send_response_only(200)
                self.send_header("Content-Type", "application/x-amz-json-1.1")
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._server.daemon_threads = True

    def __enter__(self) -> SecretsKey:
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def environment(self) -> Mapping[str, str]:
        """Where Pulumi's CLI finds KMS."""
        return {"AWS_ENDPOINT_URL_KMS": f"http://{LOOPBACK}:{self._server.server_address[1]}"}


def answer(target: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    """What KMS answers to an operation, without encrypting anything."""
    if target == "TrentService.Encrypt":
        return {"KeyId": asked["KeyId"], "CiphertextBlob": asked["Plaintext"]}
    assert target == "TrentService.Decrypt", f"{target} is not among what Pulumi's CLI asks"
    return {"KeyId": PROVIDER, "Plaintext": asked["CiphertextBlob"]}
