"""Starts and stops the emulated AWS, and hands out boto3 sessions for its accounts."""

from __future__ import annotations

import functools
import logging
import os
import socket
import threading
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.loaders import JSONFileLoader

from privatelink_ingress.problems import Problem, UsageError

if TYPE_CHECKING:
    from privatelink_ingress.local.cloud.transport import InProcess

# Read by moto when it is imported. A certificate is issued as soon as its validation record is in the zone
# (cloud/acm.py looks), AWS's own managed policies exist, and no account reads another account's buckets.
os.environ.setdefault("MOTO_ACM_VALIDATION_WAIT", "-1")
os.environ.setdefault("MOTO_IAM_LOAD_MANAGED_POLICIES", "true")
os.environ.setdefault("MOTO_S3_ALLOW_CROSSACCOUNT_ACCESS", "false")
# 1,300 images for every account and Region, which nothing here asks for.
os.environ.setdefault("MOTO_EC2_LOAD_DEFAULT_AMIS", "false")

_read_model = JSONFileLoader.load_file


@functools.cache
def _model(path: str) -> Any:
    return _read_model(JSONFileLoader(), path)


# Each botocore session reads the services' models for itself, and moto makes a session wherever it needs a list of
# Regions: a demo would decode the same 20 MB several times.
JSONFileLoader.load_file = lambda _, path: _model(path)  # ty: ignore[invalid-assignment]

LOOPBACK = "127.0.0.1"

POLL_SECONDS = 0.05
"""How often the server looks whether it has to stop."""


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
        from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
        from werkzeug.serving import make_server

        from privatelink_ingress.local.cloud import services
        from privatelink_ingress.local.cloud.transport import InProcess, serialised

        services.install()
        if port:
            _require_free(port)
        logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
        application = serialised(DomainDispatcherApplication(create_backend_app))
        self._transport = InProcess(application)
        self._server = make_server(LOOPBACK, port, application, threaded=True, request_handler=MotoRequestHandler)
        # Moto would fill every store anew at a reset, only to drop it right after.
        BaseBackend.reset = _stay_empty  # ty: ignore[invalid-assignment]
        self._sessions: dict[tuple[str, str, str | None], Session] = {}
        # moto's stores belong to the process: what an earlier cloud of it left is not in this one.
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
        """Stop serving and forget everything that was created."""
        self.reset()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

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
            self._sessions[key] = Session(self.endpoint_url, *key, transport=self._transport)
        return self._sessions[key]


class Session:
    """boto3 clients for one account and region of an emulated AWS. Clients are made once and safe between threads."""

    def __init__(
        self,
        endpoint_url: str,
        account_id: str,
        region: str,
        role_arn: str | None = None,
        *,
        transport: InProcess | None = None,
    ) -> None:
        """`transport` carries the requests in place of HTTP."""
        self.endpoint_url, self.account_id, self.region = endpoint_url, account_id, region
        self._transport = transport
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
            client = _botocore().create_client(
                service,
                self.region,
                endpoint_url=self.endpoint_url,
                # One attempt: an error of the emulator is never transient, and a retry only hides it.
                config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32),
                **self._keys,
            )
        if self._transport:
            self._transport.attach(client)
        return client


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


def _stay_empty(backend: Any) -> None:
    """In place of a reset of one store."""
