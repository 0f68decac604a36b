"""Starts and stops the emulated AWS, and hands out boto3 sessions for its accounts."""

from __future__ import annotations

import logging
import os
import secrets
import socket
import threading
from typing import Any

from privatelink_ingress.local.cloud.identity import identified
from privatelink_ingress.local.cloud.session import Session
from privatelink_ingress.problems import Problem, UsageError

# Read by moto when it is imported. A certificate is issued as soon as its validation record is in the zone
# (cloud/acm.py looks), AWS's own managed policies exist, and no account reads another account's buckets.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "-1")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")
# 1,300 images for every account and Region, which nothing here uses.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

LOOPBACK = "127.0.0.1"

POLL_SECONDS = 0.05
"""How often the server checks whether it has to stop."""


class PortInUse(UsageError):
    """The requested port has another listener."""


class Cloud:
    """One emulated AWS in this process. Use as a context manager, or call `stop`."""

    def __init__(self, port: int = 0) -> None:
        """Start on loopback at `port`, or at any free one when 0.

        Raises:
            PortInUse: when something else listens there.
        """
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
        from werkzeug.serving import make_server

        from privatelink_ingress.local.cloud import services
        from privatelink_ingress.local.cloud.transport import InProcess, serialised

        class Handler(MotoRequestHandler):
            disable_nagle_algorithm = True  # a body after its headers would wait for the client's acknowledgement

        services.install()
        if port:
            _require_free(port)
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        application = serialised(DomainDispatcherApplication(create_backend_app))
        self._transport = InProcess(application)
        self.id = secrets.token_hex(16)
        named = identified(application, self.id)
        self._server = make_server(LOOPBACK, port, named, threaded=True, request_handler=Handler)
        self._sessions: dict[tuple[str, str, str | None], Session] = {}
        self._expired: set[tuple[str, str, str | None]] = set()
        self.created: dict[tuple[str, ...], Any] = {}
        """What created resources were created from, by where, type and import id: an import returns it, while the real
        providers derive it from what AWS describes."""
        # moto's stores belong to the process: an earlier cloud's resources must not appear in this one.
        self.reset()
        self._thread = threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True)
        self._thread.start()
        self.port = self._server.port
        self.endpoint_url = f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Cloud:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving and delete everything that was created."""
        self.reset()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def reset(self) -> None:
        """Delete everything in every account, at once and without refusals."""
        from moto.backends import get_backend  # noqa: F401  (loads the registry that reset_backends walks)
        from moto.moto_api._internal import moto_api_backend

        self._expired = set(self._sessions)
        self.created.clear()
        moto_api_backend.reset()

    def session(self, account_id: str, region: str, role_arn: str | None = None) -> Session:
        """A session with the credentials of an assumed role in `account_id`: of `role_arn` when given.

        A reset ends its credentials, so ask for it again afterwards.
        """
        key = (account_id, region, role_arn)
        if key not in self._sessions:
            self._sessions[key] = Session(self.endpoint_url, *key, transport=self._transport)
        elif key in self._expired:
            self._expired.remove(key)
            self._sessions[key].assume_role()
        return self._sessions[key]


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            problem = Problem(
                f"port {port}", f"is in use on {LOOPBACK}", "Choose another with --port, or leave it out."
            )
            raise PortInUse("The emulated AWS cannot start", [problem])
