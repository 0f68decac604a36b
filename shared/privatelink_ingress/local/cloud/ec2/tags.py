"""Looks up the tags of a resource by its id, where moto compares each tag of the account with it.

Not a hardening: every description of a VPC, subnet, endpoint or rule asks for its tags, so an account with many
workloads would take a time that grows with the square of their number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from moto.ec2.models.tags import TagBackend

from privatelink_ingress.local.cloud.hardening import around

_WILDCARDS = frozenset("*?\\[")
"""Signs that moto's `simple_aws_filter_to_re` reads as more than themselves."""


@around(TagBackend, "describe_tags")
def by_resource(
    describe: Callable[..., Any], self: TagBackend, filters: Mapping[str, Sequence[str]] | None = None
) -> Any:
    """Describe the tags of the resources that are named, out of those alone."""
    ids = (filters or {}).get("resource-id")
    if not ids or any(_WILDCARDS & set(one) for one in ids):
        return describe(self, filters)
    named = TagBackend()
    named.tags.update({one: self.tags[one] for one in ids if one in self.tags})
    return describe(named, filters)
