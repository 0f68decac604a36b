"""Whose credentials each stack is deployed with, and that they are of its stack file's account."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from privatelink_ingress.aws import credentials, refusals
from privatelink_ingress.fleet.deployment import Unit
from privatelink_ingress.problems import Problem, UsageError

_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")

_AMBIENT = "the ambient credentials"


def environments(units: Iterable[Unit], *, profiles: Sequence[str] = ()) -> Mapping[str, Mapping[str, str]]:
    """By a stack's label, the variables with which its commands run: those of the first identity that fits.

    The ambient credentials come first, then each profile. An identity fits when it, or each role that the stack file
    names for a duty, is of the stack file's account.

    Raises:
        UsageError: with every stack that no identity fits.
    """
    identities = [_Identity(None), *(_Identity(profile) for profile in profiles)]
    found: dict[str, Mapping[str, str]] = {}
    problems = []
    for unit in units:
        misfits = list[_Misfit]()
        for identity in identities:
            if misfit := identity.misfit(unit):
                misfits.append(misfit)
            else:
                found[unit.label] = identity.environment
                break
        else:
            use = f"Use credentials of account {unit.account_id}, or name a profile with --profile."
            remedy = " ".join(dict.fromkeys(one.remedy for one in misfits if one.remedy)) or use
            reason = f"is {unit.account_id}, but {'; '.join(dict.fromkeys(one.reason for one in misfits))}"
            problems.append(Problem(f"{unit.stack.file}: accountId", reason, remedy))
    if problems:
        raise UsageError("Nothing was done: the credentials are not of the stacks' accounts", problems)
    return found


@dataclasses.dataclass(frozen=True)
class _Misfit:
    """Why an identity is not of a stack's account."""

    reason: str
    remedy: str = ""
    """Empty for credentials of another account."""


class _Identity:
    """The ambient credentials, or those of a profile, asked once for each account and role."""

    def __init__(self, profile: str | None) -> None:
        self._profile, self._session = profile, None
        self._answers: dict[tuple[str, str | None, str | None], str | _Misfit] = {}

    @property
    def environment(self) -> Mapping[str, str]:
        if self._profile is None:
            return {}
        # Keys in the environment would win over the profile; an SDK takes empty ones as not set.
        return {"AWS_PROFILE": self._profile, **dict.fromkeys(_KEYS, "")}

    def misfit(self, unit: Unit) -> _Misfit | None:
        """Why it is not of the stack's account; None when it is."""
        roles = unit.stack.settings.roles
        external_id = roles.external_id
        duties = set(roles.by_duty.values())
        for role in sorted(duties, key=str):
            answer = self._account(unit.stack.region, role, external_id if role else None)
            if isinstance(answer, _Misfit):
                return answer
            if answer != unit.account_id:
                who = role or self._shown
                return _Misfit(f"{who} {'is' if role or self._profile else 'are'} of account {answer}")
        return None

    def _account(self, region: str, role: str | None, external_id: str | None) -> str | _Misfit:
        key = (region, role, external_id)
        if key not in self._answers:
            try:
                session = self._boto3()
                if role:
                    session = credentials.assumed(session, role, external_id, region)
                self._answers[key] = credentials.caller(session, region)
            except (BotoCoreError, ClientError) as error:
                remedy = refusals.remedy(error, profile=self._profile) or (refusals.trusting(role) if role else "")
                self._answers[key] = _Misfit(f"{self._shown}: {error}", remedy)
        return self._answers[key]

    @property
    def _shown(self) -> str:
        return f"profile {self._profile}" if self._profile else _AMBIENT

    def _boto3(self) -> Any:
        import boto3

        if self._session is None:
            self._session = boto3.Session(profile_name=self._profile)
        return self._session
