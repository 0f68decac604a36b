"""boto3 clients for the accounts that a command asks: of ambient credentials, a profile or a role, or emulated."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.reads import Account


class Unseen(Exception):
    """No credentials for an account: its text says why."""


class Accounts:
    """Finds credentials by account.

    Ambient ones first, then each profile, then the role of the stack file, assumed with any of these.

    Several threads may ask. Whose a profile's credentials are is asked once in each Region.
    """

    def __init__(self, *, profiles: Sequence[str] = (), endpoint_url: str | None = None) -> None:
        """`endpoint_url` is an emulated AWS: every account is there, and no credentials are looked for."""
        self._profiles, self._endpoint_url = tuple(profiles), endpoint_url
        self._sessions: dict[str | None, Any] = {}
        self._callers: dict[tuple[str | None, str], str | Exception] = {}
        self._lock = threading.RLock()

    def account(
        self, account_id: str, region: str, role_arn: str | None = None, external_id: str | None = None
    ) -> Account:
        """Clients for one account and region; `external_id` is what the role asks for.

        Raises:
            Unseen: when no credentials are of it.
        """
        if self._endpoint_url:
            from privatelink_ingress.local.cloud.session import Session

            return Session(self._endpoint_url, account_id, region)
        tried = []
        for profile in (None, *self._profiles):
            label = f"profile {profile}" if profile else "ambient credentials"
            try:
                if (actual := self._caller(profile, region)) == account_id:
                    return credentials.Own(self._session(profile), account_id, region)
                tried.append(f"{label} are of account {actual}")
            except (BotoCoreError, ClientError) as error:
                tried.append(f"{label}: {error}")
        for profile in (None, *self._profiles):
            if role_arn is None:
                break
            label = f"{role_arn} with profile {profile}" if profile else role_arn
            try:
                assumed = credentials.assumed(self._session(profile), role_arn, external_id, region)
                if (actual := credentials.caller(assumed, region)) == account_id:
                    return credentials.Own(assumed, account_id, region)
                tried.append(f"{label} is of account {actual}")
            except (BotoCoreError, ClientError) as error:
                tried.append(f"{label}: {error}")
        raise Unseen(f"no credentials for account {account_id} ({'; '.join(tried)})")

    def _caller(self, profile: str | None, region: str) -> str:
        with self._lock:
            if (profile, region) not in self._callers:
                try:
                    self._callers[profile, region] = credentials.caller(self._session(profile), region)
                except (BotoCoreError, ClientError) as error:
                    self._callers[profile, region] = error
            found = self._callers[profile, region]
        if isinstance(found, Exception):
            raise found
        return found

    def _session(self, profile: str | None) -> Any:
        with self._lock:
            if profile not in self._sessions:
                self._sessions[profile] = credentials.session_of(profile_name=profile)
            return self._sessions[profile]
