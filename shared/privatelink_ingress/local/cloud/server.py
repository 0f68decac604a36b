"""Starts and stops the emulated AWS, and hands out boto3 sessions for its accounts."""

from __future__ import annotations

import functools
import logging
import os
import socket
import threading
from typing import Any

import boto3
from botocore.config import Config

from privatelink_ingress.problems import Problem, UsageError

# Read by moto when it is imported. A certificate is issued as soon as its validation record is in the zone
# (cloud/acm.py looks), AWS's own managed policies exist, and no account reads another account's buckets.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "-1")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")

LOOPBACK = "127.0.0.1"


class PortInUse(UsageError):
    """The port that was asked for has another listener."""


class Cloud:
    """One emulated AWS in this process. Use as a context manager, or call `stop`."""

    def __init__(self, port: int = 0) -> None:
        """Start on loopback at `port`, or at any free one when 0.

        Raises:
            PortInUse: when something else listens there.
        """
        from moto.moto_server import werkzeug_app
        from moto.server import ThreadedMotoServer

        from privatelink_ingress.local.cloud import services

        services.install()
        if port:
            _require_free(port)
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        _serialise(werkzeug_app.DomainDispatcherApplication)
        self._server = ThreadedMotoServer(ip_address=LOOPBACK, port=port, verbose=False)
        self._server.start()
        _, self.port = self._server.get_host_and_port()
        self.endpoint_url = f"http://{LOOPBACK}:{self.port}"

    def __enter__(self) -> Cloud:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving and forget everything that was created."""
        self.reset()
        self._server.stop()

    def reset(self) -> None:
        """Forget everything in every account, at once and without refusals."""
        from moto.backends import get_backend  # noqa: F401  (loads the registry that reset_backends walks)
        from moto.moto_api._internal import moto_api_backend

        moto_api_backend.reset()

    def session(self, account_id: str, region: str, role_arn: str | None = None) -> Session:
        """A session with the credentials of an assumed role in `account_id`: of `role_arn` when given."""
        return Session(self.endpoint_url, account_id, region, role_arn)


class Session:
    """boto3 clients for one account and region of an emulated AWS. Clients are made once and safe between threads."""

    def __init__(self, endpoint_url: str, account_id: str, region: str, role_arn: str | None = None) -> None:
        self.endpoint_url, self.account_id, self.region = endpoint_url, account_id, region
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        # moto checks no signature; these are the words of its documentation, not secrets.
        sts = self._make(boto3.Session("testing", "testing", region_name=region), "sts")
        role_arn = role_arn or f"arn:aws:iam::{account_id}:role/local-cloud"
        keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="local-cloud")["Credentials"]
        self._boto = boto3.Session(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"], region)

    def client(self, service: str) -> Any:
        """The boto3 client of `service` (its boto3 name)."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(self._boto, service)
            return self._clients[service]

    def _make(self, session: boto3.Session, service: str) -> Any:
        # One attempt: an error of the emulator is never transient, and a retry only hides it.
        config = Config(retries={"total_max_attempts": 1}, max_pool_connections=32)
        return session.client(service, endpoint_url=self.endpoint_url, config=config)


def _require_free(port: int) -> None:
    with socket.socket() as probe:
        if probe.connect_ex((LOOPBACK, port)) == 0:
            problem = Problem(
                f"port {port}", f"is in use on {LOOPBACK}", "Choose another with --port, or leave it out."
            )
            raise PortInUse("The emulated AWS cannot start", [problem])


def _serialise(application: type) -> None:
    """One request at a time: moto's stores are not safe between threads (iteration while another thread inserts)."""
    original = application.__call__
    if hasattr(original, "__wrapped__"):
        return
    lock = threading.RLock()

    @functools.wraps(original)
    def locked(self: Any, *args: Any) -> Any:
        with lock:
            return original(self, *args)

    setattr(application, "__call__", locked)  # noqa: B010  (assignment would not type-check on a class)
