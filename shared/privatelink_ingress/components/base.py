"""The one shape of all components: token, child options, and outputs that are all set."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import Output, ResourceOptions


class Component(pulumi.ComponentResource):
    """A component whose public outputs are the class's annotated `Output` attributes."""

    def __init__(self, name: str, opts: ResourceOptions | None = None) -> None:
        """Register the component itself under the token `privatelink-ingress:index:<Class>`."""
        super().__init__(f"privatelink-ingress:index:{type(self).__name__}", name, {}, opts)
        self._name = name

    def child(self, **options: Any) -> ResourceOptions:
        """Options of a child: this component as its parent, and whatever else is meant for this child alone."""
        return ResourceOptions(parent=self, **options)

    def named(self, suffix: str, tags: Mapping[str, str]) -> dict[str, str]:
        """`tags` with the `Name` that the AWS console shows."""
        return {**tags, "Name": f"{self._name}-{suffix}" if suffix else self._name}

    def publish(self) -> None:
        """Register every annotated output; last call of a component's constructor.

        Raises:
            AttributeError: when an annotated output was not set, whichever path was taken.
        """
        # Not the SDK's own classes: their annotations name types that exist only for type checkers.
        ours = [cls for cls in type(self).__mro__ if issubclass(cls, Component)]
        hints = [hint for cls in ours for hint in inspect.get_annotations(cls, eval_str=True).items()]
        outputs = [name for name, hint in hints if getattr(hint, "__origin__", hint) is Output]
        self.register_outputs({name: getattr(self, name) for name in outputs})
