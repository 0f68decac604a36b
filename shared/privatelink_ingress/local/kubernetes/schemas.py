"""Checks objects against the published JSON schemas of a Kubernetes version; unknown fields are refused."""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
import referencing
from kubernetes_validate import utils

from privatelink_ingress.local.kubernetes.errors import KubernetesError


@dataclasses.dataclass(frozen=True, kw_only=True)
class Violation:
    """One field that does not fit its schema."""

    path: tuple[str | int, ...]
    """Keys and indices that lead to it."""
    rule: str
    """The violated JSON Schema keyword, such as `type` or `required`."""
    wanted: Any
    """The keyword's value in the schema."""
    value: Any
    known: tuple[str, ...]
    """The schema's fields at this path."""
    message: str


def check(obj: Mapping[str, Any], version: str) -> None:
    """Check `obj` by the schema of its kind in Kubernetes `version` (minor, as "1.36").

    Raises:
        KubernetesError: NotFound for a kind that the version does not have, Invalid with the path of each wrong field.
    """
    problems = [f"{_path(error)}: {error.message}" for error in _errors(obj, version)]
    if problems:
        name = obj.get("metadata", {}).get("name", "")
        raise KubernetesError("Invalid", f'{obj["kind"]} "{name}" is invalid: ' + "; ".join(problems))


def violations(obj: Mapping[str, Any], version: str) -> Iterator[Violation]:
    """Every field of `obj` that does not fit the schema of its kind in Kubernetes `version`, by path.

    Raises:
        KubernetesError: NotFound for a kind that the version does not have.
    """
    for error in _errors(obj, version):
        schema = error.schema if isinstance(error.schema, Mapping) else {}
        yield Violation(
            path=tuple(error.absolute_path),
            rule=str(error.validator),
            wanted=error.validator_value,
            value=error.instance,
            known=tuple(schema.get("properties") or ()),
            message=error.message,
        )


def _errors(obj: Mapping[str, Any], version: str) -> list[jsonschema.ValidationError]:
    kind, api_version = obj["kind"], obj["apiVersion"]
    # The files are named by kind and the first word of the API group: rbac-v1 for rbac.authorization.k8s.io/v1.
    group = re.sub(r"^([^./]*)(?:[.][^/]*)?/", r"\1-", api_version)
    file = f"{kind.lower()}-{group}.json"
    validator = _validator(file, version)
    if validator is None:
        raise KubernetesError(
            "NotFound", f'no matches for kind "{kind}" in version "{api_version}" (Kubernetes {version})'
        )
    return sorted(validator.iter_errors(obj), key=lambda error: error.json_path)


def _path(error: jsonschema.ValidationError) -> str:
    return error.json_path.removeprefix("$").removeprefix(".") or "the object"


@functools.cache
def _directory(version: str) -> str | None:
    """The folder of the newest schemas that are not newer than `version`."""
    wanted = _numbers(version)
    fitting = [known for known in utils.all_versions() if _numbers(known)[:2] <= wanted[:2]]
    return f"kubernetes-json-schema/v{fitting[-1]}-local-strict" if fitting else None


def _numbers(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@functools.cache
def _definitions(directory: str) -> Any:
    return referencing.Resource.from_contents(utils.schema_contents(f"{directory}/_definitions.json", directory))


@functools.cache
def _validator(file: str, version: str) -> Any:
    directory = _directory(version)
    if directory is None:
        return None
    try:
        schema = utils.schema_contents(f"{directory}/{file}", version)
    except FileNotFoundError:
        return None
    registry: Any = _definitions(directory) @ referencing.Registry()
    registry = referencing.Resource.from_contents(schema) @ registry
    return jsonschema.Draft202012Validator(schema, registry=registry)
