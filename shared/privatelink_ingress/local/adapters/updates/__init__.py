"""Updates resources in place: one module per service, one table for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.adapters import tags
from privatelink_ingress.local.adapters.base import AdapterError, Properties, Update
from privatelink_ingress.local.adapters.kubernetes import replace_object
from privatelink_ingress.local.adapters.updates import ec2, eks, elbv2, identity, puts, storage, vpc, wafv2

UPDATES: Mapping[str, Update] = {
    **ec2.UPDATES,
    **eks.UPDATES,
    **elbv2.UPDATES,
    **identity.UPDATES,
    **puts.UPDATES,
    **storage.UPDATES,
    **vpc.UPDATES,
    **wafv2.UPDATES,
}


def update(target: Any, type_: str, id_: str, old: Properties, new: Properties) -> Properties:
    """Update a resource to new inputs.

    Args:
        target: the resource's account or cluster.
        type_: the Pulumi type.
        id_: the resource's id.
        old: its current outputs, with all its tags under `tags`.
        new: its new inputs, with all tags.

    Returns:
        The changed outputs, except those that echo an input.

    Raises:
        AdapterError: the local cloud has no update for what differs, or AWS refuses.
    """
    if type_.startswith("kubernetes:"):
        return replace_object(target, type_, id_, new)
    tags.change(target, type_, id_, old, new)
    change = UPDATES.get(type_)
    if change:
        return change(target, id_, old, new)
    if differing := sorted(key for key, value in new.items() if key != "tags" and old.get(key) != value):
        raise AdapterError(f"{type_}: the local cloud cannot change `{differing[0]}` of {id_} in place")
    return {}
