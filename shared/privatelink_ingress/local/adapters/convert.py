"""Pulumi's camelCase inputs as the parameters of an AWS API operation, by botocore's model of that operation.

The AWS provider of Pulumi spells most inputs as the API does, but for case, plural and a few endings. `convert` undoes
exactly that, at every depth, and reports what it could not place. `violations` then checks the result.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.model import Shape

ENDINGS = ("Config", "Document", "Text", "Name", "Arn", "Id")
"""Endings that an API name adds to an input's name: `policy` is PolicyDocument, `forward` is ForwardConfig."""

_NO_PLACE = object()


def convert(
    shape: Shape | None,
    inputs: Mapping[str, Any],
    *,
    rename: Mapping[str, str] | None = None,
    tagged_as: str = "",
) -> tuple[dict[str, Any], list[str]]:
    """Convert `inputs` to the members of the structure `shape`.

    Args:
        shape: an operation's input shape, or any structure within one; None for an operation without input.
        inputs: by their wire names, secrets unwrapped, without unknowns.
        rename: API member by input path. A path is input names joined by dots, without list positions:
            `{"name": "GroupName", "actions.forward.targetGroups.arn": "TargetGroupArn"}`.
        tagged_as: the EC2 resource type that `tags` belong to, where the operation takes `TagSpecifications`.

    Returns:
        The parameters by their API names, and the paths of the inputs that have no place in the shape.
    """
    conversion = _Conversion(rename or {}, tagged_as)
    return conversion.structure(shape, inputs, "", ""), conversion.leftover


def places(shape: Shape | None, given: Iterable[str], rename: Mapping[str, str], path: str = "") -> dict[str, str]:
    """The member of the structure `shape` for each of the names `given` below `path`, where it has one."""
    members, names = _members(shape), list(given)
    found: dict[str, str] = {}
    for rank in range(len(_RULES) + 1):
        for key in names:
            if key in found:
                continue
            renamed = rename.get(join(path, key))
            if rank == 0:
                member = renamed if renamed in members else None
            elif renamed is not None:
                member = None
            else:
                member = _RULES[rank - 1](shape, members, key)
            if member and member not in found.values():
                found[key] = member
    return found


def _members(shape: Shape | None) -> Mapping[str, Shape]:
    return getattr(shape, "members", {})


class _Conversion:
    def __init__(self, rename: Mapping[str, str], tagged_as: str) -> None:
        self.rename, self.tagged_as, self.leftover = rename, tagged_as, list[str]()

    def structure(self, shape: Any, inputs: Mapping[str, Any], at: str, path: str) -> dict[str, Any]:
        """Members of one structure. `at` is the path with list positions (for messages), `path` without."""
        result: dict[str, Any] = {}
        given = {key: value for key, value in inputs.items() if value is not None}
        places = self._places(shape, given, path)
        for key, value in given.items():
            here, member = join(at, key), places.get(key)
            if member is None:
                self.leftover.append(here)
            elif member == "TagSpecifications" and key == "tags":
                if value:
                    result[member] = [{"ResourceType": self.tagged_as, "Tags": _pairs(("Key", "Value"), value)}]
            else:
                converted = self.value(shape.members[member], value, here, join(path, key))
                if converted is _NO_PLACE:
                    self.leftover.append(here)
                elif converted is not None:
                    result[member] = converted
        return result

    def _places(self, shape: Shape | None, given: Mapping[str, Any], path: str) -> dict[str, str]:
        found = places(shape, given, self.rename, path)
        if "tags" in given and "tags" not in found and "TagSpecifications" in _members(shape) and self.tagged_as:
            found["tags"] = "TagSpecifications"
        return found

    def value(self, shape: Any, value: Any, at: str, path: str) -> Any:
        """One value in the form of `shape`; None to omit it, `_NO_PLACE` when it does not fit the shape."""
        match shape.type_name:
            case "structure":
                if isinstance(value, list | tuple) and len(value) <= 1:
                    return self.value(shape, value[0], f"{at}[0]", path) if value else None
                return self.structure(shape, value, at, path) if isinstance(value, Mapping) else _NO_PLACE
            case "list":
                return self._list(shape, value, at, path)
            case "map":
                return self._map(shape, value, at, path)
            case "string" if isinstance(value, Mapping | list | tuple):
                return json.dumps(value)
            case scalar:
                return _scalar(scalar, value)

    def _list(self, shape: Any, value: Any, at: str, path: str) -> Any:
        if isinstance(value, Mapping):
            names = pair_names(shape.member)
            if names and {key.lower() for key in value} != {name.lower() for name in names}:
                return _pairs(names, value)
            if only := only_member(shape.member, value):
                value = [{only: one} for listed in value.values() for one in listed]
        items = value if isinstance(value, list | tuple) else [value]
        converted = [self.value(shape.member, item, f"{at}[{i}]", path) for i, item in enumerate(items)]
        return _NO_PLACE if any(item is _NO_PLACE for item in converted) else converted

    def _map(self, shape: Any, value: Any, at: str, path: str) -> Any:
        if isinstance(value, list | tuple) and all(isinstance(item, Mapping) and "key" in item for item in value):
            # A set of blocks with a `key`, as Terraform writes a map of structures.
            value = {item["key"]: {name: v for name, v in item.items() if name != "key"} for item in value}
        if not isinstance(value, Mapping):
            return _NO_PLACE
        converted = {key: self.value(shape.value, item, join(at, key), path) for key, item in value.items()}
        return _NO_PLACE if any(item is _NO_PLACE for item in converted.values()) else converted


def only_member(member: Any, names: Iterable[str]) -> str | None:
    """The only member of a structure whose values the provider lists under its plural, as the only one of `names`."""
    members = list(_members(member))
    return members[0] if len(members) == 1 and [name.lower() for name in names] == [f"{members[0].lower()}s"] else None


def _scalar(type_name: str, value: Any) -> Any:
    if isinstance(value, Mapping | list | tuple):
        # Providers built on Terraform write some scalars as a list of one.
        return _scalar(type_name, value[0]) if isinstance(value, list | tuple) and len(value) == 1 else _NO_PLACE
    match type_name, value:
        case "string", bool():
            return "true" if value else "false"
        case "string", int() | float():
            return format(value, "g") if value != int(value) else str(int(value))
        case "boolean", "true" | "false":
            return value == "true"
        case (("integer" | "long"), float()) if value == int(value):
            return int(value)
        case (("integer" | "long"), str()) if re.fullmatch(r"-?\d+", value):
            return int(value)
        case (("float" | "double"), str()) if re.fullmatch(r"-?\d+(\.\d+)?", value):
            return float(value)
    return value


def _exact(shape: Any, members: Mapping[str, Shape], key: str) -> str | None:
    return _among(members, {key.lower()})


def _wire_name(shape: Any, members: Mapping[str, Shape], key: str) -> str | None:
    return _single(m for m, s in members.items() if str(s.serialization.get("name", "")).lower() == key.lower())


def _number(shape: Any, members: Mapping[str, Shape], key: str) -> str | None:
    word = key.lower()
    forms = {word + "s", word + "es", word.removesuffix("s"), word.removesuffix("es")}
    forms |= {word.removesuffix("y") + "ies", word.removesuffix("ies") + "y"}
    return _among(members, forms)


def _longer(shape: Any, members: Mapping[str, Shape], key: str) -> str | None:
    return next((m for ending in ENDINGS if (m := _among(members, {(key + ending).lower()}))), None)


def _end_of_member(shape: Any, members: Mapping[str, Shape], key: str) -> str | None:
    found = [m for m in members if _ends_with_words(m, key)]
    return _single(m for m in found if m in shape.required_members) or _single(found)


def _end_of_input(shape: Any, members: Mapping[str, Shape], key: str) -> str | None:
    return _single(m for m in members if _ends_with_words(key, m))


def _without_ending(shape: Any, members: Mapping[str, Shape], key: str) -> str | None:
    for ending, instead in (("Ids", "s"), ("Arns", "s"), ("Arn", "")):
        if key.endswith(ending):
            return _among(members, {(key.removesuffix(ending) + instead).lower()})
    return None


_RULES = (_exact, _wire_name, _number, _longer, _end_of_member, _end_of_input, _without_ending)


def _among(members: Mapping[str, Shape], names: set[str]) -> str | None:
    return _single(member for member in members if member.lower() in names)


def _single(found: Any) -> str | None:
    found = list(found)
    return found[0] if len(found) == 1 else None


def _ends_with_words(long: str, short: str) -> bool:
    start = len(long) - len(short)
    return start > 0 and long.lower().endswith(short.lower()) and long[start].isupper()


def pair_names(member: Any) -> tuple[str, str] | None:
    """The two member names of a structure that holds one entry of a map, such as Key and Value."""
    names = list(getattr(member, "members", {}))
    for first, second in (("key", "value"), ("name", "value"), ("tagkey", "tagvalue")):
        if sorted(name.lower() for name in names) == [first, second]:
            return next(n for n in names if n.lower() == first), next(n for n in names if n.lower() == second)
    return None


def _pairs(names: tuple[str, str], value: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{names[0]: key, names[1]: _scalar("string", item)} for key, item in value.items()]


def join(path: str, key: str) -> str:
    """A property's path below another's."""
    return f"{path}.{key}" if path else key
