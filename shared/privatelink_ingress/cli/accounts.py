"""boto3 clients for the accounts that a command asks: of ambient credentials, a profile or a role, or emulated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.topology.live import Account


class Unseen(Exception):
    """No credentials of an account: its text says why."""


class Accounts:
    """Finds credentials by account. Ambient ones first, then each profile, then the role of the stack file."""

    def __init__(self, *, profiles: Sequence[str] = (), endpoint_url: str | None = None) -> None:
        """`endpoint_url` is an emulated AWS: every account is there, and no credentials are looked for."""
        self._profiles, self._endpoint_url = tuple(profiles), endpoint_url
        self._sessions: dict[str | None, Any] = {}

    def account(
        self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None
    ) -> Account:
        """Clients for one account and region; `external_id` is what the role asks for.

        Raises:
            Unseen: when no credentials are of it.
        """
        if self._endpoint_url:
            from privatelink_ingress.local.cloud.server import Session

            return Session(self._endpoint_url, account_id, region)
        tried = []
        for profile in (None, *self._profiles):
            label = f"profile {profile}" if profile else "ambient credentials"
            try:
                if (found := _caller(self._session(profile), region)) == account_id:
                    return _Own(self._session(profile), account_id, region)
                tried.append(f"{label} are of account {found}")
            except (BotoCoreError, ClientError) as error:
                tried.append(f"{label}: {error}")
        if role_arn:
            try:
                assumed = _assumed(self._session(None), role_arn, external_id, region)
                if (found := _caller(assumed, region)) == account_id:
                    return _Own(assumed, account_id, region)
                tried.append(f"{role_arn} is of account {found}")
            except (BotoCoreError, ClientError) as error:
                tried.append(f"{role_arn}: {error}")
        raise Unseen(f"no credentials of account {account_id} ({'; '.join(tried)})")

    def _session(self, profile: str | None) -> Any:
        import boto3

        if profile not in self._sessions:
            self._sessions[profile] = boto3.Session(profile_name=profile)
        return self._sessions[profile]


class _Own:
    """Clients of one boto3 session."""

    def __init__(self, session: Any, account_id: str, region: str) -> None:
        self._session, self.account_id, self.region = session, account_id, region

    def client(self, service: str) -> Any:
        return _client(self._session, service, self.region)


def _client(session: Any, service: str, region: str) -> Any:
    from botocore.config import Config

    # A person waits: an endpoint that cannot be reached is told after seconds, not minutes.
    config = Config(connect_timeout=5, read_timeout=20, retries={"total_max_attempts": 3, "mode": "standard"})
    return session.client(service, region_name=region, config=config)


def _caller(session: Any, region: str) -> str:
    return _client(session, "sts", region).get_caller_identity()["Account"]


def _assumed(session: Any, role_arn: str, external_id: str | None, region: str) -> Any:
    import boto3

    sts = _client(session, "sts", region)
    asked = {"ExternalId": external_id} if external_id else {}
    keys = sts.assume_role(RoleArn=role_arn, RoleSessionName="privatelink-ingress", **asked)["Credentials"]
    return boto3.Session(
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
