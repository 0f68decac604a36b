"""Reads resources for a refresh: whether each still exists, and its properties as AWS has them now."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from privatelink_ingress.local.adapters import tags
from privatelink_ingress.local.adapters.base import AdapterError, Properties
from privatelink_ingress.local.adapters.kubernetes import read_object
from privatelink_ingress.local.adapters.readings import ec2, eks, elbv2, front, identity, storage, vpc
from privatelink_ingress.local.adapters.readings.reading import Reading

GONE = re.compile(r"NotFound|NoSuch|Nonexistent|ParameterNotFound|^404$|NotExist|^InvalidConnectionNotification$")
"""Endings of AWS error codes for missing resources."""

READINGS: Mapping[str, Reading] = {
    **ec2.READINGS,
    **eks.READINGS,
    **elbv2.READINGS,
    **front.READINGS,
    **identity.READINGS,
    **storage.READINGS,
    **vpc.READINGS,
}


def read(target: Any, type_: str, id_: str, state: Properties) -> Properties | None:
    """A resource's properties as AWS describes them; None when it no longer exists.

    Args:
        target: the resource's account or cluster.
        type_: the Pulumi type.
        id_: the resource's id.
        state: its recorded properties. Properties that it does not record are not looked for.

    Returns:
        The properties, with None for each recorded one that the resource no longer has; `tagsAll` when the type has
        tags.

    Raises:
        AdapterError: AWS refuses the call, or the local cloud cannot read the type.
    """
    if type_.startswith("kubernetes:"):
        return read_object(target, type_, id_)
    reading = READINGS.get(type_)
    if reading is None:
        raise AdapterError(f"{type_}: the local cloud cannot read it (adapters/readings)")
    try:
        found = reading.read(target, type_, id_, state)
        if found is None:
            return None
        return found | ({"tagsAll": tags.read(target, type_, id_, state)} if "tagsAll" in state else {})
    except AdapterError as refusal:
        if is_gone(refusal):
            return None
        raise


def is_gone(refusal: AdapterError) -> bool:
    """Whether AWS, or a cluster, refused because the requested object does not exist."""
    return bool(GONE.search(refusal.code))
