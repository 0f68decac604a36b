"""A look-up whose failure is a message about the setting that asked for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

import pulumi
import pulumi_aws as aws

from privatelink_ingress.problems import Problem, UserError

T = TypeVar("T")


class LookUp:
    """Look-ups for one setting, and how a message refers to it."""

    def __init__(self, provider: aws.Provider, where: str, what: str, *, title: str, remedy: str) -> None:
        """`what` starts the reason: `is vpc-1, which`; `title` and `remedy` are those of the message."""
        self._provider, self._where, self._what = provider, where, what
        self._title, self._remedy = title, remedy

    async def one(self, token: str, result: type[T], **args: Any) -> T:
        """The function's result; arguments by their wire names.

        Raises:
            UserError: when it fails, with AWS's answer.
        """
        try:
            # Not the typed function: its failure cannot be caught, and would end the program with a traceback.
            answer = await pulumi.runtime.invoke_async(
                token, args, opts=pulumi.InvokeOptions(provider=self._provider), typ=result
            )
        except Exception as error:
            # The SDK raises nothing narrower.
            raise self._failed(str(error)) from None
        if answer is None:
            raise self._failed("the provider's configuration is not known yet")
        return answer

    def _failed(self, why: str) -> UserError:
        return UserError(self._title, [Problem(self._where, f"{self._what} cannot be looked up: {why}", self._remedy)])


async def all_of(title: str, *awaitables: Awaitable[T]) -> list[T]:
    """All results in order, or else the problems of all failures together, under `title`."""
    outcomes = await asyncio.gather(*awaitables, return_exceptions=True)
    failed = [one for one in outcomes if isinstance(one, BaseException)]
    if others := [one for one in failed if not isinstance(one, UserError)]:
        raise others[0]
    if problems := [problem for one in failed if isinstance(one, UserError) for problem in one.problems]:
        raise UserError(title, problems)
    return [one for one in outcomes if not isinstance(one, BaseException)]
