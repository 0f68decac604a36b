"""Starts and stops the emulated AWS, and hands out boto3 sessions for its accounts."""

from __future__ import annotations

import functools
import logging
import os
import socket
import threading
from typing import Any

import botocore.session
from botocore.config import Config

from privatelink_ingress.problems import Problem, UsageError

# Read by moto when it is imported. A certificate is issued as soon as its validation record is in the zone
# (cloud/acm.py looks), AWS's own managed policies exist, and no account reads another account's buckets.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "-1")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")
# 1,300 images for every account and Region, which nothing here asks for.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

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
        from moto.core.base_backend import BaseBackend
        from moto.moto_server import werkzeug_app
        from moto.server import ThreadedMotoServer

        from privatelink_ingress.local.cloud import services

        services.install()
        if port:
            _require_free(port)
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        _serialise(werkzeug_app.DomainDispatcherApplication)
        self._server = ThreadedMotoServer(ip_address=LOOPBACK, port=port, verbose=False)
        # Moto would fill every store anew at a reset, only to drop it right after.
        BaseBackend.reset = _stay_empty  # ty: ignore[invalid-assignment]
        self._sessions: dict[tuple[str, str, str | None], Session] = {}
        # moto's stores belong to the process: what an earlier cloud of it left is not in this one.
        self.reset()
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

        self._sessions.clear()
        moto_api_backend.reset()

    def session(self, account_id: str, region: str, role_arn: str | None = None) -> Session:
        """A session with the credentials of an assumed role in `account_id`: of `role_arn` when given."""
        key = (account_id, region, role_arn)
        if key not in self._sessions:
            self._sessions[key] = Session(self.endpoint_url, *key)
        return self._sessions[key]


class Session:
    """boto3 clients for one account and region of an emulated AWS. Clients are made once and safe between threads."""

    def __init__(self, endpoint_url: str, account_id: str, region: str, role_arn: str | None = None) -> None:
        self.endpoint_url, self.account_id, self.region = endpoint_url, account_id, region
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        # moto checks no signature; these are the words of its documentation, not secrets.
        self._keys = {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
        role_arn = role_arn or f"arn:aws:iam::{account_id}:role/local-cloud"
        keys = self._make("sts").assume_role(RoleArn=role_arn, RoleSessionName="local-cloud")["Credentials"]
        self._keys = {
            "aws_access_key_id": keys["AccessKeyId"],
            "aws_secret_access_key": keys["SecretAccessKey"],
            "aws_session_token": keys["SessionToken"],
        }

    def client(self, service: str) -> Any:
        """The boto3 client of `service` (its boto3 name)."""
        with self._lock:
            if service not in self._clients:
                self._clients[service] = self._make(service)
            return self._clients[service]

    def environment(self) -> dict[str, str]:
        """The session as environment variables, for an AWS CLI, or any SDK, that is to use it."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": self._keys["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": self._keys["aws_secret_access_key"],
            "AWS_SESSION_TOKEN": self._keys["aws_session_token"],
        }

    def _make(self, service: str) -> Any:
        with _making:
            return _botocore().create_client(
                service,
                self.region,
                endpoint_url=self.endpoint_url,
                # One attempt: an error of the emulator is never transient, and a retry only hides it.
                config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32),
                **self._keys,
            )


_making = threading.Lock()


@functools.cache
def _botocore() -> botocore.session.Session:
    """One for the process: each keeps its own copy of the services' models, which take long to read.

    It is not safe between threads.
    """
    return botocore.session.Session()


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


def _stay_empty(backend: Any) -> None:
    """In place of a reset of one store."""
