"""Makes moto as strict as AWS: checks before an operation, and operations that moto lacks.

A hardening is one small function named after the behaviour of AWS, with its source in the docstring. It is attached to
a moto response class, so that every client of the server meets it: adapters, tests and the AWS CLI alike.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult, BaseResponse

Params = Mapping[str, Any]
"""One request's parameters by their API names, as in the service's API reference."""

Check = Callable[[Any, Params], None]
Operation = Callable[[Any, Params], Mapping[str, Any]]
Effect = Callable[[Any, Params, Any], Any]

_pending: list[Callable[[], None]] = []


class Refusal(ServiceException):
    """An AWS error. Moto takes the service of its own exceptions from their module; this one belongs to any service."""


def refuse(code: str, message: str) -> NoReturn:
    """Answer the request with the AWS error `code` and `message`."""
    raise Refusal(code, message)


def before(responses: type[BaseResponse], *operations: str) -> Callable[[Check], Check]:
    """Run the decorated check before each of `operations` (snake_case); it calls `refuse` or returns.

    The check gets moto's response object, which knows the caller (`current_account`, `region`) and the backends
    (`ec2_backend`, `elbv2_backend` …), and the request's parameters.
    """

    def register(check: Check) -> Check:
        def apply(operation: str) -> None:
            original = getattr(responses, operation)

            @functools.wraps(original)
            def checked(self: Any) -> Any:
                check(self, _parameters(self))
                return original(self)

            setattr(responses, operation, checked)

        _pending.extend(functools.partial(apply, operation) for operation in operations)
        return check

    return register


def after(responses: type[BaseResponse], *operations: str) -> Callable[[Effect], Effect]:
    """Run the decorated effect when an operation succeeded; it gets the response and returns the one to send."""

    def register(effect: Effect) -> Effect:
        def apply(operation: str) -> None:
            original = getattr(responses, operation)

            @functools.wraps(original)
            def completed(self: Any) -> Any:
                return effect(self, _parameters(self), original(self))

            setattr(responses, operation, completed)

        _pending.extend(functools.partial(apply, operation) for operation in operations)
        return effect

    return register


def operation(responses: type[BaseResponse], name: str) -> Callable[[Operation], Operation]:
    """Add, or replace, the operation `name` (snake_case); the decorated function returns the result by API names."""

    def register(implementation: Operation) -> Operation:
        def answer(self: Any) -> ActionResult:
            return ActionResult(implementation(self, _parameters(self)))

        _pending.append(lambda: setattr(responses, name, answer))
        return implementation

    return register


def _parameters(request: Any) -> Params:
    """Read by the service's model, wherever the request carries them; moto does so for some services only."""
    if "params" not in vars(request):
        request.parse_parameters(request.normalized_request)
    return request.params


def install() -> None:
    """Attach all registered hardenings, in the order of registration; a second call does nothing."""
    while _pending:
        _pending.pop(0)()
