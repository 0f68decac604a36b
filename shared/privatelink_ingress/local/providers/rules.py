"""The replacement rule of a resource type, and its result for one change."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable

from privatelink_ingress.local.adapters.base import AdapterError, Properties
from privatelink_ingress.local.engine import schema, sdk
from privatelink_ingress.local.providers import comparison, filled

ALL = ("*",)
"""Every input but tags."""
NEVER_FORCE = frozenset({"tags", "tagsAll"})
_NAMES = ("metadata.name", "metadata.namespace")

Planned = Callable[[Properties], Properties]
Forced = Callable[[Properties, Properties], tuple[str, ...]]
Refused = Callable[[Properties, Properties], str]


def as_given(inputs: Properties) -> Properties:
    """Returns the inputs unchanged: for most types the provider adds nothing while it plans."""
    return inputs


def nothing_more(old: Properties, new: Properties) -> tuple[str, ...]:
    """Returns no input: for most types the input alone decides, whatever its values."""
    return ()


def nothing_refused(old: Properties, new: Properties) -> str:
    """Returns no reason: most types can change from any values to any others."""
    return ""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Rule:
    """The real provider's behavior for one resource type."""

    forces: tuple[str, ...] = ()
    """Inputs whose change replaces the resource, as dotted paths; `ALL` for those that can never be updated."""
    forced: Forced = nothing_more
    """Inputs of which only some changes replace, given the resource's state and the new inputs."""
    planned: Planned = as_given
    """The inputs as the provider changes them before it compares them (`CustomizeDiff`)."""
    recomputed: tuple[str, ...] = ()
    """Outputs that an update's preview does not know."""
    refused: Refused = nothing_refused
    """Why the provider refuses a change while it plans; empty when it does not."""
    delete_first: bool = False
    """Whether pulumi-aws always deletes the old resource first.

    Source: pulumi-aws, provider/resource_overrides.go, `DeleteBeforeReplace`.
    """
    framework: bool = False
    """Whether the type uses terraform-plugin-framework: an explicit name then does not force deletion first."""
    source: str
    """File of terraform-provider-aws below `internal/service`, or of pulumi-kubernetes below `provider/pkg`."""


@dataclasses.dataclass(frozen=True)
class Change:
    """A resource's next step: none, an update, or a replacement."""

    inputs: tuple[str, ...]
    """The top-level inputs that differ."""
    replaced_by: tuple[str, ...] = ()
    """Those of them that force a replacement; empty for an update."""
    delete_first: bool = False
    """Whether the old resource is deleted before the new one is created, unless the resource's options differ."""


def change(
    rule: Rule, type_: str, *, new: Properties, old_inputs: Properties, state: Properties, auto_named: bool
) -> Change:
    """Classify a change by the rule of the type.

    Args:
        rule: the type's rule.
        type_: the Pulumi type.
        new: the program's inputs, checked.
        old_inputs: the last step's inputs.
        state: the resource's outputs.
        auto_named: whether the provider chose the name.

    Raises:
        AdapterError: the provider refuses the change.
    """
    planned = rule.planned(new)
    if reason := rule.refused(state, planned):
        raise AdapterError(reason)
    scope = scope_of(type_)
    differing = comparison.changed(planned, rule.planned(old_inputs), state, scope)
    forcing = set(rule.forced(state, planned)) & set(differing)
    forcing |= comparison.foreign(planned, state, scope).intersection(rule.forces)
    for path in rule.forces:
        if path == ALL[0]:
            forcing |= set(differing) - NEVER_FORCE
        elif path.partition(".")[0] in differing and _differs(path, planned, old_inputs, state):
            forcing.add(path.partition(".")[0])
    # internal/provider/sdkv2/region.go, `forceNewIfRegionChanges`, and the same for the framework.
    if planned.get("region") not in (None, state.get("region")):
        forcing |= {"region"} & set(differing)
    if type_.startswith("kubernetes:"):
        delete_first = _same_object(planned, state)
    else:
        delete_first = _deletes_first(rule, type_, planned, auto_named)
    return Change(differing, tuple(sorted(forcing)), bool(forcing) and delete_first)


@functools.cache
def scope_of(type_: str) -> comparison.Scope:
    """What the provider of a type compares."""
    return comparison.Scope(schema.inputs_of(type_), schema.not_computed(type_), filled.FILLED.get(type_, {}))


def _differs(path: str, new: Properties, old_inputs: Properties, state: Properties) -> bool:
    values = [comparison.at(properties, path) for properties in (new, old_inputs, state)]
    return not comparison.holds(values[2], values[0]) or not comparison.holds(values[0], values[1])


def _deletes_first(rule: Rule, type_: str, inputs: Properties, auto_named: bool) -> bool:
    """The bridge's rule: the program sets a name that the provider could choose.

    It ignores whether the name itself changes, and which other inputs do. Source: pulumi-terraform-bridge
    pkg/tfbridge/schema.go, `nameRequiresDeleteBeforeReplace`; pkg/pf/tfbridge/provider_diff.go for the framework.
    """
    if rule.delete_first:
        return True
    name = sdk.optional_name_input(type_)
    return not rule.framework and not auto_named and bool(name and inputs.get(name))


def _same_object(inputs: Properties, state: Properties) -> bool:
    """Whether a Kubernetes object would meet its predecessor: pulumi-kubernetes, provider.go, `Diff`."""
    return all(comparison.holds(comparison.at(state, path), comparison.at(inputs, path)) for path in _NAMES)


def inputs_of(rule: Rule, type_: str, inputs: Properties, state: Properties) -> Properties:
    """The inputs as a refresh records them: where the resource differs from a requested value, its own."""
    planned, kinds = rule.planned(inputs), schema.inputs_of(type_)
    kept = {key: value for key, value in inputs.items() if key in state or comparison.holds(None, value)}
    return kept | {
        key: state[key]
        for key in kept
        if key in state
        and comparison.differs(
            state[key], planned[key], kinds[key].kind if key in kinds else schema.ANY, scope_of(type_).fills, key
        )
    }
