"""boto3 clients of one account and Region of an emulated AWS, with the credentials of a role."""

from __future__ import annotations

import functools
import threading
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.loaders import JSONFileLoader

if TYPE_CHECKING:
    from privatelink_ingress.local.cloud.transport import InProcess

_read = JSONFileLoader.load_file


@functools.cache
def _model(path: str) -> Any:
    return _read(JSONFileLoader(), path)


# Each botocore session reads the services' models for itself, and moto creates a session wherever it needs a list of
# Regions, some when it is imported: a demo would decode the same 20 MB several times. Not a hardening: botocore has to
# be patched before the first import of moto.
JSONFileLoader.load_file = lambda _, path: _model(path)  # ty: ignore[invalid-assignment]

# moto checks no signature; these values come from its documentation and are not secrets.
_ANYONE = ("testing", "testing", "")


class Session:
    """boto3 clients for one account and region of an emulated AWS. Clients are created once and are thread-safe."""

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
        self._role_arn = role_arn or f"arn:aws:iam::{account_id}:role/local-cloud"
        self._transport = transport
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}
        self._credentials: list[Any] = []
        self._sts, _ = self._make("sts", _ANYONE)
        self._keys = _ANYONE
        self.assume_role()

    def assume_role(self) -> None:
        """Assume the role again, for existing clients too."""
        keys = self._sts.assume_role(RoleArn=self._role_arn, RoleSessionName="local-cloud")["Credentials"]
        with self._lock:
            self._keys = keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"]
            for credentials in self._credentials:
                credentials.access_key, credentials.secret_key, credentials.token = self._keys

    def client(self, service: str) -> Any:
        """The boto3 client of `service` (its boto3 name)."""
        with self._lock:
            if service not in self._clients:
                self._clients[service], credentials = self._make(service, self._keys)
                self._credentials.append(credentials)
            return self._clients[service]

    def environment(self) -> dict[str, str]:
        """The session as environment variables, for the AWS CLI or any SDK."""
        key_id, secret, token = self._keys
        return {
            "AWS_ENDPOINT_URL": self.endpoint_url,
            "AWS_REGION": self.region,
            "AWS_ACCESS_KEY_ID": key_id,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_SESSION_TOKEN": token,
        }

    def _make(self, service: str, keys: tuple[str, str, str]) -> tuple[Any, Any]:
        with _making:
            botocore_session = _botocore()
            botocore_session.set_credentials(*keys)
            client = botocore_session.create_client(
                service,
                self.region,
                endpoint_url=self.endpoint_url,
                # One attempt: the emulator's errors are never transient, and a retry only hides them.
                config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32),
            )
            credentials = botocore_session.get_credentials()
        if self._transport:
            self._transport.attach(client)
        return client, credentials


_making = threading.Lock()


@functools.cache
def _botocore() -> botocore.session.Session:
    """One botocore session per process: each keeps its own copy of the services' models, which are slow to read.

    It is not safe between threads.
    """
    return botocore.session.Session()
