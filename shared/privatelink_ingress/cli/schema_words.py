"""What a field that breaks the API server's schema is told, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from privatelink_ingress.ingresses.model import shown
from privatelink_ingress.local.kubernetes.schemas import Violation
from privatelink_ingress.problems import Problem, suggest

_TYPES = {
    "array": "a list", "object": "a mapping of keys", "string": "text", "integer": "a whole number",
    "boolean": "true or false", "number": "a number", "null": "empty",
}  # fmt: skip

_OF_V1BETA1 = {
    "backend": "Write defaultBackend.",
    "serviceName": "Write service: {name: …, port: {number: …}}.",
    "servicePort": "Write service: {name: …, port: {number: …}}.",
}
"""Fields of the API versions that were removed with Kubernetes 1.22, as networking.k8s.io/v1 writes them."""
_MISSING = {
    "backend": "Write backend: {service: {name: …, port: {number: …}}}.",
    "name": "Write a name.",
    "number": "Write a number from 1 to 65535.",
    "paths": "Write paths: [{path: /, pathType: Prefix, backend: …}], or leave http out.",
    "pathType": "Write Prefix, Exact or ImplementationSpecific.",
}
_OF_SPEC = ("defaultBackend", "ingressClassName", "rules", "tls")


def problems(violation: Violation) -> Iterator[Problem]:
    """The violation, one problem for each field that it is about."""
    where = place(violation.path)
    if violation.rule == "additionalProperties" and isinstance(violation.value, dict):
        for key in sorted(violation.value):
            if key not in violation.known:
                remedy = (
                    _OF_V1BETA1.get(key)
                    or _moved(key, where)
                    or suggest(key, violation.known, none="Remove it.", cutoff=0.7)
                )
                yield Problem(_join(where, key), "is a field that the API server does not know", remedy)
    elif violation.rule == "required" and isinstance(violation.value, dict):
        for key in violation.wanted:
            # One violation for each key that is missing; its name is in the message alone.
            if key not in violation.value and violation.message.startswith(repr(key)):
                yield Problem(
                    _join(where, key), "is missing: the API server refuses it", _MISSING.get(key, "Write it.")
                )
    elif violation.rule == "type":
        wanted = violation.wanted if isinstance(violation.wanted, list) else [violation.wanted]
        names = " or ".join(_TYPES.get(kind, str(kind)) for kind in wanted if kind != "null")
        remedy = f"Write {names}."
        if violation.value is None and (last := violation.path[-1:]):
            remedy = _MISSING.get(str(last[0]), remedy)
        if names == "text" and isinstance(violation.value, bool | int | float):
            remedy = f'Write it in quotes: "{_scalar(violation.value)}".'
        yield Problem(where, f"is {_kind(violation.value)}, not {names}: the API server refuses it", remedy)
    else:
        message = " ".join(violation.message.split())[:200]
        yield Problem(where, f"is refused by the API server: {message}", "Correct it.")


def _moved(key: str, where: str) -> str:
    """For a key of the Ingress's spec that stands elsewhere."""
    return f"Move it to spec.{key}." if key in _OF_SPEC and where in ("the manifest", "metadata") else ""


def place(path: tuple[str | int, ...]) -> str:
    """Keys and indices as messages write them."""
    where = ""
    for part in path:
        where = _join(where, part)
    return where or "the manifest"


def _join(where: str, part: str | int) -> str:
    where = "" if where == "the manifest" else where
    if isinstance(part, int):
        return f"{where}[{part}]"
    if not re.fullmatch(r"[A-Za-z][\w-]*", part):
        return f"{where}[{shown(part)}]"
    return f"{where}.{part}" if where else part


def _kind(value: Any) -> str:
    if value is None:
        return "empty"
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, bool | int | float):
        return _scalar(value)
    return "a list" if isinstance(value, list) else shown(value)


def _scalar(value: bool | float) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
