"""Makes moto as strict as AWS: checks before an operation, operations that moto lacks, and changes to its models.

A hardening is one small function named after the behaviour of AWS, with its source in the docstring. It is attached to
a moto class, so that it applies to every client of the server: adapters, tests and the AWS CLI alike. Importing a
module only registers its hardenings; `install` attaches them.
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
Undo = Callable[[Any, Params, Any], None]
Wrapper = Callable[..., Any]

_pending: list[Callable[[], None]] = []
_hardened: set[tuple[type[BaseResponse], str]] = set()
"""Operations with a check or an effect, which a later replacement would drop."""
EFFECTS: set[tuple[type[BaseResponse], str]] = set()
"""The operations with an effect after them."""
UNDONE: dict[tuple[type[BaseResponse], str], Undo] = {}
"""What takes a create back when an effect after it fails."""


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
            _hardened.add((responses, operation))

        _pending.extend(functools.partial(apply, operation) for operation in operations)
        return check

    return register


def after(responses: type[BaseResponse], *operations: str) -> Callable[[Effect], Effect]:
    """Run the decorated effect after each successful operation; it gets the response and returns the one to send.

    A caller whose create fails must find nothing created. So a check belongs into `before`, and a create with an effect
    needs an `undo`, for what an effect itself cannot check: a model of another service that refuses.
    """

    def register(effect: Effect) -> Effect:
        def apply(operation: str) -> None:
            original = getattr(responses, operation)

            @functools.wraps(original)
            def completed(self: Any) -> Any:
                response = original(self)
                try:
                    return effect(self, _parameters(self), response)
                except Exception:
                    if take_back := UNDONE.get((responses, operation)):
                        take_back(self, _parameters(self), response)
                    raise

            setattr(responses, operation, completed)
            _hardened.add((responses, operation))

        EFFECTS.update((responses, operation) for operation in operations)
        _pending.extend(functools.partial(apply, operation) for operation in operations)
        return effect

    return register


def undo(responses: type[BaseResponse], operation: str) -> Callable[[Undo], Undo]:
    """Call the decorated function when an effect after the create `operation` fails; it gets the create's response."""

    def register(take_back: Undo) -> Undo:
        UNDONE[responses, operation] = take_back
        return take_back

    return register


def operation(responses: type[BaseResponse], name: str) -> Callable[[Operation], Operation]:
    """Add, or replace, the operation `name` (snake_case); the decorated function returns the result by API names."""

    def register(implementation: Operation) -> Operation:
        def answer(self: Any) -> ActionResult:
            return ActionResult(implementation(self, _parameters(self)))

        def apply() -> None:
            if (responses, name) in _hardened:
                raise RuntimeError(
                    f"{name} of {responses.__name__} has a check already: register it after the operation"
                )
            setattr(responses, name, answer)

        _pending.append(apply)
        return implementation

    return register


def around(owner: Any, *names: str) -> Callable[[Wrapper], Wrapper]:
    """Call the decorated function in place of the methods `names` of a moto class, or of a module's functions.

    It gets the original first, then the original's arguments. For behaviour that no response method sees: of models
    that several operations share, and of services whose responses do not go through operation methods.
    """

    def register(wrapper: Wrapper) -> Wrapper:
        def apply(name: str) -> None:
            original = getattr(owner, name)

            @functools.wraps(original)
            def wrapped(*args: Any, **kwargs: Any) -> Any:
                return wrapper(original, *args, **kwargs)

            setattr(owner, name, wrapped)

        _pending.extend(functools.partial(apply, name) for name in names)
        return wrapper

    return register


def computed(owner: type, name: str) -> Callable[[Callable[[Any], Any]], Callable[[Any], Any]]:
    """Make the decorated function the attribute `name` of a moto model, as a property."""

    def register(getter: Callable[[Any], Any]) -> Callable[[Any], Any]:
        _pending.append(lambda: setattr(owner, name, property(getter)))
        return getter

    return register


def cached(owner: Any, name: str) -> None:
    """Call the function `name` of a module once per set of arguments; later calls get the first answer."""
    _pending.append(lambda: setattr(owner, name, functools.cache(getattr(owner, name))))


def _parameters(request: Any) -> Params:
    """The parameters by the service's model, wherever the request carries them; moto does this for some services."""
    if "params" not in vars(request):
        request.parse_parameters(request.normalized_request)
    return request.params


def install() -> None:
    """Attach the hardenings registered since the last call, in the order of registration."""
    while _pending:
        _pending.pop(0)()
