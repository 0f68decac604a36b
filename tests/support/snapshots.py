"""The emulated AWS as it was: everything that its accounts had, put back in one step."""

from __future__ import annotations

import copy
import copyreg
import threading
from collections.abc import Container, Iterator
from typing import Any

from moto.core.base_backend import BackendDict
from moto.ssm.models import ParameterDict

SERVICES = (
    "acm",
    "autoscaling",
    "cloudwatch",
    "ec2",
    "ecr",
    "eks",
    "elbv2",
    "logs",
    "route53",
    "s3",
    "service-quotas",
    "ssm",
    "wafv2",
)
"""What tests break. The others, IAM among them, are left as they are: its managed policies are slow to copy."""

Attributes = dict[str, Any]


class Snapshot:
    """What the emulated AWS had when this was taken. It belongs to this process."""

    def __init__(self) -> None:
        """Copy all of it."""
        self._held = _copied({id(one): vars(one) for one in _backends()})

    def restore(self) -> None:
        """Put it back, as often as wanted. Backends stay the objects that they are, since they know each other."""
        held = _copied(self._held)
        for backend in _backends():
            attributes = held[id(backend)] if id(backend) in held else _empty(backend)
            vars(backend).clear()
            vars(backend).update(attributes)


def _empty(backend: Any) -> Attributes:
    """Those of a backend that nobody had asked for yet."""
    return dict(vars(type(backend)(backend.region_name, backend.account_id)))


def _backends(services: Container[str] = SERVICES) -> Iterator[Any]:
    instances: Any = vars(BackendDict)["_instances"]
    for service in instances:
        if service.service_name in services:
            for account in service.values():
                yield from account.values()


class _All:
    def __contains__(self, service: object) -> bool:
        return True


def _copied(held: dict[int, Attributes]) -> dict[int, Attributes]:
    # What all copies share: the backends themselves.
    return copy.deepcopy(held, {id(one): one for one in _backends(_All())})


def _itself(one: Any) -> str:
    return type(one).__name__


def _parts(one: ParameterDict) -> tuple[Any, ...]:
    """Its constructor takes arguments, which `copy` does not know."""
    return _parameters, (one.default_factory,), vars(one), None, iter(dict.items(one))


def _parameters(default: Any) -> ParameterDict:
    new = ParameterDict.__new__(ParameterDict)
    new.default_factory = default
    return new


# A string says that the copy is the object itself: https://docs.python.org/3/library/pickle.html#object.__reduce__
for _kind in (type(threading.Lock()), type(threading.RLock())):
    copyreg.pickle(_kind, _itself)
copyreg.pickle(ParameterDict, _parts)
