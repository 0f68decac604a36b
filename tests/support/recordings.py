"""Both programs, run with their sample stack files, as rules look at them; and copies with something changed."""

from __future__ import annotations

import copy
import dataclasses
import functools
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.engine.runner import Registration, StackRun
from privatelink_ingress.rules import Resource
from tests.support import programs

GONE = object()
"""A value that `put` takes for: leave the key out."""


SAMPLES = ("shop", "blog", "prod", "prod-blog")
"""`eks-service/shop` and `/blog`, `central-ingress/prod` with all sample connections, and the attached `/prod-blog`."""


@functools.cache
def sample(stack: str, *, preview: bool = False) -> tuple[Resource, ...]:
    """What a sample stack registers."""
    if stack in ("shop", "blog"):
        run = programs.run_workload(stack, preview=preview)
    elif stack == "prod":
        run = programs.run_edge(preview=preview)
    else:
        run = programs.run_attached(stack, preview=preview)
    return recorded(run)


def recorded(run: StackRun) -> tuple[Resource, ...]:
    """What a run registered."""
    return tuple(_resource(registration) for registration in run.registrations)


def _resource(registration: Registration) -> Resource:
    return Resource(
        type=registration.type,
        name=registration.name,
        urn=registration.urn,
        inputs=registration.inputs,
        references={key: frozenset(urns) for key, urns in registration.property_dependencies.items()},
        dependencies=frozenset(registration.depends_on),
        parent=registration.parent,
        provider=registration.provider.rpartition("::")[2],
    )


class Recording:
    """A copy of a sample, to put a defect into."""

    def __init__(self, resources: tuple[Resource, ...]) -> None:
        self.resources = [dataclasses.replace(r, inputs=copy.deepcopy(dict(r.inputs))) for r in resources]

    def get(self, type_: str, name: str) -> Resource:
        """The one resource of a type and name."""
        (found,) = (r for r in self.resources if r.type == type_ and r.name == name)
        return found

    def put(self, type_: str, name: str, path: str, value: Any) -> None:
        """Set an input, named by a path such as `rules.3.priority`; `GONE` takes it away."""
        target: Any = self.get(type_, name).inputs
        *way, last = path.split(".")
        for key in way:
            target = target[int(key)] if isinstance(target, list) else target[key]
        key = int(last) if isinstance(target, list) else last
        assert value is GONE or not isinstance(target, dict) or target.get(key) != value, "the sample is so already"
        if value is GONE:
            del target[key]
        else:
            target[key] = value

    def add(self, type_: str, name: str, inputs: Mapping[str, Any], **references: Resource) -> None:
        """A resource more, as the programs would register it."""
        urn = f"urn:pulumi:added::added::{type_}::{name}"
        needs = {key: frozenset({other.urn}) for key, other in references.items()}
        ids = dict.fromkeys(references, "an-id")
        self.resources.append(
            Resource(type=type_, name=name, urn=urn, inputs={**ids, **inputs}, references=needs, provider="network")
        )

    def drop(self, type_: str, name: str) -> None:
        """A resource less."""
        self.resources.remove(self.get(type_, name))

    def replace(self, type_: str, name: str, **changes: Any) -> None:
        """Change what is not an input: provider, dependencies."""
        old = self.get(type_, name)
        self.resources[self.resources.index(old)] = dataclasses.replace(old, **changes)
