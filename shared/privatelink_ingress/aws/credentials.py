"""boto3 clients with ambient credentials, a profile's, or a role's."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Generator
from contextvars import ContextVar
from typing import Any

from privatelink_ingress.aws.reads import Account

SESSION_NAME = "privatelink-ingress"
"""Session name of assumed roles, so that CloudTrail shows which tool made a call."""


class WrongAccount(Exception):
    """The credentials belong to another account than the expected one; the message names both."""


class Own:
    """Clients of one boto3 session."""

    def __init__(self, session: Any, account_id: str, region: str) -> None:
        self._session, self.account_id, self.region = session, account_id, region
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The boto3 client of `service`: one for all threads, which may share a client, but no session."""
        with _CREATING:
            if service not in self._clients:
                self._clients[service] = client(self._session, service, self.region)
            return self._clients[service]


_CREATING = threading.RLock()
"""https://docs.aws.amazon.com/boto3/latest/guide/session.html: sessions are not thread-safe, and a client is created
from one."""


@contextlib.contextmanager
def answered_by(clients: Callable[[str, str], Account]) -> Generator[None]:
    """Within the block, `deploying` answers with these clients, given account and Region.

    They are of an emulated AWS, or of a command that previews a program with credentials of its own.
    """
    token = _CLIENTS.set(clients)
    try:
        yield
    finally:
        _CLIENTS.reset(token)


_CLIENTS: ContextVar[Callable[[str, str], Account] | None] = ContextVar("clients", default=None)


def deploying(account_id: str, region: str, role_arn: str | None, external_id: str | None) -> Account:
    """Clients with the credentials of the programs' providers: the role's, or the ambient ones without a role.

    Not the ambient ones first: a deployer's own may be of the same account, and good for assuming roles alone.

    Raises:
        WrongAccount: when they belong to another account than `account_id`.
        ClientError, BotoCoreError: when there are none, or AWS cannot be asked.
    """
    if clients := _CLIENTS.get():
        return clients(account_id, region)
    session = session_of()
    if role_arn:
        session = assumed(session, role_arn, external_id, region)
    if (actual := caller(session, region)) != account_id:
        raise WrongAccount(
            f"credentials of {role_arn or 'the environment'} are of account {actual}, not of {account_id}"
        )
    return Own(session, account_id, region)


def session_of(**options: Any) -> Any:
    """A boto3 session, with boto3's own options: a profile, or keys.

    Sessions share what they read of botocore's service descriptions. Each would read them again, which takes five times
    as long as the rest of a client, and a hook asks AWS for every backend.
    """
    import boto3
    import botocore.session

    inner = botocore.session.get_session()
    inner.register_component("data_loader", _descriptions())
    return boto3.Session(botocore_session=inner, **options)


@functools.cache
def _descriptions() -> Any:
    import botocore.loaders

    return botocore.loaders.create_loader()


def client(session: Any, service: str, region: str) -> Any:
    """A client that gives up after seconds, not minutes, when its endpoint cannot be reached: a person waits."""
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"})
    with _CREATING:
        return session.client(service, region_name=region, config=config)


def caller(session: Any, region: str) -> str:
    """The account that a session's credentials belong to."""
    return client(session, "sts", region).get_caller_identity()["Account"]


def assumed(session: Any, role_arn: str, external_id: str | None, region: str) -> Any:
    """A session of the role, assumed with the credentials of `session`."""
    keys = assume(client(session, "sts", region), role_arn, external_id)
    return session_of(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )


def assume(sts: Any, role_arn: str, external_id: str | None, **options: Any) -> dict[str, Any]:
    """The keys of a role's session, by a client of `sts`; `options` are further ones of AssumeRole."""
    external = {"ExternalId": external_id} if external_id else {}
    return sts.assume_role(RoleArn=role_arn, RoleSessionName=SESSION_NAME, **external, **options)["Credentials"]
