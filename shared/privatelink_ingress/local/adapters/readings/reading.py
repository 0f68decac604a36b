"""One resource type's reading: the call that describes a resource, and where its properties are in the answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from privatelink_ingress.local.adapters.base import Aws, Properties
from privatelink_ingress.local.adapters.calls import call
from privatelink_ingress.local.adapters.described import described
from privatelink_ingress.local.engine import schema

Parameters = Callable[[str, Properties], Mapping[str, Any]]
More = Callable[[Aws, str, Properties, Any], Properties]
"""Properties that need a call or a form of their own: by the resource's id, its recorded properties, its description.

None for a recorded property that the resource no longer has."""


def nothing_more(aws: Aws, id_: str, state: Properties, item: Any) -> Properties:
    """No further properties."""
    return {}


def _any(item: Any, id_: str, state: Properties) -> bool:
    return True


@dataclasses.dataclass(frozen=True)
class Reading:
    """One call that fails, or returns nothing that matches, when the resource no longer exists."""

    service: str
    operation: str
    parameters: Parameters
    """The call's parameters, by the resource's id and its recorded properties."""
    under: str = ""
    """Path of the description in the answer; a list on the way stands for each of its items. Empty for the answer."""
    holds: Callable[[Any, str, Properties], bool] = _any
    """Whether a description at that path is the resource's."""
    rename: Mapping[str, str] = dataclasses.field(default_factory=dict)
    """API member by property path, as for `convert`; empty for a property that AWS does not describe."""
    more: More = nothing_more
    matched: bool = True
    """Whether names are matched with the description; otherwise only `more` returns properties."""
    kept: tuple[str, ...] = ()
    """Paths of secrets within blocks, which AWS does not describe: the provider keeps what its state has."""

    def read(self, aws: Aws, type_: str, id_: str, state: Properties) -> Properties | None:
        """The resource's properties; None when no description is the resource's.

        Raises:
            AdapterError: AWS refuses the call.
        """
        answer = call(aws, self.service, self.operation, {}, type_=type_, extra=self.parameters(id_, state))
        shape = aws.client(self.service).meta.service_model.operation_model(self.operation).output_shape
        for item_shape, item in _at(shape, answer, self.under.split(".") if self.under else []):
            if self.holds(item, id_, state):
                found: Properties = {}
                if self.matched:
                    # Also what the program leaves out and the provider does not compute: a value there is foreign.
                    template = {name: {} for name in schema.not_computed(type_)} | state
                    template = {name: value for name, value in template.items() if name not in ("region", "tags")}
                    found = described(item_shape, item, schema.inputs_of(type_), template, self.rename)
                for secret in self.kept:
                    _keep(found, state, secret.split("."))
                return found | self.more(aws, id_, state, item)
        return None


def _keep(found: Any, state: Any, path: list[str]) -> None:
    if isinstance(found, list) and isinstance(state, list):
        for one, other in zip(found, state, strict=False):
            _keep(one, other, path)
    elif isinstance(found, dict) and isinstance(state, Mapping) and path[0] in state:
        if len(path) == 1:
            found[path[0]] = state[path[0]]
        else:
            _keep(found.get(path[0]), state[path[0]], path[1:])


def _at(shape: Any, value: Any, path: list[str]) -> Iterator[tuple[Any, Any]]:
    if shape is not None and shape.type_name == "list":
        for item in value:
            yield from _at(shape.member, item, path)
    elif not path:
        yield shape, value
    elif path[0] in value:
        yield from _at(shape.members[path[0]], value[path[0]], path[1:])


def by_ids(member: str) -> Parameters:
    """The id in a list."""
    return lambda id_, state: {member: [id_]}


def by_id(member: str) -> Parameters:
    """The id."""
    return lambda id_, state: {member: id_}


def given(**members: str) -> Parameters:
    """Parameters by the properties that hold them."""
    return lambda id_, state: {member: state[name] for member, name in members.items()}


def is_(member: str, name: str = "") -> Callable[[Any, str, Properties], bool]:
    """Whether a member is the recorded property `name`, or the id."""
    return lambda item, id_, state: item.get(member) == (state.get(name) if name else id_)
