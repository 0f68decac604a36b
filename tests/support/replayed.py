"""A program that registers what a recording has, so that Pulumi's engine meets the same resources as the rules."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import pulumi

from privatelink_ingress import tokens as t
from privatelink_ingress.rules import Resource

T = TypeVar("T")
PROVIDERS = "pulumi:providers:"
LEFT_OUT = (t.STACK, "pulumi:pulumi:StackReference")
"""The engine registers the one itself, and reads the other, which no rule looks at."""
OF_PROVIDERS = ("aws:", "kubernetes:", "pulumi:index:")
"""How the types of resources start; every other type is a component's."""


def program(resources: Sequence[Resource]) -> Callable[[], None]:
    """Register these, with their parents, providers, dependencies and references. Ids keep their recorded values."""

    def main() -> None:
        _Replay(resources).run()

    return main


class _Replay:
    def __init__(self, resources: Sequence[Resource]) -> None:
        self._recorded = {one.urn: one for one in resources if not one.type.startswith(LEFT_OUT)}
        self._providers = {one.name: one.urn for one in resources if one.type.startswith(PROVIDERS)}
        self._done: dict[str, pulumi.Resource] = {}

    def run(self) -> None:
        for urn in self._recorded:
            self._register(urn)

    def _register(self, urn: str) -> pulumi.Resource:
        if urn not in self._done:
            self._done[urn] = self._new(self._recorded[urn])
        return self._done[urn]

    def _new(self, one: Resource) -> pulumi.Resource:
        provider = self._register(self._providers[one.provider]) if one.provider else None
        options = pulumi.ResourceOptions(
            parent=self._register(one.parent) if one.parent in self._recorded else None,
            provider=provider if isinstance(provider, pulumi.ProviderResource) else None,
            depends_on=[self._register(urn) for urn in sorted(one.dependencies & self._recorded.keys())],
        )
        inputs = {key: self._input(value, one.references.get(key, frozenset())) for key, value in one.inputs.items()}
        if one.type.startswith(PROVIDERS):
            return pulumi.ProviderResource(one.type.removeprefix(PROVIDERS), one.name, inputs, options)
        if one.type.startswith(OF_PROVIDERS):
            return pulumi.CustomResource(one.type, one.name, inputs, options)
        return pulumi.ComponentResource(one.type, one.name, inputs, options)

    def _input(self, value: Any, urns: frozenset[str]) -> Any:
        sources = {self._register(urn) for urn in urns & self._recorded.keys()}
        return pulumi.Output(_done(sources), _done(value), _done(True)) if sources else value


def _done(value: T) -> asyncio.Future[T]:
    future: asyncio.Future[T] = asyncio.Future()
    future.set_result(value)
    return future
