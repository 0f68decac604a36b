"""Reads an account part by part: what the caller has no right to see is said, and the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol, TypeVar

from botocore.exceptions import ClientError

from privatelink_ingress.aws import refusals
from privatelink_ingress.problems import Problem

T = TypeVar("T")
R = TypeVar("R")

AT_ONCE = 8
"""Requests at one time to one account: Describe calls of ELBv2 and EC2 have buckets of 50 and more, refilled at 10 to
20 a second, and the client waits when AWS throttles.
https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"""

ACCOUNTS_AT_ONCE = 8
"""Accounts that are read at one time: AWS throttles each account and Region for itself."""

_THROTTLED = (
    "RequestLimitExceeded",
    "SlowDown",
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "TooManyRequestsException",
)
"""Error codes of a request that was one too many, after the client's own attempts.
https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"""


class Account(Protocol):
    """boto3 clients with the credentials of one account, in one region."""

    account_id: str
    region: str

    def client(self, service: str) -> Any:
        """The boto3 client of `service`."""


class Reads:
    """The reads of one account, and which of them failed."""

    def __init__(self, account: Account, *, remedy: str | None = None) -> None:
        """Nothing is read yet; `remedy` is what to do about a right that is missing, for `doctor` by default."""
        self.account, self._remedy = account, remedy or REMEDY
        self.unread: dict[str, Problem] = {}
        """By part."""

    def part(self, name: str, read: Callable[[], T], default: T) -> T:
        """What `read` returns; the default where AWS refuses one of its calls, or throttles it to the end.

        Raises:
            ClientError: when the credentials are not valid.
            BotoCoreError: when AWS cannot be reached.
        """
        try:
            return read()
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code in refusals.NOT_ADMITTED:
                raise
            place = f"account {self.account.account_id}, {self.account.region}"
            reason = f"{name} cannot be read: {error}"
            self.unread[name] = Problem(place, reason, _LATER if code in _THROTTLED else self._remedy)
            return default


REMEDY = "Give the reader this right: `./run doctor --print-policy` prints all that it takes."
_LATER = "AWS throttles this account, whose limit other tools use up as well: run the command again later."


def each(read: Callable[[T], R], items: Iterable[T], *, at_once: int = AT_ONCE) -> list[R]:
    """What `read` returns for each item, in their order; `at_once` of them at a time.

    Raises:
        ClientError, BotoCoreError: the first one of any.
    """
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(read, items))
