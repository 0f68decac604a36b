"""AWS's description of a resource as Pulumi's properties: the way back from `convert`.

The names are matched by `convert`'s rules, for the properties that the SDK gives the type. A member that no property
matches is AWS's own and is left out.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import Shape

from privatelink_ingress.local.adapters.convert import join, only_member, pair_names, places
from privatelink_ingress.local.engine.schema import Kind, Property


def described(
    shape: Shape | None,
    description: Mapping[str, Any],
    properties: Mapping[str, Property],
    template: Mapping[str, Any],
    rename: Mapping[str, str],
) -> dict[str, Any]:
    """The properties that a description holds; None for a recorded one that it lacks.

    Args:
        shape: botocore's model of the description.
        description: the API's answer, or a structure within it.
        properties: the type's input properties.
        template: the resource's recorded properties. Only these are looked for, and within a block first of all.
        rename: API member by property path, as for `convert`; an empty member means that AWS does not describe it.
    """
    return _Description(rename).structure(shape, description, properties, template, "")


class _Description:
    def __init__(self, rename: Mapping[str, str]) -> None:
        self.rename = rename

    def structure(
        self, shape: Any, description: Any, properties: Mapping[str, Property], template: Any, path: str
    ) -> dict[str, Any]:
        known = _names(template)
        wanted = [name for name in properties if name in known]
        if path:
            # Within a block, a value that the program left out and AWS holds is a difference too.
            wanted += [name for name in properties if name not in known]
        found = {}
        for name, member in places(shape, wanted, self.rename, path).items():
            if member in description:
                here = join(path, name)
                inner = [each.get(name) for each in _mappings(template)]
                value = self.value(shape.members[member], description[member], properties[name].kind, inner, here)
                if value is not None:
                    found[name] = value
            elif not path:
                found[name] = None
        return found

    def value(self, shape: Any, value: Any, kind: Kind, templates: list[Any], path: str) -> Any:
        match kind.name:
            case "block":
                if shape.type_name == "list" and (only := only_member(shape.member, kind.properties)):
                    return {next(iter(kind.properties)): [one[only] for one in value]}
                value = value[0] if isinstance(value, list) and value else value
                shape = shape.member if shape.type_name == "list" else shape
                if not isinstance(value, Mapping):
                    return None
                return self.structure(shape, value, kind.properties, templates, path)
            case "array":
                return self._array(shape, value, kind, templates, path)
            case "map":
                return self._map(shape, value)
        return scalar(value, kind.name)

    def _array(self, shape: Any, value: Any, kind: Kind, templates: list[Any], path: str) -> Any:
        if kind.items is None:
            return None
        inner = [item for template in templates if isinstance(template, list) for item in template]
        if shape.type_name == "list":
            return [self.value(shape.member, item, kind.items, inner, path) for item in value]
        # The wire sends some blocks as a list of one.
        return [self.value(shape, value, kind.items, inner, path)]

    def _map(self, shape: Any, value: Any) -> Any:
        if shape.type_name == "list" and (names := pair_names(shape.member)):
            return {pair[names[0]]: pair[names[1]] for pair in value}
        return dict(value) if isinstance(value, Mapping) else None


def scalar(value: Any, kind: str) -> Any:
    """One value in the form of a property: numbers and booleans as text where the SDK has text, documents as text."""
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode()
    if kind in ("string", "any"):
        if isinstance(value, Mapping | list):
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else str(value)
    if kind == "boolean" and isinstance(value, str):
        return value == "true"
    if kind in ("integer", "number") and isinstance(value, str):
        return float(value) if "." in value else int(value)
    return value


def _mappings(template: Any) -> Iterable[Mapping[str, Any]]:
    """The blocks of a template, which may be lists of blocks at any depth."""
    if isinstance(template, Mapping):
        yield template
    elif isinstance(template, list):
        for item in template:
            yield from _mappings(item)


def _names(template: Any) -> set[str]:
    return {name for each in _mappings(template) for name, value in each.items() if value is not None}
