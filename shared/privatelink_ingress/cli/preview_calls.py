"""What programs ask AWS themselves while they are previewed, since no function of the AWS provider answers it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from privatelink_ingress.aws import credentials
from privatelink_ingress.aws.reads import Account
from privatelink_ingress.cli.accounts import Accounts, Unseen
from privatelink_ingress.plan import alarm_keys
from privatelink_ingress.problems import Problem

Parameters = Mapping[str, Any]


class Calls:
    """Answers with what AWS says, or as if all that the stack file takes for granted were there."""

    def __init__(self, accounts: Accounts, hosts: Sequence[str], denied: Sequence[str], *, ask: bool) -> None:
        """Nothing is asked yet.

        Args:
            accounts: Whose credentials AWS is asked with.
            hosts: Of the stack, all of which an assumed certificate has.
            denied: Error codes of a missing right, after which a stand-in answers.
            ask: Whether AWS is asked at all, where there is a stand-in.
        """
        self._accounts, self._denied, self._ask = accounts, tuple(denied), ask
        names = list(hosts) or ["example.com"]
        found = {"DomainName": names[0], "SubjectAlternativeNames": names, "Status": "ISSUED"}
        self._stand_ins: dict[str, dict[str, Any]] = {
            "describe_certificate": {"Certificate": {"KeyAlgorithm": "RSA_2048", **found}},
            "list_query_logging_configs": {"QueryLoggingConfigs": []},
            "get_web_acl": {"WebACL": {"Rules": []}},
            "get_key_policy": {"Policy": json.dumps({"Statement": [alarm_keys.ADMITTING]})},
        }
        self._unread: dict[tuple[str, str], str] = {}

    def account(self, account_id: str, region: str) -> Account:
        """For `credentials.answered_by`.

        Raises:
            WrongAccount: no credentials are of the account.
        """
        try:
            return _Answered(self._accounts.account(account_id, region), self._answer)
        except Unseen as error:
            raise credentials.WrongAccount(str(error)) from None

    def unread(self, remedy: str) -> tuple[Problem, ...]:
        """The calls for which a right is missing."""
        return tuple(
            Problem(place, f"the program's call {call} was refused: {why}", remedy)
            for (place, call), why in self._unread.items()
        )

    def _answer(self, account: Account, service: str, call: str, given: Parameters) -> Any:
        if not self._ask and call in self._stand_ins:
            return self._stand_ins[call]
        try:
            return getattr(account.client(service), call)(**given)
        except ClientError as error:
            if error.response["Error"]["Code"] not in self._denied or call not in self._stand_ins:
                raise
            self._unread[f"account {account.account_id}, {account.region}", call] = str(error)
            return self._stand_ins[call]


class _Answered:
    """An account whose clients do not ask AWS themselves."""

    def __init__(self, account: Account, answer: Callable[[Account, str, str, Parameters], Any]) -> None:
        self.account_id, self.region = account.account_id, account.region
        self._account, self._answer = account, answer

    def client(self, service: str) -> Any:
        return _Client(lambda call, given: self._answer(self._account, service, call, given))


class _Client:
    def __init__(self, answer: Callable[[str, Parameters], Any]) -> None:
        self._answer = answer

    def __getattr__(self, call: str) -> Callable[..., Any]:
        return lambda **given: self._answer(call, given)
