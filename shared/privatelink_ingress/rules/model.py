"""Rules and their subjects: plain values, so that recorded runs and the engine are checked alike.

A property that a preview does not know yet must not be read: the engine then skips the whole policy in that preview.
Rules therefore join resources by `references` (which the engine knows from the start) and never by ids.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from privatelink_ingress import tokens as t

Inputs = Mapping[str, Any]
"""Properties by their wire names (`cidrBlock`)."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Resource:
    """One resource of a stack."""

    type: str
    name: str
    urn: str
    inputs: Inputs
    references: Mapping[str, frozenset[str]] = dataclasses.field(default_factory=dict)
    """By property: URNs of the resources that its value comes from."""
    dependencies: frozenset[str] = frozenset()
    """URNs of the resources that must exist before it."""
    parent: str = ""
    provider: str = ""
    """Name of its explicit provider; empty when it would use the default one."""

    def sets(self, key: str) -> bool:
        """Whether a property is set, known or not."""
        return key in set(self.inputs)

    def refers(self, key: str, other: Resource) -> bool:
        """Whether a property's value comes from another resource."""
        return other.urn in self.references.get(key, frozenset())


@dataclasses.dataclass(frozen=True)
class Stack:
    """All resources of one stack."""

    resources: Sequence[Resource]

    def of(self, *types: str) -> Iterator[Resource]:
        """The resources of the given types."""
        return (resource for resource in self.resources if resource.type in types)

    def referring(self, type_: str, key: str, target: Resource) -> Iterator[Resource]:
        """The resources of a type whose property `key` comes from `target`."""
        return (resource for resource in self.of(type_) if resource.refers(key, target))


Finding = tuple[Resource, str]
"""The resource at fault, and the reason."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """A requirement on a resource or a stack."""

    name: str
    """As Pulumi shows it: words joined by hyphens."""
    description: str
    """The requirement, as one sentence."""
    reason: str
    """The consequence of a violation."""
    stands_for: tuple[str, ...]
    """The defects (D01-D45) of the article's code, Security Hub controls, and AWS guides that it answers to."""
    types: tuple[str, ...]
    """The resource types that it checks one by one; empty for a rule about the whole stack."""
    known_at_first_preview: bool
    """False when it reads values that only exist after other resources do: the first preview then skips it."""
    find: Callable[[Stack], Iterator[Finding]]


RULES: list[Rule] = []
"""Every rule, in the order of their modules."""


def resource_rule(
    *types: str, reason: str, stands_for: Sequence[str], known_at_first_preview: bool = True
) -> Callable[[Callable[[Inputs], Iterable[str]]], Rule]:
    """Register a function of one resource's inputs that yields reasons for findings.

    Its name becomes the rule's name, the first line of its docstring the description.
    """

    def register(check: Callable[[Inputs], Iterable[str]]) -> Rule:
        def find(stack: Stack) -> Iterator[Finding]:
            for resource in stack.of(*types):
                if resource.type == t.CLUSTER_COMPONENT and not resource.inputs:
                    continue  # A provider constructs it: the engine has no inputs of it, and its child is judged.
                for message in check(resource.inputs):
                    yield resource, message

        return _register(check, find, types, reason, stands_for, known_at_first_preview)

    return register


def stack_rule(*, reason: str, stands_for: Sequence[str]) -> Callable[[Callable[[Stack], Iterator[Finding]]], Rule]:
    """Register a function of a whole stack that yields resources with reasons for findings."""

    def register(find: Callable[[Stack], Iterator[Finding]]) -> Rule:
        return _register(find, find, (), reason, stands_for, True)

    return register


def judge(resources: Iterable[Resource], rules: Iterable[Rule] | None = None) -> Iterator[tuple[Rule, Finding]]:
    """The findings of `rules` (by default all) in a stack."""
    stack = Stack(tuple(resources))
    for rule in RULES if rules is None else rules:
        for finding in rule.find(stack):
            yield rule, finding


def plain(value: Any) -> Any:
    """A property as dicts and lists: the engine hands out views of its own that have no equality."""
    match value:
        case Mapping():
            return {key: plain(item) for key, item in value.items()}
        case str():
            return value
        case Sequence():
            return [plain(item) for item in value]
    return value


def _register(
    function: Any,
    find: Callable[[Stack], Iterator[Finding]],
    types: tuple[str, ...],
    reason: str,
    stands_for: Sequence[str],
    known_at_first_preview: bool,
) -> Rule:
    rule = Rule(
        name=function.__name__.replace("_", "-"),
        description=(function.__doc__ or "").strip().splitlines()[0],
        reason=reason,
        stands_for=tuple(stands_for),
        types=types,
        known_at_first_preview=known_at_first_preview,
        find=find,
    )
    RULES.append(rule)
    return rule
