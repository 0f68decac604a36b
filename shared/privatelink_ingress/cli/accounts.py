"""boto3 clients for the accounts that a command asks: of ambient credentials, a profile or a role, or emulated."""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials, refusals
from privatelink_ingress.aws.reads import Account

SHORTEST = 900
"""Seconds of the shortest session (DurationSeconds, AssumeRole, STS API)."""


class Unseen(Exception):
    """No credentials for an account: its text says why."""

    def __init__(self, why: str, remedy: str = "") -> None:
        """`remedy` is what to do about it."""
        self.remedy = remedy
        super().__init__(why)


def remedy_of(error: Exception, otherwise: str) -> str:
    """What to do about an account that cannot be read; `otherwise` where its credentials are good, and lack a right."""
    return (error.remedy if isinstance(error, Unseen) else refusals.remedy(error)) or otherwise


@dataclasses.dataclass(frozen=True)
class _Tried:
    """Credentials that are not of the account, or no credentials at all."""

    why: str
    remedy: str = ""


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
        tried = list[_Tried]()
        for profile in (None, *self._profiles):
            label = _label(profile)
            try:
                if (actual := self._caller(profile, region)) == account_id:
                    return credentials.Own(self._session(profile), account_id, region)
                tried.append(_Tried(f"{label} {'is' if profile else 'are'} of account {actual}"))
            except (BotoCoreError, ClientError) as error:
                tried.append(_Tried(f"{label}: {error}", refusals.remedy(error, profile=profile) or ""))
        for profile in (None, *self._profiles):
            if role_arn is None:
                break
            label = f"{role_arn} with profile {profile}" if profile else role_arn
            try:
                assumed = credentials.assumed(self._session(profile), role_arn, external_id, region)
                if (actual := credentials.caller(assumed, region)) == account_id:
                    return credentials.Own(assumed, account_id, region)
                tried.append(_Tried(f"{label} is of account {actual}"))
            except (BotoCoreError, ClientError) as error:
                advice = refusals.remedy(error, profile=profile) or refusals.trusting(role_arn)
                tried.append(_Tried(f"{label}: {error}", advice))
        why = f"no credentials for account {account_id} ({'; '.join(one.why for one in tried)})"
        remedies = dict.fromkeys(one.remedy for one in tried if one.remedy)
        raise Unseen(why, " ".join(remedies) or f"Name a profile for account {account_id} with --profile.")

    def assume(self, role_arn: str, external_id: str | None, account_id: str, region: str) -> None:
        """Assume a role for the shortest time, as a program's provider does, and drop the session.

        Args:
            role_arn: The role.
            external_id: What it asks for.
            account_id: The stack's, whose operator an emulated AWS asks.
            region: Of the stack.

        Raises:
            Unseen: when neither the ambient credentials nor a profile may assume it.
        """
        if self._endpoint_url:
            from privatelink_ingress.local.cloud.session import Session

            sessions: dict[str, Callable[[], Any]] = {
                "the emulated operator": lambda: Session(self._endpoint_url or "", account_id, region).client("sts")
            }
        else:
            sessions = {
                _label(profile): functools.partial(self._sts, profile, region) for profile in (None, *self._profiles)
            }
        tried = list[_Tried]()
        for label, sts in sessions.items():
            try:
                credentials.assume(sts(), role_arn, external_id, DurationSeconds=SHORTEST)
                return
            except (BotoCoreError, ClientError) as error:
                tried.append(_Tried(f"{label}: {error}", refusals.remedy(error) or refusals.trusting(role_arn)))
        raise Unseen("; ".join(one.why for one in tried), " ".join(dict.fromkeys(one.remedy for one in tried)))

    def _sts(self, profile: str | None, region: str) -> Any:
        return credentials.client(self._session(profile), "sts", region)

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


def _label(profile: str | None) -> str:
    return f"profile {profile}" if profile else "ambient credentials"
